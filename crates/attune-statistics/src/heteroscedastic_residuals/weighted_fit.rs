//! The weighted model at given ratios, with or without random effects, and what the derivatives need of it.

use super::WeightedModel;
use super::strata::Strata;
use super::variance_derivatives::LARGEST_COMPONENT;
use crate::information_criteria::InformationCriteria;
use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::{Estimator, FitError, LinearMixedModel, Warning, internal_columns};
use crate::matrix::{Matrix, add_scaled, orthonormalise};

/// A fit at given ratios.
pub(super) enum WeightedFit {
    Mixed(Box<LinearMixedModel>),
    Fixed {
        model: Box<LeastSquares>,
        log_likelihood: f64,
    },
}

impl WeightedFit {
    pub(super) fn log_likelihood(&self) -> f64 {
        match self {
            Self::Mixed(model) => model.log_likelihood,
            Self::Fixed { log_likelihood, .. } => *log_likelihood,
        }
    }

    pub(super) fn sigma(&self) -> f64 {
        match self {
            Self::Mixed(model) => model.sigma,
            Self::Fixed { model, .. } => model.sigma,
        }
    }

    pub(super) fn n_parameters(&self) -> usize {
        match self {
            Self::Mixed(model) => model.n_parameters,
            Self::Fixed { model, .. } => model.coefficients.len() + 1,
        }
    }

    pub(super) fn converged(&self) -> bool {
        match self {
            Self::Mixed(model) => model.converged,
            Self::Fixed { .. } => true,
        }
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        match self {
            Self::Mixed(model) => &model.warnings,
            Self::Fixed { model, .. } => &model.warnings,
        }
    }

    pub(super) fn residuals(&self) -> Vec<f64> {
        match self {
            Self::Mixed(model) => model.residuals(),
            Self::Fixed { model, .. } => model.residuals.clone(),
        }
    }

    /// The model, its criteria counting the residual standard deviations.
    pub(super) fn into_model(self, log_likelihood: f64, n_parameters: usize) -> WeightedModel {
        let criteria = |n_observations| {
            let criteria = InformationCriteria::new(log_likelihood, n_parameters, n_observations);
            (criteria.aic, criteria.bic)
        };
        match self {
            Self::Mixed(mut model) => {
                model.n_parameters = n_parameters;
                (model.aic, model.bic) = criteria(model.n_observations);
                WeightedModel::Mixed(model)
            }
            Self::Fixed { mut model, .. } => {
                model.log_likelihood = log_likelihood;
                (model.aic, model.bic) = criteria(model.n_observations);
                WeightedModel::Fixed(model)
            }
        }
    }

    /// Whether the likelihood is the restricted one.
    pub(super) fn is_restricted(&self, strata: &Strata) -> bool {
        strata.settings.estimator == Estimator::Reml
    }

    /// The residual variance in the units of the rows below, and its degrees of freedom.
    pub(super) fn internal_variance(&self, strata: &Strata) -> (f64, f64) {
        match self {
            Self::Mixed(model) => {
                let df = model.function.degrees_of_freedom();
                (model.minimum.evaluation.residual_squares / df, df)
            }
            Self::Fixed { model, .. } => {
                let df = if self.is_restricted(strata) {
                    model.df_residual
                } else {
                    model.n_observations as f64
                };
                (model.sigma * model.sigma, df)
            }
        }
    }

    /// The weighted rows.
    pub(super) fn rows(&self) -> Result<WeightedRows, FitError> {
        match self {
            Self::Mixed(model) => {
                let (coordinates, columns) = internal_columns(&model.frame)?;
                let mut residuals = columns.y;
                for (q, beta) in columns.q.iter().zip(&model.minimum.evaluation.coefficients) {
                    add_scaled(&mut residuals, -beta, q);
                }
                Ok(WeightedRows {
                    q: columns.q,
                    residuals,
                    z: columns.z,
                    inverse_upper: coordinates.inverse_upper,
                })
            }
            Self::Fixed { model, .. } => {
                let roots = model
                    .frame
                    .roots_of_weights()
                    .unwrap_or_else(|| vec![1.0; model.n_observations]);
                let times_root = |column: &Vec<f64>| -> Vec<f64> {
                    column
                        .iter()
                        .zip(&roots)
                        .map(|(x, root)| x * root)
                        .collect()
                };
                let columns: Vec<Vec<f64>> = model.frame.columns.iter().map(times_root).collect();
                let orthonormal = orthonormalise(&columns);
                Ok(WeightedRows {
                    inverse_upper: orthonormal.inverse_upper(),
                    q: orthonormal.q,
                    residuals: times_root(&model.residuals),
                    z: Vec::new(),
                })
            }
        }
    }

