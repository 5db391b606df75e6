//! The largest integrated likelihood.
//!
//! Newton's method with the exact gradient and its central differences as Hessian, which ends on the last digits
//! instead of a tolerance; the Hessian at the end, by a five-point rule, is the joint observed information from which
//! standard errors come. The likelihood is even in each column of `Λ`, and in the root of the dispersion of a
//! negative binomial, so zero is always a stationary point there: the curvature decides whether it is the answer.

use super::conditional_likelihood::ConditionalLikelihood;
use super::integrated_likelihood::{Evaluation, IntegratedLikelihood};
use crate::linear_mixed_model::{NewtonStep, Optimum, lower_factor};
use crate::matrix::{Matrix, dot, symmetric_eigen};

/// The point found.
#[derive(Debug, Clone)]
pub(crate) struct Maximum {
    pub parameters: Vec<f64>,
    pub evaluation: Evaluation,
    /// The observed information: minus the Hessian of the log-likelihood.
    pub information: Matrix,
    /// Whether each parameter is held at zero, on the boundary.
    pub at_zero: Vec<bool>,
    pub converged: bool,
    pub optimum: Optimum,
}

/// Below this a standard deviation on the scale of the linear predictor is tried as exactly zero.
const SMALL: f64 = 1e-3;

/// Finds the maximum from starting values for coefficients and shape; `None` when the likelihood is not finite.
pub(crate) fn maximise<L: ConditionalLikelihood>(
    function: &IntegratedLikelihood<L>,
    coefficients: &[f64],
    shape: &[f64],
    max_iterations: usize,
) -> Option<Maximum> {
    let mut search = Search {
        function,
        max_iterations,
        evaluations: 0,
        iterations: 0,
    };
    let start = [
        vec![0.0; function.n_theta()],
        coefficients.to_vec(),
        shape.to_vec(),
    ]
    .concat();
    // Without random effects first: a good start, and quick.
    let no_effects: Vec<bool> = (0..start.len())
        .map(|place| place < function.n_theta())
        .collect();
    let modes = vec![0.0; function.random.n_effects];
    let fixed = search.newton(&start, &modes, &no_effects)?;
    let mut best = search.started_at_scale(&fixed.parameters, 1.0)?;
    if best.at_zero.contains(&true) || !best.converged {
        // A fit on the boundary may be one of two maxima: look from elsewhere, too.
        for scale in [0.2, 3.0] {
            let better = |other: &Maximum| {
                other.evaluation.log_likelihood > best.evaluation.log_likelihood + 1e-9
                    || (other.converged && !best.converged)
            };
            if let Some(other) = search
                .started_at_scale(&fixed.parameters, scale)
                .filter(better)
            {
                best = other;
            }
        }
    }
    best.optimum.evaluations = search.evaluations;
    best.optimum.iterations = search.iterations;
    Some(best)
}

struct Search<'a, L> {
    function: &'a IntegratedLikelihood<L>,
    max_iterations: usize,
    evaluations: usize,
    iterations: usize,
}

