//! First and second derivatives of the deviance, exact, from one more pass over the levels.
//!
//! With respect to an element `g` of the covariance `G`, `W` changes by `Z E Z'` with `E` constant. With
//! `M = Z'W⁻¹Z` and `C = Z'W⁻¹[X r]` (`r` the residual) everything is a trace:
//! `log|W|` has the first derivative `tr(M E)` and the second `-tr(M E M F)`; `X'W⁻¹X` has `-C'E C` and
//! `C'E M F C + C'F M E C` (Lindstrom & Bates 1988; Harville 1977). `M` is block diagonal for one
//! grouping factor, and block diagonal minus `B S B'` for several, so it is never formed.

use rayon::prelude::*;

use super::Estimator;
use super::covariance::Element;
use super::cross_products::{CHUNK, CrossProducts};
use super::deviance::{DevianceFunction, Evaluation, LevelFactor, RestSums, packed_upper};
use super::lanes::{LANES, Lanes};
use crate::matrix::{Matrix, dot, inner_product};

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

/// Weights of the squared columns of `C` in the second-order term, the sum `-tr(M E M F) + sum w c'E M F c`.
struct Pass<'a> {
    function: &'a DevianceFunction,
    evaluation: &'a Evaluation,
    lambda: Matrix,
    /// Takes `[X y]` to whitened columns and residual.
    whitening: Matrix,
    weights: Vec<f64>,
    /// Elements of the eliminated block, with their rows and columns there, and their places in theta.
    local: Vec<LocalElement>,
    rest: Vec<RestPass>,
}

#[derive(Debug, Clone, Copy)]
struct LocalElement {
    place: usize,
    row: usize,
    column: usize,
}

/// What a component contributes to a pass.
struct RestPass {
    /// `S = Λ(I + Λ'KΛ)⁻¹Λ'`.
    s: Matrix,
    /// `S Z₂'W₁⁻¹[X r]`, whitened.
    s_right: Matrix,
    /// `I - S K`.
    complement: Matrix,
    /// `Z₂'W⁻¹[X r]`, whitened.
    c: Matrix,
    /// For each local element `B'E B` and `B'E C`.
    crossed: Vec<(Matrix, Matrix)>,
}

/// Sums over levels.
struct Sums {
    /// `tr(M E)` for each local element.
    traces: Vec<f64>,
    /// `C'E C`.
    crossed: Vec<Matrix>,
    /// The second-order sum for each pair of local elements.
    second: Matrix,
}

impl DevianceFunction {
    /// All derivatives at an evaluated theta.
    pub(crate) fn derivatives(&self, theta: &[f64], evaluation: &Evaluation) -> Derivatives {
        let df = self.degrees_of_freedom();
        let p = self.products.p;
        let restricted = if self.estimator == Estimator::Reml { 1.0 } else { 0.0 };
        let mut weights = vec![2.0 * restricted; p];
        weights.push(2.0 * df / evaluation.residual_squares);
        let (traces, crossed, second) = self.second_order(theta, evaluation, weights);
        let r2 = evaluation.residual_squares;
        let n = traces.len();
        let fixed_traces: Vec<f64> = crossed.iter().map(|u| (0..p).map(|x| u[(x, x)]).sum()).collect();
        let gradient =
            (0..n).map(|i| traces[i] - restricted * fixed_traces[i] - df * crossed[i][(p, p)] / r2).collect();
        let hessian_fixed_variance = Matrix::from_function(n, n, |i, k| {
            let (u, v) = (&crossed[i], &crossed[k]);
            let block: f64 = (0..p).map(|x| dot(&u.row(x)[..p], &v.row(x)[..p])).sum();
            let through_beta = dot(&u.row(p)[..p], &v.row(p)[..p]);
            second[(i, k)] - restricted * block - 2.0 * df * through_beta / r2
        });
        let hessian = Matrix::from_function(n, n, |i, k| {
            hessian_fixed_variance[(i, k)] - df * (crossed[i][(p, p)] / r2) * (crossed[k][(p, p)] / r2)
        });
        Derivatives { gradient, hessian, hessian_fixed_variance, traces, crossed }
    }

