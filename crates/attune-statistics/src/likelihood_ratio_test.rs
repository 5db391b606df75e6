//! Likelihood ratio tests of nested mixed models.
//!
//! Models are compared by maximum likelihood; REML fits are refitted. When the larger model adds one random
//! effect, its variance is on the boundary under the null hypothesis and the statistic is an equal mixture
//! of two chi-squared distributions (Self & Liang 1987; Stram & Lee 1994); the plain p value is then too
//! large. See `docs/methods/likelihood-ratio-test.md`.

use thiserror::Error;

use crate::distributions::chi_squared_upper_tail;
use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::{Estimator, FitError, LinearMixedModel};

/// The comparison of two nested models.
#[derive(Debug, Clone, PartialEq)]
pub struct LikelihoodRatioTest {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// The difference in the number of parameters.
    pub df: f64,
    /// The p value of the chi-squared distribution with `df` degrees of freedom.
    pub p: f64,
    /// The p value of the mixture of `df - 1` and `df` degrees of freedom, when the larger model adds exactly one
    /// random effect and nothing else; `None` otherwise.
    pub p_boundary_mixture: Option<f64>,
    /// The log-likelihood of the smaller model.
    pub log_likelihood_smaller: f64,
    /// The log-likelihood of the larger model.
    pub log_likelihood_larger: f64,
    /// The number of parameters of the smaller and the larger model.
    pub n_parameters: [usize; 2],
}

/// Why two models cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComparisonError {
    /// Other rows.
    #[error(
        "the models use different rows ({smaller} and {larger}): leave out incomplete rows before fitting either"
    )]
    DifferentRows {
        /// Rows of the smaller model.
        smaller: usize,
        /// Rows of the larger model.
        larger: usize,
    },
    /// Not nested.
    #[error(
        "the larger model has {larger} parameters and the smaller {smaller}: give the smaller model first"
    )]
    NotNested {
        /// Parameters of the smaller model.
        smaller: usize,
        /// Parameters of the larger model.
        larger: usize,
    },
    /// The refit failed.
    #[error("a model could not be refitted by maximum likelihood: {0}")]
    Refit(#[from] FitError),
}

/// Compares two nested models, the smaller first.
///
/// # Errors
/// When the models use different rows, the second has no more parameters than the first, or a refit fails.
pub fn likelihood_ratio_test(
    smaller: &LinearMixedModel,
    larger: &LinearMixedModel,
) -> Result<LikelihoodRatioTest, ComparisonError> {
    if smaller.used_rows() != larger.used_rows() || smaller.frame.response != larger.frame.response
    {
        let (smaller, larger) = (smaller.n_observations, larger.n_observations);
        return Err(ComparisonError::DifferentRows { smaller, larger });
    }
    if larger.n_parameters <= smaller.n_parameters {
        let (smaller, larger) = (smaller.n_parameters, larger.n_parameters);
        return Err(ComparisonError::NotNested { smaller, larger });
    }
    let log_likelihoods = [
        by_maximum_likelihood(smaller)?,
        by_maximum_likelihood(larger)?,
    ];
    Ok(compared(
        log_likelihoods,
        [smaller.n_parameters, larger.n_parameters],
        adds_one_random_effect(smaller, larger),
    ))
}

/// Tests the random effects of a mixed model against least squares without any.
///
/// # Errors
/// When the models use different rows, the mixed model has no more parameters, or its refit fails.
pub fn test_of_random_effects(
    smaller: &LeastSquares,
    larger: &LinearMixedModel,
) -> Result<LikelihoodRatioTest, ComparisonError> {
    if smaller.frame.used_rows != larger.frame.used_rows
        || smaller.frame.response != larger.frame.response
    {
        let (smaller, larger) = (smaller.n_observations, larger.n_observations);
        return Err(ComparisonError::DifferentRows { smaller, larger });
    }
    let n_parameters = [smaller.coefficients.len() + 1, larger.n_parameters];
    if n_parameters[1] <= n_parameters[0] {
        let [smaller, larger] = n_parameters;
        return Err(ComparisonError::NotNested { smaller, larger });
    }
    let adds_one = smaller.terms == larger.terms && larger.theta.len() == 1;
    Ok(compared(
        [smaller.log_likelihood, by_maximum_likelihood(larger)?],
        n_parameters,
        adds_one,
    ))
}

fn compared(
    log_likelihoods: [f64; 2],
    n_parameters: [usize; 2],
    adds_one_random_effect: bool,
) -> LikelihoodRatioTest {
    // Nested models cannot fit worse; a negative difference is rounding.
    let statistic = (2.0 * (log_likelihoods[1] - log_likelihoods[0])).max(0.0);
    let df = (n_parameters[1] - n_parameters[0]) as f64;
    let p = chi_squared_upper_tail(statistic, df);
    let mixture = || {
        // With one parameter the other half of the mixture is a point at zero.
        let below = if df > 1.0 {
            chi_squared_upper_tail(statistic, df - 1.0)
        } else {
            f64::from(u8::from(statistic <= 0.0))
        };
        0.5 * p + 0.5 * below
    };
    LikelihoodRatioTest {
        statistic,
        df,
        p,
        p_boundary_mixture: adds_one_random_effect.then(mixture),
        log_likelihood_smaller: log_likelihoods[0],
        log_likelihood_larger: log_likelihoods[1],
        n_parameters,
    }
}

fn by_maximum_likelihood(model: &LinearMixedModel) -> Result<f64, FitError> {
    match model.estimator {
        Estimator::MaximumLikelihood => Ok(model.log_likelihood),
        Estimator::Reml => Ok(model.refit_by_maximum_likelihood()?.log_likelihood),
    }
}

fn adds_one_random_effect(smaller: &LinearMixedModel, larger: &LinearMixedModel) -> bool {
    let effects = |model: &LinearMixedModel| -> Vec<String> {
        let variances = model
            .random
            .iter()
            .filter(|component| component.with.is_none());
        variances
            .map(|component| format!("{}.{}", component.group, component.term))
            .collect()
    };
    let (few, many) = (effects(smaller), effects(larger));
    smaller.terms == larger.terms
        && many.len() == few.len() + 1
        && few.iter().all(|effect| many.contains(effect))
}
