//! The values that one item can take, and the next of them up or down.

use attune_protocol::instrument::{AnswerOption, Answers};

use crate::draws::round_to;

/// The values that an item can take, as scores.
pub(super) enum Ladder {
    /// Score and code, ascending by score.
    Options(Vec<(f64, f64)>),
    /// Numbers with so many decimals between two bounds.
    Decimals { range: (f64, f64), decimals: u8 },
}

impl Ladder {
    pub(super) fn of(answers: &Answers) -> Option<Self> {
        match answers {
            Answers::Options(options) => {
                let pair = |option: &AnswerOption| (option.score, option.code);
                let mut steps: Vec<(f64, f64)> = options.iter().map(pair).collect();
                steps.sort_by(|a, b| a.0.total_cmp(&b.0));
                Some(Self::Options(steps))
            }
            Answers::Number {
                minimum,
                maximum,
                decimals,
            } => Some(Self::Decimals {
                range: (*minimum, *maximum),
                decimals: *decimals,
            }),
            Answers::Text => None,
        }
    }

    pub(super) fn nearest(&self, value: f64) -> f64 {
        match self {
            Self::Options(steps) => steps
                .iter()
                .map(|(score, _)| *score)
                .min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()))
                .unwrap_or(value),
            Self::Decimals { range, decimals } => {
                round_to(value, *decimals).max(range.0).min(range.1)
            }
        }
    }

    /// The next value from `current` in the direction of `wanted`: one option on, or for numbers
    /// `wanted` itself.
    pub(super) fn step(&self, current: f64, wanted: f64) -> f64 {
        match self {
            Self::Options(steps) => {
                let mut scores = steps.iter().map(|(score, _)| *score);
                let next = if wanted > current {
                    scores.find(|score| *score > current)
                } else {
                    scores.rev().find(|score| *score < current)
                };
                next.unwrap_or(current)
            }
            Self::Decimals { .. } => self.nearest(wanted),
        }
    }

    pub(super) fn code(&self, value: f64) -> f64 {
        match self {
            Self::Options(steps) => steps
                .iter()
                .find(|(score, _)| *score == value)
                .map_or(value, |(_, code)| *code),
            Self::Decimals { .. } => value,
        }
    }
}
