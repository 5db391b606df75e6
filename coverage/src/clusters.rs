//! Intervals for a difference between few clusters.

use attune_statistics::{
    cluster_robust::{Correction, least_squares_between_clusters},
    clusters::Clusters,
    formula::Formula,
    inference::coefficient_tests,
    least_squares::least_squares,
    permutation::{PermutationSettings, exact_interval},
    table::{Column, Table},
};

use crate::{draws::Draws, scenario::Scenario};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            method: "[Randomisation of clusters](cluster-permutation.md), inverted",
            design: "5 against 5 clusters, skewed means",
            truth: 1.0,
            band: (0.95, 0.965),
            n_replicates: 10_000,
            interval: Box::new(permuted),
        },
        Scenario {
            method: "[CR2 with Satterthwaite](cluster-robust.md)",
            design: "12 sites of 4 to 15 children, ICC 0.2, a covariate",
            truth: 1.0,
            band: (0.94, 0.965),
            n_replicates: 10_000,
            interval: Box::new(cluster_robust),
        },
    ]
}

fn permuted(draws: &mut Draws) -> Option<(f64, f64)> {
    let treated: Vec<bool> = (0..10).map(|cluster| cluster < 5).collect();
    // Skewed: squares of normal numbers.
    let means: Vec<f64> = treated
        .iter()
        .map(|&treated| draws.normal().powi(2) + f64::from(u8::from(treated)))
        .collect();
    exact_interval(&means, &treated, 0.95, &PermutationSettings::default()).ok()
}

fn cluster_robust(draws: &mut Draws) -> Option<(f64, f64)> {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for site in 0..12_u32 {
        let treated = f64::from(site % 2);
        let level = 0.5 * draws.normal();
        for _ in 0..4 + site {
            let age = draws.normal();
            let score = treated + 0.3 * age + level + draws.normal();
            let row = [f64::from(site), treated, age, score];
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(column, value)| column.push(value));
        }
    }
    let [site, arm, age, score] = columns.map(Column::Numbers);
    let table = Table::new()
        .with("site", site)
        .ok()?
        .with("arm", arm)
        .ok()?;
    let table = table.with("age", age).ok()?.with("score", score).ok()?;
    let model = least_squares(&Formula::parse("score ~ arm + age").ok()?, &table).ok()?;
    let clusters = Clusters::of_rows(&table, "site", &model.frame.used_rows).ok()?;
    let robust = least_squares_between_clusters(&model, &clusters, Correction::Cr2).ok()?;
    let arm = &coefficient_tests(&robust.inference, 0.95)[1];
    Some((arm.ci_lower, arm.ci_upper))
}
