//! The Cholesky factor of a positive definite matrix, and what is solved with it.

use super::{Matrix, dot};

/// `a = lower * lower'`.
#[derive(Debug, Clone)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factors a symmetric matrix (its lower triangle is read); `None` when it is not positive definite.
    #[must_use]
    pub fn new(a: &Matrix) -> Option<Self> {
        let n = a.n_rows();
        let mut lower = Matrix::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let known = dot(&lower.row(i)[..j], &lower.row(j)[..j]);
                let value = a[(i, j)] - known;
                if i == j {
                    // The comparison is also false for NaN.
                    if !(value > 0.0 && value.is_finite()) {
                        return None;
                    }
                    lower[(i, i)] = value.sqrt();
                } else {
                    lower[(i, j)] = value / lower[(j, j)];
                }
            }
        }
        Some(Self { lower })
    }

    /// The factor.
    #[must_use]
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// The logarithm of the determinant.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        2.0 * self
            .lower
            .diagonal()
            .iter()
            .map(|value| libm::log(*value))
            .sum::<f64>()
    }

    /// `lower^-1 * vector`.
    #[must_use]
    pub fn forward(&self, vector: &[f64]) -> Vec<f64> {
        let mut solution = Vec::with_capacity(vector.len());
        for i in 0..vector.len() {
            let known = dot(&self.lower.row(i)[..i], &solution);
            solution.push((vector[i] - known) / self.lower[(i, i)]);
        }
        solution
    }

    /// `lower'^-1 * vector`.
    #[must_use]
    pub fn backward(&self, vector: &[f64]) -> Vec<f64> {
        let mut solution = vector.to_vec();
        for i in (0..vector.len()).rev() {
            solution[i] /= self.lower[(i, i)];
            let value = solution[i];
            for k in 0..i {
                solution[k] -= value * self.lower[(i, k)];
            }
        }
        solution
    }

    /// `a^-1 * vector`.
    #[must_use]
    pub fn solve(&self, vector: &[f64]) -> Vec<f64> {
        self.backward(&self.forward(vector))
    }

    /// `lower^-1 * matrix`.
    #[must_use]
    pub fn forward_matrix(&self, matrix: &Matrix) -> Matrix {
        let mut solution = matrix.clone();
        for i in 0..matrix.n_rows() {
            for k in 0..i {
                let factor = -self.lower[(i, k)];
                if factor != 0.0 {
                    let known = solution.row(k).to_vec();
                    super::add_scaled(solution.row_mut(i), factor, &known);
                }
            }
            let pivot = self.lower[(i, i)];
            for value in solution.row_mut(i) {
                *value /= pivot;
            }
        }
        solution
    }

    /// `a^-1`.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let inverse_lower = self.forward_matrix(&Matrix::identity(self.lower.n_rows()));
        inverse_lower.transposed_times(&inverse_lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes_the_matrix() {
        let a = Matrix::from_rows(&[[4.0, 2.0, 0.5], [2.0, 3.0, 0.25], [0.5, 0.25, 1.0]]);
        let cholesky = Cholesky::new(&a).unwrap();
        let product = a.times(&cholesky.inverse());
        for (value, expected) in product.values().iter().zip(Matrix::identity(3).values()) {
            assert!((value - expected).abs() < 1e-15);
        }
        let solved = cholesky.solve(&a.times_vector(&[1.0, -2.0, 3.0]));
        assert!((solved[1] + 2.0).abs() < 1e-14);
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        assert!(Cholesky::new(&Matrix::from_rows(&[[1.0, 2.0], [2.0, 1.0]])).is_none());
        assert!(Cholesky::new(&Matrix::from_rows(&[[f64::NAN]])).is_none());
    }
}
