//! Percent agreement: the share of pairs of ratings of the same unit that agree.

use super::ratings::Ratings;
use super::weights::Weights;
use crate::resampling::additive::Additive;

/// Mean over units (with at least two ratings) of the share of agreeing pairs,
/// partially agreeing ones counted by their weight.
///
/// NaN when no unit has two ratings.
pub fn percent_agreement(ratings: &Ratings, weights: Weights) -> Additive {
    let matrix = weights.matrix(ratings.categories());
    let units = ratings
        .units()
        .map(|unit| {
            let counts = Ratings::counts(unit);
            observed_agreement(&counts, &matrix)
                .map_or_else(Vec::new, |share| vec![(0, share), (1, 1.0)])
        })
        .collect();
    Additive::new(2, units, |totals| totals[0] / totals[1])
}

/// Weighted share of agreeing pairs among a unit's ratings; `None` for fewer than two.
pub(super) fn observed_agreement(
    counts: &[(usize, f64)],
    weights: &crate::matrix::Matrix,
) -> Option<f64> {
    let n: f64 = counts.iter().map(|(_, count)| count).sum();
    if n < 2.0 {
        return None;
    }
    let mut agreeing = 0.0;
    for (first, n_first) in counts {
        let support: f64 = counts
            .iter()
            .map(|(second, n)| weights[(*first, *second)] * n)
            .sum();
        agreeing += n_first * (support - 1.0);
    }
    Some(agreeing / (n * (n - 1.0)))
}
