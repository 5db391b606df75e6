//! Quantiles by Newton's method on the logarithm of a tail.
//!
//! On the log (gamma) and log-odds (beta) scale the logarithm of either tail is
//! concave, so after one step Newton approaches the root from one side and
//! cannot cycle. Works for probabilities down to 1e-300.

use super::Tails;

/// The tail to match, with its probability; the smaller one keeps the digits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Lower(f64),
    Upper(f64),
}

impl Side {
    pub(super) fn smaller(tails: Tails) -> Self {
        if tails.lower <= tails.upper {
            Side::Lower(tails.lower)
        } else {
            Side::Upper(tails.upper)
        }
    }

    pub(super) fn pick(self, lower: f64, upper: f64) -> f64 {
        match self {
            Side::Lower(_) => lower,
            Side::Upper(_) => upper,
        }
    }
}

/// Solves tail(u) = target. `at` gives the tail and the log density at u.
pub(super) fn invert_tail(side: Side, start: f64, at: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (target, direction) = match side {
        Side::Lower(p) => (libm::log(p), 1.0),
        Side::Upper(p) => (libm::log(p), -1.0),
    };
    let mut u = start;
    let (mut below, mut above) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..400 {
        let (tail, ln_density) = at(u);
        let log_tail = libm::log(tail);
        let gap = (log_tail - target) * direction;
        if gap > 0.0 {
            above = u;
        } else {
            below = u;
        }
        // d ln tail / du = ± density / tail; a tail that underflowed gives a step of NaN.
        let step = -gap * libm::exp(log_tail - ln_density);
        let next = safeguarded(u, step, gap, below, above);
        if (next - u).abs() <= 1e-16 * u.abs().max(1.0) || next == u {
            return next;
        }
        u = next;
    }
    u
}

/// Newton's step, or half the bracket (or a unit step) where Newton leaves it.
fn safeguarded(u: f64, step: f64, gap: f64, below: f64, above: f64) -> f64 {
    let next = u + step;
    if step.is_finite() && step.abs() < 50.0 && next > below && next < above {
        return next;
    }
    if step == 0.0 {
        return u;
    }
    match (below.is_finite(), above.is_finite()) {
        (true, true) => 0.5 * (below + above),
        _ if gap > 0.0 => u - u.abs().max(1.0),
        _ => u + u.abs().max(1.0),
    }
}
