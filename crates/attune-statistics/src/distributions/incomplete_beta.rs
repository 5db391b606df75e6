//! The regularised incomplete beta function, both tails at once, and its inverse.
//!
//! Lower and upper argument (x and 1 − x) are passed separately, because the
//! caller often knows the small one exactly. The continued fraction is that of
//! Didonato and Morris (1992, ACM TOMS 708, function BFRAC); the power in front
//! is Loader's saddle-point form.

use super::Tails;
use super::gamma_function::{deviance, stirling_error};
use super::invert_tail::{Side, invert_tail};

/// Probability that a beta variable with shapes `a` and `b` is at most `x`.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::beta_regularised;
/// assert!((beta_regularised(0.3, 1.0, 1.0) - 0.3).abs() < 1e-15);
/// ```
pub fn beta_regularised(x: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    let x = x.clamp(0.0, 1.0);
    BetaTails::new(a, b).at(x, 1.0 - x).0
}

/// The value below which a beta variable with shapes `a` and `b` falls with probability `p`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    let tails = Tails {
        lower: p,
        upper: 1.0 - p,
    };
    let odds = BetaTails::new(a, b).odds_quantile(tails);
    if odds.is_infinite() {
        1.0
    } else {
        odds / (1.0 + odds)
    }
}

/// A beta distribution ready for repeated evaluation.
pub(super) struct BetaTails {
    a: f64,
    b: f64,
    /// Logarithm of √(a b / (2π (a + b))) e^(δ(a + b) − δ(a) − δ(b)).
    ln_front: f64,
}

impl BetaTails {
    pub(super) fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let ln_front = stirling_error(n) - stirling_error(a) - stirling_error(b)
            + 0.5 * libm::log(a / n * b / std::f64::consts::TAU);
        BetaTails { a, b, ln_front }
    }

    /// Lower and upper tail at x, where y = 1 − x.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if y <= 0.0 {
            return (1.0, 0.0);
        }
        let power = libm::exp(self.ln_power(x, y));
        let Self { a, b, .. } = *self;
        // λ = a − (a + b) x, from whichever of x and y is small.
        let lambda = if x < y {
            a - (a + b) * x
        } else {
            (a + b) * y - b
        };
        if lambda >= 0.0 {
            let lower = power * fraction(a, b, x, y, lambda);
            (lower, 1.0 - lower)
        } else {
            let upper = power * fraction(b, a, y, x, -lambda);
            (1.0 - upper, upper)
        }
    }

    /// Logarithm of x^a y^b / B(a, b), which is x y times the density.
    fn ln_power(&self, x: f64, y: f64) -> f64 {
        let Self { a, b, ln_front } = *self;
        let n = a + b;
        let difference = if x < y { a - n * x } else { n * y - b };
        ln_front - deviance(a, n * x, difference) - deviance(b, n * y, -difference)
    }

    /// The odds x / (1 − x) at which the distribution has the given tails.
    pub(super) fn odds_quantile(&self, tails: Tails) -> f64 {
        if tails.lower <= 0.0 {
            return 0.0;
        }
        if tails.upper <= 0.0 {
            return f64::INFINITY;
        }
        let side = Side::smaller(tails);
        // The density of the log odds is the power in front of the fraction.
        let log_odds = invert_tail(side, libm::log(self.a / self.b), |u| {
            let odds = libm::exp(u);
            let (x, y) = (1.0 / (1.0 + libm::exp(-u)), 1.0 / (1.0 + odds));
            let (lower, upper) = self.at(x, y);
            (side.pick(lower, upper), self.ln_power(x, y))
        });
        libm::exp(log_odds)
    }
}

/// BFRAC of Didonato and Morris: the continued fraction which times
/// x^a y^b / B(a, b) is the lower tail, for x at most a / (a + b).
fn fraction(a: f64, b: f64, x: f64, y: f64, lambda: f64) -> f64 {
    const MOST_TERMS: u32 = 2_000_000;
    let c = 1.0 + lambda;
    let c0 = b / a;
    let c1 = 1.0 + 1.0 / a;
    let yp1 = y + 1.0;
    let mut s = a + 1.0;
    let mut p = 1.0;
    let (mut an, mut bn) = (0.0, 1.0);
    let (mut anp1, mut bnp1) = (1.0, c / c1);
    let mut ratio = c1 / c;
    for term in 1..MOST_TERMS {
        let n = f64::from(term);
        let t = n / a;
        let w = n * (b - n) * x;
        let e = a / s;
        let alpha = (p * (p + c0) * e * e) * (w * x);
        let e = (t + 1.0) / (c1 + t + t);
        let beta = n + w / s + e * (c + n * yp1);
        p = t + 1.0;
        s += 2.0;
        (an, anp1) = (anp1, alpha * an + beta * anp1);
        (bn, bnp1) = (bnp1, alpha * bn + beta * bnp1);
        let previous = ratio;
        ratio = anp1 / bnp1;
        if (ratio - previous).abs() <= 1e-16 * ratio {
            break;
        }
        an /= bnp1;
        bn /= bnp1;
        anp1 = ratio;
        bnp1 = 1.0;
    }
    ratio
}
