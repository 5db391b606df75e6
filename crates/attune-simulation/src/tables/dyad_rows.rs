//! Rows of a file of dyads.

use attune_protocol::{
    data::{DataFile, DyadColumns, TimeColumn},
    missing::Missing,
};
use attune_records::{
    Records,
    records::{AttributeValue, Dyad},
};
use jiff::civil::Date;

use super::{Cell, Cells, Part, RowKey, id_cell, missing_cell, number_cell};
use crate::{calendar::days_between, draws::round_to};

/// Decimals of a length of time: fine enough for a day in any unit.
const DECIMALS_OF_TIME: u8 = 4;

pub(super) fn dyad_rows(file: &DataFile, columns: &DyadColumns, records: &Records) -> Part {
    let row = |dyad: &Dyad| {
        let key = RowKey {
            unit: dyad.id.to_string(),
            visit: None,
            item: None,
        };
        (key, cells(file, columns, dyad))
    };
    Part {
        columns: headings(columns),
        rows: records.dyads.iter().map(row).collect(),
    }
}

fn headings(columns: &DyadColumns) -> Vec<String> {
    let optional = [
        &columns.site,
        &columns.arm,
        &columns.enrolled,
        &columns.born,
        &columns.due,
    ];
    let mut headings = vec![columns.dyad.clone()];
    headings.extend(optional.into_iter().flatten().cloned());
    headings.extend(
        columns
            .age_at_enrolment
            .iter()
            .map(|time| time.column.clone()),
    );
    headings.extend(columns.attributes.iter().map(|(_, column)| column.clone()));
    let at_the_end = [&columns.left, &columns.left_reason, &columns.withdrew];
    headings.extend(at_the_end.into_iter().flatten().cloned());
    headings
}

fn cells(file: &DataFile, columns: &DyadColumns, dyad: &Dyad) -> Cells {
    let mut cells: Cells = Vec::new();
    let mut put = |column: &Option<String>, cell: Cell| {
        cells.extend(column.iter().map(|column| (column.clone(), cell.clone())));
    };
    let id = |column: &Option<String>, id: &str| {
        column
            .as_ref()
            .map_or(Cell::Empty, |column| id_cell(file, column, id))
    };
    put(
        &Some(columns.dyad.clone()),
        id_cell(file, &columns.dyad, &dyad.id),
    );
    put(&columns.site, id(&columns.site, &dyad.site));
    let arm = dyad.arm.as_ref();
    put(
        &columns.arm,
        arm.map_or(Cell::Empty, |arm| id(&columns.arm, arm)),
    );
    put(&columns.enrolled, day(dyad.enrolled));
    put(&columns.born, day(dyad.born));
    put(&columns.due, day(dyad.due));
    let left = dyad.left.as_ref();
    let left_on = left.and_then(|left| left.date);
    put(&columns.left, day(left_on));
    let reason = left.and_then(|left| left.reason.clone());
    put(&columns.left_reason, reason.map_or(Cell::Empty, Cell::Text));
    let withdrew = left.filter(|left| left.withdrew_consent).and(left_on);
    put(&columns.withdrew, day(withdrew));
    if let Some(time) = &columns.age_at_enrolment {
        let age = dyad.enrolled.zip(dyad.born);
        let days = age.map(|(enrolled, born)| days_between(born, enrolled) as f64);
        put(
            &Some(time.column.clone()),
            days.map_or(Cell::Empty, |days| time_cell(time, days)),
        );
    }
    for (attribute, column) in &columns.attributes {
        let value = dyad.attributes.iter().find(|(known, _)| known == attribute);
        let cell = value.map_or(Cell::Empty, |(_, value)| {
            attribute_cell(file, column, value)
        });
        put(&Some(column.clone()), cell);
    }
    cells
}

pub(super) fn day(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::Day)
}

/// A length of time in the column's unit.
pub(super) fn time_cell(time: &TimeColumn, days: f64) -> Cell {
    Cell::Number(round_to(days / time.unit.days(), DECIMALS_OF_TIME))
}

fn attribute_cell(file: &DataFile, column: &str, value: &Result<AttributeValue, Missing>) -> Cell {
    match value {
        Ok(AttributeValue::Number(number)) => number_cell(file, column, *number),
        Ok(AttributeValue::Level(level)) => id_cell(file, column, level),
        Ok(AttributeValue::Date(date)) => Cell::Day(*date),
        Err(reason) => missing_cell(file, *reason, &mut Vec::new()),
    }
}
