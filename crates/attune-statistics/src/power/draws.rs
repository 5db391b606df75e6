//! Random numbers of one trial, with the same bits on every machine.

use crate::resampling::draws;

/// The random numbers of one trial: a ChaCha8 stream of its own, so that a trial is the same whichever thread
/// runs it and however many there are.
#[derive(Debug, Clone)]
pub struct Draws {
    stream: draws::Draws,
}

impl Draws {
    /// The numbers of the trial with this number.
    #[must_use]
    pub fn of_trial(seed: u64, trial: u64) -> Self {
        Self {
            stream: draws::Draws::new(seed, trial),
        }
    }

    /// A number from 0 to below 1, in steps of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        self.stream.uniform()
    }

    /// A standard normal number.
    pub fn standard_normal(&mut self) -> f64 {
        self.stream.normal()
    }

    /// 1 with this probability, otherwise 0.
    pub fn bernoulli(&mut self, probability: f64) -> f64 {
        f64::from(u8::from(self.uniform() < probability))
    }

    /// A Poisson number: arrivals counted until their times add up to the mean.
    pub fn poisson(&mut self, mean: f64) -> f64 {
        let (mut count, mut time) = (0.0, -libm::log1p(-self.uniform()));
        while time < mean {
            count += 1.0;
            time -= libm::log1p(-self.uniform());
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptives::{mean, variance};

    fn many(draw: impl Fn(&mut Draws) -> f64) -> Vec<f64> {
        let mut draws = Draws::of_trial(11, 3);
        (0..40_000).map(|_| draw(&mut draws)).collect()
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        // Four standard errors of mean and variance.
        let check = |values: &[f64], expected_mean: f64, expected_variance: f64, kurtosis: f64| {
            let n = values.len() as f64;
            let mean_error = 4.0 * (expected_variance / n).sqrt();
            let variance_error = 4.0 * expected_variance * ((kurtosis - 1.0) / n).sqrt();
            assert!((mean(values) - expected_mean).abs() < mean_error);
            assert!((variance(values) - expected_variance).abs() < variance_error);
        };
        check(&many(Draws::uniform), 0.5, 1.0 / 12.0, 1.8);
        check(&many(Draws::standard_normal), 0.0, 1.0, 3.0);
        check(&many(|draws| draws.bernoulli(0.2)), 0.2, 0.16, 3.25);
        check(&many(|draws| draws.poisson(2.5)), 2.5, 2.5, 3.4);
        check(&many(|draws| draws.poisson(40.0)), 40.0, 40.0, 3.025);
    }

    #[test]
    fn a_trial_has_numbers_of_its_own() {
        let first = |seed, trial| Draws::of_trial(seed, trial).uniform();
        assert_eq!(first(1, 0), first(1, 0));
        assert_ne!(first(1, 0), first(1, 1));
        assert_ne!(first(1, 0), first(2, 0));
    }
}
