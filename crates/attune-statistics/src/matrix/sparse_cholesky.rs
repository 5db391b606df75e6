//! The Cholesky factor of a sparse positive definite matrix, and its inverse where the factor is not zero.
//!
//! The order of the rows is the caller's: it should eliminate what meets little else first. The pattern is
//! found once; values are then factored column by column (George & Liu 1981). The inverse comes from the
//! recursion of Takahashi, Fagan & Chin (1973), which needs no element outside the pattern of the factor.

/// Where the factor may be different from zero, column by column.
#[derive(Debug, Clone)]
pub(crate) struct SparsePattern {
    n: usize,
    /// Where each column starts in `rows`; one more entry than columns.
    starts: Vec<usize>,
    /// The rows of each column, increasing, the diagonal first.
    rows: Vec<u32>,
}

/// `a = lower * lower'`.
#[derive(Debug, Clone)]
pub(crate) struct SparseCholesky<'a> {
    pattern: &'a SparsePattern,
    values: Vec<f64>,
}

const NONE: u32 = u32::MAX;

// A factor with more elements than this would take gigabytes.
const MOST_ELEMENTS: usize = 100_000_000;

impl SparsePattern {
    /// The pattern of the factor of a matrix with the given elements below the diagonal, `(column, row)`;
    /// `None` when it would be too large.
    pub(crate) fn new(n: usize, mut below: Vec<(u32, u32)>) -> Option<Self> {
        below.sort_unstable();
        below.dedup();
        let mut pattern = Self {
            n,
            starts: vec![0],
            rows: Vec::new(),
        };
        // The columns whose first element below the diagonal is in this row hand their rows on to it.
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); n];
        let mut seen = vec![NONE; n];
        let mut next = 0;
        for column in 0..n {
            let mark = column as u32;
            let start = pattern.rows.len();
            pattern.rows.push(mark);
            seen[column] = mark;
            while next < below.len() && below[next].0 == mark {
                push_unseen(&mut pattern.rows, &mut seen, below[next].1, mark);
                next += 1;
            }
            for child in std::mem::take(&mut children[column]) {
                let (from, to) = (
                    pattern.starts[child as usize] + 1,
                    pattern.starts[child as usize + 1],
                );
                for place in from..to {
                    let row = pattern.rows[place];
                    push_unseen(&mut pattern.rows, &mut seen, row, mark);
                }
            }
            pattern.rows[start + 1..].sort_unstable();
            if let Some(&parent) = pattern.rows.get(start + 1) {
                children[parent as usize].push(mark);
            }
            pattern.starts.push(pattern.rows.len());
            if pattern.rows.len() > MOST_ELEMENTS {
                return None;
            }
        }
        Some(pattern)
    }

    /// The number of elements that may differ from zero.
    pub(crate) fn n_elements(&self) -> usize {
        self.rows.len()
    }

    /// The place of an element on or below the diagonal that is in the pattern.
    pub(crate) fn place(&self, row: u32, column: u32) -> usize {
        let (from, to) = (
            self.starts[column as usize],
            self.starts[column as usize + 1],
        );
        from + self.rows[from..to].partition_point(|&candidate| candidate < row)
    }

    /// Factors the matrix with the given values, laid out as the pattern; `None` when it is not positive definite.
    pub(crate) fn factor(&self, mut values: Vec<f64>) -> Option<SparseCholesky<'_>> {
        let mut work = vec![0.0; self.n];
        // For each row the finished columns that reach it next, as linked lists, and how far each has come.
        let mut first = vec![NONE; self.n];
        let mut following = vec![NONE; self.n];
        let mut reached = self.starts.clone();
        for column in 0..self.n {
            let (from, to) = (self.starts[column], self.starts[column + 1]);
            for place in from..to {
                work[self.rows[place] as usize] = values[place];
            }
            let mut earlier = first[column];
            while earlier != NONE {
                let after = following[earlier as usize];
                let (at, end) = (reached[earlier as usize], self.starts[earlier as usize + 1]);
                let factor = values[at];
                for place in at..end {
                    work[self.rows[place] as usize] -= factor * values[place];
                }
                self.advance(earlier, at + 1, &mut reached, &mut first, &mut following);
                earlier = after;
            }
            let pivot = work[column];
            // The comparison is also false for NaN.
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            let root = pivot.sqrt();
            values[from] = root;
            for place in from + 1..to {
                values[place] = work[self.rows[place] as usize] / root;
            }
            self.advance(
                column as u32,
                from + 1,
                &mut reached,
                &mut first,
                &mut following,
            );
        }
        Some(SparseCholesky {
            pattern: self,
            values,
        })
    }

    fn advance(
        &self,
        column: u32,
        place: usize,
        reached: &mut [usize],
        first: &mut [u32],
        following: &mut [u32],
    ) {
        reached[column as usize] = place;
        if place < self.starts[column as usize + 1] {
            let row = self.rows[place] as usize;
            following[column as usize] = first[row];
            first[row] = column;
        }
    }
}

fn push_unseen(rows: &mut Vec<u32>, seen: &mut [u32], row: u32, mark: u32) {
    if seen[row as usize] != mark {
        seen[row as usize] = mark;
        rows.push(row);
    }
}

