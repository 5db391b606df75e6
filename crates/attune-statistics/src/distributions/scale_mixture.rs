//! From a normal to a t version of a tail: its average over the estimated scale.
//!
//! With s² = χ²(df)/df, a tail of t variables with a common scale is E[tail of normal variables at q·s].
//! On the scale of ln s the density is analytic and falls off fast on both sides, so that the trapezoidal
//! rule is exact to rounding; the density is normalised by the same rule. All terms are positive: a tail
//! keeps its digits however small it is.

/// Beyond this the scale is known to all digits.
const KNOWN_SCALE: f64 = 1e10;

/// The average of `tail(s)` over s = √(χ²(df)/df); `tail` must fall with s.
pub(super) fn averaged_over_scale(df: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if df > KNOWN_SCALE {
        return tail(1.0);
    }
    let step = (0.5 / (2.0 * df).sqrt()).min(0.1);
    let at = |place: i32| step * f64::from(place);
    // The density at u = ln s, 1 at its peak u = 0.
    let density = |u: f64| libm::exp(df * (u - 0.5 * libm::expm1(2.0 * u)));
    let (mut sum, mut mass) = (0.0, 0.0);
    for place in 0.. {
        let weight = density(at(place));
        if weight < 1e-18 {
            break;
        }
        mass += weight;
        sum += weight * tail(libm::exp(at(place)));
    }
    // Downwards the tail grows while the density falls: until neither sum changes any more.
    for place in 1..LONGEST {
        let u = at(-place);
        let weight = density(u);
        let term = weight * tail(libm::exp(u));
        mass += weight;
        sum += term;
        if weight < 1e-18 * mass && term <= 1e-18 * sum && (sum > 0.0 || weight == 0.0) {
            break;
        }
    }
    sum / mass
}

/// Enough steps for df = 0.02; below, the last digits are lost.
const LONGEST: i32 = 15_000;
