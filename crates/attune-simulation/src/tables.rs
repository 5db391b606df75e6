//! Records laid out as the study's `[[data]]` tables say: the reverse of reading them.
//!
//! Several `[[data]]` tables may name one file (and sheet): their rows are joined by unit, visit and
//! item, and facts about a unit are repeated on each of its rows. Where two tables could hold the
//! same assessment, the first in the study file does.

use std::collections::BTreeMap;

use attune_protocol::{
    Protocol,
    data::{DataContent, DataFile},
    missing::Missing,
};
use attune_records::Records;
use jiff::civil::Date;

mod assessment_rows;
mod coding_rows;
mod consent_rows;
mod dyad_rows;
mod session_rows;

/// One table of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File beside the study file.
    pub file: String,
    /// Sheet of a workbook; the first when absent.
    pub sheet: Option<String>,
    /// Headings.
    pub columns: Vec<String>,
    /// Cells in the order of the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(Date),
}

/// What a row is about: rows with the same key are one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RowKey {
    /// Unit or session.
    unit: String,
    /// Place among the visits of the unit; `None` for facts about the unit itself.
    visit: Option<String>,
    /// Place among the items of a visit.
    item: Option<usize>,
}

/// Cells by column.
type Cells = Vec<(String, Cell)>;

/// What one `[[data]]` table says.
struct Part {
    columns: Vec<String>,
    rows: Vec<(RowKey, Cells)>,
}

/// The tables of all files, in the order in which the study file first names them. What cannot be
/// written as it was made up leaves a note.
pub fn tables(protocol: &Protocol, records: &Records, notes: &mut Vec<String>) -> Vec<Table> {
    let mut written = Written::default();
    let mut tables: Vec<(Table, Vec<(RowKey, Cells)>)> = Vec::new();
    for file in &protocol.data {
        let part = part(protocol, file, records, &mut written, notes);
        let same =
            |(table, _): &&mut (Table, _)| table.file == file.file && table.sheet == file.sheet;
        match tables.iter_mut().find(same) {
            Some((table, rows)) => {
                add_columns(&mut table.columns, part.columns);
                rows.extend(part.rows);
            }
            None => tables.push((
                Table {
                    file: file.file.clone(),
                    sheet: file.sheet.clone(),
                    columns: distinct(part.columns),
                    rows: Vec::new(),
                },
                part.rows,
            )),
        }
    }
    tables
        .into_iter()
        .map(|(table, rows)| joined(table, rows))
        .collect()
}

/// What earlier `[[data]]` tables hold already.
#[derive(Debug, Default)]
struct Written {
    dyads: bool,
    consents: bool,
    attendance: bool,
    sessions: bool,
    /// Indices of assessments.
    assessments: Vec<bool>,
}

fn part(
    protocol: &Protocol,
    file: &DataFile,
    records: &Records,
    written: &mut Written,
    notes: &mut Vec<String>,
) -> Part {
    let first = |done: &mut bool| !std::mem::replace(done, true);
    match &file.content {
        DataContent::Dyads(columns) => {
            let mut part = dyad_rows::dyad_rows(file, columns, records);
            if !first(&mut written.dyads) {
                part.rows.clear();
            }
            part
        }
        DataContent::Assessments(columns) => {
            written.assessments.resize(records.assessments.len(), false);
            let taken = &mut written.assessments;
            assessment_rows::assessment_rows(protocol, file, columns, records, taken, notes)
        }
        DataContent::Consents(columns) => {
            let mut part = consent_rows::consent_rows(file, columns, records);
            if !first(&mut written.consents) {
                part.rows.clear();
            }
            part
        }
        DataContent::Attendance(columns) => {
            let mut part = session_rows::attendance_rows(file, columns, records);
            if !first(&mut written.attendance) {
                part.rows.clear();
            }
            part
        }
        DataContent::Sessions(columns) => {
            let mut part = session_rows::session_rows(file, columns, records, notes);
            if !first(&mut written.sessions) {
                part.rows.clear();
            }
            part
        }
        DataContent::Codings(columns) => coding_rows::coding_rows(file, columns, records, notes),
    }
}

fn distinct(columns: Vec<String>) -> Vec<String> {
    let mut all = Vec::new();
    add_columns(&mut all, columns);
    all
}

fn add_columns(all: &mut Vec<String>, more: Vec<String>) {
    for column in more {
        if !all.contains(&column) {
            all.push(column);
        }
    }
}

/// Rows with the same key become one, and what is known of a unit stands on each of its rows.
fn joined(mut table: Table, rows: Vec<(RowKey, Cells)>) -> Table {
    let mut by_key: BTreeMap<RowKey, Cells> = BTreeMap::new();
    for (key, cells) in rows {
        by_key.entry(key).or_default().extend(cells);
    }
    let mut laid_out = Vec::with_capacity(by_key.len());
    // Facts about a unit sort before its visits.
    let mut facts: Option<(&RowKey, &Cells)> = None;
    let mut rows = by_key.iter().peekable();
    while let Some((key, cells)) = rows.next() {
        if key.visit.is_none() {
            facts = Some((key, cells));
            if rows.peek().is_some_and(|(next, _)| next.unit == key.unit) {
                continue;
            }
        }
        let of_unit = facts.filter(|(known, _)| known.unit == key.unit);
        let of_unit = of_unit.map_or(&[][..], |(_, facts)| facts);
        laid_out.push(in_columns(&table.columns, cells, of_unit));
    }
    table.rows = laid_out;
    table
}

fn in_columns(columns: &[String], cells: &[(String, Cell)], facts: &[(String, Cell)]) -> Vec<Cell> {
    let cell = |column: &String| {
        let mut all = cells.iter().chain(facts);
        let found = all.find(|(known, _)| known == column);
        found.map_or(Cell::Empty, |(_, cell)| cell.clone())
    };
    columns.iter().map(cell).collect()
}

/// The cell that is read as `id` in this column.
fn id_cell(file: &DataFile, column: &str, id: &str) -> Cell {
    let recoded = file
        .recode
        .iter()
        .find(|recode| recode.column == column && recode.value == id);
    Cell::Text(recoded.map_or(id, |recode| recode.cell.as_str()).to_owned())
}

/// The cell that is read as `number` in this column.
fn number_cell(file: &DataFile, column: &str, number: f64) -> Cell {
    let is_this = |text: &str| text.parse() == Ok(number);
    let recoded = file
        .recode
        .iter()
        .find(|recode| recode.column == column && is_this(&recode.value));
    recoded.map_or(Cell::Number(number), |recode| {
        Cell::Text(recode.cell.clone())
    })
}

/// The cell that is read as this reason; an empty one, with a note, where the file has none.
fn missing_cell(file: &DataFile, reason: Missing, notes: &mut Vec<String>) -> Cell {
    let declared = file
        .missing_codes
        .iter()
        .find(|(_, known)| *known == reason);
    let empty_means = file.missing_codes.iter().find(|(cell, _)| cell.is_empty());
    match declared {
        Some((cell, _)) if cell.is_empty() => Cell::Empty,
        Some((cell, _)) => Cell::Text(cell.clone()),
        None => {
            let read_as = empty_means.map_or(Missing::NotRecorded, |(_, meaning)| *meaning);
            if read_as != reason {
                notes.push(format!(
                    "{} has no cell for \"{}\": such values are empty there and read as \"{}\". \
                     Declare one in its `missing` to keep the reason.",
                    file.file,
                    reason.words(),
                    read_as.words()
                ));
            }
            Cell::Empty
        }
    }
}
