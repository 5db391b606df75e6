//! Delta adjustment: what was imputed is moved by a stated amount, to ask how wrong the assumption that
//! values are missing at random would have to be (Carpenter and Kenward 2013, chapter 10).

use super::imputations::{Imputations, missing_rows};
use super::problem::ImputationProblem;
use super::within::groups;
use crate::table::{Column, Table};

/// By how much the imputed values of a column are moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// The column, such as one wave of the outcome.
    pub column: String,
    /// Only rows with this level of this factor, such as one arm; all rows without it.
    pub of: Option<(String, String)>,
    /// What is added to each imputed value.
    pub by: f64,
}

impl Shift {
    /// A shift of the column in one level of a factor.
    #[must_use]
    pub fn of_level(column: &str, factor: &str, level: &str, by: f64) -> Self {
        Self {
            column: column.to_owned(),
            of: Some((factor.to_owned(), level.to_owned())),
            by,
        }
    }

    pub(super) fn check(&self, table: &Table) -> Result<(), ImputationProblem> {
        match table.column(&self.column) {
            None => {
                return Err(super::chained_equations::unknown_column(
                    &self.column,
                    table,
                ));
            }
            Some(Column::Factor(_)) => {
                return Err(ImputationProblem::WrongMethod {
                    name: self.column.clone(),
                    kind: "a factor",
                    method: "a shift of imputed values",
                    instead: "a column of numbers",
                });
            }
            Some(Column::Numbers(_)) => {}
        }
        if !self.by.is_finite() {
            return Err(crate::data_problem::DataProblem::OutOfRange {
                what: "a shift of imputed values",
                value: self.by,
                allowed: "a finite number",
            }
            .into());
        }
        self.rows(table).map(|_| ())
    }

    /// The rows that are moved, if their value was imputed.
    fn rows(&self, table: &Table) -> Result<Vec<usize>, ImputationProblem> {
        let Some((factor, level)) = &self.of else {
            return Ok((0..table.n_rows()).collect());
        };
        let groups = groups(table, Some(factor))?;
        let of_group = |group: &super::within::Group| {
            group
                .within()
                .map_or(String::new(), |(_, level)| level.to_owned())
        };
        groups
            .iter()
            .find(|group| of_group(group) == *level)
            .map(|group| group.rows.clone())
            .ok_or_else(|| ImputationProblem::UnknownLevel {
                factor: factor.clone(),
                level: level.clone(),
                known: groups.iter().map(of_group).collect::<Vec<_>>().join(", "),
            })
    }
}

/// Adds the shifts to the imputed values of every completed data set; observed values stay.
///
/// `table` is the incomplete table. Values imputed from a shifted one do not follow; where they should,
/// give the shifts to the imputation itself ([`super::ChainedEquations::shifts`]).
///
/// # Errors
/// When a shift names a column or level that is not there, or a column of categories.
pub fn shift_imputed(
    imputations: &Imputations,
    table: &Table,
    shifts: &[Shift],
) -> Result<Imputations, ImputationProblem> {
    let mut by_column = Vec::new();
    for shift in shifts {
        shift.check(table)?;
        by_column.push((shift.column.clone(), by_row(shift, table)?));
    }
    let mut shifted = imputations.clone();
    for completed in &mut shifted.completed {
        *completed = moved(completed, &by_column)?;
    }
    Ok(shifted)
}

/// For each row what is added: nothing where the value was observed.
fn by_row(shift: &Shift, table: &Table) -> Result<Vec<f64>, ImputationProblem> {
    let missing = table
        .column(&shift.column)
        .map(missing_rows)
        .unwrap_or_default();
    let mut by = vec![0.0; table.n_rows()];
    for row in shift.rows(table)? {
        if missing[row] {
            by[row] = shift.by;
        }
    }
    Ok(by)
}

fn moved(completed: &Table, by_column: &[(String, Vec<f64>)]) -> Result<Table, ImputationProblem> {
    let mut moved = Table::new();
    for name in completed.names() {
        let mut column = completed
            .column(name)
            .expect("names of a table have columns")
            .clone();
        if let Column::Numbers(values) = &mut column {
            for (_, by) in by_column.iter().filter(|(shifted, _)| shifted == name) {
                values
                    .iter_mut()
                    .zip(by)
                    .for_each(|(value, by)| *value += by);
            }
        }
        moved.push(name, column)?;
    }
    Ok(moved)
}

/// The shifts that concern a group of rows, by row.
pub(super) fn for_group(
    shifts: &[Shift],
    table: &Table,
    within: Option<(&str, &str)>,
) -> Result<Vec<(String, Vec<f64>)>, ImputationProblem> {
    let mut by_column = Vec::new();
    for shift in shifts {
        let concerns_all = shift.of.is_none()
            || within.is_some_and(|(factor, level)| {
                shift
                    .of
                    .as_ref()
                    .is_some_and(|of| of.0 == factor && of.1 == level)
            });
        let concerns_none = within.is_some_and(|(factor, level)| {
            shift
                .of
                .as_ref()
                .is_some_and(|of| of.0 == factor && of.1 != level)
        });
        if concerns_none {
            continue;
        }
        let whole = Shift {
            of: if concerns_all { None } else { shift.of.clone() },
            ..shift.clone()
        };
        by_column.push((shift.column.clone(), by_row(&whole, table)?));
    }
    Ok(by_column)
}
