//! An observation as a TextGrid: one tier per subject, gaps filled with intervals without a label.

use attune_records::observation::{Event, Interval, Micros, Observation};

use super::{Marks, TextGrid, Tier};
use crate::video_coding::{
    label,
    not_held::{Losses, NotHeld},
    tracks::{self, Track},
};

impl TextGrid {
    /// The TextGrid of an observation, and what it cannot hold.
    pub fn of_observation(observation: &Observation) -> (Self, Vec<NotHeld>) {
        let out = tracks::lay_out(observation);
        let (start, stop) = domain(observation);
        let tiers: Vec<Tier> = out
            .tracks
            .iter()
            .map(|track| tier(track, start, stop))
            .collect();
        let grid = Self {
            xmin: start.seconds(),
            xmax: stop.seconds(),
            tiers,
            left: Vec::new(),
            warnings: Vec::new(),
        };
        let mut losses = Losses::default();
        losses.tell(
            out.unpaired.len(),
            "bouts with one end",
            "an interval has two ends; left out",
        );
        losses.tell(
            out.empty.len(),
            "states without length",
            "an interval of a TextGrid has a length; left out",
        );
        let events = observation.events();
        losses.tell_events(
            events,
            |event| !event.modifiers.as_slice().is_empty(),
            "events with modifiers",
            "a mark has one label: written into it after `|`",
        );
        (grid, losses.into_list())
    }
}

/// From the window or the media, widened to all events.
fn domain(observation: &Observation) -> (Micros, Micros) {
    let window = observation.coded_window();
    let extent = observation.extent();
    let start = [window, extent]
        .into_iter()
        .flatten()
        .map(Interval::start)
        .min();
    let stop = [window, extent]
        .into_iter()
        .flatten()
        .map(Interval::stop)
        .max();
    // Without a window the time before the first event counts.
    let start = if window.is_none() {
        start.map(|start| start.min(Micros::ZERO))
    } else {
        start
    };
    (start.unwrap_or_default(), stop.unwrap_or_default())
}

fn tier(track: &Track<'_>, start: Micros, stop: Micros) -> Tier {
    let marks = if track.is_point {
        let point = |event: &&Event| (event.span.begin().seconds(), label(event));
        Marks::Points(track.events.iter().map(point).collect())
    } else {
        let mut intervals = Vec::new();
        let mut from = start;
        for event in &track.events {
            let (begin, end) = (event.span.begin(), event.span.end());
            if from < begin {
                intervals.push((from.seconds(), begin.seconds(), String::new()));
            }
            intervals.push((begin.seconds(), end.seconds(), label(event)));
            from = end;
        }
        if from < stop {
            intervals.push((from.seconds(), stop.seconds(), String::new()));
        }
        Marks::Intervals(intervals)
    };
    Tier {
        name: track.name.clone(),
        xmin: start.seconds(),
        xmax: stop.seconds(),
        marks,
    }
}
