//! The figures of BORIS by its own rules, for those who need the same numbers (`--compat boris`).
//!
//! BORIS keeps rows START and STOP with times in seconds and three decimals; its kappa runs from the
//! first to the last event of either coder instead of the codable time, includes both ends of a
//! state, and puts all subjects into one table. The guide's page "Where and why Attune differs from
//! BORIS" tells what that does. Checked against BORIS 9.12.3.

pub mod behavioural_sequences;
pub mod needleman_wunsch;
pub mod plugin_kappas;
pub mod time_budget;
pub mod time_unit_kappa;

use std::collections::BTreeMap;

use crate::window::{Micros, seconds};

/// An observation as BORIS sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BorisObservation {
    /// Its id.
    pub id: String,
    /// States and points.
    pub events: Vec<BorisEvent>,
    /// Seconds of the longest player; `None` for a live observation.
    pub media_length_s: Option<f64>,
}

/// One state or point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorisEvent {
    /// Subject; `No focal subject` where BORIS has an empty one.
    pub subject: String,
    /// Code of the behaviour.
    pub behaviour: String,
    /// Modifiers as BORIS writes them, joined by `|`.
    pub modifiers: String,
    /// Begin, or the time of a point.
    pub start: Micros,
    /// End.
    pub end: End,
}

/// How an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is a point.
    Point,
    /// A state that ends then.
    At(Micros),
    /// A state whose end was never coded.
    Open,
}

impl BorisEvent {
    /// Whether it is a point.
    pub fn is_point(&self) -> bool {
        self.end == End::Point
    }

    /// The last time at which it is; the begin of an open state.
    pub fn last(&self) -> Micros {
        match self.end {
            End::At(end) => end,
            End::Point | End::Open => self.start,
        }
    }
}

impl BorisObservation {
    /// Length in seconds: nothing without events; the last event of a live observation; otherwise the
    /// longest player, or the last event where that is later.
    pub fn length_s(&self) -> f64 {
        let Some(last) = self.events.iter().map(BorisEvent::last).max() else {
            return 0.0;
        };
        seconds(last).max(self.media_length_s.unwrap_or(0.0))
    }

    /// Whether every state has an end: BORIS refuses kappa and synthetic budgets otherwise.
    pub fn is_paired(&self) -> bool {
        self.events.iter().all(|event| event.end != End::Open)
    }
}

/// What is asked of BORIS's comparison of two observations.
#[derive(Debug, Clone, PartialEq)]
pub struct BorisSettings {
    /// Subjects; all when empty.
    pub subjects: Vec<String>,
    /// Behaviours; all when empty.
    pub behaviours: Vec<String>,
    /// Whether modifiers are part of the label.
    pub modifiers: bool,
    /// Unit of time.
    pub step: Micros,
}

impl BorisSettings {
    fn chosen<'a>(&self, observation: &'a BorisObservation) -> Vec<&'a BorisEvent> {
        let any = |list: &[String], name: &String| list.is_empty() || list.contains(name);
        let events = observation.events.iter();
        events
            .filter(|event| {
                any(&self.subjects, &event.subject) && any(&self.behaviours, &event.behaviour)
            })
            .collect()
    }

    fn subjects_of(&self, observations: [&BorisObservation; 2]) -> Vec<String> {
        if !self.subjects.is_empty() {
            return self.subjects.clone();
        }
        let events = observations
            .iter()
            .flat_map(|observation| &observation.events);
        let all: std::collections::BTreeSet<&String> = events.map(|event| &event.subject).collect();
        all.into_iter().cloned().collect()
    }
}

/// Numbers for names, in the order in which they are met.
#[derive(Debug)]
struct Numbers<K>(BTreeMap<K, usize>);

impl<K: Ord> Numbers<K> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn of(&mut self, name: K) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }
}

/// A number rounded to three decimals as Python's `round` does: by the exact value of the double.
pub fn three_decimals(value: f64) -> f64 {
    format!("{value:.3}").parse().unwrap_or(value)
}

/// The correctly rounded sum of doubles (Shewchuk 1997), as Python's `statistics` uses it.
fn exact_sum(values: &[f64]) -> f64 {
    let mut partials: Vec<f64> = Vec::new();
    for value in values {
        let mut rest = *value;
        let mut kept = 0;
        for place in 0..partials.len() {
            let mut other = partials[place];
            if rest.abs() < other.abs() {
                std::mem::swap(&mut rest, &mut other);
            }
            let high = rest + other;
            let low = other - (high - rest);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            rest = high;
        }
        partials.truncate(kept);
        partials.push(rest);
    }
    partials.iter().rev().sum()
}

/// Mean and, from two values on, the standard deviation with n − 1.
fn mean_and_deviation(values: &[f64]) -> (Option<f64>, Option<f64>) {
    if values.is_empty() {
        return (None, None);
    }
    let n = values.len() as f64;
    let mean = exact_sum(values) / n;
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    let deviation = (values.len() > 1).then(|| (exact_sum(&squares) / (n - 1.0)).sqrt());
    (Some(mean), deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_by_the_value_of_the_double() {
        // 2.0005 lies just above the half as a double, 1.0005 just below.
        assert_eq!(
            (three_decimals(2.0005), three_decimals(1.0005)),
            (2.001, 1.0)
        );
        assert_eq!(three_decimals(0.0625), 0.062);
    }

    #[test]
    fn a_sum_of_tenths_is_exact() {
        assert_eq!(exact_sum(&[0.1; 10]), 1.0);
        assert_eq!(exact_sum(&[1e16, 1.0, -1e16]), 1.0);
    }
}
