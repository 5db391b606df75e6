//! One number per cluster, and the t test of these numbers: the simplest right analysis of whole clusters that
//! were treated or not.
//!
//! It holds with few clusters and asks nothing of what goes on within them. The same numbers serve the
//! randomisation test ([`crate::permutation`]). See `docs/methods/cluster-means.md`.

use crate::before_after::t_test::{Variances, t_result, welch_df};
use crate::clusters::Clusters;
use crate::data_problem::{DataProblem, require, require_same_length};
use crate::test_result::TestResult;

/// What each cluster contributes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterMeans {
    /// The clusters, in the order of [`Clusters::labels`].
    pub labels: Vec<String>,
    /// The mean of its values.
    pub means: Vec<f64>,
    /// How many values it has.
    pub sizes: Vec<usize>,
    /// Whether it was treated.
    pub treated: Vec<bool>,
}

/// How clusters of different size count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterWeighting {
    /// All the same: right where the cluster is the unit of interest, and best where clusters differ much.
    Equal,
    /// By the number of their values: best where clusters hardly differ.
    Size,
}

/// The means of the clusters, with who was treated.
///
/// The values may be the residuals of a model of covariates *without* the treatment: then tests of the means are
/// adjusted for these covariates (Gail and others 1996; Hayes & Moulton 2017, chapter 10).
///
/// # Errors
/// When the lists do not match the rows of the clusters, a value is not finite, or a cluster is treated in part.
///
/// # Examples
/// ```
/// use attune_statistics::cluster_means::{ClusterWeighting, cluster_means, cluster_means_t};
/// use attune_statistics::before_after::t_test::Variances;
/// use attune_statistics::clusters::Clusters;
/// use attune_statistics::permutation::{PermutationSettings, permute_cluster_means};
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new().with("site", Column::Numbers(vec![1.0, 1.0, 2.0, 3.0, 3.0, 4.0]))?;
/// let sites = Clusters::of_rows(&table, "site", &[0, 1, 2, 3, 4, 5])?;
/// let treated = [false, false, false, true, true, true];
/// let means = cluster_means(&[4.0, 6.0, 7.0, 9.0, 13.0, 12.0], &sites, &treated)?;
/// assert_eq!((means.means.as_slice(), means.sizes.as_slice()), ([5.0, 7.0, 11.0, 12.0].as_slice(), [2, 1, 2, 1].as_slice()));
/// let test = cluster_means_t(&means, ClusterWeighting::Equal, Variances::Pooled, 0.95)?;
/// assert_eq!((test.estimate, test.df), (Some(5.5), Some(2.0)));
/// let exact = permute_cluster_means(&means.means, &means.treated, &PermutationSettings::default())?;
/// assert_eq!(exact.p_two_sided, 2.0 / 6.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn cluster_means(
    values: &[f64],
    clusters: &Clusters,
    treated: &[bool],
) -> Result<ClusterMeans, DataProblem> {
    let n_rows = clusters.codes().len();
    require_same_length(("the values", values.len()), ("the clusters", n_rows))?;
    require_same_length(("the treatments", treated.len()), ("the clusters", n_rows))?;
    require("the values", values, 2)?;
    let rows = clusters.rows();
    let mut whole = Vec::new();
    for rows in &rows {
        let n_treated = rows.iter().filter(|&&row| treated[row]).count();
        if n_treated != 0 && n_treated != rows.len() {
            return Err(DataProblem::OutOfRange {
                what: "the treated share of a cluster",
                value: n_treated as f64 / rows.len() as f64,
                allowed: "0 or 1: this analysis is for whole clusters that were treated or not",
            });
        }
        whole.push(n_treated > 0);
    }
    let mean =
        |rows: &Vec<usize>| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
    Ok(ClusterMeans {
        labels: clusters.labels().to_vec(),
        means: rows.iter().map(mean).collect(),
        sizes: rows.iter().map(Vec::len).collect(),
        treated: whole,
    })
}

/// t test of the mean of the treated clusters minus the mean of the others.
///
/// With weights `w` (1, or the size of the cluster) an arm of k clusters has mean `Σwy/Σw`; the pooled variance of a
/// unit of weight is `ΣΣ w(y − mean)²/(K − 2)`, and Welch's squared standard error of an arm `Σw(y − mean)²/((k − 1)Σw)`.
///
/// # Errors
/// When an arm has fewer than two clusters, or the clusters of no arm differ.
pub fn cluster_means_t(
    means: &ClusterMeans,
    weighting: ClusterWeighting,
    variances: Variances,
    level: f64,
) -> Result<TestResult, DataProblem> {
    let (treated, others) = (
        Arm::of(means, true, weighting)?,
        Arm::of(means, false, weighting)?,
    );
    let estimate = treated.mean - others.mean;
    let (variant, se, df) = match variances {
        Variances::Pooled => {
            let df = treated.n + others.n - 2.0;
            let variance = (treated.squares + others.squares) / df;
            let se = (variance * (1.0 / treated.weight + 1.0 / others.weight)).sqrt();
            ("pooled", se, df)
        }
        Variances::Separate => {
            let (first, second) = (treated.squared_error(), others.squared_error());
            let df = welch_df((first, treated.n), (second, others.n));
            ("welch", (first + second).sqrt(), df)
        }
    };
    let how = match weighting {
        ClusterWeighting::Equal => "clusters as equals",
        ClusterWeighting::Size => "clusters weighted by size",
    };
    let result = t_result(
        variant,
        (estimate, se),
        df,
        level,
        "both groups of clusters",
    )?;
    Ok(TestResult {
        test: "t of cluster means",
        variant: format!("{variant}, {how}"),
        ..result
    })
}

/// The weighted mean of an arm's clusters.
struct Arm {
    n: f64,
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Arm {
    fn of(
        means: &ClusterMeans,
        treated: bool,
        weighting: ClusterWeighting,
    ) -> Result<Self, DataProblem> {
        let clusters: Vec<(f64, f64)> = (0..means.means.len())
            .filter(|&cluster| means.treated[cluster] == treated)
            .map(|cluster| match weighting {
                ClusterWeighting::Equal => (1.0, means.means[cluster]),
                ClusterWeighting::Size => (means.sizes[cluster] as f64, means.means[cluster]),
            })
            .collect();
        if clusters.len() < 2 {
            return Err(DataProblem::TooFew {
                what: if treated {
                    "the list of treated clusters"
                } else {
                    "the list of untreated clusters"
                },
                needed: 2,
                found: clusters.len(),
            });
        }
        let weight: f64 = clusters.iter().map(|(weight, _)| weight).sum();
        let mean = clusters
            .iter()
            .map(|(weight, value)| weight * value)
            .sum::<f64>()
            / weight;
        let square = |(weight, value): &(f64, f64)| weight * (value - mean).powi(2);
        Ok(Self {
            n: clusters.len() as f64,
            weight,
            mean,
            squares: clusters.iter().map(square).sum(),
        })
    }

    fn squared_error(&self) -> f64 {
        self.squares / ((self.n - 1.0) * self.weight)
    }
}
