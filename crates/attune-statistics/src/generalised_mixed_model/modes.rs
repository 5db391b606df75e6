//! Conditional modes of the random effects on the scale of the data, with their conditional variances.
//!
//! `b = Λ u` with variance `Λ A⁻¹ Λ'`, the parameters taken as known, as `ranef(condVar = TRUE)` of lme4 gives it.

use super::integrated_likelihood::Evaluation;
use super::random_design::RandomDesign;
use crate::linear_mixed_model::{ConditionalModes, CovarianceShape, TermCoordinates, by_group};
use crate::matrix::Matrix;
use crate::model_frame::RandomTerm;

/// What the modes are made from.
#[derive(Debug, Clone)]
pub(crate) struct ModesSource {
    pub random: RandomDesign,
    pub covariance: CovarianceShape,
    pub theta: Vec<f64>,
    pub terms: Vec<TermCoordinates>,
    pub evaluation: Evaluation,
}

impl ModesSource {
    pub(crate) fn conditional_modes(&self, terms: &[RandomTerm]) -> Vec<ConditionalModes> {
        let (mut values, mut variances) = (Vec::new(), Vec::new());
        for (index, term) in terms.iter().enumerate() {
            let width = term.columns.len();
            let to_data = self.terms[index]
                .inverse_transform()
                .times(&self.covariance.lambda(&self.theta, index));
            let mut modes = Matrix::zeros(term.levels.len(), width);
            let mut spread = Matrix::zeros(term.levels.len(), width);
            for level in 0..term.levels.len() {
                let first = self.random.first_effect[index] + level * width;
                let mode = to_data.times_vector(&self.evaluation.modes[first..first + width]);
                modes.row_mut(level).copy_from_slice(&mode);
                let variance = to_data
                    .times(&self.block(first, width))
                    .times(&to_data.transposed());
                spread.row_mut(level).copy_from_slice(&variance.diagonal());
            }
            values.push(modes);
            variances.push(spread);
        }
        by_group(terms, values, variances)
    }

    /// The conditional covariance of the standardised effects of one level.
    fn block(&self, first: usize, width: usize) -> Matrix {
        Matrix::from_function(width, width, |i, j| {
            let (row, column) = ((first + i.max(j)) as u32, (first + i.min(j)) as u32);
            self.evaluation.mode_covariance[self.random.pattern.place(row, column)]
        })
    }
}
