//! The run chart: a series about its median.

use crate::data_problem::{DataProblem, require};
use crate::descriptives::median;
use crate::distributions::beta_regularised;

/// A run chart with its signals.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RunChart {
    /// Median of the baseline.
    pub median: f64,
    /// Points not on the median; the others are skipped by the rules.
    pub n_useful: usize,
    /// Longest run of useful points on one side of the median.
    pub longest_run: usize,
    /// Longer runs than this are a signal: round(log₂ n + 3).
    pub longest_run_limit: usize,
    /// Times the series crosses the median.
    pub n_crossings: usize,
    /// Fewer crossings than this are a signal: 5 % quantile of Binomial(n − 1, ½).
    pub crossings_limit: usize,
    /// First and last place of each shift: six or more useful points on one side.
    pub shifts: Vec<(usize, usize)>,
    /// First and last place of each trend: five or more points all rising or all falling, equal
    /// neighbours counted once.
    pub trends: Vec<(usize, usize)>,
}

impl RunChart {
    /// Whether Anhøj's two rules see more than chance variation.
    pub fn signals_change(&self) -> bool {
        self.longest_run > self.longest_run_limit || self.n_crossings < self.crossings_limit
    }
}

/// A run chart about the median of the first `n_baseline` points, or of all.
///
/// Runs and crossings after Anhøj and Olesen (2014), which keep the false alarm rate
/// near 5 % at any length; shifts and trends after Perla, Provost and Murray (2011).
///
/// # Errors
///
/// When there are fewer than ten points, a value is not finite, or the baseline is empty
/// or longer than the series.
///
/// # Examples
///
/// ```
/// use attune_statistics::control_charts::run_chart;
/// let values: Vec<f64> = (0..20).map(|t| if t < 10 { 5.0 + f64::from(t % 3) } else { 9.0 + f64::from(t % 3) }).collect();
/// let chart = run_chart(&values, None).unwrap();
/// assert!(chart.signals_change() && chart.shifts.len() == 2);
/// ```
pub fn run_chart(values: &[f64], n_baseline: Option<usize>) -> Result<RunChart, DataProblem> {
    require("the series", values, 10)?;
    let n_baseline = n_baseline.unwrap_or(values.len());
    if n_baseline == 0 || n_baseline > values.len() {
        let allowed = "at least 1 and at most the length of the series";
        let value = n_baseline as f64;
        return Err(DataProblem::OutOfRange {
            what: "the length of the baseline",
            value,
            allowed,
        });
    }
    let middle = median(&values[..n_baseline]);
    let useful: Vec<(usize, bool)> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| **value != middle)
        .map(|(place, value)| (place, *value > middle))
        .collect();
    let runs: Vec<&[(usize, bool)]> = useful.chunk_by(|a, b| a.1 == b.1).collect();
    let n = useful.len();
    let ends = |run: &&[(usize, bool)]| (run[0].0, run[run.len() - 1].0);
    Ok(RunChart {
        median: middle,
        n_useful: n,
        longest_run: runs.iter().map(|run| run.len()).max().unwrap_or(0),
        longest_run_limit: if n == 0 {
            0
        } else {
            libm::round(libm::log2(n as f64) + 3.0) as usize
        },
        n_crossings: runs.len().saturating_sub(1),
        crossings_limit: binomial_quantile(0.05, n.saturating_sub(1)),
        shifts: runs.iter().filter(|run| run.len() >= 6).map(ends).collect(),
        trends: trends(values, 5),
    })
}

/// Smallest k with P(Binomial(n, ½) ≤ k) ≥ p.
fn binomial_quantile(p: f64, n: usize) -> usize {
    let tail = |k: usize| {
        if k >= n {
            1.0
        } else {
            beta_regularised(0.5, (n - k) as f64, k as f64 + 1.0)
        }
    };
    (0..=n).find(|k| tail(*k) >= p).unwrap_or(n)
}

/// Stretches of at least `fewest` points that all rise or all fall; repeats do not count.
pub(super) fn trends(values: &[f64], fewest: usize) -> Vec<(usize, usize)> {
    let distinct: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .filter(|(place, value)| *place == 0 || values[place - 1] != **value)
        .map(|(place, value)| (place, *value))
        .collect();
    let steps: Vec<(usize, usize, bool)> = distinct
        .windows(2)
        .map(|pair| (pair[0].0, pair[1].0, pair[1].1 > pair[0].1))
        .collect();
    steps
        .chunk_by(|a, b| a.2 == b.2)
        .filter(|same| same.len() + 1 >= fewest)
        .map(|same| (same[0].0, same[same.len() - 1].1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_the_published_ones() {
        // round(log₂ n + 3) and scipy 1.17.1: stats.binom.ppf(0.05, n - 1, 0.5).
        for (n, longest, fewest) in [(10, 6, 2), (16, 7, 4), (24, 8, 8), (35, 8, 12), (60, 9, 23)] {
            let values: Vec<f64> = (0..n)
                .map(|t| if t % 2 == 0 { 1.0 } else { -1.0 })
                .collect();
            let chart = run_chart(&values, Some(n - n % 2)).unwrap();
            assert_eq!(
                (chart.longest_run_limit, chart.crossings_limit),
                (longest, fewest),
                "n {n}"
            );
        }
    }

    #[test]
    fn points_on_the_median_neither_make_nor_break_a_run() {
        let values = [
            1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 2.0, 3.0,
        ];
        let chart = run_chart(&values, None).unwrap();
        assert_eq!(
            (chart.n_useful, chart.longest_run, chart.n_crossings),
            (11, 6, 1)
        );
        assert_eq!(chart.shifts, [(0, 6)]);
    }

    #[test]
    fn a_trend_skips_equal_neighbours() {
        let values = [5.0, 1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 2.0, 1.0];
        assert_eq!(run_chart(&values, None).unwrap().trends, [(1, 6)]);
    }
}
