//! The smallest deviance: step three of a fit.
//!
//! Newton's method with exact derivatives, which ends on the last digits instead of a tolerance. The
//! deviance is even in each column of `Λ`, so a variance of zero is a stationary point like any
//! other: there the curvature decides whether zero is the answer (the derivative with respect to
//! `G` must not be negative in any direction that `G` leaves open), and a saddle is left along the
//! direction of negative curvature.

use super::covariance::lower_factor;
use super::derivatives::Derivatives;
use super::deviance::{DevianceFunction, Evaluation};
use crate::matrix::{Matrix, dot, symmetric_eigen};

/// How the optimum was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimum {
    /// How often the deviance was evaluated.
    pub evaluations: usize,
    /// How many Newton steps were taken.
    pub iterations: usize,
    /// The largest absolute derivative of the deviance with respect to a free parameter, in standardised units.
    pub gradient_norm: f64,
    /// Twice the distance to the optimum in units of deviance, as the last step predicted it.
    pub newton_decrement: f64,
}

/// The point found.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub theta: Vec<f64>,
    pub evaluation: Evaluation,
    pub derivatives: Derivatives,
    /// Whether each parameter is held at zero, on the boundary.
    pub at_zero: Vec<bool>,
    pub converged: bool,
    /// Whether the deviance does not change along some direction of the free parameters.
    pub flat: bool,
    pub optimum: Optimum,
}

/// Below this a standard deviation (relative to the residual one) is tried as exactly zero.
const SMALL_FACTOR: f64 = 1e-4;
/// For each level, which says about one unit of information on a relative standard deviation: at this decrement
/// parameters are right to eleven digits.
const SMALLEST_DECREMENT: f64 = 1e-22;
/// From this many blocks of levels on, a sample of them gives the start.
const SAMPLE_FROM_BLOCKS: usize = 512;
const SAMPLE_BLOCKS: usize = 128;

/// Finds the minimum, from a given theta or from one that is found; `None` when the deviance is not finite anywhere.
pub(crate) fn minimise(
    function: &DevianceFunction,
    start: Option<&[f64]>,
    max_iterations: usize,
) -> Option<Minimum> {
    let mut search = Search {
        function,
        max_iterations,
        sufficient_decrement: SMALLEST_DECREMENT * (function.products.n_levels as f64).max(1.0),
        evaluations: 0,
        iterations: 0,
    };
    let start = match start {
        Some(theta) => search.off_the_boundary(theta.to_vec()),
        None => search.start()?,
    };
    let mut best = search.from(&start)?;
    if best.at_zero.contains(&true) && function.products.summed().n_blocks < SAMPLE_FROM_BLOCKS {
        // A fit on the boundary may be one of two minima: look from elsewhere, too.
        for scale in [0.1, 3.0] {
            if let Some(other) = search.elsewhere(scale, &best) {
                best = other;
            }
        }
    }
    best.optimum.evaluations = search.evaluations;
    best.optimum.iterations = search.iterations;
    Some(best)
}

struct Search<'a> {
    function: &'a DevianceFunction,
    max_iterations: usize,
    /// A decrement below this is good enough.
    sufficient_decrement: f64,
    evaluations: usize,
    iterations: usize,
}

