//! Random draws by arithmetic that gives the same bits on every machine, each from a numbered
//! stream of ChaCha8.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::matrix::{Cholesky, Matrix, dot};

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    generator: ChaCha8Rng,
}

impl Draws {
    /// The stream of that number; streams of one seed do not overlap.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self { generator }
    }

    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    pub(crate) fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.generator.next_u64() >> 11) as f64 * STEP
    }

    /// A whole number below `n`, each as likely.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// A standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        self.normal_pair().0
    }

    /// Two independent standard normal numbers by Marsaglia's polar method (Marsaglia and Bray 1964).
    fn normal_pair(&mut self) -> (f64, f64) {
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * libm::log(square) / square).sqrt();
                return (x * factor, y * factor);
            }
        }
    }

    /// Independent standard normal numbers in every place, two at a time.
    pub(crate) fn fill_normal(&mut self, values: &mut [f64]) {
        let (pairs, single) = values.as_chunks_mut::<2>();
        for pair in pairs {
            let (first, second) = self.normal_pair();
            *pair = [first, second];
        }
        if let [last] = single {
            *last = self.normal();
        }
    }

    /// Independent standard normal numbers.
    pub(crate) fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }

    /// A chi-squared number with `df` > 0 degrees of freedom: twice a gamma number by the method
    /// of Marsaglia and Tsang (2000), with their boost for shapes below one.
    pub(crate) fn chi_squared(&mut self, df: f64) -> f64 {
        let shape = 0.5 * df;
        let boost = if shape < 1.0 {
            libm::pow(1.0 - self.uniform(), 1.0 / shape)
        } else {
            1.0
        };
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = 1.0 - self.uniform();
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return 2.0 * d * v * boost;
            }
        }
    }

    /// A covariance matrix from the inverse Wishart distribution with scale `lower lower'` and `df`
    /// degrees of freedom, by Bartlett's decomposition; `None` when `df` is too small for the size
    /// or the draw is singular to working precision.
    pub(crate) fn inverse_wishart(&mut self, scale: &Cholesky, df: f64) -> Option<Matrix> {
        let lower = scale.lower();
        let n = lower.n_rows();
        if df <= n as f64 - 1.0 {
            return None;
        }
        // With A lower triangular (Bartlett), A A' is Wishart(I, df), and L (A A')⁻¹ L' = M M' with
        // M = L A'⁻¹ is inverse Wishart with scale L L'.
        let mut bartlett = Matrix::zeros(n, n);
        for i in 0..n {
            for j in 0..i {
                bartlett[(i, j)] = self.normal();
            }
            bartlett[(i, i)] = self.chi_squared(df - i as f64).sqrt();
        }
        let mut inverse = Matrix::zeros(n, n);
        for j in 0..n {
            for i in j..n {
                let unit = f64::from(u8::from(i == j));
                let known: f64 = (j..i).map(|k| bartlett[(i, k)] * inverse[(k, j)]).sum();
                inverse[(i, j)] = (unit - known) / bartlett[(i, i)];
            }
        }
        let root = lower.times(&inverse.transposed());
        let draw = root.times(&root.transposed());
        Cholesky::new(&draw).map(|_| draw)
    }

    /// A vector with mean `mean` and covariance `lower lower'`.
    pub(crate) fn multivariate_normal(&mut self, mean: &[f64], lower: &Matrix) -> Vec<f64> {
        let z = self.normals(mean.len());
        let value = |(i, centre): (usize, &f64)| centre + dot(&lower.row(i)[..=i], &z[..=i]);
        mean.iter().enumerate().map(value).collect()
    }

    /// The index of a choice, by weight; the last one where rounding leaves none.
    pub(crate) fn choice(&mut self, weights: &[f64]) -> usize {
        let mut rest = self.uniform() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptives::{mean, variance};

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut draws = Draws::new(7, 0);
        let normal = draws.normals(40_000);
        // Four standard errors of a mean and of a variance.
        assert!(mean(&normal).abs() < 0.02);
        assert!((variance(&normal) - 1.0).abs() < 0.03);
        for df in [0.7, 3.0, 25.0] {
            let values: Vec<f64> = (0..20_000).map(|_| draws.chi_squared(df)).collect();
            let error = (2.0 * df / 20_000.0).sqrt();
            assert!((mean(&values) - df).abs() < 4.5 * error, "{df}");
            assert!((variance(&values) / (2.0 * df) - 1.0).abs() < 0.15, "{df}");
        }
    }

    #[test]
    fn the_mean_of_the_inverse_wishart_is_its_scale_over_df_minus_size_minus_one() {
        let scale = Matrix::from_rows(&[[4.0, 1.0], [1.0, 2.0]]);
        let factor = Cholesky::new(&scale).unwrap();
        let mut draws = Draws::new(3, 1);
        let mut total = Matrix::zeros(2, 2);
        for _ in 0..20_000 {
            total.add_scaled(
                1.0 / 20_000.0,
                &draws.inverse_wishart(&factor, 13.0).unwrap(),
            );
        }
        for (value, expected) in total.values().iter().zip(scale.values()) {
            assert!((value - expected / 10.0).abs() < 0.01, "{total:?}");
        }
        assert!(draws.inverse_wishart(&factor, 1.0).is_none());
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, stream| Draws::new(seed, stream).uniform();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }
}
