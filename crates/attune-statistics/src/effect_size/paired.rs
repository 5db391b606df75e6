//! Standardised mean changes of pairs.

use super::{
    Correction, EffectSize, EffectSizeKind, EffectSizeSettings, IntervalMethod, noncentral_limits,
    normal_limits,
};
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{correlation, mean, standard_deviation};

/// What pairs of values come down to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedSummary {
    /// Number of pairs, at least 2.
    pub n: usize,
    /// Mean of after minus before.
    pub mean_change: f64,
    /// SD before.
    pub sd_before: f64,
    /// SD after.
    pub sd_after: f64,
    /// Correlation of before and after.
    pub correlation: f64,
}

impl PairedSummary {
    /// Summarises pairs.
    ///
    /// # Errors
    ///
    /// When the lists differ in length, there are fewer than two pairs, or a value is
    /// not finite.
    pub fn of(pre: &[f64], post: &[f64]) -> Result<Self, DataProblem> {
        require_same_length(
            ("the values before", pre.len()),
            ("the values after", post.len()),
        )?;
        require("the values before", pre, 2)?;
        require("the values after", post, 2)?;
        let changes: Vec<f64> = pre.iter().zip(post).map(|(a, b)| b - a).collect();
        let (sd_before, sd_after) = (standard_deviation(pre), standard_deviation(post));
        if sd_before == 0.0 || sd_after == 0.0 {
            return Err(DataProblem::NoVariation {
                what: "the values before or after",
            });
        }
        let correlation = correlation(pre, post);
        Ok(PairedSummary {
            n: pre.len(),
            mean_change: mean(&changes),
            sd_before,
            sd_after,
            correlation,
        })
    }

    /// SD of the changes.
    pub fn sd_change(&self) -> f64 {
        let PairedSummary {
            sd_before: a,
            sd_after: b,
            correlation: r,
            ..
        } = *self;
        (a * a + b * b - 2.0 * r * a * b).max(0.0).sqrt()
    }
}

/// What a mean change is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairedStandardiser {
    /// The SD of the changes: d_z.
    Changes,
    /// √((s²_before + s²_after)/2): d_av.
    Average,
    /// The SD of the changes over √(2(1 − r)): d_rm, comparable with two independent groups.
    RepeatedMeasures,
    /// The SD before: Becker's (1988) change in units of baseline spread.
    Before,
}

/// Standardised mean change.
///
/// Intervals: d_z from the noncentral t of d_z √n; d_av from the same noncentrality
/// times √(2(s₁² + s₂² − 2rs₁s₂)/(n(s₁² + s₂²))) (Algina and Keselman 2003); d_rm and
/// the baseline form always by the normal approximation, with variances
/// (1/n + d²/2n) 2(1 − r) (Borenstein and others 2009) and 2(1 − r)/n + d²/2n
/// (Becker 1988). Correction uses n − 1 degrees of freedom.
///
/// # Errors
///
/// When there are fewer than two pairs, or the standardising SD is zero.
pub fn paired_difference(
    summary: PairedSummary,
    standardiser: PairedStandardiser,
    settings: &EffectSizeSettings,
) -> Result<EffectSize, DataProblem> {
    require_level(settings.level)?;
    if summary.n < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of pairs",
            needed: 2,
            found: summary.n,
        });
    }
    let sd_change = summary.sd_change();
    if sd_change <= 1e-12 * summary.sd_before.max(summary.sd_after) {
        return Err(DataProblem::NoVariation {
            what: "the changes",
        });
    }
    if standardiser == PairedStandardiser::RepeatedMeasures && 1.0 - summary.correlation < 1e-12 {
        return Err(DataProblem::NoVariation {
            what: "the changes, beyond a common line,",
        });
    }
    let scale = Scale::new(summary, standardiser);
    let d = summary.mean_change / scale.sd;
    let n = summary.n as f64;
    let factor = settings.correction.factor(n - 1.0);
    let standard_error = factor * scale.variance(d, n).sqrt();
    let noncentral = scale.noncentral && settings.interval == IntervalMethod::NoncentralT;
    let (ci_lower, ci_upper) = if noncentral {
        let t = summary.mean_change / (sd_change / n.sqrt());
        noncentral_limits(
            t,
            n - 1.0,
            factor * sd_change / (scale.sd * n.sqrt()),
            settings.level,
        )
    } else {
        normal_limits(d * factor, standard_error, settings.level)
    };
    Ok(EffectSize {
        kind: scale.kind,
        corrected: settings.correction != Correction::None,
        estimate: d * factor,
        standard_error: Some(standard_error),
        ci_lower,
        ci_upper,
        level: settings.level,
        interval: if noncentral {
            IntervalMethod::NoncentralT
        } else {
            IntervalMethod::Normal
        },
    })
}

struct Scale {
    kind: EffectSizeKind,
    sd: f64,
    noncentral: bool,
    /// Variance of d is (a/n + d²/(2n) b).
    mean_part: f64,
    spread_part: f64,
}

impl Scale {
    fn new(summary: PairedSummary, standardiser: PairedStandardiser) -> Self {
        let PairedSummary {
            sd_before,
            sd_after,
            correlation,
            ..
        } = summary;
        let sd_change = summary.sd_change();
        // Rounding may carry a perfect correlation beyond 1.
        let unshared = 2.0 * (1.0 - correlation).max(0.0);
        let average = ((sd_before.powi(2) + sd_after.powi(2)) / 2.0).sqrt();
        match standardiser {
            PairedStandardiser::Changes => Scale {
                kind: EffectSizeKind::DZ,
                sd: sd_change,
                noncentral: true,
                mean_part: 1.0,
                spread_part: 1.0,
            },
            PairedStandardiser::Average => Scale {
                kind: EffectSizeKind::DAv,
                sd: average,
                noncentral: true,
                mean_part: (sd_change / average).powi(2),
                spread_part: 1.0,
            },
            PairedStandardiser::RepeatedMeasures => Scale {
                kind: EffectSizeKind::DRm,
                sd: sd_change / unshared.sqrt(),
                noncentral: false,
                mean_part: unshared,
                spread_part: unshared,
            },
            PairedStandardiser::Before => Scale {
                kind: EffectSizeKind::DPre,
                sd: sd_before,
                noncentral: false,
                mean_part: unshared,
                spread_part: 1.0,
            },
        }
    }

    fn variance(&self, d: f64, n: f64) -> f64 {
        self.mean_part / n + d * d / (2.0 * n) * self.spread_part
    }
}