impl<L: ConditionalLikelihood> Search<'_, L> {
    fn evaluate(&mut self, parameters: &[f64], modes: &[f64]) -> Option<Evaluation> {
        self.evaluations += 1;
        self.function.evaluate(parameters, modes)
    }

    /// From the fit without random effects, with equal standard deviations for all of them.
    fn started_at_scale(&mut self, parameters: &[f64], scale: f64) -> Option<Maximum> {
        let mut start = parameters.to_vec();
        for (value, diagonal) in start.iter_mut().zip(self.function.covariance.is_diagonal()) {
            *value = if diagonal { scale } else { 0.0 };
        }
        let modes = vec![0.0; self.function.random.n_effects];
        let free = vec![false; start.len()];
        let mut inside = self.newton(&start, &modes, &free)?;
        for _restart in 0..4 {
            let Some(beside) = self.beside_saddle(&inside) else {
                break;
            };
            match self.newton(&beside, &inside.evaluation.modes, &free) {
                Some(other)
                    if other.evaluation.log_likelihood >= inside.evaluation.log_likelihood =>
                {
                    inside = other;
                }
                _ => break,
            }
        }
        self.on_the_boundary(&inside)
    }

    /// The same point with positive diagonals, or the maximum with what is nearly zero exactly zero.
    fn on_the_boundary(&mut self, inside: &Maximum) -> Option<Maximum> {
        let snapped = self.snapped(&inside.parameters);
        let at_zero = self.zero_columns(&snapped);
        let modes = vec![0.0; self.function.random.n_effects];
        if !at_zero.contains(&true) {
            // Only signs have changed, which the likelihood does not know.
            let evaluation = self.evaluate(&snapped, &modes)?;
            return self.with_fine_information(Maximum {
                parameters: snapped,
                evaluation,
                ..inside.clone()
            });
        }
        let found = self.newton(&snapped, &modes, &at_zero);
        let as_good = |other: &Maximum| {
            let loss = inside.evaluation.log_likelihood - other.evaluation.log_likelihood;
            loss < 1e-8 * (1.0 + inside.evaluation.log_likelihood.abs()).min(10.0)
        };
        let kept = match found {
            Some(found) if as_good(&found) => found,
            _ => self.newton(
                &self.positive(&inside.parameters),
                &modes,
                &vec![false; snapped.len()],
            )?,
        };
        self.with_fine_information(kept)
    }

    fn newton(&mut self, start: &[f64], modes: &[f64], at_zero: &[bool]) -> Option<Maximum> {
        let mut parameters = start.to_vec();
        let mut evaluation = self.evaluate(&parameters, modes)?;
        let mut previous = f64::INFINITY;
        let mut remaining = self.max_iterations;
        loop {
            let information =
                self.information(&parameters, &evaluation.modes, at_zero, Rule::Coarse)?;
            let downhill: Vec<f64> = evaluation.gradient.iter().map(|value| -value).collect();
            let step = NewtonStep::new(&downhill, &information, at_zero);
            // Once rounding is all that is left, the decrement stops falling by orders of magnitude.
            let finished = step.decrement < 1e-24
                || (step.decrement < 1e-13 && step.decrement > 0.1 * previous);
            let moved = if finished || remaining == 0 {
                None
            } else {
                self.line_search(&parameters, &evaluation, &step)
            };
            let Some((next, next_evaluation)) = moved else {
                let converged = step.decrement < 1e-9
                    && step.lowest_curvature >= -1e-6 * step.highest_curvature;
                let optimum = Optimum {
                    evaluations: self.evaluations,
                    iterations: self.iterations,
                    gradient_norm: step.gradient_norm,
                    newton_decrement: step.decrement,
                };
                let at_zero = at_zero.to_vec();
                return Some(Maximum {
                    parameters,
                    evaluation,
                    information,
                    at_zero,
                    converged,
                    optimum,
                });
            };
            previous = step.decrement;
            (parameters, evaluation) = (next, next_evaluation);
            remaining -= 1;
            self.iterations += 1;
        }
    }

    fn line_search(
        &mut self,
        parameters: &[f64],
        evaluation: &Evaluation,
        step: &NewtonStep,
    ) -> Option<(Vec<f64>, Evaluation)> {
        let length = dot(&step.direction, &step.direction).sqrt();
        let longest = 1.0 + 0.5 * dot(parameters, parameters).sqrt();
        let mut factor = if length > longest {
            longest / length
        } else {
            1.0
        };
        // So close, differences of likelihoods are rounding error and the full step is right.
        let close = step.decrement < 1e-9 * (1.0 + evaluation.log_likelihood.abs())
            && step.lowest_curvature > 0.0;
        for _halving in 0..40 {
            let next: Vec<f64> = parameters
                .iter()
                .zip(&step.direction)
                .map(|(t, d)| t + factor * d)
                .collect();
            if let Some(next_evaluation) = self.evaluate(&next, &evaluation.modes) {
                let gain = next_evaluation.log_likelihood - evaluation.log_likelihood;
                if close || gain > 1e-4 * factor * step.decrement {
                    return Some((next, next_evaluation));
                }
            }
            factor *= 0.5;
        }
        None
    }

    /// Minus the derivative of the gradient, symmetric; rows and columns of parameters held at zero are zero.
    fn information(
        &mut self,
        at: &[f64],
        modes: &[f64],
        at_zero: &[bool],
        rule: Rule,
    ) -> Option<Matrix> {
        let n = at.len();
        let mut information = Matrix::zeros(n, n);
        for place in (0..n).filter(|&place| !at_zero[place]) {
            let column = self.slope_of_gradient(at, modes, place, rule)?;
            for (row, value) in column.iter().enumerate().filter(|(row, _)| !at_zero[*row]) {
                information[(row, place)] -= 0.5 * value;
                information[(place, row)] -= 0.5 * value;
            }
        }
        Some(information)
    }

    /// The derivative of the gradient with respect to one parameter; with smaller steps where the likelihood ends.
    fn slope_of_gradient(
        &mut self,
        at: &[f64],
        modes: &[f64],
        place: usize,
        rule: Rule,
    ) -> Option<Vec<f64>> {
        let (length, weights) = rule.points();
        let mut step = length * at[place].abs().max(1.0);
        'smaller: for _attempt in 0..5 {
            let mut slope = vec![0.0; at.len()];
            for &(distance, weight) in weights {
                let mut beside = at.to_vec();
                beside[place] += distance * step;
                let Some(evaluation) = self.evaluate(&beside, modes) else {
                    step *= 0.05;
                    continue 'smaller;
                };
                crate::matrix::add_scaled(&mut slope, weight / step, &evaluation.gradient);
            }
            return Some(slope);
        }
        None
    }

    fn with_fine_information(&mut self, mut found: Maximum) -> Option<Maximum> {
        let modes = found.evaluation.modes.clone();
        found.information =
            self.information(&found.parameters, &modes, &found.at_zero, Rule::Fine)?;
        Some(found)
    }

    /// A point beside a saddle, in the direction in which the likelihood rises; `None` at a maximum.
    fn beside_saddle(&mut self, found: &Maximum) -> Option<Vec<f64>> {
        let eigen = symmetric_eigen(&found.information);
        let (lowest, highest) = (*eigen.values.last()?, eigen.values[0].abs());
        if lowest > -1e-8 * highest.max(1e-8) {
            return None;
        }
        let direction = eigen.vectors.column(eigen.values.len() - 1);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for length in [0.03, 0.1, 0.3, -0.03, -0.1, -0.3] {
            let beside: Vec<f64> = found
                .parameters
                .iter()
                .zip(&direction)
                .map(|(t, d)| t + length * d)
                .collect();
            let Some(evaluation) = self.evaluate(&beside, &found.evaluation.modes) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(value, _)| evaluation.log_likelihood > *value)
            {
                best = Some((evaluation.log_likelihood, beside));
            }
        }
        best.filter(|(value, _)| *value > found.evaluation.log_likelihood)
            .map(|(_, beside)| beside)
    }

    /// Diagonals and the root of a dispersion made positive.
    fn positive(&self, parameters: &[f64]) -> Vec<f64> {
        let covariance = &self.function.covariance;
        let mut positive = parameters.to_vec();
        for term in 0..covariance.terms.len() {
            let lambda = lower_factor(&covariance.lambda(parameters, term), 0.0);
            covariance.set_lambda(&mut positive, term, &lambda);
        }
        if let Some(root) = self.dispersion_place() {
            positive[root] = positive[root].abs();
        }
        positive
    }

    /// What is nearly zero made exactly so.
    fn snapped(&self, parameters: &[f64]) -> Vec<f64> {
        let covariance = &self.function.covariance;
        let mut snapped = self.positive(parameters);
        for term in 0..covariance.terms.len() {
            let mut lambda = covariance.lambda(&snapped, term);
            for i in (0..lambda.n_rows())
                .filter(|&i| lambda[(i, i)] < SMALL)
                .collect::<Vec<_>>()
            {
                for k in i..lambda.n_rows() {
                    // The rest of the column moves to the next one that has room for it.
                    let value = std::mem::take(&mut lambda[(k, i)]);
                    if k > i {
                        lambda[(k, k)] = (lambda[(k, k)].powi(2) + value * value).sqrt();
                    }
                }
            }
            covariance.set_lambda(&mut snapped, term, &lambda);
        }
        if let Some(root) = self
            .dispersion_place()
            .filter(|&root| snapped[root] < SMALL)
        {
            snapped[root] = 0.0;
        }
        snapped
    }

    /// For each parameter whether its whole column of `Λ`, or the dispersion, is zero.
    fn zero_columns(&self, parameters: &[f64]) -> Vec<bool> {
        let covariance = &self.function.covariance;
        let mut zero = vec![false; parameters.len()];
        for (place, element) in covariance.elements().iter().enumerate() {
            let lambda = covariance.lambda(parameters, element.term);
            zero[place] =
                (element.column..lambda.n_rows()).all(|row| lambda[(row, element.column)] == 0.0);
        }
        if let Some(root) = self.dispersion_place() {
            zero[root] = parameters[root] == 0.0;
        }
        zero
    }

    /// Where the root of a dispersion stands, in which the likelihood is even.
    fn dispersion_place(&self) -> Option<usize> {
        let last = self.function.n_parameters().checked_sub(1)?;
        self.function.likelihood.is_even_in_shape().then_some(last)
    }
}

/// How finely a derivative is taken.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Coarse,
    Fine,
}

impl Rule {
    /// The length of a step, and the points in steps with their weights.
    fn points(self) -> (f64, &'static [(f64, f64)]) {
        match self {
            Self::Coarse => (5e-5, &[(1.0, 0.5), (-1.0, -0.5)]),
            Self::Fine => (
                2e-3,
                &[
                    (1.0, 2.0 / 3.0),
                    (-1.0, -2.0 / 3.0),
                    (2.0, -1.0 / 12.0),
                    (-2.0, 1.0 / 12.0),
                ],
            ),
        }
    }
}
