//! The profiled deviance as a function of theta: step two of a fit.
//!
//! With `W = I + Z G Z'` (Bates et al. 2015, J. Stat. Softw. 67(1), section 3) the deviance is
//! `log|W| + n (1 + log(2 pi r²/n))`, and for REML `log|W| + log|X'W⁻¹X| + (n-p)(1 + log(2 pi r²/(n-p)))`,
//! where `r²` is the smallest weighted residual sum of squares. For each level of the eliminated factor,
//! `I + R G R' = L L'`, and `L⁻¹ Q'[X y]` adds its squares to `[X y]'W⁻¹[X y]`.

use std::f64::consts::PI;

use rayon::prelude::*;

use super::Estimator;
use super::covariance::CovarianceShape;
use super::cross_products::{CHUNK, Component, CrossProducts, LevelBlocks};
use super::lanes::{LANES, Lanes, with_constant_sizes};
use crate::matrix::{Cholesky, Matrix, add_scaled};

/// The deviance of one model on one data set.
#[derive(Debug, Clone)]
pub(crate) struct DevianceFunction {
    pub products: CrossProducts,
    pub shape: CovarianceShape,
    pub estimator: Estimator,
}

/// The deviance at one theta, with what its derivatives need.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    /// -2 log-likelihood, profiled, in internal units.
    pub deviance: f64,
    /// `log|W|`.
    pub log_determinant: f64,
    /// The factor of `X'W⁻¹X`.
    pub information: Cholesky,
    /// The fixed effects, in internal coordinates.
    pub coefficients: Vec<f64>,
    /// The weighted residual sum of squares.
    pub residual_squares: f64,
    /// For each component the sums of the other grouping factors.
    pub rest: Vec<RestSums>,
}

/// `Z₂'W₁⁻¹Z₂` and its companions, for one component, where `W₁` holds only the eliminated factor.
#[derive(Debug, Clone)]
pub(crate) struct RestSums {
    /// `K = Z₂'W₁⁻¹Z₂`.
    pub k: Matrix,
    /// `Z₂'W₁⁻¹[X y]`.
    pub right: Matrix,
    /// The block-diagonal factor of the covariance.
    pub lambda: Matrix,
    /// The factor of `I + Λ'KΛ`.
    pub factor: Cholesky,
}

impl DevianceFunction {
    /// The degrees of freedom of the residual variance.
    pub(crate) fn degrees_of_freedom(&self) -> f64 {
        match self.estimator {
            Estimator::Reml => self.products.n - self.products.p as f64,
            Estimator::MaximumLikelihood => self.products.n,
        }
    }

    /// The same model for other cross-products.
    pub(crate) fn with_products(&self, products: CrossProducts) -> Self {
        Self {
            products,
            shape: self.shape.clone(),
            estimator: self.estimator,
        }
    }

    /// `None` where the deviance is not finite.
    pub(crate) fn evaluate(&self, theta: &[f64]) -> Option<Evaluation> {
        let products = &self.products;
        let lambda = self.shape.eliminated_lambda(theta);
        let (mut log_determinant, mut sums) = self.level_sums(&lambda);
        let mut rest = Vec::new();
        if !products.components.is_empty() {
            let mut collected = self.rest_sums(&lambda);
            for (component, (k, right)) in products.components.iter().zip(&mut collected) {
                k.mirror_upper();
                let lambda = rest_lambda(&self.shape, component, theta);
                let inner = lambda.transposed_times(&k.times(&lambda));
                let mut padded = inner;
                padded.add_scaled(1.0, &Matrix::identity(component.size));
                let factor = Cholesky::new(&padded)?;
                log_determinant += factor.log_determinant();
                let explained = factor.forward_matrix(&lambda.transposed_times(right));
                sums.add_scaled(-1.0, &explained.transposed_times(&explained));
                rest.push(RestSums {
                    k: k.clone(),
                    right: right.clone(),
                    lambda,
                    factor,
                });
            }
        }
        self.profile(log_determinant, &sums, rest)
    }

