//! The studentised range: the range of k independent normal variables over an independent estimate of
//! their standard deviation. Tukey's comparison of all pairs of means rests on it.

use super::scale_mixture::averaged_over_scale;
use super::{normal_cdf, normal_density};

/// Probability that the studentised range of `n_means` means with `df` degrees of freedom exceeds `q`.
///
/// P(Q > q) = E[1 − W(q s)], W(w) = k ∫ φ(z) (Φ(z) − Φ(z − w))^(k−1) dz; the complement is integrated itself,
/// so that small p values keep their digits. See `docs/methods/simultaneous-inference.md`.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::studentised_range_upper_tail;
/// // R: ptukey(3.5, 3, 20, lower.tail = FALSE) = 0.05589185
/// assert!((studentised_range_upper_tail(3.5, 3, 20.0) - 0.055_891_85).abs() < 1e-8);
/// ```
#[must_use]
pub fn studentised_range_upper_tail(q: f64, n_means: usize, df: f64) -> f64 {
    if q.is_nan() || n_means < 2 || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if q <= 0.0 {
        return 1.0;
    }
    if q.is_infinite() {
        return 0.0;
    }
    averaged_over_scale(df, |scale| range_upper_tail(q * scale, n_means)).min(1.0)
}

/// Probability that the studentised range is at most `q`.
#[must_use]
pub fn studentised_range_cdf(q: f64, n_means: usize, df: f64) -> f64 {
    1.0 - studentised_range_upper_tail(q, n_means, df)
}

/// The value below which the studentised range falls with probability `p`.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::studentised_range_quantile;
/// // R: qtukey(0.95, 3, 20) = 3.577935
/// assert!((studentised_range_quantile(0.95, 3, 20.0) - 3.577_935).abs() < 1e-6);
/// ```
#[must_use]
pub fn studentised_range_quantile(p: f64, n_means: usize, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || n_means < 2 || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    super::decreasing_root(|q| studentised_range_upper_tail(q, n_means, df), 1.0 - p)
}

/// P(range of `n_means` standard normal variables > w).
fn range_upper_tail(w: f64, n_means: usize) -> f64 {
    // φ(z) Φ(z − w) peaks at w/2; the integrand is entire and falls as a normal density or faster, so
    // steps of 0.15 leave no error above rounding.
    const STEP: f64 = 0.15;
    let others = n_means as f64 - 1.0;
    let low = (0.5 * w - 9.0).max(-9.0);
    let count = ((0.5 * w + 9.0 - low) / STEP) as i32;
    let term = |place: i32| {
        let z = low + STEP * f64::from(place);
        let below = normal_cdf(z);
        let ratio = normal_cdf(z - w) / below;
        let some_outside = -libm::expm1(others * libm::log1p(-ratio));
        normal_density(z) * libm::pow(below, others) * some_outside
    };
    (STEP * n_means as f64 * (0..=count).map(term).sum::<f64>()).min(1.0)
}
