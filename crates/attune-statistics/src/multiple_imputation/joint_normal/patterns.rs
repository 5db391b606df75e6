//! Drawing gaps given what was observed in the same row: rows that miss the same columns share the
//! regression of these on the others.

use std::collections::BTreeMap;

use crate::matrix::{Cholesky, Matrix};
use crate::resampling::draws::Draws;

/// Rows by which columns they miss.
pub(in crate::multiple_imputation) struct Patterns {
    patterns: Vec<(Conditional, Vec<usize>)>,
}

/// Columns of a normal vector that are missing, and those that are known.
pub(in crate::multiple_imputation) struct Conditional {
    pub missing: Vec<usize>,
    pub known: Vec<usize>,
}

/// The normal distribution of some columns given others.
pub(in crate::multiple_imputation) struct ConditionalNormal {
    /// For each missing column the weights of the known ones.
    pub weights: Matrix,
    /// Root of the covariance that remains.
    root: Matrix,
}

impl Conditional {
    pub(in crate::multiple_imputation) fn of(missing: &[bool]) -> Self {
        let (missing, known) = (0..missing.len()).partition(|&place| missing[place]);
        Self { missing, known }
    }

    /// The distribution of the missing given the known; `None` when the covariance is not positive definite.
    pub(in crate::multiple_imputation) fn given(
        &self,
        covariance: &Matrix,
    ) -> Option<ConditionalNormal> {
        let part = |rows: &[usize], columns: &[usize]| {
            Matrix::from_function(rows.len(), columns.len(), |i, j| {
                covariance[(rows[i], columns[j])]
            })
        };
        let across = part(&self.known, &self.missing);
        let known = Cholesky::new(&part(&self.known, &self.known))?;
        let half = known.forward_matrix(&across);
        let mut remaining = part(&self.missing, &self.missing);
        remaining.add_scaled(-1.0, &half.transposed_times(&half));
        let weights = Matrix::from_function(self.missing.len(), self.known.len(), |_, _| 0.0);
        let mut conditional = ConditionalNormal {
            weights,
            root: Cholesky::new(&remaining)?.lower().clone(),
        };
        for place in 0..self.missing.len() {
            let solved = known.solve(&across.column(place));
            conditional.weights.row_mut(place).copy_from_slice(&solved);
        }
        Some(conditional)
    }

    /// Draws the missing values of a row, whose means are given.
    pub(in crate::multiple_imputation) fn draw(
        &self,
        normal: &ConditionalNormal,
        row: &mut [f64],
        means: &[f64],
        draws: &mut Draws,
    ) {
        let surprise: Vec<f64> = self
            .known
            .iter()
            .map(|&place| row[place] - means[place])
            .collect();
        let mut centre = normal.weights.times_vector(&surprise);
        for (value, &place) in centre.iter_mut().zip(&self.missing) {
            *value += means[place];
        }
        let drawn = draws.multivariate_normal(&centre, &normal.root);
        for (&place, value) in self.missing.iter().zip(drawn) {
            row[place] = value;
        }
    }
}

impl Patterns {
    pub(in crate::multiple_imputation) fn new(missing: &[Vec<bool>]) -> Self {
        let mut rows: BTreeMap<&Vec<bool>, Vec<usize>> = BTreeMap::new();
        for (row, pattern) in missing.iter().enumerate() {
            if pattern.contains(&true) {
                rows.entry(pattern).or_default().push(row);
            }
        }
        let patterns = rows
            .into_iter()
            .map(|(pattern, rows)| (Conditional::of(pattern), rows));
        Self {
            patterns: patterns.collect(),
        }
    }

    /// Fills every gap anew; `None` when the covariance is not positive definite.
    pub(in crate::multiple_imputation) fn fill(
        &self,
        values: &mut Matrix,
        means: &Matrix,
        covariance: &Matrix,
        draws: &mut Draws,
    ) -> Option<()> {
        for (conditional, rows) in &self.patterns {
            let normal = conditional.given(covariance)?;
            for &row in rows {
                conditional.draw(&normal, values.row_mut(row), means.row(row), draws);
            }
        }
        Some(())
    }
}
