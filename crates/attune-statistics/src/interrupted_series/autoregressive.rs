//! Generalised least squares with a first-order autoregression of the errors, by
//! restricted maximum likelihood (as R's `nlme::gls` with `corAR1`).
//!
//! Given φ the rows are whitened: the first stays, each later one becomes
//! (xₜ − φ xₜ₋₁)/√(1 − φ²). The restricted likelihood is profiled over φ alone.

use super::{Design, Solution, solve};
use crate::matrix::Cholesky;
use crate::matrix::Matrix;

/// The solution with the φ that maximises the restricted likelihood.
pub(super) fn fit(design: &Design, values: &[f64]) -> Option<(Solution, f64)> {
    let phi = maximise(|phi| restricted_log_likelihood(design, values, phi));
    let (rows, whitened) = whiten(design, values, phi);
    Some((solve(&rows, &whitened, design.df())?, phi))
}

fn whiten(design: &Design, values: &[f64], phi: f64) -> (Vec<[f64; 4]>, Vec<f64>) {
    let scale = (1.0 - phi * phi).sqrt();
    let mut rows = vec![design.rows[0]];
    let mut whitened = vec![values[0]];
    for t in 1..values.len() {
        let column = |i: usize| (design.rows[t][i] - phi * design.rows[t - 1][i]) / scale;
        rows.push([column(0), column(1), column(2), column(3)]);
        whitened.push((values[t] - phi * values[t - 1]) / scale);
    }
    (rows, whitened)
}

/// Up to a constant: −(n − k)/2 ln RSS − (n − 1)/2 ln(1 − φ²) − ½ ln |X′R⁻¹X|.
fn restricted_log_likelihood(design: &Design, values: &[f64], phi: f64) -> f64 {
    let (rows, whitened) = whiten(design, values, phi);
    let Some(solution) = solve(&rows, &whitened, design.df()) else {
        return f64::NEG_INFINITY;
    };
    let products = Matrix::from_function(4, 4, |i, j| rows.iter().map(|row| row[i] * row[j]).sum());
    let log_determinant = Cholesky::new(&products).map_or(f64::INFINITY, |f| f.log_determinant());
    let n = values.len() as f64;
    let spread = (n - 1.0) * libm::log(1.0 - phi * phi);
    -0.5 * (2.0 * design.df() * libm::log(solution.sigma) + spread + log_determinant)
}

/// The highest point of a function on (−1, 1): a grid, then golden sections around its best.
fn maximise(function: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let grid: Vec<f64> = (-49..=49).map(|step| f64::from(step) / 50.0).collect();
    let heights: Vec<f64> = grid.iter().map(|phi| function(*phi)).collect();
    let best = (0..grid.len())
        .max_by(|a, b| heights[*a].total_cmp(&heights[*b]))
        .unwrap_or(0);
    let (mut low, mut high) = (grid[best] - 0.02, grid[best] + 0.02);
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    while high - low > 1e-9 {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = function(right);
        }
    }
    0.5 * (low + high)
}
