//! What one cluster contributes to a cluster-robust variance.
//!
//! Everything that is needed of a cluster lies in the span of its columns of fixed and random effects; the
//! working covariance is the identity on the rest. So the square root of Bell and McCaffrey is taken of
//! a matrix with as many rows as that span has dimensions, not as the cluster has rows. With prior weights the
//! covariance differs from row to row, and the whole cluster is taken.

use super::Correction;
use super::working_model::WorkingModel;
use crate::matrix::{Cholesky, Matrix, dot, orthonormalise, symmetric_eigen};

/// An eigenvalue of the share that a cluster has in the information, above which it has all of it.
const WHOLE: f64 = 1.0 - 1e-10;

/// Eigenvalues below this share of the largest count as zero in the inverse square root.
const ZERO: f64 = 1e-10;

/// With `H = A'W X` for the adjustment matrix `A` of the cluster, in coordinates in which `X'WX = I`.
#[derive(Debug, Clone)]
pub(super) struct AdjustedCluster {
    /// `H'e`: what the cluster adds to the variance is the square of this.
    pub score: Vec<f64>,
    /// `H'ΦH`.
    pub spread: Matrix,
    /// `X'H`.
    pub overlap: Matrix,
    /// Directions of the coefficients that no other cluster informs.
    pub alone: Vec<Vec<f64>>,
}

pub(super) fn adjusted_cluster(
    model: &WorkingModel,
    rows: &[usize],
    correction: Correction,
    factor: f64,
) -> AdjustedCluster {
    let x: Vec<Vec<f64>> = model.x.iter().map(|column| chosen(column, rows)).collect();
    let z = random_columns(model, rows);
    let span = match model.weights {
        None => orthonormalise(&[z.as_slice(), x.as_slice()].concat()).q,
        Some(_) => every_row(rows.len()),
    };
    let x = inside(&span, &x);
    let z = inside(&span, &z);
    let mut covariance = z.times(&z.transposed());
    for i in 0..span.len() {
        let weight = model
            .weights
            .as_ref()
            .map_or(1.0, |weights| weights[rows[i]]);
        covariance[(i, i)] += 1.0 / weight;
    }
    // The identity, or inverse weights, and a square are positive definite whatever the data.
    let Some(cholesky) = Cholesky::new(&covariance) else {
        return undefined(model.x.len());
    };
    let half = cholesky.forward_matrix(&x);
    let share = half.transposed_times(&half);
    let weighted = backward_matrix(&cholesky, &half);
    let adjusted = match correction {
        Correction::Cr0 | Correction::Cr1 | Correction::Cr1s => weighted.scaled(factor),
        Correction::Cr2 => bias_reduced(&covariance, &cholesky, &x, &weighted),
        Correction::Cr3 => weighted.times(&inverse_of_rest(&share)),
    };
    let residuals = chosen(&model.residuals, rows);
    let residuals: Vec<f64> = span
        .iter()
        .map(|direction| dot(direction, &residuals))
        .collect();
    AdjustedCluster {
        score: adjusted.transposed().times_vector(&residuals),
        spread: adjusted.transposed_times(&covariance.times(&adjusted)),
        overlap: x.transposed_times(&adjusted),
        alone: alone(&share),
    }
}

/// `A'W X` with `A = D'B⁺¹ᐟ²D`, `B = D(Φ - XX')D'` and `Φ = D'D` (Pustejovsky & Tipton 2018, equation 8).
fn bias_reduced(covariance: &Matrix, cholesky: &Cholesky, x: &Matrix, weighted: &Matrix) -> Matrix {
    let lower = cholesky.lower();
    let mut rest = covariance.clone();
    rest.add_scaled(-1.0, &x.times(&x.transposed()));
    let inner = lower.transposed_times(&rest.times(lower));
    let root = inverse_root(&inner);
    lower.times(&root.times(&lower.transposed_times(weighted)))
}

/// The inverse of the symmetric square root, on the directions that are not zero.
fn inverse_root(a: &Matrix) -> Matrix {
    let eigen = symmetric_eigen(a);
    let limit = ZERO * eigen.values.first().copied().unwrap_or(0.0).max(0.0);
    let root = |value: f64| {
        if value > limit {
            1.0 / value.sqrt()
        } else {
            0.0
        }
    };
    let n = a.n_rows();
    let scaled = Matrix::from_function(n, n, |i, j| eigen.vectors[(i, j)] * root(eigen.values[j]));
    scaled.times(&eigen.vectors.transposed())
}

/// `(I - share)⁻¹`, on the directions that other clusters inform too.
fn inverse_of_rest(share: &Matrix) -> Matrix {
    let eigen = symmetric_eigen(share);
    let inverse = |value: f64| {
        if value < WHOLE {
            1.0 / (1.0 - value)
        } else {
            0.0
        }
    };
    let p = share.n_rows();
    let scaled = Matrix::from_function(p, p, |i, j| {
        eigen.vectors[(i, j)] * inverse(eigen.values[j])
    });
    scaled.times(&eigen.vectors.transposed())
}

fn alone(share: &Matrix) -> Vec<Vec<f64>> {
    if share.trace() < WHOLE {
        return Vec::new();
    }
    let eigen = symmetric_eigen(share);
    let n = eigen
        .values
        .iter()
        .take_while(|&&value| value >= WHOLE)
        .count();
    (0..n).map(|k| eigen.vectors.column(k)).collect()
}

/// The columns of the random effects that occur in the rows.
fn random_columns(model: &WorkingModel, rows: &[usize]) -> Vec<Vec<f64>> {
    let mut columns = Vec::new();
    for term in &model.random {
        let mut levels: Vec<u32> = rows.iter().map(|&row| term.codes[row]).collect();
        levels.sort_unstable();
        levels.dedup();
        for level in levels {
            columns.extend(term.columns.iter().map(|column| {
                let value = |&row: &usize| match term.codes[row] == level {
                    true => column[row],
                    false => 0.0,
                };
                rows.iter().map(value).collect::<Vec<f64>>()
            }));
        }
    }
    columns
}

fn chosen(column: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|&row| column[row]).collect()
}

fn every_row(n: usize) -> Vec<Vec<f64>> {
    let unit = |row: usize| (0..n).map(|i| f64::from(u8::from(i == row))).collect();
    (0..n).map(unit).collect()
}

/// The columns in the coordinates of the span.
fn inside(span: &[Vec<f64>], columns: &[Vec<f64>]) -> Matrix {
    Matrix::from_function(span.len(), columns.len(), |i, j| dot(&span[i], &columns[j]))
}

fn backward_matrix(cholesky: &Cholesky, matrix: &Matrix) -> Matrix {
    let columns: Vec<Vec<f64>> = (0..matrix.n_columns())
        .map(|j| cholesky.backward(&matrix.column(j)))
        .collect();
    Matrix::from_function(matrix.n_rows(), matrix.n_columns(), |i, j| columns[j][i])
}

fn undefined(p: usize) -> AdjustedCluster {
    let nothing = Matrix::from_function(p, p, |_, _| f64::NAN);
    AdjustedCluster {
        score: vec![f64::NAN; p],
        spread: nothing.clone(),
        overlap: nothing,
        alone: Vec::new(),
    }
}
