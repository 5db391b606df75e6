//! One table of a study: its grid of text with the meaning that the study file gives it. Finds
//! columns by their headings, reads cells, and collects what is wrong.

mod column;
mod values;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{Protocol, data::DataFile, missing::Missing};
use attune_records::source::Source;

pub(crate) use column::Column;
pub(crate) use values::Limits;

use crate::{cell::read_number, data_fault::DataFault, data_problem::DataProblem, table::Table};

/// A table with its meaning, and the problems found in it so far.
pub(crate) struct Sheet<'a> {
    /// The study.
    pub protocol: &'a Protocol,
    /// What the study file says about the table.
    pub data: &'a DataFile,
    /// The grid.
    pub table: &'a Table,
    /// File as the study file names it.
    pub file: Arc<str>,
    /// What is wrong.
    pub problems: Vec<DataProblem>,
    /// Columns that the study file mentions.
    pub used: BTreeSet<usize>,
    missing_codes: Vec<MissingCode>,
    names: BTreeMap<&'a str, Arc<str>>,
}

/// A cell that says why there is no value.
struct MissingCode {
    text: String,
    number: Option<f64>,
    missing: Missing,
}

impl<'a> Sheet<'a> {
    /// The table of one `[[data]]` entry.
    pub fn new(
        protocol: &'a Protocol,
        data: &'a DataFile,
        table: &'a Table,
        file: Arc<str>,
    ) -> Self {
        let code = |(text, missing): &(String, Missing)| MissingCode {
            text: text.trim().to_owned(),
            number: read_number(text.trim(), table.decimal_comma).ok(),
            missing: *missing,
        };
        Self {
            protocol,
            data,
            table,
            file,
            problems: Vec::new(),
            used: BTreeSet::new(),
            missing_codes: data.missing_codes.iter().map(code).collect(),
            names: BTreeMap::new(),
        }
    }

    /// All rows, from 0.
    pub fn rows(&self) -> std::ops::Range<usize> {
        0..self.table.n_rows()
    }

    /// A cell as it is to be read: trimmed, and what the study file says it stands for.
    pub fn cell(&self, row: usize, column: &Column<'a>) -> &'a str {
        column.recoded(self.table.cell(row, column.index))
    }

    /// The source of a row.
    pub fn row_source(&self, row: usize) -> Source {
        Source {
            file: self.file.clone(),
            row: self.table.row_number(row),
            column: None,
        }
    }

    /// The source of a cell.
    pub fn cell_source(&self, row: usize, column: &Column<'a>) -> Source {
        Source {
            column: Some(column.heading.clone()),
            ..self.row_source(row)
        }
    }

    /// Why there is no value, where a cell is empty or a declared code. An empty cell without a
    /// declaration is not recorded.
    pub fn missing(&self, text: &str) -> Option<Missing> {
        let declared = self.missing_codes.iter().find(|code| code.text == text);
        match declared {
            Some(code) => Some(code.missing),
            None if text.is_empty() => Some(Missing::NotRecorded),
            None => None,
        }
    }

    /// Whether the study file says what an empty cell means.
    pub fn empty_is_declared(&self) -> bool {
        self.missing_codes.iter().any(|code| code.text.is_empty())
    }

    /// A text that is held once, however many cells have it.
    pub fn name(&mut self, text: &'a str) -> Arc<str> {
        self.names
            .entry(text)
            .or_insert_with(|| Arc::from(text))
            .clone()
    }

    /// Reports a cell.
    pub fn report(&mut self, row: usize, column: &Column<'a>, fault: DataFault) {
        self.report_meaning(row, column, fault, None);
    }

    /// Reports a cell, with what was probably meant.
    pub fn report_meaning(
        &mut self,
        row: usize,
        column: &Column<'a>,
        fault: DataFault,
        did_you_mean: Option<String>,
    ) {
        let cell = self.table.cell(row, column.index).to_owned();
        let problem = self.of_file(fault);
        self.problems.push(DataProblem {
            row: Some(self.table.row_number(row)),
            column: Some(column.heading.clone()),
            cell: Some(cell),
            did_you_mean,
            ..problem
        });
    }

    /// Reports a row.
    pub fn report_row(&mut self, row: usize, fault: DataFault) {
        let problem = self.of_file(fault);
        self.problems.push(DataProblem {
            row: Some(self.table.row_number(row)),
            ..problem
        });
    }

    /// Reports something of a whole column.
    pub fn report_column(&mut self, column: &Column<'a>, fault: DataFault) {
        let problem = self.of_file(fault);
        self.problems.push(DataProblem {
            column: Some(column.heading.clone()),
            ..problem
        });
    }

    /// A problem of the whole table.
    pub fn of_file(&self, fault: DataFault) -> DataProblem {
        let sheet = self.data.sheet.as_deref().map(Arc::from);
        DataProblem::of_file(self.file.clone(), sheet, fault)
    }
}
