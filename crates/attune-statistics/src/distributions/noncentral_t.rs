//! The noncentral t distribution, for confidence intervals of standardised
//! mean differences.
//!
//! P(T ≤ t) = Φ(−δ) + ½ Σ [p_j I_x(j + ½, ν/2) + q_j I_x(j + 1, ν/2)] for t ≥ 0
//! with x = t²/(ν + t²) (Lenth 1989, AS 243), summed outwards from the largest
//! Poisson weight (Benton and Krishnamoorthy 2003); beyond |δ| = 30 by quadrature.

use super::incomplete_beta::BetaTails;
use super::{gamma_upper, ln_gamma, normal_cdf, normal_density, normal_quantile, student_t_cdf};

/// Probability that a noncentral t variable with `df` degrees of freedom and
/// noncentrality `ncp` is at most `t`. Absolute accuracy 1e-13.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::noncentral_t_cdf;
/// // R 4.2.2: pt(3, 10, 2) = 0.7730...
/// assert!((noncentral_t_cdf(0.0, 10.0, 2.0) - 0.022_750_131_948_179_2).abs() < 1e-12);
/// ```
pub fn noncentral_t_cdf(t: f64, df: f64, ncp: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 || !ncp.is_finite() {
        return f64::NAN;
    }
    if ncp == 0.0 {
        return student_t_cdf(t, df);
    }
    if df.is_infinite() {
        return normal_cdf(t - ncp);
    }
    if t < 0.0 {
        return (1.0 - non_negative(-t, df, -ncp)).max(0.0);
    }
    non_negative(t, df, ncp)
}

/// The noncentrality at which P(T ≤ `t`) equals `p`: the confidence limit for a
/// noncentrality, found by bisection and secant to 1e-12.
pub fn noncentral_t_ncp_for(t: f64, df: f64, p: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 || !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    // The cdf falls in the noncentrality; start from the normal approximation.
    let spread = libm::hypot(1.0, t / (2.0 * df).sqrt());
    let centre = t - normal_quantile(p) * spread;
    if !centre.is_finite() {
        return f64::NAN;
    }
    let excess = |ncp: f64| noncentral_t_cdf(t, df, ncp) - p;
    let (mut low, mut high) = (centre - spread, centre + spread);
    while excess(low) < 0.0 {
        low -= spread;
    }
    while excess(high) > 0.0 {
        high += spread;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || high - low < 1e-14 * middle.abs().max(1e-3) {
            break;
        }
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

fn non_negative(t: f64, df: f64, ncp: f64) -> f64 {
    let left_of_zero = normal_cdf(-ncp);
    if t == 0.0 {
        return left_of_zero;
    }
    if ncp.abs() > LARGEST_FOR_SERIES {
        return by_quadrature(t, df, ncp);
    }
    let x = t * t / (df + t * t);
    let y = df / (df + t * t);
    let half_square = 0.5 * ncp * ncp;
    let mode = half_square.floor();
    let series = Series {
        x,
        y,
        half_df: 0.5 * df,
        half_square,
        sign: ncp.signum(),
    };
    let up = series.sum_from(mode, 1.0);
    let down = if mode >= 1.0 {
        series.sum_from(mode - 1.0, -1.0)
    } else {
        0.0
    };
    (left_of_zero + 0.5 * (up + down)).clamp(0.0, 1.0)
}

/// The series needs some 8 |δ| terms on each side of the largest.
const LARGEST_FOR_SERIES: f64 = 30.0;

/// P(Z + δ ≤ t S) with S = √(χ²/ν), as a trapezoidal sum over whichever of Z and S makes
/// the other's distribution function the smoother: both integrands are analytic and vanish
/// at the ends, so a tenth of a standard deviation as step leaves only rounding.
fn by_quadrature(t: f64, df: f64, ncp: f64) -> f64 {
    const STEP: f64 = 0.1;
    const REACH: i32 = 95;
    let spread_of_s = 1.0 / (2.0 * df).sqrt();
    let nodes = (-REACH..=REACH).map(|node| f64::from(node) * STEP);
    if t * spread_of_s >= 1.0 {
        let above = |z: f64| {
            let least = (z + ncp) / t;
            if least <= 0.0 {
                1.0
            } else {
                gamma_upper(0.5 * df, 0.5 * df * least * least)
            }
        };
        return nodes.map(|z| STEP * normal_density(z) * above(z)).sum();
    }
    // Density of S: 2 (ν/2)^(ν/2) s^(ν−1) e^(−νs²/2) / Γ(ν/2); normalised by the same sum.
    let (mut sum, mut total) = (0.0, 0.0);
    for node in nodes {
        let s = 1.0 + node * spread_of_s;
        if s > 0.0 {
            let weight = libm::exp((df - 1.0) * libm::log(s) - 0.5 * df * (s * s - 1.0));
            sum += weight * normal_cdf(t * s - ncp);
            total += weight;
        }
    }
    sum / total
}

struct Series {
    x: f64,
    y: f64,
    half_df: f64,
    half_square: f64,
    sign: f64,
}

impl Series {
    /// Adds terms from index `start` in steps of `step` until they no longer count.
    fn sum_from(&self, start: f64, step: f64) -> f64 {
        let mut sum = 0.0;
        let mut j = start;
        while j >= 0.0 {
            let weight_p = self.poisson_weight(j, 1.0);
            let weight_q = self.sign * self.poisson_weight(j, 1.5);
            let term = weight_p * self.lower(j + 0.5) + weight_q * self.lower(j + 1.0);
            sum += term;
            // Weights bound the terms when going down, where the betas stay near 1.
            let bound = if step > 0.0 {
                term.abs()
            } else {
                weight_p + weight_q.abs()
            };
            if bound < 1e-17 && weight_p < 1e-9 {
                break;
            }
            j += step;
        }
        sum
    }

    fn lower(&self, shape: f64) -> f64 {
        BetaTails::new(shape, self.half_df).at(self.x, self.y).0
    }

    /// e^(−δ²/2) (δ²/2)^(j + offset − 1) / Γ(j + offset): p_j for offset 1, q_j (up to δ's sign) for 1.5.
    fn poisson_weight(&self, j: f64, offset: f64) -> f64 {
        let power = j + offset - 1.0;
        let ln = power * libm::log(self.half_square) - self.half_square - ln_gamma(j + offset);
        libm::exp(ln)
    }
}
