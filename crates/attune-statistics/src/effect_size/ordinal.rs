//! Dominance: how often one value exceeds another, without assuming a scale.

use super::{EffectSize, EffectSizeKind, IntervalMethod};
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::distributions::normal_quantile;
use crate::ranks::mean_ranks;

/// Cliff's delta: P(first > second) − P(first < second).
///
/// The interval is normal on Fisher's z scale with the Mann–Whitney standard error
/// √((n₁ + n₂ + 1)/(3 n₁ n₂)) (Kerby 2014); at ±1 it is the point itself.
///
/// # Errors
///
/// When a group is empty or a value is not finite.
///
/// # Examples
///
/// ```
/// let delta = attune_statistics::effect_size::cliffs_delta(&[3.0, 5.0], &[1.0, 4.0], 0.95).unwrap();
/// assert_eq!(delta.estimate, 0.5);
/// ```
pub fn cliffs_delta(first: &[f64], second: &[f64], level: f64) -> Result<EffectSize, DataProblem> {
    require("the first group", first, 1)?;
    require("the second group", second, 1)?;
    require_level(level)?;
    let (n1, n2) = (first.len() as f64, second.len() as f64);
    let ranks = mean_ranks(&[first, second].concat());
    let rank_sum: f64 = ranks[..first.len()].iter().sum();
    let wins = rank_sum - n1 * (n1 + 1.0) / 2.0;
    let estimate = 2.0 * wins / (n1 * n2) - 1.0;
    let standard_error = ((n1 + n2 + 1.0) / (3.0 * n1 * n2)).sqrt();
    Ok(on_fisher_z(
        EffectSizeKind::CliffsDelta,
        estimate,
        standard_error,
        level,
    ))
}

/// Matched-pairs rank-biserial correlation: (positive − negative rank sum)/total,
/// zero differences left out (Kerby 2014). Positive when `post` tends to be larger.
///
/// # Errors
///
/// When the lists differ in length or no pair differs.
pub fn rank_biserial_of_pairs(
    pre: &[f64],
    post: &[f64],
    level: f64,
) -> Result<EffectSize, DataProblem> {
    require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    require("the values before", pre, 1)?;
    require("the values after", post, 1)?;
    require_level(level)?;
    let changes: Vec<f64> = pre
        .iter()
        .zip(post)
        .map(|(a, b)| b - a)
        .filter(|change| *change != 0.0)
        .collect();
    if changes.is_empty() {
        return Err(DataProblem::NoVariation {
            what: "the changes",
        });
    }
    let sizes: Vec<f64> = changes.iter().map(|change| change.abs()).collect();
    let signed: f64 = mean_ranks(&sizes)
        .iter()
        .zip(&changes)
        .map(|(rank, change)| rank * change.signum())
        .sum();
    let n = changes.len() as f64;
    let most = n * (n + 1.0) / 2.0;
    let standard_error = ((2.0 * n + 1.0) * n * (n + 1.0) / 6.0).sqrt() / most;
    Ok(on_fisher_z(
        EffectSizeKind::RankBiserial,
        signed / most,
        standard_error,
        level,
    ))
}

fn on_fisher_z(kind: EffectSizeKind, estimate: f64, standard_error: f64, level: f64) -> EffectSize {
    let centre = libm::atanh(estimate);
    let reach = normal_quantile(0.5 + level / 2.0) * standard_error;
    EffectSize {
        kind,
        corrected: false,
        estimate,
        standard_error: None,
        ci_lower: libm::tanh(centre - reach),
        ci_upper: libm::tanh(centre + reach),
        level,
        interval: IntervalMethod::FisherZ,
    }
}
