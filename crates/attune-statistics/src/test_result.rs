//! The one shape in which every before/after and two-group test answers.

use serde::{Serialize, Serializer};

/// Result of one test. What a test does not define is `None`, and prints as null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestResult {
    /// Name of the test, for example "t" or "wilcoxon-signed-rank".
    pub test: &'static str,
    /// Which form of it, for example "welch" or "exact, zeros dropped".
    pub variant: String,
    /// What was estimated (difference, odds ratio, …), where there is such a thing.
    #[serde(serialize_with = "number")]
    pub estimate: Option<f64>,
    /// Standard error of the estimate.
    #[serde(serialize_with = "number")]
    pub se: Option<f64>,
    /// The test statistic.
    #[serde(serialize_with = "number")]
    pub statistic: Option<f64>,
    /// Degrees of freedom.
    #[serde(serialize_with = "number")]
    pub df: Option<f64>,
    /// Second degrees of freedom of an F statistic.
    #[serde(serialize_with = "number", skip_serializing_if = "Option::is_none")]
    pub df_denominator: Option<f64>,
    /// p value, two-sided unless the variant says otherwise.
    #[serde(serialize_with = "number")]
    pub p: Option<f64>,
    /// Lower limit of the interval of the estimate.
    #[serde(serialize_with = "number")]
    pub ci_lower: Option<f64>,
    /// Upper limit of the interval of the estimate.
    #[serde(serialize_with = "number")]
    pub ci_upper: Option<f64>,
}

impl TestResult {
    /// A result with nothing but its name; the tests fill in what they define.
    pub fn named(test: &'static str, variant: impl Into<String>) -> Self {
        TestResult {
            test,
            variant: variant.into(),
            estimate: None,
            se: None,
            statistic: None,
            df: None,
            df_denominator: None,
            p: None,
            ci_lower: None,
            ci_upper: None,
        }
    }

    /// Sets the interval.
    pub fn with_interval(mut self, (lower, upper): (f64, f64)) -> Self {
        (self.ci_lower, self.ci_upper) = (Some(lower), Some(upper));
        self
    }
}

/// Writes a number as JSON can hold it: null for what is not defined, "Inf" and
/// "-Inf" for the infinities.
#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(crate) fn number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match *value {
        Some(f64::INFINITY) => serializer.serialize_str("Inf"),
        Some(f64::NEG_INFINITY) => serializer.serialize_str("-Inf"),
        Some(value) if !value.is_nan() => serializer.serialize_f64(value),
        _ => serializer.serialize_none(),
    }
}

/// As [`number`], for what is always there.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
pub(crate) fn plain_number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    number(&Some(*value), serializer)
}
