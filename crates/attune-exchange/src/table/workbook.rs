//! XLSX workbooks. Cells are read one after the other, never as a full rectangle: a sheet that
//! claims a million rows costs what it really holds.

use std::{
    io::{Cursor, Read, copy, sink},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{MOST_COLUMNS, SerialDates, Table};
use crate::{data_fault::DataFault, wording::packing_fault};

/// Most bytes that a workbook may unpack to.
const LARGEST_UNPACKED_MEGABYTES: u64 = 256;
/// A workbook smaller than this cannot unpack to more, since deflate shrinks 1032 times at best.
const ALWAYS_SMALL_BYTES: usize = 64_000;

/// Cells of a row with its number.
pub(crate) type NumberedRow = (u32, Vec<String>);

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Most cells of a sheet that are held, with the empty ones before the last of each row.
const MOST_MILLION_CELLS: usize = 20;

/// Reads a sheet; the first one without a name.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, DataFault> {
    without_panic(|| read_table(bytes, sheet))
}

/// The library that reads workbooks may panic over a damaged one: that is the file's fault, too.
fn without_panic<T>(read: impl FnOnce() -> Result<T, DataFault>) -> Result<T, DataFault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "a part of it is not what it says it is".to_owned();
        Err(DataFault::BrokenWorkbook { reason })
    })
}

fn read_table(bytes: &[u8], sheet: Option<&str>) -> Result<Table, DataFault> {
    if bytes.len() > ALWAYS_SMALL_BYTES {
        check_unpacked_size(bytes, LARGEST_UNPACKED_MEGABYTES)?;
    }
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheet = find_sheet(&workbook, sheet)?;
    let merged = workbook.merge_cells_by_sheet_name(&sheet).map_err(broken)?;
    let mut table = Table {
        sheets: workbook.sheet_names(),
        serial_dates: Some(if workbook.has_1904_epoch() {
            SerialDates::From1904
        } else {
            SerialDates::From1900
        }),
        ..Table::default()
    };
    read_cells(&mut workbook, &sheet, &mut table)?;
    notice_merged(&mut table, &merged);
    table.finished()
}

/// All rows of a sheet with their numbers, whichever of them holds headings; the first sheet without a
/// name. Empty rows are left out.
pub(crate) fn read_rows(
    bytes: &[u8],
    sheet: Option<&str>,
) -> Result<(Vec<String>, Vec<NumberedRow>), DataFault> {
    without_panic(|| read_all_rows(bytes, sheet))
}

