//! How each person moves a mean of an arm, with the propensity score and the outcome models estimated.
//!
//! The estimates solve stacked estimating equations: the score's, each outcome model's, and those of the means.
//! The influence of a person on a mean is what their own term adds plus what they add through the estimated
//! coefficients, which need only derivatives of sums (M-estimation; Stefanski & Boos 2002, The American
//! Statistician 56). Its squares, summed, are the sandwich variance.

use super::outcome_model::Expected;
use super::{BalancingWeights, PropensityScore};
use crate::descriptives::sum;
use crate::matrix::{Cholesky, Matrix, dot};

/// The mean of an arm in the target population, and each person's influence on it.
#[derive(Debug, Clone)]
pub(super) struct ArmMean {
    pub mean: f64,
    pub influence: Vec<f64>,
}

/// What all means share.
pub(super) struct Estimated<'a> {
    score: &'a PropensityScore,
    weights: &'a BalancingWeights,
    outcome: &'a [f64],
    /// The basis, row by row.
    rows: Vec<Vec<f64>>,
    /// Each person's influence on the coefficients of the score.
    on_score: Vec<Vec<f64>>,
}

impl<'a> Estimated<'a> {
    /// `None` when the score's information is singular, which a converged logistic regression never is.
    pub fn new(
        score: &'a PropensityScore,
        weights: &'a BalancingWeights,
        outcome: &'a [f64],
    ) -> Option<Self> {
        let rows: Vec<Vec<f64>> = (0..outcome.len())
            .map(|row| score.basis.iter().map(|column| column[row]).collect())
            .collect();
        let residuals: Vec<f64> = score
            .scores
            .iter()
            .zip(&score.treated)
            .map(|(e, &treated)| f64::from(u8::from(treated)) - e)
            .collect();
        let information: Vec<f64> = score.scores.iter().map(|e| e * (1.0 - e)).collect();
        let on_score = on_coefficients(&rows, &information, &residuals)?;
        Some(Self {
            score,
            weights,
            outcome,
            rows,
            on_score,
        })
    }

    /// The mean of an arm: the weighted mean of the residuals of its outcome model, plus the mean of what the
    /// model expects over the target population.
    pub fn arm_mean(&self, arm: usize, expected: &Expected) -> Option<ArmMean> {
        let n = self.outcome.len();
        let is_member = |row: usize| usize::from(self.score.treated[row]) == arm;
        let indicator = |row: usize| f64::from(u8::from(is_member(row)));
        let residuals: Vec<f64> = (0..n)
            .map(|row| self.outcome[row] - expected.means[row])
            .collect();
        let weight = |row: usize| self.weights.raw[row].0 * indicator(row);
        let tilts: Vec<(f64, f64)> = self
            .score
            .scores
            .iter()
            .map(|&e| self.weights.target.tilt(e))
            .collect();
        let total_weight = sum((0..n).map(weight));
        let total_tilt = sum(tilts.iter().map(|tilt| tilt.0));
        let residual_mean = sum((0..n).map(|row| weight(row) * residuals[row])) / total_weight;
        let expected_mean = sum((0..n).map(|row| tilts[row].0 * expected.means[row])) / total_tilt;
        // How the two means move with the coefficients of the score and of the outcome model.
        let spread = |row: usize| self.score.scores[row] * (1.0 - self.score.scores[row]);
        let along_score = self.combined(|row| {
            let of_weight = self.weights.raw[row].1 * indicator(row);
            spread(row)
                * (of_weight * (residuals[row] - residual_mean) / total_weight
                    + tilts[row].1 * (expected.means[row] - expected_mean) / total_tilt)
        });
        let along_outcome = self.combined(|row| {
            expected.slopes[row] * (tilts[row].0 / total_tilt - weight(row) / total_weight)
        });
        let on_outcome = self.on_outcome_model(expected, &residuals, &is_member)?;
        let influence = (0..n)
            .map(|row| {
                weight(row) * (residuals[row] - residual_mean) / total_weight
                    + tilts[row].0 * (expected.means[row] - expected_mean) / total_tilt
                    + dot(&along_score, &self.on_score[row])
                    + dot(&along_outcome, &on_outcome[row])
            })
            .collect();
        Some(ArmMean {
            mean: residual_mean + expected_mean,
            influence,
        })
    }

    /// Each person's influence on the coefficients of an arm's outcome model; none where there is no model.
    fn on_outcome_model(
        &self,
        expected: &Expected,
        residuals: &[f64],
        is_member: &impl Fn(usize) -> bool,
    ) -> Option<Vec<Vec<f64>>> {
        if expected.slopes.iter().all(|slope| *slope == 0.0) {
            return Some(vec![vec![0.0; self.score.basis.len()]; residuals.len()]);
        }
        let member = |row: usize, value: f64| if is_member(row) { value } else { 0.0 };
        let of_members = |values: &[f64]| -> Vec<f64> {
            let values = values.iter().enumerate();
            values.map(|(row, &value)| member(row, value)).collect()
        };
        on_coefficients(
            &self.rows,
            &of_members(&expected.slopes),
            &of_members(residuals),
        )
    }

    /// Σ factor(row) × the row of the basis.
    fn combined(&self, factor: impl Fn(usize) -> f64) -> Vec<f64> {
        let factors: Vec<f64> = (0..self.rows.len()).map(factor).collect();
        self.score
            .basis
            .iter()
            .map(|column| dot(column, &factors))
            .collect()
    }
}

/// A⁻¹ x r for each row, with A = Σ x x' information: each person's influence on coefficients that solve Σ x r = 0.
fn on_coefficients(
    rows: &[Vec<f64>],
    information: &[f64],
    residuals: &[f64],
) -> Option<Vec<Vec<f64>>> {
    let width = rows.first().map_or(0, Vec::len);
    let sums = Matrix::from_function(width, width, |a, b| {
        sum(rows
            .iter()
            .zip(information)
            .map(|(x, information)| x[a] * x[b] * information))
    });
    let factor = Cholesky::new(&sums)?;
    Some(
        rows.iter()
            .zip(residuals)
            .map(|(x, residual)| {
                let scaled: Vec<f64> = x.iter().map(|value| value * residual).collect();
                factor.solve(&scaled)
            })
            .collect(),
    )
}