impl Search<'_> {
    fn evaluate(&mut self, theta: &[f64]) -> Option<Evaluation> {
        self.evaluations += 1;
        self.function.evaluate(theta)
    }

    fn scaled_identity(&self, scale: f64) -> Vec<f64> {
        self.function
            .shape
            .is_diagonal()
            .iter()
            .map(|&diagonal| if diagonal { scale } else { 0.0 })
            .collect()
    }

    /// What lies on the boundary for a sample or another response may lie inside for this one.
    fn off_the_boundary(&self, mut theta: Vec<f64>) -> Vec<f64> {
        for (value, diagonal) in theta.iter_mut().zip(self.function.shape.is_diagonal()) {
            if diagonal && *value < 0.05 {
                *value = 0.05;
            }
        }
        theta
    }

    /// The best multiple of the identity, or for many levels the optimum of a sample of them.
    fn start(&mut self) -> Option<Vec<f64>> {
        let products = &self.function.products;
        let n_blocks = products.summed().n_blocks;
        if n_blocks >= SAMPLE_FROM_BLOCKS
            && products.components.is_empty()
            && products.shared.is_none()
        {
            let sample = self
                .function
                .with_products(products.sample((n_blocks / SAMPLE_BLOCKS).min(8)));
            let mut search = Search {
                function: &sample,
                // What a sample says is uncertain by about one unit of deviance.
                sufficient_decrement: 1e-3,
                ..*self
            };
            let start = search.start()?;
            if let Some(minimum) = search.newton(&start, &vec![false; start.len()], None) {
                return Some(self.off_the_boundary(self.snapped(&minimum.theta)));
            }
        }
        let starts: Vec<Vec<f64>> = [1.0, 0.3, 3.0]
            .iter()
            .map(|&scale| self.scaled_identity(scale))
            .collect();
        let deviances: Vec<Option<f64>> = starts
            .iter()
            .map(|theta| Some(self.evaluate(theta)?.deviance))
            .collect();
        let best = (0..starts.len())
            .filter(|&i| deviances[i].is_some())
            .min_by(|&i, &j| {
                deviances[i]
                    .unwrap_or(f64::NAN)
                    .total_cmp(&deviances[j].unwrap_or(f64::NAN))
            })?;
        Some(starts[best].clone())
    }

    /// Newton's method, then the boundary.
    fn from(&mut self, start: &[f64]) -> Option<Minimum> {
        let free = vec![false; start.len()];
        let mut inside = self.newton(start, &free, None)?;
        for _restart in 0..4 {
            let Some(theta) = self.away_from_saddle(&inside) else {
                break;
            };
            match self.newton(&theta, &free, None) {
                Some(other) if other.evaluation.deviance <= inside.evaluation.deviance => {
                    inside = other;
                }
                _ => break,
            }
        }
        let snapped = self.snapped(&inside.theta);
        let at_zero: Vec<bool> = snapped.iter().map(|&value| value == 0.0).collect();
        if !self.zero_columns(&snapped).contains(&true) {
            // Only signs have changed, and derivatives with respect to G do not know them.
            inside.theta = snapped;
            return Some(inside);
        }
        let at_zero: Vec<bool> = self
            .zero_columns(&snapped)
            .iter()
            .zip(at_zero)
            .map(|(&a, b)| a && b)
            .collect();
        match self.newton(&snapped, &at_zero, None) {
            Some(boundary) if self.is_optimal(&boundary) => Some(boundary),
            _ => Some(inside),
        }
    }

    /// A better minimum than the one known, from a multiple of the identity.
    fn elsewhere(&mut self, scale: f64, known: &Minimum) -> Option<Minimum> {
        let start = self.scaled_identity(scale);
        let free = vec![false; start.len()];
        let lowest = known.evaluation.deviance;
        let found = self.newton(&start, &free, Some(lowest))?;
        self.from(&found.theta)
            .filter(|other| other.evaluation.deviance < lowest - 1e-9)
    }

    /// Newton's method from a start; `None` when it runs into a deviance that is not finite, or to a minimum that
    /// is not lower than one that is known.
    fn newton(&mut self, start: &[f64], at_zero: &[bool], known: Option<f64>) -> Option<Minimum> {
        let function = self.function;
        let mut theta = start.to_vec();
        let mut evaluation = self.evaluate(&theta)?;
        let mut previous = f64::INFINITY;
        let mut remaining = self.max_iterations;
        loop {
            let derivatives = function.derivatives(&theta, &evaluation);
            let (gradient, hessian) =
                function
                    .shape
                    .to_theta(&theta, &derivatives.gradient, &derivatives.hessian);
            let step = NewtonStep::new(&gradient, &hessian, at_zero);
            let predicted = evaluation.deviance - 0.5 * step.decrement;
            if step.decrement < 1e-6
                && step.lowest_curvature > 0.0
                && known.is_some_and(|lowest| predicted > lowest - 1e-7)
            {
                return None;
            }
            let finished = step.decrement < self.sufficient_decrement
                || (step.decrement < 1e-13 && step.decrement > 0.1 * previous);
            // Once rounding is all that is left, the decrement stops falling by orders of magnitude.
            let moved = if finished || remaining == 0 {
                None
            } else {
                self.line_search(&theta, &evaluation, &step)
            };
            let Some((next, next_evaluation)) = moved else {
                let converged = step.decrement < 1e-8
                    && step.lowest_curvature >= -1e-6 * step.highest_curvature;
                let flat = self.is_flat(&theta, &derivatives.traces, &hessian, at_zero);
                return Some(Minimum {
                    theta,
                    evaluation,
                    derivatives,
                    at_zero: at_zero.to_vec(),
                    converged,
                    flat,
                    optimum: Optimum {
                        evaluations: self.evaluations,
                        iterations: self.iterations,
                        gradient_norm: step.gradient_norm,
                        newton_decrement: step.decrement,
                    },
                });
            };
            previous = step.decrement;
            (theta, evaluation) = (next, next_evaluation);
            remaining -= 1;
            self.iterations += 1;
        }
    }

    fn line_search(
        &mut self,
        theta: &[f64],
        evaluation: &Evaluation,
        step: &NewtonStep,
    ) -> Option<(Vec<f64>, Evaluation)> {
        let length = dot(&step.direction, &step.direction).sqrt();
        let longest = 1.0 + 0.5 * dot(theta, theta).sqrt();
        let mut factor = if length > longest {
            longest / length
        } else {
            1.0
        };
        // So close, differences of deviances are rounding error and the full step is right.
        let close = step.decrement < 1e-9 * (1.0 + evaluation.deviance.abs())
            && step.lowest_curvature > 0.0;
        for _halving in 0..40 {
            let next: Vec<f64> = theta
                .iter()
                .zip(&step.direction)
                .map(|(t, d)| t + factor * d)
                .collect();
            if let Some(next_evaluation) = self.evaluate(&next) {
                let gain = evaluation.deviance - next_evaluation.deviance;
                if close || gain > 1e-4 * factor * step.decrement {
                    return Some((next, next_evaluation));
                }
            }
            factor *= 0.5;
        }
        None
    }

    /// Whether the deviance does not curve along some direction of the free parameters.
    fn is_flat(&self, theta: &[f64], traces: &[f64], hessian: &Matrix, at_zero: &[bool]) -> bool {
        let sizes = self.function.natural_scales_of_theta(theta, traces);
        let free: Vec<usize> = (0..theta.len()).filter(|&k| !at_zero[k]).collect();
        let scaled = Matrix::from_function(free.len(), free.len(), |i, j| {
            hessian[(free[i], free[j])] / sizes[free[i]] / sizes[free[j]]
        });
        symmetric_eigen(&scaled)
            .values
            .last()
            .is_some_and(|lowest| lowest.abs() < 1e-8)
    }

    /// A point beside a saddle, in the direction in which the deviance falls; `None` at a minimum.
    fn away_from_saddle(&mut self, found: &Minimum) -> Option<Vec<f64>> {
        let shape = &self.function.shape;
        let (_, hessian) = shape.to_theta(
            &found.theta,
            &found.derivatives.gradient,
            &found.derivatives.hessian,
        );
        let eigen = symmetric_eigen(&hessian);
        let (lowest, highest) = (*eigen.values.last()?, eigen.values[0].abs());
        if lowest > -1e-8 * highest.max(1e-8) {
            return None;
        }
        let direction = eigen.vectors.column(eigen.values.len() - 1);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for length in [0.03, 0.1, 0.3, -0.03, -0.1, -0.3] {
            let theta: Vec<f64> = found
                .theta
                .iter()
                .zip(&direction)
                .map(|(t, d)| t + length * d)
                .collect();
            let Some(evaluation) = self.evaluate(&theta) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(deviance, _)| evaluation.deviance < *deviance)
            {
                best = Some((evaluation.deviance, theta));
            }
        }
        best.filter(|(deviance, _)| *deviance < found.evaluation.deviance)
            .map(|(_, theta)| theta)
    }

    /// Diagonals made positive, and factors that are nearly singular made exactly so.
    fn snapped(&self, theta: &[f64]) -> Vec<f64> {
        let shape = &self.function.shape;
        let mut snapped = theta.to_vec();
        for term in 0..shape.terms.len() {
            let mut lambda = lower_factor(&shape.lambda(theta, term), 0.0);
            for i in 0..lambda.n_rows() {
                if lambda[(i, i)].abs() < SMALL_FACTOR {
                    for k in i..lambda.n_rows() {
                        // The rest of the column moves to the next one that has room for it.
                        let value = lambda[(k, i)];
                        lambda[(k, i)] = 0.0;
                        if k > i {
                            let diagonal = lambda[(k, k)];
                            lambda[(k, k)] = (diagonal * diagonal + value * value).sqrt();
                        }
                    }
                }
            }
            shape.set_lambda(&mut snapped, term, &lambda);
        }
        snapped
    }

    /// For each parameter whether its whole column of `Λ` is zero.
    fn zero_columns(&self, theta: &[f64]) -> Vec<bool> {
        let shape = &self.function.shape;
        let lambdas: Vec<Matrix> = (0..shape.terms.len())
            .map(|term| shape.lambda(theta, term))
            .collect();
        let is_zero = |element: &super::covariance::Element| {
            let lambda = &lambdas[element.term];
            (element.column..lambda.n_rows()).all(|row| lambda[(row, element.column)] == 0.0)
        };
        shape.elements().iter().map(is_zero).collect()
    }

    /// Whether adding to `G` in any direction that it leaves open would raise the deviance.
    fn is_optimal(&self, found: &Minimum) -> bool {
        let shape = &self.function.shape;
        let gradient = &found.derivatives.gradient;
        let scale = found
            .derivatives
            .traces
            .iter()
            .fold(1.0_f64, |largest, value| largest.max(value.abs()));
        let elements = shape.elements();
        let open = (0..shape.terms.len()).all(|term| {
            let lambda = shape.lambda(&found.theta, term);
            let width = lambda.n_rows();
            let mut slope = Matrix::zeros(width, width);
            for (element, value) in elements
                .iter()
                .zip(gradient)
                .filter(|(element, _)| element.term == term)
            {
                let half = if element.row == element.column {
                    *value
                } else {
                    0.5 * value
                };
                slope[(element.row, element.column)] = half;
                slope[(element.column, element.row)] = half;
            }
            let eigen = symmetric_eigen(&lambda.times(&lambda.transposed()));
            let limit = 1e-12 * eigen.values[0].max(1e-300);
            let open: Vec<usize> = (0..width).filter(|&i| eigen.values[i] <= limit).collect();
            let projected = Matrix::from_function(open.len(), open.len(), |i, j| {
                let along = slope.times_vector(&eigen.vectors.column(open[i]));
                dot(&along, &eigen.vectors.column(open[j]))
            });
            symmetric_eigen(&projected)
                .values
                .last()
                .is_none_or(|&lowest| lowest >= -1e-10 * scale)
        });
        open && found.converged
    }
}

