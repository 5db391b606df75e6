//! Whether the iterations of an imputation had settled: means and standard deviations of what was
//! imputed, iteration by iteration, and the potential scale reduction of these chains.

use crate::descriptives::{mean, standard_deviation, variance};

/// The course of the imputed values of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The column.
    pub column: String,
    /// The level of the factor within which it was imputed.
    pub within: Option<String>,
    /// For each imputation the mean of the imputed values at each iteration; codes of levels for a factor.
    pub means: Vec<Vec<f64>>,
    /// For each imputation their standard deviation at each iteration; NaN for a single value.
    pub deviations: Vec<Vec<f64>>,
    /// R̂ of the means over the second half of the iterations.
    pub r_hat_of_means: Option<f64>,
    /// R̂ of the standard deviations.
    pub r_hat_of_deviations: Option<f64>,
}

impl Trace {
    pub(super) fn new(
        column: &str,
        within: Option<&str>,
        means: Vec<Vec<f64>>,
        deviations: Vec<Vec<f64>>,
    ) -> Self {
        Self {
            column: column.to_owned(),
            within: within.map(str::to_owned),
            r_hat_of_means: r_hat(&means),
            r_hat_of_deviations: r_hat(&deviations),
            means,
            deviations,
        }
    }
}

/// Above this a chain counts as not settled.
pub(super) const LARGEST_R_HAT: f64 = 1.2;

/// The doubt about chains that have not settled.
pub(super) fn not_settled(traces: &[Trace]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for trace in traces {
        let worst = [trace.r_hat_of_means, trace.r_hat_of_deviations];
        let is_open = worst.iter().flatten().any(|r| *r > LARGEST_R_HAT);
        if is_open && !names.contains(&trace.column.as_str()) {
            names.push(&trace.column);
        }
    }
    (!names.is_empty()).then(|| {
        format!(
            "the iterations had not settled for {} (R̂ above {LARGEST_R_HAT}); use more iterations or fewer columns",
            names.join(", ")
        )
    })
}

/// Potential scale reduction of chains of equal length (Gelman and Rubin 1992, each chain split in
/// two as in Gelman and others 2013) over the second half of the iterations. `None` for fewer than two
/// chains, fewer than eight iterations, or chains that never move.
///
/// # Examples
///
/// ```
/// use attune_statistics::multiple_imputation::r_hat;
/// let apart = [vec![0.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0, 0.1], vec![5.0, 5.1, 5.0, 5.1, 5.0, 5.1, 5.0, 5.1]];
/// assert!(r_hat(&apart).unwrap() > 10.0);
/// ```
#[must_use]
pub fn r_hat(chains: &[Vec<f64>]) -> Option<f64> {
    let n_iterations = chains.iter().map(Vec::len).min()?;
    if chains.len() < 2 || n_iterations < 8 {
        return None;
    }
    let kept = n_iterations / 2;
    let half = kept / 2;
    let halves: Vec<&[f64]> = chains
        .iter()
        .flat_map(|chain| {
            let end = &chain[n_iterations - 2 * half..n_iterations];
            [&end[..half], &end[half..]]
        })
        .collect();
    let n = half as f64;
    let means: Vec<f64> = halves.iter().map(|part| mean(part)).collect();
    let variances: Vec<f64> = halves.iter().map(|part| variance(part)).collect();
    let (between, within) = (variance(&means), mean(&variances));
    (within > 0.0).then(|| ((n - 1.0) / n + between / within).sqrt())
}

/// Mean and standard deviation of the imputed values among all values of a column.
pub(super) fn summary(values: &[f64], missing: &[bool]) -> (f64, f64) {
    let imputed: Vec<f64> = values
        .iter()
        .zip(missing)
        .filter(|(_, missing)| **missing)
        .map(|(value, _)| *value)
        .collect();
    (mean(&imputed), standard_deviation(&imputed))
}
