//! What each clip contributes to the measures of a stream.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::super::alignment::{self, align};
use super::super::disagreements::{Disagreement, of_points, of_stretches};
use super::super::gamma::{Gamma, gamma};
use super::super::interval_agreement::sum_over_intervals;
use super::super::linking::link;
use super::super::table::{Chance, Kappa, Table};
use super::super::{exact, time_units};
use super::{AgreeSettings, MayPair};
use crate::coding::{Coding, Event, Stream};
use crate::timeline::{Labels, timeline, units};
use crate::window::{Window, seconds};

/// One clip and one stream of codes.
pub(super) struct ClipOfStream {
    pub clip: String,
    pub day: Option<i64>,
    pub length_s: f64,
    /// The events of each coder.
    pub events: [Vec<Event>; 2],
    pub n_events: [usize; 2],
    /// For each coder and code the seconds of states, or the number of points.
    pub amounts: [Vec<f64>; 2],
    pub window: Window,
    pub units: Table,
    pub tolerant: [Table; 2],
    /// Seconds by label; of states only.
    pub exact: Option<Table>,
    pub aligned: Table,
    /// Of states only.
    pub linked: Option<Table>,
    /// Sum and number of intervals.
    pub intervals: (f64, f64),
    pub gamma: Option<Gamma>,
    pub disagreements: Vec<Disagreement>,
    pub overlapping: bool,
    several: BTreeMap<Vec<usize>, usize>,
}

impl ClipOfStream {
    /// The table that is shown: seconds of states, units of points.
    pub fn shown(&self) -> &Table {
        self.exact.as_ref().unwrap_or(&self.units)
    }

    /// The kappa by which clips are compared.
    pub fn main_kappa(&self) -> Kappa {
        match &self.exact {
            Some(table) => table.kappa(Chance::Margins),
            None => self.units.kappa(Chance::Margins),
        }
    }
}

/// All clips of a stream with one numbering of labels, and the names of the labels.
pub(super) fn of_clips(
    stream: &Stream,
    clips: &[(&Coding, &Coding, Window)],
    settings: &AgreeSettings,
) -> (Vec<ClipOfStream>, Vec<String>) {
    let mut all: Vec<ClipOfStream> = clips
        .par_iter()
        .map(|(first, second, window)| of_clip(stream, (*first, *second), window, settings))
        .collect();
    let mut labels = Labels::new(stream.codes.len());
    let n_single = stream.codes.len() + 1;
    let renumbered: Vec<Vec<usize>> = all
        .iter()
        .map(|clip| {
            let mut new: Vec<usize> = (0..n_single + clip.several.len()).collect();
            for (members, label) in &clip.several {
                new[*label] = labels.label(members);
            }
            new
        })
        .collect();
    for (clip, new) in all.iter_mut().zip(&renumbered) {
        let tables = [&mut clip.units]
            .into_iter()
            .chain(&mut clip.tolerant)
            .chain(&mut clip.exact);
        for table in tables {
            *table = renumber(table, new, labels.len());
        }
    }
    let names = (0..labels.len()).map(|label| labels.name(label, &stream.codes));
    (all, names.collect())
}

fn renumber(table: &Table, new: &[usize], n: usize) -> Table {
    let mut renumbered = Table::new(n);
    for first in 0..table.n() {
        for second in 0..table.n() {
            let amount = table.at(first, second);
            if amount != 0.0 {
                renumbered.add(new[first], new[second], amount);
            }
        }
    }
    renumbered
}

fn of_clip(
    stream: &Stream,
    (first, second): (&Coding, &Coding),
    window: &Window,
    settings: &AgreeSettings,
) -> ClipOfStream {
    let n_codes = stream.codes.len();
    let events = [stream.events(first, window), stream.events(second, window)];
    let mut labels = Labels::new(n_codes);
    let [a, b] = [0, 1].map(|coder| units(window, &events[coder], settings.unit, &mut labels));
    let lines = stream
        .states
        .then(|| [0, 1].map(|coder| timeline(window, &events[coder], &mut labels)));
    let may_pair = MayPair {
        tolerance: settings.tolerance,
        overlap: settings.aligned_overlap,
    };
    let aligned = align(&events[0], &events[1], may_pair);
    let linked = stream
        .states
        .then(|| link(&events[0], &events[1], settings.linked_overlap));
    let n_labels = labels.len();
    let tolerance = (settings.tolerance / settings.unit) as usize;
    let place = (first.clip.as_str(), stream);
    let disagreements = match &lines {
        Some([a, b]) => of_stretches(place, (a, b), &labels),
        None => of_points(place, &aligned),
    };
    let bounds = (
        window.segments().first().map_or(0, |segment| segment.0),
        window.segments().last().map_or(0, |segment| segment.1),
    );
    let gamma = settings
        .gamma
        .filter(|_| stream.states)
        .and_then(|settings| gamma(&events, bounds, &settings));
    ClipOfStream {
        clip: first.clip.clone(),
        day: second.day,
        length_s: seconds(window.length()),
        n_events: [events[0].len(), events[1].len()],
        amounts: [0, 1].map(|coder| amounts(&events[coder], n_codes)),
        units: time_units::table(&a, &b, n_labels),
        tolerant: [
            time_units::tolerant_table(&a, &b, tolerance, n_labels),
            time_units::tolerant_table(&b, &a, tolerance, n_labels),
        ],
        exact: lines.as_ref().map(|[a, b]| exact::table(a, b, n_labels)),
        aligned: alignment::table(&aligned, n_codes),
        linked: linked.map(|linked| alignment::table(&linked, n_codes)),
        intervals: sum_over_intervals(window, &events[0], &events[1], n_codes, settings.interval),
        gamma,
        disagreements,
        overlapping: labels.overlapping() || events.iter().any(|list| overlap_themselves(list)),
        several: labels.into_several(),
        window: window.clone(),
        events,
    }
}

fn amounts(events: &[Event], n_codes: usize) -> Vec<f64> {
    let mut amounts = vec![0.0; n_codes];
    for event in events {
        amounts[event.code] += if event.is_point() {
            1.0
        } else {
            seconds(event.length())
        };
    }
    amounts
}

/// Whether a state begins before one that began earlier has ended.
fn overlap_themselves(events: &[Event]) -> bool {
    let states = events.iter().filter(|event| !event.is_point());
    let mut reached = i64::MIN;
    for event in states {
        if event.start < reached {
            return true;
        }
        reached = reached.max(event.end);
    }
    false
}

/// The sum of tables of one size.
pub(super) fn pooled<'a>(tables: impl Iterator<Item = &'a Table>, n: usize) -> Table {
    let mut all = Table::new(n);
    for table in tables {
        for first in 0..table.n() {
            for second in 0..table.n() {
                all.add(first, second, table.at(first, second));
            }
        }
    }
    all
}