    /// The level of each row in the grouping factor of a random term.
    pub(super) fn codes(&self, term: usize) -> &[u32] {
        match self {
            Self::Mixed(model) => &model.frame.random[term].codes,
            Self::Fixed { .. } => &[],
        }
    }

    /// `I + Z G Z'` on some of the rows.
    pub(super) fn covariance(&self, rows: &WeightedRows, chosen: &[usize]) -> Matrix {
        let mut covariance = Matrix::identity(chosen.len());
        let Self::Mixed(model) = self else {
            return covariance;
        };
        for (term, z) in rows.z.iter().enumerate() {
            let lambda = model.function.shape.lambda(&model.minimum.theta, term);
            let codes = self.codes(term);
            // Rows of Z Λ.
            let through: Vec<Vec<f64>> = chosen
                .iter()
                .map(|&row| {
                    let z: Vec<f64> = z.iter().map(|column| column[row]).collect();
                    lambda.transposed().times_vector(&z)
                })
                .collect();
            for (i, &row) in chosen.iter().enumerate() {
                for (j, &other) in chosen.iter().enumerate() {
                    if codes[row] == codes[other] {
                        covariance[(i, j)] += crate::matrix::dot(&through[i], &through[j]);
                    }
                }
            }
        }
        covariance
    }

    /// Rows that random effects join, directly or through others; a row with zeros in all of its random columns,
    /// as those outside the groups of a partially nested design, stands alone.
    pub(super) fn components(&self, rows: &WeightedRows) -> Result<Vec<Vec<usize>>, FitError> {
        let n = rows.residuals.len();
        let mut joined: Vec<usize> = (0..n).collect();
        for (term, z) in rows.z.iter().enumerate() {
            let codes = self.codes(term);
            let mut first_of_level: Vec<Option<usize>> = Vec::new();
            for row in 0..n {
                if z.iter().all(|column| column[row] == 0.0) {
                    continue;
                }
                let level = codes[row] as usize;
                if first_of_level.len() <= level {
                    first_of_level.resize(level + 1, None);
                }
                match first_of_level[level] {
                    None => first_of_level[level] = Some(row),
                    Some(first) => {
                        let (a, b) = (root_of(&mut joined, first), root_of(&mut joined, row));
                        joined[a.max(b)] = a.min(b);
                    }
                }
            }
        }
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); n];
        for row in 0..n {
            members[root_of(&mut joined, row)].push(row);
        }
        members.retain(|rows| !rows.is_empty());
        match members.iter().map(Vec::len).max() {
            Some(n_rows) if n_rows > LARGEST_COMPONENT => Err(FitError::TooManyConnectedRows {
                n_rows,
                limit: LARGEST_COMPONENT,
            }),
            _ => Ok(members),
        }
    }

    /// From the elements of `G` (the first `n_g` directions) to the free elements of theta: the Jacobian, and the
    /// Hessian in the new parameters. The other directions stay.
    pub(super) fn to_theta(
        &self,
        n_g: usize,
        gradient: &[f64],
        hessian: &Matrix,
    ) -> (Matrix, Matrix) {
        let n_others = gradient.len() - n_g;
        let Self::Mixed(model) = self else {
            return (Matrix::identity(n_others), hessian.clone());
        };
        let (shape, theta) = (&model.function.shape, &model.minimum.theta);
        let free: Vec<usize> = (0..n_g).filter(|&k| !model.minimum.at_zero[k]).collect();
        let of_theta = shape.jacobian(theta);
        let m = free.len();
        let jacobian = Matrix::from_function(n_g + n_others, m + n_others, |g, k| {
            match (g < n_g, k < m) {
                (true, true) => of_theta[(g, free[k])],
                (false, false) if g - n_g == k - m => 1.0,
                _ => 0.0,
            }
        });
        let mut new = jacobian.transposed_times(&hessian.times(&jacobian));
        let of_g = Matrix::from_function(n_g, n_g, |i, j| hessian[(i, j)]);
        let (_, with_curvature) = shape.to_theta(theta, &gradient[..n_g], &of_g);
        for (i, &k) in free.iter().enumerate() {
            for (j, &l) in free.iter().enumerate() {
                new[(i, j)] = with_curvature[(k, l)];
            }
        }
        (jacobian, new)
    }
}

/// What the derivatives need: everything weighted, and fixed-effect columns orthonormal.
pub(super) struct WeightedRows {
    pub q: Vec<Vec<f64>>,
    pub residuals: Vec<f64>,
    /// For each random term its columns.
    pub z: Vec<Vec<Vec<f64>>>,
    /// The way back from the orthonormal columns.
    pub inverse_upper: Matrix,
}

/// The first row of the component, with shorter ways on the way.
fn root_of(joined: &mut [usize], mut row: usize) -> usize {
    while joined[row] != row {
        joined[row] = joined[joined[row]];
        row = joined[row];
    }
    row
}
