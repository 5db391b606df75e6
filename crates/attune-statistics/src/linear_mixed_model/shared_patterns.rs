//! Levels with the same visits share one factorisation.
//!
//! Children seen at the planned ages have the same triangle `R`, so `L` is the same for all of them, and
//! every sum over them is a sum of products of their `Q'[X y]`. Such a sum does not change when these
//! rows are rotated among the levels of a pattern; rotated to a triangle, `width (p + 1)` rows are left
//! however many levels there are, and nothing is subtracted on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::cross_products::{LevelBlocks, rotate_into};
use super::lanes::{LANES, Lanes};

/// Which levels share a pattern.
#[derive(Debug, Clone)]
pub(crate) struct SharedPatterns {
    /// The levels of each pattern that many have.
    patterns: Vec<Vec<u32>>,
    /// The levels of patterns that few have.
    single: Vec<u32>,
    width: usize,
    p: usize,
}

/// The rotations that a new response goes through.
#[derive(Debug, Clone)]
pub(crate) struct PatternRotations {
    shared: SharedPatterns,
    /// Cosine and sine for each level of a pattern and each entry of the fixed-effect columns.
    rotations: Vec<(f64, f64)>,
}

/// So many levels are looked at to see whether patterns are shared at all.
const SAMPLE: usize = 64;

impl SharedPatterns {
    /// `None` when sharing would not halve the work.
    pub(crate) fn find(
        levels: &LevelBlocks,
        n_levels: usize,
        width: usize,
        p: usize,
    ) -> Option<Self> {
        let root_size = width * (width + 1) / 2;
        let pattern = |level: usize| -> Vec<u64> {
            let first = level / LANES * root_size;
            let entries = &levels.roots[first..first + root_size];
            entries
                .iter()
                .map(|entry| entry.0[level % LANES].to_bits())
                .collect()
        };
        let sample = (0..n_levels).step_by(n_levels.div_ceil(SAMPLE).max(1));
        let (n_sampled, distinct) = (sample.len(), sample.map(pattern).collect::<BTreeSet<_>>());
        if 2 * distinct.len() > n_sampled {
            return None;
        }
        let mut groups: BTreeMap<Vec<u64>, Vec<u32>> = BTreeMap::new();
        for level in 0..n_levels {
            groups.entry(pattern(level)).or_default().push(level as u32);
        }
        let size = width * (p + 1);
        let (patterns, few): (Vec<_>, Vec<_>) =
            groups.into_values().partition(|levels| levels.len() > size);
        let shared = Self {
            patterns,
            single: few.into_iter().flatten().collect(),
            width,
            p,
        };
        (2 * shared.n_rows() <= n_levels).then_some(shared)
    }

    fn n_rows(&self) -> usize {
        self.patterns.len() * self.size() + self.single.len()
    }

    /// The rows that are left of a pattern.
    fn size(&self) -> usize {
        self.width * (self.p + 1)
    }

    /// The blocks that give the same sums.
    pub(crate) fn blocks(&self, levels: &LevelBlocks) -> LevelBlocks {
        let (width, p1, size) = (self.width, self.p + 1, self.size());
        let (root_size, n_blocks) = (width * (width + 1) / 2, self.n_rows().div_ceil(LANES));
        let mut blocks = LevelBlocks {
            n_blocks,
            roots: vec![Lanes::ZERO; n_blocks * root_size],
            right: vec![Lanes::ZERO; n_blocks * width * p1],
            multiplicity: vec![Lanes::ZERO; n_blocks],
        };
        let copy_root = |blocks: &mut LevelBlocks, from: usize, to: usize| {
            for k in 0..root_size {
                blocks.roots[to / LANES * root_size + k].0[to % LANES] =
                    levels.roots[from / LANES * root_size + k].0[from % LANES];
            }
        };
        let mut row = vec![0.0; size];
        for (index, members) in self.patterns.iter().enumerate() {
            let mut triangle = vec![0.0; size * size];
            for &level in members {
                self.read(levels, level as usize, &mut row);
                for i in 0..size {
                    rotate_into(&mut triangle[i * size..(i + 1) * size], &mut row, i);
                }
            }
            for i in 0..size {
                let to = index * size + i;
                copy_root(&mut blocks, members[0] as usize, to);
                self.write(&mut blocks, to, &triangle[i * size..(i + 1) * size]);
            }
            let first = index * size;
            blocks.multiplicity[first / LANES].0[first % LANES] = members.len() as f64;
        }
        for (index, &level) in self.single.iter().enumerate() {
            let to = self.patterns.len() * size + index;
            copy_root(&mut blocks, level as usize, to);
            self.read(levels, level as usize, &mut row);
            self.write(&mut blocks, to, &row);
            blocks.multiplicity[to / LANES].0[to % LANES] = 1.0;
        }
        blocks
    }

