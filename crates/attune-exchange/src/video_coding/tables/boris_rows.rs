//! BORIS, one row per event: begin and end of a state say what they are, so that nothing depends on
//! their order.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{
    CodingProject, Event, Frames, Interval, Modifiers, Observation, Span,
};

use super::{
    boris_columns::{Left, NOTHING, described, frame, time},
    boris_observation::{Above, category, describe_by_rows, scheme},
    grid::{Columns, Grid, Row},
};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, boris::unpaired_warnings, intern::Interner,
};

/// Reads rows below the headings; what stands above them describes the one observation.
pub(super) fn to_project(
    grid: &Grid,
    heading: usize,
    name: &str,
) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let above = Above::read(&grid.rows[..heading], name);
    let id_column = columns.place(&["observation id"]);
    let mut groups: Vec<(String, Vec<&Row>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in &grid.rows[heading + 1..] {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = match columns.cell(row, id_column) {
            "" => above.id.clone(),
            id => id.to_owned(),
        };
        let place = *places.entry(id.clone()).or_insert_with(|| {
            groups.push((id, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    if groups.is_empty() {
        groups.push((above.id.clone(), Vec::new()));
    }
    let mut reading = Reading::default();
    let mut observations = Vec::new();
    let mut all_events = Vec::new();
    for (id, rows) in groups {
        let events = reading.events(&columns, &rows);
        let mut one = Observation::new(id);
        above.describe(&mut one);
        describe_by_rows(&mut one, &columns, &rows);
        all_events.extend(events.iter().cloned());
        observations.push(one.with_events(events));
    }
    if let Some(faults) = CodingFaults::of(reading.faults) {
        return Err(faults);
    }
    let mut project = CodingProject::default();
    project.scheme = scheme(&all_events, &reading.categories, &observations);
    let project = project
        .with_observations(observations)
        .expect("groups are told apart by their names");
    let mut warnings = grid.warnings.clone();
    warnings.extend(unpaired_warnings(&project));
    Ok(CodingRead {
        project,
        not_taken_over: reading.left.told(),
        warnings,
    })
}

/// What is found on the way through all observations.
#[derive(Default)]
struct Reading {
    interner: Interner,
    categories: BTreeMap<Arc<str>, Arc<str>>,
    faults: Vec<CodingFault>,
    left: Left,
}

impl Reading {
    fn events(&mut self, columns: &Columns<'_>, rows: &[&Row]) -> Vec<Event> {
        let when = columns.place(&["time"]);
        let status = columns.place(&["status", "behavior type"]);
        let mut timed = Vec::with_capacity(rows.len());
        for row in rows {
            let status = columns.cell(row, status).to_uppercase();
            let is_known = ["START", "STOP", "POINT"].contains(&status.as_str());
            match time(columns, row, when) {
                Some(micros) if is_known => timed.push((micros, status, *row)),
                Some(_) => self.faults.push(CodingFault::new(
                    format!("row {}", row.number),
                    format!("`{status}` is neither START, STOP nor POINT"),
                    "export the events from BORIS again, or correct the cell",
                )),
                None if columns.cell(row, when) == NOTHING => {
                    self.left.without_time.push(row.number);
                }
                None => self.faults.push(CodingFault::new(
                    format!("row {}, column Time", row.number),
                    format!("`{}` is no time in seconds", columns.cell(row, when)),
                    "export the events with times in seconds, or delete the row",
                )),
            }
        }
        timed.sort_by_key(|(time, _, _)| *time);
        let mut events: Vec<Event> = Vec::new();
        let mut begun: BTreeMap<Key, usize> = BTreeMap::new();
        for (time, status, row) in timed {
            self.left.path(columns, row);
            let event = described(columns, row, &mut self.interner);
            category(columns, row, &event.behaviour, &mut self.categories);
            let key = (
                event.subject.clone(),
                Arc::clone(&event.behaviour),
                event.modifiers.clone(),
            );
            let text = columns.cell(row, columns.place(&["comment"]));
            let text = (!text.is_empty()).then(|| self.interner.shared(text));
            let frame = frame(columns, row, &["image index", "frame index"]);
            let event = Event {
                frames: frame.map(|start| Frames { start, stop: None }),
                ..event
            };
            match status.as_str() {
                "POINT" => events.push(Event {
                    span: Span::Point(time),
                    comment: text,
                    ..event
                }),
                "START" => {
                    begun.insert(key, events.len());
                    events.push(Event {
                        span: Span::Open { start: time },
                        comment: text,
                        ..event
                    });
                }
                _ => match begun.remove(&key) {
                    Some(bout) => {
                        let bout: &mut Event = &mut events[bout];
                        if let Some(interval) = Interval::new(bout.span.begin(), time) {
                            bout.span = Span::State(interval);
                        }
                        bout.stop_comment = text;
                        bout.stop_row = Some(row.number);
                        if let Some(frames) = &mut bout.frames {
                            frames.stop = frame;
                        }
                    }
                    None => events.push(Event {
                        span: Span::Unstarted { stop: time },
                        stop_comment: text,
                        ..event
                    }),
                },
            }
        }
        events
    }
}

/// What bouts are paired by: subject, behaviour and modifiers.
type Key = (Option<Arc<str>>, Arc<str>, Modifiers);
