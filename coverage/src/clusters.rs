//! Intervals for a difference between few clusters.

use attune_statistics::permutation::{PermutationSettings, exact_interval};

use crate::{draws::Draws, scenario::Scenario};

pub fn scenarios() -> Vec<Scenario> {
    let interval = |draws: &mut Draws| {
        let treated: Vec<bool> = (0..10).map(|cluster| cluster < 5).collect();
        // Skewed: squares of normal numbers.
        let means: Vec<f64> = treated
            .iter()
            .map(|&treated| draws.normal().powi(2) + f64::from(u8::from(treated)))
            .collect();
        exact_interval(&means, &treated, 0.95, &PermutationSettings::default()).ok()
    };
    vec![Scenario {
        method: "[Randomisation of clusters](cluster-permutation.md), inverted",
        design: "5 against 5 clusters, skewed means",
        truth: 1.0,
        band: (0.95, 0.965),
        n_replicates: 10_000,
        interval: Box::new(interval),
    }]
}
