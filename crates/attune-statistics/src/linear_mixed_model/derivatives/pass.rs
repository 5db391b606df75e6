//! One pass over all levels at a given theta, and how its sums come together.

use rayon::prelude::*;

use super::super::cross_products::CHUNK;
use super::super::deviance::{DevianceFunction, Evaluation};
use super::super::lanes::{LANES, with_constant_sizes};
use super::level_pass::{LevelPass, ProductSums, chunk_products, chunk_sums};
use super::other_factors::RestPass;
use crate::matrix::Matrix;

/// Weights of the squared columns of `C` in the second-order term, the sum `-tr(M E M F) + sum w c'E M F c`.
pub(super) struct Pass<'a> {
    pub(super) function: &'a DevianceFunction,
    pub(super) evaluation: &'a Evaluation,
    pub(super) lambda: Matrix,
    /// Takes `[X y]` to whitened columns and residual.
    pub(super) whitening: Matrix,
    pub(super) weights: Vec<f64>,
    /// Elements of the eliminated block, with their rows and columns there, and their places in theta.
    pub(super) local: Vec<LocalElement>,
    pub(super) rest: Vec<RestPass>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LocalElement {
    pub(super) place: usize,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// Sums over levels.
pub(super) struct Sums {
    /// `tr(M E)` for each local element.
    pub(super) traces: Vec<f64>,
    /// `C'E C`.
    pub(super) crossed: Vec<Matrix>,
    /// The second-order sum for each pair of local elements.
    pub(super) second: Matrix,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        function: &'a DevianceFunction,
        theta: &[f64],
        evaluation: &'a Evaluation,
        weights: Vec<f64>,
    ) -> Self {
        let whitening = whitening(evaluation);
        let elements = function.shape.elements();
        let local = elements.iter().enumerate().filter_map(|(place, element)| {
            let offset = function.shape.terms[element.term].eliminated_at?;
            Some(LocalElement {
                place,
                row: offset + element.row,
                column: offset + element.column,
            })
        });
        let local: Vec<LocalElement> = local.collect();
        let p1 = function.products.p + 1;
        let rest = evaluation
            .rest
            .iter()
            .map(|sums| RestPass::new(sums, &whitening, local.len(), p1))
            .collect();
        let lambda = function.shape.eliminated_lambda(theta);
        Self {
            function,
            evaluation,
            lambda,
            whitening,
            weights,
            local,
            rest,
        }
    }

    pub(super) fn level_sums(&mut self) -> Sums {
        let products = &self.function.products;
        if !self.rest.is_empty() {
            return self.level_sums_with_rest();
        }
        let blocks_per_chunk = CHUNK / LANES;
        let n_blocks = products.summed().n_blocks;
        let chunks: Vec<usize> = (0..n_blocks).step_by(blocks_per_chunk).collect();
        let pass = &*self;
        let chunk = |&start: &usize| {
            let blocks = start..(start + blocks_per_chunk).min(n_blocks);
            with_constant_sizes!(products.width, products.p + 1, |width, p1| chunk_sums(
                pass, blocks, width, p1
            ))
        };
        let pieces: Vec<LevelPass> = if chunks.len() < 4 {
            chunks.iter().map(chunk).collect()
        } else {
            chunks.par_iter().map(chunk).collect()
        };
        let mut sums = Sums::new(self.local.len(), products.p + 1);
        for piece in pieces {
            piece.add_to(&mut sums);
        }
        sums.finish();
        sums
    }

    pub(super) fn level_sums_with_rest(&mut self) -> Sums {
        let products = &self.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let mut worker = LevelPass::new(products);
        worker.reserve(self.local.len(), products.p + 1);
        let mut collected: Vec<Vec<(Matrix, Matrix)>> = self
            .rest
            .iter_mut()
            .map(|rest| std::mem::take(&mut rest.crossed))
            .collect();
        for position in 0..products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(self, &products.levels, position / LANES, width, p1);
            }
            worker.project(self, position, lane);
            worker.cross(
                self,
                position,
                lane,
                &mut collected[products.component_of[position] as usize],
            );
            if lane + 1 == LANES || position + 1 == products.n_levels {
                worker.accumulate(self, None, width, p1);
            }
        }
        for (rest, crossed) in self.rest.iter_mut().zip(collected) {
            rest.crossed = crossed;
        }
        let mut sums = Sums::new(self.local.len(), products.p + 1);
        worker.add_to(&mut sums);
        sums.finish();
        sums
    }

    /// Adds what reaches across levels, and the elements of the other grouping factors.
    pub(super) fn assemble(&self, local: &Sums) -> (Vec<f64>, Vec<Matrix>, Matrix) {
        let elements = self.function.shape.elements();
        let (n, p1) = (elements.len(), self.function.products.p + 1);
        let mut traces = vec![0.0; n];
        let mut crossed = vec![Matrix::zeros(p1, p1); n];
        let mut second = Matrix::zeros(n, n);
        for (i, element) in self.local.iter().enumerate() {
            traces[element.place] = local.traces[i];
            crossed[element.place] = local.crossed[i].clone();
            for (k, other) in self.local.iter().enumerate() {
                second[(element.place, other.place)] = local.second[(i, k)];
            }
        }
        for (component, rest) in self.rest.iter().enumerate() {
            self.add_local_across(rest, &mut second);
            self.add_rest(
                component,
                rest,
                &elements,
                (&mut traces, &mut crossed, &mut second),
            );
        }
        for i in 0..n {
            for k in 0..i {
                second[(i, k)] = second[(k, i)];
            }
        }
        (traces, crossed, second)
    }

    /// `tr(D E D F)`, which is `tr(M E M F)` where there are no other factors, and `C'E M F C` without the residual.
    pub(super) fn products_of_columns(&self) -> (Matrix, Vec<Vec<Matrix>>) {
        let elements = self.function.shape.elements();
        let (n, p) = (elements.len(), self.function.products.p);
        let mut squared_traces = Matrix::zeros(n, n);
        let mut result = vec![vec![Matrix::zeros(p, p); n]; n];
        self.add_level_products(&mut squared_traces, &mut result);
        squared_traces.mirror_upper();
        for (component, rest) in self.rest.iter().enumerate() {
            self.add_rest_products(component, rest, &elements, &mut result);
        }
        (squared_traces, result)
    }

    fn add_level_products(&self, squared_traces: &mut Matrix, result: &mut [Vec<Matrix>]) {
        let products = &self.function.products;
        let p = products.p;
        let blocks_per_chunk = CHUNK / LANES;
        let n_blocks = products.summed().n_blocks;
        let chunks: Vec<usize> = (0..n_blocks).step_by(blocks_per_chunk).collect();
        let of_chunk = |&start: &usize| {
            let blocks = start..(start + blocks_per_chunk).min(n_blocks);
            with_constant_sizes!(products.width, p + 1, |width, p1| chunk_products(
                self, blocks, width, p1
            ))
        };
        let pieces: Vec<ProductSums> = chunks.par_iter().map(of_chunk).collect();
        for piece in pieces {
            let mut sums = piece.products.chunks_exact((p * p).max(1));
            let mut traces = piece.squared_traces.iter();
            for (k, element) in self.local.iter().enumerate() {
                for other in &self.local[k..] {
                    squared_traces[(element.place, other.place)] +=
                        traces.next().map_or(0.0, |sum| sum.total());
                    let target = &mut result[element.place][other.place];
                    for (i, row) in sums
                        .next()
                        .into_iter()
                        .flat_map(|sums| sums.chunks_exact(p.max(1)))
                        .enumerate()
                    {
                        for (entry, sum) in target.row_mut(i).iter_mut().zip(row) {
                            *entry += sum.total();
                        }
                    }
                }
            }
        }
    }
}

/// Columns `X L'⁻¹` and `y - X beta` from `[X y]`.
pub(super) fn whitening(evaluation: &Evaluation) -> Matrix {
    let p = evaluation.coefficients.len();
    let inverse = evaluation.information.forward_matrix(&Matrix::identity(p));
    Matrix::from_function(p + 1, p + 1, |i, j| match (i == p, j == p) {
        (false, false) => inverse[(j, i)],
        (false, true) => -evaluation.coefficients[i],
        (true, false) => 0.0,
        (true, true) => 1.0,
    })
}

impl Sums {
    pub(super) fn new(n: usize, p1: usize) -> Self {
        Self {
            traces: vec![0.0; n],
            crossed: vec![Matrix::zeros(p1, p1); n],
            second: Matrix::zeros(n, n),
        }
    }

    pub(super) fn finish(&mut self) {
        for crossed in &mut self.crossed {
            crossed.mirror_upper();
        }
        self.second.mirror_upper();
    }
}
