//! What a command says about consent: who agreed to what, for whom, by what authority and how; what was
//! agreed before this application; how far a withdrawal goes.

use attune_protocol::id::PurposeId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ConsentId, DyadKey, PersonId},
    vault::Sealed,
};

/// A consent, or a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsentGiven {
    /// Id.
    pub consent: ConsentId,
    /// The dyad.
    pub dyad: DyadKey,
    /// The purpose.
    pub purpose: PurposeId,
    /// For whom.
    pub for_person: PersonId,
    /// By whom.
    pub by_person: PersonId,
    /// By what authority.
    pub authority: Authority,
    /// Whether it was given.
    pub given: bool,
    /// Version of the text.
    pub version: String,
    /// Language of the text.
    pub language: String,
    /// SHA-256 of the text, bit for bit as it was shown.
    pub text: String,
    /// When.
    pub on: Date,
    /// How.
    pub manner: Manner,
    /// Note about the person's understanding, sealed under that person's key.
    pub competence: Option<Sealed>,
    /// Name of the witness, sealed under the same key.
    pub witness: Option<Sealed>,
}

/// An answer that was given before this application, as the study's own records tell it. It is about the
/// family as a whole; who answered, by what authority and how is on the study's paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierConsent {
    /// Id.
    pub consent: ConsentId,
    /// The dyad.
    pub dyad: DyadKey,
    /// The purpose.
    pub purpose: PurposeId,
    /// Whether it was given.
    pub given: bool,
    /// When, where the records tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// Version of the text, where the records tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Language of the text, where the records tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// SHA-256 of the text, where the study still has this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// By what authority somebody consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// An adult for herself or himself.
    OwnBehalf,
    /// A mother or father under 16 with capacity, for herself or himself.
    OwnBehalfUnderSixteen,
    /// A parent with parental responsibility, for the infant.
    ParentalResponsibility,
    /// A parent under 16 with capacity, for the infant.
    ParentUnderSixteen,
    /// Somebody with parental responsibility by a court's order, for the infant.
    CourtOrder,
    /// A local authority with parental responsibility, for the infant.
    LocalAuthority,
    /// The child, asked again when old enough.
    ChildLater,
}

/// How consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// Signed on paper.
    SignedOnPaper,
    /// Signed on a screen.
    SignedOnScreen,
    /// Said before a witness.
    SpokenWitnessed,
}

/// How far a withdrawal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawalLevel {
    /// Nothing new is collected; what there is stays in the analyses.
    StopCollecting,
    /// What there is leaves every analysis and export, too.
    LeaveOut,
    /// What there is is erased.
    Erase,
}
