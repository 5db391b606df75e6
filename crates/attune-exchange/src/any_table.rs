//! Any CSV or XLSX file as columns of text, for commands that know no study.

use std::path::Path;

use crate::{cell::read_number, data_fault::DataFault, table::Table};

/// A file's columns, cells trimmed.
#[derive(Debug)]
pub struct AnyTable {
    table: Table,
}

impl AnyTable {
    /// Reads a file by its ending (`.xlsx`, otherwise text with delimiters); of a workbook the
    /// sheet with this name, the first without one.
    ///
    /// # Errors
    ///
    /// The file is missing, unreadable, too large, empty, or not what its ending says.
    pub fn read(path: &Path, sheet: Option<&str>) -> Result<Self, DataFault> {
        let bytes = crate::record_files::read_bytes(path)?;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy())
            .unwrap_or_default();
        let table = Table::read(&name, sheet, &bytes)?;
        // Columns without a heading cannot be named, so nobody can ask for them.
        Ok(Self { table })
    }

    /// Headings in the order of the file; empty for a column without one.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.table.headings.iter().map(AsRef::as_ref)
    }

    /// The sheets of a workbook in its order; none for a file of text.
    pub fn sheets(&self) -> &[String] {
        &self.table.sheets
    }

    /// Number of rows below the heading.
    pub fn n_rows(&self) -> usize {
        self.table.n_rows()
    }

    /// The number by which a spreadsheet counts a row.
    pub fn row_number(&self, row: usize) -> u32 {
        self.table.row_number(row)
    }

    /// The cells of the column with this heading, from the first row.
    pub fn column(&self, heading: &str) -> Option<Vec<&str>> {
        let column = self.headings().position(|other| other == heading)?;
        Some(
            (0..self.n_rows())
                .map(|row| self.table.cell(row, column))
                .collect(),
        )
    }

    /// Whether numbers of this file have a decimal comma.
    pub fn has_decimal_comma(&self) -> bool {
        self.table.decimal_comma
    }

    /// A cell's number, as this file writes numbers.
    pub fn number(&self, cell: &str) -> Option<f64> {
        read_number(cell, self.table.decimal_comma).ok()
    }
}
