//! Cells of a table as text, row by row, with the numbers by which a spreadsheet counts rows.

use csv::{ReaderBuilder, StringRecord};

use super::{plain, tidy_write::begins_like_a_formula};
use crate::{
    cell::read_number,
    table::{blank_lines, is_unclosed, read_rows},
    video_coding::{
        CodingFault,
        text::{ENCODING_ASSUMED, text_of},
    },
};

/// Sheets that are read beside the first one.
const FURTHER_SHEETS: [&str; 3] = ["observations", "media", "ratings"];
/// Most cells that are held.
const MOST_CELLS: usize = 20_000_000;

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Its rows in order.
    pub rows: Vec<Row>,
    /// Sheets of a workbook; none for text.
    pub sheets: Vec<String>,
    /// Sheets after the first that say more of its rows, by their names.
    pub further: Vec<(&'static str, Vec<Row>)>,
    /// Whether a comma in a number is a decimal comma.
    pub decimal_comma: bool,
    /// What was assumed.
    pub warnings: Vec<String>,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// As a spreadsheet counts.
    pub number: u32,
    /// Cells as written.
    pub cells: Vec<String>,
}

impl Grid {
    /// Reads a workbook or text.
    pub(super) fn read(ending: &str, bytes: &[u8]) -> Result<Self, CodingFault> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(CodingFault::of_file(
                "the file is empty",
                "save the table again",
            ));
        }
        let grid = if ending == "xlsx" {
            read_workbook(bytes)?
        } else {
            read_text(bytes)?
        };
        Ok(grid)
    }

    /// The rows of a further sheet, headings first; none where the workbook lacks it.
    pub(super) fn sheet(&self, name: &str) -> &[Row] {
        let found = self.further.iter().find(|(sheet, _)| *sheet == name);
        found.map_or(&[], |(_, rows)| rows)
    }

    /// Takes away the apostrophes before what a spreadsheet would take for a formula.
    pub(super) fn unguard(&mut self) {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            let bare = cell.trim_start_matches('\'');
            if bare.len() < cell.len()
                && begins_like_a_formula(bare)
                && bare.parse::<f64>().is_err()
            {
                cell.remove(0);
            }
        }
    }

    /// Takes commas in numbers as decimal commas, also where no semicolon parts the columns, if times
    /// have them and no time has a point.
    pub(super) fn see_decimal_commas(&mut self, heading: usize, times: &[&str]) {
        if self.decimal_comma {
            return;
        }
        let (headings, rows) = (&self.rows[heading], &self.rows[heading + 1..]);
        let places: Vec<usize> = (0..headings.cells.len())
            .filter(|place| times.contains(&plain(&headings.cells[*place]).as_str()))
            .collect();
        let cells = || {
            rows.iter().flat_map(|row| {
                let of_row = places.iter().filter_map(|place| row.cells.get(*place));
                of_row.map(|cell| cell.trim())
            })
        };
        let has_comma = |cell: &str| cell.contains(',') && read_number(cell, true).is_ok();
        if cells().any(has_comma) && !cells().any(|cell| cell.contains('.')) {
            self.decimal_comma = true;
            self.warnings
                .push("commas in times are read as decimal commas".to_owned());
        }
    }
}

fn read_workbook(bytes: &[u8]) -> Result<Grid, CodingFault> {
    let fault = |fault: crate::DataFault| CodingFault::of_file(fault.to_string(), fault.remedy());
    let (sheets, rows) = read_rows(bytes, None).map_err(fault)?;
    let as_rows = |rows: Vec<(u32, Vec<String>)>| {
        rows.into_iter()
            .map(|(number, cells)| Row { number, cells })
            .collect()
    };
    let mut further = Vec::new();
    for name in FURTHER_SHEETS {
        if let Some(sheet) = sheets.iter().skip(1).find(|sheet| plain(sheet) == name) {
            let rows = read_rows(bytes, Some(sheet)).map_err(fault)?.1;
            further.push((name, as_rows(rows)));
        }
    }
    Ok(Grid {
        rows: as_rows(rows),
        further,
        sheets,
        ..Grid::default()
    })
}

