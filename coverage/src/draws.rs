//! The random numbers of one replicate.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

/// A stream of random numbers.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of a replicate.
    pub fn new(replicate: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(20_261_125);
        random.set_stream(replicate);
        Self(random)
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// So many normal numbers.
    pub fn normals(&mut self, n: usize, mean: f64, sd: f64) -> Vec<f64> {
        (0..n).map(|_| mean + sd * self.normal()).collect()
    }

    /// Between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// How often it happens in `n` tries.
    pub fn events(&mut self, n: usize, probability: f64) -> usize {
        (0..n).filter(|_| self.happens(probability)).count()
    }

    /// An index drawn by probabilities that sum to one.
    pub fn category(&mut self, probabilities: &[f64]) -> usize {
        let drawn = self.uniform();
        let mut sum = 0.0;
        for (place, probability) in probabilities.iter().enumerate() {
            sum += probability;
            if drawn < sum {
                return place;
            }
        }
        probabilities.len() - 1
    }

    /// A number between 0 and 2³² for seeds of resampling.
    pub fn seed(&mut self) -> u64 {
        u64::from(self.0.random::<u32>())
    }
}
