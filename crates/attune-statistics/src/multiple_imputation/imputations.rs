//! What imputation gives: completed data sets, and how they came about.

use super::convergence::Trace;
use crate::table::{Column, Table};

/// Several completed versions of one incomplete table.
///
/// Observed values are the same in all of them, to the bit; rows and columns keep their order.
#[derive(Debug, Clone)]
pub struct Imputations {
    /// The completed data sets.
    pub completed: Vec<Table>,
    /// What was imputed.
    pub imputed: Vec<ImputedColumn>,
    /// The course of the iterations, to judge whether they had settled.
    pub traces: Vec<Trace>,
    /// Seed; each completed data set has random streams of its own.
    pub seed: u64,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
}

/// One column with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImputedColumn {
    /// Its name.
    pub name: String,
    /// How many values were imputed.
    pub n_missing: usize,
    /// How, in words.
    pub method: String,
}

impl Imputations {
    /// Completed data sets.
    #[must_use]
    pub fn n_imputations(&self) -> usize {
        self.completed.len()
    }

    /// Values imputed in each data set.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        self.imputed.iter().map(|column| column.n_missing).sum()
    }

    /// The largest R̂ of all traces; `None` when nothing was imputed or there are too few iterations.
    #[must_use]
    pub fn largest_r_hat(&self) -> Option<f64> {
        self.traces
            .iter()
            .flat_map(|trace| [trace.r_hat_of_means, trace.r_hat_of_deviations])
            .flatten()
            .reduce(f64::max)
    }
}

/// Which rows of a column are missing.
pub(super) fn missing_rows(column: &Column) -> Vec<bool> {
    match column {
        Column::Numbers(values) => values.iter().map(|value| value.is_nan()).collect(),
        Column::Factor(factor) => factor.codes.iter().map(Option::is_none).collect(),
    }
}

/// A column as numbers: its values, or the codes of its levels; NaN where missing.
pub(super) fn as_numbers(column: &Column) -> Vec<f64> {
    match column {
        Column::Numbers(values) => values.clone(),
        Column::Factor(factor) => factor
            .codes
            .iter()
            .map(|code| code.map_or(f64::NAN, f64::from))
            .collect(),
    }
}

/// The column with its gaps filled; what was observed stays as it is.
pub(super) fn completed_column(column: &Column, values: &[f64]) -> Column {
    match column {
        Column::Numbers(observed) => Column::Numbers(
            observed
                .iter()
                .zip(values)
                .map(|(known, value)| if known.is_nan() { *value } else { *known })
                .collect(),
        ),
        Column::Factor(factor) => {
            let mut factor = factor.clone();
            for (code, value) in factor.codes.iter_mut().zip(values) {
                if code.is_none() && !value.is_nan() {
                    *code = Some(*value as u32);
                }
            }
            Column::Factor(factor)
        }
    }
}

/// The table with some of its columns completed.
pub(super) fn completed_table<'a>(
    table: &Table,
    values_of: impl Fn(&str) -> Option<&'a [f64]>,
) -> Table {
    let mut completed = Table::new();
    for name in table.names() {
        let column = table.column(name).expect("names of a table have columns");
        let column = values_of(name)
            .map_or_else(|| column.clone(), |values| completed_column(column, values));
        completed
            .push(name, column)
            .expect("the columns of a table fit together");
    }
    completed
}