    fn profile(
        &self,
        log_determinant: f64,
        sums: &Matrix,
        rest: Vec<RestSums>,
    ) -> Option<Evaluation> {
        let p = self.products.p;
        let information = Cholesky::new(&Matrix::from_function(p, p, |i, j| sums[(i, j)]))?;
        let whitened = information.forward(&sums.column(p)[..p]);
        let residual_squares = sums[(p, p)] - crate::matrix::dot(&whitened, &whitened);
        let coefficients = information.backward(&whitened);
        let df = self.degrees_of_freedom();
        let mut deviance =
            log_determinant + df * (1.0 + libm::log(2.0 * PI * residual_squares / df));
        if self.estimator == Estimator::Reml {
            deviance += information.log_determinant();
        }
        deviance.is_finite().then_some(Evaluation {
            deviance,
            log_determinant,
            information,
            coefficients,
            residual_squares,
            rest,
        })
    }

    /// `[X y]'W⁻¹[X y]` of a model with one grouping factor.
    pub(crate) fn sums_at(&self, theta: &[f64]) -> Matrix {
        self.level_sums(&self.shape.eliminated_lambda(theta)).1
    }

    /// `log|W₁|` and `[X y]'W₁⁻¹[X y]`.
    fn level_sums(&self, lambda: &Matrix) -> (f64, Matrix) {
        let products = &self.products;
        let p1 = products.p + 1;
        let blocks_per_chunk = CHUNK / LANES;
        let levels = products.summed();
        let chunks: Vec<usize> = (0..levels.n_blocks).step_by(blocks_per_chunk).collect();
        let chunk = |&start: &usize| {
            let blocks = start..(start + blocks_per_chunk).min(levels.n_blocks);
            with_constant_sizes!(products.width, p1, |width, p1| chunk_sums(
                levels, lambda, blocks, width, p1
            ))
        };
        let pieces: Vec<(f64, Vec<f64>)> = if chunks.len() < 4 {
            chunks.iter().map(chunk).collect()
        } else {
            chunks.par_iter().map(chunk).collect()
        };
        let mut log_determinant = 0.0;
        let mut packed = vec![0.0; p1 * (p1 + 1) / 2];
        for (logarithm, squares) in pieces {
            log_determinant += logarithm;
            add_scaled(&mut packed, 1.0, &squares);
        }
        let mut sums = products.within.clone();
        let mut next = 0;
        for a in 0..p1 {
            for b in a..p1 {
                sums[(a, b)] += packed[next];
                next += 1;
            }
        }
        sums.mirror_upper();
        (log_determinant, sums)
    }

    /// `K` (upper triangle) and `Z₂'W₁⁻¹[X y]` for each component.
    fn rest_sums(&self, lambda: &Matrix) -> Vec<(Matrix, Matrix)> {
        let products = &self.products;
        let (width, p1) = (products.width, products.p + 1);
        let mut sums: Vec<(Matrix, Matrix)> = products
            .components
            .iter()
            .map(|component| (component.within.clone(), component.within_right.clone()))
            .collect();
        let mut level = LevelFactor::new(width, p1);
        let mut solved = Vec::new();
        for position in 0..products.n_levels {
            if position % LANES == 0 {
                level.solve(&products.levels, lambda, position / LANES, width, p1);
            }
            let lane = position % LANES;
            let columns = level.touched(products, position, lane, &mut solved);
            let (k, right) = &mut sums[products.component_of[position] as usize];
            for (i, &column) in columns.iter().enumerate() {
                let of_column = &solved[i * width..(i + 1) * width];
                for (j, &other) in columns.iter().enumerate().skip(i) {
                    let product = of_column
                        .iter()
                        .zip(&solved[j * width..])
                        .map(|(a, b)| a * b)
                        .sum::<f64>();
                    k[(column as usize, other as usize)] += product;
                }
                for (r, value) in of_column.iter().enumerate() {
                    for (a, target) in right.row_mut(column as usize).iter_mut().enumerate() {
                        *target += value * level.right[r * p1 + a].0[lane];
                    }
                }
            }
        }
        sums
    }
}

