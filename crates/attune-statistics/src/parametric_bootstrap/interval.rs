//! What the replicates say about one quantity.

use super::{ParametricBootstrapSettings, QuantityName};
use crate::descriptives::{mean, quantile_of_sorted, standard_deviation};
use crate::distributions::normal_quantile;

/// Which interval the replicates give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParametricInterval {
    /// Quantiles of the replicates; stays inside the range of a standard deviation or correlation.
    #[default]
    Percentile,
    /// Quantiles mirrored at the estimate: `2 estimate - quantile`.
    Basic,
    /// Estimate less bias, give or take a normal quantile times the standard error.
    Normal,
}

/// A quantity with its replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapQuantity {
    /// What it is.
    pub name: QuantityName,
    /// Its value in the fitted model.
    pub estimate: f64,
    /// Mean of the replicates minus the estimate.
    pub bias: f64,
    /// Standard deviation of the replicates.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub ci_lower: f64,
    /// Upper end of the interval.
    pub ci_upper: f64,
    /// Replicates in which the quantity is not defined.
    pub n_undefined: usize,
    /// The replicates in which it is, in ascending order.
    pub replicates: Vec<f64>,
}

impl BootstrapQuantity {
    pub(super) fn new(
        name: QuantityName,
        estimate: f64,
        values: Vec<f64>,
        settings: &ParametricBootstrapSettings,
    ) -> Self {
        let n_all = values.len();
        let mut replicates = values;
        replicates.retain(|value| !value.is_nan());
        replicates.sort_by(f64::total_cmp);
        let (bias, standard_error) = if replicates.len() < 2 {
            (f64::NAN, f64::NAN)
        } else {
            (
                mean(&replicates) - estimate,
                standard_deviation(&replicates),
            )
        };
        let tail = 0.5 * (1.0 - settings.level);
        let (low, high) = (
            quantile_of_sorted(&replicates, tail),
            quantile_of_sorted(&replicates, 1.0 - tail),
        );
        let (ci_lower, ci_upper) = match settings.interval {
            ParametricInterval::Percentile => (low, high),
            ParametricInterval::Basic => (2.0 * estimate - high, 2.0 * estimate - low),
            ParametricInterval::Normal => {
                let reach = normal_quantile(1.0 - tail) * standard_error;
                (estimate - bias - reach, estimate - bias + reach)
            }
        };
        Self {
            name,
            estimate,
            bias,
            standard_error,
            ci_lower,
            ci_upper,
            n_undefined: n_all - replicates.len(),
            replicates,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(interval: ParametricInterval, expected: (f64, f64)) {
        let settings = ParametricBootstrapSettings {
            level: 0.8,
            interval,
            ..ParametricBootstrapSettings::default()
        };
        let values = (0..=10).rev().map(f64::from).chain([f64::NAN]).collect();
        let quantity = BootstrapQuantity::new(QuantityName::own("x"), 4.0, values, &settings);
        assert_eq!((quantity.n_undefined, quantity.bias), (1, 1.0));
        assert!(
            (quantity.ci_lower - expected.0).abs() < 1e-12,
            "{quantity:?}"
        );
        assert!(
            (quantity.ci_upper - expected.1).abs() < 1e-12,
            "{quantity:?}"
        );
    }

    #[test]
    fn intervals_follow_their_definitions() {
        check(ParametricInterval::Percentile, (1.0, 9.0));
        check(ParametricInterval::Basic, (-1.0, 7.0));
        // 1.281551565545 is the 0.9 quantile, √11 the standard deviation of 0 … 10.
        let reach = 1.281_551_565_544_600_4 * 11.0_f64.sqrt();
        check(ParametricInterval::Normal, (3.0 - reach, 3.0 + reach));
    }
}
