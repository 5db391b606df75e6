//! What a fitted model says about the rows that it used: fitted values, residuals, and the share of the
//! variance between the groups.

use super::{InternalColumns, LinearMixedModel, coordinates};

impl LinearMixedModel {
    /// The share of the variance that lies between the groups: the variance of the random intercepts over
    /// the sum with the residual variance.
    ///
    /// `None` when a slope is random, because the share then depends on the covariate.
    #[must_use]
    pub fn intraclass_correlation(&self) -> Option<f64> {
        let only_intercepts = self
            .frame
            .random
            .iter()
            .all(|term| term.column_names == ["(Intercept)"]);
        let between: f64 = self
            .random
            .iter()
            .filter(|c| c.group != "Residual")
            .map(|c| c.value)
            .sum();
        only_intercepts.then(|| between / (between + self.sigma * self.sigma))
    }

    /// The positions in the table of the rows used.
    #[must_use]
    pub fn used_rows(&self) -> &[usize] {
        &self.frame.used_rows
    }

    /// The fitted values of the rows used, random effects included.
    #[must_use]
    pub fn fitted(&self) -> Vec<f64> {
        let mut fitted = self.fixed_part();
        for (term, modes) in self.frame.random.iter().zip(self.modes_by_term()) {
            for (k, column) in term.columns.iter().enumerate() {
                for ((value, &code), z) in fitted.iter_mut().zip(&term.codes).zip(column) {
                    *value += z * modes[(code as usize, k)];
                }
            }
        }
        fitted
    }

    /// Response minus fitted values.
    #[must_use]
    pub fn residuals(&self) -> Vec<f64> {
        self.frame
            .response
            .iter()
            .zip(self.fitted())
            .map(|(y, fitted)| y - fitted)
            .collect()
    }

    /// Response minus fixed part and offset.
    #[must_use]
    pub fn marginal_residuals(&self) -> Vec<f64> {
        self.frame
            .response
            .iter()
            .zip(self.fixed_part())
            .map(|(y, fixed)| y - fixed)
            .collect()
    }

    /// Residuals divided by their residual standard deviation, `sigma / sqrt(weight)`.
    #[must_use]
    pub fn standardised_residuals(&self) -> Vec<f64> {
        let roots = self.frame.roots_of_weights();
        let root = |row: usize| roots.as_ref().map_or(1.0, |roots| roots[row]);
        self.residuals()
            .into_iter()
            .enumerate()
            .map(|(row, residual)| residual * root(row) / self.sigma)
            .collect()
    }

    /// The columns in the coordinates of the fit, made again.
    pub(crate) fn internal_columns(&self) -> Option<InternalColumns> {
        coordinates::internal(&self.frame)
            .ok()
            .map(|(_, columns)| columns)
    }

    /// `X beta` and offset for the rows used.
    pub(crate) fn fixed_part(&self) -> Vec<f64> {
        let mut values = self
            .frame
            .offset
            .clone()
            .unwrap_or_else(|| vec![0.0; self.n_observations]);
        for (&position, coefficient) in self.coordinates.kept.iter().zip(&self.coefficients) {
            crate::matrix::add_scaled(&mut values, *coefficient, &self.frame.columns[position]);
        }
        values
    }
}
