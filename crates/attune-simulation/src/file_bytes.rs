//! Tables to bytes: CSV (UTF-8, comma, LF) or a workbook, by the ending of the file's name. The same
//! tables give the same bytes.

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use thiserror::Error;

use crate::tables::{Cell, Table};

/// Why a file could not be made.
#[derive(Debug, Error)]
pub enum FileError {
    /// The CSV could not be written.
    #[error("{file} could not be made")]
    Csv {
        /// The file.
        file: String,
        /// What the writer said.
        source: csv::Error,
    },
    /// The workbook could not be written.
    #[error("{file} could not be made")]
    Workbook {
        /// The file.
        file: String,
        /// What the writer said.
        source: XlsxError,
    },
}

/// The bytes of each file; sheets of one workbook come together.
///
/// # Errors
/// When a table does not fit into its file.
pub fn file_bytes(tables: &[Table]) -> Result<BTreeMap<String, Vec<u8>>, FileError> {
    let mut files: BTreeMap<String, Vec<&Table>> = BTreeMap::new();
    for table in tables {
        files.entry(table.file.clone()).or_default().push(table);
    }
    let bytes = |(file, tables): (String, Vec<&Table>)| {
        let bytes = if file.to_ascii_lowercase().ends_with(".xlsx") {
            workbook_bytes(&tables).map_err(|source| FileError::Workbook {
                file: file.clone(),
                source,
            })?
        } else {
            csv_bytes(&tables).map_err(|source| FileError::Csv {
                file: file.clone(),
                source,
            })?
        };
        Ok((file, bytes))
    };
    files.into_iter().map(bytes).collect()
}

fn csv_bytes(tables: &[&Table]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for table in tables {
        writer.write_record(&table.columns)?;
        for row in &table.rows {
            writer.write_record(row.iter().map(Cell::text))?;
        }
    }
    writer
        .into_inner()
        .map_err(|unwritten| csv::Error::from(unwritten.into_error()))
}

impl Cell {
    /// As a CSV file holds it.
    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Day(date) => date.to_string(),
        }
    }
}

fn workbook_bytes(tables: &[&Table]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Without a fixed day the file would hold the time of writing.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let says = DocProperties::new()
        .set_comment("Made up by attune simulate; describes no real family.")
        .set_creation_datetime(&made);
    workbook.set_properties(&says);
    // A table without a sheet name is read from the first sheet.
    let (first, named): (Vec<&Table>, Vec<&Table>) =
        tables.iter().partition(|table| table.sheet.is_none());
    for table in first.into_iter().chain(named) {
        let sheet = workbook.add_worksheet();
        if let Some(name) = &table.sheet {
            sheet.set_name(name)?;
        }
        fill_sheet(sheet, table)?;
    }
    workbook.save_to_buffer()
}

fn fill_sheet(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (column, heading) in (0_u16..).zip(&table.columns) {
        sheet.write_string(0, column, heading)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
                Cell::Number(number) => {
                    sheet.write_number(row, column, *number)?;
                }
                Cell::Day(date) => {
                    let date = excel_date(*date)?;
                    sheet.write_datetime_with_format(row, column, &date, &day)?;
                }
            }
        }
    }
    Ok(())
}

fn excel_date(date: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(date.year()).unwrap_or(0);
    ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs())
}
