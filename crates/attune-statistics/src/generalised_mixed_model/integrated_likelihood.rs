//! The log-likelihood with the random effects integrated out, and its exact gradient.
//!
//! By Laplace's approximation, or for one scalar random effect by adaptive Gauss–Hermite quadrature (Pinheiro &
//! Bates 1995). The gradient follows the mode and the curvature as they move with the parameters: with `h` the
//! leverage of a row in `A = I + V'WV`, the determinant contributes `h/2` times the third derivative, and what
//! reaches the mode goes back through one solve with `A`. All constants are included.

use super::conditional_likelihood::{ConditionalLikelihood, RowDerivatives};
use super::gauss_hermite::GaussHermite;
use super::penalised_mode::{GivenParameters, PenalisedMode};
use super::quadrature_groups::Groups;
use super::random_design::RandomDesign;
use crate::linear_mixed_model::CovarianceShape;
use crate::matrix::{add_scaled, dot, sum};

/// The function that a fit maximises. Its parameters are theta, then the coefficients of the fixed columns,
/// then the shape parameters of the distribution.
#[derive(Debug, Clone)]
pub(crate) struct IntegratedLikelihood<L> {
    pub likelihood: L,
    /// The fixed columns, uncorrelated and of unit mean square.
    pub columns: Vec<Vec<f64>>,
    pub offset: Vec<f64>,
    pub random: RandomDesign,
    pub covariance: CovarianceShape,
    /// `None` for Laplace's approximation.
    pub rule: Option<GaussHermite>,
}

/// The log-likelihood at a point.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub log_likelihood: f64,
    pub gradient: Vec<f64>,
    /// The modes of the standardised random effects.
    pub modes: Vec<f64>,
    /// Their conditional covariance, laid out as the pattern of the random design.
    pub mode_covariance: Vec<f64>,
    /// The linear predictor with the modes.
    pub predictor: Vec<f64>,
}

/// The parameters by kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters<'a> {
    pub theta: &'a [f64],
    pub coefficients: &'a [f64],
    pub shape: &'a [f64],
}

impl<L: ConditionalLikelihood> IntegratedLikelihood<L> {
    pub(crate) fn n_theta(&self) -> usize {
        self.covariance.elements().len()
    }

    pub(crate) fn n_parameters(&self) -> usize {
        self.n_theta() + self.columns.len() + self.likelihood.n_shape()
    }

