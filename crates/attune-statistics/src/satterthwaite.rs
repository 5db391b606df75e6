//! Satterthwaite's degrees of freedom for contrasts of a mixed model.
//!
//! `df = 2 v² / (g' A g)`, where `v` is the variance of the contrast, `g` its gradient with respect to the
//! covariance parameters and `A` twice the inverse Hessian of the deviance (Giesbrecht & Burns 1985; Fai &
//! Cornelius 1996 for several contrasts). All derivatives are exact. Parameters that the fit holds at
//! zero, on the boundary, are not counted as uncertain. See `docs/methods/satterthwaite.md`.

use crate::linear_mixed_model::{Coordinates, DevianceFunction, Minimum, root_of_covariance};
use crate::matrix::{Matrix, dot, scaled_inverse};

/// What the degrees of freedom of any contrast are computed from.
#[derive(Debug, Clone)]
pub(crate) struct Satterthwaite {
    /// The covariance of the coefficients at unit residual variance is `root * root'`.
    root: Matrix,
    /// For each free covariance parameter the relative change of the information, whitened.
    changes: Vec<Matrix>,
    /// The covariance matrix of the free covariance parameters and the log residual standard deviation.
    uncertainty: Matrix,
}

impl Satterthwaite {
    pub(crate) fn new(
        coordinates: &Coordinates,
        function: &DevianceFunction,
        minimum: &Minimum,
    ) -> Self {
        let (derivatives, shape) = (&minimum.derivatives, &function.shape);
        let p = coordinates.kept.len();
        let df = function.degrees_of_freedom();
        let (_, hessian) = shape.to_theta(
            &minimum.theta,
            &derivatives.gradient,
            &derivatives.hessian_fixed_variance,
        );
        let jacobian = shape.jacobian(&minimum.theta);
        let free: Vec<usize> = (0..minimum.theta.len())
            .filter(|&k| !minimum.at_zero[k])
            .collect();
        let in_theta = |k: usize| {
            let mut change = Matrix::zeros(p + 1, p + 1);
            for (g, crossed) in derivatives.crossed.iter().enumerate() {
                change.add_scaled(jacobian[(g, k)], crossed);
            }
            change
        };
        let changes: Vec<Matrix> = free.iter().map(|&k| in_theta(k)).collect();
        let m = free.len();
        let information = Matrix::from_function(m + 1, m + 1, |i, k| match (i == m, k == m) {
            (false, false) => hessian[(free[i], free[k])],
            (true, true) => 4.0 * df,
            (false, true) => 2.0 * df * changes[i][(p, p)] / minimum.evaluation.residual_squares,
            (true, false) => 2.0 * df * changes[k][(p, p)] / minimum.evaluation.residual_squares,
        });
        let natural = function.natural_scales_of_theta(&minimum.theta, &derivatives.traces);
        let mut sizes: Vec<f64> = free.iter().map(|&k| natural[k]).collect();
        sizes.push(2.0 * df.sqrt());
        let fixed_part = |change: Matrix| Matrix::from_function(p, p, |i, j| change[(i, j)]);
        Self {
            root: root_of_covariance(coordinates, minimum),
            changes: changes.into_iter().map(fixed_part).collect(),
            // Directions in which the deviance is flat carry no information and are left out, as lmerTest does.
            uncertainty: scaled_inverse(&information, &sizes, 1e-10).scaled(2.0),
        }
    }

    /// From the square root of the covariance of the coefficients, the relative changes of the information along each
    /// parameter, and the covariance of the parameters, the logarithm of the residual standard deviation last.
    pub(crate) fn from_parts(root: Matrix, changes: Vec<Matrix>, uncertainty: Matrix) -> Self {
        Self {
            root,
            changes,
            uncertainty,
        }
    }

    pub(crate) fn degrees_of_freedom(&self, weights: &[f64]) -> f64 {
        let whitened = self.root.transposed().times_vector(weights);
        let variance = dot(&whitened, &whitened);
        let mut gradient: Vec<f64> = self
            .changes
            .iter()
            .map(|change| change.quadratic_form(&whitened))
            .collect();
        gradient.push(2.0 * variance);
        2.0 * variance * variance / self.uncertainty.quadratic_form(&gradient)
    }
}

/// The denominator degrees of freedom of an F test from those of its uncorrelated contrasts (Fai & Cornelius 1996).
pub(crate) fn joint_degrees_of_freedom(each: &[f64]) -> f64 {
    let equal = each.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-8);
    if each.is_empty() {
        return f64::NAN;
    }
    let q = each.len() as f64;
    if equal {
        return each.iter().sum::<f64>() / q;
    }
    if each.iter().any(|&df| df <= 2.0) {
        return 2.0;
    }
    let expected: f64 = each.iter().map(|df| df / (df - 2.0)).sum();
    2.0 * expected / (expected - q)
}
