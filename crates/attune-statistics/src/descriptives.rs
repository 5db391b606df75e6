//! Describing one variable, and how far two groups differ on it.
//!
//! For baseline tables: numbers by mean, spread and quartiles, categories by
//! their shares, and standardised differences instead of p values. Missing
//! values are the caller's to count and drop; these functions want finite numbers.

use crate::data_problem::{DataProblem, require};
use crate::matrix::{Cholesky, Matrix};

/// A number variable described. What too few values leave undefined is `None`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Description {
    /// Number of values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with divisor n − 1; needs two values.
    pub standard_deviation: Option<f64>,
    /// Middle value.
    pub median: f64,
    /// First quartile (type 7).
    pub lower_quartile: f64,
    /// Third quartile (type 7).
    pub upper_quartile: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
    /// Adjusted Fisher–Pearson skewness G1; needs three values that are not all equal.
    pub skewness: Option<f64>,
}

/// Describes the values.
///
/// Quantiles are R's type 7; skewness is G1 = g1 √(n(n−1))/(n−2) (Joanes and Gill
/// 1998, type 2), as SPSS and SAS print it.
///
/// # Errors
///
/// When there is no value, or one is not finite.
///
/// # Examples
///
/// ```
/// let d = attune_statistics::descriptives::describe(&[1.0, 2.0, 4.0]).unwrap();
/// assert_eq!((d.n, d.median, d.upper_quartile), (3, 2.0, 3.0));
/// ```
pub fn describe(values: &[f64]) -> Result<Description, DataProblem> {
    require("the variable", values, 1)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(Description {
        n: values.len(),
        mean: mean(values),
        standard_deviation: (values.len() > 1).then(|| standard_deviation(values)),
        median: quantile_of_sorted(&sorted, 0.5),
        lower_quartile: quantile_of_sorted(&sorted, 0.25),
        upper_quartile: quantile_of_sorted(&sorted, 0.75),
        minimum: sorted[0],
        maximum: sorted[sorted.len() - 1],
        skewness: skewness(values),
    })
}

/// Sum with Neumaier's compensation, so that long lists lose no digits.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    if lost.is_finite() {
        total + lost
    } else {
        total
    }
}

/// Arithmetic mean; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

/// Variance with divisor n − 1; NaN for fewer than two values.
pub fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let centre = mean(values);
    sum(values.iter().map(|value| (value - centre).powi(2))) / (values.len() - 1) as f64
}

/// Standard deviation with divisor n − 1; NaN for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// Covariance with divisor n − 1 of two lists of equal length.
pub fn covariance(first: &[f64], second: &[f64]) -> f64 {
    let (mean_first, mean_second) = (mean(first), mean(second));
    let products = first
        .iter()
        .zip(second)
        .map(|(a, b)| (a - mean_first) * (b - mean_second));
    sum(products) / (first.len() as f64 - 1.0)
}

/// Pearson's correlation of two lists of equal length; NaN when one does not vary.
pub fn correlation(first: &[f64], second: &[f64]) -> f64 {
    covariance(first, second) / (standard_deviation(first) * standard_deviation(second))
}

/// The middle value; NaN for no values.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Quantile by linear interpolation between order statistics (R's type 7;
/// Hyndman and Fan 1996). NaN for no values.
pub fn quantile(values: &[f64], probability: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, probability)
}

/// As [`quantile`], for values that are already in ascending order.
pub fn quantile_of_sorted(sorted: &[f64], probability: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = (sorted.len() - 1) as f64 * probability.clamp(0.0, 1.0);
    let below = place.floor();
    let low = sorted[below as usize];
    let high = sorted[place.ceil() as usize];
    low + (place - below) * (high - low)
}

fn skewness(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let centre = mean(values);
    let second = sum(values.iter().map(|v| (v - centre).powi(2))) / n;
    if values.len() < 3 || second <= 0.0 {
        return None;
    }
    let third = sum(values.iter().map(|v| (v - centre).powi(3))) / n;
    Some(third / (second * second.sqrt()) * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

/// Standardised difference of a number variable between two groups:
/// (mean₁ − mean₂) / √((s₁² + s₂²)/2), after Austin (2009).
///
/// # Errors
///
/// When a group has fewer than two values, or neither group varies.
pub fn standardised_difference(first: &[f64], second: &[f64]) -> Result<f64, DataProblem> {
    require("the first group", first, 2)?;
    require("the second group", second, 2)?;
    let pooled = ((variance(first) + variance(second)) / 2.0).sqrt();
    let difference = mean(first) - mean(second);
    if pooled == 0.0 && difference != 0.0 {
        return Err(DataProblem::NoVariation {
            what: "both groups",
        });
    }
    Ok(if difference == 0.0 {
        0.0
    } else {
        difference / pooled
    })
}

/// Standardised difference of a share between two groups:
/// (p₁ − p₂) / √((p₁(1 − p₁) + p₂(1 − p₂))/2), after Austin (2009).
///
/// # Errors
///
/// When a group is empty, or one share is 0 and the other 1.
pub fn standardised_difference_of_shares(
    (events_first, n_first): (usize, usize),
    (events_second, n_second): (usize, usize),
) -> Result<f64, DataProblem> {
    for (events, n) in [(events_first, n_first), (events_second, n_second)] {
        if n == 0 || events > n {
            return Err(DataProblem::TooFew {
                what: "a group",
                needed: events.max(1),
                found: n,
            });
        }
    }
    let first = events_first as f64 / n_first as f64;
    let second = events_second as f64 / n_second as f64;
    let pooled = ((first * (1.0 - first) + second * (1.0 - second)) / 2.0).sqrt();
    if first == second {
        return Ok(0.0);
    }
    if pooled == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "both groups",
        });
    }
    Ok((first - second) / pooled)
}

