//! Groups that whole clusters belong to: the cluster is what was assigned, so it is what is
//! compared.

use serde::Serialize;

use super::{TestReport, by_group};
use crate::before_after::t_test::{Variances, two_sample_t};
use crate::data_problem::{DataProblem, require_level, require_same_length};
use crate::descriptives::mean;
use crate::permutation::{Permutation, PermutationSettings, exact_interval, permute_cluster_means};
use crate::test_result::TestResult;

/// Two groups of clusters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClustersReport {
    /// The tests of cluster means.
    #[serde(flatten)]
    pub report: TestReport,
    /// The groups in the order in which they are subtracted: first minus second.
    pub groups: [String; 2],
    /// Number of clusters of each.
    pub n_clusters: [usize; 2],
    /// The randomisation test.
    pub permutation: Permutation,
}

/// Do groups of clusters differ? A randomisation test of the clusters' means, exact where
/// they are few, and Welch's t test of them. The first group minus the second, in the order of first mention.
///
/// # Errors
///
/// When lists differ in length, there are not exactly two groups, a cluster belongs to both
/// groups, or as in [`permute_cluster_means`].
pub fn clusters_report(
    values: &[Option<f64>],
    groups: &[Option<String>],
    clusters: &[Option<String>],
    level: f64,
    settings: &PermutationSettings,
) -> Result<ClustersReport, DataProblem> {
    require_level(level)?;
    require_same_length(
        ("the values", values.len()),
        ("the clusters", clusters.len()),
    )?;
    let with_cluster: Vec<Option<(f64, &String)>> = values
        .iter()
        .zip(clusters)
        .map(|(value, cluster)| Some(((*value)?, cluster.as_ref()?)))
        .collect();
    let [(first_name, first), (second_name, second)] = by_group(&with_cluster, groups)?;
    let n = first.len() + second.len();
    let (first_means, second_means) = (means_of(&first), means_of(&second));
    if let Some((shared, _)) = first_means
        .iter()
        .find(|(cluster, _)| second_means.iter().any(|(other, _)| other == cluster))
    {
        return Err(DataProblem::InBothGroups {
            what: "cluster",
            label: (*shared).clone(),
        });
    }
    let bare = |means: &[(&String, f64)]| means.iter().map(|(_, mean)| *mean).collect::<Vec<f64>>();
    let (first_means, second_means) = (bare(&first_means), bare(&second_means));
    let all = [&first_means[..], &second_means[..]].concat();
    let treated: Vec<bool> = (0..all.len())
        .map(|place| place < first_means.len())
        .collect();
    let permutation = permute_cluster_means(&all, &treated, settings)?;
    let mut report = TestReport::new(n, values.len() - n);
    report.results.push(of_permutation(&permutation, settings));
    if permutation.exact {
        let limits = exact_interval(&all, &treated, level, settings)?;
        report.results[0] = report.results[0].clone().with_interval(limits);
    }
    report.add(
        "Welch's t test of cluster means",
        two_sample_t(&first_means, &second_means, Variances::Separate, level).map(|result| {
            TestResult {
                variant: "welch, cluster means".to_owned(),
                ..result
            }
        }),
    );
    report.describe(format!("{first_name}, cluster means"), &first_means);
    report.describe(format!("{second_name}, cluster means"), &second_means);
    report.warnings.push(format!(
        "{} against {} clusters: no randomisation test of them can give p below {:.4}",
        first_means.len(),
        second_means.len(),
        permutation.smallest_reachable_p
    ));
    Ok(ClustersReport {
        report,
        groups: [first_name, second_name],
        n_clusters: [first_means.len(), second_means.len()],
        permutation,
    })
}

/// Mean of each cluster, clusters in the order of their names.
fn means_of<'a>(people: &[(f64, &'a String)]) -> Vec<(&'a String, f64)> {
    let mut by_cluster: std::collections::BTreeMap<&String, Vec<f64>> =
        std::collections::BTreeMap::new();
    for (value, cluster) in people {
        by_cluster.entry(cluster).or_default().push(*value);
    }
    by_cluster
        .into_iter()
        .map(|(cluster, values)| (cluster, mean(&values)))
        .collect()
}

fn of_permutation(permutation: &Permutation, settings: &PermutationSettings) -> TestResult {
    let variant = match permutation.monte_carlo_error {
        None => format!(
            "exact, all {} assignments of clusters",
            permutation.n_assignments
        ),
        Some(error) => format!(
            "{} random assignments of clusters, seed {}, standard error of p {error:.2e}",
            settings.n_random, settings.seed
        ),
    };
    TestResult {
        estimate: Some(permutation.statistic),
        p: Some(permutation.p_two_sided),
        ..TestResult::named("cluster-permutation", variant)
    }
}
