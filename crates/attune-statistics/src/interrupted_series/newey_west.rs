//! Newey and West's (1987) covariance of least squares coefficients.

use super::{Design, Solution};
use crate::matrix::Matrix;

/// ⌊4 (n/100)^(2/9)⌋, Newey and West's (1994) rule of thumb.
pub(super) fn usual_lag(n: usize) -> usize {
    libm::floor(4.0 * libm::pow(n as f64 / 100.0, 2.0 / 9.0)) as usize
}

/// (X′X)⁻¹ S (X′X)⁻¹ n/(n − k), with S = Σ xₜxₜ′eₜ² plus, for lags l up to L, the
/// cross-products at that distance weighted 1 − l/(L + 1).
pub(super) fn covariance(design: &Design, plain: &Solution, lag: usize) -> Matrix {
    let n = design.rows.len();
    let score = |t: usize, i: usize| design.rows[t][i] * plain.residuals[t];
    let at_distance = |l: usize, i: usize, j: usize| -> f64 {
        (l..n)
            .map(|t| score(t, i) * score(t - l, j) + score(t, j) * score(t - l, i))
            .sum()
    };
    let middle = Matrix::from_function(4, 4, |i, j| {
        let near: f64 = (0..n).map(|t| score(t, i) * score(t, j)).sum();
        let far = (1..=lag.min(n - 1))
            .map(|l| (1.0 - l as f64 / (lag as f64 + 1.0)) * at_distance(l, i, j));
        near + far.sum::<f64>()
    });
    let correction = n as f64 / design.df();
    plain
        .inverse
        .times(&middle)
        .times(&plain.inverse)
        .scaled(correction)
}
