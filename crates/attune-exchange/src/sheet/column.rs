//! Finding the columns that the study file names. A heading is matched exactly, after trimming.

use std::sync::Arc;

use attune_protocol::{
    data::Recode,
    near_miss::{listed, nearest},
};

use super::Sheet;
use crate::{
    cell::{DateOrder, date_order},
    data_fault::DataFault,
};

/// A column that was found.
#[derive(Debug, Clone)]
pub(crate) struct Column<'a> {
    /// Its place, from 0.
    pub index: usize,
    /// Its heading.
    pub heading: Arc<str>,
    /// Order of day and month, for a column of dates.
    pub date_order: DateOrder,
    recodes: Vec<&'a Recode>,
}

impl<'a> Column<'a> {
    /// What a cell stands for.
    pub fn recoded(&self, cell: &'a str) -> &'a str {
        let recode = self
            .recodes
            .iter()
            .find(|recode| recode.cell.trim() == cell);
        recode.map_or(cell, |recode| recode.value.as_str())
    }
}

impl<'a> Sheet<'a> {
    /// The column with this heading; a problem is reported when there is none, or more than one.
    pub fn column(&mut self, heading: &str) -> Option<Column<'a>> {
        let heading = heading.trim();
        let headings = self.table.headings.iter().enumerate();
        let mut found = headings.filter(|(_, one)| &***one == heading);
        let Some((index, name)) = found.next() else {
            self.report_missing_column(heading);
            return None;
        };
        if found.next().is_some() {
            let heading = heading.to_owned();
            let problem = self.of_file(DataFault::ColumnTwice { heading });
            self.problems.push(problem);
            return None;
        }
        self.used.insert(index);
        let is_of_column = |recode: &&Recode| recode.column.trim() == heading;
        Some(Column {
            index,
            heading: name.clone(),
            date_order: DateOrder::Unknown,
            recodes: self.data.recode.iter().filter(is_of_column).collect(),
        })
    }

    /// The column with this heading, where the study file names one.
    pub fn optional_column(&mut self, heading: Option<&String>) -> Option<Column<'a>> {
        heading.and_then(|heading| self.column(heading))
    }

    /// A column of dates. Where its dates are not in ISO form, the order of day and month is found
    /// from all its cells together, and said.
    pub fn date_column(&mut self, heading: Option<&String>) -> Option<Column<'a>> {
        let mut column = self.optional_column(heading)?;
        self.report_serial_dates(&column);
        let cells = self.rows().map(|row| self.cell(row, &column));
        let (order, example) = date_order(cells);
        column.date_order = order;
        let words = match order {
            DateOrder::DayFirst => "day/month/year",
            DateOrder::MonthFirst => "month/day/year",
            DateOrder::Unknown | DateOrder::Mixed => return Some(column),
        };
        let fault = DataFault::DateOrderAssumed {
            cell: example.unwrap_or_default().to_owned(),
            order: words,
        };
        self.report_column(&column, fault);
        Some(column)
    }

    /// In a workbook, plain numbers in a column of dates count as days, and that is said.
    fn report_serial_dates(&mut self, column: &Column<'a>) {
        let Some(serial) = self.table.serial_dates else {
            return;
        };
        let date = |row| {
            let cell = self.cell(row, column);
            let days = cell.parse().ok().filter(|_| self.missing(cell).is_none())?;
            Some((cell, serial.date(days)?))
        };
        if let Some((cell, date)) = self.rows().find_map(date) {
            let cell = cell.to_owned();
            self.report_column(column, DataFault::SerialDate { cell, date });
        }
    }

    fn report_missing_column(&mut self, heading: &str) {
        let headings: Vec<&str> = self.table.headings.iter().map(|one| &**one).collect();
        let meant = nearest(heading, headings.iter().copied());
        let fault = DataFault::ColumnMissing {
            heading: heading.to_owned(),
            headings: listed(headings),
        };
        let mut problem = self.of_file(fault);
        problem.did_you_mean = meant.map(str::to_owned);
        self.problems.push(problem);
    }
}
