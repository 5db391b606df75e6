//! The columns that predict another, made orthonormal over the rows where that one is known.

use crate::descriptives::{mean, standard_deviation};
use crate::matrix::{OrthonormalColumns, back_substitute, dot, orthonormalise};

/// A predictor: a number, or categories with their number of levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Predictor<'a> {
    pub values: &'a [f64],
    /// Levels of a factor, whose values are codes; `None` for numbers.
    pub n_levels: Option<usize>,
}

/// The design of one imputation model.
///
/// Columns are standardised over the observed rows; what does not vary there, or repeats others, is
/// left out.
#[derive(Debug)]
pub(super) struct Design {
    /// For each column the values of all rows; the first is the intercept.
    columns: Vec<Vec<f64>>,
    /// The same for the observed rows, orthonormal.
    pub orthonormal: OrthonormalColumns,
}

impl Design {
    pub(super) fn new(predictors: &[Predictor<'_>], n_rows: usize, observed: &[usize]) -> Self {
        let mut columns = vec![vec![1.0; n_rows]];
        for predictor in predictors {
            match predictor.n_levels {
                None => columns.extend(standardised(predictor.values.to_vec(), observed)),
                Some(n_levels) => {
                    for level in 1..n_levels {
                        let indicator = |code: &f64| f64::from(u8::from(*code == level as f64));
                        let column = predictor.values.iter().map(indicator).collect();
                        columns.extend(standardised(column, observed));
                    }
                }
            }
        }
        let of_observed = |column: &Vec<f64>| observed.iter().map(|&row| column[row]).collect();
        let orthonormal = orthonormalise(&columns.iter().map(of_observed).collect::<Vec<_>>());
        let kept = orthonormal.kept.iter();
        let columns = kept.map(|&place| columns[place].clone()).collect();
        Self {
            columns,
            orthonormal,
        }
    }

    /// Coefficients, the intercept included.
    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The values of one row.
    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[row]).collect()
    }

    /// Coefficients of the columns from those of the orthonormal ones.
    pub(super) fn coefficients(&self, orthonormal: &[f64]) -> Vec<f64> {
        back_substitute(&self.orthonormal.upper, orthonormal)
    }

    /// The prediction for one row.
    pub(super) fn predict(&self, row: usize, coefficients: &[f64]) -> f64 {
        dot(&self.row(row), coefficients)
    }
}

/// The column in units of its standard deviation over the observed rows; `None` when it does not vary there.
fn standardised(mut column: Vec<f64>, observed: &[usize]) -> Option<Vec<f64>> {
    let known: Vec<f64> = observed.iter().map(|&row| column[row]).collect();
    let (centre, sd) = (mean(&known), standard_deviation(&known));
    let size = known
        .iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if sd.is_nan() || sd <= 1e-12 * size {
        return None;
    }
    column
        .iter_mut()
        .for_each(|value| *value = (*value - centre) / sd);
    Some(column)
}
