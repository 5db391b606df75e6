//! The gamma function's logarithm and the pieces that keep ratios of gamma
//! functions exact when the arguments are large.
//!
//! The logarithm of Γ(1e6) is about 1.3e7, so a difference of such logarithms
//! has lost seven digits. Loader's saddle-point form (2000, *Fast and accurate
//! computation of binomial probabilities*) never forms it.

/// Natural logarithm of the gamma function for positive `x`; NaN otherwise.
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { libm::lgamma(x) } else { f64::NAN }
}

/// Natural logarithm of the beta function B(a, b) for positive `a` and `b`.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    let n = a + b;
    // B(a, b) = (a + b) / (a b) / [Γ(n + 1) / (Γ(a + 1) Γ(b + 1))]; each gamma by Stirling.
    let exponent = stirling_error(a) + stirling_error(b) - stirling_error(n);
    let powers = a * ln_share(a, b, n) + b * ln_share(b, a, n);
    exponent + powers + 0.5 * libm::log(std::f64::consts::TAU * n / (a * b))
}

/// ln(part / whole), from the rest where the part is nearly the whole.
fn ln_share(part: f64, rest: f64, whole: f64) -> f64 {
    if part < rest {
        libm::log(part / whole)
    } else {
        libm::log1p(-rest / whole)
    }
}

/// Natural logarithm of the binomial coefficient "n choose k"; both may be fractional.
pub fn ln_binomial_coefficient(n: f64, k: f64) -> f64 {
    if k == 0.0 || k == n {
        return 0.0;
    }
    -ln_beta(n - k + 1.0, k + 1.0) - libm::log(n + 1.0)
}

/// Stirling's error δ(x) in ln Γ(x + 1) = (x + ½) ln x − x + ½ ln 2π + δ(x), x > 0.
///
/// Asymptotic series from 15 on, the recurrence
/// δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1 below.
pub(super) fn stirling_error(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let mut shifted = x;
    let mut sum = 0.0;
    while shifted < 15.0 {
        sum += (shifted + 0.5) * libm::log1p(1.0 / shifted) - 1.0;
        shifted += 1.0;
    }
    let inverse_square = 1.0 / (shifted * shifted);
    let series = COEFFICIENTS.iter().rev().fold(0.0, |value, coefficient| {
        value * inverse_square + coefficient
    });
    sum + series / shifted
}

/// Loader's deviance x ln(x / m) + m − x, given the difference x − m exactly.
pub(super) fn deviance(x: f64, m: f64, difference: f64) -> f64 {
    if difference.abs() < 0.1 * (x + m) {
        // With v = (x − m)/(x + m): (x − m) v + 2 x (v³/3 + v⁵/5 + …).
        let v = difference / (x + m);
        let v2 = v * v;
        let mut power = 2.0 * x * v;
        let mut sum = difference * v;
        for term in 1..1000 {
            power *= v2;
            let next = sum + power / f64::from(2 * term + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * libm::log(x / m) - difference
}
