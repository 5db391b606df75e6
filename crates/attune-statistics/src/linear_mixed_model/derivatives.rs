//! First and second derivatives of the deviance, exact, from one more pass over the levels.
//!
//! With respect to an element `g` of the covariance `G`, `W` changes by `Z E Z'` with `E` constant. With
//! `M = Z'W⁻¹Z` and `C = Z'W⁻¹[X r]` (`r` the residual) everything is a trace:
//! `log|W|` has the first derivative `tr(M E)` and the second `-tr(M E M F)`; `X'W⁻¹X` has `-C'E C` and
//! `C'E M F C + C'F M E C` (Lindstrom & Bates 1988; Harville 1977). `M` is block diagonal for one
//! grouping factor, and block diagonal minus `B S B'` for several, so it is never formed.

mod level_pass;
mod other_factors;
mod pass;

use super::Estimator;
use super::covariance::Element;
use super::deviance::{DevianceFunction, Evaluation};
use super::lanes::LANES;
use crate::matrix::{Matrix, dot};
use level_pass::LevelPass;
use pass::Pass;

/// Derivatives with respect to the elements of `G`, in the order of theta.
///
/// Fixed-effect coordinates are whitened: `X'W⁻¹X` is the identity in them; the last row and column
/// belong to the residual.
#[derive(Debug, Clone)]
pub(crate) struct Derivatives {
    /// Of the profiled deviance.
    pub gradient: Vec<f64>,
    /// Of the profiled deviance.
    pub hessian: Matrix,
    /// Of the deviance at fixed residual variance.
    pub hessian_fixed_variance: Matrix,
    /// `tr(M E)` for each element.
    pub traces: Vec<f64>,
    /// `C'E C` for each element.
    pub crossed: Vec<Matrix>,
}

impl DevianceFunction {
    /// All derivatives at an evaluated theta.
    pub(crate) fn derivatives(&self, theta: &[f64], evaluation: &Evaluation) -> Derivatives {
        let df = self.degrees_of_freedom();
        let p = self.products.p;
        let restricted = if self.estimator == Estimator::Reml {
            1.0
        } else {
            0.0
        };
        let mut weights = vec![2.0 * restricted; p];
        weights.push(2.0 * df / evaluation.residual_squares);
        let (traces, crossed, second) = self.second_order(theta, evaluation, weights);
        let r2 = evaluation.residual_squares;
        let n = traces.len();
        let fixed_traces: Vec<f64> = crossed
            .iter()
            .map(|u| (0..p).map(|x| u[(x, x)]).sum())
            .collect();
        let gradient = (0..n)
            .map(|i| traces[i] - restricted * fixed_traces[i] - df * crossed[i][(p, p)] / r2)
            .collect();
        let hessian_fixed_variance = Matrix::from_function(n, n, |i, k| {
            let (u, v) = (&crossed[i], &crossed[k]);
            let block: f64 = (0..p).map(|x| dot(&u.row(x)[..p], &v.row(x)[..p])).sum();
            let through_beta = dot(&u.row(p)[..p], &v.row(p)[..p]);
            second[(i, k)] - restricted * block - 2.0 * df * through_beta / r2
        });
        let hessian = Matrix::from_function(n, n, |i, k| {
            hessian_fixed_variance[(i, k)]
                - df * (crossed[i][(p, p)] / r2) * (crossed[k][(p, p)] / r2)
        });
        Derivatives {
            gradient,
            hessian,
            hessian_fixed_variance,
            traces,
            crossed,
        }
    }

