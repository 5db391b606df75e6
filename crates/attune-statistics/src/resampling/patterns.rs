//! Blocks grouped by what they add to the totals: ratings of few categories repeat
//! themselves, and what repeats is computed once.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

/// The different sums of blocks, and which block has which.
pub(super) struct Patterns {
    pub sums: Vec<Vec<(usize, f64)>>,
    pub pattern_of_block: Vec<u32>,
}

impl Patterns {
    pub fn of(blocks: Vec<Vec<(usize, f64)>>) -> Self {
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

    pub fn n_blocks(&self) -> usize {
        self.pattern_of_block.len()
    }

    /// Totals of one resample, drawn from its own stream.
    pub fn draw(&self, seed: u64, resample: u64, counts: &mut [u32], totals: &mut [f64]) {
        counts.fill(0);
        for_each_draw(self.n_blocks(), seed, resample, |block| {
            counts[self.pattern_of_block[block] as usize] += 1;
        });
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

/// As many draws with replacement as there are blocks, from the resample's own stream.
pub(super) fn for_each_draw(
    n_blocks: usize,
    seed: u64,
    resample: u64,
    mut take: impl FnMut(usize),
) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(resample);
    let n = n_blocks as u64;
    for _ in 0..n {
        take(((u64::from(random.next_u32()) * n) >> 32) as usize);
    }
}
