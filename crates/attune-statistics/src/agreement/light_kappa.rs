//! Light's kappa: the mean of Cohen's kappas over all pairs of coders.

use super::cohen_kappa::kappa_of_counts;
use super::ratings::Ratings;
use super::weights::Weights;
use crate::resampling::additive::Additive;

/// Light's (1971) kappa as sums over units; each pair uses the units that both rated.
///
/// NaN when a pair shares no unit or has complete chance agreement.
pub fn light_kappa(ratings: &Ratings, weights: Weights) -> Additive {
    let q = ratings.categories().len();
    let n_coders = ratings.n_coders();
    let pairs: Vec<(usize, usize)> = (0..n_coders)
        .flat_map(|a| (a + 1..n_coders).map(move |b| (a, b)))
        .collect();
    let n_pairs = pairs.len();
    let units = ratings
        .units()
        .map(|unit| {
            let place = |(pair, (a, b)): (usize, &(usize, usize))| {
                Some((pair * q * q + unit[*a]? * q + unit[*b]?, 1.0))
            };
            pairs.iter().enumerate().filter_map(place).collect()
        })
        .collect();
    let weights = weights.matrix(ratings.categories());
    Additive::new(n_pairs * q * q, units, move |totals| {
        let kappas = totals
            .chunks(q * q)
            .map(|counts| kappa_of_counts(counts, &weights));
        kappas.sum::<f64>() / n_pairs as f64
    })
}
