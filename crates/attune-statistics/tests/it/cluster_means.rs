//! Means of clusters and design effects: reference values of tests/reference/cluster_means.R (R 4.2.2), laws.

use attune_statistics::before_after::t_test::{Variances, two_sample_t};
use attune_statistics::cluster_means::{
    ClusterMeans, ClusterWeighting, cluster_means, cluster_means_t,
};
use attune_statistics::clusters::Clusters;
use attune_statistics::design_effect::{ClusterAnalysis, cluster_correlation, design_effect};
use attune_statistics::formula::Formula;
use attune_statistics::least_squares::least_squares;
use attune_statistics::permutation::{PermutationSettings, permute_cluster_means};
use attune_statistics::table::{Column, Factor, Table};
use attune_statistics::test_result::TestResult;
use proptest::prelude::*;

use crate::oracle::OracleData;

fn close(value: f64, expected: f64) {
    assert!(
        (value / expected - 1.0).abs() < 1e-11,
        "{value:?}, reference {expected:?}"
    );
}

/// The children seen twice: site, treated, change.
fn changes() -> (Clusters, Vec<bool>, Vec<f64>) {
    let data = OracleData::read("sites_did.csv");
    let scores = data.optional_numbers("score");
    // The two rows of a child stand together, the first time first.
    let pairs: Vec<(usize, f64)> = (0..scores.len())
        .step_by(2)
        .filter_map(|row| Some((row, scores[row + 1]? - scores[row]?)))
        .collect();
    let sites: Vec<Option<&String>> = pairs
        .iter()
        .map(|(row, _)| Some(&data.text("site")[*row]))
        .collect();
    let table = Table::new()
        .with("site", Column::Factor(Factor::from_labels(&sites)))
        .unwrap();
    let rows: Vec<usize> = (0..pairs.len()).collect();
    let treated = pairs
        .iter()
        .map(|(row, _)| data.text("group")[*row] == "programme")
        .collect();
    let changes = pairs.iter().map(|(_, change)| *change).collect();
    (
        Clusters::of_rows(&table, "site", &rows).unwrap(),
        treated,
        changes,
    )
}

fn of_changes() -> ClusterMeans {
    let (sites, treated, changes) = changes();
    cluster_means(&changes, &sites, &treated).unwrap()
}

fn tested(means: &ClusterMeans, weighting: ClusterWeighting, variances: Variances) -> TestResult {
    cluster_means_t(means, weighting, variances, 0.95).unwrap()
}

#[test]
fn means_weighted_by_size_agree_with_r() {
    let pooled = tested(&of_changes(), ClusterWeighting::Size, Variances::Pooled);
    close(pooled.estimate.unwrap(), 4.934_210_526_315_791);
    close(pooled.se.unwrap(), 2.778_085_782_223_473);
    close(pooled.statistic.unwrap(), 1.776_118_850_572_943);
    close(pooled.p.unwrap(), 0.126_052_002_170_529);
    close(pooled.ci_lower.unwrap(), -1.863_520_497_704_167);
    close(pooled.ci_upper.unwrap(), 11.731_941_550_335_75);
    let welch = tested(&of_changes(), ClusterWeighting::Size, Variances::Separate);
    close(welch.se.unwrap(), 2.886_365_966_191_469);
    close(welch.df.unwrap(), 4.029_090_828_910_192);
    close(welch.p.unwrap(), 0.162_021_113_918_681);
    assert_eq!(welch.variant, "welch, clusters weighted by size");
}

#[test]
fn clusters_as_equals_are_the_t_test_of_their_means() {
    let means = of_changes();
    let side = |wanted: bool| -> Vec<f64> {
        let chosen = means
            .means
            .iter()
            .zip(&means.treated)
            .filter(|(_, treated)| **treated == wanted);
        chosen.map(|(mean, _)| *mean).collect()
    };
    for variances in [Variances::Pooled, Variances::Separate] {
        let plain = two_sample_t(&side(true), &side(false), variances, 0.95).unwrap();
        let test = tested(&means, ClusterWeighting::Equal, variances);
        close(test.statistic.unwrap(), plain.statistic.unwrap());
        close(test.df.unwrap(), plain.df.unwrap());
        close(test.p.unwrap(), plain.p.unwrap());
    }
}

