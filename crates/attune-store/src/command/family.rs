//! What a command says about a family: who is in it, what happened, which facts are known.

use attune_protocol::missing::Missing;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Being {
    /// A child under two.
    Infant,
    /// An adult who cares for one.
    Carer,
}

/// A part in a dyad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartInDyad {
    /// The infant.
    Infant,
    /// The carer whom the study follows.
    IndexCarer,
    /// Another parent or carer.
    OtherCarer,
    /// A foster carer.
    FosterCarer,
    /// Somebody who speaks for a local authority, such as a social worker.
    LocalAuthority,
}

/// A dated fact about a dyad. Leaving, withdrawing and being lost are different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DyadEvent {
    /// Was found eligible and asked.
    Approached,
    /// Declined.
    Declined,
    /// Enrolled.
    Enrolled,
    /// Left the study.
    Left,
    /// Could no longer be reached.
    Lost,
    /// Came back.
    Returned,
    /// Reached the end of the study.
    Completed,
    /// The infant has died.
    InfantDied,
    /// The carer has died.
    CarerDied,
    /// Withdrew from taking part. (Written when consent to it is withdrawn.)
    Withdrew,
}

impl DyadEvent {
    /// As it is shown, worded with kindness.
    pub fn words(self) -> &'static str {
        match self {
            Self::Approached => "was asked",
            Self::Declined => "preferred not to take part",
            Self::Enrolled => "enrolled",
            Self::Left => "left the study",
            Self::Lost => "could no longer be reached",
            Self::Returned => "came back",
            Self::Completed => "reached the end of the study",
            Self::InfantDied => "the baby has died",
            Self::CarerDied => "the carer has died",
            Self::Withdrew => "withdrew from taking part",
        }
    }

    /// Whether the family takes no part after it.
    pub fn is_an_end(self) -> bool {
        matches!(
            self,
            Self::Declined
                | Self::Left
                | Self::Lost
                | Self::Completed
                | Self::InfantDied
                | Self::CarerDied
                | Self::Withdrew
        )
    }
}

/// The value of an attribute, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeAnswer {
    /// A number.
    Number(f64),
    /// Id of a level.
    Level(String),
    /// A date.
    Date(Date),
    /// None, and why.
    Missing(Missing),
}