/// Standardised difference of a variable with several categories between two
/// groups, from the counts per category (Yang and Dalton 2012).
///
/// √((T − C)′ S⁻¹ (T − C)), where T and C are the shares of all categories but the
/// first and S is the mean of the two multinomial covariance matrices. Always at
/// least zero. Categories that nobody chose in either group are left out. For two
/// categories it is the absolute value of [`standardised_difference_of_shares`].
///
/// # Errors
///
/// When the lists differ in length, a group is empty, or the groups share no
/// category, so that the difference has no bound.
pub fn standardised_difference_of_categories(
    first: &[usize],
    second: &[usize],
) -> Result<f64, DataProblem> {
    crate::data_problem::require_same_length(
        ("the first group", first.len()),
        ("the second group", second.len()),
    )?;
    let (n_first, n_second) = (first.iter().sum::<usize>(), second.iter().sum::<usize>());
    if n_first == 0 || n_second == 0 {
        return Err(DataProblem::TooFew {
            what: "a group",
            needed: 1,
            found: 0,
        });
    }
    let shares: Vec<(f64, f64)> = first
        .iter()
        .zip(second)
        .filter(|(a, b)| **a + **b > 0)
        .skip(1)
        .map(|(a, b)| (*a as f64 / n_first as f64, *b as f64 / n_second as f64))
        .collect();
    let gaps: Vec<f64> = shares.iter().map(|(a, b)| a - b).collect();
    let covariance = Matrix::from_function(shares.len(), shares.len(), |row, column| {
        let ((a, b), (c, d)) = (shares[row], shares[column]);
        let same = if row == column { (a + b) / 2.0 } else { 0.0 };
        same - (a * c + b * d) / 2.0
    });
    let factor = Cholesky::new(&covariance)
        .filter(|factor| {
            let (pivots, scale) = (factor.lower().diagonal(), covariance.diagonal());
            pivots
                .iter()
                .zip(&scale)
                .all(|(pivot, scale)| pivot * pivot > 1e-12 * scale)
        })
        .ok_or(DataProblem::NoVariation {
            what: "the shared categories",
        })?;
    let solved = factor.solve(&gaps);
    Ok(
        sum(gaps.iter().zip(&solved).map(|(gap, weight)| gap * weight))
            .max(0.0)
            .sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!(
            (value - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{value} is not {expected}"
        );
    }

    #[test]
    fn description_agrees_with_r() {
        // scipy 1.17.1: stats.skew(x, bias=False); numpy 2.4.6: std, quantile.
        let d = describe(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]).unwrap();
        close(d.mean, 3.875);
        close(d.standard_deviation.unwrap(), 2.748_376_143_938_713);
        close(d.lower_quartile, 1.75);
        close(d.upper_quartile, 5.25);
        close(d.skewness.unwrap(), 0.833_503_138_533_665_8);
    }

    #[test]
    fn one_value_has_no_spread() {
        let d = describe(&[2.5]).unwrap();
        assert_eq!(
            (d.median, d.standard_deviation, d.skewness),
            (2.5, None, None)
        );
    }

    #[test]
    fn long_sums_keep_small_terms() {
        assert_eq!(sum([1e16, 1.0, 1.0, -1e16]), 2.0);
    }

    #[test]
    fn two_categories_are_a_share() {
        let share = standardised_difference_of_shares((18, 30), (11, 29)).unwrap();
        let categories = standardised_difference_of_categories(&[12, 18], &[18, 11]).unwrap();
        close(categories, share.abs());
    }

    #[test]
    fn order_of_categories_does_not_matter_and_empty_ones_are_left_out() {
        let first = standardised_difference_of_categories(&[5, 9, 14, 0], &[8, 8, 3, 0]).unwrap();
        let second = standardised_difference_of_categories(&[0, 14, 5, 9], &[0, 3, 8, 8]).unwrap();
        close(first, second);
    }

    #[test]
    fn groups_without_a_common_category_have_no_standardised_difference() {
        assert!(standardised_difference_of_categories(&[4, 0], &[0, 4]).is_err());
        assert!(standardised_difference(&[1.0, 1.0], &[2.0, 2.0]).is_err());
        assert_eq!(standardised_difference(&[1.0, 1.0], &[1.0, 1.0]), Ok(0.0));
    }
}
