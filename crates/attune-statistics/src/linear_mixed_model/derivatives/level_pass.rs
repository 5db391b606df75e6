//! The work for one block of levels of the eliminated factor, in the inner loop of every derivative.

use std::ops::Range;

use super::super::cross_products::{CrossProducts, LevelBlocks};
use super::super::deviance::{LevelFactor, packed_upper};
use super::super::lanes::{LANES, Lanes};
use super::pass::{LocalElement, Pass, Sums};
use crate::matrix::Matrix;

/// The work for one block of levels, and its running sums.
pub(super) struct LevelPass {
    pub(super) level: LevelFactor,
    /// `L⁻¹R`, row by row.
    pub(super) root: Vec<Lanes>,
    /// `D = R'(LL')⁻¹R`.
    pub(super) d: Vec<Lanes>,
    /// `B S B'`, what the other factors hide.
    pub(super) hidden: Vec<Lanes>,
    /// `C = Z'W⁻¹[X r]`, whitened.
    pub(super) c: Vec<Lanes>,
    /// `L⁻¹Q'[X r]`, whitened.
    pub(super) right: Vec<Lanes>,
    pub(super) inner: Vec<Lanes>,
    pub(super) traces: Vec<Lanes>,
    pub(super) crossed: Vec<Lanes>,
    pub(super) second: Vec<Lanes>,
    pub(super) solved: Vec<f64>,
    pub(super) b: Vec<f64>,
}

#[inline(always)]
pub(super) fn chunk_sums(
    pass: &Pass<'_>,
    blocks: Range<usize>,
    width: usize,
    p1: usize,
) -> LevelPass {
    let products = &pass.function.products;
    let levels = products.summed();
    let mut worker = LevelPass::new(products);
    worker.reserve(pass.local.len(), p1);
    for block in blocks {
        worker.load(pass, levels, block, width, p1);
        let multiplicity = levels.multiplicity.get(block);
        worker.accumulate(pass, multiplicity.copied(), width, p1);
    }
    worker
}

/// Sums over a run of blocks for each pair of local elements, the first not after the second.
pub(super) struct ProductSums {
    /// `tr(D E D F)`, as if there were no other factors.
    pub(super) squared_traces: Vec<Lanes>,
    /// `C'E D F C` without the residual, `p * p` for each pair.
    pub(super) products: Vec<Lanes>,
}

#[inline(always)]
pub(super) fn chunk_products(
    pass: &Pass<'_>,
    blocks: Range<usize>,
    width: usize,
    p1: usize,
) -> ProductSums {
    let products = &pass.function.products;
    let (p, n_local) = (p1 - 1, pass.local.len());
    let n_pairs = n_local * (n_local + 1) / 2;
    let levels = products.summed();
    let mut worker = LevelPass::new(products);
    let mut sums = ProductSums {
        squared_traces: vec![Lanes::ZERO; n_pairs],
        products: vec![Lanes::ZERO; n_pairs * p * p],
    };
    let mut through = vec![Lanes::ZERO; n_local * width * p];
    for block in blocks {
        worker.load(pass, levels, block, width, p1);
        let multiplicity = levels.multiplicity.get(block);
        worker.add_squared_traces(pass, multiplicity.copied(), width, &mut sums.squared_traces);
        if !pass.rest.is_empty() {
            for lane in 0..LANES.min(products.n_levels - block * LANES) {
                worker.project(pass, block * LANES + lane, lane);
            }
        }
        worker.multiply_through(pass, width, p1, &mut through);
        worker.add_products(pass, width, p1, &through, &mut sums.products);
    }
    sums
}

