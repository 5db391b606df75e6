//! The random part of the linear predictor, row by row: which random effects a row has, with which
//! coefficients, and where their products stand in the sparse precision matrix.
//!
//! Effects are ordered term by term, most levels first, which is also the order of elimination: nested
//! factors then cause no fill-in at all, and crossed ones only among the smaller factor.

use crate::linear_mixed_model::CovarianceShape;
use crate::matrix::SparsePattern;
use crate::model_frame::RandomTerm;

/// The columns of the random effects.
#[derive(Debug, Clone)]
pub(crate) struct RandomDesign {
    pub n_effects: usize,
    /// How many random effects each row has.
    pub n_slots: usize,
    /// For each term its first slot.
    pub first_slot: Vec<usize>,
    /// For each term its first effect.
    pub first_effect: Vec<usize>,
    /// For each row and slot the random effect.
    effects: Vec<u32>,
    /// For each row and slot the value of the column.
    values: Vec<f64>,
    pub pattern: SparsePattern,
    /// For each row and each pair of its slots, later with earlier, the place in the pattern.
    places: Vec<u32>,
    /// The place of each diagonal element.
    diagonal: Vec<usize>,
}

impl RandomDesign {
    /// The design of the terms with the given columns; `None` when the precision matrix would be too large.
    pub(crate) fn new(
        random: &[RandomTerm],
        columns: &[Vec<Vec<f64>>],
        n_rows: usize,
    ) -> Option<Self> {
        let (mut first_slot, mut first_effect) = (Vec::new(), Vec::new());
        let (mut n_slots, mut n_effects) = (0, 0);
        for term in random {
            first_slot.push(n_slots);
            first_effect.push(n_effects);
            n_slots += term.columns.len();
            n_effects += term.columns.len() * term.levels.len();
        }
        let (mut effects, mut values) = (Vec::new(), Vec::new());
        for row in 0..n_rows {
            for (t, term) in random.iter().enumerate() {
                let first = first_effect[t] + term.codes[row] as usize * term.columns.len();
                for (k, column) in columns[t].iter().enumerate() {
                    effects.push(u32::try_from(first + k).ok()?);
                    values.push(column[row]);
                }
            }
        }
        let pattern = SparsePattern::new(n_effects, pairs(&effects, n_slots).collect())?;
        let places: Option<Vec<u32>> = effects
            .chunks_exact(n_slots.max(1))
            .flat_map(slot_pairs)
            .map(|(earlier, later)| u32::try_from(pattern.place(later, earlier)).ok())
            .collect();
        let diagonal = (0..n_effects as u32)
            .map(|effect| pattern.place(effect, effect))
            .collect();
        Some(Self {
            n_effects,
            n_slots,
            first_slot,
            first_effect,
            effects,
            values,
            pattern,
            places: places?,
            diagonal,
        })
    }

    /// The random effects of a row.
    pub(crate) fn effects(&self, row: usize) -> &[u32] {
        &self.effects[row * self.n_slots..(row + 1) * self.n_slots]
    }

    /// The values of the columns in a row.
    pub(crate) fn values(&self, row: usize) -> &[f64] {
        &self.values[row * self.n_slots..(row + 1) * self.n_slots]
    }

    /// For each row and slot the coefficient of the standardised effect: the columns times `Λ`.
    pub(crate) fn scaled(&self, shape: &CovarianceShape, theta: &[f64]) -> Vec<f64> {
        let mut scaled = self.values.clone();
        if self.n_slots == 0 {
            return scaled;
        }
        let lambdas: Vec<_> = (0..shape.terms.len())
            .map(|term| shape.lambda(theta, term))
            .collect();
        for (row, values) in scaled
            .chunks_exact_mut(self.n_slots)
            .zip(self.values.chunks_exact(self.n_slots))
        {
            for (lambda, &first) in lambdas.iter().zip(&self.first_slot) {
                for k in 0..lambda.n_rows() {
                    row[first + k] = (k..lambda.n_rows())
                        .map(|i| values[first + i] * lambda[(i, k)])
                        .sum();
                }
            }
        }
        scaled
    }

    /// `I + V'WV`, laid out as the pattern, for the scaled columns `V` and a weight for each row.
    pub(crate) fn precision(&self, scaled: &[f64], weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut precision = vec![0.0; self.pattern.n_elements()];
        for &place in &self.diagonal {
            precision[place] = 1.0;
        }
        if self.n_slots == 0 {
            return precision;
        }
        for (row, v) in scaled.chunks_exact(self.n_slots).enumerate() {
            let (weight, mut places) = (weight(row), self.places_of(row).iter());
            for (later, &b) in v.iter().enumerate() {
                for (&a, &place) in v[..=later].iter().zip(places.by_ref()) {
                    precision[place as usize] += weight * a * b;
                }
            }
        }
        precision
    }

    /// For one row the product of a matrix within the pattern with the scaled columns, at the row's effects.
    pub(crate) fn within_row(&self, row: usize, matrix: &[f64], v: &[f64], product: &mut [f64]) {
        product.fill(0.0);
        let mut next = 0;
        let places = self.places_of(row);
        for later in 0..v.len() {
            for earlier in 0..=later {
                let element = matrix[places[next] as usize];
                next += 1;
                product[later] += element * v[earlier];
                if earlier != later {
                    product[earlier] += element * v[later];
                }
            }
        }
    }

    fn places_of(&self, row: usize) -> &[u32] {
        let n_pairs = self.n_slots * (self.n_slots + 1) / 2;
        &self.places[row * n_pairs..(row + 1) * n_pairs]
    }
}

/// Every pair of effects that meet in a row, the earlier one first, without the diagonal.
fn pairs(effects: &[u32], n_slots: usize) -> impl Iterator<Item = (u32, u32)> {
    effects
        .chunks_exact(n_slots.max(1))
        .flat_map(slot_pairs)
        .filter(|(earlier, later)| earlier != later)
}

fn slot_pairs(row: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    row.iter()
        .enumerate()
        .flat_map(move |(place, &later)| row[..=place].iter().map(move |&earlier| (earlier, later)))
}
