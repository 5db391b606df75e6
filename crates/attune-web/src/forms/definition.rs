//! A form as JSON, made from an instrument's definition: everything that somebody needs who shows the
//! form, checks its answers and scores them, and nothing about the study. Texts are there where the
//! instrument's licence lets them be; otherwise a question is its number and an option its code.

use attune_protocol::{
    id::{ItemId, ScoreId},
    instrument::{Answers, FittingCodes, Instrument, Item, LicenceClass, OnlyIf, Score, ScoreRule},
    missing::Missing,
};
use serde::Serialize;

/// Version of this JSON; a runtime refuses one that it does not know.
pub const FORMAT: u32 = 1;

/// Reasons that somebody at a form may give for a missing answer; the others come about by themselves.
pub const REASONS: [Missing; 5] = [
    Missing::NotAsked,
    Missing::Refused,
    Missing::NotApplicable,
    Missing::NotDone,
    Missing::Invalid,
];

/// A form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormDefinition {
    /// Version of this JSON.
    pub format: u32,
    /// Id of the instrument in its library.
    pub instrument: String,
    /// Version of the instrument's definition.
    pub version: u32,
    /// Full title.
    pub title: String,
    /// Language of the texts.
    pub language: String,
    /// Words above the questions.
    pub instruction: Option<String>,
    /// Whether questions are numbers only, because their texts may not be reproduced here.
    pub texts_elsewhere: bool,
    /// How the instrument is cited, under the form.
    pub citation: String,
    /// Questions in the order in which they are asked.
    pub questions: Vec<Question>,
    /// Scores in the order in which they are made.
    pub scores: Vec<ScoreDefinition>,
    /// Answers that somebody must hear of.
    pub alerts: Vec<AlertDefinition>,
    /// Reasons for a missing answer that may be given.
    pub reasons: Vec<Missing>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Id of the item.
    pub id: ItemId,
    /// Place in the form, counted from 1.
    pub number: usize,
    /// The question, or "Item 3".
    pub text: String,
    /// What may be answered.
    pub answers: AnswersDefinition,
    /// Whether the form is complete without it.
    pub optional: bool,
    /// What "not applicable" counts, where it counts.
    pub not_applicable: Option<f64>,
    /// Usual smallest and largest number.
    pub usual: Option<(f64, f64)>,
    /// The earlier answer on which it depends.
    pub only_if: Option<Condition>,
}

/// What may be answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AnswersDefinition {
    /// One of these.
    Options {
        /// In the order in which they are shown.
        options: Vec<OptionDefinition>,
    },
    /// A number.
    Number {
        /// Smallest possible.
        minimum: f64,
        /// Largest possible.
        maximum: f64,
        /// Decimals that may be given.
        decimals: u8,
    },
    /// Words.
    Text,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptionDefinition {
    /// What is stored.
    pub code: f64,
    /// What is read, or the code.
    pub label: String,
    /// Whether the label is only the code.
    pub is_code: bool,
    /// What it counts.
    pub score: f64,
}

/// The earlier answer on which a question depends: one of some codes, or at least one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The earlier item.
    pub item: ItemId,
    /// Codes that fit.
    pub one_of: Option<Vec<f64>>,
    /// Smallest code that fits.
    pub at_least: Option<f64>,
}

/// A score and its rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreDefinition {
    /// Id within the instrument.
    pub id: ScoreId,
    /// Its name.
    pub label: String,
    /// How it is made.
    pub rule: RuleDefinition,
    /// Items that count the other way round.
    pub reversed: Vec<ItemId>,
    /// How many known parts are enough.
    pub minimum_answered: usize,
    /// Whether missing parts take the mean of the others.
    pub prorate: bool,
    /// Smallest possible value.
    pub minimum: f64,
    /// Largest possible value.
    pub maximum: f64,
    /// Unit.
    pub unit: Option<String>,
    /// Published bands: smallest value and name, lowest first.
    pub bands: Vec<(f64, String)>,
    /// Published cut-offs.
    pub cut_offs: Vec<CutOffDefinition>,
}

/// How a score is made.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum RuleDefinition {
    /// Sum of items, times a factor.
    Sum {
        /// The items.
        items: Vec<ItemId>,
        /// The factor.
        factor: f64,
    },
    /// Mean of items, times a factor.
    Mean {
        /// The items.
        items: Vec<ItemId>,
        /// The factor.
        factor: f64,
    },
    /// Sum of weight times item.
    Weighted {
        /// Item and weight.
        items: Vec<(ItemId, f64)>,
    },
    /// Number of items at or above their thresholds.
    CountAtLeast {
        /// Item and threshold.
        items: Vec<(ItemId, f64)>,
    },
    /// 1 when all these scores are at or above their thresholds.
    AllAtLeast {
        /// Score and threshold.
        scores: Vec<(ScoreId, f64)>,
    },
    /// Sum of scores.
    SumOfScores {
        /// The scores.
        scores: Vec<ScoreId>,
    },
    /// Mean of scores.
    MeanOfScores {
        /// The scores.
        scores: Vec<ScoreId>,
    },
    /// Found in a table.
    Lookup {
        /// The score that is looked up.
        of: ScoreId,
        /// Raw value and result.
        table: Vec<(f64, f64)>,
    },
    /// Typed in.
    Entered {
        /// The item.
        item: ItemId,
    },
}

