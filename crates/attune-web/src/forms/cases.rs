//! Shared cases that hold the two scorers together: answers to every shipped instrument, and what the
//! scorer of the analyses makes of them. The browser's scorer must make the same
//! (`web/tests/scoring.spec.ts`). Answers are drawn by a small generator of ours from a seed, so that the
//! same cases can be had again; the worked examples of each instrument come first.

use attune_measures::scoring::score_answers;
use attune_protocol::{
    id::ItemId,
    instrument::{Answers, Instrument, WorkedExample},
    missing::Missing,
};
use serde_json::{Value, json};

use super::definition::FormDefinition;

/// The cases of an instrument: worked examples, then `n` drawn answer sets.
pub fn of(instrument: &Instrument, examples: &[WorkedExample], n: usize, seed: u64) -> Value {
    let examples = examples
        .iter()
        .map(|example| case(instrument, example.item_order.as_deref(), &example.answers));
    let mut draw = Draw(seed);
    let drawn: Vec<Value> = (0..n)
        .map(|_| case(instrument, None, &answers(instrument, &mut draw)))
        .collect();
    let cases: Vec<Value> = examples.chain(drawn).collect();
    json!({
        "definition": FormDefinition::of(instrument, None),
        "cases": cases,
    })
}

/// Answers under the ids of items, and what they come to.
fn case(
    instrument: &Instrument,
    order: Option<&str>,
    answers: &[(ItemId, Result<f64, Missing>)],
) -> Value {
    let made = score_answers(instrument, order, answers);
    let by_item: serde_json::Map<String, Value> = answers
        .iter()
        .filter_map(|(key, value)| {
            let item = instrument.item(order, key)?;
            Some((item.id.to_string(), plain(*value)))
        })
        .collect();
    let scores: Vec<Value> = made
        .scores
        .iter()
        .map(|score| {
            json!({
                "id": score.score, "value": plain(score.value), "n_answered": score.n_answered,
                "n_items": score.n_items, "prorated": score.prorated, "band": score.band,
                "reached": score.reached,
            })
        })
        .collect();
    let alerts: Vec<&str> = made.alerts.iter().map(|alert| alert.id.as_str()).collect();
    json!({ "answers": by_item, "scores": scores, "alerts": alerts })
}

/// A number, or the reason as it is written.
fn plain(value: Result<f64, Missing>) -> Value {
    match value {
        Ok(number) => json!(number),
        Err(reason) => json!(reason),
    }
}

/// Answers of one person: mostly possible ones, some missing, now and then one that is not possible.
fn answers(instrument: &Instrument, draw: &mut Draw) -> Vec<(ItemId, Result<f64, Missing>)> {
    // Some people leave nothing out, some much.
    let gaps = [0, 5, 20, 60][draw.below(4)];
    let mut answers = Vec::new();
    for item in &instrument.items {
        let value = if draw.below(100) < gaps {
            match draw.below(Missing::ALL.len() + 1) {
                0 => continue,
                reason => Err(Missing::ALL[reason - 1]),
            }
        } else {
            match &item.answers {
                _ if draw.below(200) == 0 => Ok(-7.5),
                Answers::Options(options) => Ok(options[draw.below(options.len())].code),
                Answers::Number {
                    minimum,
                    maximum,
                    decimals,
                } => {
                    let steps = 10_f64.powi(i32::from(*decimals));
                    let places = ((maximum - minimum) * steps) as usize + 1;
                    Ok(minimum + draw.below(places) as f64 / steps)
                }
                Answers::Text => continue,
            }
        };
        answers.push((item.id.clone(), value));
    }
    answers
}

/// Numbers by SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed % n as u64) as usize
    }
}
