//! BORIS, one row per bout.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{
    CodingProject, Event, Frames, Interval, Micros, Observation, Span,
};

use super::{
    boris_rows::{definitions, describe_by_row, described},
    grid::{Columns, Grid, Row},
};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, intern::Interner, tracks::scheme_of_events,
};

pub(super) fn to_project(grid: &Grid, heading: usize) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let id_column = columns.place(&["observation id"]);
    let (mut faults, mut interner) = (Vec::new(), Interner::default());
    let mut groups: Vec<(Arc<str>, Vec<&Row>, Vec<Event>)> = Vec::new();
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for row in &grid.rows[heading + 1..] {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = interner.shared(columns.cell(row, id_column));
        let place = *places.entry(Arc::clone(&id)).or_insert_with(|| {
            groups.push((id, Vec::new(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
        match event(&columns, row, &mut interner) {
            Ok(event) => groups[place].2.push(event),
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(faults) = CodingFaults::of(faults) {
        return Err(faults);
    }
    let mut all_events = Vec::new();
    let mut observations = Vec::new();
    for (id, rows, events) in groups {
        let mut one = Observation::new(id);
        if let Some(first) = rows.first() {
            describe_by_row(&mut one, &columns, &rows, first);
        }
        all_events.extend(events.iter().cloned());
        observations.push(one.with_events(events));
    }
    let mut project = CodingProject::default();
    project.scheme = scheme_of_events(&all_events);
    project.scheme.variables = definitions(&observations);
    Ok(CodingRead {
        project: project
            .with_observations(observations)
            .expect("groups are told apart by their names"),
        not_taken_over: Vec::new(),
        warnings: grid.warnings.clone(),
    })
}

fn event(columns: &Columns<'_>, row: &Row, interner: &mut Interner) -> Result<Event, CodingFault> {
    let micros = |names: &[&str]| {
        columns
            .number(row, columns.place(names))
            .and_then(Micros::from_seconds)
    };
    let kind = columns
        .cell(row, columns.place(&["behavior type"]))
        .to_uppercase();
    let ends = (micros(&["start (s)"]), micros(&["stop (s)"]));
    let span = match (kind.as_str(), ends) {
        ("POINT", (Some(at), _)) => Some(Span::Point(at)),
        ("STATE" | "", (Some(start), Some(stop))) => Interval::new(start, stop).map(Span::State),
        _ => None,
    };
    let span = span.ok_or_else(|| {
        CodingFault::new(
            format!("row {}", row.number),
            "no bout: it needs STATE or POINT and times in seconds, the end not before the begin",
            "export the aggregated events from BORIS again, or correct the row",
        )
    })?;
    let mut text = |names: &[&str]| {
        let text = columns.cell(row, columns.place(names));
        (!text.is_empty()).then(|| interner.shared(text))
    };
    let (comment, stop_comment) = (text(&["comment start"]), text(&["comment stop"]));
    let frame = |name: &str| {
        let number = columns.number(row, columns.place(&[name]))?;
        (number >= 0.0 && number.fract() == 0.0 && number < 4e9).then_some(number as u32)
    };
    Ok(Event {
        span,
        comment,
        stop_comment,
        frames: frame("image index start").map(|start| Frames {
            start,
            stop: frame("image index stop"),
        }),
        ..described(columns, row, interner)
    })
}
