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
    let on_clock: Vec<OnClock> = clips.iter().map(|clip| OnClock::of(clip, to)).collect();
    let n: usize = on_clock.iter().map(|clip| clip.given.len()).sum();
    let actual: usize = clips
        .iter()
        .map(|clip| {
            let given: Vec<Micros> = possible(clip, to).collect();
            let answers = clip.answers.iter().copied();
            let codable = answers.filter(|at| clip.window.contains(*at));
            n_answered(&given, codable.collect(), (from, to))
        })
        .sum();
    let shifted: Vec<usize> = (0..n_shifts as u64)
        .into_par_iter()
        .map(|number| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(number);
            let of_clip = |clip: &OnClock| {
                let draw = u128::from(random.next_u64());
                let by = ((draw * clip.length as u128) >> 64) as Micros;
                let answers = clip.answers.iter();
                let moved = answers.map(|at| (at + by) % clip.length).collect();
                n_answered(&clip.given, moved, (from, to))
            };
            on_clock.iter().map(of_clip).sum()
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

/// A clip on the clock of codable time, on which answers are shifted.
struct OnClock {
    length: Micros,
    given: Vec<Micros>,
    answers: Vec<Micros>,
}

impl OnClock {
    fn of(clip: &Clip, to: Micros) -> Self {
        let clock = |at: Micros| on_codable_clock(&clip.window, at);
        Self {
            length: clip.window.length(),
            given: possible(clip, to).filter_map(clock).collect(),
            answers: clip.answers.iter().filter_map(|at| clock(*at)).collect(),
        }
    }
}

/// How many begins have an answer in time.
fn n_answered(given: &[Micros], mut answers: Vec<Micros>, (from, to): (Micros, Micros)) -> usize {
    answers.sort_unstable();
    let is_answered = |given: &&Micros| {
        let next = answers.partition_point(|at| *at <= **given + from);
        answers.get(next).is_some_and(|at| *at <= **given + to)
    };
    given.iter().filter(is_answered).count()
}

/// Begins whose whole time to be answered could be coded.
fn possible(clip: &Clip, to: Micros) -> impl Iterator<Item = Micros> {
    let is_seen = move |at: &Micros| {
        let mut segments = clip.window.segments().iter();
        segments.any(|(start, end)| start <= at && at + to <= *end)
    };
    clip.given.iter().copied().filter(is_seen)
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
    fn nothing_is_answered_across_time_that_nobody_could_code() {
        // 97 has no time before the gap at 99; 93 has, and the answer comes after the gap.
        let mut one = clip(&[93, 97], &[102]);
        one.window = one.window.without(&[(99 * SECOND, 101 * SECOND)]);
        let found = contingency(&[one], (0, 5 * SECOND), (0, 1));
        assert_eq!((found.n, found.answered), (1, Some(0.0)));
    }

    #[test]
    fn what_has_no_time_to_be_answered_does_not_count() {
        let found = contingency(&[clip(&[10, 599], &[11])], (0, 3 * SECOND), (0, 1));
        assert_eq!((found.n, found.answered, found.p), (1, Some(1.0), None));
    }
}
