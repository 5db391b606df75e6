//! Cells of Datavyu as the R package datavyur writes them: times in milliseconds, one column per
//! code.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{
    CodingProject, Event, Interval, Micros, Modifier, Modifiers, Observation, Span,
};

use super::grid::{Columns, Grid, Row};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, NotTakenOver, boris::list_rows, intern::Interner,
    tracks::scheme_of_events,
};

const KNOWN: [&str; 5] = ["file", "column", "ordinal", "onset", "offset"];

pub(super) fn to_project(grid: &Grid, heading: usize) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let file = columns.place(&["file"]);
    let (mut faults, mut backwards) = (Vec::new(), Vec::new());
    let mut interner = Interner::default();
    let mut groups: Vec<(Arc<str>, Vec<Event>)> = Vec::new();
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for row in &grid.rows[heading + 1..] {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = interner.shared(columns.cell(row, file));
        match event(&columns, row, &mut interner, &mut backwards) {
            Err(fault) => faults.push(fault),
            Ok(event) => {
                let place = *places.entry(Arc::clone(&id)).or_insert(groups.len());
                if place == groups.len() {
                    groups.push((id, Vec::new()));
                }
                groups[place].1.push(event);
            }
        }
    }
    if let Some(faults) = CodingFaults::of(faults) {
        return Err(faults);
    }
    let all: Vec<Event> = groups
        .iter()
        .flat_map(|(_, events)| events.iter().cloned())
        .collect();
    let observations = groups
        .into_iter()
        .map(|(id, events)| Observation::new(id).with_events(events));
    let mut project = CodingProject::default();
    project.scheme = scheme_of_events(&all);
    let mut not_taken_over = Vec::new();
    if !backwards.is_empty() {
        let why = "it lies before the onset; the cells are kept as bouts with one end";
        not_taken_over.push(NotTakenOver::new(
            "the offset of cells",
            list_rows(&backwards),
            why,
        ));
    }
    Ok(CodingRead {
        project: project
            .with_observations(observations.collect())
            .expect("groups are told apart by their names"),
        not_taken_over,
        warnings: grid.warnings.clone(),
    })
}

fn event(
    columns: &Columns<'_>,
    row: &Row,
    interner: &mut Interner,
    backwards: &mut Vec<u32>,
) -> Result<Event, CodingFault> {
    let micros = |name: &str| {
        let millis = columns.number(row, columns.place(&[name]))?;
        Micros::from_seconds(millis / 1000.0)
    };
    let (Some(onset), Some(offset)) = (micros("onset"), micros("offset")) else {
        return Err(CodingFault::new(
            format!("row {}", row.number),
            "onset and offset are not both times in milliseconds",
            "write the table again from Datavyu, or correct the row",
        ));
    };
    let span = match Interval::new(onset, offset) {
        Some(interval) if interval.is_empty() => Span::Point(onset),
        Some(interval) => Span::State(interval),
        None => {
            backwards.push(row.number);
            Span::Open { start: onset }
        }
    };
    let track = interner.shared(columns.cell(row, columns.place(&["column"])));
    let modifier = |(place, code): (usize, &str)| Modifier {
        set: interner.shared(code),
        values: match columns.cell(row, Some(place)) {
            "" | "NA" => Vec::new(),
            value => vec![Arc::from(value)],
        },
    };
    Ok(Event {
        modifiers: Modifiers::new(
            columns
                .others(&KNOWN, &[])
                .into_iter()
                .map(modifier)
                .collect(),
        ),
        track: Some(Arc::clone(&track)),
        row: row.number,
        ..Event::new(track, span)
    })
}