    /// How much the deviance would curve along each element of `G` if the fixed effects explained nothing: the
    /// square root of about `tr(M E M E)`. What curves much less than this is rounding error.
    pub(crate) fn natural_scales(&self, traces: &[f64]) -> Vec<f64> {
        let n_levels = |term: usize| {
            if self.shape.terms[term].eliminated_at.is_some() {
                return self.products.n_levels as f64;
            }
            let among_rest = (0..term)
                .filter(|&t| self.shape.terms[t].eliminated_at.is_none())
                .count();
            let blocks = self
                .products
                .components
                .iter()
                .flat_map(|component| &component.blocks);
            blocks.filter(|block| block.term == among_rest).count() as f64
        };
        let elements = self.shape.elements();
        let diagonal = |term: usize, row: usize| {
            let is_it =
                |element: &Element| (element.term, element.row, element.column) == (term, row, row);
            let place = elements.iter().position(is_it).unwrap_or(0);
            (traces[place].abs() / n_levels(term).max(1.0).sqrt()).max(1e-150)
        };
        let scale = |element: &Element| {
            if element.row == element.column {
                return diagonal(element.term, element.row);
            }
            (2.0 * diagonal(element.term, element.row) * diagonal(element.term, element.column))
                .sqrt()
        };
        elements.iter().map(scale).collect()
    }

    /// The same along each element of theta.
    pub(crate) fn natural_scales_of_theta(&self, theta: &[f64], traces: &[f64]) -> Vec<f64> {
        let (jacobian, scales) = (self.shape.jacobian(theta), self.natural_scales(traces));
        let of_parameter = |k: usize| {
            let squares: f64 = scales
                .iter()
                .enumerate()
                .map(|(g, scale)| (jacobian[(g, k)] * scale).powi(2))
                .sum();
            squares.sqrt().max(1e-150)
        };
        (0..theta.len()).map(of_parameter).collect()
    }

    fn second_order(
        &self,
        theta: &[f64],
        evaluation: &Evaluation,
        weights: Vec<f64>,
    ) -> (Vec<f64>, Vec<Matrix>, Matrix) {
        let mut pass = Pass::new(self, theta, evaluation, weights);
        let local = pass.level_sums();
        pass.assemble(&local)
    }

    /// What the expected information needs: `tr(M E M F)` for each pair of elements, and `C'E M F C` without the
    /// residual (first index not larger), whitened.
    pub(crate) fn expected_information(
        &self,
        theta: &[f64],
        evaluation: &Evaluation,
    ) -> (Matrix, Vec<Vec<Matrix>>) {
        let mut pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        if pass.rest.is_empty() {
            return pass.products_of_columns();
        }
        // What the other factors hide is known only after a pass of its own.
        let local = pass.level_sums();
        let squared_traces = pass.assemble(&local).2.scaled(-1.0);
        (squared_traces, pass.products_of_columns().1)
    }

    /// `Z'W⁻¹(y - X beta)`: for the eliminated factor by level and column, and for each component of the rest.
    pub(crate) fn weighted_residuals(
        &self,
        theta: &[f64],
        evaluation: &Evaluation,
    ) -> (Matrix, Vec<Vec<f64>>) {
        let pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        let (width, p) = (self.products.width, self.products.p);
        let mut eliminated = Matrix::zeros(self.products.n_levels, width);
        let mut worker = LevelPass::new(&self.products);
        for position in 0..self.products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(&pass, &self.products.levels, position / LANES, width, p + 1);
            }
            worker.project(&pass, position, lane);
            for i in 0..width {
                eliminated[(position, i)] = worker.c[i * (p + 1) + p].0[lane];
            }
        }
        (
            eliminated,
            pass.rest.iter().map(|rest| rest.c.column(p)).collect(),
        )
    }

    /// The diagonal blocks of `M`: for the eliminated factor by level (row-major), and `M₂₂` for each component.
    pub(crate) fn diagonal_blocks(
        &self,
        theta: &[f64],
        evaluation: &Evaluation,
    ) -> (Vec<Matrix>, Vec<Matrix>) {
        let pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        let (width, p) = (self.products.width, self.products.p);
        let mut worker = LevelPass::new(&self.products);
        let mut blocks = Vec::with_capacity(self.products.n_levels);
        for position in 0..self.products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(&pass, &self.products.levels, position / LANES, width, p + 1);
            }
            worker.project(&pass, position, lane);
            blocks.push(Matrix::from_function(width, width, |i, j| {
                worker.d[i * width + j].0[lane] - worker.hidden[i * width + j].0[lane]
            }));
        }
        let rest = pass
            .rest
            .iter()
            .zip(&evaluation.rest)
            .map(|(rest, sums)| sums.k.times(&rest.complement));
        (blocks, rest.collect())
    }
}
