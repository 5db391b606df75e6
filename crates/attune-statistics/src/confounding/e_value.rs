//! The E-value: how strongly something unmeasured would have to go with both arm and outcome to explain an
//! estimate away (VanderWeele & Ding 2017, Annals of Internal Medicine 167).

use crate::data_problem::{DataProblem, require, require_between};

/// What an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A ratio of risks.
    RiskRatio,
    /// A ratio of odds.
    OddsRatio(Prevalence),
    /// A ratio of hazards.
    HazardRatio(Prevalence),
}

/// How common the outcome is by the end of follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prevalence {
    /// Under 15 %: the ratio is taken as one of risks.
    Rare,
    /// 15 % or more: the ratio is turned into an approximate ratio of risks.
    Common,
}

/// An E-value on the scale of ratios of risks.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct EValue {
    /// The (approximate) ratio of risks that it was made from.
    pub risk_ratio: f64,
    /// The association, on the scale of ratios of risks, that an unmeasured confounder would need with arm and with
    /// outcome, beyond the covariates, to explain the estimate.
    pub estimate: f64,
    /// The same to move the interval to the null; 1 when it holds the null already.
    pub limit: f64,
}

/// The E-value of a ratio with its interval: `RR + √(RR (RR − 1))` for a ratio above 1, of the reciprocal below.
///
/// # Errors
/// When a number is not positive, or the interval does not hold the estimate.
///
/// # Examples
/// ```
/// use attune_statistics::confounding::{Measure, e_value};
/// // Breastfeeding and deaths by respiratory infection: the worked example of VanderWeele & Ding (2017).
/// let value = e_value(Measure::RiskRatio, 3.9, (1.8, 8.7)).unwrap();
/// assert_eq!((format!("{:.2}", value.estimate), format!("{:.1}", value.limit)), ("7.26".into(), "3.0".into()));
/// ```
pub fn e_value(
    measure: Measure,
    estimate: f64,
    (lower, upper): (f64, f64),
) -> Result<EValue, DataProblem> {
    let allowed = "positive and finite";
    require_between("the ratio", estimate, 0.0, f64::INFINITY, allowed)?;
    require_between(
        "the lower limit",
        lower,
        -f64::MIN_POSITIVE,
        f64::INFINITY,
        "not negative",
    )?;
    if !(lower <= estimate && estimate <= upper) {
        return Err(DataProblem::OutOfRange {
            what: "the ratio",
            value: estimate,
            allowed: "inside its interval",
        });
    }
    Ok(of_risk_ratio(
        measure.risk_ratio(estimate),
        (measure.risk_ratio(lower), measure.risk_ratio(upper)),
    ))
}

/// The E-value of a standardised mean difference d with its interval, by `RR ≈ exp(0.91 d)`, its limits likewise
/// (VanderWeele & Ding 2017; for a normal 95 % interval that is their `exp(0.91 d ± 1.78 se)`).
///
/// # Errors
/// When a number is not finite, or the interval does not hold the difference.
///
/// # Examples
/// ```
/// use attune_statistics::confounding::e_value_for_mean_difference;
/// let value = e_value_for_mean_difference(0.5, (0.01, 0.99)).unwrap();
/// assert!((value.risk_ratio - 0.455_f64.exp()).abs() < 1e-12 && value.limit > 1.0);
/// ```
pub fn e_value_for_mean_difference(
    difference: f64,
    (lower, upper): (f64, f64),
) -> Result<EValue, DataProblem> {
    require(
        "the difference and its interval",
        &[difference, lower, upper],
        3,
    )?;
    let ratio = |difference: f64| libm::exp(0.91 * difference);
    e_value(
        Measure::RiskRatio,
        ratio(difference),
        (ratio(lower), ratio(upper)),
    )
}

impl Measure {
    fn risk_ratio(self, ratio: f64) -> f64 {
        match self {
            Self::RiskRatio
            | Self::OddsRatio(Prevalence::Rare)
            | Self::HazardRatio(Prevalence::Rare) => ratio,
            Self::OddsRatio(Prevalence::Common) => ratio.sqrt(),
            Self::HazardRatio(Prevalence::Common) if ratio == 0.0 => 0.0,
            Self::HazardRatio(Prevalence::Common) => {
                let survived = |exponent: f64| 1.0 - libm::pow(0.5, exponent);
                survived(ratio.sqrt()) / survived((1.0 / ratio).sqrt())
            }
        }
    }
}

fn of_risk_ratio(ratio: f64, (lower, upper): (f64, f64)) -> EValue {
    let value = |ratio: f64| {
        let above = if ratio < 1.0 { 1.0 / ratio } else { ratio };
        above + (above * (above - 1.0)).sqrt()
    };
    let limit = if lower > 1.0 {
        value(lower)
    } else if upper < 1.0 {
        value(upper)
    } else {
        1.0
    };
    EValue {
        risk_ratio: ratio,
        estimate: value(ratio),
        limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_and_its_reciprocal_need_the_same_confounder() {
        for measure in [
            Measure::RiskRatio,
            Measure::OddsRatio(Prevalence::Common),
            Measure::HazardRatio(Prevalence::Common),
        ] {
            let above = e_value(measure, 2.5, (1.25, 5.0)).unwrap();
            let below = e_value(measure, 0.4, (0.2, 0.8)).unwrap();
            assert!(
                (above.estimate - below.estimate).abs() < 1e-12,
                "{measure:?}"
            );
            assert!((above.limit - below.limit).abs() < 1e-12, "{measure:?}");
        }
    }

    #[test]
    fn an_interval_that_holds_the_null_needs_no_confounder() {
        let value = e_value(Measure::RiskRatio, 1.4, (0.9, 2.2)).unwrap();
        assert_eq!(value.limit, 1.0);
        assert_eq!(
            e_value(Measure::RiskRatio, 1.0, (0.5, 2.0))
                .unwrap()
                .estimate,
            1.0
        );
    }

    #[test]
    fn a_common_outcome_has_a_smaller_one() {
        // √4 is 2, whose E-value is 2 + √2.
        let value = e_value(Measure::OddsRatio(Prevalence::Common), 4.0, (2.0, 8.0)).unwrap();
        assert!((value.estimate - (2.0 + 2.0_f64.sqrt())).abs() < 1e-14);
    }

    #[test]
    fn an_estimate_outside_its_interval_is_refused() {
        let problem = e_value(Measure::RiskRatio, 3.0, (0.5, 2.0)).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "the ratio is 3 but must be inside its interval"
        );
    }
}