    /// `Q'[X y]` of a level as one row: the fixed-effect columns first, the response last.
    fn read(&self, levels: &LevelBlocks, level: usize, row: &mut [f64]) {
        let (p, p1) = (self.p, self.p + 1);
        for i in 0..self.width {
            let first = (level / LANES * self.width + i) * p1;
            for a in 0..p {
                row[i * p + a] = levels.right[first + a].0[level % LANES];
            }
            row[self.width * p + i] = levels.right[first + p].0[level % LANES];
        }
    }

    fn write(&self, blocks: &mut LevelBlocks, to: usize, row: &[f64]) {
        let (p, p1) = (self.p, self.p + 1);
        for i in 0..self.width {
            let first = (to / LANES * self.width + i) * p1;
            for a in 0..p {
                blocks.right[first + a].0[to % LANES] = row[i * p + a];
            }
        }
        self.write_response(blocks, to, &row[self.width * p..]);
    }

    fn write_response(&self, blocks: &mut LevelBlocks, to: usize, values: &[f64]) {
        let p1 = self.p + 1;
        for (i, value) in values.iter().enumerate() {
            blocks.right[(to / LANES * self.width + i) * p1 + self.p].0[to % LANES] = *value;
        }
    }

    fn response(&self, levels: &LevelBlocks, level: usize, values: &mut [f64]) {
        let p1 = self.p + 1;
        for (i, value) in values.iter_mut().enumerate() {
            *value = levels.right[(level / LANES * self.width + i) * p1 + self.p].0[level % LANES];
        }
    }
}

impl PatternRotations {
    pub(crate) fn new(shared: SharedPatterns, levels: &LevelBlocks) -> Self {
        let (n_fixed, size) = (shared.width * shared.p, shared.size());
        let mut rotations = Vec::new();
        let mut row = vec![0.0; size];
        for members in &shared.patterns {
            let mut triangle = vec![0.0; n_fixed * n_fixed];
            for &level in members {
                shared.read(levels, level as usize, &mut row);
                for i in 0..n_fixed {
                    let top = &mut triangle[i * n_fixed..(i + 1) * n_fixed];
                    rotations.push(rotate_into(top, &mut row[..n_fixed], i));
                }
            }
        }
        Self { shared, rotations }
    }

    /// Writes the response of the levels into the blocks.
    pub(crate) fn write(&self, levels: &LevelBlocks, blocks: &mut LevelBlocks) {
        let shared = &self.shared;
        let (width, size) = (shared.width, shared.size());
        let n_fixed = width * shared.p;
        let mut done = 0;
        let (mut above, mut triangle) = (vec![0.0; n_fixed * width], vec![0.0; width * width]);
        let mut values = vec![0.0; width];
        for (index, members) in shared.patterns.iter().enumerate() {
            above.fill(0.0);
            triangle.fill(0.0);
            for &level in members {
                // Without fixed effects there is nothing to turn.
                let turns = &self.rotations[done..done + n_fixed];
                done += n_fixed;
                shared.response(levels, level as usize, &mut values);
                for (top, (cosine, sine)) in above.chunks_exact_mut(width).zip(turns) {
                    for (kept, passing) in top.iter_mut().zip(&mut values) {
                        let (a, b) = (*kept, *passing);
                        *kept = cosine * a + sine * b;
                        *passing = cosine * b - sine * a;
                    }
                }
                for i in 0..width {
                    rotate_into(&mut triangle[i * width..(i + 1) * width], &mut values, i);
                }
            }
            let rows = above
                .chunks_exact(width)
                .chain(triangle.chunks_exact(width));
            for (i, row) in rows.enumerate() {
                shared.write_response(blocks, index * size + i, row);
            }
        }
        for (index, &level) in shared.single.iter().enumerate() {
            shared.response(levels, level as usize, &mut values);
            shared.write_response(blocks, shared.patterns.len() * size + index, &values);
        }
    }
}
