//! Comparing two risks: difference, ratio, odds ratio.

use super::{EffectSize, EffectSizeKind, IntervalMethod};
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::normal_quantile;

/// Events among people in two groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoProportions {
    /// Events in the first group.
    pub events_first: usize,
    /// People in the first group.
    pub n_first: usize,
    /// Events in the second group.
    pub events_second: usize,
    /// People in the second group.
    pub n_second: usize,
}

impl TwoProportions {
    fn check(&self, level: f64) -> Result<(), DataProblem> {
        require_level(level)?;
        let sides = [
            (self.events_first, self.n_first),
            (self.events_second, self.n_second),
        ];
        match sides.into_iter().find(|(events, n)| *n == 0 || events > n) {
            Some((events, n)) => Err(DataProblem::TooFew {
                what: "a group",
                needed: events.max(1),
                found: n,
            }),
            None => Ok(()),
        }
    }

    /// Events and non-events of both groups; half a person added to each cell when one is empty.
    fn cells(&self) -> ([f64; 4], bool) {
        let cells = [
            self.events_first,
            self.n_first - self.events_first,
            self.events_second,
            self.n_second - self.events_second,
        ];
        let corrected = cells.contains(&0);
        (
            cells.map(|cell| cell as f64 + if corrected { 0.5 } else { 0.0 }),
            corrected,
        )
    }
}

/// First risk minus second risk, with Newcombe's (1998) hybrid score interval.
///
/// The standard error given is Wald's.
///
/// # Errors
///
/// When a group is empty or has more events than people.
pub fn risk_difference(counts: TwoProportions, level: f64) -> Result<EffectSize, DataProblem> {
    counts.check(level)?;
    let side = |events: usize, n: usize| (events as f64 / n as f64, n as f64);
    let (p1, n1) = side(counts.events_first, counts.n_first);
    let (p2, n2) = side(counts.events_second, counts.n_second);
    let (l1, u1) = crate::before_after::proportion::wilson_interval(
        counts.events_first,
        counts.n_first,
        level,
    );
    let (l2, u2) = crate::before_after::proportion::wilson_interval(
        counts.events_second,
        counts.n_second,
        level,
    );
    let difference = p1 - p2;
    Ok(EffectSize {
        kind: EffectSizeKind::RiskDifference,
        corrected: false,
        estimate: difference,
        standard_error: Some((p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2).sqrt()),
        ci_lower: difference - libm::hypot(p1 - l1, u2 - p2),
        ci_upper: difference + libm::hypot(u1 - p1, p2 - l2),
        level,
        interval: IntervalMethod::Newcombe,
    })
}

/// First risk over second risk, with the log-normal (Katz 1978) interval; the
/// standard error is that of the logarithm. When a cell is empty half a person is
/// added to every cell, and `corrected` says so.
///
/// # Errors
///
/// When a group is empty or has more events than people.
pub fn risk_ratio(counts: TwoProportions, level: f64) -> Result<EffectSize, DataProblem> {
    counts.check(level)?;
    let ([a, b, c, d], corrected) = counts.cells();
    let ratio = (a / (a + b)) / (c / (c + d));
    let variance = 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d);
    Ok(on_log_scale(
        EffectSizeKind::RiskRatio,
        ratio,
        variance,
        corrected,
        level,
    ))
}

/// First odds over second odds, with Woolf's (1955) interval; the standard error is
/// that of the logarithm. When a cell is empty half a person is added to every cell
/// (Haldane, Anscombe), and `corrected` says so.
///
/// # Errors
///
/// When a group is empty or has more events than people.
pub fn odds_ratio(counts: TwoProportions, level: f64) -> Result<EffectSize, DataProblem> {
    counts.check(level)?;
    let ([a, b, c, d], corrected) = counts.cells();
    let variance = 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d;
    Ok(on_log_scale(
        EffectSizeKind::OddsRatio,
        a * d / (b * c),
        variance,
        corrected,
        level,
    ))
}

fn on_log_scale(
    kind: EffectSizeKind,
    ratio: f64,
    variance: f64,
    corrected: bool,
    level: f64,
) -> EffectSize {
    let standard_error = variance.sqrt();
    let reach = libm::exp(normal_quantile(0.5 + level / 2.0) * standard_error);
    EffectSize {
        kind,
        corrected,
        estimate: ratio,
        standard_error: Some(standard_error),
        ci_lower: ratio / reach,
        ci_upper: ratio * reach,
        level,
        interval: IntervalMethod::Log,
    }
}