/// A cut-off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CutOffDefinition {
    /// Its name.
    pub label: String,
    /// Its value.
    pub value: f64,
    /// Whether it is reached at or above the value; otherwise at or below.
    pub at_or_above: bool,
}

/// An answer that somebody must hear of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertDefinition {
    /// Id of the rule.
    pub id: String,
    /// What it says.
    pub message: String,
    /// The item.
    pub item: ItemId,
    /// Raised from this score up.
    pub at_least: f64,
}

impl FormDefinition {
    /// The form of an instrument with its items in an order. An order that the definition does not
    /// know has been refused when the study was read; the definition's own order stands in.
    pub fn of(instrument: &Instrument, item_order: Option<&str>) -> Self {
        let items = instrument
            .in_order(item_order)
            .unwrap_or_else(|| instrument.items.iter().collect());
        Self {
            format: FORMAT,
            instrument: instrument.id.clone(),
            version: instrument.version,
            title: instrument.title.clone(),
            language: instrument.language.clone(),
            instruction: instrument.instruction.clone(),
            texts_elsewhere: instrument.licence.holds == LicenceClass::Slots,
            citation: instrument.citation.clone(),
            questions: items
                .into_iter()
                .enumerate()
                .map(|(place, item)| question(place + 1, item))
                .collect(),
            scores: instrument.scores.iter().map(score).collect(),
            alerts: instrument
                .alerts
                .iter()
                .map(|alert| AlertDefinition {
                    id: alert.id.clone(),
                    message: alert.message.clone(),
                    item: alert.item.clone(),
                    at_least: alert.at_least,
                })
                .collect(),
            reasons: REASONS.to_vec(),
        }
    }

    /// The question of an item.
    pub fn question(&self, item: &str) -> Option<&Question> {
        self.questions
            .iter()
            .find(|question| question.id.as_str() == item)
    }

    /// As JSON that may stand inside a `script` element: no `<` in it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .expect("a definition is plain data")
            .replace('<', "\\u003c")
    }
}

fn question(number: usize, item: &Item) -> Question {
    Question {
        id: item.id.clone(),
        number,
        text: item
            .text
            .clone()
            .unwrap_or_else(|| format!("Item {number}")),
        answers: match &item.answers {
            Answers::Options(options) => AnswersDefinition::Options {
                options: options
                    .iter()
                    .map(|option| OptionDefinition {
                        code: option.code,
                        label: option
                            .label
                            .clone()
                            .unwrap_or_else(|| option.code.to_string()),
                        is_code: option.label.is_none(),
                        score: option.score,
                    })
                    .collect(),
            },
            Answers::Number {
                minimum,
                maximum,
                decimals,
            } => AnswersDefinition::Number {
                minimum: *minimum,
                maximum: *maximum,
                decimals: *decimals,
            },
            Answers::Text => AnswersDefinition::Text,
        },
        optional: item.optional,
        not_applicable: item.not_applicable,
        usual: item.usual,
        only_if: item.only_if.as_ref().map(condition),
    }
}

fn condition(only_if: &OnlyIf) -> Condition {
    let (one_of, at_least) = match &only_if.codes {
        FittingCodes::OneOf(codes) => (Some(codes.clone()), None),
        FittingCodes::AtLeast(least) => (None, Some(*least)),
    };
    Condition {
        item: only_if.item.clone(),
        one_of,
        at_least,
    }
}

fn score(score: &Score) -> ScoreDefinition {
    ScoreDefinition {
        id: score.id.clone(),
        label: score.label.clone(),
        rule: rule(&score.rule),
        reversed: score.reversed.clone(),
        minimum_answered: score.missing.minimum_answered,
        prorate: score.missing.prorate,
        minimum: score.minimum,
        maximum: score.maximum,
        unit: score.unit.clone(),
        bands: score
            .bands
            .iter()
            .map(|band| (band.from, band.label.clone()))
            .collect(),
        cut_offs: score
            .cut_offs
            .iter()
            .map(|cut_off| CutOffDefinition {
                label: cut_off.label.clone(),
                value: cut_off.value,
                at_or_above: cut_off.at_or_above,
            })
            .collect(),
    }
}

fn rule(rule: &ScoreRule) -> RuleDefinition {
    match rule.clone() {
        ScoreRule::Sum(items) => RuleDefinition::Sum { items, factor: 1.0 },
        ScoreRule::Mean(items) => RuleDefinition::Mean { items, factor: 1.0 },
        ScoreRule::Scaled {
            items,
            of_mean: false,
            factor,
        } => RuleDefinition::Sum { items, factor },
        ScoreRule::Scaled {
            items,
            of_mean: true,
            factor,
        } => RuleDefinition::Mean { items, factor },
        ScoreRule::Weighted(items) => RuleDefinition::Weighted { items },
        ScoreRule::CountAtLeast(items) => RuleDefinition::CountAtLeast { items },
        ScoreRule::AllAtLeast(scores) => RuleDefinition::AllAtLeast { scores },
        ScoreRule::SumOfScores(scores) => RuleDefinition::SumOfScores { scores },
        ScoreRule::MeanOfScores(scores) => RuleDefinition::MeanOfScores { scores },
        ScoreRule::Lookup { of, table } => RuleDefinition::Lookup { of, table },
        ScoreRule::Entered(item) => RuleDefinition::Entered { item },
    }
}
