//! Standard errors that hold whatever happens within clusters, made fit for few clusters.
//!
//! The fitted model, of least squares or mixed, is only a working model: the variance of its coefficients is
//! estimated from how the clusters' residuals differ, corrected for the small sample (CR2, bias-reduced
//! linearisation), with degrees of freedom for each coefficient and contrast. The result is an
//! [`Inference`], so that tests, marginal means and predictions work from it as from any other. Formulas and
//! limits: `docs/methods/cluster-robust.md`.

mod adjusted_cluster;
mod between_clusters;
mod warnings;
mod working_model;

use rayon::prelude::*;

use crate::clusters::{ClusterError, Clusters};
use crate::inference::{DegreesOfFreedom, Inference};
use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::{LinearMixedModel, Warning};

use adjusted_cluster::adjusted_cluster;
pub(crate) use between_clusters::BetweenClusters;
use working_model::WorkingModel;

/// How residuals are adjusted for being residuals and for few clusters; the names are those of clubSandwich.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Correction {
    /// None: too small with few clusters.
    Cr0,
    /// Variances times m/(m − 1) for m clusters.
    Cr1,
    /// Variances times m (n − 1) / ((m − 1)(n − p)): Stata's.
    Cr1s,
    /// Bias-reduced linearisation (Bell and McCaffrey 2002): unbiased if the working model is right. The default.
    #[default]
    Cr2,
    /// Close to the jackknife that leaves out clusters: rather too large.
    Cr3,
}

/// Cluster-robust inference for a fitted model.
#[derive(Debug, Clone)]
pub struct ClusterRobust<'a> {
    /// Coefficients with the cluster-robust covariance matrix and degrees of freedom between clusters.
    pub inference: Inference<'a>,
    /// How residuals were adjusted.
    pub correction: Correction,
    /// The column of clusters.
    pub cluster: String,
    /// How many clusters there are.
    pub n_clusters: usize,
    /// Rows of the smallest and of the largest cluster.
    pub cluster_sizes: (usize, usize),
    /// What a careful reader should know.
    pub warnings: Vec<Warning>,
}

/// Cluster-robust inference for a model fitted by least squares.
///
/// The working model has independent residuals of one variance. A coefficient or contrast that a single cluster
/// decides, such as a treatment that one cluster has, gets no standard error (NaN) and a warning.
///
/// # Errors
/// When the clusters cannot be used: no such column, rows without a cluster, or a single cluster.
///
/// # Examples
/// ```
/// use attune_statistics::cluster_robust::{Correction, least_squares_between_clusters};
/// use attune_statistics::clusters::Clusters;
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::coefficient_tests;
/// use attune_statistics::least_squares::least_squares;
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new()
///     .with("site", Column::Numbers(vec![1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]))?
///     .with("arm", Column::Numbers(vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]))?
///     .with("score", Column::Numbers(vec![9.0, 11.0, 13.0, 15.0, 14.0, 16.0, 20.0, 22.0]))?;
/// let model = least_squares(&Formula::parse("score ~ arm")?, &table)?;
/// let clusters = Clusters::of_rows(&table, "site", &model.frame.used_rows)?;
/// let robust = least_squares_between_clusters(&model, &clusters, Correction::Cr2)?;
/// // With clusters of one size this is Welch's t test of the four cluster means 10, 14, 15 and 21.
/// let arm = &coefficient_tests(&robust.inference, 0.95)[1];
/// assert!((arm.se - f64::sqrt(8.0 / 2.0 + 18.0 / 2.0)).abs() < 1e-12);
/// assert!((arm.df - 2.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn least_squares_between_clusters<'a>(
    model: &'a LeastSquares,
    clusters: &Clusters,
    correction: Correction,
) -> Result<ClusterRobust<'a>, ClusterError> {
    clusters.must_match(model.n_observations)?;
    let working = WorkingModel::of_least_squares(model);
    let inference = model.inference(DegreesOfFreedom::Satterthwaite);
    Ok(robust(inference, &working, clusters, correction))
}

/// Cluster-robust inference for a linear mixed model.
///
/// The working model is the fitted mixed model with all its random effects. Each level of a random factor must
/// lie within one cluster: the cluster is the outermost factor, or one above it that is not in the model.
///
/// # Errors
/// As [`least_squares_between_clusters`], when random effects link clusters, and when the fit did not converge.
///
/// # Examples
/// ```
/// use attune_statistics::cluster_robust::{Correction, mixed_model_between_clusters};
/// use attune_statistics::clusters::Clusters;
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::coefficient_tests;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::table::{Column, Table};
///
/// let rows = 0..36_u32;
/// let column = |value: fn(u32) -> f64| Column::Numbers(rows.clone().map(value).collect());
/// let table = Table::new()
///     .with("site", column(|row| f64::from(row / 6)))?
///     .with("child", column(|row| f64::from(row / 2)))?
///     .with("arm", column(|row| f64::from(row / 6 % 2)))?
///     .with("score", column(|row| f64::from(row * 7 % 13 + row / 2 * 5 % 7)))?;
/// let model = fit(&Formula::parse("score ~ arm + (1 | child)")?, &table, &FitSettings::default())?;
/// let clusters = Clusters::of_rows(&table, "site", &model.frame.used_rows)?;
/// let robust = mixed_model_between_clusters(&model, &clusters, Correction::Cr2)?;
/// assert!((coefficient_tests(&robust.inference, 0.95)[1].df - 4.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mixed_model_between_clusters<'a>(
    model: &'a LinearMixedModel,
    clusters: &Clusters,
    correction: Correction,
) -> Result<ClusterRobust<'a>, ClusterError> {
    clusters.must_match(model.n_observations)?;
    let inference = model
        .inference(DegreesOfFreedom::Satterthwaite)
        .map_err(|_| ClusterError::NotConverged)?;
    let working = WorkingModel::of_mixed_model(model, clusters)?;
    Ok(robust(inference, &working, clusters, correction))
}

fn robust<'a>(
    inference: Inference<'a>,
    working: &WorkingModel,
    clusters: &Clusters,
    correction: Correction,
) -> ClusterRobust<'a> {
    let rows = clusters.rows();
    let factor = correction.factor(rows.len(), clusters.codes().len(), working.x.len());
    let adjusted = rows
        .par_iter()
        .map(|rows| adjusted_cluster(working, rows, correction, factor))
        .collect();
    let between = BetweenClusters {
        root: working.root.clone(),
        clusters: adjusted,
    };
    let sizes = || rows.iter().map(Vec::len);
    let inference = inference.between_clusters(between.vcov(), between);
    ClusterRobust {
        warnings: warnings::of(&inference, clusters),
        inference,
        correction,
        cluster: clusters.name().to_owned(),
        n_clusters: rows.len(),
        cluster_sizes: (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0)),
    }
}

impl Correction {
    /// What residuals are multiplied by, where one number does for all clusters.
    fn factor(self, n_clusters: usize, n_rows: usize, n_coefficients: usize) -> f64 {
        let (m, n, p) = (n_clusters as f64, n_rows as f64, n_coefficients as f64);
        match self {
            Self::Cr0 | Self::Cr2 | Self::Cr3 => 1.0,
            Self::Cr1 => (m / (m - 1.0)).sqrt(),
            Self::Cr1s => (m * (n - 1.0) / ((m - 1.0) * (n - p))).sqrt(),
        }
    }
}
