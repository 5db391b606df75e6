//! The mode of the random effects given the parameters: penalised iteratively reweighted least squares.
//!
//! The standardised effects `u` maximise `sum of log f(y | eta) - u'u/2`, which is strictly concave; Newton's
//! method with halved steps always arrives. It ends one step after the steps have become smaller than 1e-9 of
//! the effects, and since the error is squared by each step, on the last digits.

use super::conditional_likelihood::{ConditionalLikelihood, RowDerivatives};
use super::random_design::RandomDesign;
use crate::matrix::{SparseCholesky, dot, sum};

/// The model with its parameters fixed.
pub(crate) struct GivenParameters<'a, L> {
    pub likelihood: &'a L,
    pub random: &'a RandomDesign,
    /// The scaled random columns.
    pub scaled: Vec<f64>,
    /// The linear predictor without random effects.
    pub fixed: Vec<f64>,
    pub shape: &'a [f64],
}

/// The mode and what was calculated there.
pub(crate) struct PenalisedMode<'a> {
    pub effects: Vec<f64>,
    pub predictor: Vec<f64>,
    pub rows: Vec<RowDerivatives>,
    /// The penalised log-likelihood, without what is free of the linear predictor.
    pub value: f64,
    /// The factor of `I + V'WV`.
    pub precision: SparseCholesky<'a>,
}

struct Point {
    effects: Vec<f64>,
    predictor: Vec<f64>,
    rows: Vec<RowDerivatives>,
    value: f64,
}

const SMALL_STEP: f64 = 1e-9;

impl<'a, L: ConditionalLikelihood> GivenParameters<'a, L> {
    /// The scaled random columns of a row.
    pub(crate) fn scaled_row(&self, row: usize) -> &[f64] {
        &self.scaled[row * self.random.n_slots..(row + 1) * self.random.n_slots]
    }

    /// The mode, from a guess; `None` when the likelihood is not finite.
    pub(crate) fn mode(&self, guess: &[f64]) -> Option<PenalisedMode<'a>> {
        let mut point = self.at(guess.to_vec());
        if !point.value.is_finite() {
            point = self.at(vec![0.0; self.random.n_effects]);
        }
        if !point.value.is_finite() {
            return None;
        }
        for _iteration in 0..200 {
            let precision = self.precision(&point)?;
            let gradient = self.gradient(&point);
            let step = precision.solve(&gradient);
            let size = largest(&step) / (1.0 + largest(&point.effects));
            if !size.is_finite() {
                return None;
            }
            if size <= SMALL_STEP {
                let last = self.at(moved(&point.effects, 1.0, &step));
                return self.finished(if last.value.is_finite() { last } else { point });
            }
            point = self.line_search(&point, &step, dot(&gradient, &step))?;
        }
        None
    }

    fn finished(&self, point: Point) -> Option<PenalisedMode<'a>> {
        let precision = self.precision(&point)?;
        let Point {
            effects,
            predictor,
            rows,
            value,
        } = point;
        Some(PenalisedMode {
            effects,
            predictor,
            rows,
            value,
            precision,
        })
    }

    fn line_search(&self, point: &Point, step: &[f64], decrement: f64) -> Option<Point> {
        let mut factor = 1.0;
        // So close, differences of the likelihood are rounding error and the full step is right.
        let close = decrement < 1e-10 * (1.0 + point.value.abs());
        for _halving in 0..60 {
            let next = self.at(moved(&point.effects, factor, step));
            if next.value.is_finite()
                && (close || next.value > point.value + 1e-4 * factor * decrement)
            {
                return Some(next);
            }
            factor *= 0.5;
        }
        None
    }

    fn at(&self, effects: Vec<f64>) -> Point {
        let mut predictor = self.fixed.clone();
        for (row, value) in predictor.iter_mut().enumerate() {
            for (&effect, v) in self.random.effects(row).iter().zip(self.scaled_row(row)) {
                *value += v * effects[effect as usize];
            }
        }
        let derivatives =
            |(row, &predictor): (usize, &f64)| self.likelihood.row(row, predictor, self.shape);
        let rows: Vec<RowDerivatives> = predictor.iter().enumerate().map(derivatives).collect();
        let values: Vec<f64> = rows.iter().map(|row| row.value).collect();
        let value = sum(&values) - 0.5 * dot(&effects, &effects);
        Point {
            effects,
            predictor,
            rows,
            value,
        }
    }

    fn precision(&self, point: &Point) -> Option<SparseCholesky<'a>> {
        let random = self.random;
        random
            .pattern
            .factor(random.precision(&self.scaled, |row| -point.rows[row].second))
    }

    fn gradient(&self, point: &Point) -> Vec<f64> {
        let mut gradient: Vec<f64> = point.effects.iter().map(|effect| -effect).collect();
        for (row, derivatives) in point.rows.iter().enumerate() {
            for (&effect, v) in self.random.effects(row).iter().zip(self.scaled_row(row)) {
                gradient[effect as usize] += v * derivatives.first;
            }
        }
        gradient
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| {
        if value.abs() <= largest {
            largest
        } else {
            value.abs()
        }
    })
}

fn moved(effects: &[f64], factor: f64, step: &[f64]) -> Vec<f64> {
    effects
        .iter()
        .zip(step)
        .map(|(effect, step)| effect + factor * step)
        .collect()
}
