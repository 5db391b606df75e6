//! The sign test: do more pairs rise than fall?

use super::proportion::binomial_test;
use crate::data_problem::{DataProblem, require, require_same_length};
use crate::test_result::TestResult;

/// Exact sign test of `post` against `pre`; pairs without change are left out.
///
/// The estimate is the share of rises among the changes, with its Clopper–Pearson
/// interval; the statistic is the number of rises.
///
/// # Errors
///
/// When the lists differ in length, a value is not finite, or no pair changed.
pub fn sign_test(pre: &[f64], post: &[f64], level: f64) -> Result<TestResult, DataProblem> {
    require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    require("the values before", pre, 1)?;
    require("the values after", post, 1)?;
    let n_rises = pre
        .iter()
        .zip(post)
        .filter(|(before, after)| after > before)
        .count();
    let n_falls = pre
        .iter()
        .zip(post)
        .filter(|(before, after)| after < before)
        .count();
    if n_rises + n_falls == 0 {
        return Err(DataProblem::NoVariation {
            what: "the changes",
        });
    }
    let result = binomial_test(n_rises, n_rises + n_falls, 0.5, level)?;
    Ok(TestResult {
        test: "sign",
        ..result
    })
}
