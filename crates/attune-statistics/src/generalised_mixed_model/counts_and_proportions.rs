//! Binomial with logit link, Poisson and negative binomial with log link.
//!
//! The negative binomial has variance `mu + alpha mu²`; its parameter here is the square root of `alpha`, which
//! makes Poisson an ordinary point (zero, where the likelihood is even) and not one at infinity.

use super::Family;
use super::conditional_likelihood::{ConditionalLikelihood, RowDerivatives, ShapeDerivatives};
use crate::distributions::{ln_binomial_coefficient, ln_gamma};
use crate::matrix::sum;

/// The response of each row.
#[derive(Debug, Clone)]
pub(crate) struct CountsAndProportions {
    pub family: Family,
    /// Successes or counts.
    pub response: Vec<f64>,
    /// Trials; 1 for counts.
    pub trials: Vec<f64>,
    /// Prior weights; 1 without.
    pub weights: Vec<f64>,
    /// The part of the log-likelihood that depends on the response alone.
    constant: f64,
    /// Of the negative binomial: for each j the weight of the rows whose count is above j.
    above: Vec<f64>,
}

impl CountsAndProportions {
    pub(crate) fn new(
        family: Family,
        response: Vec<f64>,
        trials: Vec<f64>,
        weights: Vec<f64>,
    ) -> Self {
        let constant = |row: usize| {
            let (y, m) = (response[row], trials[row]);
            let constant = match family {
                Family::Binomial => ln_binomial_coefficient(m, y),
                Family::Poisson | Family::NegativeBinomial => -ln_gamma(y + 1.0),
            };
            weights[row] * constant
        };
        let constants: Vec<f64> = (0..response.len()).map(constant).collect();
        let constant = sum(&constants);
        let above = if family == Family::NegativeBinomial {
            weight_above(&response, &weights)
        } else {
            Vec::new()
        };
        Self {
            family,
            response,
            trials,
            weights,
            constant,
            above,
        }
    }

    /// The mean of a row at a linear predictor: a probability, or an expected count.
    pub(crate) fn mean(family: Family, predictor: f64) -> f64 {
        match family {
            Family::Binomial => logistic(predictor),
            Family::Poisson | Family::NegativeBinomial => libm::exp(predictor),
        }
    }

    /// A starting value for the linear predictor of each row: the link of the response, away from its limits.
    pub(crate) fn linked_response(&self) -> Vec<f64> {
        let linked = |(&y, &m): (&f64, &f64)| match self.family {
            Family::Binomial => libm::log((y + 0.5) / (m - y + 0.5)),
            Family::Poisson | Family::NegativeBinomial => libm::log(y + 0.1),
        };
        self.response.iter().zip(&self.trials).map(linked).collect()
    }

    /// `alpha` by the method of moments about the overall mean, for a start; at least a hundredth.
    pub(crate) fn moment_dispersion(&self) -> f64 {
        let n = self.response.len() as f64;
        let mean = sum(&self.response) / n;
        let squares: Vec<f64> = self
            .response
            .iter()
            .map(|y| (y - mean) * (y - mean))
            .collect();
        let excess = sum(&squares) / (n - 1.0) - mean;
        let alpha = excess / (mean * mean);
        if alpha.is_finite() {
            alpha.clamp(0.01, 10.0)
        } else {
            1.0
        }
    }

    /// `(y - mean) / sd` of a row.
    pub(crate) fn pearson_residual(&self, row: usize, predictor: f64, alpha: f64) -> f64 {
        let (y, m, mean) = (
            self.response[row],
            self.trials[row],
            Self::mean(self.family, predictor),
        );
        let (expected, variance) = match self.family {
            Family::Binomial => (m * mean, m * mean * logistic(-predictor)),
            Family::Poisson | Family::NegativeBinomial => (mean, mean + alpha * mean * mean),
        };
        self.weights[row].sqrt() * (y - expected) / variance.sqrt()
    }

    fn unweighted(&self, row: usize, predictor: f64, shape: &[f64]) -> RowDerivatives {
        let (y, m) = (self.response[row], self.trials[row]);
        match self.family {
            Family::Binomial => binomial(y, m, predictor),
            Family::Poisson => poisson(y, predictor),
            Family::NegativeBinomial => negative_binomial(y, predictor, shape[0] * shape[0]),
        }
    }
}