    /// How much the deviance would curve along each element of `G` if the fixed effects explained nothing: the
    /// square root of about `tr(M E M E)`. What curves much less than this is rounding error.
    pub(crate) fn natural_scales(&self, traces: &[f64]) -> Vec<f64> {
        let n_levels = |term: usize| {
            if self.shape.terms[term].eliminated_at.is_some() {
                return self.products.n_levels as f64;
            }
            let among_rest = (0..term).filter(|&t| self.shape.terms[t].eliminated_at.is_none()).count();
            let blocks = self.products.components.iter().flat_map(|component| &component.blocks);
            blocks.filter(|block| block.term == among_rest).count() as f64
        };
        let elements = self.shape.elements();
        let diagonal = |term: usize, row: usize| {
            let is_it = |element: &Element| (element.term, element.row, element.column) == (term, row, row);
            let place = elements.iter().position(is_it).unwrap_or(0);
            (traces[place].abs() / n_levels(term).max(1.0).sqrt()).max(1e-150)
        };
        let scale = |element: &Element| {
            if element.row == element.column {
                return diagonal(element.term, element.row);
            }
            (2.0 * diagonal(element.term, element.row) * diagonal(element.term, element.column)).sqrt()
        };
        elements.iter().map(scale).collect()
    }

    /// The same along each element of theta.
    pub(crate) fn natural_scales_of_theta(&self, theta: &[f64], traces: &[f64]) -> Vec<f64> {
        let (jacobian, scales) = (self.shape.jacobian(theta), self.natural_scales(traces));
        let of_parameter = |k: usize| {
            let squares: f64 = scales.iter().enumerate().map(|(g, scale)| (jacobian[(g, k)] * scale).powi(2)).sum();
            squares.sqrt().max(1e-150)
        };
        (0..theta.len()).map(of_parameter).collect()
    }

    /// `tr(M E M F)` for each pair of elements.
    pub(crate) fn squared_traces(&self, theta: &[f64], evaluation: &Evaluation) -> Matrix {
        let weights = vec![0.0; self.products.p + 1];
        self.second_order(theta, evaluation, weights).2.scaled(-1.0)
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

    /// `C'E M F C` without the residual, for each pair of elements (first index not larger), whitened.
    pub(crate) fn information_products(&self, theta: &[f64], evaluation: &Evaluation) -> Vec<Vec<Matrix>> {
        let mut pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        pass.level_sums();
        pass.products_of_columns()
    }

    /// `Z'W⁻¹(y - X beta)`: for the eliminated factor by level and column, and for each component of the rest.
    pub(crate) fn weighted_residuals(&self, theta: &[f64], evaluation: &Evaluation) -> (Matrix, Vec<Vec<f64>>) {
        let pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        let (width, p) = (self.products.width, self.products.p);
        let mut eliminated = Matrix::zeros(self.products.n_levels, width);
        let mut worker = LevelPass::new(&self.products);
        for position in 0..self.products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(&pass, position / LANES, width);
            }
            worker.project(&pass, position, lane);
            for i in 0..width {
                eliminated[(position, i)] = worker.c[i * (p + 1) + p].0[lane];
            }
        }
        (eliminated, pass.rest.iter().map(|rest| rest.c.column(p)).collect())
    }

    /// The diagonal blocks of `M`: for the eliminated factor by level (row-major), and `M₂₂` for each component.
    pub(crate) fn diagonal_blocks(&self, theta: &[f64], evaluation: &Evaluation) -> (Vec<Matrix>, Vec<Matrix>) {
        let pass = Pass::new(self, theta, evaluation, vec![0.0; self.products.p + 1]);
        let width = self.products.width;
        let mut worker = LevelPass::new(&self.products);
        let mut blocks = Vec::with_capacity(self.products.n_levels);
        for position in 0..self.products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(&pass, position / LANES, width);
            }
            worker.project(&pass, position, lane);
            blocks.push(Matrix::from_function(width, width, |i, j| {
                worker.d[i * width + j].0[lane] - worker.hidden[i * width + j].0[lane]
            }));
        }
        let rest = pass.rest.iter().zip(&evaluation.rest).map(|(rest, sums)| sums.k.times(&rest.complement));
        (blocks, rest.collect())
    }
}

