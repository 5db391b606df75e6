//! Contingency in one recording: how often a behaviour is followed by an answer within so many seconds,
//! and how often it would be if answers came just as often and lay as they lie, but were shifted around
//! the recording by any amount.
//!
//! The mean over all shifts needs no random numbers: a moment is followed by an answer within w seconds
//! exactly when it lies in one of the stretches of w seconds before an answer, so it is the length of their
//! union (around the end of the recording) over the codable time.

use attune_records::observation::{Interval, Micros, united};

/// How often it is answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answered {
    /// Begins that have time to be answered.
    pub n: usize,
    /// Share of them with an answer within the time.
    pub answered: f64,
    /// The mean of that share over all shifts of the answers.
    pub by_chance: f64,
}

impl Answered {
    /// Several recordings as one: each begin weighs the same. `None` when nothing could be answered.
    pub fn of_several(all: &[Self]) -> Option<Self> {
        let n: usize = all.iter().map(|one| one.n).sum();
        let mean = |value: fn(&Self) -> f64| {
            let sum: f64 = all.iter().map(|one| value(one) * one.n as f64).sum();
            sum / n as f64
        };
        match all {
            [only] => Some(*only),
            _ => (n > 0).then(|| Self {
                n,
                answered: mean(|one| one.answered),
                by_chance: mean(|one| one.by_chance),
            }),
        }
    }
}

/// `None` when nothing could be answered. Answers count that begin after what they answer and at most
/// `within` after it; time that cannot be coded is taken out of the clock.
pub fn answered(
    given: &[Micros],
    answers: &[Micros],
    codable: &[Interval],
    within: Micros,
) -> Option<Answered> {
    let length = codable
        .iter()
        .fold(Micros::ZERO, |sum, part| sum + part.length());
    let mut answers: Vec<Micros> = answers
        .iter()
        .filter_map(|at| on_clock(codable, *at))
        .collect();
    answers.sort_unstable();
    let possible: Vec<Micros> = given
        .iter()
        .filter_map(|at| on_clock(codable, *at))
        .filter(|at| *at + within <= length)
        .collect();
    if possible.is_empty() {
        return None;
    }
    let is_answered = |at: &&Micros| {
        let next = answers.partition_point(|answer| answer <= *at);
        answers
            .get(next)
            .is_some_and(|answer| *answer <= **at + within)
    };
    let n_answered = possible.iter().filter(is_answered).count();
    // The stretches before answers, those that reach over the begin carried to the end.
    let before = answers.iter().flat_map(|at| {
        let start = *at - within;
        let here = Interval::new(start.max(Micros::ZERO), *at);
        let carried = (start < Micros::ZERO)
            .then(|| Interval::new((start + length).max(Micros::ZERO), length))
            .flatten();
        here.into_iter().chain(carried)
    });
    let covered = united(before)
        .iter()
        .fold(Micros::ZERO, |sum, part| sum + part.length());
    Some(Answered {
        n: possible.len(),
        answered: n_answered as f64 / possible.len() as f64,
        by_chance: covered.seconds() / length.seconds(),
    })
}

/// Codable time that has passed until then; `None` in time that cannot be coded.
fn on_clock(codable: &[Interval], at: Micros) -> Option<Micros> {
    let inside = codable.iter().any(|part| part.contains(at));
    let passed = codable
        .iter()
        .filter(|part| part.start() < at)
        .fold(Micros::ZERO, |sum, part| {
            sum + (part.stop().min(at) - part.start())
        });
    inside.then_some(passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(all: &[i64]) -> Vec<Micros> {
        all.iter().map(|at| Micros(at * 1_000_000)).collect()
    }

    fn clip(stop: i64) -> Vec<Interval> {
        Interval::new(Micros::ZERO, Micros(stop * 1_000_000))
            .into_iter()
            .collect()
    }

    #[test]
    fn half_of_the_begins_are_answered_and_chance_is_the_time_before_answers() {
        // Begins at 10, 20, 50, 98 (too late to be answered); answers at 12, 51, 2.
        let found = answered(
            &seconds(&[10, 20, 50, 98]),
            &seconds(&[12, 51, 2]),
            &clip(100),
            Micros(3_000_000),
        )
        .expect("three begins have time");
        assert_eq!((found.n, found.answered), (3, 2.0 / 3.0));
        // 9 to 12, 48 to 51, 0 to 2 and, around the end, 99 to 100: 9 of 100 seconds.
        assert!((found.by_chance - 0.09).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn nothing_to_answer_is_not_an_answer_that_never_comes() {
        assert_eq!(
            answered(&[], &seconds(&[3]), &clip(100), Micros(1_000_000)),
            None
        );
        let late = answered(&seconds(&[99]), &[], &clip(100), Micros(3_000_000));
        assert_eq!(late, None);
    }

    #[test]
    fn answers_at_the_same_moment_do_not_answer() {
        let found = answered(
            &seconds(&[10]),
            &seconds(&[10]),
            &clip(100),
            Micros(3_000_000),
        );
        assert_eq!(found.map(|found| found.answered), Some(0.0));
    }
}
