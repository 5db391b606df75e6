//! Answers to items around an intended score.
//!
//! Items start at the share of their range that the score has of its own, with a spread that leaves
//! their sum alone; each is put on its nearest answer; then one item after the other moves one
//! answer up or down until the score is as near to the intended one as the answers allow. Items may
//! be reversed or weighted, and a score may be made of other scores or found in a table.

use attune_protocol::{
    id::ItemId,
    instrument::{Answers, Instrument, Score, ScoreRule},
};

use crate::{
    draws::{round_to, standard_normal, whole_between},
    streams::Stream,
};

/// How a score follows from items, in a form that can be turned round.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreForm {
    /// constant + Σ weight × item.
    Linear {
        /// What reversed items add.
        constant: f64,
        /// Items with their weights; reversed items have a negative one.
        weights: Vec<(ItemId, f64)>,
    },
    /// Number of items at or above their thresholds.
    Count(Vec<(ItemId, f64)>),
    /// Found in a table by another score.
    Lookup {
        /// Raw value and result.
        table: Vec<(f64, f64)>,
        /// The score that is looked up.
        of: Box<ScoreForm>,
    },
}

impl ScoreForm {
    /// The form of `score`; `None` where items cannot be made from it, as for a score that only
    /// says whether others are beyond their thresholds.
    pub fn of(instrument: &Instrument, score: &Score) -> Option<Self> {
        match &score.rule {
            ScoreRule::Sum(items) => linear(instrument, score, items.iter().map(|i| (i, 1.0))),
            ScoreRule::Mean(items) => {
                let share = 1.0 / items.len() as f64;
                linear(instrument, score, items.iter().map(|i| (i, share)))
            }
            ScoreRule::Weighted(items) => {
                linear(instrument, score, items.iter().map(|(i, w)| (i, *w)))
            }
            ScoreRule::Scaled {
                items,
                of_mean,
                factor,
            } => {
                let divisor = if *of_mean { items.len() as f64 } else { 1.0 };
                let weight = factor / divisor;
                linear(instrument, score, items.iter().map(|i| (i, weight)))
            }
            ScoreRule::Entered(item) => linear(instrument, score, [(item, 1.0)].into_iter()),
            ScoreRule::CountAtLeast(items) => Some(Self::Count(items.clone())),
            ScoreRule::SumOfScores(parts) => combined(instrument, parts, 1.0),
            ScoreRule::MeanOfScores(parts) => combined(instrument, parts, 1.0 / parts.len() as f64),
            ScoreRule::Lookup { of, table } => Some(Self::Lookup {
                table: table.clone(),
                of: Box::new(Self::of(instrument, instrument.score(of)?)?),
            }),
            ScoreRule::AllAtLeast(_) => None,
        }
    }

    /// The items that the score is made of.
    pub fn items(&self) -> Vec<&ItemId> {
        match self {
            Self::Linear { weights: items, .. } | Self::Count(items) => {
                items.iter().map(|(item, _)| item).collect()
            }
            Self::Lookup { of, .. } => of.items(),
        }
    }
}

fn linear<'a>(
    instrument: &Instrument,
    score: &Score,
    items: impl Iterator<Item = (&'a ItemId, f64)>,
) -> Option<ScoreForm> {
    let mut constant = 0.0;
    let mut weights = Vec::new();
    for (item, weight) in items {
        let (minimum, maximum) = answers_of(instrument, item)?.range()?;
        if score.reversed.contains(item) {
            constant += weight * (minimum + maximum);
            weights.push((item.clone(), -weight));
        } else {
            weights.push((item.clone(), weight));
        }
    }
    Some(ScoreForm::Linear { constant, weights })
}

fn combined(
    instrument: &Instrument,
    parts: &[attune_protocol::id::ScoreId],
    factor: f64,
) -> Option<ScoreForm> {
    let mut sum = 0.0;
    let mut all: Vec<(ItemId, f64)> = Vec::new();
    for part in parts {
        let ScoreForm::Linear { constant, weights } =
            ScoreForm::of(instrument, instrument.score(part)?)?
        else {
            return None;
        };
        sum += factor * constant;
        for (item, weight) in weights {
            match all.iter_mut().find(|(known, _)| *known == item) {
                Some((_, known)) => *known += factor * weight,
                None => all.push((item, factor * weight)),
            }
        }
    }
    Some(ScoreForm::Linear {
        constant: sum,
        weights: all,
    })
}

fn answers_of<'a>(instrument: &'a Instrument, item: &ItemId) -> Option<&'a Answers> {
    let found = instrument.items.iter().find(|known| known.id == *item)?;
    Some(&found.answers)
}

