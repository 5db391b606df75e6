//! Kenward and Roger's adjusted covariance matrix and degrees of freedom.
//!
//! The covariance of the data is linear in the elements of the random-effects covariance matrices and the
//! residual variance, also on the boundary; this is the form that pbkrtest uses (Halekoh & Højsgaard
//! 2014, J. Stat. Softw. 59(9); Kenward & Roger 1997, Biometrics 53). The traces come from
//! `Z'W⁻¹Z` and `Z'W⁻¹X`, so no matrix with as many rows as the data is ever formed. Instead of the
//! identity, the direction of the residual variance is taken to be `W` itself, which spans the same space
//! and makes its traces trivial. See `docs/methods/kenward-roger.md`.

use crate::linear_mixed_model::{
    Coordinates, DevianceFunction, Minimum, residual_deviation, root_of_covariance,
};
use crate::matrix::{Matrix, dot, inner_product, scaled_inverse};

/// What the adjusted tests of any contrast are computed from.
#[derive(Debug, Clone)]
pub(crate) struct KenwardRoger {
    /// The adjusted covariance matrix of the coefficients.
    pub adjusted_vcov: Matrix,
    /// The unadjusted one at unit residual variance is `root * root'`.
    root: Matrix,
    /// `P` for each direction, whitened; the first belongs to the residual variance.
    changes: Vec<Matrix>,
    /// The covariance matrix of the covariance parameters.
    uncertainty: Matrix,
}

impl KenwardRoger {
    pub(crate) fn new(
        coordinates: &Coordinates,
        function: &DevianceFunction,
        minimum: &Minimum,
    ) -> Self {
        let (theta, evaluation) = (&minimum.theta, &minimum.evaluation);
        let (n, p) = (function.products.n, coordinates.kept.len());
        let traces = &minimum.derivatives.traces;
        let (squared_traces, products) = function.expected_information(theta, evaluation);
        let fixed_part = |crossed: &Matrix| Matrix::from_function(p, p, |i, j| crossed[(i, j)]);
        let crossed: Vec<Matrix> = minimum.derivatives.crossed.iter().map(fixed_part).collect();
        let m = crossed.len();
        // Whitened, X'W⁻¹X is the identity: P of the residual direction is minus the identity.
        let mut changes = vec![Matrix::identity(p).scaled(-1.0)];
        changes.extend(crossed.iter().map(|crossed| crossed.scaled(-1.0)));
        let expected = Matrix::from_function(m + 1, m + 1, |r, s| {
            let (r, s) = (r.min(s), r.max(s));
            let both = inner_product(&changes[r], &changes[s]);
            match (r, s) {
                (0, 0) => n - 2.0 * p as f64 + both,
                (0, s) => traces[s - 1] - 2.0 * crossed[s - 1].trace() + both,
                (r, s) => {
                    squared_traces[(r - 1, s - 1)] - 2.0 * products[r - 1][s - 1].trace() + both
                }
            }
        });
        let mut sizes = vec![n.sqrt()];
        sizes.extend(function.natural_scales(traces));
        // What the data cannot tell, on a singular boundary or by design, counts as known: pbkrtest's pseudo-inverse.
        let uncertainty = scaled_inverse(&expected, &sizes, 1e-10).scaled(2.0);
        let mut adjustment = Matrix::identity(p);
        for r in 0..m {
            for s in 0..m {
                // Terms of the residual direction cancel exactly.
                let product = if r <= s {
                    products[r][s].clone()
                } else {
                    products[s][r].transposed()
                };
                let mut excess = product;
                excess.add_scaled(-1.0, &crossed[r].times(&crossed[s]));
                adjustment.add_scaled(2.0 * uncertainty[(r + 1, s + 1)], &excess);
            }
        }
        let root = root_of_covariance(coordinates, minimum);
        let sigma = residual_deviation(coordinates, function, minimum);
        let adjusted = root
            .times(&adjustment)
            .times(&root.transposed())
            .scaled(sigma * sigma);
        let symmetric =
            Matrix::from_function(p, p, |i, j| 0.5 * (adjusted[(i, j)] + adjusted[(j, i)]));
        Self {
            adjusted_vcov: symmetric,
            root,
            changes,
            uncertainty,
        }
    }

    pub(crate) fn degrees_of_freedom(&self, weights: &[f64]) -> f64 {
        let whitened = self.root.transposed().times_vector(weights);
        let variance = dot(&whitened, &whitened);
        let relative: Vec<f64> = self
            .changes
            .iter()
            .map(|change| change.quadratic_form(&whitened) / variance)
            .collect();
        // For one contrast the formulas of Kenward and Roger reduce to this, with scaling 1.
        let df = 2.0 / self.uncertainty.quadratic_form(&relative);
        if df > 0.0 { df } else { f64::NAN }
    }

    /// The denominator degrees of freedom and the scaling of F for several independent contrasts; NaN where
    /// there are too few groups for the approximation to exist.
    pub(crate) fn joint(&self, contrasts: &[Vec<f64>]) -> (f64, f64) {
        if let [single] = contrasts {
            return (self.degrees_of_freedom(single), 1.0);
        }
        let directions = orthonormal_rows(
            &contrasts
                .iter()
                .map(|c| self.root.transposed().times_vector(c))
                .collect::<Vec<_>>(),
        );
        let q = directions.len();
        let reduced: Vec<Matrix> = self
            .changes
            .iter()
            .map(|change| {
                Matrix::from_function(q, q, |i, j| {
                    dot(&directions[i], &change.times_vector(&directions[j]))
                })
            })
            .collect();
        let n = reduced.len();
        let (mut a1, mut a2) = (0.0, 0.0);
        for r in 0..n {
            for s in 0..n {
                let weight = self.uncertainty[(r, s)];
                a1 += weight * reduced[r].trace() * reduced[s].trace();
                a2 += weight * inner_product(&reduced[r], &reduced[s]);
            }
        }
        // With very few groups the approximation breaks down: there is no F distribution to compare with.
        let (df, scaling) = scaled_f(q as f64, a1, a2);
        if df > 0.0 && scaling > 0.0 {
            (df, scaling)
        } else {
            (f64::NAN, 1.0)
        }
    }
}

/// The approximation of Kenward & Roger (1997), section 3, guarded as in pbkrtest.
fn scaled_f(q: f64, a1: f64, a2: f64) -> (f64, f64) {
    let b = (a1 + 6.0 * a2) / (2.0 * q);
    let g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2);
    let denominator = 3.0 * q + 2.0 * (1.0 - g);
    let (c1, c2, c3) = (
        g / denominator,
        (q - g) / denominator,
        (q + 2.0 - g) / denominator,
    );
    let (v0, v1, v2) = (1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b);
    let v0 = if v0.abs() < 1e-10 { 0.0 } else { v0 };
    let ratio = if (1.0 - a2 / q).abs() < 1e-14 && v1.abs() < 1e-14 {
        1.0
    } else {
        (1.0 - a2 / q) / v1
    };
    let rho = ratio * ratio * v0 / v2 / q;
    let df = 4.0 + (q + 2.0) / (q * rho - 1.0);
    let scaling = if (df - 2.0).abs() < 1e-2 {
        1.0
    } else {
        df * (1.0 - a2 / q) / (df - 2.0)
    };
    (df, scaling)
}

fn orthonormal_rows(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    crate::matrix::orthonormalise(rows).q
}