fn read_all_rows(
    bytes: &[u8],
    sheet: Option<&str>,
) -> Result<(Vec<String>, Vec<NumberedRow>), DataFault> {
    if bytes.len() > ALWAYS_SMALL_BYTES {
        check_unpacked_size(bytes, LARGEST_UNPACKED_MEGABYTES)?;
    }
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheet = find_sheet(&workbook, sheet)?;
    let sheets = workbook.sheet_names();
    let mut reader = workbook.worksheet_cells_reader(&sheet).map_err(broken)?;
    let (mut rows, mut n_cells): (Vec<NumberedRow>, usize) = (Vec::new(), 0);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.is_empty() || column as usize >= MOST_COLUMNS {
            continue;
        }
        if rows.last().is_none_or(|(number, _)| *number != row + 1) {
            rows.push((row + 1, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            if cells.len() <= column as usize {
                n_cells += column as usize + 1 - cells.len();
                if n_cells > MOST_MILLION_CELLS * 1_000_000 {
                    return Err(DataFault::TooManyCells {
                        millions: MOST_MILLION_CELLS,
                    });
                }
                cells.resize(column as usize + 1, String::new());
            }
            cells[column as usize] = text;
        }
    }
    Ok((sheets, rows))
}

/// Unpacks everything into nothing, counting: sizes that an archive states may be lies.
fn check_unpacked_size(bytes: &[u8], megabytes: u64) -> Result<(), DataFault> {
    let broken = |error: &dyn ToString| DataFault::BrokenWorkbook {
        reason: packing_fault(&error.to_string()).to_owned(),
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let limit = megabytes * 1_000_000;
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let mut part = part.take(limit + 1 - total);
        total += copy(&mut part, &mut sink()).map_err(|error| broken(&error))?;
        if total > limit {
            return Err(DataFault::FileTooLarge { megabytes });
        }
    }
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn broken(error: XlsxError) -> DataFault {
    DataFault::BrokenWorkbook {
        reason: packing_fault(&error.to_string()).to_owned(),
    }
}

fn find_sheet(workbook: &Workbook<'_>, wanted: Option<&str>) -> Result<String, DataFault> {
    let names = workbook.sheet_names();
    let found = match wanted {
        Some(wanted) => names.iter().find(|name| name.trim() == wanted.trim()),
        None => names.first(),
    };
    found.cloned().ok_or_else(|| DataFault::SheetMissing {
        sheet: wanted.unwrap_or("at all").to_owned(),
        sheets: names.join(", "),
    })
}

fn read_cells(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    table: &mut Table,
) -> Result<(), DataFault> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(broken)?;
    let (mut row, mut number) = (Vec::<String>::new(), 0);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row_index, column) = cell.get_position();
        if row_index + 1 != number {
            end_row(table, number, &mut row)?;
            number = row_index + 1;
        }
        let column = column as usize;
        // Formatting may reach far to the right of the data: empty cells there are nothing.
        let text = text_of(cell.get_value());
        if !text.is_empty() {
            if column >= MOST_COLUMNS {
                return Err(DataFault::TooManyColumns {
                    limit: MOST_COLUMNS,
                });
            }
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
    end_row(table, number, &mut row)
}

fn end_row(table: &mut Table, number: u32, row: &mut Vec<String>) -> Result<(), DataFault> {
    let cells = row.iter().map(String::as_str);
    if table.headings.is_empty() {
        table.set_headings(cells)?;
    } else {
        table.add_row(number, cells)?;
    }
    row.clear();
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(date) => text_of_date(date),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Year-month-day, with the time of day where there is one; a length of time stays a number.
fn text_of_date(date: &ExcelDateTime) -> String {
    if !date.is_datetime() {
        return date.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => day,
        _ => format!("{day} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// Cells of a merged area other than its first are empty, which is hardly ever meant.
fn notice_merged(table: &mut Table, merged: &[Dimensions]) {
    for area in merged {
        let number = area.start.0 + 2;
        let is_below_heading = area.end.0 > area.start.0 && area.start.0 > 0;
        if is_below_heading && table.row_with_number(number).is_some() {
            let area = format!("{}:{}", cell_name(area.start), cell_name(area.end));
            table.notice(Some(number), DataFault::MergedCell { area });
        }
    }
}

/// Such as `AB12`.
fn cell_name((row, column): (u32, u32)) -> String {
    format!("{}{}", column_letters(column as usize), row + 1)
}

/// The letters of a column as spreadsheets name it, from 0.
pub(crate) fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        match (column / 26).checked_sub(1) {
            Some(rest) => column = rest,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{check_unpacked_size, column_letters};
    use crate::data_fault::DataFault;

    #[test]
    fn an_archive_that_unpacks_to_too_much_is_refused_before_it_is_read() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for part in ["one", "two"] {
            writer
                .start_file(part, SimpleFileOptions::default())
                .expect("a part");
            writer.write_all(&[0; 600_000]).expect("written");
        }
        let bytes = writer.finish().expect("an archive").into_inner();
        assert!(bytes.len() < 10_000, "small as long as it is packed");
        assert_eq!(check_unpacked_size(&bytes, 2), Ok(()));
        let too_large = DataFault::FileTooLarge { megabytes: 1 };
        assert_eq!(check_unpacked_size(&bytes, 1), Err(too_large));
    }

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
