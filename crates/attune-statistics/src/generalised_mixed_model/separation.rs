//! Separation: fixed effects that predict some rows perfectly, so that no finite estimate is the best.
//!
//! Each row says in which directions of the parameters its likelihood rises forever: `s'd >= 0`. Separation is
//! a direction that no row objects to and some row likes. By duality there is none exactly when a positive
//! combination of all the `s` is zero; the combination nearest to zero is found by non-negative least squares
//! (Lawson & Hanson 1974), and when it is not zero it is itself such a direction. For the subject see Albert &
//! Anderson (1984) and Konis (2007).

use crate::matrix::{Cholesky, Matrix, dot};

/// Directions along which the likelihood never falls.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Separation {
    /// Each of unit length; a later one concerns rows that the earlier ones leave alone.
    pub directions: Vec<Vec<f64>>,
    /// For each row given whether its likelihood rises along one of them.
    pub rises: Vec<bool>,
}

const TOLERANCE: f64 = 1e-8;
const RISING: f64 = 1e-6;

impl Separation {
    /// How many rows of the data are predicted perfectly, given the row of the data that each `s` belongs to.
    pub(crate) fn n_perfect(&self, row_of: &[usize]) -> usize {
        let mut perfect: Vec<usize> = row_of
            .iter()
            .zip(&self.rises)
            .filter(|(_, rises)| **rises)
            .map(|(&row, _)| row)
            .collect();
        perfect.dedup();
        perfect.len()
    }
}

/// The separating directions of the rows `s`; `None` when they overlap. Rows should be of order one.
pub(crate) fn separation(rows: &[Vec<f64>]) -> Option<Separation> {
    let mut separation = Separation {
        directions: Vec::new(),
        rises: vec![false; rows.len()],
    };
    let mut left: Vec<usize> = (0..rows.len()).collect();
    // What rises along one direction cannot fall for good when a little of another is added, so it is set aside.
    while let Some(direction) = direction(
        &left
            .iter()
            .map(|&row| rows[row].as_slice())
            .collect::<Vec<_>>(),
    ) {
        left.retain(|&row| {
            separation.rises[row] = dot(&rows[row], &direction) > RISING;
            !separation.rises[row]
        });
        separation.directions.push(direction);
    }
    (!separation.directions.is_empty()).then_some(separation)
}

/// A direction to which no row objects and which some row likes.
fn direction(rows: &[&[f64]]) -> Option<Vec<f64>> {
    let width = rows.first()?.len();
    let mut total = vec![0.0; width];
    rows.iter()
        .for_each(|row| crate::matrix::add_scaled(&mut total, 1.0, row));
    let mut multipliers: Vec<(usize, f64)> = Vec::new();
    for _iteration in 0..50 * width + 500 {
        let remainder = remainder(rows, &total, &multipliers);
        let length = dot(&remainder, &remainder).sqrt();
        if length <= TOLERANCE * rows.len() as f64 {
            return None;
        }
        let direction: Vec<f64> = remainder.iter().map(|value| value / length).collect();
        let along: Vec<f64> = rows.iter().map(|row| dot(row, &direction)).collect();
        let held = |row: &usize| multipliers.iter().any(|(held, _)| held == row);
        let worst = (0..rows.len())
            .filter(|row| !held(row))
            .min_by(|&a, &b| along[a].total_cmp(&along[b]));
        match worst.filter(|&row| along[row] < -TOLERANCE) {
            Some(row) => {
                multipliers.push((row, 0.0));
                improve(rows, &total, &mut multipliers);
            }
            None => {
                return along
                    .iter()
                    .any(|&value| value > RISING)
                    .then_some(direction);
            }
        }
    }
    None
}

fn remainder(rows: &[&[f64]], total: &[f64], multipliers: &[(usize, f64)]) -> Vec<f64> {
    let mut remainder = total.to_vec();
    for &(row, multiplier) in multipliers {
        crate::matrix::add_scaled(&mut remainder, multiplier, rows[row]);
    }
    remainder
}

/// Least squares for the multipliers in use, giving up those that would become negative.
fn improve(rows: &[&[f64]], total: &[f64], multipliers: &mut Vec<(usize, f64)>) {
    while !multipliers.is_empty() {
        let n = multipliers.len();
        let used = |k: usize| rows[multipliers[k].0];
        // A touch of ridge, because rows often repeat each other.
        let gram = Matrix::from_function(n, n, |i, j| {
            dot(used(i), used(j)) * if i == j { 1.0 + 1e-13 } else { 1.0 }
        });
        let right: Vec<f64> = (0..n).map(|k| -dot(used(k), total)).collect();
        let Some(cholesky) = Cholesky::new(&gram) else {
            multipliers.pop();
            return;
        };
        let wanted = cholesky.solve(&right);
        if wanted.iter().all(|&value| value > 0.0) {
            multipliers
                .iter_mut()
                .zip(wanted)
                .for_each(|(multiplier, value)| multiplier.1 = value);
            return;
        }
        let blocking = multipliers
            .iter()
            .zip(&wanted)
            .filter(|(_, wanted)| **wanted <= 0.0);
        let share = blocking
            .map(|((_, now), wanted)| now / (now - wanted))
            .fold(
                1.0_f64,
                |least, share| {
                    if share < least { share } else { least }
                },
            );
        for (multiplier, wanted) in multipliers.iter_mut().zip(&wanted) {
            multiplier.1 += share * (wanted - multiplier.1);
        }
        multipliers.retain(|(_, value)| *value > 1e-14);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a logistic regression on an intercept and one covariate.
    fn logistic(x: &[f64], y: &[bool]) -> Option<Separation> {
        let sign = |y: bool| if y { 1.0 } else { -1.0 };
        let rows: Vec<Vec<f64>> = x
            .iter()
            .zip(y)
            .map(|(x, &y)| vec![sign(y), sign(y) * x])
            .collect();
        separation(&rows)
    }

    #[test]
    fn a_threshold_that_divides_the_outcomes_is_found() {
        let complete = logistic(&[1.0, 2.0, 3.0, 4.0], &[false, false, true, true]).unwrap();
        assert_eq!(complete.rises, [true; 4]);
        assert!(complete.directions[0][1] > 0.0);
    }

    #[test]
    fn a_shared_value_at_the_threshold_is_quasi_separation() {
        let quasi = logistic(&[1.0, 2.0, 2.0, 3.0], &[false, false, true, true]).unwrap();
        assert_eq!(quasi.rises, [true, false, false, true]);
    }

    #[test]
    fn overlapping_outcomes_are_left_alone() {
        assert_eq!(
            logistic(&[1.0, 2.0, 3.0, 4.0], &[false, true, false, true]),
            None
        );
        assert_eq!(
            logistic(&[0.0, 0.0, 1.0, 1.0], &[false, true, false, true]),
            None
        );
        let x: Vec<f64> = (0..400).map(|i| f64::from(i % 7) - 3.0).collect();
        let y: Vec<bool> = (0..400).map(|i| i % 3 == 0).collect();
        assert_eq!(logistic(&x, &y), None);
    }
}
