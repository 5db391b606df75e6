//! Bootstrap of a coefficient by unit or by cluster.
//!
//! Units that add the same amounts are counted together, each resample has a random
//! stream of its own, and results are collected in order: the numbers do not depend on
//! how many threads there are.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use std::collections::BTreeMap;

use super::additive::Additive;
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
    let mut estimates: Vec<f64> = (0..settings.n_resamples as u64)
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
    let (low, high) = tails(additive, blocks, &estimates, settings);
    Ok(Bootstrap {
        standard_error: standard_deviation(&estimates),
        ci_lower: quantile_of_sorted(&estimates, low),
        ci_upper: quantile_of_sorted(&estimates, high),
        n_undefined: n_all - estimates.len(),
        estimates,
    })
}

/// Which quantiles of the resampled coefficients are the limits.
fn tails(
    additive: &Additive,
    blocks: &[usize],
    estimates: &[f64],
    settings: &BootstrapSettings,
) -> (f64, f64) {
    let tail = (1.0 - settings.level) / 2.0;
    if settings.interval == BootstrapInterval::Percentile {
        return (tail, 1.0 - tail);
    }
    let estimate = additive.estimate();
    let n_below = estimates.partition_point(|value| *value < estimate) as f64;
    let n = estimates.len() as f64;
    let bias = normal_quantile(((n_below + 0.5) / (n + 1.0)).clamp(1e-9, 1.0 - 1e-9));
    let left_out: Vec<f64> = additive
        .leave_one_out(blocks)
        .into_iter()
        .filter(|x| x.is_finite())
        .collect();
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

/// Blocks grouped by what they add.
struct Patterns {
    sums: Vec<Vec<(usize, f64)>>,
    pattern_of_block: Vec<u32>,
}

impl Patterns {
    fn of(blocks: Vec<Vec<(usize, f64)>>) -> Self {
        let mut known: BTreeMap<Vec<(usize, u64)>, u32> = BTreeMap::new();
        let mut sums = Vec::new();
        let pattern_of_block = blocks
            .into_iter()
            .map(|block| {
                let key = block
                    .iter()
                    .map(|(place, amount)| (*place, amount.to_bits()))
                    .collect();
                *known.entry(key).or_insert_with(|| {
                    sums.push(block);
                    sums.len() as u32 - 1
                })
            })
            .collect();
        Patterns {
            sums,
            pattern_of_block,
        }
    }

    fn n_blocks(&self) -> usize {
        self.pattern_of_block.len()
    }

    /// Totals of one resample, drawn from its own stream.
    fn draw(&self, seed: u64, resample: u64, counts: &mut [u32], totals: &mut [f64]) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(resample);
        counts.fill(0);
        let n = self.n_blocks() as u64;
        for _ in 0..n {
            let block = (u64::from(random.next_u32()) * n) >> 32;
            counts[self.pattern_of_block[block as usize] as usize] += 1;
        }
        totals.fill(0.0);
        for (sum, count) in self
            .sums
            .iter()
            .zip(counts.iter())
            .filter(|(_, count)| **count > 0)
        {
            for (place, amount) in sum {
                totals[*place] += amount * f64::from(*count);
            }
        }
    }
}
