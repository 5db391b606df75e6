//! Tables as data: columns, rows, a caption and notes. How they look belongs to the outputs; as a
//! CSV file every table is written here.

use attune_analysis::words;

use crate::{ArmMark, Block, Report, Section, Text, text::Inline};

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Anchor, unique in the report.
    pub id: String,
    /// Number in the report; none for the data behind a figure.
    pub number: Option<usize>,
    /// What it shows.
    pub caption: Text,
    /// Columns; the first names the rows.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// What a reader must know to read it.
    pub notes: Vec<Text>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Heading.
    pub heading: Text,
    /// Heading over this column and its neighbours of the same group.
    pub group: Option<Text>,
    /// Whether it holds numbers.
    pub numeric: bool,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// How it is set.
    pub kind: RowKind,
    /// One cell per column; a heading has one cell for all.
    pub cells: Vec<Cell>,
}

/// How a row is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// As the others.
    Plain,
    /// A heading over the rows that follow.
    Heading,
    /// One step in, under the row before.
    Indented,
    /// The one that answers the question.
    Emphasised,
}

/// A cell.
pub type Cell = Text;

impl Column {
    /// A column of words.
    pub fn words(heading: impl Into<Text>) -> Self {
        Self {
            heading: heading.into(),
            group: None,
            numeric: false,
        }
    }

    /// A column of numbers.
    pub fn numbers(heading: impl Into<Text>) -> Self {
        Self {
            numeric: true,
            ..Self::words(heading)
        }
    }

    /// The column under a heading that it shares with its neighbours.
    #[must_use]
    pub fn under(mut self, group: Text) -> Self {
        self.group = Some(group);
        self
    }
}

impl Row {
    /// A plain row.
    pub fn of(cells: Vec<Cell>) -> Self {
        Self {
            kind: RowKind::Plain,
            cells,
        }
    }

    /// A heading over the rows that follow.
    pub fn heading(words: Text) -> Self {
        Self {
            kind: RowKind::Heading,
            cells: vec![words],
        }
    }

    /// The row set in another way.
    #[must_use]
    pub fn set(mut self, kind: RowKind) -> Self {
        self.kind = kind;
        self
    }
}

impl Table {
    /// A table without rows and notes.
    pub fn new(id: impl Into<String>, caption: impl Into<Text>, columns: Vec<Column>) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            columns,
            ..Self::default()
        }
    }

    /// The first heading line: each group of neighbouring columns with their number.
    pub fn groups(&self) -> Vec<(Option<Text>, usize)> {
        let mut groups: Vec<(Option<Text>, usize)> = Vec::new();
        for column in &self.columns {
            match groups.last_mut() {
                Some((group, width)) if *group == column.group => *width += 1,
                _ => groups.push((column.group.clone(), 1)),
            }
        }
        groups
    }

    /// Every text in it.
    pub(crate) fn texts(&self) -> Vec<&Text> {
        let headings = self.columns.iter().flat_map(|column| {
            let group = column.group.as_ref();
            group.into_iter().chain([&column.heading])
        });
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        std::iter::once(&self.caption)
            .chain(headings)
            .chain(cells)
            .chain(&self.notes)
            .collect()
    }

    /// Whether any column stands under a shared heading.
    pub fn has_groups(&self) -> bool {
        self.columns.iter().any(|column| column.group.is_some())
    }

    /// The table as CSV (RFC 4180, UTF-8): one heading line, numbers with all their digits, a
    /// heading row as a first column of its own.
    pub fn csv(&self) -> String {
        let has_headings = self.rows.iter().any(|row| row.kind == RowKind::Heading);
        let mut lines = Vec::with_capacity(self.rows.len() + 1);
        let mut names: Vec<String> = self.columns.iter().map(column_name).collect();
        if has_headings {
            names.insert(0, "group".to_owned());
        }
        lines.push(csv_line(&names));
        let mut group = String::new();
        for row in &self.rows {
            if row.kind == RowKind::Heading {
                group = row.cells.first().map(data_words).unwrap_or_default();
                continue;
            }
            let mut cells: Vec<String> = row.cells.iter().map(data_words).collect();
            if has_headings {
                cells.insert(0, group.clone());
            }
            lines.push(csv_line(&cells));
        }
        lines.concat()
    }
}

fn column_name(column: &Column) -> String {
    let heading = data_words(&column.heading);
    match &column.group {
        Some(group) => format!("{}: {heading}", data_words(group)),
        None => heading,
    }
}

/// A cell for programs: all digits, ASCII minus, no spaces within numbers.
fn data_words(cell: &Text) -> String {
    if let [Inline::Number { value, .. }] = cell.0.as_slice() {
        return value.to_string();
    }
    cell.words(&str::to_owned)
        .replace(words::THIN_SPACE, "")
        .replace('−', "-")
}

fn csv_line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    format!("{}\r\n", quoted.join(","))
}

fn csv_cell(cell: &str) -> String {
    let is_simple = !cell.contains(['"', ',', '\n', '\r']);
    match is_simple {
        true => cell.to_owned(),
        false => format!("\"{}\"", cell.replace('"', "\"\"")),
    }
}

/// Every table of the report and the data behind every figure, as file name and CSV.
pub fn tables(report: &Report) -> Vec<(String, String)> {
    let mut tables = Vec::new();
    for section in &report.sections {
        section_tables(section, &mut tables);
    }
    tables
        .into_iter()
        .map(|(id, table)| (file_name(report, id, "csv"), table.csv()))
        .collect()
}

/// The name of a file with a part of the report; made-up data say so in it.
pub(crate) fn file_name(report: &Report, id: &str, ending: &str) -> String {
    format!("{}{}-{id}.{ending}", report.file_mark(), report.study)
}

fn section_tables<'a>(section: &'a Section, tables: &mut Vec<(&'a str, &'a Table)>) {
    for block in &section.blocks {
        block_tables(block, tables);
    }
    for section in &section.sections {
        section_tables(section, tables);
    }
}

fn block_tables<'a>(block: &'a Block, tables: &mut Vec<(&'a str, &'a Table)>) {
    match block {
        Block::Table(table) => tables.push((&table.id, table)),
        Block::Figure(figure) => tables.push((&figure.id, &figure.data)),
        Block::Details { blocks, .. } => {
            for block in blocks {
                block_tables(block, tables);
            }
        }
        _ => {}
    }
}

/// The heading of an arm's columns: its mark and its name.
pub(crate) fn arm_heading(mark: ArmMark, label: &str) -> Text {
    Text(vec![Inline::Arm(mark), Inline::Own(label.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_all_digits_and_quotes_what_needs_it() {
        let mut table = Table::new(
            "t",
            "A table",
            vec![
                Column::words("Dyad, by code"),
                Column::numbers("mean").under(Text::own("Clinic")),
            ],
        );
        table.rows = vec![
            Row::heading(Text::own("Hostel \"A\"")),
            Row::of(vec!["D1".into(), Text::number(-1234.5678, 1)]),
            Row::of(vec!["D2".into(), "−1\u{202f}200".into()]),
        ];
        assert_eq!(
            table.csv(),
            "group,\"Dyad, by code\",Clinic: mean\r\n\
             \"Hostel \"\"A\"\"\",D1,-1234.5678\r\n\
             \"Hostel \"\"A\"\"\",D2,-1200\r\n"
        );
    }
}
