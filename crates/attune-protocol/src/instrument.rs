//! Instruments as data: what is asked, how it is scored, who may reproduce it. A definition comes
//! from the shipped library or from a file of the study; reading one is in `instrument_file.rs`.
//! Scoring itself belongs to `attune-measures`.

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
    /// Orders of the items in circulation, where there are several; the first is that of `items`.
    pub item_orders: Vec<ItemOrder>,
    /// Scores.
    pub scores: Vec<Score>,
    /// Answers that a named clinician must hear of.
    pub alerts: Vec<Alert>,
    /// Edition and norm facts that must be recorded beside scores that are typed in.
    pub edition: Option<Edition>,
    /// What whoever uses it should know: traps of coding, rules that are Attune's own.
    pub notes: Vec<String>,
    /// Worked examples: answers and the scores that follow from the published rule.
    pub examples: Vec<WorkedExample>,
}

impl Instrument {
    /// The item of a key, as data files and forms name it: an item's id, or its position in an
    /// item order, counted from 1. Without an order, positions are those of `items`. `None` for a
    /// key that names no item and for an order that the definition does not know.
    pub fn item(&self, order: Option<&str>, key: &str) -> Option<&Item> {
        if let Some(item) = self.items.iter().find(|item| item.id.as_str() == key) {
            return Some(item);
        }
        let position: usize = key.parse().ok()?;
        self.in_order(order)?.get(position.checked_sub(1)?).copied()
    }

    /// The items in the order with this name; in the order of `items` when there is no name.
    /// `None` for an order that the definition does not know.
    pub fn in_order(&self, order: Option<&str>) -> Option<Vec<&Item>> {
        let Some(name) = order else {
            return Some(self.items.iter().collect());
        };
        let order = self.item_orders.iter().find(|order| order.id == name)?;
        let by_id = |id: &ItemId| self.items.iter().find(|item| item.id == *id);
        order.items.iter().map(by_id).collect()
    }

    /// The score with this id.
    pub fn score(&self, id: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.id.as_str() == id)
    }
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
    /// Whether the instrument is complete without it.
    pub optional: bool,
    /// What "not applicable" counts, where the published rule gives it a score; otherwise it is a
    /// missing answer like any other.
    pub not_applicable: Option<f64>,
    /// Smallest and largest usual number: others are possible, and asked about again.
    pub usual: Option<(f64, f64)>,
    /// The earlier answer on which it depends whether this is asked at all.
    pub only_if: Option<OnlyIf>,
}

/// An earlier answer on which a question depends. It is asked where the earlier one was itself asked
/// and its code fits; without that answer it falls away.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlyIf {
    /// The earlier item.
    pub item: ItemId,
    /// Codes that fit.
    pub codes: FittingCodes,
}

/// Codes of an answer that make another question be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum FittingCodes {
    /// One of these.
    OneOf(Vec<f64>),
    /// This or more.
    AtLeast(f64),
}

impl OnlyIf {
    /// Whether the code of the earlier answer fits.
    pub fn fits(&self, code: f64) -> bool {
        match &self.codes {
            FittingCodes::OneOf(codes) => codes.contains(&code),
            FittingCodes::AtLeast(least) => code >= *least,
        }
    }
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

impl Answers {
    /// Smallest and largest score of an answer; `None` for free text.
    pub fn range(&self) -> Option<(f64, f64)> {
        match self {
            Self::Options(options) => {
                let scores = options.iter().map(|option| option.score);
                let lowest = scores.clone().reduce(f64::min)?;
                Some((lowest, scores.reduce(f64::max)?))
            }
            Self::Number {
                minimum, maximum, ..
            } => Some((*minimum, *maximum)),
            Self::Text => None,
        }
    }

    /// The score of the answer with this code; `None` when the code is not a possible answer.
    pub fn score(&self, code: f64) -> Option<f64> {
        match self {
            Self::Options(options) => options
                .iter()
                .find(|option| option.code == code)
                .map(|option| option.score),
            Self::Number {
                minimum, maximum, ..
            } => (code >= *minimum && code <= *maximum).then_some(code),
            Self::Text => None,
        }
    }
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
    /// Where the rule is published, where the instrument's citation is not enough.
    pub source: Option<String>,
}

impl Score {
    /// The band of a value. A prorated value may lie between two bands of whole numbers; it belongs
    /// to the lower one, since it has not reached the higher.
    pub fn band(&self, value: f64) -> Option<&Band> {
        self.bands.iter().rev().find(|band| value >= band.from)
    }
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
    /// 1 when every one of these scores is at least its threshold, otherwise 0.
    AllAtLeast(Vec<(ScoreId, f64)>),
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

impl ScoreRule {
    /// Items that the rule takes directly, in its order; none where it takes other scores.
    pub fn items(&self) -> Vec<&ItemId> {
        match self {
            Self::Sum(items) | Self::Mean(items) | Self::Scaled { items, .. } => {
                items.iter().collect()
            }
            Self::Weighted(items) | Self::CountAtLeast(items) => {
                items.iter().map(|(item, _)| item).collect()
            }
            Self::Entered(item) => vec![item],
            Self::AllAtLeast(_)
            | Self::SumOfScores(_)
            | Self::MeanOfScores(_)
            | Self::Lookup { .. } => Vec::new(),
        }
    }

    /// Other scores that the rule takes, in its order.
    pub fn scores(&self) -> Vec<&ScoreId> {
        match self {
            Self::SumOfScores(scores) | Self::MeanOfScores(scores) => scores.iter().collect(),
            Self::AllAtLeast(scores) => scores.iter().map(|(score, _)| score).collect(),
            Self::Lookup { of, .. } => vec![of],
            Self::Sum(_)
            | Self::Mean(_)
            | Self::Scaled { .. }
            | Self::Weighted(_)
            | Self::CountAtLeast(_)
            | Self::Entered(_) => Vec::new(),
        }
    }
}

/// How many answered items are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingRule {
    /// Smallest number of answered items (of known scores, where the rule takes scores) that makes
    /// a score.
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

impl CutOff {
    /// Whether a score is beyond the cut-off.
    pub fn is_reached(&self, score: f64) -> bool {
        if self.at_or_above {
            score >= self.value
        } else {
            score <= self.value
        }
    }
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
    /// Item order of the answers, where the definition knows several.
    pub item_order: Option<String>,
    /// Answers by item; an item that is absent was not answered.
    pub answers: Vec<(ItemId, Result<f64, Missing>)>,
    /// Expected scores, or why there is none.
    pub scores: Vec<(ScoreId, Result<f64, Missing>)>,
    /// Expected bands, for scores that have a value and bands.
    pub bands: Vec<(ScoreId, String)>,
    /// All cut-offs that are reached, by label.
    pub reached: Vec<(ScoreId, String)>,
    /// Expected alerts.
    pub alerts: Vec<String>,
    /// Items whose answer is not a possible one.
    pub invalid: Vec<ItemId>,
}
