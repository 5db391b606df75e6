//! A count or number of every session along time, about the median of the time before.

use serde::Serialize;

/// One series with what its rules signal.
#[derive(Debug, Clone, Serialize)]
pub struct RunChart {
    /// The measure, such as `sessions.families`.
    pub measure: String,
    /// In words.
    pub label: String,
    /// Unit, where an outcome says it.
    pub unit: Option<String>,
    /// Site, where the study has several.
    pub site: Option<String>,
    /// Every session with a value, by day.
    pub points: Vec<RunChartPoint>,
    /// Sessions without a value; the rules go over the gap.
    pub n_missing: usize,
    /// Median of the baseline.
    pub median: f64,
    /// Points that make the baseline: those of the first phase, or all.
    pub n_baseline: usize,
    /// What the baseline is, in words.
    pub baseline: String,
    /// Where a phase began: days since the first point, and its name.
    pub changes: Vec<(f64, String)>,
    /// Points not on the median; the rules skip the others.
    pub n_useful: usize,
    /// Longest run of points on one side of the median, and beyond which it is a signal.
    pub longest_run: (usize, usize),
    /// Crossings of the median, and below which they are a signal.
    pub crossings: (usize, usize),
    /// Whether either rule signals more than chance.
    pub signals: bool,
    /// First and last point of each shift: six or more on one side.
    pub shifts: Vec<(usize, usize)>,
    /// What is seen, in sentences.
    pub answer: String,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunChartPoint {
    /// Days since the first point.
    pub days: f64,
    /// Day, as in 2024-03-15.
    pub date: String,
    /// Phase.
    pub phase: Option<String>,
    /// Value.
    pub value: f64,
}
