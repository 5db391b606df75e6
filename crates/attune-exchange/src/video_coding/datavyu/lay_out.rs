//! An observation as a spreadsheet: one column per subject with the codes `behaviour`, its modifier
//! sets and `comment`; columns that came from Datavyu become the same columns again.

use std::collections::BTreeMap;

use attune_records::observation::{Event, Interval, Micros, Observation, Span};

use super::{
    Cell, Column, DatavyuFile, Spreadsheet,
    spreadsheet::escaped,
    take_over::{BEHAVIOUR, COMMENT},
};
use crate::video_coding::{
    each_once::each_once,
    not_held::{Losses, NotHeld},
    tracks::NO_SUBJECT,
};

impl DatavyuFile {
    /// The spreadsheet of an observation, and what it cannot hold.
    pub fn of_observation(observation: &Observation) -> (Self, Vec<NotHeld>) {
        let mut losses = Losses::default();
        let events = observation.events();
        let is_written = |event: &&Event| {
            event.span.begin() >= Micros::ZERO && !matches!(event.span, Span::Unstarted { .. })
        };
        let mut columns: Vec<(&str, Vec<&Event>)> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for event in events.iter().filter(is_written) {
            let name = event
                .subject
                .as_deref()
                .or(event.track.as_deref())
                .unwrap_or(NO_SUBJECT);
            let place = *places.entry(name).or_insert(columns.len());
            if place == columns.len() {
                columns.push((name, Vec::new()));
            }
            columns[place].1.push(event);
        }
        losses.tell_events(
            events,
            |event| !is_written(&event),
            "events before 0 and bouts without a begin",
            "a cell has an onset, at 0 or later; left out",
        );
        losses.tell_events(
            events,
            |event| !event.span.begin().is_whole_millis() || !event.span.end().is_whole_millis(),
            "times finer than a millisecond",
            "rounded to the nearest",
        );
        losses.tell_events(
            events,
            |event| event.span.interval().is_some_and(Interval::is_empty),
            "states without length",
            "a cell without length is a point",
        );
        let sheet = Spreadsheet {
            version: Some("4".to_owned()),
            definitions: Vec::new(),
            columns: columns
                .into_iter()
                .map(|(name, events)| column(name, &events))
                .collect(),
        };
        let file = Self {
            sheet,
            members: Vec::new(),
            project: None,
            as_table: None,
            warnings: Vec::new(),
        };
        (file, losses.into_list())
    }
}

fn column(name: &str, events: &[&Event]) -> Column {
    // A column that was read from Datavyu names its events itself.
    let names_behaviour = !events
        .iter()
        .all(|event| event.subject.is_none() && event.track.as_deref() == Some(&*event.behaviour));
    let modifiers = events.iter().flat_map(|event| event.modifiers.as_slice());
    let sets = each_once(modifiers.map(|modifier| &*modifier.set));
    let has_comments = events.iter().any(|event| event.comment.is_some());
    let code = |name: &str| (escaped(name), "NOMINAL".to_owned());
    let mut codes = Vec::new();
    if names_behaviour {
        codes.push(code(BEHAVIOUR));
    }
    codes.extend(
        sets.iter()
            .map(|set| code(if set.is_empty() { "modifier" } else { set })),
    );
    if has_comments {
        codes.push(code(COMMENT));
    }
    if codes.is_empty() {
        codes.push(code("code01"));
    }
    let cell = |event: &&Event| {
        let mut values = Vec::new();
        if names_behaviour {
            values.push(escaped(&event.behaviour));
        }
        values.extend(
            sets.iter()
                .map(|set| escaped(&event.modifiers.of_set(set).join("/"))),
        );
        if has_comments {
            values.push(escaped(event.comment.as_deref().unwrap_or("")));
        }
        let (onset, offset) = match event.span {
            // As Datavyu leaves a cell whose end was not set.
            Span::Open { start } => (start.millis(), 0),
            span => (span.begin().millis(), span.end().millis()),
        };
        Cell {
            onset,
            offset,
            value: format!("({})", values.join(",")),
            line: event.row,
        }
    };
    Column {
        name: name.replace(['(', ')', '\n', '\r'], " "),
        kind: "MATRIX".to_owned(),
        visible: Some("true".to_owned()),
        comment: Some(String::new()),
        codes: Some(codes),
        cells: events.iter().map(cell).collect(),
    }
}
