//! Rows of a file of codings: first who was there, then what happened.

use attune_protocol::data::{CodedUnit, CodingColumns, DataFile};
use attune_records::{
    Records,
    observation::{Event, Span},
    records::SessionCoding,
};

use super::{Cell, Cells, Part, RowKey, id_cell};

pub(super) fn coding_rows(file: &DataFile, columns: &CodingColumns, records: &Records) -> Part {
    let mut rows = Vec::new();
    for coding in records
        .codings
        .iter()
        .filter(|coding| coding.scheme == columns.scheme)
    {
        let coder = coding.coder.as_deref().unwrap_or_default();
        let key = |item: usize| RowKey {
            unit: coding.session.to_string(),
            visit: Some(format!("coded by {coder}")),
            item: Some(item),
        };
        for person in &coding.people {
            let mut cells = of_coding(file, columns, coding);
            let Some(subject) = &columns.subject else {
                continue;
            };
            cells.push((subject.clone(), Cell::Text(person.to_string())));
            rows.push((key(rows.len()), cells));
        }
        for event in &coding.events {
            let mut cells = of_coding(file, columns, coding);
            cells.extend(of_event(file, columns, event));
            rows.push((key(rows.len()), cells));
        }
    }
    let mut headings = unit_headings(&columns.unit);
    headings.extend(columns.coder.clone());
    headings.extend(columns.length.clone());
    headings.extend(columns.subject.clone());
    headings.push(columns.behaviour.clone());
    headings.extend(columns.target.clone());
    headings.extend(columns.start.clone());
    headings.extend(columns.stop.clone());
    headings.extend(columns.value.clone());
    Part {
        columns: headings,
        rows,
    }
}

fn unit_headings(unit: &CodedUnit) -> Vec<String> {
    match unit {
        CodedUnit::Session(session) => vec![session.clone()],
        CodedUnit::Dyad { dyad, when } => {
            let mut headings = vec![dyad.clone()];
            headings.extend(when.wave.clone());
            headings.extend(when.date.clone());
            headings.extend(when.time.as_ref().map(|time| time.column.clone()));
            headings
        }
    }
}

fn of_coding(file: &DataFile, columns: &CodingColumns, coding: &SessionCoding) -> Cells {
    let mut cells = Cells::new();
    if let CodedUnit::Session(session) = &columns.unit {
        cells.push((session.clone(), id_cell(file, session, &coding.session)));
    }
    if let (Some(column), Some(window)) = (&columns.length, coding.window) {
        cells.push((column.clone(), Cell::Number(window.length().seconds())));
    }
    if let (Some(column), Some(coder)) = (&columns.coder, &coding.coder) {
        cells.push((column.clone(), Cell::Text(coder.to_string())));
    }
    cells
}

fn of_event(file: &DataFile, columns: &CodingColumns, event: &Event) -> Cells {
    let behaviour = id_cell(file, &columns.behaviour, &event.behaviour);
    let mut cells = vec![(columns.behaviour.clone(), behaviour)];
    let start = Cell::Number(event.span.begin().seconds());
    cells.extend(columns.start.clone().map(|column| (column, start)));
    for (column, name) in [
        (&columns.subject, &event.subject),
        (&columns.target, &event.target),
    ] {
        if let (Some(column), Some(name)) = (column, name) {
            cells.push((column.clone(), Cell::Text(name.to_string())));
        }
    }
    if let (Some(column), Span::State(bout)) = (&columns.stop, event.span) {
        cells.push((column.clone(), Cell::Number(bout.stop().seconds())));
    }
    cells
}
