//! Answers to items around an intended score.
//!
//! Items start at the share of their range that the score has of its own, with a spread that leaves
//! their sum alone; each is put on its nearest answer; then one item after the other moves one
//! answer up or down until the score is as near to the intended one as the answers allow. How a
//! score follows from its items is in `score_form.rs`.

mod ladder;

use attune_protocol::{
    id::ItemId,
    instrument::{Answers, Instrument},
};

use crate::{
    draws::{standard_normal, whole_between},
    score_form::{ScoreForm, answers_of},
    streams::Stream,
};

use ladder::Ladder;

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
            let code =
                |(field, value): (&Field<'_>, f64)| (field.item.clone(), field.ladder.code(value));
            fields.iter().zip(values).map(code).collect()
        }
        ScoreForm::Count(thresholds) => answers_for_count(instrument, thresholds, intended, stream),
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
fn item_levels(fields: &[Field<'_>], intended: f64, sd_item: f64, stream: &mut Stream) -> Vec<f64> {
    let end = |low: bool| -> f64 {
        let at = |field: &Field<'_>| {
            let (minimum, maximum) = field.range;
            let towards = if (field.weight > 0.0) == low {
                minimum
            } else {
                maximum
            };
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
        let share = if field.weight > 0.0 {
            share
        } else {
            1.0 - share
        };
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
        let moved = field
            .ladder
            .step(values[index], values[index] + gap / field.weight);
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

#[cfg(test)]
mod tests {
    use attune_measures::scoring::score_answers;
    use attune_protocol::{instrument::Score, instrument_library, missing::Missing};

    use super::*;
    use crate::streams::{Purpose, Streams};

    /// Answers around `intended`, and the score that the instrument's own rule makes of them.
    fn scored(instrument: &Instrument, score: &Score, intended: f64, sd_item: f64) -> Option<f64> {
        let form = ScoreForm::of(instrument, score)?;
        let of = [score.id.as_str(), &intended.to_string()];
        let mut stream = Streams::new(5).stream(Purpose::Items, &of);
        let codes = answers_for_score(instrument, &form, intended, sd_item, &mut stream);
        let answer = |(item, code): (ItemId, f64)| (item, Ok::<f64, Missing>(code));
        let answers: Vec<_> = codes.into_iter().map(answer).collect();
        let scores = score_answers(instrument, None, &answers);
        assert!(scores.problems.is_empty(), "{:?}", scores.problems);
        scores.score(&score.id)?.value.ok()
    }

    /// The largest distance between two neighbouring values of the score.
    fn step(instrument: &Instrument, form: &ScoreForm) -> f64 {
        match form {
            ScoreForm::Linear { weights, .. } => weights
                .iter()
                .map(|(item, weight)| match answers_of(instrument, item) {
                    Some(Answers::Number { decimals, .. }) => {
                        weight.abs() / (0..*decimals).fold(1.0, |scale, _| scale * 10.0)
                    }
                    _ => weight.abs(),
                })
                .fold(f64::INFINITY, f64::min),
            ScoreForm::Count(_) => 1.0,
            ScoreForm::Lookup { table, .. } => table
                .windows(2)
                .map(|pair| (pair[1].1 - pair[0].1).abs())
                .fold(0.0, f64::max),
        }
    }

    #[test]
    fn every_score_of_the_library_is_hit_as_near_as_its_answers_allow() {
        let mut n_scores = 0;
        for instrument in instrument_library::all() {
            for score in &instrument.scores {
                let Some(form) = ScoreForm::of(instrument, score) else {
                    continue;
                };
                n_scores += 1;
                let width = score.maximum - score.minimum;
                let near = 0.5 * step(instrument, &form) + 1e-9;
                for share in [0.0, 0.013, 0.25, 0.4999, 0.77, 1.0] {
                    for sd_item in [0.0, 0.8, 3.0] {
                        let intended = score.minimum + share * width;
                        let made = scored(instrument, score, intended, sd_item).unwrap();
                        assert!(
                            (made - intended).abs() <= near,
                            "{} {}: {made} for {intended}",
                            instrument.id,
                            score.id
                        );
                    }
                }
            }
        }
        assert!(n_scores > 20, "{n_scores}");
    }

    #[test]
    fn a_score_beyond_the_scale_is_put_on_its_end() {
        let instrument = instrument_library::find("phq-9", None).unwrap();
        let total = instrument.score("total").unwrap();
        assert_eq!(scored(instrument, total, -8.0, 1.0), Some(0.0));
        assert_eq!(scored(instrument, total, 99.0, 1.0), Some(27.0));
    }

    #[test]
    fn items_spread_around_their_level_only_as_far_as_asked() {
        let instrument = instrument_library::find("phq-9", None).unwrap();
        let total = instrument.score("total").unwrap();
        let form = ScoreForm::of(instrument, total).unwrap();
        let distinct = |sd_item: f64| {
            let mut stream = Streams::new(5).stream(Purpose::Items, &["spread"]);
            let codes = answers_for_score(instrument, &form, 13.0, sd_item, &mut stream);
            let mut codes: Vec<i64> = codes.iter().map(|(_, code)| *code as i64).collect();
            codes.sort_unstable();
            codes.dedup();
            codes
        };
        assert_eq!(distinct(0.0), [1, 2]);
        assert_eq!(distinct(1.5), [0, 1, 2, 3]);
    }
}