impl<'a> Pass<'a> {
    fn new(function: &'a DevianceFunction, theta: &[f64], evaluation: &'a Evaluation, weights: Vec<f64>) -> Self {
        let whitening = whitening(evaluation);
        let elements = function.shape.elements();
        let local = elements.iter().enumerate().filter_map(|(place, element)| {
            let offset = function.shape.terms[element.term].eliminated_at?;
            Some(LocalElement { place, row: offset + element.row, column: offset + element.column })
        });
        let local: Vec<LocalElement> = local.collect();
        let p1 = function.products.p + 1;
        let rest = evaluation.rest.iter().map(|sums| RestPass::new(sums, &whitening, local.len(), p1)).collect();
        let lambda = function.shape.eliminated_lambda(theta);
        Self { function, evaluation, lambda, whitening, weights, local, rest }
    }

    fn level_sums(&mut self) -> Sums {
        let products = &self.function.products;
        if !self.rest.is_empty() {
            return self.level_sums_with_rest();
        }
        let blocks_per_chunk = CHUNK / LANES;
        let chunks: Vec<usize> = (0..products.n_blocks()).step_by(blocks_per_chunk).collect();
        let pass = &*self;
        let chunk = |&start: &usize| {
            let blocks = start..(start + blocks_per_chunk).min(products.n_blocks());
            match products.width {
                1 => chunk_sums(pass, blocks, 1),
                2 => chunk_sums(pass, blocks, 2),
                3 => chunk_sums(pass, blocks, 3),
                width => chunk_sums(pass, blocks, width),
            }
        };
        let pieces: Vec<LevelPass> =
            if chunks.len() < 4 { chunks.iter().map(chunk).collect() } else { chunks.par_iter().map(chunk).collect() };
        let mut sums = Sums::new(self.local.len(), products.p + 1);
        for piece in pieces {
            piece.add_to(&mut sums);
        }
        sums.finish();
        sums
    }

