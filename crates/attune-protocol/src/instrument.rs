//! Instruments as data: what is asked, how it is scored, who may reproduce it. A definition comes
//! from the shipped library or from a file of the study. Scoring itself belongs to
//! `attune-measures`.

use serde::{Deserialize, Serialize};

use crate::{
    id::{InstrumentId, ItemId, PhaseId, ScoreId, WaveId},
    missing::Missing,
    plan::{About, Better},
};

/// The table `[[instrument]]`: an instrument as the study uses it.
#[derive(Debug, Clone)]
pub struct PlannedInstrument {
    /// Id within the study; measures are named after it.
    pub id: InstrumentId,
    /// What is asked and how it is scored.
    pub definition: Instrument,
    /// Who answers.
    pub answered_by: AnsweredBy,
    /// Whom the answers are about.
    pub about: About,
    /// Planned waves; all waves of the study when the file names none.
    pub waves: Vec<WaveId>,
    /// Planned phases, for designs with phases.
    pub phases: Vec<PhaseId>,
    /// What the person who answers or codes may not know.
    pub blind_to: Vec<BlindTo>,
    /// Which of the definition's item orders is in use, where there are several.
    pub item_order: Option<String>,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweredBy {
    /// A parent or other carer.
    Parent,
    /// A member of the clinic's staff.
    Staff,
    /// A trained assessor who tests or interviews.
    Assessor,
    /// A clinician who knows the family.
    Clinician,
    /// A coder of recordings.
    Observer,
}

/// What somebody may not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlindTo {
    /// The arm.
    Arm,
    /// The wave.
    Wave,
    /// The phase.
    Phase,
    /// The site.
    Site,
}

/// What is asked, how it is scored, and who may reproduce it.
#[derive(Debug, Clone)]
pub struct Instrument {
    /// Id in the library.
    pub id: String,
    /// Version of this definition.
    pub version: u32,
    /// Full title.
    pub title: String,
    /// Short title for tables.
    pub short_title: String,
    /// BCP 47 tag of the texts' language.
    pub language: String,
    /// Who usually answers.
    pub respondents: Vec<AnsweredBy>,
    /// What may be reproduced, and where that is written.
    pub licence: Licence,
    /// How to cite the instrument.
    pub citation: String,
    /// Words above the items, such as the time that they ask about; only where texts may be shown.
    pub instruction: Option<String>,
    /// Items in the order of the first item order.
    pub items: Vec<Item>,
    /// Other orders of the same items in circulation, by name.
    pub item_orders: Vec<ItemOrder>,
    /// Scores.
    pub scores: Vec<Score>,
    /// Answers that a named clinician must hear of.
    pub alerts: Vec<Alert>,
    /// Edition and norm facts that must be recorded beside scores that are typed in.
    pub edition: Option<Edition>,
    /// Worked examples: answers and the scores that follow from the published rule.
    pub examples: Vec<WorkedExample>,
}

/// What may be reproduced.
#[derive(Debug, Clone)]
pub struct Licence {
    /// What this definition holds.
    pub holds: LicenceClass,
    /// The terms in our words.
    pub terms: String,
    /// Where the permission, or its absence, is written.
    pub evidence: String,
}

/// What a definition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceClass {
    /// Item texts, because they may be reproduced.
    Texts,
    /// Item slots and scoring; a site with permission adds the texts.
    Slots,
    /// Published scores only.
    ScoresOnly,
}

/// One question or field.
#[derive(Debug, Clone)]
pub struct Item {
    /// Id within the instrument.
    pub id: ItemId,
    /// Text, where it may be shown.
    pub text: Option<String>,
    /// What answers are possible.
    pub answers: Answers,
    /// Whether it must be asked for the instrument to be complete.
    pub optional: bool,
}

/// What answers are possible.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// One of these options.
    Options(Vec<AnswerOption>),
    /// A number between two bounds, both possible.
    Number {
        /// Smallest possible value.
        minimum: f64,
        /// Largest possible value.
        maximum: f64,
        /// Decimals that are meaningful.
        decimals: u8,
    },
    /// Free text, never scored.
    Text,
}

