//! Rows of files of attendance and of sessions.

use attune_protocol::data::{AttendanceColumns, DataFile, SessionColumns};
use attune_records::{
    Records,
    records::{Attendance, Session},
};

use super::{Cell, Cells, Part, RowKey, id_cell, missing_cell, number_cell};

pub(super) fn attendance_rows(
    file: &DataFile,
    columns: &AttendanceColumns,
    records: &Records,
) -> Part {
    let row = |attendance: &Attendance| {
        let mut cells: Cells = vec![
            (
                columns.dyad.clone(),
                id_cell(file, &columns.dyad, &attendance.dyad),
            ),
            (columns.date.clone(), Cell::Day(attendance.date)),
        ];
        if let Some(column) = &columns.site {
            cells.push((column.clone(), id_cell(file, column, &attendance.site)));
        }
        if let (Some(column), Some(minutes)) = (&columns.minutes, attendance.minutes) {
            cells.push((column.clone(), Cell::Number(minutes)));
        }
        let key = RowKey {
            unit: attendance.dyad.to_string(),
            visit: Some(format!("session {}", attendance.date)),
            item: None,
        };
        (key, cells)
    };
    let mut headings = vec![columns.dyad.clone(), columns.date.clone()];
    headings.extend(
        [&columns.site, &columns.minutes]
            .into_iter()
            .flatten()
            .cloned(),
    );
    Part {
        columns: headings,
        rows: records.attendance.iter().map(row).collect(),
    }
}

pub(super) fn session_rows(
    file: &DataFile,
    columns: &SessionColumns,
    records: &Records,
    notes: &mut Vec<String>,
) -> Part {
    let row = |session: &Session| {
        let mut cells: Cells = vec![
            (
                columns.session.clone(),
                id_cell(file, &columns.session, &session.id),
            ),
            (columns.date.clone(), Cell::Day(session.date)),
        ];
        if let Some(column) = &columns.site {
            cells.push((column.clone(), id_cell(file, column, &session.site)));
        }
        if let (Some(column), Some(families)) = (&columns.families, session.families) {
            cells.push((column.clone(), Cell::Number(f64::from(families))));
        }
        for (measure, column) in &columns.measures {
            let value = session
                .measures
                .iter()
                .find(|(known, _, _)| known == measure);
            let cell = match value.map(|(_, value, _)| *value) {
                Some(Ok(number)) => number_cell(file, column, number),
                Some(Err(reason)) => missing_cell(file, reason, notes),
                None => Cell::Empty,
            };
            cells.push((column.clone(), cell));
        }
        let key = RowKey {
            unit: session.id.to_string(),
            visit: None,
            item: None,
        };
        (key, cells)
    };
    let mut headings = vec![columns.session.clone(), columns.date.clone()];
    headings.extend(
        [&columns.site, &columns.families]
            .into_iter()
            .flatten()
            .cloned(),
    );
    headings.extend(columns.measures.iter().map(|(_, column)| column.clone()));
    Part {
        columns: headings,
        rows: records.sessions.iter().map(row).collect(),
    }
}
