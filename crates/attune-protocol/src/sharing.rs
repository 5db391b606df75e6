//! By which rules data leave the team: the table `[sharing]`.

use serde::{Deserialize, Serialize};

/// The table `[sharing]`; without it its defaults hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// Fewest dyads that a site or level must have to be told.
    pub smallest_group: u32,
    /// Fewest dyads that must be alike in the open-data crate.
    pub fewest_alike: u32,
    /// How exactly times are told.
    pub times: SharedTimes,
}

/// How exactly times since enrolment and ages are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedTimes {
    /// In months with one decimal.
    Months,
    /// In whole days.
    Days,
    /// Not at all.
    Waves,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            smallest_group: 5,
            fewest_alike: 3,
            times: SharedTimes::Months,
        }
    }
}
