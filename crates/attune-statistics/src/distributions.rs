//! Distribution functions, tails and quantiles: normal, Student's t, F,
//! chi-squared, beta, gamma, noncentral t, studentised range, multivariate t.
//!
//! Tails are computed from the tail, never as one minus the other side, so a p
//! value of 1e-70 keeps its digits. All degrees of freedom may be fractional;
//! infinite ones give the limiting distribution. Arguments outside a function's
//! domain, and NaN, give NaN. Evidence for the accuracy:
//! `docs/decisions/special-functions.md`. Densities and random draws live elsewhere.

mod fast_normal_quantile;
mod gamma_function;
mod incomplete_beta;
mod incomplete_gamma;
mod invert_tail;
mod multivariate_t;
mod noncentral_t;
mod one_factor;
mod scale_mixture;
mod studentised_range;

pub use gamma_function::{ln_beta, ln_binomial_coefficient, ln_gamma};
pub use incomplete_beta::{beta_quantile, beta_regularised};
pub use incomplete_gamma::{gamma_lower, gamma_quantile, gamma_upper};
pub use multivariate_t::{BoxProbability, LatticeSettings, MultivariateT};
pub use noncentral_t::{noncentral_t_cdf, noncentral_t_ncp_for};
pub use one_factor::{largest_of_one_factor_upper_tail, one_factor_loadings};
pub use studentised_range::{
    studentised_range_cdf, studentised_range_quantile, studentised_range_upper_tail,
};

use incomplete_beta::BetaTails;
use incomplete_gamma::GammaTails;

/// Probability that a standard normal variable is at most `z`.
///
/// # Examples
///
/// ```
/// let p = attune_statistics::distributions::normal_cdf(-1.959963984540054);
/// assert!((p - 0.025).abs() < 1e-15);
/// ```
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Probability that a standard normal variable exceeds `z`.
pub fn normal_upper_tail(z: f64) -> f64 {
    normal_cdf(-z)
}

/// Two-sided p value of a standard normal statistic.
pub fn normal_two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// Density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    const ONE_OVER_SQRT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    ONE_OVER_SQRT_TWO_PI * libm::exp(-0.5 * z * z)
}

/// The `z` below which a standard normal variable falls with probability `p`.
///
/// Found as the signed square root of the chi-squared quantile with one degree
/// of freedom, so it is right in both tails; p of 0 and 1 give the infinities.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    symmetric_quantile(p, |tails| {
        (GammaTails::new(0.5).quantile(tails) * 2.0).sqrt()
    })
}

/// Probability that a Student t variable with `df` degrees of freedom is at most `t`.
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    if t <= 0.0 {
        0.5 * student_t_two_sided_p(t, df)
    } else {
        1.0 - 0.5 * student_t_two_sided_p(t, df)
    }
}

/// Probability that a Student t variable with `df` degrees of freedom exceeds `t`.
pub fn student_t_upper_tail(t: f64, df: f64) -> f64 {
    student_t_cdf(-t, df)
}

/// Two-sided p value of a t statistic with `df` degrees of freedom.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::student_t_two_sided_p;
/// // R 4.2.2: 2 * pt(-2.1, 17.3) = 0.0506883...
/// assert!((student_t_two_sided_p(2.1, 17.3) - 0.050_7).abs() < 1e-3);
/// ```
pub fn student_t_two_sided_p(t: f64, df: f64) -> f64 {
    f_upper_tail(t * t, 1.0, df)
}

/// The t below which a Student t variable with `df` degrees of freedom falls
/// with probability `p`; infinite where its square exceeds the largest double.
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() {
        return normal_quantile(p);
    }
    let beta = BetaTails::new(0.5, 0.5 * df);
    symmetric_quantile(p, |tails| (df * beta.odds_quantile(tails)).sqrt())
}

/// Probability that an F variable with `df1` and `df2` degrees of freedom exceeds `f`.
pub fn f_upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    f_tails(f, df1, df2).1
}

/// Probability that an F variable with `df1` and `df2` degrees of freedom is at most `f`.
pub fn f_cdf(f: f64, df1: f64, df2: f64) -> f64 {
    f_tails(f, df1, df2).0
}

