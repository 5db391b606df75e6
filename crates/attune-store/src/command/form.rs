//! What a command says about a form: answers, or why there is none, and the alerts that come with them.

use std::collections::BTreeMap;

use attune_protocol::{
    id::{InstrumentId, ItemId, SiteId, WaveId},
    missing::Missing,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, AlertId, DyadKey, FormId};

/// The answer to an item, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerValue {
    /// Code of an option, or a number.
    Number(f64),
    /// Free text.
    Text(String),
    /// None, and why.
    Missing(Missing),
    /// Answered, then hidden by another answer: kept, but it does not count.
    Hidden(Box<AnswerValue>),
}

impl AnswerValue {
    /// Why it does not count, where it does not.
    pub fn missing(&self) -> Option<Missing> {
        match self {
            Self::Missing(missing) => Some(*missing),
            Self::Hidden(_) => Some(Missing::HiddenByBranching),
            Self::Number(_) | Self::Text(_) => None,
        }
    }
}

/// Answers as they are to be stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormSaved {
    /// Id.
    pub form: FormId,
    /// The unit that it is about: a dyad's code, a session's code, a site.
    pub unit: String,
    /// The dyad, for instruments about one, its infant or its carer.
    pub dyad: Option<DyadKey>,
    /// The instrument as the study uses it.
    pub instrument: InstrumentId,
    /// The planned wave.
    pub wave: Option<WaveId>,
    /// The site.
    pub site: SiteId,
    /// Day of the assessment, where it is known.
    pub on: Option<Date>,
    /// Days after enrolment, for records without dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_after_enrolment: Option<f64>,
    /// Study code of whoever assessed or coded.
    pub assessor: Option<String>,
    /// Version that this one replaces; 0 for the first.
    pub base: u32,
    /// Whether the form is finished; a draft may be changed without a reason.
    pub complete: bool,
    /// Answers by item.
    pub answers: BTreeMap<ItemId, AnswerValue>,
    /// Answers that a clinician must hear of; raised with the form or not at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertRaised>,
}

/// An alert that is raised with a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// Id.
    pub alert: AlertId,
    /// Its rule in the instrument.
    pub rule: String,
    /// The item that raised it.
    pub item: ItemId,
    /// What it says to the clinician.
    pub message: String,
    /// The clinician, where one is named.
    pub to: Option<AccountId>,
}
