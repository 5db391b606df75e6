//! BORIS, one row per bout.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{CodingProject, Event, Frames, Interval, Observation, Span};

use super::{
    boris_columns::{Left, NOTHING, described, frame, time},
    boris_observation::{category, describe_by_rows, scheme},
    grid::{Columns, Grid, Row},
};
use crate::video_coding::{CodingFault, CodingFaults, CodingRead, intern::Interner};

pub(super) fn to_project(grid: &Grid, heading: usize) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let id_column = columns.place(&["observation id"]);
    let (mut faults, mut interner) = (Vec::new(), Interner::default());
    let (mut left, mut categories) = (Left::default(), BTreeMap::new());
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
            Ok(Some(event)) => {
                left.path(&columns, row);
                category(&columns, row, &event.behaviour, &mut categories);
                groups[place].2.push(event);
            }
            Ok(None) => left.without_time.push(row.number),
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
        describe_by_rows(&mut one, &columns, &rows);
        all_events.extend(events.iter().cloned());
        observations.push(one.with_events(events));
    }
    let mut project = CodingProject::default();
    project.scheme = scheme(&all_events, &categories, &observations);
    Ok(CodingRead {
        project: project
            .with_observations(observations)
            .expect("groups are told apart by their names"),
        not_taken_over: left.told(),
        warnings: grid.warnings.clone(),
    })
}

/// The event of a row; none where BORIS itself knew no time.
fn event(
    columns: &Columns<'_>,
    row: &Row,
    interner: &mut Interner,
) -> Result<Option<Event>, CodingFault> {
    let kind = columns
        .cell(row, columns.place(&["behavior type"]))
        .to_uppercase();
    let places = [columns.place(&["start (s)"]), columns.place(&["stop (s)"])];
    if places.map(|place| columns.cell(row, place)) == [NOTHING, NOTHING] {
        return Ok(None);
    }
    let ends = places.map(|place| time(columns, row, place));
    let span = match (kind.as_str(), ends) {
        ("POINT", [Some(at), _]) => Some(Span::Point(at)),
        ("STATE" | "", [Some(start), Some(stop)]) => Interval::new(start, stop).map(Span::State),
        _ => None,
    };
    let span = span.ok_or_else(|| no_bout(columns, row, &kind, places))?;
    let mut text = |names: &[&str]| {
        let text = columns.cell(row, columns.place(names));
        (!text.is_empty()).then(|| interner.shared(text))
    };
    let (comment, stop_comment) = (text(&["comment start", "comment"]), text(&["comment stop"]));
    let stop = frame(columns, row, &["image index stop"]).filter(|_| !span.is_point());
    Ok(Some(Event {
        span,
        comment,
        stop_comment,
        frames: frame(columns, row, &["image index start"]).map(|start| Frames { start, stop }),
        ..described(columns, row, interner)
    }))
}

/// What of a row fits no bout.
fn no_bout(
    columns: &Columns<'_>,
    row: &Row,
    kind: &str,
    places: [Option<usize>; 2],
) -> CodingFault {
    let [start, stop] = places.map(|place| columns.cell(row, place));
    let ends = places.map(|place| time(columns, row, place));
    let what = match (kind, ends) {
        ("POINT" | "STATE" | "", [None, _]) => format!("Start (s) `{start}` is no time"),
        ("STATE" | "", [_, None]) => format!("Stop (s) `{stop}` is no time"),
        ("STATE" | "", _) => format!("the bout ends at {stop} s, before it begins at {start} s"),
        _ => format!("Behavior type `{kind}` is neither STATE nor POINT"),
    };
    CodingFault::new(
        format!("row {}", row.number),
        what,
        "export the aggregated events from BORIS again, or correct the row",
    )
}