#[test]
fn residuals_give_an_adjusted_test() {
    let data = OracleData::read("sites_did.csv");
    let scores = data.optional_numbers("score");
    let rows: Vec<usize> = (0..scores.len())
        .filter(|&row| row % 2 == 1 && scores[row].is_some())
        .collect();
    let pick = |name: &str| {
        let values = data.optional_numbers(name);
        Column::Numbers(rows.iter().map(|&row| values[row].unwrap()).collect())
    };
    let sites: Vec<Option<&String>> = rows
        .iter()
        .map(|&row| Some(&data.text("site")[row]))
        .collect();
    let table = Table::new()
        .with("site", Column::Factor(Factor::from_labels(&sites)))
        .and_then(|table| table.with("boy", pick("boy")))
        .and_then(|table| table.with("mother_age", pick("mother_age")))
        .and_then(|table| table.with("score", pick("score")))
        .unwrap();
    let model =
        least_squares(&Formula::parse("score ~ boy + mother_age").unwrap(), &table).unwrap();
    let clusters = Clusters::of_rows(&table, "site", &model.frame.used_rows).unwrap();
    let treated: Vec<bool> = rows
        .iter()
        .map(|&row| data.text("group")[row] == "programme")
        .collect();
    let means = cluster_means(&model.residuals, &clusters, &treated).unwrap();
    let test = permute_cluster_means(
        &means.means,
        &means.treated,
        &PermutationSettings::default(),
    )
    .unwrap();
    close(test.statistic, 5.005_766_320_879_614);
    assert_eq!((test.n_as_extreme, test.n_assignments), (8, 70));
}

#[test]
fn the_correlation_within_sites_agrees_with_analysis_of_variance() {
    let (sites, _, changes) = changes();
    let correlation = cluster_correlation(&changes, &sites).unwrap();
    close(correlation.mean_square_between, 216.019_508_675_441_7);
    close(correlation.mean_square_within, 48.141_248_249_186_1);
    close(correlation.typical_size, 10.765_188_834_154_353);
    close(correlation.estimate, 0.244_674_882_379_905);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The design effect is the variance of the mean over that of independent people, whatever the weights.
    #[test]
    fn design_effects_agree_with_the_variance_of_a_weighted_mean(
        sizes in prop::collection::vec(1.0_f64..60.0, 2..9),
        icc in 0.0_f64..0.6,
    ) {
        let n: f64 = sizes.iter().sum();
        let of_mean = |weight: &dyn Fn(f64) -> f64| {
            let total: f64 = sizes.iter().map(|&m| weight(m)).sum();
            let variance = |m: f64| (1.0 + (m - 1.0) * icc) / m;
            sizes.iter().map(|&m| (weight(m) / total).powi(2) * variance(m)).sum::<f64>() * n
        };
        let effect = |analysis| design_effect(icc, &sizes, analysis).unwrap().design_effect;
        let individuals = effect(ClusterAnalysis::Individuals);
        let means = effect(ClusterAnalysis::ClusterMeans);
        let precise = effect(ClusterAnalysis::MostPrecise);
        prop_assert!((individuals / of_mean(&|m| m) - 1.0).abs() < 1e-12);
        prop_assert!((means / of_mean(&|_| 1.0) - 1.0).abs() < 1e-12);
        prop_assert!((precise / of_mean(&|m| m / (1.0 + (m - 1.0) * icc)) - 1.0).abs() < 1e-12);
        prop_assert!(precise <= individuals * (1.0 + 1e-12) && precise <= means * (1.0 + 1e-12));
        // Eldridge, Ashby and Kerry's form: 1 + ((cv² + 1) m − 1) ICC.
        let of = design_effect(icc, &sizes, ClusterAnalysis::Individuals).unwrap();
        let eldridge = 1.0 + ((of.variation_of_sizes.powi(2) + 1.0) * of.mean_size - 1.0) * icc;
        prop_assert!((individuals / eldridge - 1.0).abs() < 1e-12);
    }
}

#[test]
fn unequal_sizes_cost_what_the_formula_says() {
    // Two clusters with mean size 10 and cv = 0.65 at ICC = 0.05: 1 + ((0.65² + 1) · 10 − 1) · 0.05.
    let half = 6.5;
    let effect = design_effect(
        0.05,
        &[10.0 - half, 10.0 + half],
        ClusterAnalysis::Individuals,
    )
    .unwrap();
    assert!((effect.variation_of_sizes - 0.65).abs() < 1e-12);
    assert!((effect.design_effect - 1.661_25).abs() < 1e-12);
    assert!((effect.effective_sample_size - 20.0 / 1.661_25).abs() < 1e-12);
}

#[test]
fn what_cannot_be_used_is_named() {
    let (sites, mut treated, changes) = changes();
    treated[0] = !treated[0];
    let problem = cluster_means(&changes, &sites, &treated)
        .unwrap_err()
        .to_string();
    assert!(
        problem.starts_with("the treated share of a cluster is 0."),
        "{problem}"
    );
    let one = ClusterMeans {
        treated: (0..8).map(|site| site == 2).collect(),
        ..of_changes()
    };
    let problem =
        cluster_means_t(&one, ClusterWeighting::Equal, Variances::Pooled, 0.95).unwrap_err();
    assert!(
        problem
            .to_string()
            .starts_with("the list of treated clusters has 1 values and needs at least 2")
    );
    let problem = design_effect(-0.2, &[10.0, 4.0], ClusterAnalysis::Individuals).unwrap_err();
    assert!(
        problem
            .to_string()
            .starts_with("the intraclass correlation is -0.2 but must be at most 1")
    );
    assert!(design_effect(0.1, &[0.0], ClusterAnalysis::MostPrecise).is_err());
    assert!(cluster_correlation(&changes[1..], &sites).is_err());
}
