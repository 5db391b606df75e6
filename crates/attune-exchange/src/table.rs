//! A grid of text, whatever tool wrote it: headings, and rows of cells under them, each row with the
//! number by which a spreadsheet counts it. Numbers of a workbook become their shortest decimal,
//! its dates become year-month-day.

mod delimited_text;
mod text_encoding;
mod workbook;

pub(crate) use delimited_text::{blank_lines, is_unclosed};
pub(crate) use text_encoding::decode;
pub(crate) use workbook::{column_letters, read_rows};

use std::sync::Arc;

use jiff::civil::Date;

use crate::data_fault::DataFault;

/// Most cells that are held.
const MOST_MILLION_CELLS: usize = 20;
/// Most bytes of text that are held: a workbook may name one long text in many cells.
const MOST_TEXT_MEGABYTES: u64 = 512;
/// Most columns, as in spreadsheet programs.
const MOST_COLUMNS: usize = 16_384;

/// Headings and rows. All cells lie in one text, so that a large file needs few allocations.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Headings, trimmed; empty for a column without one.
    pub headings: Vec<Arc<str>>,
    /// Whether a comma in a number is a decimal comma.
    pub decimal_comma: bool,
    /// How a plain number becomes a date, in a workbook.
    pub serial_dates: Option<SerialDates>,
    /// The sheets of a workbook, in its order.
    pub sheets: Vec<String>,
    /// What was noticed while reading.
    pub notices: Vec<Notice>,
    text: String,
    /// Where each cell ends in `text`; as many cells per row as headings.
    ends: Vec<u32>,
    row_numbers: Vec<u32>,
}

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SerialDates {
    /// Day 1 is 1 January 1900, and 1900 counts as a leap year.
    From1900,
    /// Day 0 is 1 January 1904.
    From1904,
}

/// Something noticed in the grid itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notice {
    /// Row as a spreadsheet counts it.
    pub row: Option<u32>,
    /// What it is.
    pub fault: DataFault,
}

impl Table {
    /// Reads a file by its ending: a sheet of a workbook (`.xlsx`; the first when `sheet` names
    /// none), otherwise text with delimiters.
    pub fn read(file: &str, sheet: Option<&str>, bytes: &[u8]) -> Result<Self, DataFault> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(DataFault::EmptyFile);
        }
        let is_workbook = file.to_lowercase().ends_with(".xlsx");
        match (is_workbook, container(bytes)) {
            (_, Container::OldWorkbook) => Err(DataFault::OldWorkbook),
            (true, Container::Zip) => workbook::read(bytes, sheet),
            (true, Container::Other) => Err(DataFault::NotAWorkbook),
            (false, Container::Zip) => Err(DataFault::WorkbookNamedCsv),
            (false, Container::Other) => delimited_text::read(bytes),
        }
    }

    /// Number of rows below the heading.
    pub fn n_rows(&self) -> usize {
        self.row_numbers.len()
    }

    /// The number by which a spreadsheet counts a row; the first row of the file is 1.
    pub fn row_number(&self, row: usize) -> u32 {
        self.row_numbers[row]
    }

    /// The row with this number.
    pub fn row_with_number(&self, number: u32) -> Option<usize> {
        self.row_numbers.binary_search(&number).ok()
    }

    /// A cell, trimmed.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let index = row * self.headings.len() + column;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// Takes the first row of the file as headings.
    fn set_headings<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), DataFault> {
        self.headings = cells.map(|cell| Arc::from(trimmed(cell))).collect();
        while self
            .headings
            .last()
            .is_some_and(|heading| heading.is_empty())
        {
            self.headings.pop();
        }
        if self.headings.len() > MOST_COLUMNS {
            return Err(DataFault::TooManyColumns {
                limit: MOST_COLUMNS,
            });
        }
        Ok(())
    }

    /// Adds a row, unless all its cells are empty. Cells that are lacking are empty; one too many
    /// is noticed.
    fn add_row<'a>(
        &mut self,
        number: u32,
        cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), DataFault> {
        let width = self.headings.len();
        let (mut n_cells, mut n_filled) = (0, 0);
        for (index, cell) in cells.enumerate() {
            let cell = trimmed(cell);
            n_cells = index + 1;
            n_filled = if cell.is_empty() { n_filled } else { n_cells };
            if index < width {
                self.text.push_str(cell);
                self.end_cell();
            }
        }
        if n_filled == 0 {
            self.ends.truncate(self.row_numbers.len() * width);
            return Ok(());
        }
        (n_cells..width).for_each(|_| self.end_cell());
        self.row_numbers.push(number);
        if n_filled > width {
            let fault = DataFault::MoreCellsThanHeadings {
                cells: n_filled,
                headings: width,
            };
            self.notice(Some(number), fault);
        }
        self.check_size()
    }

    fn check_size(&self) -> Result<(), DataFault> {
        if self.text.len() as u64 > MOST_TEXT_MEGABYTES * 1_000_000 {
            return Err(DataFault::FileTooLarge {
                megabytes: MOST_TEXT_MEGABYTES,
            });
        }
        if self.ends.len() > MOST_MILLION_CELLS * 1_000_000 {
            return Err(DataFault::TooManyCells {
                millions: MOST_MILLION_CELLS,
            });
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        // A text longer than this is refused after the row.
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn notice(&mut self, row: Option<u32>, fault: DataFault) {
        self.notices.push(Notice { row, fault });
    }

    /// The table, unless there is no heading; without rows it says so.
    fn finished(mut self) -> Result<Self, DataFault> {
        if self.headings.is_empty() {
            return Err(DataFault::EmptyFile);
        }
        if self.row_numbers.is_empty() {
            self.notice(None, DataFault::NoRows);
        }
        Ok(self)
    }
}

impl SerialDates {
    /// The date of a whole number of days, between 1900 and 2100.
    pub fn date(self, days: f64) -> Option<Date> {
        let (epoch, days) = match self {
            // 1900 was no leap year: day 60 does not exist, later days are one too high.
            Self::From1900 if days > 60.0 => (Date::constant(1899, 12, 30), days),
            Self::From1900 => (Date::constant(1899, 12, 31), days),
            Self::From1904 => (Date::constant(1904, 1, 1), days),
        };
        let is_day = days.fract() == 0.0 && (1.0..=73_415.0).contains(&days);
        let span = jiff::Span::new()
            .try_days(is_day.then_some(days as i64)?)
            .ok()?;
        epoch.checked_add(span).ok()
    }
}

/// What kind of file the first bytes say it is.
enum Container {
    Zip,
    OldWorkbook,
    Other,
}

fn container(bytes: &[u8]) -> Container {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        Container::Zip
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        Container::OldWorkbook
    } else {
        Container::Other
    }
}

/// Without white space and byte order marks at the ends.
fn trimmed(cell: &str) -> &str {
    // Almost every cell begins and ends with a plain character.
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if is_plain(cell.as_bytes().first()) && is_plain(cell.as_bytes().last()) {
        return cell;
    }
    cell.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}
