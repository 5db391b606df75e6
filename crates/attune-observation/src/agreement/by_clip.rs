//! Intervals by resampling clips: seconds and events of one clip are not independent, clips are.
//!
//! Each clip contributes a list of totals; a resample draws clips with replacement, adds their totals
//! and computes the measure again. Every resample has a random stream of its own, so the limits are
//! the same on any number of threads, and all measures see the same draws.

use attune_statistics::descriptives::quantile_of_sorted;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// How many resamples.
    pub n: usize,
    /// Seed.
    pub seed: u64,
    /// Confidence level of the percentile limits.
    pub level: f64,
}

/// How often each clip was drawn in each resample.
#[derive(Debug, Clone)]
pub struct Draws {
    n_clips: usize,
    level: f64,
    counts: Vec<Vec<u32>>,
}

/// A measure of several clips, with its limits where there are some.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The measure of all clips together; `None` where it is not defined.
    pub estimate: Option<f64>,
    /// Lower limit.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Resamples in which it is not defined.
    pub n_undefined: usize,
}

impl Draws {
    /// Draws that many clips with replacement, again and again.
    pub fn new(n_clips: usize, resampling: &Resampling) -> Self {
        let draw = |resample: u64| {
            let mut random = ChaCha8Rng::seed_from_u64(resampling.seed);
            random.set_stream(resample);
            let mut counts = vec![0_u32; n_clips];
            for _ in 0..n_clips {
                let place = (u64::from(random.next_u32()) * n_clips as u64) >> 32;
                counts[place as usize] += 1;
            }
            counts
        };
        let n = if n_clips < 2 { 0 } else { resampling.n as u64 };
        Self {
            n_clips,
            level: resampling.level,
            counts: (0..n).into_par_iter().map(draw).collect(),
        }
    }

    /// Confidence level of the limits.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The measure of the sum of all clips' totals, with percentile limits. `measure` answers `None`
    /// where it is not defined; limits need at least ten defined resamples and two clips.
    pub fn estimate(
        &self,
        clips: &[Vec<f64>],
        measure: impl Fn(&[f64]) -> Option<f64> + Sync,
    ) -> Estimate {
        debug_assert_eq!(clips.len(), self.n_clips);
        let width = clips.iter().map(Vec::len).max().unwrap_or(0);
        // Cells that no clip ever fills stay zero in every resample.
        let filled: Vec<usize> = (0..width)
            .filter(|cell| {
                clips
                    .iter()
                    .any(|clip| clip.get(*cell).is_some_and(|value| *value != 0.0))
            })
            .collect();
        let dense: Vec<f64> = clips
            .iter()
            .flat_map(|clip| {
                filled
                    .iter()
                    .map(|cell| clip.get(*cell).copied().unwrap_or(0.0))
            })
            .collect();
        let resampled = |counts: &[u32], totals: &mut [f64]| {
            for cell in &filled {
                totals[*cell] = 0.0;
            }
            if filled.is_empty() {
                return;
            }
            for (count, values) in counts.iter().zip(dense.chunks_exact(filled.len())) {
                if *count > 0 {
                    let weight = f64::from(*count);
                    for (cell, value) in filled.iter().zip(values) {
                        totals[*cell] += weight * value;
                    }
                }
            }
        };
        let mut all = vec![0.0; width];
        resampled(&vec![1; clips.len()], &mut all);
        let estimate = measure(&all);
        let mut values: Vec<f64> = self
            .counts
            .par_iter()
            .with_min_len(64)
            .map_init(
                || vec![0.0; width],
                |totals, counts| {
                    resampled(counts, totals);
                    measure(totals)
                },
            )
            .flatten()
            .collect();
        let n_undefined = self.counts.len() - values.len();
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        let limit = |at: f64| (values.len() >= 10).then(|| quantile_of_sorted(&values, at));
        Estimate {
            estimate,
            ci_lower: limit(tail),
            ci_upper: limit(1.0 - tail),
            n_undefined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Resampling = Resampling {
        n: 400,
        seed: 7,
        level: 0.95,
    };

    fn share(totals: &[f64]) -> Option<f64> {
        (totals[1] > 0.0).then(|| totals[0] / totals[1])
    }

    #[test]
    fn the_same_seed_gives_the_same_limits_on_any_number_of_threads() {
        let clips: Vec<Vec<f64>> = (0..9).map(|i| vec![f64::from(i * i % 7), 7.0]).collect();
        let run = || Draws::new(9, &FEW).estimate(&clips, share);
        let one = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap()
            .install(run);
        let four = rayon::ThreadPoolBuilder::new()
            .num_threads(4)
            .build()
            .unwrap()
            .install(run);
        assert_eq!(one, four);
        let (lower, upper) = (one.ci_lower.unwrap(), one.ci_upper.unwrap());
        assert!(lower < one.estimate.unwrap() && one.estimate.unwrap() < upper);
    }

    #[test]
    fn one_clip_has_no_interval() {
        let estimate = Draws::new(1, &FEW).estimate(&[vec![1.0, 2.0]], share);
        assert_eq!(
            (estimate.estimate, estimate.ci_lower, estimate.ci_upper),
            (Some(0.5), None, None)
        );
    }
}
