//! Weights that make two arms alike in their covariates, for the people whom a question is about.

use super::{ConfoundingError, PropensityScore};
use crate::descriptives::{quantile, sum};

/// The people whom a comparison is about: each choice tilts the sample by a function h of the propensity
/// score e (Li, Morgan & Zaslavsky 2018, Journal of the American Statistical Association 113).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Everybody, h = 1: the average effect (ATE), by inverse probability weights.
    Everybody,
    /// The treated, h = e: the effect on the treated (ATT).
    Treated,
    /// The comparison arm, h = 1 − e: the effect that they would have had (ATC).
    Comparison,
    /// Those who might have been in either arm, h = e (1 − e): bounded weights and, with a logistic score,
    /// exactly equal means of the covariates.
    Overlap,
    /// As matching one to one, h = min(e, 1 − e) (Li & Greene 2013).
    Matching,
}

impl Target {
    /// h(e) and its derivative.
    pub(crate) fn tilt(self, e: f64) -> (f64, f64) {
        match self {
            Self::Everybody => (1.0, 0.0),
            Self::Treated => (e, 1.0),
            Self::Comparison => (1.0 - e, -1.0),
            Self::Overlap => (e * (1.0 - e), 1.0 - 2.0 * e),
            Self::Matching if e < 0.5 => (e, 1.0),
            Self::Matching => (1.0 - e, -1.0),
        }
    }

    /// The weight h(e)/e of a treated person, or h(e)/(1 − e) of another, and its derivative with respect to e.
    pub(crate) fn weight(self, e: f64, treated: bool) -> (f64, f64) {
        if !treated {
            let (weight, derivative) = self.mirrored().weight(1.0 - e, true);
            return (weight, -derivative);
        }
        match self {
            Self::Everybody => (1.0 / e, -1.0 / (e * e)),
            Self::Treated => (1.0, 0.0),
            Self::Comparison => ((1.0 - e) / e, -1.0 / (e * e)),
            Self::Overlap => (1.0 - e, -1.0),
            Self::Matching if e < 0.5 => (1.0, 0.0),
            Self::Matching => ((1.0 - e) / e, -1.0 / (e * e)),
        }
    }

    /// The same target with the arms' parts exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Treated => Self::Comparison,
            Self::Comparison => Self::Treated,
            same => same,
        }
    }
}

/// The weights of the rows used.
#[derive(Debug, Clone, PartialEq)]
pub struct BalancingWeights {
    /// Whom the comparison is about.
    pub target: Target,
    /// One for each row used; within each arm they sum to the number of its people.
    pub weights: Vec<f64>,
    /// Weights cut down to the largest one allowed.
    pub n_truncated: usize,
    /// The effective sample size of the comparison and of the treated arm.
    pub effective_sample_sizes: [f64; 2],
    /// The largest share of its arm's total that one person has.
    pub largest_share: f64,
    /// Not normalised, with the derivatives with respect to the score (0 where cut down).
    pub(crate) raw: Vec<(f64, f64)>,
}

/// The weights for a target, each at most the quantile `truncate_at` of its arm where that is given.
///
/// Cutting weights down trades bias for variance; the share cut is returned.
///
/// # Errors
/// When the quantile does not lie between one half and 1.
///
/// # Examples
/// ```
/// use attune_statistics::confounding::effective_sample_size;
/// // Two people who count, and two who hardly do.
/// assert!((effective_sample_size(&[1.0, 1.0, 0.01, 0.01]) - 2.04).abs() < 0.001);
/// ```
pub fn balancing_weights(
    score: &PropensityScore,
    target: Target,
    truncate_at: Option<f64>,
) -> Result<BalancingWeights, ConfoundingError> {
    if let Some(value) = truncate_at.filter(|quantile| !(0.5..=1.0).contains(quantile)) {
        return Err(ConfoundingError::OutOfRange {
            what: "the quantile at which weights are cut down",
            value,
            allowed: "between 0.5 and 1, such as 0.99",
        });
    }
    let mut raw: Vec<(f64, f64)> = score
        .scores
        .iter()
        .zip(&score.treated)
        .map(|(&e, &treated)| target.weight(e, treated))
        .collect();
    let mut n_truncated = 0;
    for arm in [false, true] {
        let limit = truncate_at.map_or(f64::INFINITY, |probability| {
            quantile(&of_arm(&raw, &score.treated, arm), probability)
        });
        for (weight, treated) in raw.iter_mut().zip(&score.treated) {
            if *treated == arm && weight.0 > limit {
                *weight = (limit, 0.0);
                n_truncated += 1;
            }
        }
    }
    let arms = [false, true].map(|arm| of_arm(&raw, &score.treated, arm));
    let totals = arms.each_ref().map(|arm| sum(arm.iter().copied()));
    let weights = raw
        .iter()
        .zip(&score.treated)
        .map(|((weight, _), &treated)| {
            let arm = usize::from(treated);
            weight * arms[arm].len() as f64 / totals[arm]
        })
        .collect();
    let share = |arm: usize| arms[arm].iter().fold(0.0_f64, |a, &b| a.max(b)) / totals[arm];
    Ok(BalancingWeights {
        target,
        weights,
        n_truncated,
        effective_sample_sizes: arms.each_ref().map(|arm| effective_sample_size(arm)),
        largest_share: share(0).max(share(1)),
        raw,
    })
}

fn of_arm(raw: &[(f64, f64)], treated: &[bool], arm: bool) -> Vec<f64> {
    raw.iter()
        .zip(treated)
        .filter(|(_, treated)| **treated == arm)
        .map(|((weight, _), _)| *weight)
        .collect()
}

/// Kish's effective sample size (Σw)²/Σw²: how many people with equal weights would be as precise.
#[must_use]
pub fn effective_sample_size(weights: &[f64]) -> f64 {
    let total = sum(weights.iter().copied());
    let squares = sum(weights.iter().map(|weight| weight * weight));
    total * total / squares
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: [Target; 5] = [
        Target::Everybody,
        Target::Treated,
        Target::Comparison,
        Target::Overlap,
        Target::Matching,
    ];

    #[test]
    fn a_weight_is_the_tilt_over_the_probability_of_the_arm_and_its_derivative_is_one() {
        for target in TARGETS {
            for e in [0.1, 0.3, 0.6, 0.95] {
                for treated in [false, true] {
                    let own = if treated { e } else { 1.0 - e };
                    let (weight, derivative) = target.weight(e, treated);
                    assert!(
                        (weight - target.tilt(e).0 / own).abs() < 1e-14,
                        "{target:?}"
                    );
                    let step = 1e-6;
                    let slope = (target.weight(e + step, treated).0
                        - target.weight(e - step, treated).0)
                        / (2.0 * step);
                    assert!(
                        (derivative - slope).abs() < 1e-7 * (1.0 + slope.abs()),
                        "{target:?}"
                    );
                    let tilt = (target.tilt(e + step).0 - target.tilt(e - step).0) / (2.0 * step);
                    assert!((target.tilt(e).1 - tilt).abs() < 1e-8, "{target:?}");
                }
            }
        }
    }
}
