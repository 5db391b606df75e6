//! Bootstrap of a coefficient by unit or by cluster.
//!
//! Units that add the same amounts are counted together, each resample has a random
//! stream of its own, and results are collected in order: the numbers do not depend on
//! how many threads there are.

use rayon::prelude::*;

use super::additive::Additive;
use super::patterns::Patterns;
use crate::data_problem::{DataProblem, require_level};
use crate::descriptives::{mean, quantile_of_sorted, standard_deviation};
use crate::distributions::{normal_cdf, normal_quantile};

/// Which interval the resamples give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapInterval {
    /// Quantiles of the resampled coefficients.
    Percentile,
    /// Bias-corrected and accelerated (Efron 1987).
    Accelerated,
}

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapSettings {
    /// Number of resamples.
    pub n_resamples: usize,
    /// Seed.
    pub seed: u64,
    /// Confidence level.
    pub level: f64,
    /// Which interval.
    pub interval: BootstrapInterval,
}

/// Result of a bootstrap.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// SD of the resampled coefficients.
    pub standard_error: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
    /// Resamples in which the coefficient is not defined; they are left out.
    pub n_undefined: usize,
    /// The resampled coefficients in ascending order.
    pub estimates: Vec<f64>,
}

/// Resamples the blocks (units, or clusters of units) with replacement.
///
/// `blocks` gives the block of each unit. Blocks are drawn by multiplying a 32-bit
/// number, so their chances differ by less than n/2³².
///
/// # Errors
///
/// When there are fewer than two blocks or ten resamples, or the coefficient is not
/// defined in all but a few of them.
pub fn bootstrap(
    additive: &Additive,
    blocks: &[usize],
    settings: &BootstrapSettings,
) -> Result<Bootstrap, DataProblem> {
    require_level(settings.level)?;
    let sums = additive.block_sums(blocks);
    if sums.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of blocks",
            needed: 2,
            found: sums.len(),
        });
    }
    let patterns = Patterns::of(sums);
    let estimates: Vec<f64> = (0..settings.n_resamples as u64)
        .into_par_iter()
        .map_init(
            || {
                (
                    vec![0_u32; patterns.n_blocks()],
                    vec![0.0; additive.width()],
                )
            },
            |(buffer, totals), resample| {
                patterns.draw(settings.seed, resample, buffer, totals);
                additive.evaluate(totals)
            },
        )
        .collect();
    summary(
        estimates,
        || additive.estimate(),
        || additive.leave_one_out(blocks),
        settings,
    )
}

/// Standard error and limits of resampled coefficients; the coefficient itself and its values
/// without each block are asked for only where the interval needs them.
pub(super) fn summary(
    mut estimates: Vec<f64>,
    estimate: impl FnOnce() -> f64,
    left_out: impl FnOnce() -> Vec<f64>,
    settings: &BootstrapSettings,
) -> Result<Bootstrap, DataProblem> {
    let n_all = estimates.len();
    estimates.retain(|estimate| estimate.is_finite());
    if estimates.len() < 10 {
        let (what, found) = ("the list of defined resamples", estimates.len());
        return Err(DataProblem::TooFew {
            what,
            needed: 10,
            found,
        });
    }
    estimates.sort_by(f64::total_cmp);
    let tail = (1.0 - settings.level) / 2.0;
    let (low, high) = match settings.interval {
        BootstrapInterval::Percentile => (tail, 1.0 - tail),
        BootstrapInterval::Accelerated => accelerated(estimate(), &left_out(), &estimates, tail),
    };
    Ok(Bootstrap {
        standard_error: standard_deviation(&estimates),
        ci_lower: quantile_of_sorted(&estimates, low),
        ci_upper: quantile_of_sorted(&estimates, high),
        n_undefined: n_all - estimates.len(),
        estimates,
    })
}

/// Which quantiles of the resampled coefficients are the limits (Efron 1987).
fn accelerated(estimate: f64, left_out: &[f64], estimates: &[f64], tail: f64) -> (f64, f64) {
    let n_below = estimates.partition_point(|value| *value < estimate) as f64;
    let n = estimates.len() as f64;
    let bias = normal_quantile(((n_below + 0.5) / (n + 1.0)).clamp(1e-9, 1.0 - 1e-9));
    let left_out: Vec<f64> = left_out.iter().copied().filter(|x| x.is_finite()).collect();
    let centre = mean(&left_out);
    let cubes: f64 = left_out.iter().map(|value| (centre - value).powi(3)).sum();
    let squares: f64 = left_out.iter().map(|value| (centre - value).powi(2)).sum();
    let acceleration = if squares > 0.0 {
        cubes / (6.0 * squares * squares.sqrt())
    } else {
        0.0
    };
    let adjusted = |z: f64| normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    (
        adjusted(normal_quantile(tail)),
        adjusted(normal_quantile(1.0 - tail)),
    )
}
