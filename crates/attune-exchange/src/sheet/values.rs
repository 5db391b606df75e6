//! Cells as values: numbers within limits, counts, dates, ids. What is wrong is reported, and the
//! value then is invalid.

use attune_protocol::{
    instrument::Answers,
    missing::Missing,
    near_miss::{listed, nearest},
};
use jiff::civil::Date;

use super::{Column, Sheet};
use crate::{
    cell::{is_missing_number, is_missing_word, read_date, read_number},
    data_fault::DataFault,
};

/// What numbers are possible.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limits<'a> {
    /// Numbers between bounds, where there are any.
    Bounds(Option<f64>, Option<f64>),
    /// Answers to an item.
    Answers(&'a Answers),
}

impl<'a> Sheet<'a> {
    /// A number, or why there is none.
    pub fn number(
        &mut self,
        row: usize,
        column: &Column<'a>,
        limits: Limits<'_>,
    ) -> Result<f64, Missing> {
        let text = self.cell(row, column);
        if let Some(missing) = self.missing(text) {
            return Err(missing);
        }
        let number = match read_number(text, self.table.decimal_comma) {
            Ok(number) => number,
            Err(fault) => {
                let cell = text.to_owned();
                let is_code = is_missing_word(text);
                let undeclared = DataFault::UndeclaredMissingCode { cell };
                self.report(row, column, if is_code { undeclared } else { fault });
                return Err(Missing::Invalid);
            }
        };
        let same_number = |code: &&super::MissingCode| code.number == Some(number);
        if let Some(code) = self.missing_codes.iter().find(same_number) {
            return Err(code.missing);
        }
        match fault_of_number(text, number, limits) {
            None => Ok(number),
            Some(fault) => {
                let is_usable = fault.severity() != attune_records::record_problem::Severity::Error;
                self.report(row, column, fault);
                if is_usable {
                    Ok(number)
                } else {
                    Err(Missing::Invalid)
                }
            }
        }
    }

    /// A whole number of at least 0; `None` where there is none.
    pub fn count(&mut self, row: usize, column: &Column<'a>) -> Option<u32> {
        let number = self
            .number(row, column, Limits::Bounds(Some(0.0), None))
            .ok()?;
        if number.fract() == 0.0 && number <= f64::from(u32::MAX) {
            return Some(number as u32);
        }
        let cell = self.cell(row, column).to_owned();
        self.report(row, column, DataFault::NotACount { cell });
        None
    }

    /// A date, or why there is none.
    pub fn date(&mut self, row: usize, column: &Column<'a>) -> Result<Date, Missing> {
        let text = self.cell(row, column);
        if let Some(missing) = self.missing(text) {
            return Err(missing);
        }
        read_date(text, column.date_order, self.table.serial_dates).map_err(|fault| {
            let cell = text.to_owned();
            let is_code = is_missing_word(text) || text.parse().is_ok_and(is_missing_number);
            let undeclared = DataFault::UndeclaredMissingCode { cell };
            self.report(row, column, if is_code { undeclared } else { fault });
            Missing::Invalid
        })
    }

    /// The text of a cell that must not be empty; `what` says what it is.
    pub fn required(
        &mut self,
        row: usize,
        column: &Column<'a>,
        what: &'static str,
    ) -> Option<&'a str> {
        let text = self.cell(row, column);
        if self.missing(text).is_some() {
            self.report(row, column, DataFault::NothingThere { what });
            return None;
        }
        Some(text)
    }

    /// The one of `known` (id and label) that a cell names by its id.
    pub fn known<T>(
        &mut self,
        row: usize,
        column: &Column<'a>,
        kind: &'static str,
        known: &[T],
        id_and_label: impl Fn(&T) -> (&str, &str),
    ) -> Option<usize> {
        let cell = self.cell(row, column);
        if let Some(index) = known.iter().position(|one| id_and_label(one).0 == cell) {
            return Some(index);
        }
        let ids = known.iter().map(|one| id_and_label(one).0);
        let by_label = known.iter().find(|one| id_and_label(one).1 == cell);
        let meant = by_label.map(|one| id_and_label(one).0);
        let meant = meant
            .or_else(|| nearest(cell, ids.clone()))
            .map(str::to_owned);
        let fault = if is_missing_word(cell) {
            DataFault::UndeclaredMissingCode {
                cell: cell.to_owned(),
            }
        } else {
            DataFault::UnknownId {
                kind,
                cell: cell.to_owned(),
                known: listed(ids),
            }
        };
        self.report_meaning(row, column, fault, meant);
        None
    }
}

fn fault_of_number(text: &str, number: f64, limits: Limits<'_>) -> Option<DataFault> {
    let cell = text.to_owned();
    match limits {
        Limits::Bounds(minimum, maximum) => fault_of_bounds(cell, number, minimum, maximum),
        Limits::Answers(Answers::Number {
            minimum,
            maximum,
            decimals,
        }) => fault_of_bounds(cell, number, Some(*minimum), Some(*maximum))
            .or_else(|| fault_of_decimals(text, number, *decimals)),
        Limits::Answers(Answers::Options(options)) => {
            let is_option = options.iter().any(|option| option.code == number);
            (!is_option).then(|| {
                if is_missing_number(number) {
                    return DataFault::UndeclaredMissingCode { cell };
                }
                let codes: Vec<String> = options.iter().map(|one| one.code.to_string()).collect();
                let options = codes.join(", ");
                DataFault::NotAnOption { cell, options }
            })
        }
        Limits::Answers(Answers::Text) => None,
    }
}

fn fault_of_bounds(
    cell: String,
    number: f64,
    minimum: Option<f64>,
    maximum: Option<f64>,
) -> Option<DataFault> {
    let is_outside = minimum.is_some_and(|minimum| number < minimum)
        || maximum.is_some_and(|maximum| number > maximum);
    let is_code = is_missing_number(number);
    // Without a bound on its side, only a number of several digits gives rise to doubt.
    let bound = if number < 0.0 { minimum } else { maximum };
    let is_doubtful = is_code && bound.is_none() && !(0.0..777.0).contains(&number);
    let words =
        |bound: Option<f64>| bound.map_or_else(|| "…".to_owned(), |bound| bound.to_string());
    match (is_outside, is_code) {
        (true, true) => Some(DataFault::UndeclaredMissingCode { cell }),
        (true, false) => Some(DataFault::OutOfRange {
            cell,
            minimum: words(minimum),
            maximum: words(maximum),
        }),
        (false, _) if is_doubtful => Some(DataFault::PerhapsMissingCode { cell }),
        (false, _) => None,
    }
}

fn fault_of_decimals(text: &str, number: f64, decimals: u8) -> Option<DataFault> {
    if number.fract() == 0.0 {
        return None;
    }
    let shortest = number.to_string();
    let n_decimals = shortest.split_once('.').map_or(0, |(_, after)| after.len());
    (n_decimals > usize::from(decimals)).then(|| DataFault::TooManyDecimals {
        cell: text.to_owned(),
        decimals,
    })
}
