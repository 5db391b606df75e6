//! Fleiss' kappa of units that were all rated equally often, with his test of no
//! agreement and a kappa for each category.
//!
//! For gaps and weights see [`super::chance_corrected`].

use super::ratings::Ratings;
use crate::data_problem::DataProblem;
use crate::distributions::normal_two_sided_p;
use crate::resampling::additive::Additive;

/// Fleiss' kappa with tests under no agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct FleissKappa {
    /// Kappa.
    pub estimate: f64,
    /// Standard error under no agreement beyond chance (Fleiss, Nee and Landis 1979).
    pub standard_error_null: f64,
    /// estimate / standard_error_null.
    pub z: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Mean share of agreeing pairs.
    pub observed: f64,
    /// Σ pⱼ².
    pub expected: f64,
    /// For each category: kappa of that category against all others.
    pub categories: Vec<CategoryKappa>,
    /// Standard error of each category's kappa under no agreement.
    pub category_standard_error_null: f64,
}

/// Agreement on one category against all others.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryKappa {
    /// The category.
    pub label: String,
    /// Kappa; NaN when the category was never or always used.
    pub estimate: f64,
    /// Two-sided p value.
    pub p: f64,
}

/// Fleiss' (1971) kappa.
///
/// # Errors
///
/// When a rating is missing, there are fewer than two units, or only one category was used.
pub fn fleiss_kappa(ratings: &Ratings) -> Result<FleissKappa, DataProblem> {
    let (n_units, n_coders) = (ratings.n_units() as f64, ratings.n_coders() as f64);
    if ratings.n_missing() > 0 {
        let allowed = "zero; use the generalised form for gaps";
        let value = ratings.n_missing() as f64;
        return Err(DataProblem::OutOfRange {
            what: "the number of missing ratings",
            value,
            allowed,
        });
    }
    let q = ratings.categories().len();
    let (mut totals, mut disagreement) = (vec![0.0; q], vec![0.0; q]);
    let mut squares = 0.0;
    for unit in ratings.units() {
        for (k, count) in Ratings::counts(unit) {
            totals[k] += count;
            squares += count * count;
            disagreement[k] += count * (n_coders - count);
        }
    }
    let n_pairs = n_units * n_coders * (n_coders - 1.0);
    let shares: Vec<f64> = totals
        .iter()
        .map(|total| total / (n_units * n_coders))
        .collect();
    let observed = (squares - n_units * n_coders) / n_pairs;
    let expected: f64 = shares.iter().map(|share| share * share).sum();
    if 1.0 - expected <= 1e-12 {
        return Err(DataProblem::NoVariation {
            what: "the ratings",
        });
    }
    let estimate = (observed - expected) / (1.0 - expected);
    let spread: f64 = shares.iter().map(|p| p * (1.0 - p)).sum();
    let skew: f64 = shares.iter().map(|p| p * (1.0 - p) * (1.0 - 2.0 * p)).sum();
    let standard_error_null = (2.0 / n_pairs).sqrt() / spread * (spread * spread - skew).sqrt();
    let category_standard_error_null = (2.0 / n_pairs).sqrt();
    let categories = (0..q).map(|k| {
        let estimate = 1.0 - disagreement[k] / (n_pairs * shares[k] * (1.0 - shares[k]));
        let p = normal_two_sided_p(estimate / category_standard_error_null);
        CategoryKappa {
            label: ratings.categories()[k].label.clone(),
            estimate,
            p,
        }
    });
    Ok(FleissKappa {
        estimate,
        standard_error_null,
        z: estimate / standard_error_null,
        p: normal_two_sided_p(estimate / standard_error_null),
        observed,
        expected,
        categories: categories.collect(),
        category_standard_error_null,
    })
}

/// Kappa of one category against all others as sums over units, for the bootstrap; units
/// that were not rated by all coders do not count.
pub fn category_additive(ratings: &Ratings, category: usize) -> Additive {
    let n_coders = ratings.n_coders() as f64;
    let amounts = |unit: &[Option<usize>]| {
        if unit.iter().any(Option::is_none) {
            return Vec::new();
        }
        let given = unit.iter().flatten().filter(|k| **k == category).count() as f64;
        vec![(0, 1.0), (1, given), (2, given * (n_coders - given))]
    };
    let units = ratings.units().map(amounts).collect();
    Additive::new(3, units, move |totals| {
        let (n_units, given, disagreement) = (totals[0], totals[1], totals[2]);
        let share = given / (n_units * n_coders);
        let n_pairs = n_units * n_coders * (n_coders - 1.0);
        1.0 - disagreement / (n_pairs * share * (1.0 - share))
    })
}