fn read_text(bytes: &[u8]) -> Result<Grid, CodingFault> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(CodingFault::of_file(
            "a packed file whose name says that it is text",
            "if it is a workbook, rename it to .xlsx",
        ));
    }
    let (text, is_assumed) = text_of(bytes)?;
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut grid = Grid {
        decimal_comma: separator == b';',
        ..Grid::default()
    };
    if is_assumed {
        grid.warnings.push(ENCODING_ASSUMED.to_owned());
    }
    let (mut record, mut n_cells, mut number) = (StringRecord::new(), 0, 0);
    loop {
        let start = reader.position().byte() as usize;
        // Text in memory that is UTF-8 leaves nothing that could fail.
        if !reader.read_record(&mut record).unwrap_or(false) {
            break;
        }
        // The reader passes over blank lines; a spreadsheet counts them as rows.
        number += 1 + blank_lines(text, start);
        if reader.position().byte() as usize == text.len() && is_unclosed(&text[start..], &record) {
            return Err(CodingFault::new(
                format!("row {number}"),
                "a quotation mark opens a cell and is never closed, so that all rows below it would be one cell",
                "look for a stray quotation mark in this row, or save the table again",
            ));
        }
        n_cells += record.len();
        if n_cells > MOST_CELLS {
            return Err(CodingFault::of_file(
                format!("the table has more than {MOST_CELLS} cells"),
                "split it into several files",
            ));
        }
        grid.rows.push(Row {
            number,
            cells: record.iter().map(str::to_owned).collect(),
        });
    }
    Ok(grid)
}

/// The one of tab, comma and semicolon that the first line with any of them has most of.
fn separator(text: &str) -> u8 {
    let count = |line: &str, separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    let most = |line: &str| {
        let separators = [b';', b',', b'\t'];
        let most = separators
            .into_iter()
            .max_by_key(|separator| count(line, *separator))?;
        (count(line, most) > 0).then_some(most)
    };
    text.lines().take(20).find_map(most).unwrap_or(b',')
}

/// Columns of a table by their headings.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    headings: Vec<(String, &'a str)>,
    decimal_comma: bool,
}

impl<'a> Columns<'a> {
    pub fn new(grid: &'a Grid, row: &'a Row) -> Self {
        Self {
            headings: row
                .cells
                .iter()
                .map(|cell| (plain(cell), cell.trim()))
                .collect(),
            decimal_comma: grid.decimal_comma,
        }
    }

    /// The place of a column by one of its names.
    pub fn place(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| {
            self.headings
                .iter()
                .position(|(heading, _)| heading == name)
        })
    }

    /// Columns whose heading begins so, with the rest of their headings.
    pub fn beginning(&self, start: &str) -> Vec<(usize, &'a str)> {
        let rest = |(place, (plain, heading)): (usize, &(String, &'a str))| {
            plain
                .starts_with(start)
                .then(|| (place, heading.get(start.len()..).unwrap_or("").trim()))
        };
        self.headings.iter().enumerate().filter_map(rest).collect()
    }

    /// Columns that have none of these names nor begin so, with their headings.
    pub fn others(&self, known: &[&str], beginnings: &[&str]) -> Vec<(usize, &'a str)> {
        let is_other = |plain: &String| {
            !plain.is_empty()
                && !known.contains(&plain.as_str())
                && !beginnings.iter().any(|start| plain.starts_with(start))
        };
        let headings = self.headings.iter().enumerate();
        headings
            .filter(|(_, (plain, _))| is_other(plain))
            .map(|(i, (_, h))| (i, *h))
            .collect()
    }

    /// A cell, trimmed; empty where the column or the cell is lacking.
    pub fn cell<'b>(&self, row: &'b Row, place: Option<usize>) -> &'b str {
        place
            .and_then(|place| row.cells.get(place))
            .map_or("", |cell| cell.trim())
    }

    /// A cell's number, as this table writes numbers; NaN words are none.
    pub fn number(&self, row: &Row, place: Option<usize>) -> Option<f64> {
        let cell = self.cell(row, place);
        read_number(cell, self.decimal_comma)
            .ok()
            .filter(|number| number.is_finite())
    }
}
