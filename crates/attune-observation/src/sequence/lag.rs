//! Lag-sequential statistics tested: whether code j comes `lag` events after code i more often than the
//! codes' frequencies give, by shuffling within each session.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

pub use attune_measures::observation::lag::{Transition, Transitions, transitions};

/// The table with a two-sided p value for each transition from shuffling each session's events
/// `n_random` times. Where a code cannot follow itself, shuffles are walked through by swaps that keep
/// that rule, 10 tries per event between one shuffle and the next.
pub fn tested(
    sessions: &[Vec<usize>],
    n_codes: usize,
    lag: usize,
    may_repeat: bool,
    (n_random, seed): (usize, u64),
) -> Vec<Transition> {
    let actual = transitions(sessions, n_codes, lag, may_repeat);
    let mut table = actual.table();
    // Deviation from the mean of the shuffles, so that the p value needs no formula for the expectation.
    let shuffles: Vec<Vec<Vec<f64>>> = (0..n_random as u64)
        .into_par_iter()
        .map(|number| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(number);
            let shuffled: Vec<Vec<usize>> = sessions
                .iter()
                .map(|session| shuffled(session, may_repeat, &mut random))
                .collect();
            transitions(&shuffled, n_codes, lag, may_repeat).counts
        })
        .collect();
    if shuffles.is_empty() {
        return table;
    }
    for cell in &mut table {
        let values: Vec<f64> = shuffles
            .iter()
            .map(|counts| counts[cell.from][cell.to])
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let reach = (cell.n - mean).abs() - 1e-9;
        let as_extreme = values
            .iter()
            .filter(|value| (*value - mean).abs() >= reach)
            .count();
        cell.permutation_p = Some((as_extreme + 1) as f64 / (values.len() + 1) as f64);
    }
    table
}

fn shuffled(session: &[usize], may_repeat: bool, random: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order = session.to_vec();
    let n = order.len() as u64;
    let mut below = |n: u64| ((u128::from(random.next_u64()) * u128::from(n)) >> 64) as usize;
    if may_repeat {
        for place in (1..order.len()).rev() {
            order.swap(place, below(place as u64 + 1));
        }
        return order;
    }
    for _ in 0..10 * order.len() {
        let (a, b) = (below(n), below(n));
        order.swap(a, b);
        let repeats = [a, b].into_iter().any(|place| {
            let before = place
                .checked_sub(1)
                .is_some_and(|before| order[before] == order[place]);
            before
                || order
                    .get(place + 1)
                    .is_some_and(|next| *next == order[place])
        });
        if repeats {
            order.swap(a, b);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_two_by_two_table_gives_the_textbook_statistics() {
        // a = 10, b = 5, c = 4, d = 12.
        let counts = vec![vec![10.0, 5.0], vec![4.0, 12.0]];
        let table = Transitions {
            counts,
            may_repeat: true,
        }
        .table();
        let first = &table[0];
        assert!((first.expected - 15.0 * 14.0 / 31.0).abs() < 1e-9);
        assert!((first.yule_q.unwrap() - (120.0 - 20.0) / 140.0).abs() < 1e-12);
        // √χ² of the table without correction: 31·100²/(15·16·14·17).
        let chi_squared = 31.0 * 100.0_f64.powi(2) / (15.0 * 16.0 * 14.0 * 17.0);
        assert!((first.adjusted_residual.unwrap() - chi_squared.sqrt()).abs() < 1e-9);
        assert!((first.log_odds - (10.5_f64 * 12.5 / (5.5 * 4.5)).ln()).abs() < 1e-12);
    }

    #[test]
    fn sessions_are_not_joined_end_to_end() {
        let table = transitions(&[vec![0, 1], vec![0, 1]], 2, 1, true);
        assert_eq!(table.counts, [vec![0.0, 2.0], vec![0.0, 0.0]]);
    }

    #[test]
    fn states_that_cannot_repeat_keep_their_margins() {
        let sessions = [vec![0, 1, 2, 0, 1, 0, 2, 1, 0, 1, 2]];
        let counts = transitions(&sessions, 3, 1, false);
        let expected = counts.expected();
        for i in 0..3 {
            assert_eq!(expected[i][i], 0.0);
            let (row, fitted) = (
                counts.counts[i].iter().sum::<f64>(),
                expected[i].iter().sum::<f64>(),
            );
            assert!((row - fitted).abs() < 1e-6);
        }
    }

    #[test]
    fn a_planted_order_is_found_and_a_shuffled_one_is_not() {
        let planted: Vec<Vec<usize>> = (0..6).map(|_| [0, 1, 2].repeat(8)).collect();
        let table = tested(&planted, 3, 1, true, (199, 5));
        let follows = table
            .iter()
            .find(|one| (one.from, one.to) == (0, 1))
            .unwrap();
        assert_eq!(follows.permutation_p, Some(1.0 / 200.0));
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mixed: Vec<Vec<usize>> = planted
            .iter()
            .map(|one| shuffled(one, true, &mut random))
            .collect();
        let table = tested(&mixed, 3, 1, true, (199, 5));
        let small = table
            .iter()
            .filter(|one| one.permutation_p.unwrap() < 0.01)
            .count();
        assert_eq!(small, 0);
    }
}
