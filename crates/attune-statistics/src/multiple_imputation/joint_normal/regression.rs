//! Drawing the coefficients and the covariance matrix of a multivariate regression given complete data.

use super::Vectors;
use crate::matrix::{Cholesky, Matrix, OrthonormalColumns, back_substitute, orthonormalise};
use crate::resampling::draws::Draws;

/// The regression of the vectors on the complete columns, made orthonormal.
pub(super) struct Regression {
    columns: OrthonormalColumns,
    /// The same columns, row by row.
    q: Matrix,
    n_covariates: usize,
}

/// One draw of the parameters.
pub(super) struct Drawn {
    /// Coefficients of the orthonormal columns.
    pub coefficients: Matrix,
    pub covariance: Matrix,
}

impl Regression {
    pub(super) fn new(vectors: &Vectors) -> Self {
        let columns = orthonormalise(&vectors.covariates);
        let n_rows = vectors.missing.len();
        let q = Matrix::from_function(n_rows, columns.q.len(), |row, j| columns.q[j][row]);
        Self {
            columns,
            q,
            n_covariates: vectors.covariates.len(),
        }
    }

    /// Covariance from its inverse Wishart posterior under the Jeffreys prior, coefficients given it;
    /// `None` when the residuals do not determine a covariance matrix.
    pub(super) fn draw(
        &self,
        values: &Matrix,
        effects: Option<&Matrix>,
        draws: &mut Draws,
    ) -> Option<Drawn> {
        let mut response = values.clone();
        if let Some(effects) = effects {
            response.add_scaled(-1.0, effects);
        }
        let mut coefficients = self.q.transposed_times(&response);
        response.add_scaled(-1.0, &self.q.times(&coefficients));
        let scatter = Cholesky::new(&response.transposed_times(&response))?;
        let df = (self.q.n_rows() - self.q.n_columns()) as f64;
        let covariance = draws.inverse_wishart(&scatter, df)?;
        let root = Cholesky::new(&covariance)?;
        for row in 0..coefficients.n_rows() {
            let drawn = draws.multivariate_normal(coefficients.row(row), root.lower());
            coefficients.row_mut(row).copy_from_slice(&drawn);
        }
        Some(Drawn {
            coefficients,
            covariance,
        })
    }

    pub(super) fn fitted(&self, coefficients: &Matrix) -> Matrix {
        self.q.times(coefficients)
    }

    /// The coefficients of the columns as they were given; those that repeat others have zero.
    pub(super) fn of_columns(&self, coefficients: &Matrix) -> Matrix {
        let mut of_columns = Matrix::zeros(self.n_covariates, coefficients.n_columns());
        for place in 0..coefficients.n_columns() {
            let solved = back_substitute(&self.columns.upper, &coefficients.column(place));
            for (&column, value) in self.columns.kept.iter().zip(solved) {
                of_columns[(column, place)] = value;
            }
        }
        of_columns
    }
}
