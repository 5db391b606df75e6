//! Contingency: how often a behaviour of one person is answered by a behaviour of another within a
//! few seconds, against what the same two streams give when one is shifted around the clip.
//!
//! The shift keeps how often each occurs and how it is spread, and breaks only that they belong
//! together.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use serde::Serialize;

use crate::window::{Micros, Window};

/// Begins of the two behaviours in one clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The codable time.
    pub window: Window,
    /// Begins of what may be answered.
    pub given: Vec<Micros>,
    /// Begins of what may answer.
    pub answers: Vec<Micros>,
}

/// How often it is answered, and by chance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contingency {
    /// What could be answered: begins whose whole window is codable.
    pub n: usize,
    /// Share of them that are answered.
    pub answered: Option<f64>,
    /// Mean share over the shifts.
    pub baseline: Option<f64>,
    /// Share of shifts (and the actual one) with at least as many answers.
    pub p: Option<f64>,
    /// Shifts.
    pub n_shifts: usize,
}

/// Answers that begin after `from` and at most `to` after what they answer, over all clips.
pub fn contingency(
    clips: &[Clip],
    (from, to): (Micros, Micros),
    (n_shifts, seed): (usize, u64),
) -> Contingency {
    let count = |shift: &dyn Fn(usize, Micros) -> Micros| {
        let mut answered = 0;
        for (place, clip) in clips.iter().enumerate() {
            let length = clip.window.length();
            if length <= 0 {
                continue;
            }
            let by = shift(place, length);
            let mut answers: Vec<Micros> = clip
                .answers
                .iter()
                .filter_map(|at| on_codable_clock(&clip.window, *at))
                .map(|at| (at + by) % length)
                .collect();
            answers.sort_unstable();
            answered += possible(clip, to)
                .filter(|given| {
                    let next = answers.partition_point(|at| *at <= given + from);
                    answers.get(next).is_some_and(|at| *at <= given + to)
                })
                .count();
        }
        answered
    };
    let n: usize = clips.iter().map(|clip| possible(clip, to).count()).sum();
    let actual = count(&|_, _| 0);
    let shifted: Vec<usize> = (0..n_shifts as u64)
        .into_par_iter()
        .map(|number| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(number);
            let draws: Vec<u64> = clips.iter().map(|_| random.next_u64()).collect();
            count(&|place, length| ((u128::from(draws[place]) * length as u128) >> 64) as Micros)
        })
        .collect();
    let share = |answered: f64| (n > 0).then(|| answered / n as f64);
    let at_least = shifted
        .iter()
        .filter(|answered| **answered >= actual)
        .count();
    let mean = shifted.iter().sum::<usize>() as f64 / n_shifts.max(1) as f64;
    Contingency {
        n,
        answered: share(actual as f64),
        baseline: share(mean).filter(|_| n_shifts > 0),
        p: (n > 0 && n_shifts > 0).then(|| (at_least + 1) as f64 / (n_shifts + 1) as f64),
        n_shifts,
    }
}

/// Begins that have time to be answered, on the clock of codable time.
fn possible(clip: &Clip, to: Micros) -> impl Iterator<Item = Micros> {
    let length = clip.window.length();
    clip.given
        .iter()
        .filter_map(|at| on_codable_clock(&clip.window, *at))
        .filter(move |at| at + to <= length)
}

/// Codable time that has passed until then; `None` outside the window.
fn on_codable_clock(window: &Window, at: Micros) -> Option<Micros> {
    let passed = |(start, end): &(Micros, Micros)| (at.min(*end) - start).max(0);
    window
        .contains(at)
        .then(|| window.segments().iter().map(passed).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Micros = 1_000_000;

    fn clip(given: &[i64], answers: &[i64]) -> Clip {
        let times = |list: &[i64]| list.iter().map(|at| at * SECOND).collect();
        Clip {
            window: Window::new(0, 600 * SECOND),
            given: times(given),
            answers: times(answers),
        }
    }

    #[test]
    fn answers_that_follow_closely_exceed_the_baseline() {
        let given: Vec<i64> = (0..29).map(|i| 20 * i + (i * i) % 7).collect();
        let answers: Vec<i64> = given.iter().map(|at| at + 2).collect();
        let found = contingency(&[clip(&given, &answers)], (0, 3 * SECOND), (499, 1));
        assert_eq!((found.n, found.answered), (29, Some(1.0)));
        assert!(
            found.baseline.unwrap() < 0.5 && found.p.unwrap() <= 0.05,
            "{found:?}"
        );
    }

    #[test]
    fn what_has_no_time_to_be_answered_does_not_count() {
        let found = contingency(&[clip(&[10, 599], &[11])], (0, 3 * SECOND), (0, 1));
        assert_eq!((found.n, found.answered, found.p), (1, Some(1.0), None));
    }
}
