//! McNemar's test: did more people go from yes to no than from no to yes?

use super::proportion::{binomial_probability, binomial_test, clopper_pearson_interval};
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::chi_squared_upper_tail;
use crate::test_result::TestResult;

/// Pairs of yes/no answers, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairedAnswers {
    /// Yes both times.
    pub both: usize,
    /// Yes before, no after.
    pub only_before: usize,
    /// No before, yes after.
    pub only_after: usize,
    /// No both times.
    pub neither: usize,
}

impl PairedAnswers {
    /// Counts pairs of answers.
    ///
    /// # Errors
    ///
    /// When the lists differ in length.
    pub fn count(before: &[bool], after: &[bool]) -> Result<Self, DataProblem> {
        let (n_before, n_after) = (before.len(), after.len());
        let names = (
            ("the answers before", n_before),
            ("the answers after", n_after),
        );
        crate::data_problem::require_same_length(names.0, names.1)?;
        let count = |wanted: (bool, bool)| {
            before
                .iter()
                .zip(after)
                .filter(|(b, a)| (**b, **a) == wanted)
                .count()
        };
        Ok(PairedAnswers {
            both: count((true, true)),
            only_before: count((true, false)),
            only_after: count((false, true)),
            neither: count((false, false)),
        })
    }
}

/// How McNemar's p value is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McNemarMethod {
    /// Exact binomial.
    Exact,
    /// Exact, less half the probability of the observed split (Lancaster's mid-p).
    MidP,
    /// Chi-squared.
    ChiSquared,
    /// Chi-squared with Edwards' continuity correction.
    ChiSquaredCorrected,
}

/// McNemar's test of the pairs that changed.
///
/// The estimate is the odds ratio of the discordant pairs, only before over only
/// after, with the exact interval from the Clopper–Pearson limits of their share.
///
/// # Errors
///
/// When no pair changed.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::mcnemar::*;
/// let answers = PairedAnswers { both: 11, only_before: 23, only_after: 2, neither: 24 };
/// let result = mcnemar(answers, McNemarMethod::Exact, 0.95).unwrap();
/// assert_eq!(result.estimate, Some(11.5));
/// ```
pub fn mcnemar(
    answers: PairedAnswers,
    method: McNemarMethod,
    level: f64,
) -> Result<TestResult, DataProblem> {
    require_level(level)?;
    let (b, c) = (answers.only_before, answers.only_after);
    if b + c == 0 {
        return Err(DataProblem::NoVariation {
            what: "the answers before and after",
        });
    }
    let gap = b.abs_diff(c) as f64;
    let exact = || Ok::<f64, DataProblem>(binomial_test(b, b + c, 0.5, level)?.p.unwrap_or(1.0));
    let chi_squared = |gap: f64| gap * gap / (b + c) as f64;
    let (variant, statistic, p) = match method {
        McNemarMethod::Exact => ("exact", None, exact()?),
        McNemarMethod::MidP => (
            "mid-p",
            None,
            exact()? - binomial_probability(b, b + c, 0.5),
        ),
        McNemarMethod::ChiSquared => ("chi-squared", Some(chi_squared(gap)), f64::NAN),
        McNemarMethod::ChiSquaredCorrected => (
            "chi-squared, continuity corrected",
            Some(chi_squared((gap - 1.0).max(0.0))),
            f64::NAN,
        ),
    };
    let p = statistic.map_or(p, |statistic| chi_squared_upper_tail(statistic, 1.0));
    let (lower, upper) = clopper_pearson_interval(b, b + c, level);
    let result = TestResult {
        estimate: Some(b as f64 / c as f64),
        statistic,
        df: statistic.map(|_| 1.0),
        p: Some(p),
        ..TestResult::named("mcnemar", variant)
    };
    Ok(result.with_interval((lower / (1.0 - lower), upper / (1.0 - upper))))
}
