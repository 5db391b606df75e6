//! Rows of a file of codings: first who was there, then what happened and what was rated.

use attune_protocol::{
    data::{CodedUnit, CodingColumns, DataFile, VisitColumns},
    missing::Missing,
};
use attune_records::{
    Records,
    coding_lines::{CodingLine, coding_lines},
    records::{DyadCoding, SessionCoding, When},
};

use super::{Cell, Cells, Part, RowKey, id_cell, missing_cell, number_cell};

pub(super) fn coding_rows(
    file: &DataFile,
    columns: &CodingColumns,
    records: &Records,
    notes: &mut Vec<String>,
) -> Part {
    let mut rows = Vec::new();
    let sessions = records.codings.iter().map(|coding| (None, coding));
    let visits = &records.dyad_codings;
    let visits = visits.iter().map(|visit| (Some(visit), &visit.coding));
    let is_of_file = |(visit, coding): &(Option<&DyadCoding>, &SessionCoding)| {
        let is_of_dyads = matches!(columns.unit, CodedUnit::Dyad { .. });
        let is_of_scheme = coding.scheme == columns.scheme && coding.version == columns.version;
        is_of_scheme && visit.is_some() == is_of_dyads
    };
    for (visit, coding) in sessions.chain(visits).filter(is_of_file) {
        let of_coding = of_coding(file, columns, visit, coding);
        // Rows are told apart by their number alone.
        for line in coding_lines(coding) {
            // Without a column for people nobody can only be there.
            let says_something = line.behaviour.is_some() || line.sample.is_some();
            if !says_something && columns.subject.is_none() {
                continue;
            }
            let mut cells = of_coding.clone();
            cells.extend(of_line(file, columns, &line, notes));
            let key = RowKey {
                unit: coding.session.to_string(),
                visit: Some(format!("{:09}", rows.len())),
                item: None,
            };
            rows.push((key, cells));
        }
    }
    Part {
        columns: headings(columns),
        rows,
    }
}

fn headings(columns: &CodingColumns) -> Vec<String> {
    let mut headings = match &columns.unit {
        CodedUnit::Session(session) => vec![session.clone()],
        CodedUnit::Dyad { dyad, when } => {
            let mut headings = vec![dyad.clone()];
            headings.extend(when.wave.clone());
            headings.extend(when.date.clone());
            headings.extend(when.time.as_ref().map(|time| time.column.clone()));
            headings
        }
    };
    headings.extend(columns.coder.clone());
    headings.extend(columns.recording.clone());
    headings.extend(columns.recording_begins.clone());
    headings.extend(columns.length.clone());
    headings.extend(columns.sample.clone());
    headings.extend(columns.subject.clone());
    headings.push(columns.behaviour.clone());
    headings.extend(columns.target.clone());
    headings.extend(columns.start.clone());
    headings.extend(columns.stop.clone());
    headings.extend(columns.modifiers.iter().map(|(_, column)| column.clone()));
    headings.extend(columns.value.clone());
    headings
}

fn of_coding(
    file: &DataFile,
    columns: &CodingColumns,
    visit: Option<&DyadCoding>,
    coding: &SessionCoding,
) -> Cells {
    let mut cells = Cells::new();
    match (&columns.unit, visit) {
        (CodedUnit::Dyad { dyad, when }, Some(visit)) => {
            cells.push((dyad.clone(), id_cell(file, dyad, &visit.dyad)));
            cells.extend(of_visit(file, when, visit));
        }
        (CodedUnit::Session(unit) | CodedUnit::Dyad { dyad: unit, .. }, _) => {
            cells.push((unit.clone(), id_cell(file, unit, &coding.session)));
        }
    }
    let mut add = |column: &Option<String>, cell: Option<Cell>| {
        if let (Some(column), Some(cell)) = (column, cell) {
            cells.push((column.clone(), cell));
        }
    };
    let text = |text: &Option<std::sync::Arc<str>>| {
        let text = text.as_ref();
        text.map(|text| Cell::Text(text.to_string()))
    };
    let window = coding.windows.first();
    add(
        &columns.length,
        window.map(|window| Cell::Number(window.length().seconds())),
    );
    add(&columns.coder, text(&coding.coder));
    add(&columns.recording, text(&coding.recording));
    add(
        &columns.recording_begins,
        coding.begins.map(|begins| Cell::Number(begins.seconds())),
    );
    cells
}

fn of_visit(file: &DataFile, when: &VisitColumns, visit: &DyadCoding) -> Cells {
    let mut cells = Cells::new();
    if let (Some(column), Some(wave)) = (&when.wave, &visit.wave) {
        cells.push((column.clone(), id_cell(file, column, wave)));
    }
    match visit.when {
        When::On(date) => {
            let column = when.date.clone();
            cells.extend(column.map(|column| (column, Cell::Day(date))));
        }
        When::DaysAfterEnrolment(days) => cells.extend(when.time.as_ref().map(|time| {
            let value = days / time.unit.days();
            (time.column.clone(), Cell::Number(value))
        })),
        When::NotSaid => {}
    }
    cells
}

fn of_line(
    file: &DataFile,
    columns: &CodingColumns,
    line: &CodingLine,
    notes: &mut Vec<String>,
) -> Cells {
    let mut cells = Cells::new();
    if let Some(behaviour) = &line.behaviour {
        let cell = id_cell(file, &columns.behaviour, behaviour);
        cells.push((columns.behaviour.clone(), cell));
    }
    let mut add = |column: &Option<String>, cell: Option<Cell>| {
        if let (Some(column), Some(cell)) = (column, cell) {
            cells.push((column.clone(), cell));
        }
    };
    let named = |name: &Option<std::sync::Arc<str>>| {
        let name = name.as_ref();
        name.map(|name| Cell::Text(name.to_string()))
    };
    add(&columns.subject, named(&line.subject));
    add(&columns.target, named(&line.target));
    let sample = line.sample.map(|sample| Cell::Text(sample.to_string()));
    add(&columns.sample, sample);
    // A sample has its times by its number.
    let is_free = line.sample.is_none();
    add(
        &columns.start,
        line.start.filter(|_| is_free).map(Cell::Number),
    );
    add(
        &columns.stop,
        line.stop.filter(|_| is_free).map(Cell::Number),
    );
    for (id, column) in &columns.modifiers {
        let cell = line.modifier(id).map(Cell::Text);
        add(&Some(column.clone()), cell);
    }
    if let (Some(column), Some(value)) = (&columns.value, line.value) {
        let cell = match value {
            Ok(value) => number_cell(file, column, value),
            // What cannot be coded is an empty cell.
            Err(Missing::NotApplicable) => Cell::Empty,
            Err(reason) => missing_cell(file, reason, notes),
        };
        cells.push((column.clone(), cell));
    }
    cells
}
