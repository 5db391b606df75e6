//! BORIS's time budgets. The plain one pairs begins and ends of a behaviour in order of time **without
//! looking at modifiers**, so bouts that overlap with different modifiers come out too short; the
//! synthetic one pairs by modifier first and adds lengths. Both are reproduced as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::{BorisObservation, End, exact_sum, mean_and_deviation};
use crate::window::{Micros, seconds};

/// One row of a plain time budget; `None` is BORIS's NA.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetRow {
    /// Subject.
    pub subject: String,
    /// Behaviour.
    pub behaviour: String,
    /// Modifiers; empty when they are not looked at.
    pub modifiers: String,
    /// Its numbers; `None` when a begin has no end.
    pub numbers: Option<Budget>,
}

/// How often, how long, how far apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Occurrences.
    pub number: usize,
    /// Seconds in all; of states.
    pub duration: Option<f64>,
    /// Mean of the lengths.
    pub duration_mean: Option<f64>,
    /// Standard deviation of the lengths.
    pub duration_stdev: Option<f64>,
    /// Mean of the gaps: end to next begin of states, point to point.
    pub inter_duration_mean: Option<f64>,
    /// Standard deviation of the gaps.
    pub inter_duration_stdev: Option<f64>,
}

/// The plain time budget, by subject and behaviour, and by modifiers where asked for.
pub fn time_budget(observation: &BorisObservation, by_modifiers: bool) -> Vec<BudgetRow> {
    let mut groups: BTreeMap<(&str, &str, &str), (bool, Vec<Micros>)> = BTreeMap::new();
    for event in &observation.events {
        let modifiers = if by_modifiers {
            event.modifiers.as_str()
        } else {
            ""
        };
        let key = (event.subject.as_str(), event.behaviour.as_str(), modifiers);
        let (is_point, times) = groups.entry(key).or_default();
        *is_point = event.is_point();
        times.push(event.start);
        if let End::At(end) = event.end {
            times.push(end);
        }
    }
    let row =
        |((subject, behaviour, modifiers), (is_point, mut times)): (_, (bool, Vec<Micros>))| {
            times.sort_unstable();
            let (subject, behaviour, modifiers): (&str, &str, &str) =
                (subject, behaviour, modifiers);
            BudgetRow {
                subject: subject.to_owned(),
                behaviour: behaviour.to_owned(),
                modifiers: modifiers.to_owned(),
                numbers: if is_point {
                    Some(of_points(&times))
                } else {
                    of_states(&times)
                },
            }
        };
    groups.into_iter().map(row).collect()
}

fn of_points(times: &[Micros]) -> Budget {
    let gaps: Vec<f64> = times
        .windows(2)
        .map(|pair| seconds(pair[1]) - seconds(pair[0]))
        .collect();
    let (inter_duration_mean, inter_duration_stdev) = mean_and_deviation(&gaps);
    Budget {
        number: times.len(),
        duration: None,
        duration_mean: None,
        duration_stdev: None,
        inter_duration_mean,
        inter_duration_stdev,
    }
}

fn of_states(times: &[Micros]) -> Option<Budget> {
    if times.len() % 2 == 1 {
        return None;
    }
    let apart = |pair: &[Micros]| seconds(pair[1]) - seconds(pair[0]);
    let lengths: Vec<f64> = times.chunks(2).map(apart).collect();
    let between = &times[1..times.len() - 1];
    let gaps: Vec<f64> = between.chunks(2).map(apart).collect();
    let (duration_mean, duration_stdev) = mean_and_deviation(&lengths);
    let (inter_duration_mean, inter_duration_stdev) = mean_and_deviation(&gaps);
    Some(Budget {
        number: lengths.len(),
        duration: Some(exact_sum(&lengths)),
        duration_mean,
        duration_stdev,
        inter_duration_mean,
        inter_duration_stdev,
    })
}

