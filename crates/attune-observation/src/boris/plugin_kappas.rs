//! The kappas of BORIS's plugins of 2026: stretches between all changes of either coder, each
//! counting one (unweighted) or its seconds (weighted); each time at which somebody has a point
//! counts one. A label is every subject and behaviour that holds; begin included, end not.

use std::collections::BTreeSet;

use super::{BorisObservation, Numbers};
use crate::agreement::table::{Chance, Table};
use crate::window::{Micros, seconds};

/// Kappa with the shares behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PluginKappa {
    /// Kappa; `None` where only one label occurs.
    pub kappa: Option<f64>,
    /// Share of agreement.
    pub observed: f64,
    /// Share that chance gives.
    pub expected: f64,
    /// Sum of weights.
    pub total: f64,
}

/// Every stretch counts one, whatever its length.
pub fn unweighted(one: &BorisObservation, other: &BorisObservation) -> PluginKappa {
    kappa(one, other, false)
}

/// Stretches count their seconds, points one.
pub fn weighted(one: &BorisObservation, other: &BorisObservation) -> PluginKappa {
    kappa(one, other, true)
}

fn kappa(one: &BorisObservation, other: &BorisObservation, by_seconds: bool) -> PluginKappa {
    let events = || one.events.iter().chain(&other.events);
    let states = events().filter(|event| !event.is_point());
    let changes: BTreeSet<Micros> = states
        .flat_map(|event| [event.start, event.last()])
        .collect();
    let points: BTreeSet<Micros> = events()
        .filter(|event| event.is_point())
        .map(|event| event.start)
        .collect();
    let changes: Vec<Micros> = changes.into_iter().collect();
    let mut numbers: Numbers<Vec<(&str, &str)>> = Numbers::new();
    let mut tallies: Vec<(usize, usize, f64)> = Vec::with_capacity(changes.len() + points.len());
    for stretch in changes.windows(2) {
        let weight = if by_seconds {
            seconds(stretch[1] - stretch[0])
        } else {
            1.0
        };
        let labels = [one, other].map(|observation| label(observation, stretch[0], false));
        let [a, b] = labels.map(|label| numbers.of(label));
        tallies.push((a, b, weight));
    }
    for point in points {
        let labels = [one, other].map(|observation| label(observation, point, true));
        let [a, b] = labels.map(|label| numbers.of(label));
        tallies.push((a, b, 1.0));
    }
    let mut table = Table::new(numbers.0.len().max(1));
    for (a, b, weight) in tallies {
        table.add(a, b, weight);
    }
    let kappa = table.kappa(Chance::Margins);
    PluginKappa {
        kappa: kappa.kappa,
        observed: kappa.observed,
        expected: kappa.expected,
        total: table.total(),
    }
}

fn label(observation: &BorisObservation, at: Micros, with_points: bool) -> Vec<(&str, &str)> {
    let holds = observation.events.iter().filter(|event| {
        if event.is_point() {
            with_points && event.start == at
        } else {
            event.start <= at && at < event.last()
        }
    });
    let mut label: Vec<(&str, &str)> = holds
        .map(|event| (event.subject.as_str(), event.behaviour.as_str()))
        .collect();
    label.sort_unstable();
    label
}
