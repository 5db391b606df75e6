//! What clustering costs: the design effect, the effective sample size, and the intraclass correlation of clusters of
//! unequal size.
//!
//! For treatments given to whole clusters. See `docs/methods/design-effect.md`.

use crate::clusters::Clusters;
use crate::data_problem::{DataProblem, require, require_same_length};

/// How the clusters are analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterAnalysis {
    /// Everybody counts the same, so clusters count by their size (Kish 1965; Eldridge, Ashby & Kerry 2006).
    Individuals,
    /// Means of clusters that all count the same.
    ClusterMeans,
    /// Clusters count by the precision of their mean, as in a mixed model: the smallest that is possible.
    MostPrecise,
}

/// By how much clusters enlarge a variance.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct DesignEffect {
    /// The variance of a mean over that of as many independent people.
    pub design_effect: f64,
    /// As many independent people would do: n over the design effect.
    pub effective_sample_size: f64,
    /// All sizes together.
    pub n: f64,
    /// How many clusters there are.
    pub n_clusters: usize,
    /// Mean size of a cluster.
    pub mean_size: f64,
    /// SD of the sizes (with divisor K) over their mean.
    pub variation_of_sizes: f64,
    /// The intraclass correlation that was given.
    pub intraclass_correlation: f64,
}

/// The intraclass correlation of clusters by analysis of variance.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ClusterCorrelation {
    /// `(MSB − MSW) / (MSB + (m₀ − 1) MSW)`; may be negative.
    pub estimate: f64,
    /// Mean square between clusters.
    pub mean_square_between: f64,
    /// Mean square within clusters.
    pub mean_square_within: f64,
    /// The size that stands for all sizes, `(N − Σm²/N)/(K − 1)`.
    pub typical_size: f64,
}

/// The design effect for clusters of the given sizes.
///
/// # Errors
/// When there is no cluster, a size is not positive, or the correlation does not lie between the smallest that clusters of
/// these sizes can have and 1.
///
/// # Examples
/// ```
/// use attune_statistics::design_effect::{ClusterAnalysis, design_effect};
/// let equal = design_effect(0.05, &[20.0; 6], ClusterAnalysis::Individuals).unwrap();
/// assert!((equal.design_effect - 1.95).abs() < 1e-12);
/// let unequal = design_effect(0.05, &[5.0, 5.0, 10.0, 20.0, 30.0, 50.0], ClusterAnalysis::Individuals).unwrap();
/// assert!(unequal.design_effect > equal.design_effect);
/// ```
pub fn design_effect(
    intraclass_correlation: f64,
    sizes: &[f64],
    analysis: ClusterAnalysis,
) -> Result<DesignEffect, DataProblem> {
    require("the sizes of clusters", sizes, 1)?;
    let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    if smallest <= 0.0 {
        return Err(DataProblem::OutOfRange {
            what: "the size of a cluster",
            value: smallest,
            allowed: "above 0",
        });
    }
    // The variance of a cluster's mean, in units of that of one person over m.
    let inflation = |size: f64| 1.0 + (size - 1.0) * intraclass_correlation;
    let in_range = intraclass_correlation <= 1.0 && sizes.iter().all(|&size| inflation(size) > 0.0);
    if !in_range {
        return Err(DataProblem::OutOfRange {
            what: "the intraclass correlation",
            value: intraclass_correlation,
            allowed: "at most 1, and above −1/(m − 1) for the largest cluster of m",
        });
    }
    let (k, n) = (sizes.len() as f64, sizes.iter().sum::<f64>());
    let total = |of: &dyn Fn(f64) -> f64| sizes.iter().map(|&size| of(size)).sum::<f64>();
    let design_effect = match analysis {
        ClusterAnalysis::Individuals => total(&|size| size * inflation(size)) / n,
        ClusterAnalysis::ClusterMeans => n / (k * k) * total(&|size| inflation(size) / size),
        ClusterAnalysis::MostPrecise => n / total(&|size| size / inflation(size)),
    };
    let mean_size = n / k;
    let spread = total(&|size| (size - mean_size).powi(2)) / k;
    Ok(DesignEffect {
        design_effect,
        effective_sample_size: n / design_effect,
        n,
        n_clusters: sizes.len(),
        mean_size,
        variation_of_sizes: spread.sqrt() / mean_size,
        intraclass_correlation,
    })
}

/// The intraclass correlation of a value between clusters, by analysis of variance with unequal sizes
/// (Donner & Koval 1980). For one that allows for covariates fit a mixed model and take its
/// [`intraclass_correlation`](crate::linear_mixed_model::LinearMixedModel::intraclass_correlation).
///
/// # Errors
/// When the values do not match the rows of the clusters, one is not finite, every cluster has a single value, or
/// nothing varies.
pub fn cluster_correlation(
    values: &[f64],
    clusters: &Clusters,
) -> Result<ClusterCorrelation, DataProblem> {
    let n_rows = clusters.codes().len();
    require_same_length(("the values", values.len()), ("the clusters", n_rows))?;
    require("the values", values, 3)?;
    let rows = clusters.rows();
    let (k, n) = (rows.len() as f64, values.len() as f64);
    if rows.len() == values.len() {
        return Err(DataProblem::TooFew {
            what: "the largest cluster",
            needed: 2,
            found: 1,
        });
    }
    let grand = values.iter().sum::<f64>() / n;
    let (mut between, mut within, mut squared_sizes) = (0.0, 0.0, 0.0);
    for rows in &rows {
        let size = rows.len() as f64;
        let mean = rows.iter().map(|&row| values[row]).sum::<f64>() / size;
        between += size * (mean - grand).powi(2);
        within += rows
            .iter()
            .map(|&row| (values[row] - mean).powi(2))
            .sum::<f64>();
        squared_sizes += size * size;
    }
    let (mean_square_between, mean_square_within) = (between / (k - 1.0), within / (n - k));
    let typical_size = (n - squared_sizes / n) / (k - 1.0);
    let total = mean_square_between + (typical_size - 1.0) * mean_square_within;
    if total <= 0.0 {
        return Err(DataProblem::NoVariation { what: "the values" });
    }
    Ok(ClusterCorrelation {
        estimate: (mean_square_between - mean_square_within) / total,
        mean_square_between,
        mean_square_within,
        typical_size,
    })
}
