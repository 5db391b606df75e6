//! From answers as recorded to one score per item: keys to items, codes to what they count.

use std::collections::BTreeMap;

use attune_protocol::{
    id::ItemId,
    instrument::{Answers, Instrument, Item},
    missing::Missing,
};

use super::AnswerProblem;

/// What each item counts before reversal, with the range that reversal needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ScoredAnswers {
    items: BTreeMap<ItemId, ItemScore>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct ItemScore {
    value: Result<f64, Missing>,
    lowest: f64,
    highest: f64,
}

impl ScoredAnswers {
    /// What the item counts, or why it has no valid answer.
    pub(super) fn value(&self, item: &ItemId) -> Result<f64, Missing> {
        self.items
            .get(item)
            .map_or(Err(Missing::NotRecorded), |score| score.value)
    }

    /// What the item counts the other way round: lowest + highest − value.
    pub(super) fn reversed(&self, item: &ItemId) -> Result<f64, Missing> {
        let score = self.items.get(item).ok_or(Missing::NotRecorded)?;
        Ok(reverse(score.value?, score.lowest, score.highest))
    }
}

/// The value on a scale that runs the other way.
fn reverse(value: f64, lowest: f64, highest: f64) -> f64 {
    lowest + highest - value
}

pub(super) fn score_items(
    instrument: &Instrument,
    item_order: Option<&str>,
    answers: &[(ItemId, Result<f64, Missing>)],
) -> (ScoredAnswers, Vec<AnswerProblem>) {
    let mut items = BTreeMap::new();
    let mut problems = Vec::new();
    if instrument.in_order(item_order).is_none() {
        problems.push(unknown_order(instrument, item_order));
        return (ScoredAnswers { items }, problems);
    }
    for (key, answer) in answers {
        let Some(item) = instrument.item(item_order, key) else {
            problems.push(unknown_item(instrument, key));
            continue;
        };
        let Some((lowest, highest)) = item.answers.range() else {
            // Free text is never scored.
            continue;
        };
        if items.contains_key(&item.id) {
            let item = item.id.clone();
            problems.push(AnswerProblem::AnsweredTwice { item });
            continue;
        }
        let value = score_item(item, *answer, &mut problems);
        let score = ItemScore {
            value,
            lowest,
            highest,
        };
        items.insert(item.id.clone(), score);
    }
    (ScoredAnswers { items }, problems)
}

fn score_item(
    item: &Item,
    answer: Result<f64, Missing>,
    problems: &mut Vec<AnswerProblem>,
) -> Result<f64, Missing> {
    match answer {
        Ok(code) => item.answers.score(code).ok_or_else(|| {
            problems.push(AnswerProblem::NotPossible {
                item: item.id.clone(),
                value: code,
                possible: possible(&item.answers),
            });
            Missing::Invalid
        }),
        Err(Missing::NotApplicable) => item.not_applicable.ok_or(Missing::NotApplicable),
        Err(reason) => Err(reason),
    }
}

fn possible(answers: &Answers) -> String {
    match answers {
        Answers::Options(options) => {
            let codes: Vec<String> = options.iter().map(|o| o.code.to_string()).collect();
            codes.join(", ")
        }
        Answers::Number {
            minimum, maximum, ..
        } => format!("{minimum} to {maximum}"),
        Answers::Text => "words".to_owned(),
    }
}

fn unknown_item(instrument: &Instrument, key: &ItemId) -> AnswerProblem {
    let ids: Vec<&str> = instrument
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    AnswerProblem::UnknownItem {
        key: key.to_string(),
        items: ids.join(", "),
    }
}

fn unknown_order(instrument: &Instrument, order: Option<&str>) -> AnswerProblem {
    let orders = instrument.item_orders.iter();
    let known: Vec<&str> = orders.map(|order| order.id.as_str()).collect();
    AnswerProblem::UnknownOrder {
        order: order.unwrap_or_default().to_owned(),
        known: if known.is_empty() {
            "only its own".to_owned()
        } else {
            known.join(", ")
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::reverse;

    proptest! {
        #[test]
        fn reversing_twice_changes_nothing(lowest in -20i32..20, width in 1i32..40, step in 0i32..80) {
            let (lowest, highest) = (f64::from(lowest), f64::from(lowest + width));
            let value = (lowest + f64::from(step) / 2.0).min(highest);
            let turned = reverse(value, lowest, highest);
            prop_assert!((lowest..=highest).contains(&turned));
            prop_assert_eq!(reverse(turned, lowest, highest), value);
        }
    }

    #[test]
    fn the_ends_of_a_scale_change_places() {
        for (lowest, highest) in [(0.0, 3.0), (1.0, 4.0), (0.0, 5.0), (1.0, 5.0)] {
            assert_eq!(reverse(lowest, lowest, highest), highest);
            assert_eq!(reverse(highest, lowest, highest), lowest);
        }
    }
}
