//! The range of a score, as it follows from the rule and the ranges of its parts.

use crate::{
    id::{ItemId, ScoreId},
    instrument::{Item, Score, ScoreRule},
};

/// Smallest and largest value that a rule can give. Reversal does not change an item's range.
pub(super) fn range(rule: &ScoreRule, items: &[Item], before: &[Score]) -> Option<(f64, f64)> {
    let item_range = |id: &ItemId| items.iter().find(|item| item.id == *id)?.answers.range();
    let score_range = |id: &ScoreId| {
        let score = before.iter().find(|score| score.id == *id)?;
        Some((score.minimum, score.maximum))
    };
    let of_items = |ids: &[ItemId]| ids.iter().map(item_range).collect::<Option<Vec<_>>>();
    let of_scores = |ids: &[ScoreId]| ids.iter().map(score_range).collect::<Option<Vec<_>>>();
    let range = match rule {
        ScoreRule::Sum(items) => sum(&of_items(items)?),
        ScoreRule::Mean(items) => mean(&of_items(items)?),
        ScoreRule::Scaled {
            items,
            of_mean,
            factor,
        } => {
            let ranges = of_items(items)?;
            times(
                *factor,
                if *of_mean {
                    mean(&ranges)
                } else {
                    sum(&ranges)
                },
            )
        }
        ScoreRule::Weighted(items) => {
            let weighted = |(id, weight): &(ItemId, f64)| Some(times(*weight, item_range(id)?));
            sum(&items.iter().map(weighted).collect::<Option<Vec<_>>>()?)
        }
        ScoreRule::CountAtLeast(items) => (0.0, items.len() as f64),
        ScoreRule::AllAtLeast(_) => (0.0, 1.0),
        ScoreRule::SumOfScores(scores) => sum(&of_scores(scores)?),
        ScoreRule::MeanOfScores(scores) => mean(&of_scores(scores)?),
        ScoreRule::Lookup { table, .. } => {
            let results = table.iter().map(|(_, result)| *result);
            (
                results.clone().fold(f64::INFINITY, f64::min),
                results.fold(f64::NEG_INFINITY, f64::max),
            )
        }
        ScoreRule::Entered(item) => item_range(item)?,
    };
    Some(range)
}

fn sum(ranges: &[(f64, f64)]) -> (f64, f64) {
    let add = |sum: (f64, f64), range: &(f64, f64)| (sum.0 + range.0, sum.1 + range.1);
    ranges.iter().fold((0.0, 0.0), add)
}

fn mean(ranges: &[(f64, f64)]) -> (f64, f64) {
    let (lowest, highest) = sum(ranges);
    let n = ranges.len() as f64;
    (lowest / n, highest / n)
}

fn times(factor: f64, (lowest, highest): (f64, f64)) -> (f64, f64) {
    let (a, b) = (factor * lowest, factor * highest);
    (a.min(b), a.max(b))
}
