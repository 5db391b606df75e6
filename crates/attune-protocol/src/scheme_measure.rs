//! Measures that a scheme declares beyond those that its behaviours yield by themselves: the table
//! `[[scheme.measure]]`. Each names what is measured of which behaviour, of whom, and in which part of the
//! recording. How they are computed is in `attune-measures`.

use serde::{Deserialize, Serialize};

use crate::id::ScoreId;

/// A declared measure.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemeMeasure {
    /// Id within the scheme; the measure is `scheme.id`.
    pub id: ScoreId,
    /// Name in reports.
    pub label: String,
    /// What is measured.
    pub what: Measured,
    /// Of whom and when.
    pub scope: MeasureScope,
}

/// Of whom and in which part of a recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeasureScope {
    /// Ids of the subjects whose behaviour counts; all that can show it when empty.
    pub subjects: Vec<String>,
    /// Ids of the subjects to whom acts must go; anybody when empty.
    pub to: Vec<String>,
    /// The span of the recording that counts, such as one episode; all of it when absent.
    pub during: Option<String>,
    /// Seconds after the begin of that part before which nothing counts.
    pub from_seconds: Option<f64>,
    /// Seconds after the begin of that part from which nothing counts.
    pub until_seconds: Option<f64>,
    /// Details that an event must have to count: each a modifier and what it must be.
    pub with: Vec<(String, Detail)>,
}

/// What a modifier must be for an event to count.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// One of its words is among those that were chosen.
    Word(String),
    /// Its number lies within these bounds, both included.
    Within {
        /// The lowest.
        lowest: f64,
        /// The highest.
        highest: f64,
    },
}

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// An amount of one behaviour.
    Amount(Amount, String),
    /// Seconds until a behaviour first begins, where it does within so many seconds; otherwise that many.
    Latency {
        /// The behaviour.
        behaviour: String,
        /// Latencies beyond this count as this.
        within: f64,
    },
    /// Whether a behaviour begins within so many seconds: 1 or 0.
    Occurs {
        /// The behaviour.
        behaviour: String,
        /// The seconds.
        within: f64,
    },
    /// How one behaviour follows another.
    Transition {
        /// What comes first.
        from: String,
        /// What follows.
        to: String,
        /// How many events later.
        lag: usize,
        /// The behaviours whose events make the sequence; all of the scheme when empty.
        among: Vec<String>,
        /// What of it.
        statistic: TransitionStatistic,
    },
    /// How often a behaviour is answered by another within so many seconds.
    Contingency {
        /// What may be answered.
        given: String,
        /// What answers.
        answer: String,
        /// Ids of the subjects who answer; all when empty.
        answer_subjects: Vec<String>,
        /// The seconds.
        within: f64,
        /// What of it.
        statistic: ContingencyStatistic,
    },
}

/// An amount of one behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Amount {
    /// Times it occurs.
    Count,
    /// Times per codable minute.
    Rate,
    /// Seconds that it lasts in all.
    Duration,
    /// Share of the codable time.
    Share,
    /// Mean length in seconds.
    MeanLength,
    /// Mean gap in seconds from the end of one to the begin of the next.
    Gap,
    /// Share of the answered samples of time in which it was the case.
    SampleShare,
    /// Share of the answered samples of time over the whole of which it lasted.
    WholeIntervalShare,
}

impl Amount {
    /// Whether only a behaviour with begin and end has it.
    pub fn needs_lengths(self) -> bool {
        matches!(
            self,
            Self::Duration | Self::Share | Self::MeanLength | Self::WholeIntervalShare
        )
    }
}

/// What is told of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransitionStatistic {
    /// Share of what follows the first behaviour.
    Probability,
    /// Adjusted residual.
    AdjustedResidual,
    /// Yule's Q.
    YulesQ,
    /// Log odds ratio, a half added to each cell.
    LogOdds,
}

/// What is told of a contingency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContingencyStatistic {
    /// Share that is answered.
    Answered,
    /// That share less what the answers' frequency alone gives.
    AboveChance,
}

impl Measured {
    /// The behaviours that it names.
    pub fn behaviours(&self) -> Vec<&str> {
        match self {
            Self::Amount(_, behaviour)
            | Self::Latency { behaviour, .. }
            | Self::Occurs { behaviour, .. } => vec![behaviour],
            Self::Transition {
                from, to, among, ..
            } => {
                let both = [from.as_str(), to.as_str()].into_iter();
                both.chain(among.iter().map(String::as_str)).collect()
            }
            Self::Contingency { given, answer, .. } => vec![given, answer],
        }
    }
}