/// One option: what is stored, what is shown, what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerOption {
    /// What data files hold.
    pub code: f64,
    /// What people read, where it may be shown.
    pub label: Option<String>,
    /// What it counts before reversal; the code itself unless the rule says otherwise.
    pub score: f64,
}

/// One order of the items in circulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemOrder {
    /// Name, such as "maryland".
    pub id: String,
    /// Where it is found.
    pub source: String,
    /// Items of the definition in this order: position 1 holds the first.
    pub items: Vec<ItemId>,
}

/// One score and its rule.
#[derive(Debug, Clone)]
pub struct Score {
    /// Id within the instrument.
    pub id: ScoreId,
    /// Name in reports.
    pub label: String,
    /// How it is made.
    pub rule: ScoreRule,
    /// Items that count the other way round: minimum + maximum − value.
    pub reversed: Vec<ItemId>,
    /// How many answered items are enough, and what is done about the others.
    pub missing: MissingRule,
    /// Smallest possible value.
    pub minimum: f64,
    /// Largest possible value.
    pub maximum: f64,
    /// Which direction is good.
    pub better: Better,
    /// Unit for axes, such as "index points (mean 100, SD 15)".
    pub unit: Option<String>,
    /// Published bands, lowest first; never a diagnosis.
    pub bands: Vec<Band>,
    /// Published cut-offs.
    pub cut_offs: Vec<CutOff>,
}

/// How a score is made from items or other scores.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreRule {
    /// Sum of the items.
    Sum(Vec<ItemId>),
    /// Mean of the items.
    Mean(Vec<ItemId>),
    /// Sum of weight × item.
    Weighted(Vec<(ItemId, f64)>),
    /// Sum or mean of the items, multiplied by a factor.
    Scaled {
        /// The items.
        items: Vec<ItemId>,
        /// Whether they are averaged before.
        of_mean: bool,
        /// The factor.
        factor: f64,
    },
    /// Number of items whose score is at least the threshold.
    CountAtLeast(Vec<(ItemId, f64)>),
    /// Sum of other scores.
    SumOfScores(Vec<ScoreId>),
    /// Mean of other scores.
    MeanOfScores(Vec<ScoreId>),
    /// Found in a table by another score.
    Lookup {
        /// The score that is looked up.
        of: ScoreId,
        /// Raw value and result, ascending.
        table: Vec<(f64, f64)>,
    },
    /// Typed in as published: the value of one item.
    Entered(ItemId),
}

/// How many answered items are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingRule {
    /// Smallest number of answered items that makes a score.
    pub minimum_answered: usize,
    /// Whether missing items take the mean of the answered ones (sums are prorated); otherwise the
    /// score is made from the answered items alone, which only a mean can stand.
    pub prorate: bool,
}

/// A published band of a score, both ends included.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Smallest value.
    pub from: f64,
    /// Largest value.
    pub to: f64,
    /// Name of the band.
    pub label: String,
}

/// A published cut-off.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOff {
    /// Name, such as "possible depression".
    pub label: String,
    /// The value.
    pub value: f64,
    /// Whether the score is beyond it at or above the value; otherwise at or below.
    pub at_or_above: bool,
    /// Where it is published.
    pub source: String,
}

/// An answer that a named clinician must hear of, whatever the total.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Short id.
    pub id: String,
    /// What it says to the clinician.
    pub message: String,
    /// The item that raises it.
    pub item: ItemId,
    /// Raised when the item's score is at least this.
    pub at_least: f64,
}

/// Edition and norms of a developmental test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Editions that may be recorded.
    pub editions: Vec<String>,
    /// Norm versions that may be recorded.
    pub norms: Vec<String>,
    /// Months of age until which the age is corrected for prematurity.
    pub corrected_until_months: Option<u32>,
}

/// Answers and the scores that follow from the published rule.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkedExample {
    /// What the example shows.
    pub shows: String,
    /// Answers by item; an item that is absent was not answered.
    pub answers: Vec<(ItemId, Result<f64, Missing>)>,
    /// Expected scores; `None` where there is no score.
    pub scores: Vec<(ScoreId, Option<f64>)>,
    /// Expected alerts.
    pub alerts: Vec<String>,
}
