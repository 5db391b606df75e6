//! The smallest deviance on a surface of covariance parameters.
//!
//! The deviance is written with the residual standard deviation as a parameter of its own,
//! `log|W| + df log(2 pi s²) + r²/s²` (and `log|X'W⁻¹X|` for REML), and minimised by Newton's method with exact
//! derivatives along the surface.

use std::f64::consts::PI;

use super::surface::{Held, Point, Surface};
use crate::linear_mixed_model::{
    Derivatives, Estimator, Evaluation, LinearMixedModel, NewtonStep, lower_factor,
};
use crate::matrix::Matrix;

/// Finds the smallest deviance for each value of what is held, starting where the last search ended.
pub(super) struct Constrained<'a> {
    model: &'a LinearMixedModel,
    surface: Surface,
    /// Free coordinates, and last the logarithm of the residual standard deviation.
    last: Vec<f64>,
}

/// The deviance at a point.
struct Deviance {
    value: f64,
    theta: Vec<f64>,
    evaluation: Evaluation,
    point: Point,
}

impl<'a> Constrained<'a> {
    pub(super) fn new(model: &'a LinearMixedModel, held: Held) -> Self {
        let surface = Surface::new(model, held);
        let df = model.function.degrees_of_freedom();
        let sigma = (model.minimum.evaluation.residual_squares / df).sqrt();
        let mut last = surface.start(model, sigma);
        last.push(libm::log(sigma));
        Self {
            model,
            surface,
            last,
        }
    }

    /// The smallest deviance where the quantity has this value, in internal units; `None` where it is not finite.
    pub(super) fn deviance(&mut self, value: f64) -> Option<f64> {
        let value = match self.surface.held {
            Held::Sigma | Held::StandardDeviation { .. } => {
                value / self.model.coordinates.response_scale
            }
            _ => value,
        };
        let mut at = self.last.clone();
        let holds_sigma = self.surface.held == Held::Sigma;
        if holds_sigma {
            let last = at.len() - 1;
            at[last] = libm::log(value);
        }
        let mut fixed = vec![false; at.len()];
        fixed[at.len() - 1] = holds_sigma;
        let mut here = self.evaluate(value, &at)?;
        for _iteration in 0..100 {
            let (gradient, hessian) = self.derivatives(&here, at[at.len() - 1]);
            let step = NewtonStep::new(&gradient, &hessian, &fixed);
            if step.decrement < 1e-16 {
                break;
            }
            let Some((next, there)) = self.line_search(value, &at, &here, &step) else {
                break;
            };
            (at, here) = (next, there);
        }
        self.last = at;
        Some(here.value)
    }

    fn line_search(
        &self,
        value: f64,
        at: &[f64],
        here: &Deviance,
        step: &NewtonStep,
    ) -> Option<(Vec<f64>, Deviance)> {
        let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let longest = 0.5 + length(at);
        let mut factor = (longest / length(&step.direction)).min(1.0);
        let close = step.decrement < 1e-9 && step.lowest_curvature > 0.0;
        for _halving in 0..40 {
            let next: Vec<f64> = at
                .iter()
                .zip(&step.direction)
                .map(|(x, d)| x + factor * d)
                .collect();
            if let Some(there) = self.evaluate(value, &next)
                && (close || here.value - there.value > 1e-4 * factor * step.decrement)
            {
                return Some((next, there));
            }
            factor *= 0.5;
        }
        None
    }

    fn evaluate(&self, value: f64, at: &[f64]) -> Option<Deviance> {
        let (log_sigma, free) = at.split_last()?;
        let variance = libm::exp(2.0 * log_sigma);
        let point = self.surface.point(value, free);
        let shape = &self.model.function.shape;
        let scale = if self.surface.is_absolute() {
            1.0 / variance.sqrt()
        } else {
            1.0
        };
        let mut theta = vec![0.0; shape.elements().len()];
        for (term, factor) in point.factors.iter().enumerate() {
            shape.set_lambda(&mut theta, term, &lower_factor(&factor.scaled(scale), 0.0));
        }
        let evaluation = self.model.function.evaluate(&theta)?;
        let df = self.model.function.degrees_of_freedom();
        let mut value = evaluation.log_determinant
            + df * libm::log(2.0 * PI * variance)
            + evaluation.residual_squares / variance;
        if self.model.function.estimator == Estimator::Reml {
            value += evaluation.information.log_determinant();
        }
        value.is_finite().then_some(Deviance {
            value,
            theta,
            evaluation,
            point,
        })
    }

    /// Gradient and Hessian along the surface, the logarithm of the residual standard deviation last.
    fn derivatives(&self, here: &Deviance, log_sigma: f64) -> (Vec<f64>, Matrix) {
        let function = &self.model.function;
        let (df, p) = (function.degrees_of_freedom(), function.products.p);
        let variance = libm::exp(2.0 * log_sigma);
        // With this in place of the smallest sum of squares, the derivatives are those at the given variance.
        let at_variance = Evaluation {
            residual_squares: df * variance,
            ..here.evaluation.clone()
        };
        let in_g: Derivatives = function.derivatives(&here.theta, &at_variance);
        let scale = if self.surface.is_absolute() {
            1.0 / variance
        } else {
            1.0
        };
        let elements = function.shape.elements();
        let along = |changes: &[Matrix]| -> Vec<f64> {
            elements
                .iter()
                .map(|e| scale * changes[e.term][(e.row, e.column)])
                .collect()
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let mut first: Vec<Vec<f64>> = here.point.first.iter().map(|c| along(c)).collect();
        let n = first.len();
        let ratio = here.evaluation.residual_squares / variance;
        // In units of the response, the relative covariance shrinks as the residual standard deviation grows.
        let covariances: Vec<Matrix> = here
            .point
            .factors
            .iter()
            .map(|factor| factor.times(&factor.transposed()))
            .collect();
        let shrink = if self.surface.is_absolute() {
            -2.0
        } else {
            0.0
        };
        let covariance = along(&covariances);
        first.push(covariance.iter().map(|g| shrink * g).collect());
        let residual: Vec<f64> = in_g
            .crossed
            .iter()
            .map(|crossed| 2.0 * crossed[(p, p)] / variance)
            .collect();
        let mut gradient: Vec<f64> = first.iter().map(|c| dot(c, &in_g.gradient)).collect();
        gradient[n] += 2.0 * df - 2.0 * ratio;
        let hessian = Matrix::from_function(n + 1, n + 1, |k, l| {
            let (k, l) = (k.min(l), k.max(l));
            let curvature = dot(
                &first[k],
                &in_g.hessian_fixed_variance.times_vector(&first[l]),
            );
            let bend = match (k == n, l == n) {
                (false, false) => dot(&along(&here.point.second[k][l]), &in_g.gradient),
                (false, true) => {
                    shrink * dot(&first[k], &in_g.gradient) + dot(&first[k], &residual)
                }
                _ => {
                    shrink * shrink * dot(&covariance, &in_g.gradient)
                        + 2.0 * dot(&first[n], &residual)
                        + 4.0 * ratio
                }
            };
            curvature + bend
        });
        (gradient, hessian)
    }
}
