//! How well a cluster-robust variance is known: degrees of freedom between clusters.
//!
//! Under the working model the variance of a contrast is a quadratic form in normal residuals. Its mean and
//! its variance give Satterthwaite's degrees of freedom, and for several contrasts those of the Wishart
//! distribution behind the approximate Hotelling test (Pustejovsky & Tipton 2018).

use super::adjusted_cluster::AdjustedCluster;
use crate::matrix::{Cholesky, Matrix, dot, inner_product, orthonormalise};

/// A direction with more than this share in what a single cluster decides has no variance between clusters.
const DECIDED: f64 = 1e-8;

#[derive(Debug, Clone)]
pub(crate) struct BetweenClusters {
    /// `root root'` is the covariance matrix of the coefficients under the working model.
    pub(super) root: Matrix,
    pub(super) clusters: Vec<AdjustedCluster>,
}

impl BetweenClusters {
    /// The cluster-robust covariance matrix of the coefficients.
    pub(super) fn vcov(&self) -> Matrix {
        let p = self.root.n_columns();
        let mut inner = Matrix::zeros(p, p);
        for cluster in &self.clusters {
            for (i, &value) in cluster.score.iter().enumerate() {
                crate::matrix::add_scaled(inner.row_mut(i), value, &cluster.score);
            }
        }
        self.root.times(&inner.times(&self.root.transposed()))
    }

    /// Whether more than one cluster decides the contrast, so that clusters can show how far it varies.
    pub(crate) fn is_identified(&self, weights: &[f64]) -> bool {
        let direction = self.direction(weights);
        let decided: f64 = self
            .clusters
            .iter()
            .flat_map(|cluster| &cluster.alone)
            .map(|alone| dot(alone, &direction).powi(2))
            .sum();
        decided <= DECIDED * dot(&direction, &direction)
    }

    /// Satterthwaite's: `(tr P)² / tr P²` for the matrix `P` with elements
    /// `P_ij = δ_ij h_i'Φ_i h_i - (X_i'h_i)'(X_j'h_j)`; not defined (NaN) when the trace is not positive.
    pub(crate) fn degrees_of_freedom(&self, weights: &[f64]) -> f64 {
        let direction = self.direction(weights);
        let p = direction.len();
        let mut overlaps = Matrix::zeros(p, p);
        let (mut trace, mut squares) = (0.0, 0.0);
        for cluster in &self.clusters {
            let spread = cluster.spread.quadratic_form(&direction);
            let overlap = cluster.overlap.times_vector(&direction);
            let explained = dot(&overlap, &overlap);
            trace += spread - explained;
            squares += spread * (spread - 2.0 * explained);
            for (i, &value) in overlap.iter().enumerate() {
                crate::matrix::add_scaled(overlaps.row_mut(i), value, &overlap);
            }
        }
        squares += inner_product(&overlaps, &overlaps);
        if trace > 0.0 && squares > 0.0 {
            trace * trace / squares
        } else {
            f64::NAN
        }
    }

    /// Denominator degrees of freedom and scaling of the approximate Hotelling test of all rows, NaN when
    /// there are too few clusters for it. `contrasts` are uncorrelated combinations of the rows.
    pub(crate) fn joint(&self, rows: &Matrix, contrasts: &[Vec<f64>]) -> (f64, f64) {
        let wanted: Vec<Vec<f64>> = (0..rows.n_rows()).map(|i| rows.row(i).to_vec()).collect();
        let all_seen = orthonormalise(&wanted).kept.len() == contrasts.len();
        if !all_seen || !contrasts.iter().all(|row| self.is_identified(row)) {
            return (f64::NAN, f64::NAN);
        }
        let q = contrasts.len() as f64;
        let eta = self.standardised(contrasts).map_or(f64::NAN, |directions| {
            q * (q + 1.0) / self.total_variance(&directions)
        });
        if eta > q - 1.0 {
            (eta - q + 1.0, (eta - q + 1.0) / eta)
        } else {
            (f64::NAN, f64::NAN)
        }
    }

    /// The contrasts as columns, recombined so that their variance is expected to be the identity.
    fn standardised(&self, contrasts: &[Vec<f64>]) -> Option<Matrix> {
        let columns: Vec<Vec<f64>> = contrasts.iter().map(|row| self.direction(row)).collect();
        let (p, q) = (self.root.n_columns(), contrasts.len());
        let directions = Matrix::from_function(p, q, |i, j| columns[j][i]);
        let mut expected = Matrix::zeros(q, q);
        for cluster in &self.clusters {
            let overlap = cluster.overlap.times(&directions);
            let spread = directions.transposed_times(&cluster.spread.times(&directions));
            expected.add_scaled(1.0, &spread);
            expected.add_scaled(-1.0, &overlap.transposed_times(&overlap));
        }
        let root = Cholesky::new(&expected)?;
        Some(root.forward_matrix(&directions.transposed()).transposed())
    }

    /// The sum over clusters i, j of `tr(P_ij²) + tr(P_ij)²`, where now `P_ij` has a row and a column for each
    /// contrast. Sums over pairs of clusters are squares of sums over clusters.
    fn total_variance(&self, directions: &Matrix) -> f64 {
        let (p, q) = (directions.n_rows(), directions.n_columns());
        let mut products = Matrix::zeros(p * q, p * q);
        let mut total = 0.0;
        for cluster in &self.clusters {
            let overlap = cluster.overlap.times(directions);
            let explained = overlap.transposed_times(&overlap);
            let mut whole = directions.transposed_times(&cluster.spread.times(directions));
            whole.add_scaled(-1.0, &explained);
            let size = |a: &Matrix| inner_product(a, a) + a.trace() * a.trace();
            total += size(&whole) - size(&explained);
            for i in 0..p * q {
                let value = overlap.values()[i];
                crate::matrix::add_scaled(products.row_mut(i), value, overlap.values());
            }
        }
        total + pairs(&products, p, q)
    }

    /// The contrast in the coordinates of the working model.
    fn direction(&self, weights: &[f64]) -> Vec<f64> {
        self.root.transposed().times_vector(weights)
    }
}

/// `sum of T[as,bt] (T[as,bt] + T[at,bs])` over coordinates a, b and contrasts s, t.
fn pairs(products: &Matrix, p: usize, q: usize) -> f64 {
    let mut total = 0.0;
    for a in 0..p {
        for b in 0..p {
            for s in 0..q {
                for t in 0..q {
                    let straight = products[(a * q + s, b * q + t)];
                    total += straight * (straight + products[(a * q + t, b * q + s)]);
                }
            }
        }
    }
    total
}
