//! Half-open stretches of time, and what is left of them when they are united or taken away.

use std::fmt;

use serde::Serialize;

use super::Micros;

/// From `start`, included, to `stop`, excluded. The stop is never before the start; an interval
/// without length holds no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Interval {
    start: Micros,
    stop: Micros,
}

impl Interval {
    /// The interval, unless it would end before it begins.
    pub fn new(start: Micros, stop: Micros) -> Option<Self> {
        (start <= stop).then_some(Self { start, stop })
    }

    /// The first instant.
    pub fn start(self) -> Micros {
        self.start
    }

    /// The first instant after it.
    pub fn stop(self) -> Micros {
        self.stop
    }

    /// How long it is.
    pub fn length(self) -> Micros {
        self.stop - self.start
    }

    /// The same, so much later.
    #[must_use]
    pub fn later(self, by: Micros) -> Self {
        Self {
            start: self.start + by,
            stop: self.stop + by,
        }
    }

    /// Whether it has no length.
    pub fn is_empty(self) -> bool {
        self.start == self.stop
    }

    /// Whether the instant lies in it.
    pub fn contains(self, time: Micros) -> bool {
        self.start <= time && time < self.stop
    }

    /// What both hold; `None` where that has no length.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, stop) = (self.start.max(other.start), self.stop.min(other.stop));
        (start < stop).then_some(Self { start, stop })
    }
}

/// Such as `12.5–14 s`.
impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}–{} s", self.start, self.stop)
    }
}

/// The time that at least one of them covers: in order, apart from each other, each with a length.
pub fn united(intervals: impl IntoIterator<Item = Interval>) -> Vec<Interval> {
    let mut sorted: Vec<Interval> = intervals
        .into_iter()
        .filter(|interval| !interval.is_empty())
        .collect();
    sorted.sort_unstable();
    let mut apart: Vec<Interval> = Vec::with_capacity(sorted.len());
    for interval in sorted {
        match apart.last_mut() {
            Some(last) if interval.start <= last.stop => last.stop = last.stop.max(interval.stop),
            _ => apart.push(interval),
        }
    }
    apart
}

/// What is left of a window without the intervals: in order, each with a length.
pub fn without(window: Interval, taken: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    let mut from = window.start;
    for taken in united(taken.iter().copied()) {
        if taken.start > from && from < window.stop {
            left.push(Interval {
                start: from,
                stop: taken.start.min(window.stop),
            });
        }
        from = from.max(taken.stop);
    }
    if from < window.stop {
        left.push(Interval {
            start: from,
            stop: window.stop,
        });
    }
    left
}

#[cfg(test)]
mod tests {
    use super::{Interval, Micros, united, without};

    fn interval(start: i64, stop: i64) -> Interval {
        Interval::new(Micros(start), Micros(stop)).expect("in order")
    }

    fn ends(intervals: &[Interval]) -> Vec<(i64, i64)> {
        intervals.iter().map(|i| (i.start.0, i.stop.0)).collect()
    }

    #[test]
    fn touching_intervals_share_no_instant() {
        let (first, second) = (interval(0, 10), interval(10, 20));
        assert!(!first.contains(Micros(10)) && second.contains(Micros(10)));
        assert_eq!(first.intersection(second), None);
        assert_eq!(Interval::new(Micros(2), Micros(1)), None);
    }

    #[test]
    fn united_time_is_apart_and_in_order() {
        let all = [
            interval(5, 9),
            interval(0, 3),
            interval(3, 4),
            interval(7, 8),
            interval(6, 6),
        ];
        assert_eq!(ends(&united(all)), [(0, 4), (5, 9)]);
    }

    #[test]
    fn what_is_taken_away_leaves_the_rest_of_the_window() {
        let window = interval(0, 100);
        for (taken, left) in [
            (vec![], vec![(0, 100)]),
            (vec![interval(-5, 10), interval(90, 200)], vec![(10, 90)]),
            (
                vec![interval(20, 30), interval(25, 40)],
                vec![(0, 20), (40, 100)],
            ),
            (vec![interval(0, 100)], vec![]),
            (vec![interval(150, 200)], vec![(0, 100)]),
        ] {
            assert_eq!(ends(&without(window, &taken)), left, "{taken:?}");
        }
    }
}