impl SparseCholesky<'_> {
    /// The logarithm of the determinant.
    pub(crate) fn log_determinant(&self) -> f64 {
        let starts = &self.pattern.starts[..self.pattern.n];
        let logs: Vec<f64> = starts
            .iter()
            .map(|&place| libm::log(self.values[place]))
            .collect();
        2.0 * super::sum(&logs)
    }

    /// `a^-1 * vector`.
    pub(crate) fn solve(&self, vector: &[f64]) -> Vec<f64> {
        let SparsePattern { n, starts, rows } = self.pattern;
        let mut solution = vector.to_vec();
        for column in 0..*n {
            let (from, to) = (starts[column], starts[column + 1]);
            solution[column] /= self.values[from];
            let value = solution[column];
            for place in from + 1..to {
                solution[rows[place] as usize] -= self.values[place] * value;
            }
        }
        for column in (0..*n).rev() {
            let (from, to) = (starts[column], starts[column + 1]);
            let known: f64 = (from + 1..to)
                .map(|place| self.values[place] * solution[rows[place] as usize])
                .sum();
            solution[column] = (solution[column] - known) / self.values[from];
        }
        solution
    }

    /// The elements of `a^-1` within the pattern, laid out as the pattern.
    pub(crate) fn inverse_within_pattern(&self) -> Vec<f64> {
        let SparsePattern { n, starts, rows } = self.pattern;
        let mut inverse = vec![0.0; rows.len()];
        let mut lower = vec![0.0; *n];
        let mut sums = vec![0.0; *n];
        for column in (0..*n).rev() {
            let (from, to) = (starts[column], starts[column + 1]);
            for place in from + 1..to {
                lower[rows[place] as usize] = self.values[place];
            }
            for place in from + 1..to {
                let (k, factor) = (rows[place] as usize, self.values[place]);
                sums[k] += factor * inverse[starts[k]];
                for inner in starts[k] + 1..starts[k + 1] {
                    let row = rows[inner] as usize;
                    sums[row] += factor * inverse[inner];
                    sums[k] += lower[row] * inverse[inner];
                }
            }
            let pivot = self.values[from];
            let mut diagonal = 1.0 / pivot;
            for place in from + 1..to {
                let row = rows[place] as usize;
                inverse[place] = -sums[row] / pivot;
                diagonal -= self.values[place] * inverse[place];
            }
            inverse[from] = diagonal / pivot;
            for place in from + 1..to {
                let k = rows[place] as usize;
                lower[k] = 0.0;
                for inner in starts[k]..starts[k + 1] {
                    sums[rows[inner] as usize] = 0.0;
                }
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{Cholesky, Matrix};

    /// Two blocks that meet in the last two rows, so that the factor fills in.
    fn example() -> (Matrix, SparsePattern, Vec<f64>) {
        let dense = Matrix::from_rows(&[
            [4.0, 0.0, 0.0, 1.0, 0.5],
            [0.0, 3.0, 0.7, 0.0, 0.2],
            [0.0, 0.7, 5.0, 0.9, 0.0],
            [1.0, 0.0, 0.9, 6.0, 0.0],
            [0.5, 0.2, 0.0, 0.0, 2.0],
        ]);
        let below = vec![(0, 3), (0, 4), (1, 2), (1, 4), (2, 3), (0, 4)];
        let pattern = SparsePattern::new(5, below).unwrap();
        let mut values = vec![0.0; pattern.n_elements()];
        for column in 0..5_u32 {
            for row in column..5 {
                if dense[(row as usize, column as usize)] != 0.0 {
                    values[pattern.place(row, column)] = dense[(row as usize, column as usize)];
                }
            }
        }
        (dense, pattern, values)
    }

    #[test]
    fn solution_determinant_and_inverse_are_those_of_the_dense_matrix() {
        let (dense, pattern, values) = example();
        let sparse = pattern.factor(values).unwrap();
        let reference = Cholesky::new(&dense).unwrap();
        assert!((sparse.log_determinant() - reference.log_determinant()).abs() < 1e-14);
        let right = [1.0, -2.0, 0.5, 3.0, 0.25];
        for (x, y) in sparse.solve(&right).iter().zip(reference.solve(&right)) {
            assert!((x - y).abs() < 1e-15);
        }
        let (inverse, expected) = (sparse.inverse_within_pattern(), reference.inverse());
        for column in 0..5_u32 {
            for row in [column, 3, 4].into_iter().filter(|&row| row >= column) {
                let place = pattern.place(row, column);
                let in_pattern =
                    place < pattern.starts[column as usize + 1] && pattern.rows[place] == row;
                let error = inverse.get(place).map_or(0.0, |value| {
                    value - expected[(row as usize, column as usize)]
                });
                assert!(!in_pattern || error.abs() < 1e-15, "{row} {column}");
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let pattern = SparsePattern::new(2, vec![(0, 1)]).unwrap();
        assert!(pattern.factor(vec![1.0, 2.0, 1.0]).is_none());
        assert!(pattern.factor(vec![f64::NAN, 0.0, 1.0]).is_none());
    }
}
