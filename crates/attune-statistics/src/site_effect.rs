//! How large would a difference between sites have to be to explain an estimate?
//!
//! With one intervention site its effect and the intervention's cannot be told
//! apart, and no analysis of people within sites can change that. What can be said
//! is how much of a site difference the conclusion would survive. The derivation is
//! in `docs/methods/one-site.md`.

use crate::data_problem::{DataProblem, require_between};

/// What a site difference would have to be, in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct SiteEffectToExplain {
    /// SD between sites at which the statistic falls to the critical value; 0 when
    /// the estimate does not pass it even without any difference between sites.
    pub between_site_sd: f64,
    /// A fixed advantage of the intervention site that leaves the statistic at the critical value.
    pub advantage_to_doubt: f64,
    /// A fixed advantage of the intervention site that would explain the estimate altogether.
    pub advantage_to_explain: f64,
    /// √(1/m + 1/k) for m intervention and k comparison sites: how a SD between sites enters the contrast.
    pub contrast_factor: f64,
}

/// The site effect that would explain an estimate of a contrast between sites.
///
/// With site effects of SD τ on m intervention and k comparison sites the contrast's
/// variance is se² + τ² (1/m + 1/k); it brings |estimate|/√variance down to `critical` at
/// τ = √((estimate²/critical² − se²)/(1/m + 1/k)).
///
/// # Errors
///
/// When the standard error or the critical value is not positive, or a side has no site.
///
/// # Examples
///
/// ```
/// use attune_statistics::site_effect::site_effect_to_explain;
/// let effect = site_effect_to_explain(6.0, 2.0, 2.0, 1, 4).unwrap();
/// assert!((effect.between_site_sd - 2.0).abs() < 1e-12);
/// assert_eq!(effect.advantage_to_doubt, 2.0);
/// ```
pub fn site_effect_to_explain(
    estimate: f64,
    standard_error: f64,
    critical: f64,
    n_intervention_sites: usize,
    n_comparison_sites: usize,
) -> Result<SiteEffectToExplain, DataProblem> {
    require_between(
        "the standard error",
        standard_error,
        0.0,
        f64::INFINITY,
        "positive and finite",
    )?;
    require_between(
        "the critical value",
        critical,
        0.0,
        f64::INFINITY,
        "positive and finite",
    )?;
    let fewest = n_intervention_sites.min(n_comparison_sites);
    if fewest == 0 {
        return Err(DataProblem::TooFew {
            what: "a side of the comparison",
            needed: 1,
            found: 0,
        });
    }
    let factor_square = 1.0 / n_intervention_sites as f64 + 1.0 / n_comparison_sites as f64;
    let room = (estimate / critical).powi(2) - standard_error * standard_error;
    Ok(SiteEffectToExplain {
        between_site_sd: (room.max(0.0) / factor_square).sqrt(),
        advantage_to_doubt: (estimate.abs() - critical * standard_error).max(0.0),
        advantage_to_explain: estimate.abs(),
        contrast_factor: factor_square.sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_that_site_variance_brings_the_statistic_to_the_critical_value() {
        let (estimate, se, critical) = (-5.3, 1.4, 2.05);
        for (m, k) in [(1, 1), (1, 3), (4, 4)] {
            let effect = site_effect_to_explain(estimate, se, critical, m, k).unwrap();
            let variance = se * se + (effect.between_site_sd * effect.contrast_factor).powi(2);
            assert!((estimate.abs() / variance.sqrt() - critical).abs() < 1e-12);
        }
    }

    #[test]
    fn an_estimate_within_its_error_needs_no_site_effect() {
        let effect = site_effect_to_explain(1.0, 1.0, 1.96, 1, 5).unwrap();
        assert_eq!(
            (effect.between_site_sd, effect.advantage_to_doubt),
            (0.0, 0.0)
        );
    }
}