/// One row of a synthetic budget.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticRow {
    /// Subject.
    pub subject: String,
    /// Behaviour.
    pub behaviour: String,
    /// Modifiers; empty when they are not looked at.
    pub modifiers: String,
    /// Occurrences.
    pub number: usize,
    /// Seconds in all; `None` for points, 0 for a state that never occurs.
    pub duration: Option<f64>,
    /// Mean length; `None` for points and for a state that never occurs.
    pub duration_mean: Option<f64>,
    /// Standard deviation; from two occurrences on.
    pub duration_stdev: Option<f64>,
    /// Share of the observation; `None` for points.
    pub proportion: Option<f64>,
}

/// The synthetic budget: a row for every subject that has events and every behaviour of the list
/// (with whether it is a point), also where it never occurs. `None` when a state has no end.
pub fn synthetic_budget(
    observation: &BorisObservation,
    behaviours: &[(String, bool)],
    by_modifiers: bool,
) -> Option<Vec<SyntheticRow>> {
    if !observation.is_paired() {
        return None;
    }
    let length = observation.length_s();
    let events = &observation.events;
    let subjects: BTreeSet<&str> = events.iter().map(|event| event.subject.as_str()).collect();
    let mut rows = Vec::new();
    for subject in subjects {
        for (behaviour, is_point) in behaviours {
            let of_behaviour = || events.iter().filter(|event| event.behaviour == *behaviour);
            let modifiers: BTreeSet<&str> = if by_modifiers {
                of_behaviour()
                    .map(|event| event.modifiers.as_str())
                    .collect()
            } else {
                BTreeSet::from([""])
            };
            for modifier in modifiers {
                let mut bouts: Vec<(Micros, Micros)> = of_behaviour()
                    .filter(|event| event.subject == subject)
                    .filter(|event| !by_modifiers || event.modifiers == modifier)
                    .map(|event| (event.start, event.last()))
                    .collect();
                bouts.sort_unstable();
                let lengths: Vec<f64> = bouts
                    .iter()
                    .map(|(start, end)| seconds(*end) - seconds(*start))
                    .collect();
                let (mean, deviation) = mean_and_deviation(&lengths);
                let total = exact_sum(&lengths);
                rows.push(SyntheticRow {
                    subject: subject.to_owned(),
                    behaviour: behaviour.clone(),
                    modifiers: modifier.to_owned(),
                    number: bouts.len(),
                    duration: (!is_point).then_some(total),
                    duration_mean: mean.filter(|_| !is_point),
                    duration_stdev: deviation.filter(|_| !is_point),
                    proportion: (!is_point).then(|| {
                        if bouts.is_empty() {
                            0.0
                        } else {
                            total / length
                        }
                    }),
                });
            }
        }
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boris::BorisEvent;

    #[test]
    fn overlapping_bouts_with_other_modifiers_come_out_as_boris_has_them() {
        let speech = |modifiers: &str, start: i64, end: i64| BorisEvent {
            subject: "parent".to_owned(),
            behaviour: "speech".to_owned(),
            modifiers: modifiers.to_owned(),
            start: start * 1_000_000,
            end: End::At(end * 1_000_000),
        };
        let observation = BorisObservation {
            events: vec![speech("ids", 10, 40), speech("ads", 20, 50)],
            media_length_s: Some(600.0),
            ..BorisObservation::default()
        };
        let total = |rows: &[BudgetRow]| -> Vec<Option<f64>> {
            rows.iter()
                .map(|row| row.numbers.and_then(|numbers| numbers.duration))
                .collect()
        };
        assert_eq!(total(&time_budget(&observation, false)), [Some(20.0)]);
        assert_eq!(
            total(&time_budget(&observation, true)),
            [Some(30.0), Some(30.0)]
        );
        let rows = synthetic_budget(&observation, &[("speech".to_owned(), false)], false).unwrap();
        assert_eq!(
            (rows[0].duration, rows[0].proportion),
            (Some(60.0), Some(0.1))
        );
    }
}