/// The block-diagonal `Λ` of the columns of one component.
pub(crate) fn rest_lambda(shape: &CovarianceShape, component: &Component, theta: &[f64]) -> Matrix {
    let terms: Vec<usize> = (0..shape.terms.len())
        .filter(|&term| shape.terms[term].eliminated_at.is_none())
        .collect();
    let lambdas: Vec<Matrix> = terms
        .iter()
        .map(|&term| shape.lambda(theta, term))
        .collect();
    let mut block = Matrix::zeros(component.size, component.size);
    for rest in &component.blocks {
        let lambda = &lambdas[rest.term];
        for i in 0..lambda.n_rows() {
            for j in 0..=i {
                block[(rest.first + i, rest.first + j)] = lambda[(i, j)];
            }
        }
    }
    block
}

/// The factor `L` of `I + R G R'` for a block of levels, and `L⁻¹Q'[X y]`.
pub(crate) struct LevelFactor {
    /// `R Λ`, row by row.
    product: Vec<Lanes>,
    /// Lower triangle of `L`, row by row, packed; the diagonal is inverted.
    pub lower: Vec<Lanes>,
    /// `L⁻¹Q'[X y]`, row by row.
    pub right: Vec<Lanes>,
    /// The determinant of `L`.
    pub determinant: Lanes,
}

impl LevelFactor {
    pub(crate) fn new(width: usize, p1: usize) -> Self {
        Self {
            product: vec![Lanes::ZERO; width * width],
            lower: vec![Lanes::ZERO; width * (width + 1) / 2],
            right: vec![Lanes::ZERO; width * p1],
            determinant: Lanes::ONE,
        }
    }

    #[inline(always)]
    pub(crate) fn solve(
        &mut self,
        levels: &LevelBlocks,
        lambda: &Matrix,
        block: usize,
        width: usize,
        p1: usize,
    ) {
        let root_size = width * (width + 1) / 2;
        let root = &levels.roots[block * root_size..(block + 1) * root_size];
        self.multiply(root, lambda, width);
        self.factor(width);
        self.right
            .copy_from_slice(&levels.right[block * width * p1..(block + 1) * width * p1]);
        for i in 0..width {
            let (known, rows) = self.right.split_at_mut(i * p1);
            let row = &mut rows[..p1];
            for k in 0..i {
                let factor = self.lower[packed_lower(i, k)];
                for (value, other) in row.iter_mut().zip(&known[k * p1..(k + 1) * p1]) {
                    *value = *value - factor * *other;
                }
            }
            let inverse = self.lower[packed_lower(i, i)];
            for value in row {
                *value = *value * inverse;
            }
        }
    }

    #[inline(always)]
    fn multiply(&mut self, root: &[Lanes], lambda: &Matrix, width: usize) {
        for i in 0..width {
            for j in 0..width {
                let mut sum = Lanes::ZERO;
                for k in i.max(j)..width {
                    sum += root[packed_upper(width, i, k)].times(lambda[(k, j)]);
                }
                self.product[i * width + j] = sum;
            }
        }
    }

    #[inline(always)]
    fn factor(&mut self, width: usize) {
        self.determinant = Lanes::ONE;
        for i in 0..width {
            for j in 0..=i {
                let mut sum = if i == j { Lanes::ONE } else { Lanes::ZERO };
                for k in 0..width {
                    sum += self.product[i * width + k] * self.product[j * width + k];
                }
                for k in 0..j {
                    sum = sum - self.lower[packed_lower(i, k)] * self.lower[packed_lower(j, k)];
                }
                if i == j {
                    let pivot = sum.square_root();
                    self.determinant = self.determinant * pivot;
                    self.lower[packed_lower(i, i)] = Lanes::ONE / pivot;
                } else {
                    self.lower[packed_lower(i, j)] = sum * self.lower[packed_lower(j, j)];
                }
            }
        }
    }

