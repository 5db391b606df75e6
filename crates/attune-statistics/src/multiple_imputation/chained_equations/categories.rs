//! Imputing categories: logistic, ordered and multinomial logit, by a normal draw around the maximum
//! of the likelihood.
//!
//! Perfect prediction is met as by White, Daniel and Royston (2010): a few rows of small weight, one
//! pair for each predictor and category, are added, so that a finite maximum always exists.

use super::predictors::Design;
use crate::matrix::{Cholesky, Matrix, add_scaled, dot};
use crate::resampling::draws::Draws;

/// How the categories depend on the predictors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logit {
    /// Each category but the first has coefficients of its own; with two of them, logistic regression.
    Unordered,
    /// One set of coefficients and increasing thresholds (proportional odds).
    Ordered,
}

/// Draws categories for the gaps: `y` are the observed categories, numbered from 0 without holes.
pub(super) fn draw(
    y: &[usize],
    n_categories: usize,
    (observed, gaps): (&[usize], &[usize]),
    logit: Logit,
    design: &Design,
    draws: &mut Draws,
) -> Vec<usize> {
    let model = CategoryModel {
        logit,
        n_categories,
        n_columns: design.n_columns(),
    };
    let rows = augmented_rows(y, observed, n_categories, design);
    let (estimates, information) = model.maximum(&rows);
    let parameters = model.posterior_draw(&estimates, &information, draws);
    gaps.iter()
        .map(|&row| draws.choice(&model.probabilities(&design.row(row), &parameters)))
        .collect()
}

/// A row of predictors with its category and weight.
struct WeightedRow {
    x: Vec<f64>,
    category: usize,
    weight: f64,
}

/// The observed rows, and the added ones: predictors are standardised, so a pair stands half a standard
/// deviation to each side of the mean, for each category; all added rows together weigh as much as there
/// are coefficients.
fn augmented_rows(
    y: &[usize],
    observed: &[usize],
    n_categories: usize,
    design: &Design,
) -> Vec<WeightedRow> {
    let mut rows: Vec<WeightedRow> = observed
        .iter()
        .zip(y)
        .map(|(&row, &category)| WeightedRow {
            x: design.row(row),
            category,
            weight: 1.0,
        })
        .collect();
    let n_columns = design.n_columns();
    let n_added = 2 * n_categories * (n_columns - 1).max(1);
    let weight = n_columns as f64 / n_added as f64;
    for category in 0..n_categories {
        for place in 1..n_columns.max(2) {
            for side in [-0.5, 0.5] {
                let mut x = vec![0.0; n_columns];
                x[0] = 1.0;
                if place < n_columns {
                    x[place] = side;
                }
                rows.push(WeightedRow {
                    x,
                    category,
                    weight,
                });
            }
        }
    }
    rows
}

struct CategoryModel {
    logit: Logit,
    n_categories: usize,
    n_columns: usize,
}

impl CategoryModel {
    fn n_parameters(&self) -> usize {
        match self.logit {
            Logit::Unordered => (self.n_categories - 1) * self.n_columns,
            // The intercept is among the thresholds.
            Logit::Ordered => self.n_categories - 1 + self.n_columns - 1,
        }
    }

    /// Equal shares: a start that every likelihood knows.
    fn start(&self) -> Vec<f64> {
        let mut parameters = vec![0.0; self.n_parameters()];
        if self.logit == Logit::Ordered {
            for (k, threshold) in parameters[..self.n_categories - 1].iter_mut().enumerate() {
                let share = (k + 1) as f64 / self.n_categories as f64;
                *threshold = libm::log(share / (1.0 - share));
            }
        }
        parameters
    }

    fn probabilities(&self, x: &[f64], parameters: &[f64]) -> Vec<f64> {
        match self.logit {
            Logit::Unordered => {
                let mut predictors = vec![0.0];
                predictors.extend(parameters.chunks(self.n_columns).map(|beta| dot(beta, x)));
                let largest = predictors.iter().copied().fold(f64::MIN, f64::max);
                let raised: Vec<f64> = predictors
                    .iter()
                    .map(|eta| libm::exp(eta - largest))
                    .collect();
                let total: f64 = raised.iter().sum();
                raised.into_iter().map(|value| value / total).collect()
            }
            Logit::Ordered => {
                let (thresholds, beta) = parameters.split_at(self.n_categories - 1);
                let eta = dot(beta, &x[1..]);
                let below: Vec<f64> = thresholds
                    .iter()
                    .map(|theta| logistic(theta - eta))
                    .collect();
                (0..self.n_categories)
                    .map(|k| {
                        let upper = below.get(k).copied().unwrap_or(1.0);
                        let lower = if k == 0 { 0.0 } else { below[k - 1] };
                        (upper - lower).max(f64::MIN_POSITIVE)
                    })
                    .collect()
            }
        }
    }

