//! Arms compared after, with the value before: analysis of covariance and change score.

use serde::Serialize;

use super::{TestReport, by_group};
use crate::before_after::ancova::{AdjustedMean, Arms, ancova, change_score};
use crate::data_problem::{DataProblem, require_level, require_same_length};
use crate::descriptives::variance;
use crate::distributions::{student_t_quantile, student_t_two_sided_p};
use crate::effect_size::{ContrastForG, Correction, g_from_contrast};
use crate::test_result::TestResult;

/// Two arms before and after: tests, and the means of the arms at the same value before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmsReport {
    /// The tests, analysis of covariance first.
    #[serde(flatten)]
    pub report: TestReport,
    /// The arms in the order in which they are subtracted: first minus second.
    pub arms: [String; 2],
    /// Their means after, at the overall mean before.
    pub adjusted_means: [AdjustedMean; 2],
}

/// Did the arms change differently? Analysis of covariance of `post` on `pre` with plain
/// and HC3 standard errors, Welch's test of the changes, and Hedges' g of the adjusted
/// difference in SDs before. The first arm minus the second, in the order of `arms` or of first mention.
///
/// # Errors
///
/// When lists differ in length, there are not exactly two arms with complete values, or as in
/// [`ancova`].
pub fn arms_report(
    pre: &[Option<f64>],
    post: &[Option<f64>],
    groups: &[Option<String>],
    level: f64,
) -> Result<ArmsReport, DataProblem> {
    require_level(level)?;
    require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    require_same_length(
        ("the values before", pre.len()),
        ("the groups", groups.len()),
    )?;
    let values: Vec<Option<(f64, f64)>> = pre
        .iter()
        .zip(post)
        .map(|(before, after)| Some(((*before)?, (*after)?)))
        .collect();
    let [(first_name, first), (second_name, second)] = by_group(&values, groups)?;
    let all = [&first[..], &second[..]].concat();
    let (before, after): (Vec<f64>, Vec<f64>) = all.iter().copied().unzip();
    let treated: Vec<bool> = (0..all.len()).map(|person| person < first.len()).collect();
    let arms = Arms {
        pre: &before,
        post: &after,
        treated: &treated,
    };
    let fit = ancova(&arms, level)?;
    let mut report = TestReport::new(all.len(), pre.len() - all.len());
    report.results.push(fit.difference.clone());
    report
        .results
        .push(with_hc3(&fit.difference, fit.coefficients[2].hc3_se, level));
    report.add("the change score", change_score(&arms, level));
    let spread = pooled_variance(&first, &second).sqrt();
    let contrast = ContrastForG {
        estimate: fit.coefficients[2].estimate,
        standard_error: fit.coefficients[2].se,
        df: fit.df,
        standard_deviation: spread,
        df_of_standard_deviation: all.len() as f64 - 2.0,
    };
    report.add_effect(
        "Hedges' g of the adjusted difference",
        g_from_contrast(contrast, Correction::Exact, level),
    );
    for (name, people) in [(&first_name, &first), (&second_name, &second)] {
        let (before, after): (Vec<f64>, Vec<f64>) = people.iter().copied().unzip();
        report.describe(format!("{name}, before"), &before);
        report.describe(format!("{name}, after"), &after);
    }
    Ok(ArmsReport {
        report,
        arms: [first_name, second_name],
        adjusted_means: [fit.adjusted_mean_treated, fit.adjusted_mean_other],
    })
}

/// The same estimate with a standard error that allows for unequal residual spread.
fn with_hc3(plain: &TestResult, se: f64, level: f64) -> TestResult {
    let (estimate, df) = (
        plain.estimate.unwrap_or(f64::NAN),
        plain.df.unwrap_or(f64::NAN),
    );
    let (t, reach) = (
        estimate / se,
        student_t_quantile(0.5 + level / 2.0, df) * se,
    );
    TestResult {
        se: Some(se),
        statistic: Some(t),
        p: Some(student_t_two_sided_p(t, df)),
        variant: "adjusted for the value before, HC3 standard error".to_owned(),
        ..plain.clone()
    }
    .with_interval((estimate - reach, estimate + reach))
}

/// Of the values before, within arms.
fn pooled_variance(first: &[(f64, f64)], second: &[(f64, f64)]) -> f64 {
    let square = |people: &[(f64, f64)]| match people.len() {
        0 | 1 => 0.0,
        n => {
            let before: Vec<f64> = people.iter().map(|(before, _)| *before).collect();
            variance(&before) * (n as f64 - 1.0)
        }
    };
    (square(first) + square(second)) / ((first.len() + second.len()) as f64 - 2.0)
}
