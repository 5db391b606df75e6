//! Tables of events: what BORIS exports (one row per event or per bout), what datavyur writes, and our
//! own tidy table with one row per bout. Columns are found by their names, wherever the row of
//! headings stands, since its place and the columns differ by version and by the variables of a
//! project. Any other table is counted, but holds no events that anybody could know of.

mod boris_bouts;
mod boris_columns;
mod boris_observation;
mod boris_rows;
mod counts;
mod datavyu_cells;
mod grid;
mod tidy;
mod tidy_write;

pub use grid::Grid;
pub use tidy_write::{tidy_csv, tidy_xlsx};

use super::{CodingFault, CodingFaults, CodingRead};

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct CodingTable {
    /// Its cells.
    pub(super) grid: Grid,
    /// What its headings say it is.
    pub(super) form: TableForm,
}

/// What the headings of a table say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableForm {
    /// BORIS, one row per event; the index of the row of headings.
    BorisRows(usize),
    /// BORIS, one row per bout.
    BorisBouts(usize),
    /// Cells of Datavyu, one per row, in milliseconds.
    DatavyuCells(usize),
    /// One row per bout with both ends in seconds.
    Tidy(usize),
    /// None of them.
    Other,
}

impl TableForm {
    /// The index of the row of headings.
    fn heading(self) -> Option<usize> {
        match self {
            Self::BorisRows(row)
            | Self::BorisBouts(row)
            | Self::DatavyuCells(row)
            | Self::Tidy(row) => Some(row),
            Self::Other => None,
        }
    }
}

/// Columns that hold times, in any of the forms.
const TIMES: [&str; 7] = [
    "time",
    "start (s)",
    "stop (s)",
    "start_s",
    "stop_s",
    "onset",
    "offset",
];
/// Rows in which headings are looked for.
const ROWS_SEARCHED: usize = 300;

impl CodingTable {
    /// Reads a table: a workbook, or text with delimiters.
    ///
    /// # Errors
    ///
    /// Neither of the two, empty, or too large.
    pub fn read(ending: &str, bytes: &[u8]) -> Result<Self, CodingFault> {
        let mut grid = Grid::read(ending, bytes)?;
        let form = (0..grid.rows.len().min(ROWS_SEARCHED))
            .find_map(|row| form_of(&grid, row))
            .unwrap_or(TableForm::Other);
        if let Some(heading) = form.heading() {
            grid.see_decimal_commas(heading, &TIMES);
        }
        if matches!(form, TableForm::Tidy(_)) && grid.sheets.is_empty() {
            grid.unguard();
        }
        Ok(Self { grid, form })
    }

    /// Which form it has.
    pub fn form(&self) -> TableForm {
        self.form
    }

    /// Whether its headings name columns of events.
    pub fn holds_events(&self) -> bool {
        self.form != TableForm::Other
    }

    /// Its observations.
    ///
    /// # Errors
    ///
    /// The headings say nothing of events, or cells cannot be read: all of them at once.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        match self.form {
            TableForm::BorisRows(row) => boris_rows::to_project(&self.grid, row, name),
            TableForm::BorisBouts(row) => boris_bouts::to_project(&self.grid, row),
            TableForm::DatavyuCells(row) => datavyu_cells::to_project(&self.grid, row),
            TableForm::Tidy(row) => tidy::to_project(&self.grid, row, name),
            TableForm::Other => Err(CodingFault::of_file(
                "no row of headings names columns of events",
                "a table of events has a row of headings with observation, subject, behaviour, kind, start_s and stop_s, or is an export of BORIS with its headings",
            )
            .into()),
        }
    }
}

fn form_of(grid: &Grid, row: usize) -> Option<TableForm> {
    let names: Vec<String> = grid.rows[row]
        .cells
        .iter()
        .map(|cell| plain(cell))
        .collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    let has_behaviour = has("behavior") || has("behaviour");
    if has("behavior") && has("start (s)") && has("stop (s)") {
        Some(TableForm::BorisBouts(row))
    } else if has("behavior") && has("time") && (has("status") || has("behavior type")) {
        Some(TableForm::BorisRows(row))
    } else if ["column", "onset", "offset"].iter().all(|name| has(name)) {
        Some(TableForm::DatavyuCells(row))
    } else if has_behaviour && has("start_s") && has("stop_s") {
        Some(TableForm::Tidy(row))
    } else {
        None
    }
}

/// A heading for comparison.
fn plain(heading: &str) -> String {
    heading.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
