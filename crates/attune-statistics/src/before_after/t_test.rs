//! Student's and Welch's t tests, for pairs and for two groups.

use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{mean, variance};
use crate::distributions::{student_t_quantile, student_t_two_sided_p};
use crate::test_result::TestResult;

/// What two groups' variances are taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variances {
    /// Equal, pooled (Student).
    Pooled,
    /// Different, with Satterthwaite's degrees of freedom (Welch 1947).
    Separate,
}

/// Paired t test of the mean of `post` − `pre`.
///
/// # Errors
///
/// When the lists differ in length, there are fewer than two pairs, or all
/// differences are equal.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::t_test::paired_t;
/// let result = paired_t(&[20.0, 18.0, 25.0], &[17.0, 16.0, 20.0], 0.95).unwrap();
/// assert!((result.estimate.unwrap() + 10.0 / 3.0).abs() < 1e-12);
/// ```
pub fn paired_t(pre: &[f64], post: &[f64], level: f64) -> Result<TestResult, DataProblem> {
    require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    require("the values before", pre, 2)?;
    require("the values after", post, 2)?;
    let changes: Vec<f64> = pre
        .iter()
        .zip(post)
        .map(|(before, after)| after - before)
        .collect();
    let n = changes.len() as f64;
    let se = (variance(&changes) / n).sqrt();
    t_result(
        "paired",
        (mean(&changes), se),
        n - 1.0,
        level,
        "the differences",
    )
}

/// t test of the mean of `first` minus the mean of `second`.
///
/// # Errors
///
/// When a group has fewer than two values or neither varies.
pub fn two_sample_t(
    first: &[f64],
    second: &[f64],
    variances: Variances,
    level: f64,
) -> Result<TestResult, DataProblem> {
    require("the first group", first, 2)?;
    require("the second group", second, 2)?;
    let (n1, n2) = (first.len() as f64, second.len() as f64);
    let (v1, v2) = (variance(first), variance(second));
    let (variant, se, df) = match variances {
        Variances::Pooled => {
            let df = n1 + n2 - 2.0;
            let pooled = ((n1 - 1.0) * v1 + (n2 - 1.0) * v2) / df;
            ("pooled", (pooled * (1.0 / n1 + 1.0 / n2)).sqrt(), df)
        }
        Variances::Separate => {
            let (e1, e2) = (v1 / n1, v2 / n2);
            let df = welch_df((e1, n1), (e2, n2));
            ("welch", (e1 + e2).sqrt(), df)
        }
    };
    t_result(
        variant,
        (mean(first) - mean(second), se),
        df,
        level,
        "both groups",
    )
}

/// Satterthwaite's degrees of freedom of a difference whose sides have squared standard
/// errors e₁ and e₂, from their shares, so that nothing overflows.
pub(crate) fn welch_df((e1, n1): (f64, f64), (e2, n2): (f64, f64)) -> f64 {
    let (first, second) = (e1 / (e1 + e2), e2 / (e1 + e2));
    1.0 / (first * first / (n1 - 1.0) + second * second / (n2 - 1.0))
}

pub(crate) fn t_result(
    variant: &str,
    (estimate, se): (f64, f64),
    df: f64,
    level: f64,
    what: &'static str,
) -> Result<TestResult, DataProblem> {
    require_level(level)?;
    if se <= 10.0 * f64::EPSILON * estimate.abs() {
        return Err(DataProblem::NoVariation { what });
    }
    let t = estimate / se;
    let reach = student_t_quantile(0.5 + level / 2.0, df) * se;
    let result = TestResult {
        estimate: Some(estimate),
        se: Some(se),
        statistic: Some(t),
        df: Some(df),
        p: Some(student_t_two_sided_p(t, df)),
        ..TestResult::named("t", variant)
    };
    Ok(result.with_interval((estimate - reach, estimate + reach)))
}
