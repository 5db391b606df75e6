//! What the grouping factors that are not eliminated contribute to the derivatives: dense algebra in the
//! columns of one component.

use super::super::covariance::Element;
use super::super::deviance::RestSums;
use super::pass::Pass;
use crate::matrix::{Matrix, inner_product};

/// What a component contributes to a pass.
pub(super) struct RestPass {
    /// `S = Λ(I + Λ'KΛ)⁻¹Λ'`.
    pub(super) s: Matrix,
    /// `S Z₂'W₁⁻¹[X r]`, whitened.
    pub(super) s_right: Matrix,
    /// `I - S K`.
    pub(super) complement: Matrix,
    /// `Z₂'W⁻¹[X r]`, whitened.
    pub(super) c: Matrix,
    /// For each local element `B'E B` and `B'E C`.
    pub(super) crossed: Vec<(Matrix, Matrix)>,
}

impl RestPass {
    pub(super) fn new(sums: &RestSums, whitening: &Matrix, n_local: usize, p1: usize) -> Self {
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
        Self {
            s,
            s_right,
            complement,
            c,
            crossed,
        }
    }
}

impl Pass<'_> {
    /// `-tr(S F S F') - sum of w h'S h'` for elements of the eliminated factor.
    pub(super) fn add_local_across(&self, rest: &RestPass, second: &mut Matrix) {
        let s_times: Vec<(Matrix, Matrix)> = rest
            .crossed
            .iter()
            .map(|(f, h)| (rest.s.times(f), rest.s.times(h)))
            .collect();
        for (i, element) in self.local.iter().enumerate() {
            for (k, other) in self.local.iter().enumerate().skip(i) {
                let far = inner_product(&s_times[i].0.transposed(), &s_times[k].0);
                let columns = self.weighted_columns(&rest.crossed[i].1, &s_times[k].1);
                second[(element.place, other.place)] -= far + columns;
            }
        }
    }

    pub(super) fn weighted_columns(&self, a: &Matrix, b: &Matrix) -> f64 {
        let of_row = |row: usize| -> f64 {
            a.row(row)
                .iter()
                .zip(b.row(row))
                .zip(&self.weights)
                .map(|((x, y), weight)| weight * x * y)
                .sum()
        };
        (0..a.n_rows()).map(of_row).sum()
    }

    pub(super) fn add_rest(
        &self,
        component: usize,
        rest: &RestPass,
        elements: &[Element],
        (traces, crossed, second): (&mut [f64], &mut [Matrix], &mut Matrix),
    ) {
        let p1 = self.function.products.p + 1;
        let m = self.evaluation.rest[component].k.times(&rest.complement);
        let weighted =
            Matrix::from_function(m.n_rows(), p1, |i, a| self.weights[a] * rest.c[(i, a)]);
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
                        u[(x, y)] += 0.5
                            * twice
                            * (rest.c[(a, x)] * rest.c[(b, y)] + rest.c[(b, x)] * rest.c[(a, y)]);
                    }
                }
                for (i, element) in self.local.iter().enumerate() {
                    let (v, z) = &local[i];
                    let columns: f64 = (0..p1)
                        .map(|x| {
                            0.5 * self.weights[x]
                                * (z[(a, x)] * rest.c[(b, x)] + z[(b, x)] * rest.c[(a, x)])
                        })
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
    pub(super) fn rest_pairs(
        &self,
        component: usize,
        elements: &[Element],
    ) -> Vec<(usize, Vec<(usize, usize)>)> {
        let shape = &self.function.shape;
        let rest_terms: Vec<usize> = (0..shape.terms.len())
            .filter(|&term| shape.terms[term].eliminated_at.is_none())
            .collect();
        let blocks = &self.function.products.components[component].blocks;
        let mut pairs = Vec::new();
        for (place, element) in elements.iter().enumerate() {
            let Some(term) = rest_terms.iter().position(|&term| term == element.term) else {
                continue;
            };
            let of_term = blocks.iter().filter(|block| block.term == term);
            pairs.push((
                place,
                of_term
                    .map(|b| (b.first + element.row, b.first + element.column))
                    .collect(),
            ));
        }
        pairs
    }

    pub(super) fn add_rest_products(
        &self,
        component: usize,
        rest: &RestPass,
        elements: &[Element],
        result: &mut [Vec<Matrix>],
    ) {
        let p = self.function.products.p;
        let m = self.evaluation.rest[component].k.times(&rest.complement);
        let fixed =
            |matrix: &Matrix| Matrix::from_function(matrix.n_rows(), p, |i, x| matrix[(i, x)]);
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
pub(super) fn trace_of_products(
    m: &Matrix,
    x: &Matrix,
    e: &[(usize, usize)],
    f: &[(usize, usize)],
) -> f64 {
    let mut total = 0.0;
    for &(a, b) in e {
        let mut of_pair = 0.0;
        for &(c, d) in f {
            let sum = m[(d, a)] * x[(b, c)]
                + m[(d, b)] * x[(a, c)]
                + m[(c, a)] * x[(b, d)]
                + m[(c, b)] * x[(a, d)];
            of_pair += if c == d { 0.5 * sum } else { sum };
        }
        total += if a == b { 0.5 * of_pair } else { of_pair };
    }
    total
}
