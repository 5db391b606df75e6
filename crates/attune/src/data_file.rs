//! A table of data as the commands on any table read it: columns by name, as cells, numbers or
//! labels, with file, column and row in every complaint.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use attune_exchange::AnyTable;

/// Cells that stand for a missing value.
const MISSING: [&str; 3] = ["", "NA", "NaN"];

/// Numbers that often stand for a missing value; they are taken as numbers, and told.
const CODES_FOR_MISSING: [f64; 7] = [-9.0, -77.0, -88.0, -99.0, -999.0, -9999.0, 9999.0];

/// Whether a cell stands for a missing value.
pub fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

/// A CSV, TSV or XLSX file.
pub struct DataFile {
    table: AnyTable,
    file: String,
}

impl DataFile {
    /// Reads the file; of a workbook the sheet with this name, or the first.
    pub fn read(path: &Path, sheet: Option<&str>) -> Result<Self> {
        let file = path.display().to_string();
        let table = AnyTable::read(path, sheet)
            .map_err(|fault| anyhow!("{file}: {fault}; {}", fault.remedy()))?;
        if table.n_rows() == 0 {
            bail!("{file}: the table has headings but no row below them");
        }
        if let ([first, .., _], None) = (table.sheets(), sheet) {
            eprintln!(
                "note: {file} has the sheets {}; {first} was read; for another: --sheet NAME",
                table.sheets().join(", ")
            );
        }
        Ok(Self { table, file })
    }

    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Headings in the order of the file, without columns that have none.
    pub fn headings(&self) -> Vec<&str> {
        self.table
            .headings()
            .filter(|heading| !heading.is_empty())
            .collect()
    }

    /// Number of rows below the heading.
    pub fn n_rows(&self) -> usize {
        self.table.n_rows()
    }

    /// The number by which a spreadsheet counts a row.
    pub fn row_number(&self, row: usize) -> u32 {
        self.table.row_number(row)
    }

    /// Complains of all columns that the file does not have, and says which it has.
    pub fn require<S: AsRef<str>>(&self, names: &[S]) -> Result<()> {
        let headings = self.headings();
        let unknown: Vec<String> = names
            .iter()
            .map(AsRef::as_ref)
            .filter(|name| !headings.contains(name))
            .map(|name| format!("`{name}`"))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let meant = names
            .iter()
            .map(AsRef::as_ref)
            .filter(|name| !headings.contains(name))
            .find_map(|name| attune_exchange::nearest_name(name, headings.iter().copied()));
        let meant = meant.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        bail!(
            "{} has no column {}{meant}; its columns are {}",
            self.file,
            unknown.join(", "),
            headings.join(", ")
        );
    }

    /// The columns of a list on the command line: names with commas between, or `first:last` for
    /// all from one to another in the order of the file.
    pub fn columns(&self, list: &[String]) -> Result<Vec<String>> {
        let headings = self.headings();
        let mut names: Vec<String> = Vec::new();
        for entry in list {
            let ends = match entry.split_once(':') {
                Some(ends) if !headings.contains(&entry.as_str()) => ends,
                _ => (entry.as_str(), entry.as_str()),
            };
            let asked = if ends.0 == ends.1 {
                vec![ends.0]
            } else {
                vec![ends.0, ends.1]
            };
            self.require(&asked)?;
            let place = |name: &str| headings.iter().position(|heading| *heading == name);
            let (Some(first), Some(last)) = (place(ends.0), place(ends.1)) else {
                continue;
            };
            if first > last {
                bail!(
                    "`{entry}`: in {} the column {} stands after {}; write {}:{}",
                    self.file,
                    ends.0,
                    ends.1,
                    ends.1,
                    ends.0
                );
            }
            names.extend(headings[first..=last].iter().map(|name| (*name).to_owned()));
        }
        if let Some(twice) = (1..names.len()).find(|i| names[..*i].contains(&names[*i])) {
            bail!("the column `{}` is named twice", names[twice]);
        }
        Ok(names)
    }

    /// A column's cells, from the first row. The column must be there ([`Self::require`]).
    pub fn cells(&self, name: &str) -> Vec<&str> {
        self.table.column(name).unwrap_or_default()
    }

    /// A column's cells, `None` where missing.
    pub fn labels(&self, name: &str) -> Result<Vec<Option<&str>>> {
        self.require(&[name])?;
        let label = |cell: &'_ str| !is_missing(cell);
        Ok(self
            .cells(name)
            .into_iter()
            .map(|cell| label(cell).then_some(cell))
            .collect())
    }

    /// A column's numbers, `None` where missing; a cell that is no number is a complaint.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>> {
        self.require(&[name])?;
        let cells = self.cells(name);
        let number = |(row, cell): (usize, &&str)| match self.number(cell) {
            _ if is_missing(cell) => Ok(None),
            Some(number) => Ok(Some(number)),
            None => Err(anyhow!(
                "{}, column {name}, row {}: `{cell}` is not a number; correct it, or leave the cell empty if the value is missing",
                self.file,
                self.row_number(row)
            )),
        };
        cells.iter().enumerate().map(number).collect()
    }

    /// A column's cells where every row must have one; `None` for no column.
    pub fn names(&self, column: Option<&str>) -> Result<Option<Vec<String>>> {
        let Some(column) = column else {
            return Ok(None);
        };
        let labels = self.labels(column)?;
        let name = |(row, label): (usize, &Option<&str>)| match label {
            Some(label) => Ok((*label).to_owned()),
            None => Err(anyhow!(
                "{}, column {column}, row {}: the cell is empty; name it in every row",
                self.file,
                self.row_number(row)
            )),
        };
        labels
            .iter()
            .enumerate()
            .map(name)
            .collect::<Result<_>>()
            .map(Some)
    }

    /// What looks like a code for a missing value among a column's numbers.
    pub fn doubt_of_codes(&self, column: &str) -> Option<String> {
        let numbers = self.numbers(column).ok()?;
        let code = CODES_FOR_MISSING
            .into_iter()
            .find(|code| numbers.contains(&Some(*code)))?;
        let n = numbers
            .iter()
            .filter(|number| **number == Some(code))
            .count();
        let times = if n == 1 {
            "once".to_owned()
        } else {
            format!("{n} times")
        };
        Some(format!(
            "column {column} holds {code} {times}, taken as a number: empty the cell where it stands for a missing value"
        ))
    }

    /// Whether numbers of this file have a decimal comma.
    pub fn has_decimal_comma(&self) -> bool {
        self.table.has_decimal_comma()
    }

    /// A cell's number, as this file writes numbers.
    pub fn number(&self, cell: &str) -> Option<f64> {
        self.table.number(cell)
    }

    /// A column's numbers with NaN where missing, or the first row that is none.
    pub fn all_numbers(&self, cells: &[&str]) -> Result<Vec<f64>, usize> {
        let number = |(row, cell): (usize, &&str)| match is_missing(cell) {
            true => Ok(f64::NAN),
            false => self.number(cell).ok_or(row),
        };
        cells.iter().enumerate().map(number).collect()
    }
}
