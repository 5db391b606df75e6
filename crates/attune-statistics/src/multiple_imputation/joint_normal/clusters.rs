//! Random intercepts of the clusters: one vector for each, drawn given the rest, and their covariance.

use super::Vectors;
use crate::matrix::{Cholesky, Matrix, add_scaled};
use crate::resampling::draws::Draws;

/// Scale of the weak prior of the covariance between clusters: inverse Wishart with as many degrees of
/// freedom as columns and this times the identity, on the scale of standard deviations.
const PRIOR_SCALE: f64 = 0.25;

/// The random intercepts as they stand; empty without clusters.
pub(super) struct ClusterEffects {
    effects: Option<Matrix>,
    covariance: Matrix,
}

impl ClusterEffects {
    pub(super) fn new(vectors: &Vectors) -> Self {
        let n = vectors.names.len();
        Self {
            effects: vectors
                .clusters
                .as_ref()
                .map(|(_, n_clusters)| Matrix::zeros(*n_clusters, n)),
            covariance: Matrix::identity(n).scaled(0.5),
        }
    }

    /// The intercepts of each row's cluster.
    pub(super) fn by_row(&self, clusters: &Option<(Vec<usize>, usize)>) -> Option<Matrix> {
        let (effects, (codes, _)) = (self.effects.as_ref()?, clusters.as_ref()?);
        Some(Matrix::from_function(
            codes.len(),
            effects.n_columns(),
            |row, j| effects[(codes[row], j)],
        ))
    }

    /// Intercepts given means and covariance within clusters, then their covariance; `None` when a
    /// matrix is not positive definite.
    pub(super) fn draw(
        &mut self,
        values: &Matrix,
        means: &Matrix,
        within: &Matrix,
        clusters: &Option<(Vec<usize>, usize)>,
        draws: &mut Draws,
    ) -> Option<()> {
        let (Some(effects), Some((codes, _))) = (self.effects.as_mut(), clusters.as_ref()) else {
            return Some(());
        };
        let n_columns = effects.n_columns();
        let mut sums = Matrix::zeros(effects.n_rows(), n_columns);
        let mut sizes = vec![0_usize; effects.n_rows()];
        for (row, &code) in codes.iter().enumerate() {
            add_scaled(sums.row_mut(code), 1.0, values.row(row));
            add_scaled(sums.row_mut(code), -1.0, means.row(row));
            sizes[code] += 1;
        }
        let within = Cholesky::new(within)?.inverse();
        let between = Cholesky::new(&self.covariance)?.inverse();
        // Clusters of one size share the covariance of their intercepts.
        let mut of_size: std::collections::BTreeMap<usize, (Matrix, Matrix)> =
            std::collections::BTreeMap::new();
        for cluster in 0..effects.n_rows() {
            let size = sizes[cluster];
            if let std::collections::btree_map::Entry::Vacant(entry) = of_size.entry(size) {
                let mut precision = between.clone();
                precision.add_scaled(size as f64, &within);
                let covariance = Cholesky::new(&precision)?.inverse();
                let root = Cholesky::new(&covariance)?.lower().clone();
                entry.insert((covariance.times(&within), root));
            }
            let (weights, root) = &of_size[&size];
            let mean = weights.times_vector(sums.row(cluster));
            let drawn = draws.multivariate_normal(&mean, root);
            effects.row_mut(cluster).copy_from_slice(&drawn);
        }
        let mut scatter = effects.transposed_times(effects);
        scatter.add_scaled(PRIOR_SCALE, &Matrix::identity(n_columns));
        let df = (effects.n_rows() + n_columns) as f64;
        self.covariance = draws.inverse_wishart(&Cholesky::new(&scatter)?, df)?;
        Some(())
    }
}
