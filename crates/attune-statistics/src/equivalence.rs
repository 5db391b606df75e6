//! Is an effect small enough not to matter? Two one-sided tests.
//!
//! Works from an estimate with its standard error and degrees of freedom, so any
//! model here can be asked. What counts as small is the caller's bound, fixed
//! before the data are seen.

use crate::data_problem::{DataProblem, require_between};
use crate::distributions::{student_t_quantile, student_t_upper_tail};

/// Result of two one-sided tests.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Equivalence {
    /// t of the test that the effect lies above the lower bound.
    pub t_lower: f64,
    /// One-sided p of that test.
    pub p_lower: f64,
    /// t of the test that the effect lies below the upper bound.
    pub t_upper: f64,
    /// One-sided p of that test.
    pub p_upper: f64,
    /// The larger of the two p values: small when the effect is shown to lie within the bounds.
    pub p: f64,
    /// Lower limit of the 1 − 2α interval.
    pub ci_lower: f64,
    /// Upper limit of the 1 − 2α interval.
    pub ci_upper: f64,
    /// Level of that interval, 1 − 2α.
    pub level: f64,
    /// What the interval says about the bounds.
    pub verdict: EquivalenceVerdict,
}

/// Where the 1 − 2α interval lies relative to the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EquivalenceVerdict {
    /// Wholly inside: any effect is smaller than the bounds.
    Equivalent,
    /// Wholly above the upper or below the lower bound.
    Different,
    /// Across a bound: the data cannot say.
    Undecided,
}

/// Two one-sided t tests (Schuirmann 1987) of an estimate against bounds.
///
/// p_lower = P(T > (estimate − lower)/se), p_upper = P(T < (estimate − upper)/se);
/// equivalent at α when both are below α, which is when the 1 − 2α interval lies
/// within the bounds. `df` may be infinite.
///
/// # Errors
///
/// When the standard error is not positive, the bounds are not in order, or α is
/// not between 0 and ½.
pub fn two_one_sided_tests(
    estimate: f64,
    standard_error: f64,
    df: f64,
    bounds: (f64, f64),
    alpha: f64,
) -> Result<Equivalence, DataProblem> {
    require_between(
        "the standard error",
        standard_error,
        0.0,
        f64::INFINITY,
        "positive and finite",
    )?;
    require_between("alpha", alpha, 0.0, 0.5, "between 0 and 0.5")?;
    let (lower, upper) = bounds;
    if lower >= upper || lower.is_nan() || upper.is_nan() {
        let allowed = "below the upper equivalence bound";
        return Err(DataProblem::OutOfRange {
            what: "the lower equivalence bound",
            value: lower,
            allowed,
        });
    }
    let (t_lower, t_upper) = (
        (estimate - lower) / standard_error,
        (estimate - upper) / standard_error,
    );
    let (p_lower, p_upper) = (
        student_t_upper_tail(t_lower, df),
        student_t_upper_tail(-t_upper, df),
    );
    let reach = student_t_quantile(1.0 - alpha, df) * standard_error;
    let (ci_lower, ci_upper) = (estimate - reach, estimate + reach);
    let verdict = if ci_lower > lower && ci_upper < upper {
        EquivalenceVerdict::Equivalent
    } else if ci_lower > upper || ci_upper < lower {
        EquivalenceVerdict::Different
    } else {
        EquivalenceVerdict::Undecided
    };
    let p = p_lower.max(p_upper);
    let level = 1.0 - 2.0 * alpha;
    Ok(Equivalence {
        t_lower,
        p_lower,
        t_upper,
        p_upper,
        p,
        ci_lower,
        ci_upper,
        level,
        verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_and_p_value_tell_the_same_story() {
        for (estimate, expected) in [
            (0.1, EquivalenceVerdict::Equivalent),
            (0.8, EquivalenceVerdict::Undecided),
            (3.0, EquivalenceVerdict::Different),
        ] {
            let result = two_one_sided_tests(estimate, 0.4, 27.5, (-1.0, 1.0), 0.05).unwrap();
            assert_eq!(result.verdict, expected);
            assert_eq!(result.p < 0.05, expected == EquivalenceVerdict::Equivalent);
        }
    }

    #[test]
    fn p_is_the_tail_beyond_the_nearer_bound() {
        // scipy 1.17.1: stats.t.sf((0.1 - -1)/0.4, 27.5), stats.t.cdf((0.1 - 1)/0.4, 27.5)
        let result = two_one_sided_tests(0.1, 0.4, 27.5, (-1.0, 1.0), 0.05).unwrap();
        assert!(
            (result.p_lower - 0.005_205_665_707_499_994).abs() < 1e-12,
            "{}",
            result.p_lower
        );
        assert!(
            (result.p_upper - 0.016_322_473_354_740_9).abs() < 1e-12,
            "{}",
            result.p_upper
        );
    }

    #[test]
    fn bounds_in_the_wrong_order_are_refused() {
        assert!(two_one_sided_tests(0.0, 1.0, 10.0, (1.0, -1.0), 0.05).is_err());
        assert!(two_one_sided_tests(0.0, 0.0, 10.0, (-1.0, 1.0), 0.05).is_err());
    }
}
