//! Agreement within a category: when one coder gave it, how often do the others?

use super::ratings::Ratings;
use crate::resampling::additive::Additive;

/// Specific agreement on the category at a place, Σ rᵢₖ(rᵢₖ − 1) / Σ rᵢₖ(rᵢ − 1) over units with
/// at least two ratings (Spitzer and Fleiss 1974), as sums over units.
///
/// For two coders 2a/(2a + b + c): with "yes" and "no" the positive and negative agreement of
/// Cicchetti and Feinstein (1990). NaN when nobody used the category.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{Ratings, specific::specific_agreement};
/// let coders = ["A".to_owned(), "B".to_owned()];
/// let rows: Vec<Vec<Option<f64>>> =
///     [(1.0, 1.0), (1.0, 0.0), (0.0, 0.0), (0.0, 0.0)].map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
/// assert_eq!(specific_agreement(&ratings, 1).estimate(), 2.0 / 3.0);
/// assert_eq!(specific_agreement(&ratings, 0).estimate(), 4.0 / 5.0);
/// ```
pub fn specific_agreement(ratings: &Ratings, category: usize) -> Additive {
    let amounts = |unit: &[Option<usize>]| {
        let n = unit.iter().flatten().count() as f64;
        let given = unit.iter().flatten().filter(|k| **k == category).count() as f64;
        if n < 2.0 || given < 1.0 {
            return Vec::new();
        }
        vec![(0, given * (given - 1.0)), (1, given * (n - 1.0))]
    };
    Additive::new(2, ratings.units().map(amounts).collect(), |totals| {
        totals[0] / totals[1]
    })
}
