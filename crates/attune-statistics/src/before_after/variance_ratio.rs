//! The F test of two variances. For checking; it is itself sensitive to non-normality,
//! so `normality::equal_spread` is usually the better question.

use crate::data_problem::{DataProblem, require, require_level};
use crate::descriptives::variance;
use crate::distributions::{f_cdf, f_quantile, f_upper_tail};
use crate::test_result::TestResult;

/// Ratio of the variance of `first` to that of `second`, with its interval.
///
/// # Errors
///
/// When a group has fewer than two values or does not vary.
pub fn variance_ratio(
    first: &[f64],
    second: &[f64],
    level: f64,
) -> Result<TestResult, DataProblem> {
    require("the first group", first, 2)?;
    require("the second group", second, 2)?;
    require_level(level)?;
    let (v1, v2) = (variance(first), variance(second));
    if v1 <= 0.0 || v2 <= 0.0 {
        return Err(DataProblem::NoVariation { what: "a group" });
    }
    let ratio = v1 / v2;
    let (df1, df2) = ((first.len() - 1) as f64, (second.len() - 1) as f64);
    let p = 2.0 * f_cdf(ratio, df1, df2).min(f_upper_tail(ratio, df1, df2));
    let tail = (1.0 - level) / 2.0;
    let result = TestResult {
        estimate: Some(ratio),
        statistic: Some(ratio),
        df: Some(df1),
        df_denominator: Some(df2),
        p: Some(p.min(1.0)),
        ..TestResult::named("variance-ratio", "F")
    };
    Ok(result.with_interval((
        ratio / f_quantile(1.0 - tail, df1, df2),
        ratio / f_quantile(tail, df1, df2),
    )))
}