    fn level_sums_with_rest(&mut self) -> Sums {
        let products = &self.function.products;
        let width = products.width;
        let mut worker = LevelPass::new(products);
        worker.reserve(self.local.len(), products.p + 1);
        let mut collected: Vec<Vec<(Matrix, Matrix)>> =
            self.rest.iter_mut().map(|rest| std::mem::take(&mut rest.crossed)).collect();
        for position in 0..products.n_levels {
            let lane = position % LANES;
            if lane == 0 {
                worker.load(self, position / LANES, width);
            }
            worker.project(self, position, lane);
            worker.cross(self, position, lane, &mut collected[products.component_of[position] as usize]);
            if lane + 1 == LANES || position + 1 == products.n_levels {
                worker.accumulate(self, width);
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
    fn assemble(&self, local: &Sums) -> (Vec<f64>, Vec<Matrix>, Matrix) {
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
            self.add_rest(component, rest, &elements, (&mut traces, &mut crossed, &mut second));
        }
        for i in 0..n {
            for k in 0..i {
                second[(i, k)] = second[(k, i)];
            }
        }
        (traces, crossed, second)
    }

    /// `-tr(S F S F') - sum of w h'S h'` for elements of the eliminated factor.
    fn add_local_across(&self, rest: &RestPass, second: &mut Matrix) {
        let s_times: Vec<(Matrix, Matrix)> =
            rest.crossed.iter().map(|(f, h)| (rest.s.times(f), rest.s.times(h))).collect();
        for (i, element) in self.local.iter().enumerate() {
            for (k, other) in self.local.iter().enumerate().skip(i) {
                let far = inner_product(&s_times[i].0.transposed(), &s_times[k].0);
                let columns = self.weighted_columns(&rest.crossed[i].1, &s_times[k].1);
                second[(element.place, other.place)] -= far + columns;
            }
        }
    }

    fn weighted_columns(&self, a: &Matrix, b: &Matrix) -> f64 {
        let of_row = |row: usize| -> f64 {
            a.row(row).iter().zip(b.row(row)).zip(&self.weights).map(|((x, y), weight)| weight * x * y).sum()
        };
        (0..a.n_rows()).map(of_row).sum()
    }

    fn add_rest(
        &self,
        component: usize,
        rest: &RestPass,
        elements: &[Element],
        (traces, crossed, second): (&mut [f64], &mut [Matrix], &mut Matrix),
    ) {
        let p1 = self.function.products.p + 1;
        let m = self.evaluation.rest[component].k.times(&rest.complement);
        let weighted = Matrix::from_function(m.n_rows(), p1, |i, a| self.weights[a] * rest.c[(i, a)]);
        let mut inner = weighted.times(&rest.c.transposed());
        inner.add_scaled(-1.0, &m);
        let pairs = self.rest_pairs(component, elements);
        let local: Vec<(Matrix, Matrix)> = rest
            .crossed
            .iter()
            .map(|(f, h)| {
                let v = rest.complement.transposed_times(&f.times(&rest.complement));
                (v, rest.complement.transposed_times(h))
            })
            .collect();
        for (place, pairs_of) in &pairs {
            for &(a, b) in pairs_of {
                let twice = if a == b { 1.0 } else { 2.0 };
                traces[*place] += twice * m[(a, b)];
                let u = &mut crossed[*place];
                for x in 0..p1 {
                    for y in 0..p1 {
                        u[(x, y)] += 0.5 * twice * (rest.c[(a, x)] * rest.c[(b, y)] + rest.c[(b, x)] * rest.c[(a, y)]);
                    }
                }
                for (i, element) in self.local.iter().enumerate() {
                    let (v, z) = &local[i];
                    let columns: f64 = (0..p1)
                        .map(|x| 0.5 * self.weights[x] * (z[(a, x)] * rest.c[(b, x)] + z[(b, x)] * rest.c[(a, x)]))
                        .sum();
                    let (first, last) = (element.place.min(*place), element.place.max(*place));
                    second[(first, last)] += twice * (columns - v[(a, b)]);
                }
            }
        }
        for (i, (first, of_first)) in pairs.iter().enumerate() {
            for (last, of_last) in &pairs[i..] {
                second[(*first, *last)] += trace_of_products(&m, &inner, of_first, of_last);
            }
        }
    }

    /// For each element of another factor the pairs of columns where `E` is one.
    fn rest_pairs(&self, component: usize, elements: &[Element]) -> Vec<(usize, Vec<(usize, usize)>)> {
        let shape = &self.function.shape;
        let rest_terms: Vec<usize> =
            (0..shape.terms.len()).filter(|&term| shape.terms[term].eliminated_at.is_none()).collect();
        let blocks = &self.function.products.components[component].blocks;
        let mut pairs = Vec::new();
        for (place, element) in elements.iter().enumerate() {
            let Some(term) = rest_terms.iter().position(|&term| term == element.term) else { continue };
            let of_term = blocks.iter().filter(|block| block.term == term);
            pairs.push((place, of_term.map(|b| (b.first + element.row, b.first + element.column)).collect()));
        }
        pairs
    }

    fn products_of_columns(&self) -> Vec<Vec<Matrix>> {
        let elements = self.function.shape.elements();
        let (n, p) = (elements.len(), self.function.products.p);
        let mut result = vec![vec![Matrix::zeros(p, p); n]; n];
        self.add_level_products(&mut result);
        for (component, rest) in self.rest.iter().enumerate() {
            self.add_rest_products(component, rest, &elements, &mut result);
        }
        result
    }

    fn add_level_products(&self, result: &mut [Vec<Matrix>]) {
        let products = &self.function.products;
        let p = products.p;
        let blocks_per_chunk = CHUNK / LANES;
        let chunks: Vec<usize> = (0..products.n_blocks()).step_by(blocks_per_chunk).collect();
        let of_chunk = |&start: &usize| {
            let blocks = start..(start + blocks_per_chunk).min(products.n_blocks());
            match products.width {
                1 => chunk_products(self, blocks, 1),
                2 => chunk_products(self, blocks, 2),
                3 => chunk_products(self, blocks, 3),
                width => chunk_products(self, blocks, width),
            }
        };
        let pieces: Vec<Vec<f64>> = chunks.par_iter().map(of_chunk).collect();
        for piece in pieces {
            let mut sums = piece.chunks_exact(p * p);
            for (k, element) in self.local.iter().enumerate() {
                for other in &self.local[k..] {
                    let target = &mut result[element.place][other.place];
                    for (i, row) in sums.next().into_iter().flat_map(|sums| sums.chunks_exact(p)).enumerate() {
                        crate::matrix::add_scaled(target.row_mut(i), 1.0, row);
                    }
                }
            }
        }
    }

    fn add_rest_products(
        &self,
        component: usize,
        rest: &RestPass,
        elements: &[Element],
        result: &mut [Vec<Matrix>],
    ) {
        let p = self.function.products.p;
        let m = self.evaluation.rest[component].k.times(&rest.complement);
        let fixed = |matrix: &Matrix| Matrix::from_function(matrix.n_rows(), p, |i, x| matrix[(i, x)]);
        let c = fixed(&rest.c);
        let local: Vec<Matrix> = rest.crossed.iter().map(|(_, h)| fixed(h)).collect();
        let pairs = self.rest_pairs(component, elements);
        // E C for each element of the rest.
        let applied: Vec<Matrix> = pairs
            .iter()
            .map(|(_, pairs)| {
                let mut product = Matrix::zeros(c.n_rows(), p);
                for &(a, b) in pairs {
                    crate::matrix::add_scaled(product.row_mut(a), 1.0, c.row(b));
                    if a != b {
                        crate::matrix::add_scaled(product.row_mut(b), 1.0, c.row(a));
                    }
                }
                product
            })
            .collect();
        for (i, element) in self.local.iter().enumerate() {
            let s_h = rest.s.times(&local[i]);
            for (k, other) in self.local.iter().enumerate().skip(i) {
                let far = s_h.transposed_times(&local[k]);
                result[element.place][other.place].add_scaled(-1.0, &far);
            }
            let z = rest.complement.transposed_times(&local[i]);
            for ((place, _), product) in pairs.iter().zip(&applied) {
                let value = z.transposed_times(product);
                if element.place < *place {
                    result[element.place][*place].add_scaled(1.0, &value);
                } else {
                    result[*place][element.place].add_scaled(1.0, &value.transposed());
                }
            }
        }
        for (k, (last, _)) in pairs.iter().enumerate() {
            let through = m.times(&applied[k]);
            for (i, (first, _)) in pairs.iter().enumerate().take(k + 1) {
                result[*first][*last].add_scaled(1.0, &applied[i].transposed_times(&through));
            }
        }
    }
}

/// `tr(M E X F)` where `E` and `F` are symmetric patterns of ones.
fn trace_of_products(m: &Matrix, x: &Matrix, e: &[(usize, usize)], f: &[(usize, usize)]) -> f64 {
    let mut total = 0.0;
    for &(a, b) in e {
        let mut of_pair = 0.0;
        for &(c, d) in f {
            let sum = m[(d, a)] * x[(b, c)] + m[(d, b)] * x[(a, c)] + m[(c, a)] * x[(b, d)] + m[(c, b)] * x[(a, d)];
            of_pair += if c == d { 0.5 * sum } else { sum };
        }
        total += if a == b { 0.5 * of_pair } else { of_pair };
    }
    total
}

impl RestPass {
    fn new(sums: &RestSums, whitening: &Matrix, n_local: usize, p1: usize) -> Self {
        let size = sums.k.n_rows();
        let solved = sums.factor.forward_matrix(&sums.lambda.transposed());
        let s = solved.transposed_times(&solved);
        let right = sums.right.times(whitening);
        let s_right = s.times(&right);
        let mut c = right;
        c.add_scaled(-1.0, &sums.k.times(&s_right));
        let mut complement = Matrix::identity(size);
        complement.add_scaled(-1.0, &s.times(&sums.k));
        let crossed = vec![(Matrix::zeros(size, size), Matrix::zeros(size, p1)); n_local];
        Self { s, s_right, complement, c, crossed }
    }
}

/// Columns `X L'⁻¹` and `y - X beta` from `[X y]`.
fn whitening(evaluation: &Evaluation) -> Matrix {
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
    fn new(n: usize, p1: usize) -> Self {
        Self { traces: vec![0.0; n], crossed: vec![Matrix::zeros(p1, p1); n], second: Matrix::zeros(n, n) }
    }

    fn finish(&mut self) {
        for crossed in &mut self.crossed {
            crossed.mirror_upper();
        }
        self.second.mirror_upper();
    }
}

/// The work for one block of levels, and its running sums.
struct LevelPass {
    level: LevelFactor,
    /// `L⁻¹R`, row by row.
    root: Vec<Lanes>,
    /// `D = R'(LL')⁻¹R`.
    d: Vec<Lanes>,
    /// `B S B'`, what the other factors hide.
    hidden: Vec<Lanes>,
    /// `C = Z'W⁻¹[X r]`, whitened.
    c: Vec<Lanes>,
    /// `L⁻¹Q'[X r]`, whitened.
    right: Vec<Lanes>,
    inner: Vec<Lanes>,
    traces: Vec<Lanes>,
    crossed: Vec<Lanes>,
    second: Vec<Lanes>,
    solved: Vec<f64>,
    b: Vec<f64>,
}

#[inline(always)]
fn chunk_sums(pass: &Pass<'_>, blocks: std::ops::Range<usize>, width: usize) -> LevelPass {
    let products = &pass.function.products;
    let mut worker = LevelPass::new(products);
    worker.reserve(pass.local.len(), products.p + 1);
    for block in blocks {
        worker.load(pass, block, width);
        worker.accumulate(pass, width);
    }
    worker
}

/// `C'E D F C` without the residual, summed over a run of blocks, for each pair of local elements.
#[inline(always)]
fn chunk_products(pass: &Pass<'_>, blocks: std::ops::Range<usize>, width: usize) -> Vec<f64> {
    let products = &pass.function.products;
    let (p, n_local) = (products.p, pass.local.len());
    let mut worker = LevelPass::new(products);
    let mut sums = vec![Lanes::ZERO; n_local * (n_local + 1) / 2 * p * p];
    let mut through = vec![Lanes::ZERO; n_local * width * p];
    for block in blocks {
        worker.load(pass, block, width);
        for lane in 0..LANES.min(products.n_levels - block * LANES) {
            worker.project(pass, block * LANES + lane, lane);
        }
        worker.multiply_through(pass, width, &mut through);
        worker.add_products(pass, width, &through, &mut sums);
    }
    sums.iter().map(|sum| sum.total()).collect()
}

impl LevelPass {
    /// `D F C` for each local element `F`.
    #[inline(always)]
    fn multiply_through(&self, pass: &Pass<'_>, width: usize, through: &mut [Lanes]) {
        let p = pass.function.products.p;
        let p1 = p + 1;
        for (element, product) in pass.local.iter().zip(through.chunks_exact_mut(width * p)) {
            let (r, s) = (element.row, element.column);
            for i in 0..width {
                let (of_row, of_column) = (self.d[i * width + r], self.d[i * width + s]);
                for x in 0..p {
                    let mut value = of_row * self.c[s * p1 + x];
                    if r != s {
                        value += of_column * self.c[r * p1 + x];
                    }
                    product[i * p + x] = value;
                }
            }
        }
    }

    #[inline(always)]
    fn add_products(&self, pass: &Pass<'_>, width: usize, through: &[Lanes], sums: &mut [Lanes]) {
        let p = pass.function.products.p;
        let p1 = p + 1;
        let mut sums = sums.chunks_exact_mut(p);
        for (k, element) in pass.local.iter().enumerate() {
            let (r, s) = (element.row, element.column);
            for product in through.chunks_exact(width * p).skip(k) {
                let (of_row, of_column) = (&product[r * p..(r + 1) * p], &product[s * p..(s + 1) * p]);
                for x in 0..p {
                    let Some(row) = sums.next() else { return };
                    let (with_row, with_column) = (self.c[s * p1 + x], self.c[r * p1 + x]);
                    for y in 0..p {
                        row[y] += with_row * of_row[y];
                        if r != s {
                            row[y] += with_column * of_column[y];
                        }
                    }
                }
            }
        }
    }

    fn new(products: &CrossProducts) -> Self {
        let (width, p1) = (products.width, products.p + 1);
        Self {
            level: LevelFactor::new(width, p1),
            root: vec![Lanes::ZERO; width * width],
            d: vec![Lanes::ZERO; width * width],
            hidden: vec![Lanes::ZERO; width * width],
            c: vec![Lanes::ZERO; width * p1],
            right: vec![Lanes::ZERO; width * p1],
            inner: vec![Lanes::ZERO; width * width],
            traces: Vec::new(),
            crossed: Vec::new(),
            second: Vec::new(),
            solved: Vec::new(),
            b: Vec::new(),
        }
    }

    fn reserve(&mut self, n_local: usize, p1: usize) {
        self.traces = vec![Lanes::ZERO; n_local];
        self.crossed = vec![Lanes::ZERO; n_local * p1 * (p1 + 1) / 2];
        self.second = vec![Lanes::ZERO; n_local * n_local];
    }

    /// `D` and `C` of a block, as if there were no other factors.
    #[inline(always)]
    fn load(&mut self, pass: &Pass<'_>, block: usize, width: usize) {
        let products = &pass.function.products;
        let p1 = products.p + 1;
        self.level.solve(products, &pass.lambda, block, width);
        let root_size = width * (width + 1) / 2;
        let root = &products.roots[block * root_size..(block + 1) * root_size];
        self.solve_root(root, width);
        for i in 0..width {
            for j in 0..=i {
                let mut sum = Lanes::ZERO;
                for k in 0..width {
                    sum += self.root[k * width + i] * self.root[k * width + j];
                }
                self.d[i * width + j] = sum;
                self.d[j * width + i] = sum;
            }
        }
        self.hidden.fill(Lanes::ZERO);
        for i in 0..width {
            let row = &self.level.right[i * p1..(i + 1) * p1];
            // The whitening is upper triangular.
            for a in 0..p1 {
                let mut sum = Lanes::ZERO;
                for (b, value) in row.iter().enumerate().take(a + 1) {
                    sum += value.times(pass.whitening[(b, a)]);
                }
                self.right[i * p1 + a] = sum;
            }
        }
        for i in 0..width {
            for a in 0..p1 {
                let mut sum = Lanes::ZERO;
                for k in 0..width {
                    sum += self.root[k * width + i] * self.right[k * p1 + a];
                }
                self.c[i * p1 + a] = sum;
            }
        }
    }

    #[inline(always)]
    fn solve_root(&mut self, root: &[Lanes], width: usize) {
        for j in 0..width {
            for i in 0..width {
                let mut value = if i <= j { root[packed_upper(width, i, j)] } else { Lanes::ZERO };
                for k in 0..i {
                    value = value - self.level.lower[i * (i + 1) / 2 + k] * self.root[k * width + j];
                }
                self.root[i * width + j] = value * self.level.lower[i * (i + 1) / 2 + i];
            }
        }
    }

    /// Takes the other factors into account for one level of the block.
    fn project(&mut self, pass: &Pass<'_>, position: usize, lane: usize) {
        if pass.rest.is_empty() {
            return;
        }
        let products = &pass.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let rest = &pass.rest[products.component_of[position] as usize];
        let columns = self.level.touched(products, position, lane, &mut self.solved);
        // B = P'L⁻¹Q'Z₂, column by column.
        self.b.clear();
        for solved in self.solved.chunks_exact(width) {
            for i in 0..width {
                self.b.push((0..width).map(|k| self.root[k * width + i].0[lane] * solved[k]).sum());
            }
        }
        for (b, &column) in self.b.chunks_exact(width).zip(columns) {
            for i in 0..width {
                for a in 0..p1 {
                    self.c[i * p1 + a].0[lane] -= b[i] * rest.s_right[(column as usize, a)];
                }
            }
            for (other, &second) in self.b.chunks_exact(width).zip(columns) {
                let s = rest.s[(column as usize, second as usize)];
                for i in 0..width {
                    for j in 0..width {
                        self.hidden[i * width + j].0[lane] += s * b[i] * other[j];
                    }
                }
            }
        }
    }

    /// Adds `B'E B` and `B'E C` of one level.
    fn cross(&self, pass: &Pass<'_>, position: usize, lane: usize, crossed: &mut [(Matrix, Matrix)]) {
        let products = &pass.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let range = products.touched_start[position]..products.touched_start[position + 1];
        let columns = &products.touched[range];
        for (element, (f, h)) in pass.local.iter().zip(crossed) {
            let (row, column) = (element.row, element.column);
            let off = if row == column { 0.0 } else { 1.0 };
            for (b, &at) in self.b.chunks_exact(width).zip(columns) {
                for (other, &second) in self.b.chunks_exact(width).zip(columns) {
                    f[(at as usize, second as usize)] += b[row] * other[column] + off * b[column] * other[row];
                }
                for a in 0..p1 {
                    let (from_column, from_row) = (self.c[column * p1 + a].0[lane], self.c[row * p1 + a].0[lane]);
                    h[(at as usize, a)] += b[row] * from_column + off * b[column] * from_row;
                }
            }
        }
    }

    /// Adds the block to the running sums.
    #[inline(always)]
    fn accumulate(&mut self, pass: &Pass<'_>, width: usize) {
        let p1 = pass.function.products.p + 1;
        for i in 0..width {
            for j in 0..=i {
                let mut sum = self.hidden[i * width + j].times(2.0) - self.d[i * width + j];
                for (a, weight) in pass.weights.iter().enumerate() {
                    sum += (self.c[i * p1 + a] * self.c[j * p1 + a]).times(*weight);
                }
                self.inner[i * width + j] = sum;
                self.inner[j * width + i] = sum;
            }
        }
        let packed = p1 * (p1 + 1) / 2;
        for (k, element) in pass.local.iter().enumerate() {
            let (r, s) = (element.row, element.column);
            let m = self.d[r * width + s] - self.hidden[r * width + s];
            self.traces[k] += if r == s { m } else { m + m };
            let sums = &mut self.crossed[k * packed..(k + 1) * packed];
            cross_columns(&self.c[r * p1..(r + 1) * p1], &self.c[s * p1..(s + 1) * p1], r == s, sums);
            for (l, other) in pass.local.iter().enumerate().skip(k) {
                let (t, u) = (other.row, other.column);
                let at = |x: usize, y: usize| x * width + y;
                let (d, x) = (&self.d, &self.inner);
                let sum = d[at(u, r)] * x[at(s, t)]
                    + d[at(u, s)] * x[at(r, t)]
                    + d[at(t, r)] * x[at(s, u)]
                    + d[at(t, s)] * x[at(r, u)];
                let half = if r == s { 0.5 } else { 1.0 } * if t == u { 0.5 } else { 1.0 };
                self.second[k * pass.local.len() + l] += sum.times(half);
            }
        }
    }

    fn add_to(&self, sums: &mut Sums) {
        let n = sums.traces.len();
        for k in 0..n {
            sums.traces[k] += self.traces[k].total();
            let p1 = sums.crossed[k].n_rows();
            let packed = p1 * (p1 + 1) / 2;
            let mut next = k * packed;
            for a in 0..p1 {
                for b in a..p1 {
                    sums.crossed[k][(a, b)] += self.crossed[next].total();
                    next += 1;
                }
            }
            for l in k..n {
                sums.second[(k, l)] += self.second[k * n + l].total();
            }
        }
    }
}

/// Adds the upper triangle of `C'E C`, where `E` joins the two rows of `C`.
#[inline(always)]
fn cross_columns(first: &[Lanes], second: &[Lanes], same: bool, sums: &mut [Lanes]) {
    let mut next = 0;
    for a in 0..first.len() {
        let (x, y) = (first[a], second[a]);
        let length = first.len() - a;
        let targets = &mut sums[next..next + length];
        if same {
            for (sum, other) in targets.iter_mut().zip(&first[a..]) {
                *sum += x * *other;
            }
        } else {
            for ((sum, of_second), of_first) in targets.iter_mut().zip(&second[a..]).zip(&first[a..]) {
                *sum += x * *of_second + y * *of_first;
            }
        }
        next += length;
    }
}
