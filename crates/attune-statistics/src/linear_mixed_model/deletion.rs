//! Fixed effects without some of the rows, given the variance components.
//!
//! With one grouping factor the sums of a level are taken away from the total; otherwise the sums
//! are made anew without the rows.

use super::deviance::LevelFactor;
use super::lanes::LANES;
use super::{LinearMixedModel, coordinates, deviance_function_of};
use crate::matrix::{Cholesky, Matrix, add_scaled};

impl LinearMixedModel {
    /// The internal coefficients without the rows that are chosen; `None` when they cannot be estimated.
    pub(crate) fn coefficients_without_rows(
        &self,
        leaves_out: impl Fn(usize) -> bool,
    ) -> Option<Vec<f64>> {
        let (_, mut columns) = coordinates::internal(&self.frame).ok()?;
        for row in (0..self.n_observations).filter(|&row| leaves_out(row)) {
            // A row of zeros adds nothing to any sum.
            columns.y[row] = 0.0;
            columns.q.iter_mut().for_each(|column| column[row] = 0.0);
            columns
                .z
                .iter_mut()
                .flatten()
                .for_each(|column| column[row] = 0.0);
        }
        let function = deviance_function_of(&self.frame, &columns, self.estimator).ok()?;
        let evaluation = function.evaluate(&self.minimum.theta)?;
        let weakest = evaluation
            .information
            .lower()
            .diagonal()
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        let usual = self
            .minimum
            .evaluation
            .information
            .lower()
            .diagonal()
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        (weakest > 1e-6 * usual).then_some(evaluation.coefficients)
    }

    /// The internal coefficients without each level of the only grouping factor, in the order of its levels.
    pub(crate) fn coefficients_without_each_level(&self) -> Vec<Option<Vec<f64>>> {
        let products = &self.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let own = self.sums_by_level();
        let lambda = self.function.shape.eliminated_lambda(&self.minimum.theta);
        let total = self.function.sums_at(&self.minimum.theta);
        let usual = self
            .minimum
            .evaluation
            .information
            .lower()
            .diagonal()
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        let mut level = LevelFactor::new(width, p1);
        let mut result = vec![None; products.n_levels];
        for (position, &original) in products.level_order.iter().enumerate() {
            let lane = position % LANES;
            if lane == 0 {
                level.solve(products, &lambda, position / LANES, width);
            }
            let mut remaining = total.clone();
            remaining.add_scaled(-1.0, &own[original as usize]);
            for i in 0..width {
                let block = (position / LANES) * width * p1 + i * p1;
                let before: Vec<f64> = (0..p1).map(|a| products.right[block + a].0[lane]).collect();
                let after: Vec<f64> = (0..p1).map(|a| level.right[i * p1 + a].0[lane]).collect();
                for a in 0..p1 {
                    add_scaled(remaining.row_mut(a), before[a], &before);
                    add_scaled(remaining.row_mut(a), -after[a], &after);
                }
            }
            result[original as usize] = solved(&remaining, products.p, usual);
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
}

fn solved(sums: &Matrix, p: usize, usual: f64) -> Option<Vec<f64>> {
    let information = Cholesky::new(&Matrix::from_function(p, p, |i, j| sums[(i, j)]))?;
    let weakest = information
        .lower()
        .diagonal()
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    // Taking away the only group that shows an effect leaves rounding error.
    (weakest > 1e-6 * usual).then(|| information.solve(&sums.column(p)[..p]))
}