fn f_tails(f: f64, df1: f64, df2: f64) -> (f64, f64) {
    if f.is_nan() || !(df1 > 0.0 && df2 > 0.0) || df1.is_infinite() {
        return (f64::NAN, f64::NAN);
    }
    if f <= 0.0 {
        return (0.0, 1.0);
    }
    if f.is_infinite() {
        return (1.0, 0.0);
    }
    if df2 > LARGEST_FINITE_DF {
        return GammaTails::new(0.5 * df1).at(0.5 * df1 * f);
    }
    // Below odds of 1 the ratio keeps its digits as it is, above by its inverse.
    let odds = df1 * f / df2;
    BetaTails::new(0.5 * df1, 0.5 * df2).at(odds / (1.0 + odds), 1.0 / (1.0 + odds))
}

/// Beyond this the t and F tails equal their limits to 1e-10 at every p above 1e-300.
const LARGEST_FINITE_DF: f64 = 1e17;

/// The F below which an F variable with `df1` and `df2` degrees of freedom falls
/// with probability `p`.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && df1 > 0.0 && df2 > 0.0) || df1.is_infinite() {
        return f64::NAN;
    }
    let tails = Tails {
        lower: p,
        upper: 1.0 - p,
    };
    if df2 > LARGEST_FINITE_DF {
        return GammaTails::new(0.5 * df1).quantile(tails) * 2.0 / df1;
    }
    BetaTails::new(0.5 * df1, 0.5 * df2).odds_quantile(tails) * df2 / df1
}

/// Probability that a chi-squared variable with `df` degrees of freedom exceeds `x`.
pub fn chi_squared_upper_tail(x: f64, df: f64) -> f64 {
    gamma_upper(0.5 * df, 0.5 * x)
}

/// Probability that a chi-squared variable with `df` degrees of freedom is at most `x`.
pub fn chi_squared_cdf(x: f64, df: f64) -> f64 {
    gamma_lower(0.5 * df, 0.5 * x)
}

/// The value below which a chi-squared variable with `df` degrees of freedom falls
/// with probability `p`.
pub fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_quantile(p, 0.5 * df)
}

/// A probability with its complement, each as exact as the caller knows it.
#[derive(Debug, Clone, Copy)]
struct Tails {
    lower: f64,
    upper: f64,
}

/// Quantile of a symmetric distribution from the quantile of its absolute value.
fn symmetric_quantile(p: f64, absolute_quantile: impl Fn(Tails) -> f64) -> f64 {
    let one_sided = p.min(1.0 - p);
    let tails = Tails {
        lower: 1.0 - 2.0 * one_sided,
        upper: 2.0 * one_sided,
    };
    let absolute = absolute_quantile(tails);
    if p < 0.5 { -absolute } else { absolute }
}

/// Where a decreasing function of a positive argument reaches `target`: bracketed, then regula falsi with
/// Illinois' weights on logarithms, to the last digits.
pub(crate) fn decreasing_root(function: impl Fn(f64) -> f64, target: f64) -> f64 {
    let gap = |at: f64| libm::log(function(at)) - libm::log(target);
    let (mut low, mut high) = (1.0, 1.0);
    let (mut gap_low, mut gap_high) = (gap(1.0), gap(1.0));
    while gap_low < 0.0 && low > 1e-300 {
        (high, gap_high) = (low, gap_low);
        low *= 0.5;
        gap_low = gap(low);
    }
    while gap_high > 0.0 && high < 1e300 {
        (low, gap_low) = (high, gap_high);
        high *= 2.0;
        gap_high = gap(high);
    }
    // Which end moved last: an end that stays twice counts half (Illinois).
    let mut last_moved_low = None;
    for _ in 0..100 {
        if high - low <= 1e-14 * high || gap_low == gap_high {
            break;
        }
        let secant = high - gap_high * (high - low) / (gap_high - gap_low);
        let inside = secant > low && secant < high;
        let next = if inside { secant } else { 0.5 * (low + high) };
        let value = gap(next);
        if value.abs() <= 1e-14 {
            return next;
        }
        let moves_low = value > 0.0;
        if moves_low {
            (low, gap_low) = (next, value);
            gap_high *= if last_moved_low == Some(true) {
                0.5
            } else {
                1.0
            };
        } else {
            (high, gap_high) = (next, value);
            gap_low *= if last_moved_low == Some(false) {
                0.5
            } else {
                1.0
            };
        }
        last_moved_low = Some(moves_low);
    }
    0.5 * (low + high)
}