    pub(crate) fn parts<'a>(&self, parameters: &'a [f64]) -> Parameters<'a> {
        let (theta, rest) = parameters.split_at(self.n_theta());
        let (coefficients, shape) = rest.split_at(self.columns.len());
        Parameters {
            theta,
            coefficients,
            shape,
        }
    }

    /// The log-likelihood, searching the modes from a guess; `None` when it is not finite or not defined.
    pub(crate) fn evaluate(&self, parameters: &[f64], guess: &[f64]) -> Option<Evaluation> {
        let parts = self.parts(parameters);
        if !self.likelihood.is_possible(parts.shape) {
            return None;
        }
        let mut fixed = self.offset.clone();
        for (coefficient, column) in parts.coefficients.iter().zip(&self.columns) {
            add_scaled(&mut fixed, *coefficient, column);
        }
        let scaled = self.random.scaled(&self.covariance, parts.theta);
        let given = GivenParameters {
            likelihood: &self.likelihood,
            random: &self.random,
            scaled,
            fixed,
            shape: parts.shape,
        };
        let mode = given.mode(guess)?;
        let inverse = mode.precision.inverse_within_pattern();
        let (value, gradient) = match &self.rule {
            None => self.laplace(&given, &mode, &inverse),
            Some(rule) => self.quadrature(&given, &mode, rule),
        };
        let (free, free_gradient) = self.likelihood.free_of_predictor(parts.shape);
        let mut gradient = gradient;
        let first_shape = parameters.len() - free_gradient.len();
        add_scaled(&mut gradient[first_shape..], 1.0, &free_gradient);
        let log_likelihood = value + free;
        let finite = log_likelihood.is_finite() && gradient.iter().all(|value| value.is_finite());
        let PenalisedMode {
            effects: modes,
            predictor,
            ..
        } = mode;
        finite.then_some(Evaluation {
            log_likelihood,
            gradient,
            modes,
            mode_covariance: inverse,
            predictor,
        })
    }

    fn laplace(
        &self,
        given: &GivenParameters<'_, L>,
        mode: &PenalisedMode<'_>,
        inverse: &[f64],
    ) -> (f64, Vec<f64>) {
        let random = &self.random;
        let n_rows = mode.rows.len();
        let mut products = vec![0.0; n_rows * random.n_slots];
        let mut leverage = vec![0.0; n_rows];
        let mut carried = vec![0.0; random.n_effects];
        for (row, derivatives) in mode.rows.iter().enumerate() {
            let v = given.scaled_row(row);
            let product = &mut products[row * random.n_slots..(row + 1) * random.n_slots];
            random.within_row(row, inverse, v, product);
            leverage[row] = dot(product, v);
            for (&effect, v) in random.effects(row).iter().zip(v) {
                carried[effect as usize] += 0.5 * leverage[row] * derivatives.third * v;
            }
        }
        let carried = mode.precision.solve(&carried);
        let mut gradient = vec![0.0; self.n_parameters()];
        let mut at_predictor = vec![0.0; n_rows];
        for (row, derivatives) in mode.rows.iter().enumerate() {
            let through_mode = dot_at(&carried, random.effects(row), given.scaled_row(row));
            let all = derivatives.first
                + 0.5 * leverage[row] * derivatives.third
                + derivatives.second * through_mode;
            at_predictor[row] = all;
            let product = &products[row * random.n_slots..(row + 1) * random.n_slots];
            self.add_theta(&mut gradient, row, |slot, effect| {
                all * mode.effects[effect]
                    + derivatives.first * carried[effect]
                    + derivatives.second * product[slot]
            });
            self.add_shape(
                &mut gradient,
                given,
                (row, mode.predictor[row]),
                (1.0, through_mode, 0.5 * leverage[row]),
            );
        }
        self.set_coefficients(&mut gradient, &at_predictor);
        (
            mode.value - 0.5 * mode.precision.log_determinant(),
            gradient,
        )
    }

    /// With one scalar random effect, a row has one slot and the groups are independent.
    fn quadrature(
        &self,
        given: &GivenParameters<'_, L>,
        mode: &PenalisedMode<'_>,
        rule: &GaussHermite,
    ) -> (f64, Vec<f64>) {
        let groups = self.groups(given, mode, rule);
        let mut gradient = vec![0.0; self.n_parameters()];
        let mut at_predictor = vec![0.0; mode.rows.len()];
        let slope = groups.through_mode(self, given, mode);
        for (row, derivatives) in mode.rows.iter().enumerate() {
            let (group, v, z) = (
                self.random.effects(row)[0] as usize,
                given.scaled_row(row)[0],
                self.random.values(row)[0],
            );
            let (mut first, mut first_by_effect) = (0.0, 0.0);
            for (probability, effect) in groups.nodes(group) {
                let predictor = given.fixed[row] + v * effect;
                let at_node = self.likelihood.row(row, predictor, given.shape);
                first += probability * at_node.first;
                first_by_effect += probability * at_node.first * effect;
                self.add_shape(
                    &mut gradient,
                    given,
                    (row, predictor),
                    (probability, 0.0, 0.0),
                );
            }
            let share = groups.spread[group] / groups.precision[group];
            let through_mode = v * slope[group];
            let half_leverage = 0.5 * share * v * v;
            let of_mode = half_leverage * derivatives.third + derivatives.second * through_mode;
            at_predictor[row] = first + of_mode;
            gradient[0] += z
                * (first_by_effect
                    + of_mode * mode.effects[group]
                    + derivatives.first * slope[group]
                    + derivatives.second * share * v);
            self.add_shape(
                &mut gradient,
                given,
                (row, mode.predictor[row]),
                (0.0, through_mode, half_leverage),
            );
        }
        self.set_coefficients(&mut gradient, &at_predictor);
        (sum(&groups.log_integrals), gradient)
    }

    /// Adds to the gradient of theta what a row contributes through each of its slots.
    fn add_theta(&self, gradient: &mut [f64], row: usize, slope: impl Fn(usize, usize) -> f64) {
        let (values, effects) = (self.random.values(row), self.random.effects(row));
        let mut next = 0;
        for (term, &first) in self.covariance.terms.iter().zip(&self.random.first_slot) {
            for column in 0..term.width {
                let slope = slope(first + column, effects[first + column] as usize);
                for value in &values[first + column..first + term.width] {
                    gradient[next] += slope * value;
                    next += 1;
                }
            }
        }
    }

    /// Adds to the gradient of the shape parameters, weighting the derivatives of value, first and second.
    fn add_shape(
        &self,
        gradient: &mut [f64],
        given: &GivenParameters<'_, L>,
        (row, predictor): (usize, f64),
        (value, first, second): (f64, f64, f64),
    ) {
        let start = gradient.len() - given.shape.len();
        if given.shape.is_empty() {
            return;
        }
        for derivatives in self
            .likelihood
            .shape_derivatives(row, predictor, given.shape)
        {
            gradient[start + derivatives.parameter] +=
                value * derivatives.value + first * derivatives.first + second * derivatives.second;
        }
    }

    fn set_coefficients(&self, gradient: &mut [f64], at_predictor: &[f64]) {
        let first = self.n_theta();
        for (place, column) in self.columns.iter().enumerate() {
            gradient[first + place] = dot(column, at_predictor);
        }
    }

    fn groups(
        &self,
        given: &GivenParameters<'_, L>,
        mode: &PenalisedMode<'_>,
        rule: &GaussHermite,
    ) -> Groups {
        let (n_groups, n_nodes) = (self.random.n_effects, rule.nodes.len());
        let mut precision = vec![1.0; n_groups];
        for (row, RowDerivatives { second, .. }) in mode.rows.iter().enumerate() {
            let v = given.scaled_row(row)[0];
            precision[self.random.effects(row)[0] as usize] -= second * v * v;
        }
        let mut groups = Groups::new(n_nodes, precision, &mode.effects, rule);
        let mut log_density: Vec<f64> = groups
            .effects
            .iter()
            .map(|effect| -0.5 * effect * effect)
            .collect();
        let mut slope: Vec<f64> = groups.effects.iter().map(|effect| -effect).collect();
        for row in 0..mode.rows.len() {
            let (group, v) = (
                self.random.effects(row)[0] as usize,
                given.scaled_row(row)[0],
            );
            for node in group * n_nodes..(group + 1) * n_nodes {
                let at_node = self.likelihood.row(
                    row,
                    given.fixed[row] + v * groups.effects[node],
                    given.shape,
                );
                log_density[node] += at_node.value;
                slope[node] += v * at_node.first;
            }
        }
        for group in 0..n_groups {
            groups.integrate(group, rule, &log_density, &slope);
        }
        groups
    }
}

