//! Krippendorff's alpha for any number of coders, gaps, and four levels of measurement.
//!
//! α = 1 − Dₒ/Dₑ: disagreement within units against disagreement between all ratings
//! that can be paired. Units with fewer than two ratings do not count.

use std::collections::BTreeMap;

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
        Level::Nominal => nominal(ratings),
        Level::Ratio => ratio(ratings),
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

/// Different or not: totals are Σ oδ, then the counts by category.
fn nominal(ratings: &Ratings) -> Additive {
    let q = ratings.categories().len();
    let units = with_counts(ratings, |counts, n| {
        let same: f64 = counts.iter().map(|(_, count)| count * count).sum();
        (n * n - same) / (n - 1.0)
    });
    Additive::new(1 + q, units, |totals| {
        let n: f64 = totals[1..].iter().sum();
        let same: f64 = totals[1..].iter().map(|count| count * count).sum();
        alpha(totals[0], n * n - same, n)
    })
}

/// Proportions of values: totals as for the nominal level. The expected disagreement takes
/// q² steps for q different values.
fn ratio(ratings: &Ratings) -> Additive {
    let categories = ratings.categories().iter();
    let values: Vec<f64> = categories.map(|category| category.value).collect();
    let metric = |x: f64, y: f64| {
        if x + y == 0.0 {
            0.0
        } else {
            ((x - y) / (x + y)).powi(2)
        }
    };
    let units = with_counts(ratings, |counts, n| {
        let pairs = counts
            .iter()
            .flat_map(|a| counts.iter().map(move |b| (a, b)));
        let within: f64 = pairs
            .map(|((c, n_c), (k, n_k))| n_c * n_k * metric(values[*c], values[*k]))
            .sum();
        within / (n - 1.0)
    });
    Additive::new(1 + values.len(), units, move |totals| {
        let counts = &totals[1..];
        let mut expected = 0.0;
        for (c, n_c) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            let with_smaller = counts[..c].iter().zip(&values);
            let against: f64 = with_smaller
                .map(|(n_k, value)| n_k * metric(values[c], *value))
                .sum();
            expected += 2.0 * n_c * against;
        }
        alpha(totals[0], expected, counts.iter().sum())
    })
}

/// For each pairable unit its observed disagreement, then its counts by category.
fn with_counts(
    ratings: &Ratings,
    disagreement: impl Fn(&[(usize, f64)], f64) -> f64,
) -> Vec<Vec<(usize, f64)>> {
    let amounts = |unit: &[Option<usize>]| {
        let Some((counts, n)) = pairable(unit) else {
            return Vec::new();
        };
        let mut amounts = vec![(0, disagreement(&counts, n))];
        amounts.extend(counts.iter().map(|(k, count)| (1 + k, *count)));
        amounts
    };
    ratings.units().map(amounts).collect()
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

/// Krippendorff's ordinal metric (Σ n_g from c to k, the ends counted half)² is the squared
/// difference of mean ranks, and the ranks depend on how often each category is used. So the
/// totals are the counts by category, then how often each set of ratings occurs.
fn ordinal(ratings: &Ratings) -> Additive {
    let q = ratings.categories().len();
    let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut sets: Vec<Vec<(usize, f64)>> = Vec::new();
    let units = ratings
        .units()
        .map(|unit| {
            let Some((counts, _)) = pairable(unit) else {
                return Vec::new();
            };
            let mut amounts = counts.clone();
            let mut given: Vec<usize> = unit.iter().flatten().copied().collect();
            given.sort_unstable();
            let set = *known.entry(given).or_insert_with(|| {
                sets.push(counts);
                sets.len() - 1
            });
            amounts.push((q + set, 1.0));
            amounts
        })
        .collect();
    Additive::new(q + sets.len(), units, move |totals| {
        let (counts, occurrences) = totals.split_at(q);
        let n: f64 = counts.iter().sum();
        let ranks = centred_ranks(counts, n);
        let square: f64 = ranks.iter().zip(counts).map(|(r, n_c)| n_c * r * r).sum();
        let observed: f64 = sets
            .iter()
            .zip(occurrences)
            .filter(|(_, times)| **times > 0.0)
            .map(|(set, times)| times * disagreement_of_ranks(set, &ranks))
            .sum();
        alpha(observed, 2.0 * n * square, n)
    })
}

/// Mean rank of each category less the mean of all ranks.
fn centred_ranks(counts: &[f64], n: f64) -> Vec<f64> {
    let mut running = 0.0;
    let rank = |count: &f64| {
        running += count;
        running - (count + n) / 2.0
    };
    counts.iter().map(rank).collect()
}

/// Σ over pairs of a unit's ratings of (rank − rank)²/(n − 1).
fn disagreement_of_ranks(set: &[(usize, f64)], ranks: &[f64]) -> f64 {
    let n: f64 = set.iter().map(|(_, count)| count).sum();
    let middle = set.iter().map(|(k, count)| count * ranks[*k]).sum::<f64>() / n;
    let spread: f64 = set
        .iter()
        .map(|(k, count)| count * (ranks[*k] - middle).powi(2))
        .sum();
    2.0 * n * spread / (n - 1.0)
}