/// A Newton step that descends also where the deviance is not convex.
pub(crate) struct NewtonStep {
    pub direction: Vec<f64>,
    pub decrement: f64,
    pub gradient_norm: f64,
    pub lowest_curvature: f64,
    pub highest_curvature: f64,
}

impl NewtonStep {
    pub(crate) fn new(gradient: &[f64], hessian: &Matrix, at_zero: &[bool]) -> Self {
        let free: Vec<usize> = (0..gradient.len()).filter(|&k| !at_zero[k]).collect();
        let reduced =
            Matrix::from_function(free.len(), free.len(), |i, j| hessian[(free[i], free[j])]);
        let eigen = symmetric_eigen(&reduced);
        let highest = eigen
            .values
            .iter()
            .fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let mut direction = vec![0.0; gradient.len()];
        let mut decrement = 0.0;
        for (i, &value) in eigen.values.iter().enumerate() {
            let along: f64 = free
                .iter()
                .enumerate()
                .map(|(k, &place)| eigen.vectors[(k, i)] * gradient[place])
                .sum();
            // A flat direction, such as a rotation that leaves G alone, is not followed.
            let curvature = value.abs().max(1e-11 * highest);
            if curvature == 0.0 {
                continue;
            }
            decrement += along * along / curvature;
            for (k, &place) in free.iter().enumerate() {
                direction[place] -= eigen.vectors[(k, i)] * along / curvature;
            }
        }
        Self {
            direction,
            decrement,
            gradient_norm: free
                .iter()
                .fold(0.0_f64, |largest, &k| largest.max(gradient[k].abs())),
            lowest_curvature: eigen.values.last().copied().unwrap_or(0.0),
            highest_curvature: highest,
        }
    }
}
