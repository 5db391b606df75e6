//! A coefficient as a function of sums over units.
//!
//! Each unit contributes a short list of numbers to a vector of totals, and the
//! coefficient is computed from the totals. Leaving a unit out or drawing it three
//! times is then a subtraction or a multiplication, not another pass over the data.

use rayon::prelude::*;

use super::patterns::Patterns;

/// A coefficient as a function of totals.
type Coefficient = Box<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// A coefficient with what each unit adds to its totals.
pub struct Additive {
    width: usize,
    units: Vec<Vec<(usize, f64)>>,
    evaluate: Coefficient,
}

impl Additive {
    /// `units` holds for each unit the places in the totals and the amounts added there;
    /// `evaluate` computes the coefficient, NaN where it is not defined.
    pub(crate) fn new(
        width: usize,
        units: Vec<Vec<(usize, f64)>>,
        evaluate: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Additive {
            width,
            units,
            evaluate: Box::new(evaluate),
        }
    }

    /// The coefficient of all units.
    pub fn estimate(&self) -> f64 {
        (self.evaluate)(&self.totals())
    }

    /// Jackknife standard error √((n − 1)/n Σ(θ₋ᵢ − θ̄)²), leaving out one block at a
    /// time; blocks that add nothing do not count.
    pub fn jackknife_standard_error(&self, blocks: &[usize]) -> f64 {
        let left_out = self.leave_one_out(blocks);
        let n = left_out.len() as f64;
        let mean = left_out.iter().sum::<f64>() / n;
        ((n - 1.0) / n
            * left_out
                .iter()
                .map(|value| (value - mean).powi(2))
                .sum::<f64>())
        .sqrt()
    }

    /// The coefficient without each block in turn; blocks that add the same are computed once.
    pub(crate) fn leave_one_out(&self, blocks: &[usize]) -> Vec<f64> {
        let totals = self.totals();
        let patterns = Patterns::of(self.block_sums(blocks));
        let without = |block: &Vec<(usize, f64)>| {
            let mut rest = totals.clone();
            for (place, amount) in block {
                rest[*place] -= amount;
            }
            (self.evaluate)(&rest)
        };
        let values: Vec<f64> = patterns.sums.par_iter().map(without).collect();
        patterns
            .pattern_of_block
            .iter()
            .map(|pattern| values[*pattern as usize])
            .collect()
    }

    /// What each block adds to the totals; blocks that say nothing (no two ratings of a
    /// unit) are left out.
    pub(crate) fn block_sums(&self, blocks: &[usize]) -> Vec<Vec<(usize, f64)>> {
        let n_blocks = blocks.iter().max().map_or(0, |last| last + 1);
        let mut sums: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n_blocks];
        for (unit, block) in self.units.iter().zip(blocks) {
            sums[*block].extend(unit);
        }
        for sum in &mut sums {
            sum.sort_by_key(|(place, _)| *place);
            sum.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                kept.1 += if same { next.1 } else { 0.0 };
                same
            });
        }
        sums.retain(|sum| !sum.is_empty());
        sums
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn evaluate(&self, totals: &[f64]) -> f64 {
        (self.evaluate)(totals)
    }

    fn totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.width];
        for (place, amount) in self.units.iter().flatten() {
            totals[*place] += amount;
        }
        totals
    }
}
