//! Coincidences of coders' stretches by length, what chance would give, and the
//! coefficients that follow.

use std::collections::BTreeMap;

use super::{CodeAlpha, UnitisingAlpha};

/// The value of a gap; codes follow from 1.
pub(super) const GAP: usize = 0;

/// A stretch or a gap of one coder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub start: f64,
    pub end: f64,
    pub value: usize,
}

impl Part {
    fn length(self) -> f64 {
        self.end - self.start
    }
}

/// Lengths of intersections between different coders, and what chance would give.
pub(super) struct Coincidences {
    n_values: usize,
    /// Intersections by pair of values, each ordered pair of coders over (m − 1).
    observed: Vec<Vec<f64>>,
    /// Self-pairings by value: Σ length² of stretches, Σ length of gaps.
    own: Vec<f64>,
    /// The same for the lengths of stretches that meet other stretches.
    own_paired: Vec<f64>,
}

impl Coincidences {
    pub fn empty(n_values: usize) -> Self {
        Coincidences {
            n_values,
            observed: vec![vec![0.0; n_values]; n_values],
            own: vec![0.0; n_values],
            own_paired: vec![0.0; n_values],
        }
    }

    /// All numbers in one row: observed, then own, then own paired.
    pub fn flat(&self) -> Vec<f64> {
        [&self.observed.concat()[..], &self.own, &self.own_paired].concat()
    }

    pub fn from_flat(n_values: usize, flat: &[f64]) -> Self {
        let (observed, own) = flat.split_at(n_values * n_values);
        Coincidences {
            n_values,
            observed: observed.chunks(n_values).map(<[f64]>::to_vec).collect(),
            own: own[..n_values].to_vec(),
            own_paired: own[n_values..].to_vec(),
        }
    }

    pub fn add(&mut self, other: &Self) {
        let sum: Vec<f64> = self
            .flat()
            .iter()
            .zip(other.flat())
            .map(|(a, b)| a + b)
            .collect();
        *self = Self::from_flat(self.n_values, &sum);
    }

    pub fn of(parts: &[Vec<Part>], n_values: usize) -> Self {
        let others = parts.len() as f64 - 1.0;
        let mut observed = vec![vec![0.0; n_values]; n_values];
        let (mut own, mut own_paired) = (vec![0.0; n_values], vec![0.0; n_values]);
        for (coder, mine) in parts.iter().enumerate() {
            let mut paired: BTreeMap<usize, f64> = BTreeMap::new();
            for (_, theirs) in parts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != coder)
            {
                for (index, my_value, their_value, length) in intersections(mine, theirs) {
                    observed[my_value][their_value] += length / others;
                    if my_value != GAP && their_value != GAP {
                        *paired.entry(index).or_default() += length / others;
                    }
                }
            }
            for part in mine {
                let length = part.length();
                own[part.value] += if part.value == GAP {
                    length
                } else {
                    length * length
                };
            }
            for (index, length) in paired {
                own_paired[mine[index].value] += length * length;
            }
        }
        Coincidences {
            n_values,
            observed,
            own,
            own_paired,
        }
    }

    pub fn family(&self, labels: &[String]) -> UnitisingAlpha {
        let all: Vec<usize> = (0..self.n_values).collect();
        let codes = &all[1..];
        let whole = Block::new(&self.observed, &self.own, &all);
        let coded = Block::new(&self.observed, &self.own_paired, codes);
        let by_code = codes.iter().map(|code| {
            let total: f64 = self.observed[*code].iter().sum();
            CodeAlpha {
                code: labels[code - 1].clone(),
                alpha: coded.alpha_of(code - 1),
                coverage: coded.margins[code - 1] / total,
            }
        });
        UnitisingAlpha {
            u_alpha: whole.alpha(),
            binary_u_alpha: whole.alpha_of_first_against_rest(),
            cu_alpha: coded.alpha(),
            cu_coverage: coded.total() / whole.total(),
            by_code: by_code.collect(),
        }
    }
}

/// Observed and expected coincidences of some of the values.
struct Block {
    observed: Vec<Vec<f64>>,
    expected: Vec<Vec<f64>>,
    margins: Vec<f64>,
}

impl Block {
    fn new(observed: &[Vec<f64>], own: &[f64], values: &[usize]) -> Self {
        let pick = |row: &usize| {
            values
                .iter()
                .map(|column| observed[*row][*column])
                .collect()
        };
        let observed: Vec<Vec<f64>> = values.iter().map(pick).collect();
        let own: Vec<f64> = values.iter().map(|value| own[*value]).collect();
        let margins: Vec<f64> = observed.iter().map(|row| row.iter().sum()).collect();
        let total: f64 = margins.iter().sum();
        let divisor = total - own.iter().sum::<f64>() / total;
        let cell = |c: usize, k: usize| {
            (margins[c] * margins[k] - if c == k { own[c] } else { 0.0 }) / divisor
        };
        let n = margins.len();
        let expected = (0..n)
            .map(|c| (0..n).map(|k| cell(c, k)).collect())
            .collect();
        Block {
            observed,
            expected,
            margins,
        }
    }

    fn total(&self) -> f64 {
        self.margins.iter().sum()
    }

    /// 1 − disagreement observed / expected over all pairs of values.
    fn alpha(&self) -> Option<f64> {
        let off_diagonal = |matrix: &[Vec<f64>]| {
            let rows = matrix.iter().enumerate();
            rows.map(|(c, row)| row.iter().sum::<f64>() - row[c])
                .sum::<f64>()
        };
        ratio(off_diagonal(&self.observed), off_diagonal(&self.expected))
    }

    /// The first value against all others together.
    fn alpha_of_first_against_rest(&self) -> Option<f64> {
        let off = |matrix: &[Vec<f64>]| matrix[0][1..].iter().sum::<f64>();
        ratio(off(&self.observed), off(&self.expected))
    }

    /// One value: its share of disagreement observed over that expected.
    fn alpha_of(&self, value: usize) -> Option<f64> {
        let share = |matrix: &[Vec<f64>]| {
            let margin: f64 = matrix[value].iter().sum();
            (margin - matrix[value][value]) / margin
        };
        ratio(share(&self.observed), share(&self.expected))
    }
}

fn ratio(observed: f64, expected: f64) -> Option<f64> {
    (expected > 0.0 && observed.is_finite()).then_some(1.0 - observed / expected)
}

/// All intersections of two partitions: place and value of the first's part, the
/// second's value, length. One pass over both, as they are in order.
fn intersections(first: &[Part], second: &[Part]) -> Vec<(usize, usize, usize, f64)> {
    let mut found = Vec::with_capacity(first.len() + second.len());
    let (mut i, mut j) = (0, 0);
    while i < first.len() && j < second.len() {
        let (a, b) = (first[i], second[j]);
        let length = a.end.min(b.end) - a.start.max(b.start);
        if length > 0.0 {
            found.push((i, a.value, b.value, length));
        }
        if a.end <= b.end {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}
