//! Which multipliers the clusters get: all combinations where they are few, otherwise seeded draws.
//!
//! Each resample has a random stream of its own, so that the numbers do not depend on how many threads there are.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::cluster_sums::{ClusterSums, Resample};
use super::{WildBootstrapSettings, WildWeights};

pub(super) struct Draws {
    values: Vec<f64>,
    n_clusters: usize,
    n_resamples: usize,
    seed: u64,
    /// Whether all combinations are enumerated.
    pub exact: bool,
}

impl Draws {
    pub(super) fn new(settings: &WildBootstrapSettings, n_clusters: usize) -> Self {
        let values = match settings.weights {
            WildWeights::Rademacher => vec![1.0, -1.0],
            WildWeights::Webb => {
                let (large, small) = (1.5_f64.sqrt(), 0.5_f64.sqrt());
                vec![1.0, -1.0, large, -large, small, -small]
            }
        };
        let n_all = u32::try_from(n_clusters)
            .ok()
            .and_then(|n| values.len().checked_pow(n))
            .filter(|&n| n <= settings.n_resamples);
        Self {
            values,
            n_clusters,
            n_resamples: n_all.unwrap_or(settings.n_resamples),
            seed: settings.seed,
            exact: n_all.is_some(),
        }
    }

    pub(super) fn resamples(&self, sums: &ClusterSums) -> Vec<Resample> {
        (0..self.n_resamples)
            .into_par_iter()
            .map_init(
                || (Vec::new(), (Vec::new(), Vec::new())),
                |(factors, totals), number| {
                    self.fill(factors, number);
                    sums.resample(factors, totals)
                },
            )
            .collect()
    }

    fn fill(&self, factors: &mut Vec<f64>, number: usize) {
        factors.clear();
        let n_values = self.values.len();
        if self.exact {
            let mut rest = number;
            for _ in 0..self.n_clusters {
                factors.push(self.values[rest % n_values]);
                rest /= n_values;
            }
            return;
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(number as u64);
        for _ in 0..self.n_clusters {
            let place = (u64::from(random.next_u32()) * n_values as u64) >> 32;
            factors.push(self.values[place as usize]);
        }
    }

    /// How many statistics are compared. Drawn at random, the data are one of them (Phipson & Smyth 2010): p is
    /// never 0. Enumerated, they are there already.
    pub(super) fn n_compared(&self) -> usize {
        self.n_resamples + usize::from(!self.exact)
    }

    pub(super) fn p(&self, n_as_extreme: usize) -> f64 {
        (n_as_extreme + usize::from(!self.exact)) as f64 / self.n_compared() as f64
    }
}
