//! Fixed effects without some of the rows, given the variance components, and what these would become.
//!
//! With one grouping factor the sums of a level are taken away from the total; otherwise the sums
//! are made anew without the rows.

use super::deviance::LevelFactor;
use super::lanes::LANES;
use super::{
    DevianceFunction, LinearMixedModel, NewtonStep, coordinates, deviance_function_of, named_theta,
    variance_components,
};
use crate::matrix::{Cholesky, Matrix, add_scaled};

/// The fixed effects without some rows, in internal coordinates.
#[derive(Debug, Clone)]
pub(crate) struct Remaining {
    pub coefficients: Vec<f64>,
    /// The factor of `X'W⁻¹X`.
    pub information: Cholesky,
}

impl LinearMixedModel {
    /// The fixed effects without the rows that are chosen; `None` when they cannot be estimated.
    pub(crate) fn fixed_effects_without_rows(
        &self,
        leaves_out: impl Fn(usize) -> bool,
    ) -> Option<Remaining> {
        let function = self.function_without_rows(leaves_out)?;
        let evaluation = function.evaluate(&self.minimum.theta)?;
        self.is_estimable(&evaluation.information)
            .then_some(Remaining {
                coefficients: evaluation.coefficients,
                information: evaluation.information,
            })
    }

    /// The deviance without the rows that are chosen.
    fn function_without_rows(
        &self,
        leaves_out: impl Fn(usize) -> bool,
    ) -> Option<DevianceFunction> {
        let (_, mut columns) = coordinates::internal(&self.frame).ok()?;
        let mut n_left_out = 0.0;
        for row in (0..self.n_observations).filter(|&row| leaves_out(row)) {
            // A row of zeros adds nothing to any sum.
            columns.y[row] = 0.0;
            columns.q.iter_mut().for_each(|column| column[row] = 0.0);
            columns
                .z
                .iter_mut()
                .flatten()
                .for_each(|column| column[row] = 0.0);
            n_left_out += 1.0;
        }
        let mut function = deviance_function_of(&self.frame, &columns, self.estimator).ok()?;
        function.products.n -= n_left_out;
        Some(function)
    }

    /// Variances and covariances, the residual variance last, after one Newton step from the fit without the rows that
    /// are chosen; `None` when the rest does not determine them.
    pub(crate) fn variances_without_rows(
        &self,
        leaves_out: impl Fn(usize) -> bool,
    ) -> Option<Vec<f64>> {
        let function = self.function_without_rows(leaves_out)?;
        let theta = &self.minimum.theta;
        let evaluation = function.evaluate(theta)?;
        if !self.is_estimable(&evaluation.information) || function.degrees_of_freedom() < 1.0 {
            return None;
        }
        let derivatives = function.derivatives(theta, &evaluation);
        let (gradient, hessian) =
            function
                .shape
                .to_theta(theta, &derivatives.gradient, &derivatives.hessian);
        let step = NewtonStep::new(&gradient, &hessian, &self.minimum.at_zero);
        let moved: Vec<f64> = theta
            .iter()
            .zip(&step.direction)
            .map(|(t, d)| t + d)
            .collect();
        let residual_squares = function.evaluate(&moved)?.residual_squares;
        let sigma = self.coordinates.response_scale
            * (residual_squares / function.degrees_of_freedom()).sqrt();
        let reported = self.coordinates.reported_theta(&function.shape, &moved);
        let theta = named_theta(&self.frame, &function.shape, &reported);
        let components = variance_components(&self.frame, &function.shape, &theta, sigma);
        Some(
            components
                .into_iter()
                .map(|component| component.value)
                .collect(),
        )
    }

    /// Taking away the only group that shows an effect leaves rounding error.
    fn is_estimable(&self, information: &Cholesky) -> bool {
        let weakest = |factor: &Cholesky| {
            factor
                .lower()
                .diagonal()
                .into_iter()
                .fold(f64::INFINITY, f64::min)
        };
        weakest(information) > 1e-6 * weakest(&self.minimum.evaluation.information)
    }

    /// The fixed effects without each level of the only grouping factor, in the order of its levels.
    pub(crate) fn fixed_effects_without_each_level(&self) -> Vec<Option<Remaining>> {
        let products = &self.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let own = self.sums_by_level();
        let lambda = self.function.shape.eliminated_lambda(&self.minimum.theta);
        let total = self.function.sums_at(&self.minimum.theta);
        let mut level = LevelFactor::new(width, p1);
        let mut result = vec![None; products.n_levels];
        for (position, &original) in products.level_order.iter().enumerate() {
            let lane = position % LANES;
            if lane == 0 {
                level.solve(&products.levels, &lambda, position / LANES, width, p1);
            }
            let mut remaining = total.clone();
            remaining.add_scaled(-1.0, &own[original as usize]);
            for i in 0..width {
                let block = (position / LANES) * width * p1 + i * p1;
                let before: Vec<f64> = (0..p1)
                    .map(|a| products.levels.right[block + a].0[lane])
                    .collect();
                let after: Vec<f64> = (0..p1).map(|a| level.right[i * p1 + a].0[lane]).collect();
                for a in 0..p1 {
                    add_scaled(remaining.row_mut(a), before[a], &before);
                    add_scaled(remaining.row_mut(a), -after[a], &after);
                }
            }
            result[original as usize] = self.solved(&remaining);
        }
        result
    }

    /// `[X y]'[X y]` of each level, internally.
    fn sums_by_level(&self) -> Vec<Matrix> {
        let p = self.function.products.p;
        let term = &self.frame.random[0];
        let mut sums = vec![Matrix::zeros(p + 1, p + 1); term.levels.len()];
        let kept: Vec<&Vec<f64>> = self
            .coordinates
            .kept
            .iter()
            .map(|&at| &self.frame.columns[at])
            .collect();
        let roots = self.frame.roots_of_weights();
        let mut row_values = vec![0.0; p + 1];
        for (row, &code) in term.codes.iter().enumerate() {
            // A row of Q is a row of X times the inverse of the upper triangle.
            for j in 0..p {
                row_values[j] = (0..=j)
                    .map(|i| kept[i][row] * self.coordinates.inverse_upper[(i, j)])
                    .sum();
            }
            let offset = self.frame.offset.as_ref().map_or(0.0, |offset| offset[row]);
            let explained: f64 = row_values[..p]
                .iter()
                .zip(&self.coordinates.least_squares)
                .map(|(q, b)| q * b)
                .sum();
            row_values[p] =
                (self.frame.response[row] - offset - explained) / self.coordinates.response_scale;
            // `inverse_upper` belongs to the weighted rows.
            let root = roots.as_ref().map_or(1.0, |roots| roots[row]);
            row_values.iter_mut().for_each(|value| *value *= root);
            let target = &mut sums[code as usize];
            for a in 0..=p {
                add_scaled(target.row_mut(a), row_values[a], &row_values);
            }
        }
        sums
    }

    fn solved(&self, sums: &Matrix) -> Option<Remaining> {
        let p = self.function.products.p;
        let information = Cholesky::new(&Matrix::from_function(p, p, |i, j| sums[(i, j)]))?;
        self.is_estimable(&information).then(|| Remaining {
            coefficients: information.solve(&sums.column(p)[..p]),
            information,
        })
    }
}
