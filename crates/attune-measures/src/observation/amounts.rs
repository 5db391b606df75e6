//! How often, how long, how soon, how far apart.

use attune_records::observation::{Interval, Micros, Span, united};
use serde::Serialize;

/// The amounts of one behaviour of one subject in one recording.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Amounts {
    /// Times it occurs: bouts or points with any part in codable time.
    pub n: usize,
    /// Bouts of which one end was not recorded; lengths are then not known.
    pub n_open: usize,
    /// Occurrences per minute of codable time.
    pub rate_per_minute: Option<f64>,
    /// Sum of the lengths in seconds: overlapping bouts count each.
    pub total_s: Option<f64>,
    /// Time in seconds during which at least one bout goes on.
    pub union_s: Option<f64>,
    /// Mean length in seconds.
    pub mean_s: Option<f64>,
    /// Standard deviation of the lengths, n − 1.
    pub sd_s: Option<f64>,
    /// `union_s` as a share of the codable time.
    pub share: Option<f64>,
    /// Mean gap in seconds: end to next begin of states, point to next point; within codable time.
    pub gap_mean_s: Option<f64>,
    /// Standard deviation of the gaps, n − 1.
    pub gap_sd_s: Option<f64>,
    /// Codable time in seconds until it first begins; the whole codable time where it never does.
    pub latency_s: Option<f64>,
    /// Whether it never began, so that the latency is only a lower bound.
    pub latency_censored: bool,
}

/// The amounts of the given spans (of one behaviour and subject) over codable time, which must be
/// apart and in order. `is_state` says whether the behaviour has lengths at all.
pub fn amounts(spans: &[Span], is_state: bool, codable: &[Interval]) -> Amounts {
    let length: Micros = codable
        .iter()
        .map(|part| part.length())
        .fold(Micros::ZERO, |a, b| a + b);
    let codable_s = length.seconds();
    let inside = |at: Micros| codable.iter().any(|part| part.contains(at));
    let mut cut: Vec<Interval> = Vec::new();
    let (mut n, mut n_open) = (0, 0);
    let mut lengths = Vec::new();
    let mut begins = Vec::new();
    for span in spans {
        let parts: Vec<Interval> = match span {
            Span::State(bout) if !bout.is_empty() => codable
                .iter()
                .filter_map(|part| part.intersection(*bout))
                .collect(),
            Span::State(_) | Span::Point(_) | Span::Open { .. } | Span::Unstarted { .. } => {
                Vec::new()
            }
        };
        if parts.is_empty() && !inside(span.begin()) {
            continue;
        }
        n += 1;
        n_open += usize::from(span.is_unpaired());
        begins.push(parts.first().map_or(span.begin(), |part| part.start()));
        if is_state {
            lengths.push(
                parts
                    .iter()
                    .map(|part| part.length().seconds())
                    .sum::<f64>(),
            );
        }
        cut.extend(parts);
    }
    let lengths_known = is_state && n_open == 0;
    let of_lengths = mean_and_deviation(&lengths);
    let gaps = if is_state {
        gaps_of_states(&cut, codable)
    } else {
        gaps_of_points(&begins, codable)
    };
    let (gap_mean, gap_sd) = mean_and_deviation(&gaps);
    let together = united(cut);
    let union_s = together
        .iter()
        .map(|part| part.length().seconds())
        .sum::<f64>()
        + 0.0;
    let first = begins.iter().min().copied();
    Amounts {
        n,
        n_open,
        rate_per_minute: (codable_s > 0.0).then(|| n as f64 / (codable_s / 60.0)),
        total_s: lengths_known.then(|| lengths.iter().sum::<f64>() + 0.0),
        union_s: lengths_known.then_some(union_s),
        mean_s: of_lengths.0.filter(|_| lengths_known),
        sd_s: of_lengths.1.filter(|_| lengths_known),
        share: (lengths_known && codable_s > 0.0).then(|| union_s / codable_s),
        gap_mean_s: gap_mean.filter(|_| n_open == 0),
        gap_sd_s: gap_sd.filter(|_| n_open == 0),
        latency_s: (codable_s > 0.0)
            .then(|| first.map_or(codable_s, |first| passed(codable, first))),
        latency_censored: first.is_none(),
    }
}

