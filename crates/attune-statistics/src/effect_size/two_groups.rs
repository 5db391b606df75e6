//! Standardised mean differences of two independent groups.

use super::{
    Correction, EffectSize, EffectSizeKind, EffectSizeSettings, IntervalMethod, noncentral_limits,
    normal_limits,
};
use crate::before_after::t_test::welch_df;
use crate::data_problem::{DataProblem, require, require_level};
use crate::descriptives::{mean, standard_deviation};

/// Size, mean and SD of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupSummary {
    /// Number of values, at least 2.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// SD with divisor n − 1.
    pub standard_deviation: f64,
}

impl GroupSummary {
    /// Summarises a group's values.
    ///
    /// # Errors
    ///
    /// When there are fewer than two values or one is not finite.
    pub fn of(values: &[f64]) -> Result<Self, DataProblem> {
        require("a group", values, 2)?;
        Ok(GroupSummary {
            n: values.len(),
            mean: mean(values),
            standard_deviation: standard_deviation(values),
        })
    }
}

/// What a two-group mean difference is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoGroupStandardiser {
    /// The pooled SD: Cohen's d, Hedges' g.
    Pooled,
    /// √((s₁² + s₂²)/2), with Welch's degrees of freedom.
    Average,
    /// The second (comparison) group's SD: Glass's Δ.
    Second,
}

/// Standardised difference of two means, first minus second.
///
/// d = (m₁ − m₂)/s, times J(df) where corrected. The noncentral t interval takes the
/// limits of the noncentrality of t = d/√h, with h = 1/n₁ + 1/n₂ (pooled),
/// 2 (n₂s₁² + n₁s₂²)/(n₁n₂(s₁² + s₂²)) (average), 1/n₂ + s₁²/(n₁s₂²) (second),
/// and multiplies them by √h and J. The normal one uses √(h + d²/(2 df)), times J.
/// See `docs/methods/effect-sizes.md`.
///
/// # Errors
///
/// When a group has fewer than two values, or the standardising SD is zero.
///
/// # Examples
///
/// ```
/// use attune_statistics::effect_size::*;
/// let a = GroupSummary { n: 20, mean: 105.0, standard_deviation: 14.0 };
/// let b = GroupSummary { n: 22, mean: 98.0, standard_deviation: 15.0 };
/// let g = two_group_difference(a, b, TwoGroupStandardiser::Pooled, &EffectSizeSettings::default()).unwrap();
/// assert!(g.ci_lower < 0.0 && g.estimate > 0.4);
/// ```
pub fn two_group_difference(
    first: GroupSummary,
    second: GroupSummary,
    standardiser: TwoGroupStandardiser,
    settings: &EffectSizeSettings,
) -> Result<EffectSize, DataProblem> {
    require_level(settings.level)?;
    let fewest = first.n.min(second.n);
    if fewest < 2 {
        return Err(DataProblem::TooFew {
            what: "a group",
            needed: 2,
            found: fewest,
        });
    }
    let (sd, df, h) = scale(first, second, standardiser);
    if sd.is_nan() || sd <= 0.0 {
        return Err(DataProblem::NoVariation { what: "the groups" });
    }
    let d = (first.mean - second.mean) / sd;
    let factor = settings.correction.factor(df);
    let standard_error = factor * (h + d * d / (2.0 * df)).sqrt();
    let (ci_lower, ci_upper) = match settings.interval {
        IntervalMethod::NoncentralT => {
            noncentral_limits(d / h.sqrt(), df, h.sqrt() * factor, settings.level)
        }
        _ => normal_limits(d * factor, standard_error, settings.level),
    };
    Ok(EffectSize {
        kind: kind(standardiser, settings.correction),
        corrected: settings.correction != Correction::None,
        estimate: d * factor,
        standard_error: Some(standard_error),
        ci_lower,
        ci_upper,
        level: settings.level,
        interval: if settings.interval == IntervalMethod::NoncentralT {
            IntervalMethod::NoncentralT
        } else {
            IntervalMethod::Normal
        },
    })
}

/// Standardising SD, its degrees of freedom, and h = variance of the mean difference over that SD squared.
fn scale(
    first: GroupSummary,
    second: GroupSummary,
    standardiser: TwoGroupStandardiser,
) -> (f64, f64, f64) {
    let (n1, n2) = (first.n as f64, second.n as f64);
    let (v1, v2) = (
        first.standard_deviation.powi(2),
        second.standard_deviation.powi(2),
    );
    match standardiser {
        TwoGroupStandardiser::Pooled => {
            let df = n1 + n2 - 2.0;
            let pooled = (((n1 - 1.0) * v1 + (n2 - 1.0) * v2) / df).sqrt();
            (pooled, df, 1.0 / n1 + 1.0 / n2)
        }
        TwoGroupStandardiser::Average => {
            let (e1, e2) = (v1 / n1, v2 / n2);
            let df = welch_df((e1, n1), (e2, n2));
            let h = 2.0 * (n2 * v1 + n1 * v2) / (n1 * n2 * (v1 + v2));
            (((v1 + v2) / 2.0).sqrt(), df, h)
        }
        TwoGroupStandardiser::Second => (v2.sqrt(), n2 - 1.0, 1.0 / n2 + v1 / (n1 * v2)),
    }
}

fn kind(standardiser: TwoGroupStandardiser, correction: Correction) -> EffectSizeKind {
    match (standardiser, correction) {
        (TwoGroupStandardiser::Second, _) => EffectSizeKind::GlassDelta,
        (_, Correction::None) => EffectSizeKind::CohensD,
        _ => EffectSizeKind::HedgesG,
    }
}
