//! Before/after and two-group comparisons without a model: t, rank, sign and
//! table tests, analysis of covariance. Every test answers in the shape of
//! [`crate::test_result::TestResult`]; [`report`] puts together what a question needs.

pub mod ancova;
pub mod contingency;
pub mod fisher;
pub mod friedman;
pub mod mann_whitney;
pub mod mcnemar;
pub mod proportion;
pub mod report;
pub mod sign_test;
pub mod signed_rank;
pub mod t_test;
pub mod variance_ratio;

mod order_statistic;
mod rank_sum_distribution;

/// How the p value of a rank test is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PValueMethod {
    /// Exact where that is affordable, otherwise normal with continuity correction.
    Automatic,
    /// Exact, ties included.
    Exact,
    /// Normal approximation with tie and continuity corrections.
    Normal,
    /// Normal approximation with tie correction only.
    NormalUncorrected,
}

impl PValueMethod {
    /// Whether to compute exactly, given whether that is affordable.
    fn is_exact(self, affordable: bool) -> bool {
        match self {
            PValueMethod::Automatic => affordable,
            PValueMethod::Exact => true,
            PValueMethod::Normal | PValueMethod::NormalUncorrected => false,
        }
    }
}

/// What rank tests can be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTestSettings {
    /// How the p value is computed.
    pub method: PValueMethod,
    /// Confidence level of the Hodges–Lehmann interval.
    pub level: f64,
}

impl Default for RankTestSettings {
    fn default() -> Self {
        RankTestSettings {
            method: PValueMethod::Automatic,
            level: 0.95,
        }
    }
}

impl RankTestSettings {
    /// A deviation moved half a unit towards zero where a continuity correction applies.
    fn corrected(&self, deviation: f64) -> f64 {
        match self.method {
            PValueMethod::NormalUncorrected => deviation,
            _ if deviation == 0.0 => 0.0,
            _ => deviation - 0.5 * deviation.signum(),
        }
    }

    fn method_name(&self, exact: bool) -> &'static str {
        match (exact, self.method) {
            (true, _) => "exact",
            (false, PValueMethod::NormalUncorrected) => "normal approximation",
            (false, _) => "normal approximation, continuity corrected",
        }
    }
}
