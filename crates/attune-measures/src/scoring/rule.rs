//! One scoring rule, applied to scored items and to the scores made before it.

use attune_protocol::{
    id::{ItemId, ScoreId},
    instrument::{Score, ScoreRule},
    missing::Missing,
};

use super::{ScoreOfAnswers, answers::ScoredAnswers};

/// A score before it is interpreted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Made {
    pub value: Result<f64, Missing>,
    pub n_answered: usize,
    pub n_items: usize,
    pub prorated: bool,
}

/// The score, made of items or of scores among `before`; a rule takes either the one or the other.
pub(super) fn apply(score: &Score, answers: &ScoredAnswers, before: &[ScoreOfAnswers]) -> Made {
    let items = score.rule.items().into_iter();
    let scores = score.rule.scores().into_iter();
    let parts: Vec<Made> = items
        .map(|item| of_item(score, item, answers))
        .chain(scores.map(|id| of_score(id, before)))
        .collect();
    let values: Vec<Result<f64, Missing>> = parts.iter().map(|part| part.value).collect();
    let n_known = values.iter().filter(|value| value.is_ok()).count();
    let enough = n_known >= score.missing.minimum_answered && n_known > 0;
    let prorated_here = score.missing.prorate && n_known < values.len();
    Made {
        value: if enough {
            combine(&score.rule, &values)
        } else {
            Err(common_reason(&values))
        },
        n_answered: parts.iter().map(|part| part.n_answered).sum(),
        n_items: parts.iter().map(|part| part.n_items).sum(),
        prorated: enough && (prorated_here || parts.iter().any(|part| part.prorated)),
    }
}

fn of_item(score: &Score, item: &ItemId, answers: &ScoredAnswers) -> Made {
    let value = if score.reversed.contains(item) {
        answers.reversed(item)
    } else {
        answers.value(item)
    };
    Made {
        value,
        n_answered: usize::from(value.is_ok()),
        n_items: 1,
        prorated: false,
    }
}

fn of_score(id: &ScoreId, before: &[ScoreOfAnswers]) -> Made {
    let made = before.iter().find(|made| made.score == *id);
    let made = made.expect("a checked definition makes scores only of scores before them");
    Made {
        value: made.value,
        n_answered: made.n_answered,
        n_items: made.n_items,
        prorated: made.prorated,
    }
}

/// The rule over the values of its parts, in the rule's order. Where fewer are known than the rule
/// has parts, a sum is prorated and a mean is that of the known ones; the check of the definition
/// lets other rules come here complete only.
fn combine(rule: &ScoreRule, values: &[Result<f64, Missing>]) -> Result<f64, Missing> {
    let known: Vec<f64> = values.iter().filter_map(|value| value.ok()).collect();
    match rule {
        ScoreRule::Sum(_) | ScoreRule::SumOfScores(_) => Ok(sum(&known, values.len())),
        ScoreRule::Mean(_) | ScoreRule::MeanOfScores(_) => Ok(mean(&known)),
        ScoreRule::Scaled {
            of_mean: true,
            factor,
            ..
        } => Ok(factor * mean(&known)),
        ScoreRule::Scaled { factor, .. } => Ok(factor * sum(&known, values.len())),
        ScoreRule::Weighted(items) => {
            let weights = items.iter().map(|(_, weight)| weight);
            Ok(weights
                .zip(&known)
                .map(|(weight, value)| weight * value)
                .sum())
        }
        ScoreRule::CountAtLeast(items) => Ok(n_at_least(items, &known) as f64),
        ScoreRule::AllAtLeast(scores) => {
            let all = n_at_least(scores, &known) == scores.len();
            Ok(f64::from(u8::from(all)))
        }
        ScoreRule::Lookup { table, .. } => look_up(table, known[0]),
        ScoreRule::Entered(_) => Ok(known[0]),
    }
}

/// Sum of the known values, stretched to all of them. Complete values keep the plain sum, free of
/// the rounding of a division.
fn sum(known: &[f64], n: usize) -> f64 {
    let sum: f64 = known.iter().sum();
    if known.len() == n {
        sum
    } else {
        sum * n as f64 / known.len() as f64
    }
}

fn mean(known: &[f64]) -> f64 {
    known.iter().sum::<f64>() / known.len() as f64
}

fn n_at_least<T>(thresholds: &[(T, f64)], known: &[f64]) -> usize {
    let pairs = thresholds.iter().zip(known);
    pairs.filter(|((_, least), value)| *value >= least).count()
}

/// The table's result for a raw value; a prorated raw value may lie between two rows, for which
/// nothing is published.
fn look_up(table: &[(f64, f64)], raw: f64) -> Result<f64, Missing> {
    let row = table.iter().find(|(from, _)| *from == raw);
    row.map(|(_, result)| *result)
        .ok_or(Missing::TooFewAnswered)
}

/// The reason that all values share; otherwise that too few are known.
fn common_reason(values: &[Result<f64, Missing>]) -> Missing {
    let mut reasons = values.iter().map(|value| value.err());
    match reasons.next().flatten() {
        Some(first) if reasons.all(|other| other == Some(first)) => first,
        _ => Missing::TooFewAnswered,
    }
}