/// Codes of the answers to the items of one score, so that the score comes as near to `intended` as
/// the answers allow. `sd_item` is the spread of items around their common level, in answer points.
pub fn answers_for_score(
    instrument: &Instrument,
    form: &ScoreForm,
    intended: f64,
    sd_item: f64,
    stream: &mut Stream,
) -> Vec<(ItemId, f64)> {
    match form {
        ScoreForm::Linear { constant, weights } => {
            let fields = fields(instrument, weights, stream);
            let values = values_for_sum(&fields, intended - constant, sd_item, stream);
            let code = |(field, value): (&Field<'_>, f64)| {
                (field.item.clone(), field.ladder.code(value))
            };
            fields.iter().zip(values).map(code).collect()
        }
        ScoreForm::Count(thresholds) => {
            answers_for_count(instrument, thresholds, intended, stream)
        }
        ScoreForm::Lookup { table, of } => {
            let raw = raw_value(table, intended);
            answers_for_score(instrument, of, raw, sd_item, stream)
        }
    }
}

/// Codes for items that no score claims: every answer as likely as the next. Free text has none.
pub fn answers_at_random(answers: &Answers, stream: &mut Stream) -> Option<f64> {
    let (minimum, maximum) = answers.range()?;
    let ladder = Ladder::of(answers)?;
    if let Ladder::Options(options) = &ladder {
        let last = options.len() as i64 - 1;
        let chosen = whole_between(stream, 0, last) as usize;
        return options.get(chosen).map(|(_, code)| *code);
    }
    let value = minimum + (maximum - minimum) * stream.uniform();
    Some(ladder.nearest(value))
}

fn raw_value(table: &[(f64, f64)], intended: f64) -> f64 {
    let distance = |result: f64| (result - intended).abs();
    table
        .iter()
        .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
        .map_or(intended, |(raw, _)| *raw)
}

/// One item of a linear score.
struct Field<'a> {
    item: &'a ItemId,
    weight: f64,
    ladder: Ladder,
    range: (f64, f64),
    /// Settles ties between items that could move equally well.
    priority: f64,
}

fn fields<'a>(
    instrument: &Instrument,
    weights: &'a [(ItemId, f64)],
    stream: &mut Stream,
) -> Vec<Field<'a>> {
    let field = |(item, weight): &'a (ItemId, f64)| {
        let answers = answers_of(instrument, item)?;
        Some(Field {
            item,
            weight: *weight,
            ladder: Ladder::of(answers)?,
            range: answers.range()?,
            priority: stream.uniform(),
        })
    };
    weights.iter().filter_map(field).collect()
}

/// The values that an item can take, as scores.
enum Ladder {
    /// Score and code, ascending by score.
    Options(Vec<(f64, f64)>),
    /// Numbers with so many decimals between two bounds.
    Decimals { range: (f64, f64), decimals: u8 },
}

impl Ladder {
    fn of(answers: &Answers) -> Option<Self> {
        match answers {
            Answers::Options(options) => {
                let pair = |option: &attune_protocol::instrument::AnswerOption| {
                    (option.score, option.code)
                };
                let mut steps: Vec<(f64, f64)> = options.iter().map(pair).collect();
                steps.sort_by(|a, b| a.0.total_cmp(&b.0));
                Some(Self::Options(steps))
            }
            Answers::Number {
                minimum,
                maximum,
                decimals,
            } => Some(Self::Decimals {
                range: (*minimum, *maximum),
                decimals: *decimals,
            }),
            Answers::Text => None,
        }
    }

    fn nearest(&self, value: f64) -> f64 {
        match self {
            Self::Options(steps) => steps
                .iter()
                .map(|(score, _)| *score)
                .min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()))
                .unwrap_or(value),
            Self::Decimals { range, decimals } => {
                round_to(value, *decimals).max(range.0).min(range.1)
            }
        }
    }

    /// The next value from `current` in the direction of `wanted`: one option on, or for numbers
    /// `wanted` itself.
    fn step(&self, current: f64, wanted: f64) -> f64 {
        match self {
            Self::Options(steps) => {
                let mut scores = steps.iter().map(|(score, _)| *score);
                let next = if wanted > current {
                    scores.find(|score| *score > current)
                } else {
                    scores.rev().find(|score| *score < current)
                };
                next.unwrap_or(current)
            }
            Self::Decimals { .. } => self.nearest(wanted),
        }
    }

    fn code(&self, value: f64) -> f64 {
        match self {
            Self::Options(steps) => steps
                .iter()
                .find(|(score, _)| *score == value)
                .map_or(value, |(_, code)| *code),
            Self::Decimals { .. } => value,
        }
    }
}