/// Seconds of states, or the number of points, in each stretch of equal length from the begin of the
/// codable time, with the codable seconds of that stretch.
pub fn bins(spans: &[Span], is_state: bool, codable: &[Interval], bin: Micros) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (codable.first(), codable.last()) else {
        return Vec::new();
    };
    let mut bins = Vec::new();
    let mut start = first.start();
    while start < last.stop() && bin > Micros::ZERO {
        let stretch = Interval::new(start, start + bin);
        let parts: Vec<Interval> = codable
            .iter()
            .filter_map(|part| part.intersection(stretch?))
            .collect();
        let amount = amounts(spans, is_state, &parts);
        let value = if is_state {
            amount.union_s.unwrap_or(f64::NAN)
        } else {
            amount.n as f64
        };
        bins.push((
            value,
            parts.iter().map(|part| part.length().seconds()).sum(),
        ));
        start += bin;
    }
    bins
}

/// Codable seconds before a time.
fn passed(codable: &[Interval], at: Micros) -> f64 {
    let before = codable.iter().filter(|part| part.start() < at);
    before
        .map(|part| (part.stop().min(at) - part.start()).seconds())
        .fold(0.0, |sum, length| sum + length)
}

fn gaps_of_states(cut: &[Interval], codable: &[Interval]) -> Vec<f64> {
    let together = united(cut.iter().copied());
    let gap = |pair: &[Interval]| {
        let (end, next) = (pair[0].stop(), pair[1].start());
        let same = codable
            .iter()
            // The one ends within the part and the other begins there: parts of two recordings may touch.
            .any(|part| part.start() < end && next < part.stop());
        same.then(|| (next - end).seconds())
    };
    together.windows(2).filter_map(gap).collect()
}

fn gaps_of_points(times: &[Micros], codable: &[Interval]) -> Vec<f64> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let gap = |pair: &[Micros]| {
        let same = codable
            .iter()
            .any(|part| part.contains(pair[0]) && part.contains(pair[1]));
        same.then(|| (pair[1] - pair[0]).seconds())
    };
    times.windows(2).filter_map(gap).collect()
}

fn mean_and_deviation(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (None, None);
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (
        Some(mean),
        (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, stop: i64) -> Interval {
        Interval::new(Micros(start * 1_000_000), Micros(stop * 1_000_000)).expect("in order")
    }

    fn bout(start: i64, stop: i64) -> Span {
        Span::State(interval(start, stop))
    }

    #[test]
    fn overlapping_bouts_have_a_sum_and_a_union() {
        let found = amounts(&[bout(10, 40), bout(20, 50)], true, &[interval(0, 600)]);
        assert_eq!(
            (found.n, found.total_s, found.union_s),
            (2, Some(60.0), Some(40.0))
        );
        assert_eq!(found.share, Some(40.0 / 600.0));
        assert_eq!(
            (found.rate_per_minute, found.latency_s),
            (Some(0.2), Some(10.0))
        );
    }

    #[test]
    fn time_that_cannot_be_coded_counts_for_nothing() {
        let codable = [interval(0, 100), interval(200, 300)];
        let found = amounts(
            &[bout(90, 210), bout(150, 160), bout(250, 260)],
            true,
            &codable,
        );
        assert_eq!(
            (found.n, found.total_s, found.share),
            (2, Some(30.0), Some(30.0 / 200.0))
        );
        // 100 to 200 is no gap of the behaviour; 210 to 250 is one.
        assert_eq!((found.gap_mean_s, found.gap_sd_s), (Some(40.0), None));
    }

    #[test]
    fn an_open_bout_leaves_lengths_unknown_and_not_zero() {
        let open = Span::Open {
            start: Micros(5_000_000),
        };
        let found = amounts(&[bout(10, 20), open], true, &[interval(0, 60)]);
        assert_eq!(
            (found.n, found.n_open, found.total_s, found.share),
            (2, 1, None, None)
        );
        assert_eq!(found.latency_s, Some(5.0));
    }

    #[test]
    fn what_never_begins_has_a_censored_latency() {
        let found = amounts(&[], true, &[interval(0, 100), interval(200, 220)]);
        assert_eq!(
            (found.latency_s, found.latency_censored),
            (Some(120.0), true)
        );
        assert_eq!((found.n, found.total_s, found.mean_s), (0, Some(0.0), None));
    }

    #[test]
    fn bins_know_how_much_of_them_could_be_coded() {
        let codable = [interval(0, 25)];
        assert_eq!(
            bins(&[bout(5, 22)], true, &codable, Micros(10_000_000)),
            [(5.0, 10.0), (10.0, 10.0), (2.0, 5.0)]
        );
    }
}