    /// The derivative of each log-probability with respect to the parameters.
    fn score_of(&self, x: &[f64], parameters: &[f64], probabilities: &[f64]) -> Vec<Vec<f64>> {
        match self.logit {
            Logit::Unordered => (0..self.n_categories)
                .map(|category| {
                    let mut score = Vec::with_capacity(self.n_parameters());
                    for (k, p) in probabilities.iter().enumerate().skip(1) {
                        let weight = f64::from(u8::from(k == category)) - p;
                        score.extend(x.iter().map(|value| weight * value));
                    }
                    score
                })
                .collect(),
            Logit::Ordered => {
                let (thresholds, beta) = parameters.split_at(self.n_categories - 1);
                let eta = dot(beta, &x[1..]);
                let density = |theta: &f64| {
                    let below = logistic(theta - eta);
                    below * (1.0 - below)
                };
                let densities: Vec<f64> = thresholds.iter().map(density).collect();
                (0..self.n_categories)
                    .map(|k| {
                        let upper = densities.get(k).copied().unwrap_or(0.0);
                        let lower = if k == 0 { 0.0 } else { densities[k - 1] };
                        let mut score = vec![0.0; self.n_parameters()];
                        if k < thresholds.len() {
                            score[k] += upper / probabilities[k];
                        }
                        if k > 0 {
                            score[k - 1] -= lower / probabilities[k];
                        }
                        let slope = (lower - upper) / probabilities[k];
                        add_scaled(&mut score[thresholds.len()..], slope, &x[1..]);
                        score
                    })
                    .collect()
            }
        }
    }

    fn log_likelihood(&self, rows: &[WeightedRow], parameters: &[f64]) -> f64 {
        rows.iter()
            .map(|row| row.weight * libm::log(self.probabilities(&row.x, parameters)[row.category]))
            .sum()
    }

    /// Score and expected information at the parameters.
    fn score_and_information(
        &self,
        rows: &[WeightedRow],
        parameters: &[f64],
    ) -> (Vec<f64>, Matrix) {
        let n = self.n_parameters();
        let (mut score, mut information) = (vec![0.0; n], Matrix::zeros(n, n));
        for row in rows {
            let probabilities = self.probabilities(&row.x, parameters);
            let scores = self.score_of(&row.x, parameters, &probabilities);
            add_scaled(&mut score, row.weight, &scores[row.category]);
            for (one, p) in scores.iter().zip(&probabilities) {
                for (i, value) in one.iter().enumerate() {
                    add_scaled(information.row_mut(i), row.weight * p * value, one);
                }
            }
        }
        (score, information)
    }

    /// Fisher scoring with step halving; the augmented likelihood is concave with a finite maximum.
    fn maximum(&self, rows: &[WeightedRow]) -> (Vec<f64>, Matrix) {
        let mut parameters = self.start();
        let mut current = self.log_likelihood(rows, &parameters);
        for _ in 0..50 {
            let (score, information) = self.score_and_information(rows, &parameters);
            let Some(factor) = Cholesky::new(&information) else {
                break;
            };
            let step = factor.solve(&score);
            if dot(&step, &score) < 1e-9 {
                break;
            }
            let mut fraction = 1.0;
            loop {
                let mut next = parameters.clone();
                add_scaled(&mut next, fraction, &step);
                let value = self.log_likelihood(rows, &next);
                if value >= current || fraction < 1e-4 {
                    (parameters, current) = (next, value);
                    break;
                }
                fraction *= 0.5;
            }
        }
        let information = self.score_and_information(rows, &parameters).1;
        (parameters, information)
    }

    /// A draw from the normal approximation of the posterior; thresholds out of order are drawn again.
    fn posterior_draw(
        &self,
        estimates: &[f64],
        information: &Matrix,
        draws: &mut Draws,
    ) -> Vec<f64> {
        let Some(factor) = Cholesky::new(information) else {
            return estimates.to_vec();
        };
        for _ in 0..100 {
            let mut drawn = factor.backward(&draws.normals(estimates.len()));
            add_scaled(&mut drawn, 1.0, estimates);
            let thresholds = &drawn[..self.n_categories - 1];
            if self.logit == Logit::Unordered || thresholds.is_sorted() {
                return drawn;
            }
        }
        estimates.to_vec()
    }
}

fn logistic(eta: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-eta))
}