/// Item values whose weighted sum comes as near to `intended` as they can.
fn values_for_sum(
    fields: &[Field<'_>],
    intended: f64,
    sd_item: f64,
    stream: &mut Stream,
) -> Vec<f64> {
    let levels = item_levels(fields, intended, sd_item, stream);
    let mut values: Vec<f64> = fields
        .iter()
        .zip(&levels)
        .map(|(field, level)| field.ladder.nearest(*level))
        .collect();
    while let Some((index, value)) = best_move(fields, &levels, &values, intended) {
        values[index] = value;
    }
    values
}

/// Where each item would lie if answers were continuous: all at the same share of their range, with
/// a spread whose weighted sum is zero.
fn item_levels(
    fields: &[Field<'_>],
    intended: f64,
    sd_item: f64,
    stream: &mut Stream,
) -> Vec<f64> {
    let end = |low: bool| -> f64 {
        let at = |field: &Field<'_>| {
            let (minimum, maximum) = field.range;
            let towards = if (field.weight > 0.0) == low { minimum } else { maximum };
            field.weight * towards
        };
        fields.iter().map(at).sum()
    };
    let (lowest, highest) = (end(true), end(false));
    let share = if highest > lowest {
        ((intended - lowest) / (highest - lowest)).clamp(0.0, 1.0)
    } else {
        0.5
    };
    let spread = spread_without_sum(fields, sd_item, stream);
    let level = |(field, error): (&Field<'_>, f64)| {
        let (minimum, maximum) = field.range;
        let share = if field.weight > 0.0 { share } else { 1.0 - share };
        minimum + share * (maximum - minimum) + error
    };
    fields.iter().zip(spread).map(level).collect()
}

fn spread_without_sum(fields: &[Field<'_>], sd_item: f64, stream: &mut Stream) -> Vec<f64> {
    let errors: Vec<f64> = fields
        .iter()
        .map(|_| sd_item * standard_normal(stream))
        .collect();
    let squares: f64 = fields.iter().map(|field| field.weight * field.weight).sum();
    if squares == 0.0 {
        return errors;
    }
    let sum: f64 = fields.iter().zip(&errors).map(|(f, e)| f.weight * e).sum();
    let centred = |(field, error): (&Field<'_>, &f64)| error - field.weight * sum / squares;
    fields.iter().zip(&errors).map(centred).collect()
}

/// The move of one item that brings the sum nearest to the intended one; among equals the one that
/// leaves its item nearest to its level. `None` when no move brings it nearer.
fn best_move(
    fields: &[Field<'_>],
    levels: &[f64],
    values: &[f64],
    intended: f64,
) -> Option<(usize, f64)> {
    const NEARER: f64 = 1e-9;
    let sum: f64 = fields.iter().zip(values).map(|(f, v)| f.weight * v).sum();
    let gap = intended - sum;
    let mut best: Option<(f64, f64, f64, usize, f64)> = None;
    for (index, field) in fields.iter().enumerate() {
        if field.weight == 0.0 {
            continue;
        }
        let moved = field.ladder.step(values[index], values[index] + gap / field.weight);
        let left = (gap - field.weight * (moved - values[index])).abs();
        if left > gap.abs() - NEARER {
            continue;
        }
        let away = (moved - levels[index]).abs() - (values[index] - levels[index]).abs();
        let candidate = (left, away, field.priority, index, moved);
        let nearer = |known: &(f64, f64, f64, usize, f64)| {
            let by_gap = candidate.0 - known.0;
            let by_level = candidate.1 - known.1;
            by_gap < -NEARER
                || by_gap <= NEARER
                    && (by_level < -NEARER || by_level <= NEARER && candidate.2 < known.2)
        };
        if best.as_ref().is_none_or(nearer) {
            best = Some(candidate);
        }
    }
    best.map(|(_, _, _, index, moved)| (index, moved))
}

/// So many items, chosen at random, at or above their thresholds, the others below.
fn answers_for_count(
    instrument: &Instrument,
    thresholds: &[(ItemId, f64)],
    intended: f64,
    stream: &mut Stream,
) -> Vec<(ItemId, f64)> {
    let mut order: Vec<(f64, usize)> = (0..thresholds.len())
        .map(|index| (stream.uniform(), index))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = intended.round().clamp(0.0, thresholds.len() as f64) as usize;
    let chosen: Vec<usize> = order[..count].iter().map(|(_, index)| *index).collect();
    let mut answers = Vec::new();
    for (index, (item, threshold)) in thresholds.iter().enumerate() {
        let Some(known) = answers_of(instrument, item) else {
            continue;
        };
        let code = code_beyond(known, *threshold, chosen.contains(&index), stream);
        answers.extend(code.map(|code| (item.clone(), code)));
    }
    answers
}

/// A code at or above the threshold, or below it; any code where there is none on that side.
fn code_beyond(answers: &Answers, threshold: f64, above: bool, stream: &mut Stream) -> Option<f64> {
    let Ladder::Options(steps) = Ladder::of(answers)? else {
        let (minimum, maximum) = answers.range()?;
        return Some(if above { maximum } else { minimum });
    };
    let fitting: Vec<f64> = steps
        .iter()
        .filter(|(score, _)| (*score >= threshold) == above)
        .map(|(_, code)| *code)
        .collect();
    if fitting.is_empty() {
        return answers_at_random(answers, stream);
    }
    let chosen = whole_between(stream, 0, fitting.len() as i64 - 1) as usize;
    fitting.get(chosen).copied()
}
