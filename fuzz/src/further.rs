//! What else is asked of a fit: cluster-robust inference, wild and parametric bootstrap, profiles.

use attune_statistics::{
    cluster_robust::{Correction, least_squares_between_clusters, mixed_model_between_clusters},
    clusters::Clusters,
    inference::coefficient_tests,
    least_squares::LeastSquares,
    linear_mixed_model::LinearMixedModel,
    parametric_bootstrap::{ParametricBootstrapSettings, parametric_bootstrap},
    profile::profile_intervals,
    table::Table,
    wild_cluster_bootstrap::{WildBootstrapSettings, wild_cluster_bootstrap},
};

use crate::fit::{plausible, promise};

/// The columns that may be clusters.
const CLUSTERS: [&str; 2] = ["site", "child"];

/// Cluster-robust tests and the wild bootstrap of each coefficient.
pub fn of_least_squares(model: &LeastSquares, table: &Table) -> Result<(), String> {
    for name in CLUSTERS {
        let Ok(clusters) = Clusters::of_rows(table, name, &model.frame.used_rows) else {
            continue;
        };
        for correction in [Correction::Cr0, Correction::Cr2, Correction::Cr3] {
            if let Ok(robust) = least_squares_between_clusters(model, &clusters, correction) {
                let mut undefined = 0;
                for test in coefficient_tests(&robust.inference, 0.95) {
                    undefined += usize::from(test.se.is_nan());
                    if !test.se.is_nan() {
                        plausible(&test)?;
                    }
                }
                promise(
                    undefined == 0 || !robust.warnings.is_empty(),
                    "a standard error that is not defined is said",
                )?;
            }
        }
        let settings = WildBootstrapSettings {
            n_resamples: 99,
            ..WildBootstrapSettings::default()
        };
        for place in 0..model.coefficients.len() {
            let mut weights = vec![0.0; model.coefficients.len()];
            weights[place] = 1.0;
            if let Ok(test) = wild_cluster_bootstrap(model, &clusters, &weights, &settings) {
                promise(
                    (0.0..=1.0).contains(&test.p) && test.ci_lower <= test.ci_upper,
                    "a wild bootstrap has a p value and an interval in order",
                )?;
            }
        }
    }
    Ok(())
}

/// Cluster-robust tests, profile intervals and a small parametric bootstrap.
pub fn of_mixed_model(model: &LinearMixedModel, table: &Table) -> Result<(), String> {
    for name in CLUSTERS {
        let clusters = Clusters::of_rows(table, name, model.used_rows());
        let Ok(clusters) = clusters else { continue };
        if let Ok(robust) = mixed_model_between_clusters(model, &clusters, Correction::Cr2) {
            let tests = coefficient_tests(&robust.inference, 0.95);
            let defined = tests.iter().filter(|test| !test.se.is_nan());
            defined.clone().try_for_each(plausible)?;
            promise(
                defined.count() == tests.len() || !robust.warnings.is_empty(),
                "a standard error that is not defined is said",
            )?;
        }
    }
    if let Ok(intervals) = profile_intervals(model, 0.95) {
        for interval in intervals {
            let (lower, upper) = (interval.lower, interval.upper);
            promise(
                lower.is_nan() || upper.is_nan() || lower <= upper,
                &format!("a profile interval is in order: {interval:?}"),
            )?;
        }
    }
    let settings = ParametricBootstrapSettings {
        n_replicates: 25,
        ..ParametricBootstrapSettings::default()
    };
    if let Ok(bootstrap) = parametric_bootstrap(model, &settings) {
        promise(
            bootstrap.n_singular + bootstrap.n_not_converged <= 2 * bootstrap.n_replicates,
            "replicates are counted",
        )?;
        for quantity in &bootstrap.quantities {
            let (lower, upper) = (quantity.ci_lower, quantity.ci_upper);
            promise(
                lower.is_nan() || upper.is_nan() || lower <= upper,
                &format!("a bootstrap interval is in order: {quantity:?}"),
            )?;
        }
    }
    Ok(())
}
