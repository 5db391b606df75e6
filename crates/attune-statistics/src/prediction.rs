//! What the fixed part of a model predicts for new rows, with its uncertainty: fitted lines and their bands.
//!
//! The interval is for the mean of the population, not for a new observation; random effects are at zero.

use crate::inference::{Inference, contrast, not_estimable};
use crate::matrix::Matrix;
use crate::model_frame::FrameError;
use crate::table::Table;

/// The prediction for one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The predicted mean; NaN when a value is missing or the mean cannot be estimated.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom; infinite for a normal interval.
    pub df: f64,
    /// Lower end of the confidence interval.
    pub ci_lower: f64,
    /// Upper end of the confidence interval.
    pub ci_upper: f64,
}

/// Predicts the mean for each row of a table that has the columns of the fixed part. An offset is not added.
///
/// # Errors
/// When a column is missing, of another kind than in the model, or has a level that the model has not seen.
pub fn predict(
    inference: &Inference<'_>,
    new: &Table,
    level: f64,
) -> Result<Vec<Prediction>, FrameError> {
    let rows = rows_of_design(inference, new)?;
    let predict = |row: usize| {
        let row = rows.row(row);
        let weights = if row.iter().any(|value| value.is_nan()) {
            None
        } else {
            inference.estimable(row)
        };
        let test = weights.map_or_else(
            || not_estimable(""),
            |weights| contrast(inference, "", &weights, level),
        );
        let (estimate, se, df) = (test.estimate, test.se, test.df);
        Prediction {
            estimate,
            se,
            df,
            ci_lower: test.ci_lower,
            ci_upper: test.ci_upper,
        }
    };
    Ok((0..new.n_rows()).map(predict).collect())
}

/// The design of new rows, with all columns.
pub(crate) fn rows_of_design(inference: &Inference<'_>, new: &Table) -> Result<Matrix, FrameError> {
    let columns = inference.fixed.frame.design.columns(new)?;
    Ok(Matrix::from_function(
        new.n_rows(),
        columns.len(),
        |row, column| columns[column][row],
    ))
}
