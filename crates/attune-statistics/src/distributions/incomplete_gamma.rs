//! The regularised incomplete gamma function, both tails at once, and its inverse.
//!
//! Power series below the mean, Lentz's continued fraction above it; the power
//! in front is Loader's saddle-point form of the Poisson probability.

use super::Tails;
use super::gamma_function::{deviance, stirling_error};
use super::invert_tail::{Side, invert_tail};

/// Probability that a gamma variable with shape `a` and scale 1 is at most `x`.
pub fn gamma_lower(a: f64, x: f64) -> f64 {
    tails(a, x).0
}

/// Probability that a gamma variable with shape `a` and scale 1 exceeds `x`.
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    tails(a, x).1
}

/// The value below which a gamma variable with shape `a` and scale 1 falls with probability `p`.
pub fn gamma_quantile(p: f64, a: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || a.is_nan() || a <= 0.0 || a.is_infinite() {
        return f64::NAN;
    }
    GammaTails::new(a).quantile(Tails {
        lower: p,
        upper: 1.0 - p,
    })
}

fn tails(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || a <= 0.0 || a.is_infinite() || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    GammaTails::new(a).at(x)
}

/// A gamma distribution ready for repeated evaluation.
pub(super) struct GammaTails {
    a: f64,
    /// Logarithm of √(a / 2π) e^(−δ(a)).
    ln_front: f64,
}

impl GammaTails {
    pub(super) fn new(a: f64) -> Self {
        let ln_front = 0.5 * libm::log(a / std::f64::consts::TAU) - stirling_error(a);
        GammaTails { a, ln_front }
    }

    /// Lower and upper tail at `x`.
    pub(super) fn at(&self, x: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if x.is_infinite() {
            return (1.0, 0.0);
        }
        let power = libm::exp(self.ln_power(x));
        if x < self.a.max(1.0) {
            let lower = power * self.series(x);
            (lower, 1.0 - lower)
        } else {
            let upper = power * self.fraction(x);
            (1.0 - upper, upper)
        }
    }

    /// Logarithm of x^a e^(−x) / Γ(a), which is x times the density.
    fn ln_power(&self, x: f64) -> f64 {
        self.ln_front - deviance(self.a, x, self.a - x)
    }

    /// Σ x^k / (a (a + 1) … (a + k)).
    fn series(&self, x: f64) -> f64 {
        let mut term = 1.0 / self.a;
        let mut sum = term;
        let mut shape = self.a;
        while term > 1e-17 * sum {
            shape += 1.0;
            term *= x / shape;
            sum += term;
        }
        sum
    }

    /// 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)), by the modified Lentz method.
    fn fraction(&self, x: f64) -> f64 {
        const TINY: f64 = 1e-300;
        const MOST_TERMS: u32 = 2_000_000;
        let mut b = x + 1.0 - self.a;
        let mut c = 1.0 / TINY;
        let mut d = 1.0 / if b == 0.0 { TINY } else { b };
        let mut value = d;
        for term in 1..MOST_TERMS {
            let n = f64::from(term);
            let numerator = -n * (n - self.a);
            b += 2.0;
            d = numerator * d + b;
            d = 1.0 / if d.abs() < TINY { TINY } else { d };
            c = b + numerator / c;
            c = if c.abs() < TINY { TINY } else { c };
            let factor = d * c;
            value *= factor;
            if (factor - 1.0).abs() < 1e-16 {
                break;
            }
        }
        value
    }

    /// The value at which the distribution has the given tails.
    pub(super) fn quantile(&self, tails: Tails) -> f64 {
        if tails.lower <= 0.0 {
            return 0.0;
        }
        if tails.upper <= 0.0 {
            return f64::INFINITY;
        }
        let side = Side::smaller(tails);
        let log = invert_tail(side, libm::log(self.a), |u| {
            let x = libm::exp(u);
            let (lower, upper) = self.at(x);
            (side.pick(lower, upper), self.ln_power(x))
        });
        libm::exp(log)
    }
}