fn dot_at(values: &[f64], places: &[u32], factors: &[f64]) -> f64 {
    places
        .iter()
        .zip(factors)
        .map(|(&place, factor)| values[place as usize] * factor)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generalised_mixed_model::Family;
    use crate::generalised_mixed_model::counts_and_proportions::CountsAndProportions;
    use crate::model_frame::RandomTerm;

    fn term(group: &str, codes: Vec<u32>, columns: Vec<Vec<f64>>) -> RandomTerm {
        let n_levels = codes.iter().max().map_or(0, |&code| code + 1);
        RandomTerm {
            group: group.to_owned(),
            levels: (0..n_levels).map(|level| level.to_string()).collect(),
            codes,
            column_names: (0..columns.len()).map(|k| format!("x{k}")).collect(),
            columns,
        }
    }

    /// 24 rows in 6 groups that cross 3 others.
    fn function(
        family: Family,
        terms: &[RandomTerm],
        rule: Option<GaussHermite>,
    ) -> IntegratedLikelihood<CountsAndProportions> {
        let response: Vec<f64> = (0..24)
            .map(|row| f64::from((row * row * 7 + row) % 5))
            .collect();
        let trials = vec![if family == Family::Binomial { 6.0 } else { 1.0 }; 24];
        let weights = (0..24).map(|row| 1.0 + f64::from(row % 3) * 0.25).collect();
        let z: Vec<Vec<Vec<f64>>> = terms.iter().map(|term| term.columns.clone()).collect();
        let widths: Vec<(usize, Option<usize>)> = terms
            .iter()
            .map(|term| (term.columns.len(), None))
            .collect();
        IntegratedLikelihood {
            likelihood: CountsAndProportions::new(family, response, trials, weights),
            columns: vec![
                vec![1.0; 24],
                (0..24).map(|row| f64::from(row % 4) - 1.5).collect(),
            ],
            offset: (0..24).map(|row| 0.05 * f64::from(row % 7)).collect(),
            random: RandomDesign::new(terms, &z, 24).unwrap(),
            covariance: CovarianceShape::new(&widths),
            rule,
        }
    }

    fn crossed() -> Vec<RandomTerm> {
        let slope = (0..24).map(|row| f64::from(row % 5) - 2.0).collect();
        vec![
            term(
                "child",
                (0..24).map(|row| row / 4).collect(),
                vec![vec![1.0; 24], slope],
            ),
            term(
                "coder",
                (0..24).map(|row| row % 3).collect(),
                vec![vec![1.0; 24]],
            ),
        ]
    }

    fn check_gradient(function: &IntegratedLikelihood<CountsAndProportions>, parameters: &[f64]) {
        let modes = vec![0.0; function.random.n_effects];
        let here = function.evaluate(parameters, &modes).unwrap();
        for place in 0..parameters.len() {
            let value = |sign: f64| {
                let mut beside = parameters.to_vec();
                beside[place] += sign * 1e-4;
                function.evaluate(&beside, &modes).unwrap().log_likelihood
            };
            let numeric = (value(1.0) - value(-1.0)) / 2e-4;
            let error = (numeric - here.gradient[place]).abs() / (1.0 + numeric.abs());
            assert!(
                error < 1e-6,
                "{place}: {} for {numeric}",
                here.gradient[place]
            );
        }
    }

    #[test]
    fn the_gradient_of_laplace_is_the_slope_of_its_value() {
        let (binomial, poisson) = (Family::Binomial, Family::Poisson);
        check_gradient(
            &function(binomial, &crossed(), None),
            &[0.8, -0.3, 0.5, 0.7, -0.4, 0.2],
        );
        check_gradient(
            &function(poisson, &crossed(), None),
            &[0.8, 0.3, 0.0, 0.0, 0.4, 0.2],
        );
        check_gradient(
            &function(Family::NegativeBinomial, &crossed(), None),
            &[0.5, 0.1, 0.4, 0.3, 0.4, 0.2, 0.6],
        );
        check_gradient(
            &function(Family::NegativeBinomial, &[], None),
            &[0.4, 0.2, 0.6],
        );
    }

    #[test]
    fn the_gradient_of_quadrature_is_the_slope_of_its_value() {
        let slope = (0..24).map(|row| 0.5 + f64::from(row % 5)).collect();
        let scalar = [term(
            "child",
            (0..24).map(|row| row / 4).collect(),
            vec![slope],
        )];
        for nodes in [2, 3, 9] {
            let rule = || Some(GaussHermite::new(nodes));
            check_gradient(
                &function(Family::Binomial, &scalar, rule()),
                &[0.9, -0.4, 0.2],
            );
            check_gradient(
                &function(Family::NegativeBinomial, &scalar, rule()),
                &[0.3, -0.4, 0.2, 0.6],
            );
        }
    }

    #[test]
    fn one_node_is_laplace_and_many_are_the_integral() {
        let terms = &crossed()[1..];
        let modes = vec![0.0; 3];
        let value = |rule: Option<GaussHermite>| {
            function(Family::Poisson, terms, rule)
                .evaluate(&[0.9, 0.4, 0.2], &modes)
                .unwrap()
                .log_likelihood
        };
        assert!((value(Some(GaussHermite::new(1))) - value(None)).abs() < 1e-12);
        // A fine trapezoid rule over the density itself, which is exact to rounding for smooth integrands.
        let function = function(Family::Poisson, terms, None);
        let integral = |group: u32| -> f64 {
            let density = |u: f64| -> f64 {
                let rows = (0..24).filter(|&row| function.random.effects(row)[0] == group);
                let of_row = |row: usize| {
                    let eta = function.offset[row] + 0.4 + 0.2 * function.columns[1][row] + 0.9 * u;
                    function.likelihood.row(row, eta, &[]).value
                };
                libm::exp(rows.map(of_row).sum::<f64>() - 0.5 * u * u)
            };
            let step = 0.001;
            let total: f64 = (-12_000..=12_000)
                .map(|k| density(f64::from(k) * step))
                .sum();
            libm::log(total * step / std::f64::consts::TAU.sqrt())
        };
        let expected: f64 =
            (0..3).map(integral).sum::<f64>() + function.likelihood.free_of_predictor(&[]).0;
        assert!((value(Some(GaussHermite::new(40))) / expected - 1.0).abs() < 1e-12);
    }
}
