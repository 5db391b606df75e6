//! How large is a difference: standardised mean differences for two groups, for
//! pairs and for a model's contrast, ordinal dominance, and ratios of risks.
//!
//! Each comes with its interval and the name of the interval's method. Tests of the
//! same questions live in `before_after`.

mod contrast;
mod ordinal;
mod paired;
mod proportions;
mod two_groups;

pub use contrast::{ContrastForG, g_from_contrast};
pub use ordinal::{cliffs_delta, rank_biserial_of_pairs};
pub use paired::{PairedStandardiser, PairedSummary, paired_difference};
pub use proportions::{TwoProportions, odds_ratio, risk_difference, risk_ratio};
pub use two_groups::{GroupSummary, TwoGroupStandardiser, two_group_difference};

use crate::distributions::{ln_gamma, noncentral_t_ncp_for};

/// Which effect size a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectSizeKind {
    /// Mean difference over the pooled SD, without correction.
    CohensD,
    /// Mean difference over the pooled SD, corrected for small samples.
    HedgesG,
    /// Mean difference over the comparison group's SD.
    GlassDelta,
    /// Mean change over the SD of the changes.
    DZ,
    /// Mean change over the mean of the two variances, as a SD.
    DAv,
    /// Mean change over the SD of the changes, scaled to the SD of one score.
    DRm,
    /// Mean change over the SD before.
    DPre,
    /// Probability of superiority minus its reverse.
    CliffsDelta,
    /// The same for pairs, from signed ranks.
    RankBiserial,
    /// Difference of two risks.
    RiskDifference,
    /// Ratio of two risks.
    RiskRatio,
    /// Ratio of two odds.
    OddsRatio,
}

impl EffectSizeKind {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            EffectSizeKind::CohensD => "Cohen's d",
            EffectSizeKind::HedgesG => "Hedges' g",
            EffectSizeKind::GlassDelta => "Glass's delta",
            EffectSizeKind::DZ => "d_z (SD of the changes)",
            EffectSizeKind::DAv => "d_av (mean of both SDs)",
            EffectSizeKind::DRm => "d_rm (repeated measures)",
            EffectSizeKind::DPre => "d_pre (SD before)",
            EffectSizeKind::CliffsDelta => "Cliff's delta",
            EffectSizeKind::RankBiserial => "rank-biserial correlation",
            EffectSizeKind::RiskDifference => "risk difference",
            EffectSizeKind::RiskRatio => "risk ratio",
            EffectSizeKind::OddsRatio => "odds ratio",
        }
    }
}

/// How the interval of an effect size was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalMethod {
    /// From the confidence limits of a noncentral t's noncentrality.
    NoncentralT,
    /// Estimate plus and minus a normal quantile times the standard error.
    Normal,
    /// Estimate plus and minus a t quantile times the standard error.
    StudentT,
    /// Normal on the scale of Fisher's z.
    FisherZ,
    /// Normal on the logarithmic scale.
    Log,
    /// Newcombe's hybrid of two Wilson intervals.
    Newcombe,
}

impl IntervalMethod {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            IntervalMethod::NoncentralT => "noncentral t",
            IntervalMethod::Normal => "normal",
            IntervalMethod::StudentT => "t",
            IntervalMethod::FisherZ => "Fisher's z",
            IntervalMethod::Log => "normal, logarithmic",
            IntervalMethod::Newcombe => "Newcombe",
        }
    }
}

/// An effect size with its interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct EffectSize {
    /// Which one.
    pub kind: EffectSizeKind,
    /// Whether a small-sample correction was applied.
    pub corrected: bool,
    /// The effect size.
    #[serde(serialize_with = "crate::test_result::plain_number")]
    pub estimate: f64,
    /// Large-sample standard error (of the logarithm for ratios), where there is one.
    #[serde(serialize_with = "crate::test_result::number")]
    pub standard_error: Option<f64>,
    /// Lower confidence limit.
    #[serde(serialize_with = "crate::test_result::plain_number")]
    pub ci_lower: f64,
    /// Upper confidence limit.
    #[serde(serialize_with = "crate::test_result::plain_number")]
    pub ci_upper: f64,
    /// Confidence level.
    pub level: f64,
    /// How the interval was made.
    pub interval: IntervalMethod,
}

/// Small-sample correction of a standardised mean difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// None: Cohen's d.
    None,
    /// Γ(m/2) / (√(m/2) Γ((m − 1)/2)), Hedges (1981).
    Exact,
    /// 1 − 3/(4m − 1).
    Approximate,
}

impl Correction {
    /// The factor J for `df` degrees of freedom of the standardising SD.
    ///
    /// # Examples
    ///
    /// ```
    /// use attune_statistics::effect_size::Correction;
    /// assert!((Correction::Exact.factor(31.0) - Correction::Approximate.factor(31.0)).abs() < 1e-4);
    /// ```
    pub fn factor(self, df: f64) -> f64 {
        match self {
            Correction::None => 1.0,
            Correction::Approximate => 1.0 - 3.0 / (4.0 * df - 1.0),
            // With one degree of freedom Γ(0) is infinite and the factor zero.
            Correction::Exact if df <= 1.0 => 0.0,
            Correction::Exact => {
                libm::exp(ln_gamma(df / 2.0) - ln_gamma((df - 1.0) / 2.0)) / (df / 2.0).sqrt()
            }
        }
    }
}

/// How to correct, and how to make the interval, of a standardised mean difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectSizeSettings {
    /// Small-sample correction.
    pub correction: Correction,
    /// [`IntervalMethod::NoncentralT`] or [`IntervalMethod::Normal`]; others mean normal.
    pub interval: IntervalMethod,
    /// Confidence level.
    pub level: f64,
}

impl Default for EffectSizeSettings {
    /// Hedges' g with its exact correction and a 95 % noncentral t interval.
    fn default() -> Self {
        EffectSizeSettings {
            correction: Correction::Exact,
            interval: IntervalMethod::NoncentralT,
            level: 0.95,
        }
    }
}

/// Confidence limits of a noncentrality given its t value, times `scale`.
fn noncentral_limits(t: f64, df: f64, scale: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    (
        noncentral_t_ncp_for(t, df, 1.0 - tail) * scale,
        noncentral_t_ncp_for(t, df, tail) * scale,
    )
}

/// Estimate ± normal quantile × standard error.
fn normal_limits(estimate: f64, standard_error: f64, level: f64) -> (f64, f64) {
    let reach = crate::distributions::normal_quantile(0.5 + level / 2.0) * standard_error;
    (estimate - reach, estimate + reach)
}
