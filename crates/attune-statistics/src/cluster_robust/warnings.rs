//! What a careful statistician would say about a cluster-robust variance.

use crate::clusters::Clusters;
use crate::inference::{Inference, coefficient_tests};
use crate::linear_mixed_model::{Warning, WarningKind};

/// Below this many degrees of freedom the t approximation is rough (Bell & McCaffrey 2002, Tipton 2015).
const FEW: f64 = 4.0;

pub(super) fn of(inference: &Inference<'_>, clusters: &Clusters) -> Vec<Warning> {
    let tests = coefficient_tests(inference, 0.95);
    let (n_clusters, name) = (clusters.n_clusters(), clusters.name());
    let mut warnings = Vec::new();
    let decided: Vec<String> = tests
        .iter()
        .filter(|test| test.se.is_nan())
        .map(|test| format!("`{}`", test.term))
        .collect();
    if !decided.is_empty() {
        warnings.push(Warning::new(
            WarningKind::NotIdentified,
            format!("a single cluster of `{name}` decides {}", decided.join(", ")),
            "how far that would vary between clusters cannot be seen, so it has no cluster-robust standard error; \
             where it is the treatment, its effect and that cluster's own cannot be told apart",
        ));
    }
    let few: Vec<String> = tests
        .iter()
        .filter(|test| test.df < FEW)
        .map(|test| format!("`{}` ({:.1})", test.term, test.df))
        .collect();
    if !few.is_empty() {
        warnings.push(Warning::new(
            WarningKind::FewGroups,
            format!(
                "the {n_clusters} clusters of `{name}` leave fewer than 4 degrees of freedom for {}",
                few.join(", ")
            ),
            "p values below 0.05 are then hardly to be trusted; read the interval, and set a permutation of clusters \
             or a wild cluster bootstrap beside it",
        ));
    }
    warnings
}
