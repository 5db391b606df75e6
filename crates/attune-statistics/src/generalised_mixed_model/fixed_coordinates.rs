//! The fixed columns as a generalised model sees them: uncorrelated and of unit mean square, with the way back.

use crate::inference::{DegreesOfFreedom, FixedPart, Inference, InferenceError};
use crate::matrix::{Matrix, orthonormalise};
use crate::model_frame::ModelFrame;

/// Internal columns and their relation to those of the design.
#[derive(Debug, Clone)]
pub(crate) struct FixedCoordinates {
    /// Positions of the columns that were kept.
    pub kept: Vec<usize>,
    /// Positions of those that were left out.
    pub dropped: Vec<usize>,
    /// For each column left out its combination of the kept ones.
    pub aliased: Vec<Vec<f64>>,
    /// The internal columns.
    pub columns: Vec<Vec<f64>>,
    /// Coefficients of the kept columns are this times the internal ones.
    pub back: Matrix,
}

impl FixedCoordinates {
    pub(crate) fn new(frame: &ModelFrame) -> Self {
        Self::of_columns(&frame.columns)
    }

    pub(crate) fn of_columns(columns: &[Vec<f64>]) -> Self {
        let orthonormal = orthonormalise(columns);
        let root_n = (columns.first().map_or(1, Vec::len) as f64).sqrt();
        let back = orthonormal.inverse_upper().scaled(root_n);
        let mut internal = orthonormal.q;
        internal
            .iter_mut()
            .flatten()
            .for_each(|value| *value *= root_n);
        Self {
            kept: orthonormal.kept,
            dropped: orthonormal.dropped,
            aliased: orthonormal.aliased,
            columns: internal,
            back,
        }
    }

    /// z tests of coefficients that belong to these columns, on the scale of the link, whose variance is known.
    pub(crate) fn normal_inference<'a>(
        &'a self,
        frame: &'a ModelFrame,
        converged: bool,
        (terms, coefficients, vcov): (&'a [String], &'a [f64], &Matrix),
    ) -> Result<Inference<'a>, InferenceError> {
        if !converged {
            return Err(InferenceError::NotConverged);
        }
        let fixed = FixedPart {
            frame,
            kept: &self.kept,
            dropped: &self.dropped,
            aliased: &self.aliased,
        };
        Ok(Inference::with_residual_df(
            DegreesOfFreedom::Normal,
            terms,
            coefficients,
            vcov.clone(),
            1.0,
            f64::INFINITY,
            fixed,
        ))
    }

    /// The columns of the design that directions of the internal coefficients move; the intercept only when it is
    /// the only one.
    pub(crate) fn columns_moved(&self, directions: &[Vec<f64>], design: &[Vec<f64>]) -> Vec<usize> {
        let mut columns: Vec<usize> = directions
            .iter()
            .flat_map(|direction| self.moved_by(direction, design))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        if columns.is_empty() {
            self.kept.iter().copied().take(1).collect()
        } else {
            columns
        }
    }

    fn moved_by(&self, direction: &[f64], design: &[Vec<f64>]) -> Vec<usize> {
        let moved = self.back.times_vector(direction);
        let size = |place: usize| {
            let column = &design[self.kept[place]];
            let mean = crate::matrix::sum(column) / column.len() as f64;
            let spread = column
                .iter()
                .fold(0.0_f64, |most, value| most.max((value - mean).abs()));
            moved[place].abs() * spread
        };
        let largest = (0..moved.len()).map(size).fold(0.0_f64, f64::max);
        let is_moved = |&place: &usize| largest > 0.0 && size(place) > 1e-5 * largest;
        (0..moved.len())
            .filter(is_moved)
            .map(|place| self.kept[place])
            .collect()
    }
}