    /// The touched columns of a level, and `L⁻¹Q'Z₂` for them, column by column, into `solved`.
    pub(crate) fn touched<'a>(
        &self,
        products: &'a CrossProducts,
        position: usize,
        lane: usize,
        solved: &mut Vec<f64>,
    ) -> &'a [u32] {
        let width = products.width;
        let range = products.touched_start[position]..products.touched_start[position + 1];
        solved.clear();
        solved.extend_from_slice(&products.touched_root[range.start * width..range.end * width]);
        for column in solved.chunks_exact_mut(width) {
            for i in 0..width {
                for k in 0..i {
                    column[i] -= self.lower[packed_lower(i, k)].0[lane] * column[k];
                }
                column[i] *= self.lower[packed_lower(i, i)].0[lane];
            }
        }
        &products.touched[range]
    }
}

#[inline(always)]
pub(crate) fn packed_lower(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

#[inline(always)]
pub(crate) fn packed_upper(width: usize, i: usize, j: usize) -> usize {
    i * width - i * (i + 1) / 2 + j
}

/// The logarithm of the determinant and the sums of squares (packed upper triangle) of a run of blocks.
#[inline(always)]
fn chunk_sums(
    levels: &LevelBlocks,
    lambda: &Matrix,
    blocks: std::ops::Range<usize>,
    width: usize,
    p1: usize,
) -> (f64, Vec<f64>) {
    let mut level = LevelFactor::new(width, p1);
    let mut squares = vec![Lanes::ZERO; p1 * (p1 + 1) / 2];
    let mut determinant = LogProduct::new();
    for block in blocks {
        level.solve(levels, lambda, block, width, p1);
        match levels.multiplicity.get(block) {
            None => determinant.multiply(level.determinant),
            Some(power) => determinant.multiply_power(level.determinant, *power),
        }
        for i in 0..width {
            let row = &level.right[i * p1..(i + 1) * p1];
            let mut next = 0;
            for a in 0..p1 {
                let value = row[a];
                let targets = &mut squares[next..next + p1 - a];
                for (sum, other) in targets.iter_mut().zip(&row[a..]) {
                    *sum += value * *other;
                }
                next += p1 - a;
            }
        }
    }
    (
        2.0 * determinant.logarithm(),
        squares.iter().map(|value| value.total()).collect(),
    )
}

/// A product whose logarithm is wanted, taking logarithms only when it would grow too large.
struct LogProduct {
    product: Lanes,
    logarithm: f64,
}

impl LogProduct {
    fn new() -> Self {
        Self {
            product: Lanes::ONE,
            logarithm: 0.0,
        }
    }

    #[inline(always)]
    fn multiply(&mut self, factor: Lanes) {
        // The factors are at least 1.
        const LARGE: f64 = 1e75;
        if factor.0.iter().any(|&value| value > LARGE) {
            self.logarithm += factor.0.map(libm::log).iter().sum::<f64>();
            return;
        }
        self.product = self.product * factor;
        if self.product.0.iter().any(|&value| value > LARGE) {
            self.settle();
        }
    }

    fn multiply_power(&mut self, factor: Lanes, power: Lanes) {
        for (factor, power) in factor.0.into_iter().zip(power.0) {
            if power != 0.0 {
                self.logarithm += power * libm::log(factor);
            }
        }
    }

    fn settle(&mut self) {
        self.logarithm += self.product.0.map(libm::log).iter().sum::<f64>();
        self.product = Lanes::ONE;
    }

    fn logarithm(mut self) -> f64 {
        self.settle();
        self.logarithm
    }
}
