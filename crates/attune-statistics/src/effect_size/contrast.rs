//! Hedges' g of a model's contrast.

use super::{Correction, EffectSize, EffectSizeKind, IntervalMethod};
use crate::data_problem::{DataProblem, require_between, require_level};
use crate::distributions::student_t_quantile;

/// A contrast and the SD that makes it comparable between outcomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContrastForG {
    /// Estimate, in the outcome's unit.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its degrees of freedom; may be infinite.
    pub df: f64,
    /// Standardising SD, usually the outcome's pooled within-arm SD at baseline.
    pub standard_deviation: f64,
    /// Degrees of freedom of that SD: people minus arms.
    pub df_of_standard_deviation: f64,
}

/// Hedges' g from a contrast: g = J(ν) estimate / SD.
///
/// J is the correction for the ν degrees of freedom of the SD. The standard error is
/// J √(se²/SD² + d²/(2ν)) with d = estimate/SD (delta method, the SD taken as
/// independent of the contrast), the interval g ± t_df × standard error. See
/// `docs/methods/effect-sizes.md` for when this is and is not the g of two groups.
///
/// # Errors
///
/// When a standard error, SD or its degrees of freedom is not positive.
///
/// # Examples
///
/// ```
/// use attune_statistics::effect_size::*;
/// let contrast = ContrastForG {
///     estimate: 5.2, standard_error: 2.1, df: 101.0, standard_deviation: 14.3, df_of_standard_deviation: 101.0,
/// };
/// let g = g_from_contrast(contrast, Correction::Exact, 0.95).unwrap();
/// assert!((g.estimate - 0.360_9).abs() < 1e-3);
/// ```
pub fn g_from_contrast(
    contrast: ContrastForG,
    correction: Correction,
    level: f64,
) -> Result<EffectSize, DataProblem> {
    let positive = "positive and finite";
    require_level(level)?;
    require_between(
        "the standard error",
        contrast.standard_error,
        0.0,
        f64::INFINITY,
        positive,
    )?;
    require_between(
        "the standardising SD",
        contrast.standard_deviation,
        0.0,
        f64::INFINITY,
        positive,
    )?;
    let df = contrast.df_of_standard_deviation;
    require_between(
        "the degrees of freedom of the SD",
        df,
        0.0,
        f64::INFINITY,
        positive,
    )?;
    let d = contrast.estimate / contrast.standard_deviation;
    let relative = contrast.standard_error / contrast.standard_deviation;
    let factor = correction.factor(df);
    let standard_error = factor * (relative * relative + d * d / (2.0 * df)).sqrt();
    let reach = student_t_quantile(0.5 + level / 2.0, contrast.df) * standard_error;
    Ok(EffectSize {
        kind: if correction == Correction::None {
            EffectSizeKind::CohensD
        } else {
            EffectSizeKind::HedgesG
        },
        corrected: correction != Correction::None,
        estimate: factor * d,
        standard_error: Some(standard_error),
        ci_lower: factor * d - reach,
        ci_upper: factor * d + reach,
        level,
        interval: IntervalMethod::StudentT,
    })
}
