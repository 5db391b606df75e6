//! The sums of a new response, when those of the design are known.
//!
//! For each level of the eliminated factor `Z₁ = B R` with orthonormal columns `B`. A response adds
//! `B'y`, and what remains of it, `y - B B'y`, gives its products with the fixed effects and the other
//! factors. `B` comes from the very rotations that made `R`, so nothing is divided by small numbers.

use super::super::cross_products::{CrossProducts, Layout, Rows, rotate_into};
use super::super::lanes::LANES;
use super::super::shared_patterns::PatternRotations;
use crate::matrix::dot;

/// What turns a response into its sums.
#[derive(Debug, Clone)]
pub(super) struct ResponseSums {
    /// The rows, level after level.
    row_order: Vec<u32>,
    /// Where each level starts.
    row_start: Vec<usize>,
    /// The orthonormal fixed-effect columns, level after level.
    pub x: Vec<Vec<f64>>,
    /// `B`, row by row.
    basis: Vec<f64>,
    rest: Vec<RestColumns>,
    /// Where levels share patterns.
    patterns: Option<PatternRotations>,
}

/// The columns of a term of another grouping factor, level after level of the eliminated one.
#[derive(Debug, Clone)]
struct RestColumns {
    /// For each row the first column within its component.
    first: Vec<u32>,
    columns: Vec<Vec<f64>>,
}

impl ResponseSums {
    pub(super) fn new(rows: &Rows<'_>, products: &CrossProducts) -> Self {
        let layout = Layout::new(rows);
        let ordered = |column: &[f64]| -> Vec<f64> {
            layout
                .row_order
                .iter()
                .map(|&row| column[row as usize])
                .collect()
        };
        let rest = rows.rest.iter().zip(&layout.first_column);
        let rest = rest.map(|(term, first)| RestColumns {
            first: layout
                .row_order
                .iter()
                .map(|&row| first[term.codes[row as usize] as usize] as u32)
                .collect(),
            columns: term.columns.iter().map(|column| ordered(column)).collect(),
        });
        let z: Vec<Vec<f64>> = rows.eliminated.columns.iter().map(|c| ordered(c)).collect();
        Self {
            x: rows.x.iter().map(|column| ordered(column)).collect(),
            basis: basis(&z, &layout.row_start),
            rest: rest.collect(),
            patterns: products.shared.as_ref().and_then(|_| {
                let patterns = products.shared_patterns()?;
                Some(PatternRotations::new(patterns, &products.levels))
            }),
            row_order: layout.row_order,
            row_start: layout.row_start,
        }
    }

    /// The number of rows.
    pub(super) fn n_rows(&self) -> usize {
        self.row_order.len()
    }

    /// Puts a response, less its offset and times the roots of its weights, in the order of the levels.
    pub(super) fn order(
        &self,
        response: &[f64],
        offset: Option<&[f64]>,
        roots: Option<&[f64]>,
        ordered: &mut [f64],
    ) {
        for (value, &row) in ordered.iter_mut().zip(&self.row_order) {
            let row = row as usize;
            *value = response[row] - offset.map_or(0.0, |offset| offset[row]);
            *value *= roots.map_or(1.0, |roots| roots[row]);
        }
    }

    /// Writes the sums of a response, internal and in the order of the levels, over those of the one before.
    pub(super) fn write(&self, response: &mut [f64], products: &mut CrossProducts) {
        let (width, p) = (products.width, products.p);
        let p1 = p + 1;
        for position in 0..products.n_levels {
            let range = self.row_start[position]..self.row_start[position + 1];
            let basis = &self.basis[range.start * width..range.end * width];
            let values = &mut response[range];
            let (block, lane) = (position / LANES, position % LANES);
            for i in 0..width {
                let along = basis.iter().skip(i).step_by(width);
                let part: f64 = along.clone().zip(values.iter()).map(|(b, y)| b * y).sum();
                for (value, b) in values.iter_mut().zip(along) {
                    *value -= b * part;
                }
                products.levels.right[(block * width + i) * p1 + p].0[lane] = part;
            }
        }
        if let (Some(patterns), Some(shared)) = (&self.patterns, &mut products.shared) {
            patterns.write(&products.levels, shared);
        }
        for (a, column) in self.x.iter().enumerate() {
            let product = dot(column, response);
            products.within[(a, p)] = product;
            products.within[(p, a)] = product;
        }
        products.within[(p, p)] = dot(response, response);
        self.write_rest(response, products);
    }

    fn write_rest(&self, response: &[f64], products: &mut CrossProducts) {
        let p = products.p;
        for component in &mut products.components {
            for column in 0..component.size {
                component.within_right[(column, p)] = 0.0;
            }
        }
        if self.rest.is_empty() {
            return;
        }
        for position in 0..products.n_levels {
            let right =
                &mut products.components[products.component_of[position] as usize].within_right;
            for row in self.row_start[position]..self.row_start[position + 1] {
                for term in &self.rest {
                    for (k, column) in term.columns.iter().enumerate() {
                        right[(term.first[row] as usize + k, p)] += column[row] * response[row];
                    }
                }
            }
        }
    }
}

/// For each level orthonormal columns that span its random-effect columns, row by row.
fn basis(z: &[Vec<f64>], row_start: &[usize]) -> Vec<f64> {
    let width = z.len();
    let mut basis = vec![0.0; row_start[row_start.len() - 1] * width];
    let mut rotations = Vec::new();
    for level in row_start.windows(2) {
        rotations.clear();
        let mut triangle = vec![0.0; width * width];
        for row in level[0]..level[1] {
            let mut incoming: Vec<f64> = z.iter().map(|column| column[row]).collect();
            for i in 0..width {
                rotations.push(rotate_into(
                    &mut triangle[i * width..(i + 1) * width],
                    &mut incoming,
                    i,
                ));
            }
        }
        // The same rotations backwards, from the unit vectors.
        for k in 0..width {
            let mut top = vec![0.0; width];
            top[k] = 1.0;
            for row in (level[0]..level[1]).rev() {
                let mut bottom = 0.0;
                for i in (0..width).rev() {
                    let (cosine, sine) = rotations[(row - level[0]) * width + i];
                    let kept = top[i];
                    top[i] = cosine * kept - sine * bottom;
                    bottom = sine * kept + cosine * bottom;
                }
                basis[row * width + k] = bottom;
            }
        }
    }
    basis
}