impl ConditionalLikelihood for CountsAndProportions {
    fn n_shape(&self) -> usize {
        usize::from(self.family == Family::NegativeBinomial)
    }

    fn is_possible(&self, shape: &[f64]) -> bool {
        shape.iter().all(|value| value.abs() < 1e6)
    }

    fn is_even_in_shape(&self) -> bool {
        self.family == Family::NegativeBinomial
    }

    fn free_of_predictor(&self, shape: &[f64]) -> (f64, Vec<f64>) {
        let Some(&root) = shape.first() else {
            return (self.constant, Vec::new());
        };
        let alpha = root * root;
        // log(Γ(y + 1/alpha) / Γ(1/alpha)) + y log(alpha) is the sum of log(1 + j alpha) for j below y.
        let counted = || {
            self.above
                .iter()
                .enumerate()
                .map(|(j, weight)| (j as f64, weight))
        };
        let logs: Vec<f64> = counted()
            .map(|(j, weight)| weight * libm::log1p(j * alpha))
            .collect();
        let slopes: Vec<f64> = counted()
            .map(|(j, weight)| weight * j / (1.0 + j * alpha))
            .collect();
        (self.constant + sum(&logs), vec![2.0 * root * sum(&slopes)])
    }

    fn row(&self, row: usize, predictor: f64, shape: &[f64]) -> RowDerivatives {
        let (weight, derivatives) = (self.weights[row], self.unweighted(row, predictor, shape));
        RowDerivatives {
            value: weight * derivatives.value,
            first: weight * derivatives.first,
            second: weight * derivatives.second,
            third: weight * derivatives.third,
        }
    }

    fn shape_derivatives(
        &self,
        row: usize,
        predictor: f64,
        shape: &[f64],
    ) -> Vec<ShapeDerivatives> {
        if self.family != Family::NegativeBinomial {
            return Vec::new();
        }
        let y = self.response[row];
        let mu = libm::exp(predictor);
        let (alpha, root) = (shape[0] * shape[0], shape[0]);
        let x = alpha * mu;
        let one_more = 1.0 + x;
        let value = -y * mu / one_more - mu * mu * slope_of_log_ratio(x);
        let first = -(y - mu) * mu / (one_more * one_more);
        let second = (2.0 * (y * alpha + 1.0) * mu / one_more - y) * mu / (one_more * one_more);
        // alpha is the square of the parameter.
        let chain = 2.0 * root * self.weights[row];
        vec![ShapeDerivatives {
            parameter: 0,
            value: chain * value,
            first: chain * first,
            second: chain * second,
        }]
    }
}

/// `1 / (1 + exp(-x))` without overflow.
pub(crate) fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// `log(1 + exp(x))` without overflow.
pub(crate) fn log_one_plus_exp(x: f64) -> f64 {
    if x > 0.0 {
        x + libm::log1p(libm::exp(-x))
    } else {
        libm::log1p(libm::exp(x))
    }
}

fn binomial(y: f64, m: f64, predictor: f64) -> RowDerivatives {
    let (p, q) = (logistic(predictor), logistic(-predictor));
    let variance = p * q;
    RowDerivatives {
        value: -y * log_one_plus_exp(-predictor) - (m - y) * log_one_plus_exp(predictor),
        first: y * q - (m - y) * p,
        second: -m * variance,
        third: -m * variance * (q - p),
    }
}

fn poisson(y: f64, predictor: f64) -> RowDerivatives {
    let mu = libm::exp(predictor);
    RowDerivatives {
        value: y * predictor - mu,
        first: y - mu,
        second: -mu,
        third: -mu,
    }
}

fn negative_binomial(y: f64, predictor: f64, alpha: f64) -> RowDerivatives {
    let mu = libm::exp(predictor);
    let x = alpha * mu;
    let one_more = 1.0 + x;
    let scale = (y * alpha + 1.0) * mu / (one_more * one_more);
    RowDerivatives {
        value: y * predictor - y * libm::log1p(x) - mu * log_ratio(x),
        first: (y - mu) / one_more,
        second: -scale,
        third: -scale * (1.0 - x) / one_more,
    }
}

