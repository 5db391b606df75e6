//! The largest of several t variables whose correlations come from one common factor, ρᵢⱼ = λᵢλⱼ: the
//! comparisons of several groups with one control (Dunnett).

use super::scale_mixture::averaged_over_scale;
use super::{normal_cdf, normal_density};
use crate::matrix::Matrix;

/// The loadings λ with ρᵢⱼ = λᵢλⱼ for i ≠ j, |λ| < 1, to about nine digits; `None` where there are none.
///
/// Two variables always have them. The sign of the first is positive.
#[must_use]
pub fn one_factor_loadings(correlation: &Matrix) -> Option<Vec<f64>> {
    const TOLERANCE: f64 = 1e-9;
    let n = correlation.n_rows();
    let r = |i: usize, j: usize| correlation[(i, j)];
    let loadings = match n {
        0 => return None,
        1 => vec![0.0],
        2 => {
            let root = r(0, 1).abs().sqrt();
            vec![root, root.copysign(r(0, 1))]
        }
        _ => {
            // λ₀² from the pair that is most strongly tied to the first and to each other.
            let pairs = (1..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
            let (i, j) = pairs.max_by(|a, b| r(a.0, a.1).abs().total_cmp(&r(b.0, b.1).abs()))?;
            let first = (r(0, i) * r(0, j) / r(i, j)).sqrt();
            if !(first.is_finite() && first > 0.0) {
                return independent(correlation);
            }
            let others = (1..n).map(|k| r(0, k) / first);
            std::iter::once(first).chain(others).collect()
        }
    };
    let fits = (0..n).all(|i| {
        loadings[i].abs() < 1.0 - 1e-12
            && (0..i).all(|j| (loadings[i] * loadings[j] - r(i, j)).abs() < TOLERANCE)
    });
    fits.then_some(loadings)
}

/// No loadings at all, where nothing is correlated.
fn independent(correlation: &Matrix) -> Option<Vec<f64>> {
    let n = correlation.n_rows();
    let is_zero = |i: usize, j: usize| i == j || correlation[(i, j)].abs() < 1e-12;
    let all = (0..n).all(|i| (0..n).all(|j| is_zero(i, j)));
    all.then(|| vec![0.0; n])
}

/// Probability that the largest |T| of t variables with these loadings exceeds `t`, exact to about twelve
/// digits of the tail itself.
///
/// P = E ∫ φ(z) (1 − ∏ᵢ (1 − uᵢ)) dz with uᵢ = Φ((−t s − λᵢz)/√(1−λᵢ²)) + Φ((−t s + λᵢz)/√(1−λᵢ²)),
/// s the estimated scale (Dunnett 1955). See `docs/methods/simultaneous-inference.md`.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::largest_of_one_factor_upper_tail;
/// // Dunnett's table, 3 groups against a control, equal sizes, 20 df: 2.54 at the 5 % level.
/// let p = largest_of_one_factor_upper_tail(2.54, &[0.5_f64.sqrt(); 3], 20.0);
/// assert!((p - 0.05).abs() < 2e-4);
/// ```
#[must_use]
pub fn largest_of_one_factor_upper_tail(t: f64, loadings: &[f64], df: f64) -> f64 {
    let is_possible = loadings.iter().all(|loading| loading.abs() < 1.0);
    if t.is_nan() || loadings.is_empty() || !is_possible || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t <= 0.0 {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    let rests: Vec<f64> = loadings
        .iter()
        .map(|loading| (1.0 - loading * loading).sqrt())
        .collect();
    averaged_over_scale(df, |scale| some_beyond(t * scale, loadings, &rests)).min(1.0)
}

/// P(some |X| > bound) for normal variables.
fn some_beyond(bound: f64, loadings: &[f64], rests: &[f64]) -> f64 {
    // A loading near one makes the integrand steep: its width is that of the smallest rest.
    let narrowest = rests.iter().copied().fold(1.0, f64::min);
    let step = (0.4 * narrowest).min(0.15);
    let end = ((bound + 9.0) / step).ceil() as i32;
    let term = |place: i32| {
        let z = step * f64::from(place);
        let density = normal_density(z);
        if density == 0.0 {
            return 0.0;
        }
        let inside: f64 = loadings
            .iter()
            .zip(rests)
            .map(|(loading, rest)| {
                let outside = normal_cdf((-bound - loading * z) / rest)
                    + normal_cdf((-bound + loading * z) / rest);
                libm::log1p(-outside.min(1.0))
            })
            .sum();
        density * -libm::expm1(inside)
    };
    (step * (-end..=end).map(term).sum::<f64>()).min(1.0)
}
