//! Krippendorff's alpha for any number of coders, gaps, and four levels of measurement.
//!
//! α = 1 − Dₒ/Dₑ: disagreement within units against disagreement between all ratings
//! that can be paired. Units with fewer than two ratings do not count.

use super::ratings::Ratings;
use crate::resampling::additive::Additive;

/// Level of measurement, which says how far apart two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Same or different.
    Nominal,
    /// Ranks: the ratings that lie between (Krippendorff's ordinal metric, not Gwet's weights).
    Ordinal,
    /// (x − y)².
    Interval,
    /// ((x − y)/(x + y))².
    Ratio,
}

impl Level {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Level::Nominal => "nominal",
            Level::Ordinal => "ordinal",
            Level::Interval => "interval",
            Level::Ratio => "ratio",
        }
    }
}

/// Krippendorff's alpha as sums over units; NaN when all pairable ratings are equal.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{Ratings, krippendorff_alpha::*};
/// let coders = ["A".to_owned(), "B".to_owned()];
/// let rows: Vec<Vec<Option<f64>>> =
///     [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (1.0, 3.0)].map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
/// let alpha = krippendorff_alpha(&ratings, Level::Nominal).estimate();
/// assert!((alpha - 2.0 / 3.0).abs() < 1e-12);
/// ```
pub fn krippendorff_alpha(ratings: &Ratings, level: Level) -> Additive {
    match level {
        Level::Interval => interval(ratings),
        Level::Ordinal => ordinal(ratings),
        Level::Nominal => with_fixed_metric(ratings, |x, y| f64::from(u8::from(x != y))),
        Level::Ratio => with_fixed_metric(ratings, |x, y| {
            if x + y == 0.0 {
                0.0
            } else {
                ((x - y) / (x + y)).powi(2)
            }
        }),
    }
}

/// Pairable units' counts by category, with the number of ratings.
fn pairable(unit: &[Option<usize>]) -> Option<(Vec<(usize, f64)>, f64)> {
    let counts = Ratings::counts(unit);
    let n: f64 = counts.iter().map(|(_, count)| count).sum();
    (n >= 2.0).then_some((counts, n))
}

/// α from the sum of observed and of expected disagreements, Σ oδ and Σ nnδ.
fn alpha(observed: f64, expected: f64, n: f64) -> f64 {
    if expected <= 0.0 {
        f64::NAN
    } else {
        1.0 - (n - 1.0) * observed / expected
    }
}

/// Metrics that do not depend on the data: totals are Σ oδ, then the counts by category.
fn with_fixed_metric(ratings: &Ratings, metric: fn(f64, f64) -> f64) -> Additive {
    let values: Vec<f64> = ratings
        .categories()
        .iter()
        .map(|category| category.value)
        .collect();
    let q = values.len();
    let units = ratings
        .units()
        .map(|unit| {
            let Some((counts, n)) = pairable(unit) else {
                return Vec::new();
            };
            let pairs = counts
                .iter()
                .flat_map(|a| counts.iter().map(move |b| (a, b)));
            let within: f64 = pairs
                .map(|((c, n_c), (k, n_k))| n_c * n_k * metric(values[*c], values[*k]))
                .sum();
            let mut amounts = vec![(0, within / (n - 1.0))];
            amounts.extend(counts.iter().map(|(k, count)| (1 + k, *count)));
            amounts
        })
        .collect();
    Additive::new(1 + q, units, move |totals| {
        let counts = &totals[1..];
        let mut expected = 0.0;
        for c in 0..q {
            for k in 0..c {
                expected += 2.0 * counts[c] * counts[k] * metric(values[c], values[k]);
            }
        }
        alpha(totals[0], expected, counts.iter().sum())
    })
}

/// Squared differences need only sums: Σ oδ, n, Σx, Σx² (of values centred on their mean).
fn interval(ratings: &Ratings) -> Additive {
    let values: Vec<f64> = ratings
        .categories()
        .iter()
        .map(|category| category.value)
        .collect();
    let centre = crate::descriptives::mean(&values);
    let units = ratings
        .units()
        .map(|unit| {
            let Some((counts, n)) = pairable(unit) else {
                return Vec::new();
            };
            let moment = |power: i32| -> f64 {
                counts
                    .iter()
                    .map(|(k, count)| count * (values[*k] - centre).powi(power))
                    .sum()
            };
            let (sum, square) = (moment(1), moment(2));
            let middle = sum / n;
            let spread: f64 = counts
                .iter()
                .map(|(k, count)| count * (values[*k] - centre - middle).powi(2))
                .sum();
            vec![
                (0, 2.0 * n * spread / (n - 1.0)),
                (1, n),
                (2, sum),
                (3, square),
            ]
        })
        .collect();
    Additive::new(4, units, |totals| {
        let (n, sum, square) = (totals[1], totals[2], totals[3]);
        let expected = 2.0 * (n * square - sum * sum);
        // Below rounding all ratings are equal.
        let expected = if expected <= 1e-13 * n * square {
            0.0
        } else {
            expected
        };
        alpha(totals[0], expected, n)
    })
}

/// The ordinal metric depends on how often each category is used, so the totals are the
/// coincidences of all pairs of categories, then the counts.
fn ordinal(ratings: &Ratings) -> Additive {
    let q = ratings.categories().len();
    let n_pairs = q * q.saturating_sub(1) / 2;
    let place = |c: usize, k: usize| c * (c - 1) / 2 + k;
    let units = ratings
        .units()
        .map(|unit| {
            let Some((counts, n)) = pairable(unit) else {
                return Vec::new();
            };
            let mut amounts: Vec<(usize, f64)> = counts
                .iter()
                .map(|(k, count)| (n_pairs + k, *count))
                .collect();
            for (later, (c, n_c)) in counts.iter().enumerate() {
                for (k, n_k) in &counts[..later] {
                    amounts.push((place(*c, *k), n_c * n_k / (n - 1.0)));
                }
            }
            amounts
        })
        .collect();
    Additive::new(n_pairs + q, units, move |totals| {
        let (coincidences, counts) = totals.split_at(n_pairs);
        let (mut observed, mut expected) = (0.0, 0.0);
        let mut up_to = Vec::with_capacity(q);
        let mut running = 0.0;
        for count in counts {
            running += count;
            up_to.push(running);
        }
        for c in 0..q {
            for k in 0..c {
                // Ratings from k to c, each end counted half.
                let between = up_to[c] - up_to[k] + (counts[k] - counts[c]) / 2.0;
                observed += 2.0 * coincidences[place(c, k)] * between * between;
                expected += 2.0 * counts[c] * counts[k] * between * between;
            }
        }
        alpha(observed, expected, running)
    })
}
