//! Imputing numbers: a draw of the normal linear model, and predictive mean matching.

use super::predictors::Design;
use crate::matrix::{add_scaled, dot};
use crate::resampling::draws::Draws;

/// A linear model of the observed rows and one draw of its parameters from their posterior under the
/// usual flat prior (Rubin 1987, p. 167).
struct LinearDraw {
    /// Least squares estimates.
    estimates: Vec<f64>,
    /// The draw.
    coefficients: Vec<f64>,
    /// The drawn residual standard deviation.
    sigma: f64,
}

impl LinearDraw {
    /// `y` are the observed values; the design has fewer columns than there are of them.
    fn new(y: &[f64], design: &Design, draws: &mut Draws) -> Self {
        let q = &design.orthonormal.q;
        let projections: Vec<f64> = q.iter().map(|column| dot(column, y)).collect();
        let mut residuals = y.to_vec();
        for (column, projection) in q.iter().zip(&projections) {
            add_scaled(&mut residuals, -projection, column);
        }
        let df = (y.len() - q.len()) as f64;
        let sigma = (dot(&residuals, &residuals) / draws.chi_squared(df)).sqrt();
        let drawn: Vec<f64> = projections
            .iter()
            .map(|p| p + sigma * draws.normal())
            .collect();
        Self {
            estimates: design.coefficients(&projections),
            coefficients: design.coefficients(&drawn),
            sigma,
        }
    }
}

/// Draws from the normal linear model.
pub(super) fn normal(y: &[f64], gaps: &[usize], design: &Design, draws: &mut Draws) -> Vec<f64> {
    let model = LinearDraw::new(y, design, draws);
    gaps.iter()
        .map(|&row| design.predict(row, &model.coefficients) + model.sigma * draws.normal())
        .collect()
}

/// Predictive mean matching, type 1 (van Buuren 2018, 3.4): each gap gets the observed value of one of
/// the `n_donors` rows whose fitted mean is nearest to the gap's mean under the drawn coefficients.
pub(super) fn predictive_mean_matching(
    y: &[f64],
    observed: &[usize],
    gaps: &[usize],
    n_donors: usize,
    design: &Design,
    draws: &mut Draws,
) -> Vec<f64> {
    let model = LinearDraw::new(y, design, draws);
    let mut donors: Vec<(f64, f64)> = observed
        .iter()
        .zip(y)
        .map(|(&row, value)| (design.predict(row, &model.estimates), *value))
        .collect();
    // Rows with equal means must not always give the same donors: shuffled, then sorted stably.
    for last in (1..donors.len()).rev() {
        donors.swap(last, draws.below(last + 1));
    }
    donors.sort_by(|a, b| a.0.total_cmp(&b.0));
    gaps.iter()
        .map(|&row| {
            let wanted = design.predict(row, &model.coefficients);
            let nearest = nearest(&donors, wanted, n_donors);
            donors[nearest.start + draws.below(nearest.len())].1
        })
        .collect()
}

/// The `n` donors whose means lie nearest; `donors` are sorted by their means.
fn nearest(donors: &[(f64, f64)], wanted: f64, n: usize) -> std::ops::Range<usize> {
    let mut low = donors.partition_point(|(fitted, _)| *fitted < wanted);
    let mut high = low;
    while high - low < n.min(donors.len()) {
        let below = (low > 0).then(|| wanted - donors[low - 1].0);
        let above = (high < donors.len()).then(|| donors[high].0 - wanted);
        match (below, above) {
            (Some(below), Some(above)) if below < above => low -= 1,
            (Some(_), None) => low -= 1,
            _ => high += 1,
        }
    }
    low..high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_donors_lie_around_the_wanted_mean() {
        let donors: Vec<(f64, f64)> = [0.0, 1.0, 2.0, 4.0, 8.0].map(|mean| (mean, mean)).to_vec();
        assert_eq!(nearest(&donors, 3.1, 2), 2..4);
        assert_eq!(nearest(&donors, -9.0, 3), 0..3);
        assert_eq!(nearest(&donors, 99.0, 2), 3..5);
        assert_eq!(nearest(&donors, 1.0, 9), 0..5);
    }
}
