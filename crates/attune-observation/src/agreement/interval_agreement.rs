//! Interval agreement: the smaller amount over the larger in each interval of equal length, averaged.
//! Both none is full agreement, so a rare behaviour agrees easily: read it beside an event-based measure.

use crate::coding::Event;
use crate::window::{Micros, Window};

/// Sum of the intervals' agreement, and how many intervals there are. Of states, seconds are
/// compared; of points, counts. A cut last interval counts as one.
pub fn sum_over_intervals(
    window: &Window,
    first: &[Event],
    second: &[Event],
    n_codes: usize,
    length: Micros,
) -> (f64, f64) {
    let (mut sum, mut n) = (0.0, 0.0);
    for &(start, end) in window.segments() {
        let n_intervals = ((end - start + length - 1) / length) as usize;
        let amounts =
            |events: &[Event]| amounts(events, (start, end), n_codes, n_intervals, length);
        for (a, b) in amounts(first).into_iter().zip(amounts(second)) {
            let larger = a.max(b);
            sum += if larger > 0 {
                a.min(b) as f64 / larger as f64
            } else {
                1.0
            };
            n += 1.0;
        }
    }
    (sum, n)
}

/// For each code and interval the microseconds, or for points the number.
fn amounts(
    events: &[Event],
    (start, end): (Micros, Micros),
    n_codes: usize,
    n_intervals: usize,
    length: Micros,
) -> Vec<i64> {
    let mut amounts = vec![0; n_codes * n_intervals];
    for event in events
        .iter()
        .filter(|event| event.start < end && event.end >= start)
    {
        let place = |at: Micros| ((at - start) / length) as usize;
        let row = &mut amounts[event.code * n_intervals..(event.code + 1) * n_intervals];
        if event.is_point() {
            row[place(event.start)] += 1;
            continue;
        }
        let (from, to) = (event.start.max(start), event.end.min(end));
        if from >= to {
            continue;
        }
        for interval in place(from)..=place(to - 1) {
            let begins = start + interval as Micros * length;
            row[interval] += to.min(begins + length) - from.max(begins);
        }
    }
    amounts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interval_is_the_smaller_over_the_larger() {
        let window = Window::new(0, 30);
        let first = [Event {
            start: 0,
            end: 15,
            code: 0,
        }];
        let second = [Event {
            start: 5,
            end: 15,
            code: 0,
        }];
        // 5 of 10, 5 of 5, and nothing in both.
        assert_eq!(
            sum_over_intervals(&window, &first, &second, 1, 10),
            (2.5, 3.0)
        );
        let points = |times: &[i64]| -> Vec<Event> {
            times
                .iter()
                .map(|at| Event {
                    start: *at,
                    end: *at,
                    code: 0,
                })
                .collect()
        };
        let (one, other) = (points(&[1, 2, 3, 25]), points(&[4, 25]));
        let (sum, n) = sum_over_intervals(&window, &one, &other, 1, 10);
        assert!((sum - 7.0 / 3.0).abs() < 1e-12 && n == 3.0);
    }
}
