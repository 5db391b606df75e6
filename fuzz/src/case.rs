//! A case: a small table as text, and what is asked of it.
//!
//! In a file the wishes come first, one `# key: value` per line, then the table as CSV:
//!
//! ```text
//! # formula: score ~ age + (1 | child)
//! # factor: child
//! # expect: warns
//! # says: exactly zero
//! child,age,score
//! ```

use attune_statistics::table::{Column, Factor, Table, TableError};

/// A table of cells with wishes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Case {
    /// The wishes, in order.
    pub wishes: Vec<(String, String)>,
    /// Headings with the cells below them.
    pub columns: Vec<(String, Vec<String>)>,
}

impl Case {
    /// A wish by its key; empty where there is none.
    pub fn wish(&self, key: &str) -> &str {
        self.wishes
            .iter()
            .find(|(name, _)| name == key)
            .map_or("", |(_, value)| value)
    }

    /// Adds a wish.
    pub fn push_wish(&mut self, key: &str, value: &str) {
        self.wishes.push((key.to_owned(), value.to_owned()));
    }

    /// Adds a column.
    pub fn push_column(&mut self, heading: &str, cells: Vec<String>) {
        self.columns.push((heading.to_owned(), cells));
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    /// The case as a file holds it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.wishes {
            text.push_str(&format!("# {key}: {value}\n"));
        }
        let headings: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        text.push_str(&headings.join(","));
        for row in 0..self.n_rows() {
            let cells: Vec<&str> = self
                .columns
                .iter()
                .map(|(_, cells)| cells[row].as_str())
                .collect();
            text.push('\n');
            text.push_str(&cells.join(","));
        }
        text.push('\n');
        text
    }

    /// Reads what [`Case::text`] writes.
    pub fn of_text(text: &str) -> Self {
        let mut case = Self::default();
        for line in text.lines() {
            if let Some((key, value)) = line
                .strip_prefix("# ")
                .and_then(|wish| wish.split_once(": "))
            {
                case.push_wish(key, value);
            } else if case.columns.is_empty() {
                case.columns = line
                    .split(',')
                    .map(|name| (name.to_owned(), Vec::new()))
                    .collect();
            } else {
                let cells = line.split(',').chain(std::iter::repeat(""));
                for ((_, column), cell) in case.columns.iter_mut().zip(cells) {
                    column.push(cell.to_owned());
                }
            }
        }
        case
    }

    /// The table as `attune fit` reads it: numbers where all cells are, factors where there are words or
    /// the wish `factor` names the column.
    ///
    /// # Errors
    /// When two columns have one name.
    pub fn table(&self) -> Result<Table, TableError> {
        let factors: Vec<&str> = self.wish("factor").split(',').map(str::trim).collect();
        let mut table = Table::new();
        for (name, cells) in &self.columns {
            let numbers: Option<Vec<f64>> = cells.iter().map(|cell| number(cell)).collect();
            let column = match numbers {
                Some(numbers) if !factors.contains(&name.as_str()) => Column::Numbers(numbers),
                _ => {
                    let labels: Vec<Option<&String>> = cells
                        .iter()
                        .map(|cell| (!is_missing(cell)).then_some(cell))
                        .collect();
                    Column::Factor(Factor::from_labels(&labels))
                }
            };
            table.push(name, column)?;
        }
        Ok(table)
    }
}

/// A cell's number; NaN where it is missing; `None` where it is a word.
pub fn number(cell: &str) -> Option<f64> {
    if is_missing(cell) {
        Some(f64::NAN)
    } else {
        cell.parse().ok()
    }
}

/// Whether a cell stands for a missing value.
pub fn is_missing(cell: &str) -> bool {
    ["", "NA", "NaN"].contains(&cell)
}
