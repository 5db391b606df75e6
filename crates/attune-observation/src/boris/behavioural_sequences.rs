//! BORIS's behavioural sequences and transition matrices: at every begin and end the states that hold
//! then, joined by `+`; at every point the states and the point. Rows are taken in order of time, then
//! of the behaviour's name, so at a change of states the earlier name is handled first.

use super::{BorisObservation, End};
use crate::window::Micros;

/// How often each label follows each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionMatrix {
    /// The labels in alphabetical order.
    pub labels: Vec<String>,
    /// Rows are what comes first.
    pub counts: Vec<Vec<usize>>,
}

/// A row of BORIS's table of events.
struct Row<'a> {
    at: Micros,
    behaviour: &'a str,
    modifiers: &'a str,
    is_point: bool,
}

/// The sequence of a subject; empty when it has no event.
pub fn sequence(observation: &BorisObservation, subject: &str) -> Vec<String> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for event in observation
        .events
        .iter()
        .filter(|event| event.subject == subject)
    {
        let row = |at| Row {
            at,
            behaviour: &event.behaviour,
            modifiers: &event.modifiers,
            is_point: event.is_point(),
        };
        rows.push(row(event.start));
        if let End::At(end) = event.end {
            rows.push(row(end));
        }
    }
    rows.sort_by_key(|row| (row.at, row.behaviour, row.modifiers));
    let mut holding: Vec<(&str, &str)> = Vec::new();
    let mut sequence = Vec::new();
    let joined = |holding: &[(&str, &str)]| {
        let mut names: Vec<&str> = holding.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.join("+")
    };
    for row in rows {
        if row.is_point {
            // BORIS leaves the states of a point in the order in which they began.
            let states = holding.iter().map(|(name, _)| *name);
            sequence.push(states.chain([row.behaviour]).collect::<Vec<_>>().join("+"));
            continue;
        }
        let state = (row.behaviour, row.modifiers);
        match holding.iter().position(|known| *known == state) {
            Some(place) => {
                holding.remove(place);
            }
            None => holding.push(state),
        }
        if !holding.is_empty() {
            sequence.push(joined(&holding));
        }
    }
    sequence
}

/// How often each label of a sequence follows each; `None` with fewer than two.
pub fn transitions(sequence: &[String]) -> Option<TransitionMatrix> {
    if sequence.len() < 2 {
        return None;
    }
    let mut labels = sequence.to_vec();
    labels.sort();
    labels.dedup();
    let mut counts = vec![vec![0; labels.len()]; labels.len()];
    let place = |label: &String| labels.binary_search(label).unwrap_or(0);
    for pair in sequence.windows(2) {
        counts[place(&pair[0])][place(&pair[1])] += 1;
    }
    Some(TransitionMatrix { labels, counts })
}

impl TransitionMatrix {
    /// Each count as a share of all.
    pub fn share_of_all(&self) -> Vec<Vec<f64>> {
        let all: usize = self.counts.iter().flatten().sum();
        self.scaled(|_| all)
    }

    /// Each count as a share of what follows the same label; 0 where nothing does.
    pub fn share_after(&self) -> Vec<Vec<f64>> {
        self.scaled(|row| row.iter().sum())
    }

    fn scaled(&self, scale: impl Fn(&[usize]) -> usize) -> Vec<Vec<f64>> {
        let share = |row: &Vec<usize>| {
            let scale = scale(row).max(1) as f64;
            row.iter().map(|count| *count as f64 / scale).collect()
        };
        self.counts.iter().map(share).collect()
    }
}