/// For each j the sum of the weights of the rows whose count is above j.
fn weight_above(counts: &[f64], weights: &[f64]) -> Vec<f64> {
    // Counts are checked before to be whole and not larger than a million.
    let largest = counts
        .iter()
        .fold(0.0_f64, |largest, &count| largest.max(count)) as usize;
    let mut above = vec![0.0; largest];
    for (&count, weight) in counts
        .iter()
        .zip(weights)
        .filter(|(count, _)| **count >= 1.0)
    {
        above[count as usize - 1] += weight;
    }
    for j in (1..largest).rev() {
        above[j - 1] += above[j];
    }
    above
}

/// `log(1 + x) / x`.
fn log_ratio(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::log1p(x) / x }
}

/// `(x / (1 + x) - log(1 + x)) / x²`, by its series where the difference would cancel.
fn slope_of_log_ratio(x: f64) -> f64 {
    if x > 0.1 {
        return (x / (1.0 + x) - libm::log1p(x)) / (x * x);
    }
    -(1..=18)
        .rev()
        .fold(0.0, |sum, n| f64::from(n) / f64::from(n + 1) - x * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likelihood(family: Family) -> CountsAndProportions {
        let trials = if family == Family::Binomial {
            vec![5.0, 1.0, 8.0]
        } else {
            vec![1.0; 3]
        };
        CountsAndProportions::new(family, vec![3.0, 0.0, 7.0], trials, vec![1.0, 2.0, 0.5])
    }

    #[test]
    fn each_derivative_is_the_slope_of_the_one_before() {
        let step = 1e-5;
        for family in [Family::Binomial, Family::Poisson, Family::NegativeBinomial] {
            let likelihood = likelihood(family);
            for (row, predictor, shape) in
                [(0, 0.3, 0.7), (1, -2.0, 0.01), (2, 2.5, 1.5), (2, 1.0, 0.0)]
            {
                let at = |predictor: f64| likelihood.row(row, predictor, &[shape]);
                let (here, up, down) = (at(predictor), at(predictor + step), at(predictor - step));
                let slope =
                    |part: fn(&RowDerivatives) -> f64| (part(&up) - part(&down)) / (2.0 * step);
                assert!(
                    (slope(|d| d.value) - here.first).abs() < 1e-8,
                    "{family:?} {row}"
                );
                assert!(
                    (slope(|d| d.first) - here.second).abs() < 1e-8,
                    "{family:?} {row}"
                );
                assert!(
                    (slope(|d| d.second) - here.third).abs() < 1e-8,
                    "{family:?} {row}"
                );
                for by_shape in likelihood.shape_derivatives(row, predictor, &[shape]) {
                    let up = likelihood.row(row, predictor, &[shape + step]);
                    let down = likelihood.row(row, predictor, &[shape - step]);
                    assert!(
                        ((up.value - down.value) / (2.0 * step) - by_shape.value).abs() < 1e-8,
                        "{row}"
                    );
                    assert!(
                        ((up.first - down.first) / (2.0 * step) - by_shape.first).abs() < 1e-8,
                        "{row}"
                    );
                    assert!(
                        ((up.second - down.second) / (2.0 * step) - by_shape.second).abs() < 1e-8,
                        "{row}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_negative_binomial_has_the_probabilities_of_its_definition() {
        let (size, mu): (f64, f64) = (2.0, 1.5);
        let expected = libm::log(4.0 * (size / (size + mu)).powi(2) * (mu / (size + mu)).powi(3));
        let likelihood =
            CountsAndProportions::new(Family::NegativeBinomial, vec![3.0], vec![1.0], vec![1.0]);
        let shape = [(1.0 / size).sqrt()];
        let value =
            likelihood.row(0, libm::log(mu), &shape).value + likelihood.free_of_predictor(&shape).0;
        assert!((value - expected).abs() < 1e-14);
    }

    #[test]
    fn a_dispersion_of_zero_is_poisson() {
        for predictor in [-3.0, 0.0, 2.0] {
            let (a, b) = (
                negative_binomial(4.0, predictor, 0.0),
                poisson(4.0, predictor),
            );
            assert!((a.value - b.value).abs() < 1e-14 && (a.third - b.third).abs() < 1e-14);
        }
    }

    #[test]
    fn the_part_free_of_the_predictor_has_the_gradient_it_says() {
        let likelihood = likelihood(Family::NegativeBinomial);
        let (up, down) = (
            likelihood.free_of_predictor(&[0.60001]).0,
            likelihood.free_of_predictor(&[0.59999]).0,
        );
        assert!(((up - down) / 2e-5 - likelihood.free_of_predictor(&[0.6]).1[0]).abs() < 1e-8);
    }
}
