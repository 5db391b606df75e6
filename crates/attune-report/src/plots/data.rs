//! The numbers behind a plot, as CSV inside the file.

/// A small table of text cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataTable {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl DataTable {
    /// A table with these columns and no rows.
    pub fn new(heading: &[&str]) -> Self {
        Self {
            heading: heading.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row: first its names, then its numbers.
    pub fn push(&mut self, names: &[&str], numbers: &[f64]) {
        let names = names.iter().map(|&name| name.to_owned());
        let numbers = numbers.iter().map(|number| match number.is_finite() {
            true => number.to_string(),
            false => String::new(),
        });
        self.rows.push(names.chain(numbers).collect());
    }

    /// The table as CSV, one line per row.
    pub fn csv(&self) -> String {
        std::iter::once(&self.heading)
            .chain(&self.rows)
            .map(|row| {
                let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
                format!("{}\n", cells.join(","))
            })
            .collect()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
