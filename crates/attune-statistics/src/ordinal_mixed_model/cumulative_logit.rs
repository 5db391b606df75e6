//! The cumulative logit: `logit P(Y <= k) = threshold_k - eta`.
//!
//! With `a` and `b` the distances of the thresholds above and below a category from the linear predictor,
//! `log P = log F(a) + log(1 - F(b)) + log(1 - exp(b - a))`: three terms without cancellation, the last of which does
//! not depend on the predictor.

use crate::generalised_mixed_model::conditional_likelihood::{
    ConditionalLikelihood, RowDerivatives, ShapeDerivatives,
};
use crate::generalised_mixed_model::counts_and_proportions::{log_one_plus_exp, logistic};

/// The category of each row, counted from 0; the shape parameters are the thresholds.
#[derive(Debug, Clone)]
pub(crate) struct CumulativeLogit {
    pub categories: Vec<usize>,
    pub weights: Vec<f64>,
    pub n_categories: usize,
    /// The weight of the rows in each category.
    totals: Vec<f64>,
}

impl CumulativeLogit {
    pub(crate) fn new(categories: Vec<usize>, weights: Vec<f64>, n_categories: usize) -> Self {
        let mut totals = vec![0.0; n_categories];
        categories
            .iter()
            .zip(&weights)
            .for_each(|(&category, weight)| totals[category] += weight);
        Self {
            categories,
            weights,
            n_categories,
            totals,
        }
    }

    /// The thresholds of a model without predictors: the logits of the cumulative shares.
    pub(crate) fn start(&self) -> Vec<f64> {
        let all: f64 = self.totals.iter().sum();
        let mut below = 0.0;
        let threshold = |total: &f64| {
            below += total;
            libm::log(below / (all - below))
        };
        self.totals[..self.n_categories - 1]
            .iter()
            .map(threshold)
            .collect()
    }

    /// The probability of each category.
    pub(crate) fn probabilities(predictor: f64, thresholds: &[f64]) -> Vec<f64> {
        let mut below = 0.0;
        let mut probabilities: Vec<f64> = thresholds
            .iter()
            .map(|threshold| {
                let up_to = logistic(threshold - predictor);
                up_to - std::mem::replace(&mut below, up_to)
            })
            .collect();
        probabilities.push(
            thresholds
                .last()
                .map_or(1.0, |threshold| logistic(predictor - threshold)),
        );
        probabilities
    }
}

/// What one threshold contributes: the distribution function at its distance, and the derivatives of its density.
struct AtThreshold {
    below: f64,
    above: f64,
    density: f64,
    slope: f64,
}

fn at(distance: f64) -> AtThreshold {
    let (below, above) = (logistic(distance), logistic(-distance));
    let density = below * above;
    AtThreshold {
        below,
        above,
        density,
        slope: density * (above - below),
    }
}

impl ConditionalLikelihood for CumulativeLogit {
    fn n_shape(&self) -> usize {
        self.n_categories - 1
    }

    fn is_possible(&self, shape: &[f64]) -> bool {
        shape.windows(2).all(|pair| pair[0] < pair[1])
            && shape.iter().all(|threshold| threshold.abs() < 1e4)
    }

    fn is_even_in_shape(&self) -> bool {
        false
    }

    /// `log(1 - exp(-gap))` for each category between two thresholds.
    fn free_of_predictor(&self, shape: &[f64]) -> (f64, Vec<f64>) {
        let (mut value, mut gradient) = (0.0, vec![0.0; shape.len()]);
        for (lower, total) in self.totals[1..self.n_categories - 1].iter().enumerate() {
            let gap = shape[lower + 1] - shape[lower];
            value += total * libm::log(-libm::expm1(-gap));
            let slope = total / libm::expm1(gap);
            gradient[lower + 1] += slope;
            gradient[lower] -= slope;
        }
        (value, gradient)
    }

    fn row(&self, row: usize, predictor: f64, shape: &[f64]) -> RowDerivatives {
        let (category, weight) = (self.categories[row], self.weights[row]);
        let mut derivatives = RowDerivatives::default();
        if let Some(threshold) = shape.get(category) {
            let upper = at(threshold - predictor);
            derivatives.value -= weight * log_one_plus_exp(predictor - threshold);
            derivatives.first -= weight * upper.above;
            derivatives.second -= weight * upper.density;
            derivatives.third += weight * upper.slope;
        }
        if category > 0 {
            let lower = at(shape[category - 1] - predictor);
            derivatives.value -= weight * log_one_plus_exp(shape[category - 1] - predictor);
            derivatives.first += weight * lower.below;
            derivatives.second -= weight * lower.density;
            derivatives.third += weight * lower.slope;
        }
        derivatives
    }

    fn shape_derivatives(
        &self,
        row: usize,
        predictor: f64,
        shape: &[f64],
    ) -> Vec<ShapeDerivatives> {
        let (category, weight) = (self.categories[row], self.weights[row]);
        let mut derivatives = Vec::with_capacity(2);
        if let Some(threshold) = shape.get(category) {
            let upper = at(threshold - predictor);
            derivatives.push(ShapeDerivatives {
                parameter: category,
                value: weight * upper.above,
                first: weight * upper.density,
                second: -weight * upper.slope,
            });
        }
        if category > 0 {
            let lower = at(shape[category - 1] - predictor);
            derivatives.push(ShapeDerivatives {
                parameter: category - 1,
                value: -weight * lower.below,
                first: weight * lower.density,
                second: -weight * lower.slope,
            });
        }
        derivatives
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_and_derivatives_are_those_of_the_probability() {
        let likelihood = CumulativeLogit::new(vec![0, 1, 2, 3], vec![1.0, 1.0, 2.0, 1.0], 4);
        let thresholds = [-1.0, 0.4, 2.1];
        let step = 1e-5;
        let free = likelihood.free_of_predictor(&thresholds).0;
        let total = |predictor: f64, thresholds: &[f64]| -> f64 {
            (0..4)
                .map(|row| likelihood.row(row, predictor, thresholds).value)
                .sum()
        };
        let probabilities = CumulativeLogit::probabilities(0.7, &thresholds);
        let expected: f64 = [1.0, 1.0, 2.0, 1.0]
            .iter()
            .zip(&probabilities)
            .map(|(w, p)| w * libm::log(*p))
            .sum();
        assert!((total(0.7, &thresholds) + free - expected).abs() < 1e-13);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        for row in 0..4 {
            let at = |predictor: f64| likelihood.row(row, predictor, &thresholds);
            let (here, up, down) = (at(0.7), at(0.7 + step), at(0.7 - step));
            assert!(((up.value - down.value) / (2.0 * step) - here.first).abs() < 1e-9);
            assert!(((up.first - down.first) / (2.0 * step) - here.second).abs() < 1e-9);
            assert!(((up.second - down.second) / (2.0 * step) - here.third).abs() < 1e-9);
            for by_shape in likelihood.shape_derivatives(row, 0.7, &thresholds) {
                let beside = |sign: f64| {
                    let mut moved = thresholds;
                    moved[by_shape.parameter] += sign * step;
                    likelihood.row(row, 0.7, &moved)
                };
                let (up, down) = (beside(1.0), beside(-1.0));
                assert!(((up.value - down.value) / (2.0 * step) - by_shape.value).abs() < 1e-9);
                assert!(((up.first - down.first) / (2.0 * step) - by_shape.first).abs() < 1e-9);
                assert!(((up.second - down.second) / (2.0 * step) - by_shape.second).abs() < 1e-9);
            }
        }
    }
}
