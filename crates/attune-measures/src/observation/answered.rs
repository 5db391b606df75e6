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
/// `within` after it. Begins count whose whole time to be answered could be coded; for the shifts time that
/// cannot be coded is taken out of the clock.
pub fn answered(
    given: &[Micros],
    answers: &[Micros],
    codable: &[Interval],
    within: Micros,
) -> Option<Answered> {
    let length = codable
        .iter()
        .fold(Micros::ZERO, |sum, part| sum + part.length());
    let is_seen = |at: &&Micros| {
        let mut parts = codable.iter();
        parts.any(|part| part.contains(**at) && **at + within <= part.stop())
    };
    let possible: Vec<&Micros> = given.iter().filter(is_seen).collect();
    if possible.is_empty() {
        return None;
    }
    let mut seen: Vec<Micros> = answers
        .iter()
        .copied()
        .filter(|at| codable.iter().any(|part| part.contains(*at)))
        .collect();
    seen.sort_unstable();
    let is_answered = |at: &&&Micros| {
        let next = seen.partition_point(|answer| *answer <= ***at);
        seen.get(next)
            .is_some_and(|answer| *answer <= ***at + within)
    };
    let n_answered = possible.iter().filter(is_answered).count();
    let answers: Vec<Micros> = seen.iter().map(|at| on_clock(codable, *at)).collect();
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

/// Codable time that has passed until a codable moment.
fn on_clock(codable: &[Interval], at: Micros) -> Micros {
    codable
        .iter()
        .filter(|part| part.start() < at)
        .fold(Micros::ZERO, |sum, part| {
            sum + (part.stop().min(at) - part.start())
        })
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

    #[test]
    fn nothing_is_answered_across_time_that_nobody_could_code() {
        let codable: Vec<Interval> = [(0, 99), (101, 200)]
            .iter()
            .filter_map(|(start, stop)| {
                Interval::new(Micros(start * 1_000_000), Micros(stop * 1_000_000))
            })
            .collect();
        // 97 has no time before the gap; 93 has, and the answer comes after it.
        let found = answered(
            &seconds(&[93, 97]),
            &seconds(&[102]),
            &codable,
            Micros(5_000_000),
        )
        .expect("one begin has time");
        assert_eq!((found.n, found.answered), (1, 0.0));
        // On the clock without the gap the answer is at 100: 95 to 100 of 198 s.
        assert!((found.by_chance - 5.0 / 198.0).abs() < 1e-12, "{found:?}");
    }
}
