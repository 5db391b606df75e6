//! Small dense matrices and the factorisations that the models need.
//!
//! Row-major storage and plain loops whose order of summation is fixed, so that results are the
//! same bits everywhere. Large data never becomes a matrix here: the models reduce it to
//! cross-products first.

mod cholesky;
mod eigen;
mod orthonormal;
mod sparse_cholesky;
mod summation;

use std::ops::{Index, IndexMut};

use crate::parallel::MANY_ROWS;

pub use cholesky::Cholesky;
pub(crate) use eigen::scaled_inverse;
pub use eigen::{SymmetricEigen, pseudo_inverse, symmetric_eigen};
pub(crate) use orthonormal::{OrthonormalColumns, back_substitute, orthonormalise};
pub(crate) use sparse_cholesky::{SparseCholesky, SparsePattern};
pub(crate) use summation::{dot, sum};

/// A dense matrix, stored row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    // Invariant: `values.len() == n_rows * n_columns`.
    n_rows: usize,
    n_columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(n_rows: usize, n_columns: usize) -> Self {
        Self {
            n_rows,
            n_columns,
            values: vec![0.0; n_rows * n_columns],
        }
    }

    /// The identity.
    #[must_use]
    pub fn identity(n: usize) -> Self {
        let mut matrix = Self::zeros(n, n);
        for i in 0..n {
            matrix[(i, i)] = 1.0;
        }
        matrix
    }

    /// A matrix from its rows.
    ///
    /// # Panics
    /// When the rows differ in length.
    #[must_use]
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Self {
        let n_columns = rows.first().map_or(0, |row| row.as_ref().len());
        assert!(
            rows.iter().all(|row| row.as_ref().len() == n_columns),
            "rows of one length"
        );
        let values = rows
            .iter()
            .flat_map(|row| row.as_ref().iter().copied())
            .collect();
        Self {
            n_rows: rows.len(),
            n_columns,
            values,
        }
    }

    /// A matrix from a function of row and column.
    pub fn from_function(
        n_rows: usize,
        n_columns: usize,
        mut value: impl FnMut(usize, usize) -> f64,
    ) -> Self {
        let mut matrix = Self::zeros(n_rows, n_columns);
        for i in 0..n_rows {
            for j in 0..n_columns {
                matrix[(i, j)] = value(i, j);
            }
        }
        matrix
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// One row.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n_columns..(i + 1) * self.n_columns]
    }

    /// One row, to be changed.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.n_columns..(i + 1) * self.n_columns]
    }

    /// One column, copied.
    #[must_use]
    pub fn column(&self, j: usize) -> Vec<f64> {
        (0..self.n_rows).map(|i| self[(i, j)]).collect()
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.n_rows.min(self.n_columns))
            .map(|i| self[(i, i)])
            .collect()
    }

    /// The sum of the diagonal.
    #[must_use]
    pub fn trace(&self) -> f64 {
        self.diagonal().iter().sum()
    }

    /// Rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_function(self.n_columns, self.n_rows, |i, j| self[(j, i)])
    }

    /// The product `self * other`.
    ///
    /// # Panics
    /// When the shapes do not fit.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        assert_eq!(self.n_columns, other.n_rows, "shapes of a product");
        let mut product = Self::zeros(self.n_rows, other.n_columns);
        for i in 0..self.n_rows {
            for k in 0..self.n_columns {
                let factor = self[(i, k)];
                if factor != 0.0 {
                    add_scaled(product.row_mut(i), factor, other.row(k));
                }
            }
        }
        product
    }

    /// The product `self' * other`, without forming the transpose.
    ///
    /// # Panics
    /// When the shapes do not fit.
    #[must_use]
    pub fn transposed_times(&self, other: &Self) -> Self {
        assert_eq!(self.n_rows, other.n_rows, "shapes of a product");
        let mut product = Self::zeros(self.n_columns, other.n_columns);
        for k in 0..self.n_rows {
            for i in 0..self.n_columns {
                let factor = self[(k, i)];
                if factor != 0.0 {
                    add_scaled(product.row_mut(i), factor, other.row(k));
                }
            }
        }
        product
    }

    /// The product with a vector.
    #[must_use]
    pub fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.n_rows).map(|i| dot(self.row(i), vector)).collect()
    }

    /// `vector' * self * vector`.
    #[must_use]
    pub fn quadratic_form(&self, vector: &[f64]) -> f64 {
        dot(&self.times_vector(vector), vector)
    }

    /// Adds `factor * other`.
    ///
    /// # Panics
    /// When the shapes differ.
    pub fn add_scaled(&mut self, factor: f64, other: &Self) {
        assert_eq!(self.values.len(), other.values.len(), "shapes of a sum");
        add_scaled(&mut self.values, factor, &other.values);
    }

    /// The matrix times a number.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let values = self.values.iter().map(|value| value * factor).collect();
        Self { values, ..*self }
    }

    /// Copies the upper triangle below the diagonal.
    pub(crate) fn mirror_upper(&mut self) {
        for i in 0..self.n_rows {
            for j in 0..i {
                self[(i, j)] = self[(j, i)];
            }
        }
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.n_columns + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.n_columns + j]
    }
}

/// Divides a slice by a number.
pub(crate) fn divide(target: &mut [f64], divisor: f64) {
    if target.len() >= MANY_ROWS {
        let (left, right) = target.split_at_mut(target.len() / 2);
        rayon::join(|| divide(left, divisor), || divide(right, divisor));
        return;
    }
    target.iter_mut().for_each(|value| *value /= divisor);
}

/// Adds a multiple of a slice.
pub(crate) fn add_scaled(target: &mut [f64], factor: f64, source: &[f64]) {
    if target.len() >= MANY_ROWS {
        let half = target.len() / 2;
        let (left, right) = target.split_at_mut(half);
        rayon::join(
            || add_scaled(left, factor, &source[..half]),
            || add_scaled(right, factor, &source[half..]),
        );
        return;
    }
    for (value, other) in target.iter_mut().zip(source) {
        *value += factor * other;
    }
}

/// `sum of a_ij b_ij`: the trace of `a' b`.
pub(crate) fn inner_product(a: &Matrix, b: &Matrix) -> f64 {
    dot(&a.values, &b.values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_agree_with_the_definition() {
        let a = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let b = Matrix::from_rows(&[[1.0, 0.5], [-1.0, 2.0]]);
        let product = a.times(&b);
        assert_eq!(product.row(2), [-1.0, 14.5]);
        assert_eq!(a.transposed_times(&a), a.transposed().times(&a));
    }
}
