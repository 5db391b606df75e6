//! From the maximum to coefficients and their covariance matrix, from the joint observed information.

use super::maximum::Maximum;
use crate::matrix::{Cholesky, Matrix, pseudo_inverse};

/// The covariance matrix of the parameters from the first one asked for on; those held at zero have none.
///
/// It accounts for the uncertainty of theta, because the whole information matrix is inverted before the block is
/// taken. The second value says whether the information was positive definite.
pub(crate) fn covariance_from(maximum: &Maximum, first: usize) -> (Matrix, bool) {
    let n = maximum.parameters.len();
    let free: Vec<usize> = (0..n).filter(|&place| !maximum.at_zero[place]).collect();
    let information = Matrix::from_function(free.len(), free.len(), |i, j| {
        maximum.information[(free[i], free[j])]
    });
    let (inverse, is_definite) = match Cholesky::new(&information) {
        Some(cholesky) => (cholesky.inverse(), true),
        None => (pseudo_inverse(&information, 1e-12), false),
    };
    let mut covariance = Matrix::zeros(n - first, n - first);
    for (i, &row) in free.iter().enumerate().filter(|(_, row)| **row >= first) {
        for (j, &column) in free
            .iter()
            .enumerate()
            .filter(|(_, column)| **column >= first)
        {
            covariance[(row - first, column - first)] = inverse[(i, j)];
        }
    }
    (covariance, is_definite)
}

/// `back * covariance * back'`.
pub(crate) fn transformed(back: &Matrix, covariance: &Matrix) -> Matrix {
    back.times(covariance).times(&back.transposed())
}

/// The leading block of a square matrix.
pub(crate) fn leading(matrix: &Matrix, n: usize) -> Matrix {
    Matrix::from_function(n, n, |i, j| matrix[(i, j)])
}
