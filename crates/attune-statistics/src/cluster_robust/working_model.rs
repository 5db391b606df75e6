//! A fitted model as the working model of a cluster-robust variance.
//!
//! The covariance `Φ` of the rows is that of the fitted model, in units of its residual variance, and the
//! weights are `W = Φ⁻¹`; prior weights are part of it. The columns of the fixed part are in coordinates in which `X'WX = I`, so that the
//! model's own covariance matrix of the coefficients is `root root'`.

use crate::clusters::{ClusterError, Clusters};
use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::{LinearMixedModel, root_of_covariance};
use crate::matrix::{Matrix, add_scaled, orthonormalise};
use crate::model_frame::ModelFrame;

#[derive(Debug)]
pub(super) struct WorkingModel {
    /// The columns of the fixed part, `X root`.
    pub x: Vec<Vec<f64>>,
    /// What the fixed part leaves of the response.
    pub residuals: Vec<f64>,
    /// From these coordinates to the coefficients.
    pub root: Matrix,
    /// The random terms: `Φ = I + sum of Z Λ Λ' Z'`.
    pub random: Vec<RandomColumns>,
    /// The prior weights, whose inverses then stand in the place of the identity.
    pub weights: Option<Vec<f64>>,
}

/// The columns `Z Λ` of a random term; each level has a set of its own.
#[derive(Debug)]
pub(super) struct RandomColumns {
    pub codes: Vec<u32>,
    pub columns: Vec<Vec<f64>>,
}

impl WorkingModel {
    pub(super) fn of_least_squares(model: &LeastSquares) -> Self {
        let orthonormal = orthonormalise(&model.weighted_columns());
        Self {
            root: orthonormal.inverse_upper(),
            x: unweighted(orthonormal.q, &model.frame),
            residuals: model.residuals.clone(),
            random: Vec::new(),
            weights: model.frame.weights.clone(),
        }
    }

    pub(super) fn of_mixed_model(
        model: &LinearMixedModel,
        clusters: &Clusters,
    ) -> Result<Self, ClusterError> {
        check_nesting(model, clusters)?;
        let Some(internal) = model.internal_columns() else {
            return Err(ClusterError::NotConverged);
        };
        let frame = &model.frame;
        let q = unweighted(internal.q, frame);
        let z = internal.z.into_iter().map(|z| unweighted(z, frame));
        let evaluation = &model.minimum.evaluation;
        let mut residuals = unweighted(vec![internal.y], frame).remove(0);
        for (column, coefficient) in q.iter().zip(&evaluation.coefficients) {
            add_scaled(&mut residuals, -coefficient, column);
        }
        let scale = model.coordinates.response_scale;
        residuals.iter_mut().for_each(|value| *value *= scale);
        let random = frame.random.iter().zip(z).enumerate();
        let random = random.map(|(term, (of_frame, z))| RandomColumns {
            codes: of_frame.codes.clone(),
            columns: combined(&z, &model.function.shape.lambda(&model.minimum.theta, term)),
        });
        let inverse_lower = evaluation
            .information
            .forward_matrix(&Matrix::identity(q.len()));
        Ok(Self {
            x: combined(&q, &inverse_lower.transposed()),
            residuals,
            root: root_of_covariance(&model.coordinates, &model.minimum),
            random: random.collect(),
            weights: frame.weights.clone(),
        })
    }
}

/// The columns times a matrix.
fn combined(columns: &[Vec<f64>], matrix: &Matrix) -> Vec<Vec<f64>> {
    let n = columns.first().map_or(0, Vec::len);
    (0..matrix.n_columns())
        .map(|j| {
            let mut product = vec![0.0; n];
            for (i, column) in columns.iter().enumerate() {
                if matrix[(i, j)] != 0.0 {
                    add_scaled(&mut product, matrix[(i, j)], column);
                }
            }
            product
        })
        .collect()
}

/// Columns as they are in the data: the models hold them times the square roots of the prior weights.
fn unweighted(mut columns: Vec<Vec<f64>>, frame: &ModelFrame) -> Vec<Vec<f64>> {
    let roots = frame.roots_of_weights().unwrap_or_default();
    for column in &mut columns {
        for (value, root) in column.iter_mut().zip(&roots) {
            *value /= root;
        }
    }
    columns
}

/// A level of a random term in two clusters would make these clusters dependent.
fn check_nesting(model: &LinearMixedModel, clusters: &Clusters) -> Result<(), ClusterError> {
    for term in &model.frame.random {
        let mut cluster_of = vec![u32::MAX; term.levels.len()];
        for (&level, &cluster) in term.codes.iter().zip(clusters.codes()) {
            let known = &mut cluster_of[level as usize];
            if *known != u32::MAX && *known != cluster {
                return Err(ClusterError::NotNested {
                    name: clusters.name().to_owned(),
                    group: term.group.clone(),
                    level: term.levels[level as usize].clone(),
                });
            }
            *known = cluster;
        }
    }
    Ok(())
}
