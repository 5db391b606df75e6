//! The columns of a tall matrix made orthonormal, leaving out those that repeat earlier ones.
//!
//! Gram–Schmidt carried out twice is orthogonal to the last digit. A column is left out when less
//! than 1e-7 of its length remains after removing what earlier columns explain: the rule and the
//! tolerance of R's `qr`, so the same columns are dropped as in `lm` and `lmer`.

use super::{Matrix, dot};

/// `x[kept] = q * upper`, and `x[dropped] = x[kept] * aliased`.
#[derive(Debug, Clone)]
pub(crate) struct OrthonormalColumns {
    /// The orthonormal columns.
    pub q: Vec<Vec<f64>>,
    /// Upper triangular, positive diagonal.
    pub upper: Matrix,
    /// Positions of the columns that were kept.
    pub kept: Vec<usize>,
    /// Positions of the columns that were left out.
    pub dropped: Vec<usize>,
    /// For each dropped column its combination of the kept ones before it, padded with zeros.
    pub aliased: Vec<Vec<f64>>,
}

const RANK_TOLERANCE: f64 = 1e-7;

pub(crate) fn orthonormalise(columns: &[Vec<f64>]) -> OrthonormalColumns {
    let mut q: Vec<Vec<f64>> = Vec::new();
    let mut coefficients: Vec<Vec<f64>> = Vec::new();
    let mut kept = Vec::new();
    let mut removed: Vec<(usize, Vec<f64>)> = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let original = dot(column, column).sqrt();
        let mut remainder = column.clone();
        let mut projections = vec![0.0; q.len()];
        for _pass in 0..2 {
            for (projection, direction) in projections.iter_mut().zip(&q) {
                let part = dot(direction, &remainder);
                *projection += part;
                super::add_scaled(&mut remainder, -part, direction);
            }
        }
        let length = dot(&remainder, &remainder).sqrt();
        if length <= RANK_TOLERANCE * original || original == 0.0 {
            removed.push((position, projections));
            continue;
        }
        super::divide(&mut remainder, length);
        projections.push(length);
        q.push(remainder);
        coefficients.push(projections);
        kept.push(position);
    }
    let p = kept.len();
    let upper = Matrix::from_function(p, p, |i, j| coefficients[j].get(i).copied().unwrap_or(0.0));
    let aliased = removed
        .iter()
        .map(|(_, projections)| back_substitute(&upper, projections))
        .collect();
    let dropped = removed.into_iter().map(|(position, _)| position).collect();
    OrthonormalColumns {
        q,
        upper,
        kept,
        dropped,
        aliased,
    }
}

/// Solves `upper * x = right` for the leading block that `right` covers; the rest is zero.
pub(crate) fn back_substitute(upper: &Matrix, right: &[f64]) -> Vec<f64> {
    let mut solution = right.to_vec();
    solution.resize(upper.n_columns(), 0.0);
    for i in (0..right.len()).rev() {
        let known = dot(&upper.row(i)[i + 1..], &solution[i + 1..]);
        solution[i] = (solution[i] - known) / upper[(i, i)];
    }
    solution
}

impl OrthonormalColumns {
    /// `upper^-1`.
    pub(crate) fn inverse_upper(&self) -> Matrix {
        let p = self.kept.len();
        let mut inverse = Matrix::zeros(p, p);
        for j in 0..p {
            let mut unit = vec![0.0; j + 1];
            unit[j] = 1.0;
            for (i, value) in back_substitute(&self.upper, &unit).into_iter().enumerate() {
                inverse[(i, j)] = value;
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_column_is_left_out_and_explained() {
        let columns = [
            vec![1.0, 1.0, 1.0, 1.0],
            vec![0.0, 1.0, 2.0, 5.0],
            vec![2.0, 5.0, 8.0, 17.0],
            vec![0.0; 4],
        ];
        let result = orthonormalise(&columns);
        assert_eq!(
            (result.kept.as_slice(), result.dropped.as_slice()),
            ([0, 1].as_slice(), [2, 3].as_slice())
        );
        assert!(
            (result.aliased[0][0] - 2.0).abs() < 1e-13
                && (result.aliased[0][1] - 3.0).abs() < 1e-13
        );
        assert!(dot(&result.q[0], &result.q[1]).abs() < 1e-16);
        let identity = result.upper.times(&result.inverse_upper());
        assert!((identity[(0, 1)]).abs() < 1e-15);
    }
}
