//! Consent purposes of a study: the table `[[consent]]`. A family agrees to each purpose on its
//! own; texts are versioned, and what a withdrawal does is fixed before anybody is asked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::PurposeId;

/// One thing that a family may agree to or not.
#[derive(Debug, Clone)]
pub struct ConsentPurpose {
    /// Short id.
    pub id: PurposeId,
    /// Name on forms and in reports.
    pub label: String,
    /// Whether taking part at all depends on it.
    pub needed_to_take_part: bool,
    /// Whether its texts tell what is compared: they are then not shown to whoever is blind.
    pub tells_arms: bool,
    /// Texts by version and language, oldest first.
    pub texts: Vec<ConsentText>,
    /// What a withdrawal does.
    pub withdrawal: WithdrawalEffect,
}

/// One version of a consent text in one language.
#[derive(Debug, Clone)]
pub struct ConsentText {
    /// Version as printed on the form.
    pub version: String,
    /// BCP 47 language tag.
    pub language: String,
    /// File beside the study file.
    pub file: String,
    /// First day of use.
    pub from: Option<Date>,
    /// SHA-256 of the file, lower-case hexadecimal: the text that a family saw, bit for bit.
    pub fingerprint: String,
}

/// What happens when a family withdraws from a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawalEffect {
    /// Answers and scores already given.
    pub records: WithdrawnRecords,
    /// Recordings, and all that was made from them.
    pub media: WithdrawnMedia,
}

/// What happens to answers and scores already given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawnRecords {
    /// No new ones are collected; old ones stay in the analyses.
    Keep,
    /// Old ones are kept but leave every analysis and export.
    LeaveOut,
    /// Old ones are erased.
    Erase,
}

/// What happens to recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawnMedia {
    /// They stay.
    Keep,
    /// They are deleted with all that was made from them; codes stay.
    Delete,
    /// They are deleted, and the codes made from them too.
    DeleteWithCodes,
}
