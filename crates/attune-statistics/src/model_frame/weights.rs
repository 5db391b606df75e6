//! Prior weights: how precisely each row was measured.
//!
//! The residual variance of a row is the common one divided by its weight. A row of weight zero says
//! nothing and is left out, as a row with a missing value is; a negative weight has no meaning.

use super::variables::{Values, Variable};
use super::{FrameError, ModelFrame, frame_around};
use crate::formula::{Expression, Formula};
use crate::table::Table;

/// Builds the model frame with a column of prior weights.
///
/// # Errors
/// As [`super::model_frame`]; when a weight is negative.
pub fn weighted_model_frame(
    formula: &Formula,
    table: &Table,
    weights: &str,
) -> Result<ModelFrame, FrameError> {
    let response = Variable::numeric(&formula.response, table)?;
    let weights = Expression::Name(weights.to_owned());
    Ok(frame_around(formula, table, response, &[], Some(&weights))?.frame)
}

/// The weights of all rows, zeros marked as missing, and how many zeros there are.
pub(super) fn positive_weights(
    weights: &Variable,
    table: &Table,
) -> Result<(Values, usize), FrameError> {
    let mut numbers = weights.evaluate(table)?.into_numbers();
    let name = || weights.label.clone();
    if let Some(row) = numbers.iter().position(|weight| weight.is_infinite()) {
        return Err(FrameError::Infinite {
            name: name(),
            row: row + 1,
        });
    }
    if let Some(row) = numbers.iter().position(|&weight| weight < 0.0) {
        return Err(FrameError::NegativeWeight {
            name: name(),
            value: numbers[row].to_string(),
            row: row + 1,
        });
    }
    let mut n_zero = 0;
    for weight in numbers.iter_mut().filter(|weight| **weight == 0.0) {
        *weight = f64::NAN;
        n_zero += 1;
    }
    Ok((Values::Numbers(vec![numbers]), n_zero))
}

impl ModelFrame {
    /// The square root of the weight of each row used; `None` without weights.
    pub(crate) fn roots_of_weights(&self) -> Option<Vec<f64>> {
        let weights = self.weights.as_ref()?;
        Some(weights.iter().map(|weight| weight.sqrt()).collect())
    }

    /// The sum of the logarithms of the weights, a part of the log-likelihood; zero without weights.
    pub(crate) fn sum_of_log_weights(&self) -> f64 {
        let logarithms = |weights: &Vec<f64>| {
            let each: Vec<f64> = weights.iter().map(|&weight| libm::log(weight)).collect();
            crate::matrix::sum(&each)
        };
        self.weights.as_ref().map_or(0.0, logarithms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn frame(weights: Vec<f64>) -> Result<ModelFrame, FrameError> {
        let table = Table::new()
            .with("y", Column::Numbers(vec![1.0, 2.0, 4.0, 3.0]))
            .and_then(|table| table.with("w", Column::Numbers(weights)))
            .unwrap();
        weighted_model_frame(&Formula::parse("y ~ 1").unwrap(), &table, "w")
    }

    #[test]
    fn rows_without_weight_are_left_out_and_counted() {
        let frame = frame(vec![2.0, 0.0, f64::NAN, 0.5]).unwrap();
        assert_eq!(frame.used_rows, [0, 3]);
        assert_eq!((frame.n_dropped, frame.n_zero_weights), (2, 1));
        assert_eq!(frame.weights, Some(vec![2.0, 0.5]));
    }

    #[test]
    fn a_negative_weight_is_named_with_its_row() {
        let error = frame(vec![1.0, -0.5, 1.0, 1.0]).unwrap_err().to_string();
        assert!(error.contains("`w` is -0.5 in row 2"), "{error}");
    }

    #[test]
    fn weights_that_are_all_zero_leave_no_rows() {
        assert!(matches!(
            frame(vec![0.0; 4]),
            Err(FrameError::NoRows { .. })
        ));
    }
}
