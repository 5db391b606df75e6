//! What a form's answers come to: scores with bands and cut-offs, and alerts. Made by the scorer of
//! `attune-measures`, the same that analyses use.

use std::collections::BTreeMap;

use attune_measures::scoring::{Scores, score_answers};
use attune_protocol::{
    id::ItemId,
    instrument::{Alert, Instrument},
    missing::Missing,
};
use attune_store::command::AnswerValue;

/// Scores of the answers. Free text is never scored; a hidden answer counts as hidden.
pub fn scores(instrument: &Instrument, answers: &BTreeMap<ItemId, AnswerValue>) -> Scores {
    let values: Vec<(ItemId, Result<f64, Missing>)> = answers
        .iter()
        .filter_map(|(item, answer)| Some((item.clone(), value(answer)?)))
        .collect();
    // Answers are stored under the ids of items, whatever the order of the form.
    score_answers(instrument, None, &values)
}

fn value(answer: &AnswerValue) -> Option<Result<f64, Missing>> {
    match answer {
        AnswerValue::Number(number) => Some(Ok(*number)),
        AnswerValue::Text(_) => None,
        AnswerValue::Missing(reason) => Some(Err(*reason)),
        AnswerValue::Hidden(_) => Some(Err(Missing::HiddenByBranching)),
    }
}

/// A line of the table of scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreLine {
    /// Id of the score.
    pub id: String,
    /// Its name.
    pub label: String,
    /// The value with its unit, or why there is none.
    pub value: String,
    /// What is published about such a value, never a diagnosis.
    pub meaning: String,
}

/// The scores as a page shows them.
pub fn lines(instrument: &Instrument, scores: &Scores) -> Vec<ScoreLine> {
    instrument
        .scores
        .iter()
        .zip(&scores.scores)
        .map(|(score, made)| {
            let mut meaning: Vec<String> = made.band.iter().cloned().collect();
            meaning.extend(
                made.reached
                    .iter()
                    .map(|label| format!("reaches “{label}”")),
            );
            if made.prorated {
                let (known, all) = (made.n_answered, made.n_items);
                meaning.push(format!("made from {known} of {all} answers"));
            }
            ScoreLine {
                id: score.id.to_string(),
                label: score.label.clone(),
                value: match made.value {
                    Ok(value) => format!(
                        "{} (from {} to {})",
                        figure(value),
                        score.minimum,
                        score.maximum
                    ),
                    Err(reason) => format!("none yet: {}", reason.words()),
                },
                meaning: meaning.join("; "),
            }
        })
        .collect()
}

/// A score with at most two decimals, none where it is whole.
pub fn figure(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("{rounded}").replace('-', "\u{2212}")
}

/// The same for templates, which pass references.
pub fn figure_of(value: &f64) -> String {
    figure(*value)
}

/// Alerts that a clinician must hear of.
pub fn alerts(instrument: &Instrument, answers: &BTreeMap<ItemId, AnswerValue>) -> Vec<Alert> {
    scores(instrument, answers).alerts
}
