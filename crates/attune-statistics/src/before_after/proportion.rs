//! One proportion: Wilson's and Clopper–Pearson's intervals, the exact binomial test.

use crate::data_problem::{DataProblem, require_between, require_level};
use crate::distributions::{beta_quantile, ln_binomial_coefficient, normal_quantile};
use crate::test_result::TestResult;

/// Wilson's (1927) score interval of a proportion; (0, 1) when n is 0.
///
/// # Examples
///
/// ```
/// let (lower, upper) = attune_statistics::before_after::proportion::wilson_interval(0, 20, 0.95);
/// assert!(lower.abs() < 1e-15 && upper < 0.17);
/// ```
pub fn wilson_interval(events: usize, n: usize, level: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (size, share) = (n as f64, events as f64 / n as f64);
    let z2 = normal_quantile(0.5 + level / 2.0).powi(2);
    let centre = (share + z2 / (2.0 * size)) / (1.0 + z2 / size);
    let spread =
        (z2 * (share * (1.0 - share) / size + z2 / (4.0 * size * size))).sqrt() / (1.0 + z2 / size);
    let lower = if events == 0 { 0.0 } else { centre - spread };
    let upper = if events == n { 1.0 } else { centre + spread };
    (lower, upper)
}

/// Clopper and Pearson's (1934) exact interval of a proportion; (0, 1) when n is 0.
pub fn clopper_pearson_interval(events: usize, n: usize, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let (k, size) = (events as f64, n as f64);
    let lower = if events == 0 {
        0.0
    } else {
        beta_quantile(tail, k, size - k + 1.0)
    };
    let upper = if events == n {
        1.0
    } else {
        beta_quantile(1.0 - tail, k + 1.0, size - k)
    };
    (lower, upper)
}

/// Probability of exactly `events` in `n` trials.
pub(crate) fn binomial_probability(events: usize, n: usize, probability: f64) -> f64 {
    let (k, size) = (events as f64, n as f64);
    let ln = ln_binomial_coefficient(size, k)
        + xlny(k, probability)
        + if events == n {
            0.0
        } else {
            (size - k) * libm::log1p(-probability)
        };
    libm::exp(ln)
}

fn xlny(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * libm::log(y) }
}

/// Exact binomial test that the probability is `expected`, two-sided by adding all
/// outcomes that are no more probable than the observed one, with the
/// Clopper–Pearson interval.
///
/// # Errors
///
/// When n is 0, there are more events than trials, or `expected` is not between 0 and 1.
pub fn binomial_test(
    events: usize,
    n: usize,
    expected: f64,
    level: f64,
) -> Result<TestResult, DataProblem> {
    require_level(level)?;
    require_between(
        "the expected probability",
        expected,
        0.0,
        1.0,
        "between 0 and 1",
    )?;
    if n == 0 || events > n {
        return Err(DataProblem::TooFew {
            what: "the list of trials",
            needed: events.max(1),
            found: n,
        });
    }
    // R's allowance for rounding in the comparison of probabilities.
    let most = binomial_probability(events, n, expected) * (1.0 + 1e-7);
    let p: f64 = (0..=n)
        .map(|k| binomial_probability(k, n, expected))
        .filter(|density| *density <= most)
        .sum();
    let result = TestResult {
        estimate: Some(events as f64 / n as f64),
        statistic: Some(events as f64),
        p: Some(p.min(1.0)),
        ..TestResult::named("binomial", "exact")
    };
    Ok(result.with_interval(clopper_pearson_interval(events, n, level)))
}
