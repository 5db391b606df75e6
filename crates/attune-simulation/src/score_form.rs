//! How a score follows from items, in a form that can be turned round.
//!
//! The rule of an instrument's definition says how to make a score of answers. Simulation goes the
//! other way, so sums, means, weights, reversed items and sums of other scores all become one
//! weighted sum here.

use attune_protocol::{
    id::{ItemId, ScoreId},
    instrument::{Answers, Instrument, Score, ScoreRule},
};

/// How a score follows from items, in a form that can be turned round.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreForm {
    /// constant + Σ weight × item.
    Linear {
        /// What reversed items add.
        constant: f64,
        /// Items with their weights; reversed items have a negative one.
        weights: Vec<(ItemId, f64)>,
    },
    /// Number of items at or above their thresholds.
    Count(Vec<(ItemId, f64)>),
    /// Found in a table by another score.
    Lookup {
        /// Raw value and result.
        table: Vec<(f64, f64)>,
        /// The score that is looked up.
        of: Box<ScoreForm>,
    },
}

impl ScoreForm {
    /// The form of `score`; `None` where items cannot be made from it, as for a score that only
    /// says whether others are beyond their thresholds.
    pub fn of(instrument: &Instrument, score: &Score) -> Option<Self> {
        match &score.rule {
            ScoreRule::Sum(items) => linear(instrument, score, items.iter().map(|i| (i, 1.0))),
            ScoreRule::Mean(items) => {
                let share = 1.0 / items.len() as f64;
                linear(instrument, score, items.iter().map(|i| (i, share)))
            }
            ScoreRule::Weighted(items) => {
                linear(instrument, score, items.iter().map(|(i, w)| (i, *w)))
            }
            ScoreRule::Scaled {
                items,
                of_mean,
                factor,
            } => {
                let divisor = if *of_mean { items.len() as f64 } else { 1.0 };
                let weight = factor / divisor;
                linear(instrument, score, items.iter().map(|i| (i, weight)))
            }
            ScoreRule::Entered(item) => linear(instrument, score, [(item, 1.0)].into_iter()),
            ScoreRule::CountAtLeast(items) => Some(Self::Count(items.clone())),
            ScoreRule::SumOfScores(parts) => combined(instrument, parts, 1.0),
            ScoreRule::MeanOfScores(parts) => combined(instrument, parts, 1.0 / parts.len() as f64),
            ScoreRule::Lookup { of, table } => Some(Self::Lookup {
                table: table.clone(),
                of: Box::new(Self::of(instrument, instrument.score(of)?)?),
            }),
            ScoreRule::AllAtLeast(_) => None,
        }
    }

    /// The items that the score is made of.
    pub fn items(&self) -> Vec<&ItemId> {
        match self {
            Self::Linear { weights: items, .. } | Self::Count(items) => {
                items.iter().map(|(item, _)| item).collect()
            }
            Self::Lookup { of, .. } => of.items(),
        }
    }
}

fn linear<'a>(
    instrument: &Instrument,
    score: &Score,
    items: impl Iterator<Item = (&'a ItemId, f64)>,
) -> Option<ScoreForm> {
    let mut constant = 0.0;
    let mut weights = Vec::new();
    for (item, weight) in items {
        let (minimum, maximum) = answers_of(instrument, item)?.range()?;
        if score.reversed.contains(item) {
            constant += weight * (minimum + maximum);
            weights.push((item.clone(), -weight));
        } else {
            weights.push((item.clone(), weight));
        }
    }
    Some(ScoreForm::Linear { constant, weights })
}

fn combined(instrument: &Instrument, parts: &[ScoreId], factor: f64) -> Option<ScoreForm> {
    let mut sum = 0.0;
    let mut all: Vec<(ItemId, f64)> = Vec::new();
    for part in parts {
        let ScoreForm::Linear { constant, weights } =
            ScoreForm::of(instrument, instrument.score(part)?)?
        else {
            return None;
        };
        sum += factor * constant;
        for (item, weight) in weights {
            match all.iter_mut().find(|(known, _)| *known == item) {
                Some((_, known)) => *known += factor * weight,
                None => all.push((item, factor * weight)),
            }
        }
    }
    Some(ScoreForm::Linear {
        constant: sum,
        weights: all,
    })
}

/// What answers the item can have.
pub(crate) fn answers_of<'a>(instrument: &'a Instrument, item: &ItemId) -> Option<&'a Answers> {
    let found = instrument.items.iter().find(|known| known.id == *item)?;
    Some(&found.answers)
}
