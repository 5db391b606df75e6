//! Why there is no value. Missing is never zero, and its reason is kept from the form to the
//! report.

use serde::{Deserialize, Serialize};

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The question was not put, though it was planned.
    NotAsked,
    /// An earlier answer made the question fall away.
    HiddenByBranching,
    /// The person preferred not to answer.
    Refused,
    /// The question does not fit this person.
    NotApplicable,
    /// The visit or test did not take place.
    NotDone,
    /// Consent was withdrawn.
    Withdrawn,
    /// A value was given but cannot be right.
    Invalid,
    /// The file has an empty cell and says no more.
    NotRecorded,
    /// Too few items were answered to make this score.
    TooFewAnswered,
}

impl Missing {
    /// All reasons, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::NotAsked,
        Self::HiddenByBranching,
        Self::Refused,
        Self::NotApplicable,
        Self::NotDone,
        Self::Withdrawn,
        Self::Invalid,
        Self::NotRecorded,
        Self::TooFewAnswered,
    ];

    /// As it is written in files and shown in tables.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAsked => "not asked",
            Self::HiddenByBranching => "hidden by branching",
            Self::Refused => "refused",
            Self::NotApplicable => "not applicable",
            Self::NotDone => "not done",
            Self::Withdrawn => "withdrawn",
            Self::Invalid => "invalid",
            Self::NotRecorded => "not recorded",
            Self::TooFewAnswered => "too few items answered",
        }
    }

    /// The reason with these words.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|missing| missing.words() == words)
    }
}
