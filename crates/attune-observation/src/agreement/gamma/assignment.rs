//! The best alignment of two coders: an assignment problem, solved by shortest augmenting paths.

use super::{Best, CodeDisorder};
use crate::coding::Event;

/// Pairs every event with one of the other coder or with nothing at the least cost.
pub(super) fn best(
    first: &[Event],
    second: &[Event],
    cost: impl Fn(Event, Event) -> f64,
    codes: impl Fn(&[Event]) -> CodeDisorder,
) -> Best {
    // A row per event of the first coder; the columns are the second's events and, for each row, a
    // place of its own that stands for nothing. Both left alone cost 2, so a pair saves 2 − its cost.
    let (n, m) = (first.len(), second.len());
    let price = |i: usize, j: usize| {
        if j < m {
            cost(first[i], second[j]) - 2.0
        } else if j - m == i {
            0.0
        } else {
            f64::INFINITY
        }
    };
    let row_of_column = assign(n, m + n, price);
    let (mut sum, mut n_pairs) = ((n + m) as f64, 0);
    let mut of_codes = CodeDisorder::default();
    let mut alone: Vec<bool> = vec![true; n];
    for (j, row) in row_of_column[..m].iter().enumerate() {
        if row.is_none() {
            of_codes += codes(&[second[j]]);
        }
        if let Some(i) = row {
            alone[*i] = false;
            sum += price(*i, j);
            n_pairs += 1;
            of_codes += codes(&[first[*i], second[j]]);
        }
    }
    for (event, _) in first.iter().zip(&alone).filter(|(_, alone)| **alone) {
        of_codes += codes(&[*event]);
    }
    Best {
        sum,
        n_groups: n + m - n_pairs,
        proved: true,
        codes: of_codes,
    }
}

/// Assigns every row to a column of its own at the least total price (Jonker and Volgenant 1987).
fn assign(n: usize, m: usize, price: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    let (mut of_row, mut of_column) = (vec![0.0; n], vec![0.0; m]);
    let mut row_of: Vec<Option<usize>> = vec![None; m];
    for start in 0..n {
        let mut distance = vec![f64::INFINITY; m];
        let mut before: Vec<Option<usize>> = vec![None; m];
        let mut done = vec![false; m];
        let (mut row, mut column, mut reached) = (start, None, 0.0);
        let end = loop {
            let mut nearest: Option<usize> = None;
            for j in (0..m).filter(|j| !done[*j]) {
                let through = reached + price(row, j) - of_row[row] - of_column[j];
                if through < distance[j] {
                    (distance[j], before[j]) = (through, column);
                }
                if nearest.is_none_or(|best| distance[j] < distance[best]) {
                    nearest = Some(j);
                }
            }
            let Some(next) = nearest.filter(|j| distance[*j].is_finite()) else {
                break None;
            };
            done[next] = true;
            reached = distance[next];
            column = Some(next);
            match row_of[next] {
                Some(taken_by) => row = taken_by,
                None => break Some(next),
            }
        };
        let Some(end) = end else { continue };
        of_row[start] += reached;
        for j in (0..m).filter(|j| done[*j]) {
            let slack = reached - distance[j];
            of_column[j] -= slack;
            if let Some(row) = row_of[j] {
                of_row[row] += slack;
            }
        }
        let mut place = end;
        while let Some(previous) = before[place] {
            row_of[place] = row_of[previous];
            place = previous;
        }
        row_of[place] = Some(start);
    }
    row_of
}
