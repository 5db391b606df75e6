//! The text of a spreadsheet, as written: columns and cells with their escapes.

use crate::{video_coding::CodingFault, wording::shortened};

/// A spreadsheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spreadsheet {
    /// Version of the form, from the first line `#4`; `None` for the oldest.
    pub version: Option<String>,
    /// Definitions before the columns, as written.
    pub definitions: Vec<String>,
    /// Columns.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name as written.
    pub name: String,
    /// Such as `MATRIX`, `TEXT`, `NOMINAL`.
    pub kind: String,
    /// Whether it is shown, as written; `None` in old files.
    pub visible: Option<String>,
    /// Comment; `None` in old files.
    pub comment: Option<String>,
    /// Codes of a matrix with their types, as written.
    pub codes: Option<Vec<(String, String)>>,
    /// Cells in the order of the file.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Milliseconds.
    pub onset: i64,
    /// Milliseconds.
    pub offset: i64,
    /// What was coded, as written.
    pub value: String,
    /// Line of the text, from 1.
    pub line: u32,
}

impl Spreadsheet {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A cell before any column.
    pub fn read(text: &str) -> Result<Self, CodingFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut sheet = Self::default();
        for (index, line) in text.lines().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            sheet.read_line(number, line)?;
        }
        Ok(sheet)
    }

    fn read_line(&mut self, number: u32, line: &str) -> Result<(), CodingFault> {
        if let (1, Some(version)) = (number, line.strip_prefix('#')) {
            self.version = Some(version.trim().to_owned());
            return Ok(());
        }
        if let Some((onset, offset, value)) = cell(line) {
            let Some(column) = self.columns.last_mut() else {
                return Err(CodingFault::new(
                    format!("line {number}"),
                    "a cell stands before any column",
                    "the first column's line, such as `gaze (MATRIX,true,)-code01|NOMINAL`, is missing",
                ));
            };
            column.cells.push(Cell {
                onset,
                offset,
                value: value.to_owned(),
                line: number,
            });
            return Ok(());
        }
        if let Some(column) = column(line) {
            self.columns.push(column);
            return Ok(());
        }
        // A line break within a cell's text.
        let last_cell = self
            .columns
            .last_mut()
            .and_then(|column| column.cells.last_mut());
        if let Some(cell) = last_cell.filter(|cell| ends_escaped(&cell.value)) {
            cell.value.push('\n');
            cell.value.push_str(line);
            return Ok(());
        }
        if self.columns.is_empty() && is_definition(line) {
            self.definitions.push(line.to_owned());
        } else if !line.trim().is_empty() {
            return Err(CodingFault::new(
                format!("line {number}"),
                format!("neither a column nor a cell: `{}`", shortened(line, 60)),
                "open the file in Datavyu and save it again",
            ));
        }
        Ok(())
    }

    /// Whether a text looks like a spreadsheet: a version line, or a column and a cell.
    pub(in crate::video_coding) fn looks_like_one(text: &str) -> bool {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or("");
        let version = first.strip_prefix('#').map(str::trim);
        let is_version =
            version.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
        is_version
            || (column(first).is_some() && lines.next().is_some_and(|line| cell(line).is_some()))
    }

    /// The text, as it was read.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(version) = &self.version {
            text.push_str(&format!("#{version}\n"));
        }
        for definition in &self.definitions {
            text.push_str(&format!("{definition}\n"));
        }
        for column in &self.columns {
            text.push_str(&column.head());
            for cell in &column.cells {
                let (onset, offset) = (clock(cell.onset), clock(cell.offset));
                text.push_str(&format!("{onset},{offset},{}\n", cell.value));
            }
        }
        text
    }
}

impl Column {
    fn head(&self) -> String {
        let mut inside = self.kind.clone();
        for part in [&self.visible, &self.comment].into_iter().flatten() {
            inside.push(',');
            inside.push_str(part);
        }
        let mut head = format!("{} ({inside})", self.name);
        for (index, (code, kind)) in self.codes.iter().flatten().enumerate() {
            head.push(if index == 0 { '-' } else { ',' });
            head.push_str(&format!("{code}|{kind}"));
        }
        head.push('\n');
        head
    }
}

impl Cell {
    /// The codes of a matrix's cell, without escapes; the one value of another column's.
    pub fn values(&self) -> Vec<String> {
        let inside = self
            .value
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'));
        match inside {
            Some(inside) => split(inside).into_iter().map(unescaped).collect(),
            None => vec![unescaped(&self.value)],
        }
    }
}

/// `HH:MM:SS:mmm,HH:MM:SS:mmm,value`.
fn cell(line: &str) -> Option<(i64, i64, &str)> {
    let (onset, rest) = line.split_once(',')?;
    let (offset, value) = rest.split_once(',')?;
    Some((millis(onset)?, millis(offset)?, value))
}

fn millis(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(':');
    let mut number = |most: i64| -> Option<i64> {
        let part = parts.next()?;
        let is_number =
            !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
        let number = is_number.then(|| part.parse().ok())??;
        (number <= most).then_some(number)
    };
    let (hours, minutes, seconds) = (number(999_999_999)?, number(59)?, number(59)?);
    let millis = number(999)?;
    parts
        .next()
        .is_none()
        .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis)
}

/// `00:01:02:500`.
pub(super) fn clock(millis: i64) -> String {
    let (seconds, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}:{millis:03}", seconds % 60)
}

/// `name (KIND,visible,comment)-code|KIND,code|KIND`.
fn column(line: &str) -> Option<Column> {
    const KINDS: [&str; 7] = [
        "MATRIX",
        "TEXT",
        "NOMINAL",
        "INTEGER",
        "FLOAT",
        "PREDICATE",
        "UNTYPED",
    ];
    let (open, kind) = KINDS
        .iter()
        .filter_map(|kind| Some((line.find(&format!(" ({kind}"))?, *kind)))
        .min()?;
    let inside = &line[open + 2 + kind.len()..];
    // A comment may hold brackets: the last one before the codes closes.
    let close = match inside.find(")-") {
        Some(close) => close,
        None => inside.rfind(')')?,
    };
    let mut parts = inside[..close].splitn(3, ',');
    let before = parts.next()?;
    if !before.is_empty() {
        return None;
    }
    let codes = inside[close + 1..].strip_prefix('-').map(|codes| {
        let code = |code: &str| match code.rsplit_once('|') {
            Some((name, kind)) => (name.to_owned(), kind.to_owned()),
            None => (code.to_owned(), String::new()),
        };
        split(codes).into_iter().map(code).collect()
    });
    Some(Column {
        name: line[..open].to_owned(),
        kind: kind.to_owned(),
        visible: parts.next().map(str::to_owned),
        comment: parts.next().map(str::to_owned),
        codes,
        cells: Vec::new(),
    })
}

/// `0:test0-float|FLOAT,…`.
fn is_definition(line: &str) -> bool {
    let number = line.split_once(':').map_or("", |(number, _)| number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the last character escapes what follows.
fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Parts between commas that no backslash precedes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (place, character) in text.char_indices() {
        if character == ',' && !escaped {
            parts.push(&text[start..place]);
            start = place + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

/// Without the backslashes that escape.
pub(super) fn unescaped(text: &str) -> String {
    let (mut plain, mut escaped) = (String::with_capacity(text.len()), false);
    for character in text.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(character);
            escaped = false;
        }
    }
    plain
}

/// With a backslash before what would mean something else.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '(' | ')' | '-' | '|' | '\n') {
            escaped.push('\\');
        }
        escaped.push(match character {
            '\r' => ' ',
            '\0' => '\u{fffd}',
            plain => plain,
        });
    }
    escaped
}
