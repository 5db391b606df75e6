//! How many imputations are enough, and what too few cost.

use crate::data_problem::{DataProblem, require_between};
use crate::distributions::normal_quantile;

/// Efficiency of a pooled estimate relative to one from infinitely many imputations:
/// 1/(1 + γ/m), on the scale of the variance (Rubin 1987, p. 114), with γ the fraction of missing information.
#[must_use]
pub fn relative_efficiency(missing_information: f64, n_imputations: usize) -> f64 {
    1.0 / (1.0 + missing_information / n_imputations as f64)
}

/// How many imputations make standard errors repeatable: m = 1 + ½ (γ/CV)², where CV is the coefficient of
/// variation that the standard error may have between runs with other seeds, such as 0.05 (von Hippel 2020).
///
/// γ is not known; as von Hippel advises, the upper limit of its interval from a pilot of
/// `n_pilot` imputations stands for it: logit γ + z √(2/m), at `level`.
///
/// # Errors
/// When γ is outside [0, 1), CV not positive, the level outside (0, 1), or the pilot empty.
///
/// # Examples
/// ```
/// use attune_statistics::multiple_imputation::imputations_needed;
/// assert_eq!(imputations_needed(0.3, 20, 0.05, 0.95).unwrap(), 41);
/// assert_eq!(imputations_needed(0.0, 20, 0.05, 0.95).unwrap(), 2);
/// ```
pub fn imputations_needed(
    missing_information: f64,
    n_pilot: usize,
    coefficient_of_variation: f64,
    level: f64,
) -> Result<usize, DataProblem> {
    require_between("the confidence level", level, 0.0, 1.0, "between 0 and 1")?;
    require_between(
        "the coefficient of variation of standard errors",
        coefficient_of_variation,
        0.0,
        f64::INFINITY,
        "positive",
    )?;
    require_between(
        "the fraction of missing information",
        missing_information,
        -f64::MIN_POSITIVE,
        1.0,
        "at least 0 and below 1",
    )?;
    if n_pilot == 0 {
        return Err(DataProblem::TooFew {
            what: "the list of completed data sets",
            needed: 2,
            found: 0,
        });
    }
    let gamma = upper_limit(missing_information, n_pilot, level);
    let needed = 1.0 + 0.5 * (gamma / coefficient_of_variation).powi(2);
    Ok((needed.ceil() as usize).max(2))
}

/// Upper limit of the fraction of missing information (Harel 2007).
fn upper_limit(gamma: f64, n_pilot: usize, level: f64) -> f64 {
    if gamma <= 0.0 {
        return 0.0;
    }
    let z = normal_quantile(0.5 + 0.5 * level);
    let logit = libm::log(gamma / (1.0 - gamma)) + z * (2.0 / n_pilot as f64).sqrt();
    1.0 / (1.0 + libm::exp(-logit))
}