impl LevelPass {
    /// `D F C` for each local element `F`.
    #[inline(always)]
    pub(super) fn multiply_through(
        &self,
        pass: &Pass<'_>,
        width: usize,
        p1: usize,
        through: &mut [Lanes],
    ) {
        let p = p1 - 1;
        for (element, product) in pass
            .local
            .iter()
            .zip(through.chunks_exact_mut((width * p).max(1)))
        {
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
    pub(super) fn add_products(
        &self,
        pass: &Pass<'_>,
        width: usize,
        p1: usize,
        through: &[Lanes],
        sums: &mut [Lanes],
    ) {
        let p = p1 - 1;
        let mut sums = sums.chunks_exact_mut(p.max(1));
        for (k, element) in pass.local.iter().enumerate() {
            let (r, s) = (element.row, element.column);
            for product in through.chunks_exact((width * p).max(1)).skip(k) {
                let (of_row, of_column) =
                    (&product[r * p..(r + 1) * p], &product[s * p..(s + 1) * p]);
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

    /// `tr(D E D F)` for each pair of local elements.
    #[inline(always)]
    fn add_squared_traces(
        &self,
        pass: &Pass<'_>,
        multiplicity: Option<Lanes>,
        width: usize,
        sums: &mut [Lanes],
    ) {
        let mut sums = sums.iter_mut();
        for (k, element) in pass.local.iter().enumerate() {
            for other in &pass.local[k..] {
                let trace = pair_trace(&self.d, &self.d, element, other, width);
                let Some(sum) = sums.next() else { return };
                *sum += multiplicity.map_or(trace, |n| trace * n);
            }
        }
    }

    pub(super) fn new(products: &CrossProducts) -> Self {
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

    pub(super) fn reserve(&mut self, n_local: usize, p1: usize) {
        self.traces = vec![Lanes::ZERO; n_local];
        self.crossed = vec![Lanes::ZERO; n_local * p1 * (p1 + 1) / 2];
        self.second = vec![Lanes::ZERO; n_local * n_local];
    }

    /// `D` and `C` of a block, as if there were no other factors.
    #[inline(always)]
    pub(super) fn load(
        &mut self,
        pass: &Pass<'_>,
        levels: &LevelBlocks,
        block: usize,
        width: usize,
        p1: usize,
    ) {
        self.level.solve(levels, &pass.lambda, block, width, p1);
        let root_size = width * (width + 1) / 2;
        let root = &levels.roots[block * root_size..(block + 1) * root_size];
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
    pub(super) fn solve_root(&mut self, root: &[Lanes], width: usize) {
        for j in 0..width {
            for i in 0..width {
                let mut value = if i <= j {
                    root[packed_upper(width, i, j)]
                } else {
                    Lanes::ZERO
                };
                for k in 0..i {
                    value =
                        value - self.level.lower[i * (i + 1) / 2 + k] * self.root[k * width + j];
                }
                self.root[i * width + j] = value * self.level.lower[i * (i + 1) / 2 + i];
            }
        }
    }

    /// Takes the other factors into account for one level of the block.
    pub(super) fn project(&mut self, pass: &Pass<'_>, position: usize, lane: usize) {
        if pass.rest.is_empty() {
            return;
        }
        let products = &pass.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let rest = &pass.rest[products.component_of[position] as usize];
        let columns = self
            .level
            .touched(products, position, lane, &mut self.solved);
        // B = P'L⁻¹Q'Z₂, column by column.
        self.b.clear();
        for solved in self.solved.chunks_exact(width) {
            for i in 0..width {
                self.b.push(
                    (0..width)
                        .map(|k| self.root[k * width + i].0[lane] * solved[k])
                        .sum(),
                );
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
    pub(super) fn cross(
        &self,
        pass: &Pass<'_>,
        position: usize,
        lane: usize,
        crossed: &mut [(Matrix, Matrix)],
    ) {
        let products = &pass.function.products;
        let (width, p1) = (products.width, products.p + 1);
        let range = products.touched_start[position]..products.touched_start[position + 1];
        let columns = &products.touched[range];
        for (element, (f, h)) in pass.local.iter().zip(crossed) {
            let (row, column) = (element.row, element.column);
            let off = if row == column { 0.0 } else { 1.0 };
            for (b, &at) in self.b.chunks_exact(width).zip(columns) {
                for (other, &second) in self.b.chunks_exact(width).zip(columns) {
                    f[(at as usize, second as usize)] +=
                        b[row] * other[column] + off * b[column] * other[row];
                }
                for a in 0..p1 {
                    let (from_column, from_row) = (
                        self.c[column * p1 + a].0[lane],
                        self.c[row * p1 + a].0[lane],
                    );
                    h[(at as usize, a)] += b[row] * from_column + off * b[column] * from_row;
                }
            }
        }
    }

    /// Adds the block to the running sums.
    #[inline(always)]
    pub(super) fn accumulate(
        &mut self,
        pass: &Pass<'_>,
        multiplicity: Option<Lanes>,
        width: usize,
        p1: usize,
    ) {
        // A row that stands for many levels has their sums in its columns, but only one of their `D`.
        let times = |value: Lanes| multiplicity.map_or(value, |n| value * n);
        for i in 0..width {
            for j in 0..=i {
                let mut sum = self.hidden[i * width + j].times(2.0) - times(self.d[i * width + j]);
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
            let m = times(self.d[r * width + s]) - self.hidden[r * width + s];
            self.traces[k] += if r == s { m } else { m + m };
            let sums = &mut self.crossed[k * packed..(k + 1) * packed];
            cross_columns(
                &self.c[r * p1..(r + 1) * p1],
                &self.c[s * p1..(s + 1) * p1],
                r == s,
                sums,
            );
            for (l, other) in pass.local.iter().enumerate().skip(k) {
                self.second[k * pass.local.len() + l] +=
                    pair_trace(&self.d, &self.inner, element, other, width);
            }
        }
    }

    pub(super) fn add_to(&self, sums: &mut Sums) {
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

/// `tr(D E X F)` for symmetric `D` and `X`, where `E` and `F` are the elements' patterns.
#[inline(always)]
fn pair_trace(
    d: &[Lanes],
    x: &[Lanes],
    element: &LocalElement,
    other: &LocalElement,
    width: usize,
) -> Lanes {
    let (r, s, t, u) = (element.row, element.column, other.row, other.column);
    let at = |i: usize, j: usize| i * width + j;
    let sum = d[at(u, r)] * x[at(s, t)]
        + d[at(u, s)] * x[at(r, t)]
        + d[at(t, r)] * x[at(s, u)]
        + d[at(t, s)] * x[at(r, u)];
    let half = if r == s { 0.5 } else { 1.0 } * if t == u { 0.5 } else { 1.0 };
    sum.times(half)
}

/// Adds the upper triangle of `C'E C`, where `E` joins the two rows of `C`.
#[inline(always)]
pub(super) fn cross_columns(first: &[Lanes], second: &[Lanes], same: bool, sums: &mut [Lanes]) {
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
            for ((sum, of_second), of_first) in
                targets.iter_mut().zip(&second[a..]).zip(&first[a..])
            {
                *sum += x * *of_second + y * *of_first;
            }
        }
        next += length;
    }
}
