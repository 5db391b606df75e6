//! Event alignment: which event of one coder answers to which of the other, by dynamic programming.
//!
//! Events are taken in order of their begin. The alignment with the least cost wins: 0 for a pair
//! with the same code, 1 for a pair with different codes, 1 for an event without a partner (so two
//! events that may be paired are paired rather than left over); among equals the one whose begins
//! lie closest together. A pair is allowed only when the begins differ by at most the tolerance, or
//! the two overlap by the given share of the shorter one (Quera, Bakeman and Gnisci 2007).

use super::table::Table;
use crate::coding::Event;
use crate::window::Micros;

/// When two events may be a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MayPair {
    /// Largest difference of the begins.
    pub tolerance: Micros,
    /// Smallest overlap as a share of the shorter event.
    pub overlap: f64,
}

impl MayPair {
    fn allows(&self, a: Event, b: Event) -> bool {
        (a.start - b.start).abs() <= self.tolerance || {
            let shorter = a.length().min(b.length());
            shorter > 0 && a.overlap(b) as f64 >= self.overlap * shorter as f64
        }
    }
}

/// A pair of events, or an event that the other coder does not have.
pub type Aligned = (Option<Event>, Option<Event>);

/// The weight of one unit of cost against microseconds between begins.
const UNIT: i64 = 100_000_000_000_000;

/// The best alignment of two sequences of events in order of their begin.
pub fn align(first: &[Event], second: &[Event], may_pair: MayPair) -> Vec<Aligned> {
    let (n, m) = (first.len(), second.len());
    let width = m + 1;
    // For each cell the step that leads to it: 0 pair, 1 only the first, 2 only the second.
    let mut steps = vec![0_u8; (n + 1) * width];
    let mut above: Vec<i64> = (0..=m as i64).map(|j| j * UNIT).collect();
    steps[1..width].fill(2);
    let mut row = vec![0_i64; width];
    for i in 1..=n {
        let a = first[i - 1];
        row[0] = i as i64 * UNIT;
        steps[i * width] = 1;
        for j in 1..=m {
            let b = second[j - 1];
            let (mut best, mut step) = (above[j] + UNIT, 1);
            let only_second = row[j - 1] + UNIT;
            if only_second < best {
                (best, step) = (only_second, 2);
            }
            if may_pair.allows(a, b) {
                let cost = if a.code == b.code { 0 } else { UNIT };
                let pair = above[j - 1] + cost + (a.start - b.start).abs();
                if pair <= best {
                    (best, step) = (pair, 0);
                }
            }
            row[j] = best;
            steps[i * width + j] = step;
        }
        std::mem::swap(&mut above, &mut row);
    }
    trace(first, second, &steps)
}

fn trace(first: &[Event], second: &[Event], steps: &[u8]) -> Vec<Aligned> {
    let width = second.len() + 1;
    let (mut i, mut j) = (first.len(), second.len());
    let mut aligned = Vec::with_capacity(i.max(j));
    while i > 0 || j > 0 {
        let step = steps[i * width + j];
        let a = (step != 2).then(|| first[i - 1]);
        let b = (step != 1).then(|| second[j - 1]);
        i -= usize::from(a.is_some());
        j -= usize::from(b.is_some());
        aligned.push((a, b));
    }
    aligned.reverse();
    aligned
}

/// Events by code of each coder; label 0 is "the other has none", code k is label k + 1.
pub fn table(aligned: &[Aligned], n_codes: usize) -> Table {
    let mut table = Table::new(n_codes + 1);
    let label = |event: Option<Event>| event.map_or(0, |event| event.code + 1);
    for (a, b) in aligned {
        table.add(label(*a), label(*b), 1.0);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOOSE: MayPair = MayPair {
        tolerance: 5,
        overlap: 0.5,
    };

    fn event(start: Micros, end: Micros, code: usize) -> Event {
        Event { start, end, code }
    }

    #[test]
    fn an_omitted_event_does_not_shift_the_others() {
        let first = [
            event(0, 10, 0),
            event(20, 30, 1),
            event(40, 50, 0),
            event(60, 70, 1),
        ];
        let second = [event(1, 10, 0), event(41, 52, 0), event(60, 71, 0)];
        let aligned = align(&first, &second, LOOSE);
        let plain: Vec<_> = aligned
            .iter()
            .map(|(a, b)| (a.map(|a| a.start), b.map(|b| b.start)))
            .collect();
        assert_eq!(
            plain,
            [
                (Some(0), Some(1)),
                (Some(20), None),
                (Some(40), Some(41)),
                (Some(60), Some(60))
            ]
        );
        let table = table(&aligned, 2);
        assert_eq!(
            (table.at(1, 1), table.at(2, 0), table.at(2, 1)),
            (2.0, 1.0, 1.0)
        );
    }

    #[test]
    fn events_too_far_apart_are_no_pair() {
        let aligned = align(&[event(0, 0, 0)], &[event(6, 6, 0)], LOOSE);
        assert_eq!(aligned.len(), 2);
        assert_eq!(align(&[event(0, 0, 0)], &[event(5, 5, 0)], LOOSE).len(), 1);
    }

    #[test]
    fn among_equal_costs_begins_that_lie_closest_win() {
        let aligned = align(
            &[event(10, 10, 0)],
            &[event(6, 6, 0), event(11, 11, 0)],
            LOOSE,
        );
        assert_eq!(aligned[1], (Some(event(10, 10, 0)), Some(event(11, 11, 0))));
    }

    /// The least cost by trying everything.
    fn least(first: &[Event], second: &[Event]) -> i64 {
        match (first, second) {
            ([], rest) | (rest, []) => rest.len() as i64 * UNIT,
            ([a, first_rest @ ..], [b, second_rest @ ..]) => {
                let alone = (least(first_rest, second)).min(least(first, second_rest)) + UNIT;
                if !LOOSE.allows(*a, *b) {
                    return alone;
                }
                let cost = if a.code == b.code { 0 } else { UNIT };
                alone.min(least(first_rest, second_rest) + cost + (a.start - b.start).abs())
            }
        }
    }

    fn sequence() -> impl Strategy<Value = Vec<Event>> {
        proptest::collection::vec((0_i64..40, 0_i64..12, 0_usize..2), 0..6).prop_map(|list| {
            let mut events: Vec<Event> = list
                .into_iter()
                .map(|(start, length, code)| event(start, start + length, code))
                .collect();
            events.sort_unstable();
            events
        })
    }

    proptest! {
        #[test]
        fn no_alignment_costs_less(first in sequence(), second in sequence()) {
            let cost = |(a, b): &Aligned| match (a, b) {
                (Some(a), Some(b)) => {
                    (a.start - b.start).abs() + if a.code == b.code { 0 } else { UNIT }
                }
                _ => UNIT,
            };
            let aligned = align(&first, &second, LOOSE);
            prop_assert_eq!(aligned.iter().map(cost).sum::<i64>(), least(&first, &second));
            prop_assert_eq!(aligned.iter().filter_map(|pair| pair.0).collect::<Vec<_>>(), first);
            prop_assert_eq!(aligned.iter().filter_map(|pair| pair.1).collect::<Vec<_>>(), second);
        }
    }
}
