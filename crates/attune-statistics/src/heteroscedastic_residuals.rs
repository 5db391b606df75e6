//! Residual standard deviations that differ between strata, such as the arms of a trial, with or without random
//! effects.
//!
//! `Var(e) = sigma² r²` with a ratio `r` for each level of a factor, 1 for the first; nlme's `varIdent`. Together with
//! a random effect that only one arm has, `(0 + armY | group)`, this is the model of a partially nested design
//! (Candlish et al. 2018, BMC Med Res Methodol 18:105). For given ratios it is a weighted model, which is
//! fitted to the last digits; the logarithms of the ratios are found by Newton's method around that, with exact first
//! and second derivatives. See `docs/methods/heteroscedastic-residuals.md`.

mod strata;
mod variance_derivatives;
mod weighted_fit;

use crate::distributions::chi_squared_upper_tail;
use crate::formula::Formula;
use crate::inference::{DegreesOfFreedom, Inference, InferenceError};
use crate::least_squares::LeastSquares;
use crate::likelihood_ratio_test::LikelihoodRatioTest;
use crate::linear_mixed_model::{
    Estimator, FitError, FitSettings, LinearMixedModel, NewtonStep, Warning, WarningKind,
};
use crate::matrix::dot;
use crate::satterthwaite::Satterthwaite;
use crate::table::Table;
use strata::Strata;
use variance_derivatives::VarianceDerivatives;
use weighted_fit::WeightedFit;

/// A model whose residual standard deviation differs between the levels of a factor.
#[derive(Debug, Clone)]
pub struct HeteroscedasticModel {
    /// The factor.
    pub by: String,
    /// Its levels, with their residual standard deviations.
    pub strata: Vec<ResidualStratum>,
    /// What was maximised.
    pub estimator: Estimator,
    /// The (restricted) log-likelihood.
    pub log_likelihood: f64,
    /// The log-likelihood of the same model with one residual standard deviation.
    pub log_likelihood_homoscedastic: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion, with n the number of rows.
    pub bic: f64,
    /// Fixed effects, covariance parameters and residual standard deviations together.
    pub n_parameters: usize,
    /// Whether the optimum was reached.
    pub converged: bool,
    /// Steps over the ratios; each is a fit.
    pub iterations: usize,
    /// What a careful reader should know.
    pub warnings: Vec<Warning>,
    /// The model at these ratios, as a weighted model: coefficients, random effects, fitted values. Its `sigma` is that
    /// of the first stratum.
    pub model: WeightedModel,
    satterthwaite: Satterthwaite,
}

/// The rows of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualStratum {
    /// The level.
    pub level: String,
    /// Rows used.
    pub n_rows: usize,
    /// The residual standard deviation relative to that of the first level.
    pub ratio: f64,
    /// The residual standard deviation.
    pub standard_deviation: f64,
}

/// The model at given ratios.
#[derive(Debug, Clone)]
pub enum WeightedModel {
    /// With random effects.
    Mixed(Box<LinearMixedModel>),
    /// Without, as `nlme::gls`.
    Fixed(Box<LeastSquares>),
}

/// Fits a linear model, with or without random effects, whose residual standard deviation differs between the levels of a
/// column.
///
/// # Errors
/// As [`crate::linear_mixed_model::fit`]; when the column is no factor with at least two levels in the rows used, a level
/// has too few rows to show how much they vary, or more rows hang together through grouping factors than this handles.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::heteroscedastic_residuals::fit_with_residuals_by;
/// use attune_statistics::linear_mixed_model::FitSettings;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let arms = Factor::from_numbers(&[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
/// let table = Table::new()
///     .with("arm", Column::Factor(arms))?
///     .with("score", Column::Numbers(vec![10.0, 12.0, 11.0, 13.0, 8.0, 16.0, 20.0, 4.0]))?;
/// let formula = Formula::parse("score ~ arm")?;
/// let model = fit_with_residuals_by(&formula, &table, "arm", &FitSettings::default())?;
/// // The standard deviation within each arm.
/// assert!((model.strata[0].standard_deviation - (5.0_f64 / 3.0).sqrt()).abs() < 1e-8);
/// assert!((model.strata[1].standard_deviation - (160.0_f64 / 3.0).sqrt()).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with_residuals_by(
    formula: &Formula,
    table: &Table,
    by: &str,
    settings: &FitSettings,
) -> Result<HeteroscedasticModel, FitError> {
    let strata = Strata::new(formula, table, None, by, *settings)?;
    fit(&strata)
}

/// The same with prior weights: the residual variance of a row is that of its stratum divided by its weight.
///
/// # Errors
/// As [`fit_with_residuals_by`], and when a weight is negative.
pub fn fit_weighted_with_residuals_by(
    formula: &Formula,
    table: &Table,
    weights: &str,
    by: &str,
    settings: &FitSettings,
) -> Result<HeteroscedasticModel, FitError> {
    let strata = Strata::new(formula, table, Some(weights), by, *settings)?;
    fit(&strata)
}

/// One point of the search.
struct Fitted {
    log_ratios: Vec<f64>,
    inner: WeightedFit,
    derivatives: VarianceDerivatives,
}

fn fitted(strata: &Strata, log_ratios: Vec<f64>) -> Result<Fitted, FitError> {
    let inner = strata.fit(&log_ratios)?;
    let derivatives = VarianceDerivatives::new(strata, &inner)?;
    Ok(Fitted {
        log_ratios,
        inner,
        derivatives,
    })
}

fn fit(strata: &Strata) -> Result<HeteroscedasticModel, FitError> {
    let homoscedastic = strata.fit(&vec![0.0; strata.n_ratios()])?;
    let log_likelihood_homoscedastic = homoscedastic.log_likelihood();
    let mut here = fitted(strata, strata.start(&homoscedastic))?;
    let free = vec![false; strata.n_ratios()];
    let (mut iterations, mut converged, mut previous) = (0, false, f64::INFINITY);
    while iterations < 100 {
        let (gradient, hessian) = here.derivatives.in_ratios();
        let step = NewtonStep::new(&gradient, &hessian, &free);
        converged = step.decrement < 1e-9 && step.lowest_curvature > 0.0;
        let rounding = step.decrement < 1e-13 && step.decrement > 0.1 * previous;
        if step.decrement < 1e-20 || rounding {
            break;
        }
        let Some(next) = moved(strata, &here, &step) else {
            break;
        };
        here = next;
        previous = step.decrement;
        iterations += 1;
    }
    Ok(assembled(
        strata,
        here,
        log_likelihood_homoscedastic,
        iterations,
        converged,
    ))
}

/// The point after a step that is shortened until the likelihood rises.
fn moved(strata: &Strata, here: &Fitted, step: &NewtonStep) -> Option<Fitted> {
    let longest = dot(&step.direction, &step.direction).sqrt();
    let mut factor = (2.0 / longest).min(1.0);
    let close = step.decrement < 1e-9;
    for _halving in 0..30 {
        let log_ratios = here
            .log_ratios
            .iter()
            .zip(&step.direction)
            .map(|(value, direction)| value + factor * direction)
            .collect();
        if let Ok(there) = fitted(strata, log_ratios) {
            let gain = 2.0 * (there.inner.log_likelihood() - here.inner.log_likelihood());
            if close || gain > 1e-4 * factor * step.decrement {
                return Some(there);
            }
        }
        factor *= 0.5;
    }
    None
}

fn assembled(
    strata: &Strata,
    end: Fitted,
    log_likelihood_homoscedastic: f64,
    iterations: usize,
    converged: bool,
) -> HeteroscedasticModel {
    let satterthwaite = end.derivatives.satterthwaite();
    let log_likelihood = end.inner.log_likelihood();
    let n_parameters = end.inner.n_parameters() + strata.n_ratios();
    let rows = strata.n_rows() as f64;
    let sigma = end.inner.sigma();
    let described = strata.described(&end.log_ratios, sigma);
    let mut warnings = end.inner.warnings().to_vec();
    let converged = converged && end.inner.converged();
    if !converged {
        warnings.push(Warning::new(
            WarningKind::NotConverged,
            format!("the residual standard deviations by `{}` were not found", strata.by),
            "do not use these estimates: fit the model with one residual standard deviation, and look at the residuals of each level",
        ));
    }
    warnings.extend(few_rows(&strata.by, &described));
    HeteroscedasticModel {
        by: strata.by.clone(),
        strata: described,
        estimator: strata.settings.estimator,
        log_likelihood,
        log_likelihood_homoscedastic,
        aic: 2.0 * n_parameters as f64 - 2.0 * log_likelihood,
        bic: libm::log(rows) * n_parameters as f64 - 2.0 * log_likelihood,
        n_parameters,
        converged,
        iterations,
        warnings,
        model: end.inner.into_model(log_likelihood, n_parameters),
        satterthwaite,
    }
}

fn few_rows<'a>(
    by: &'a str,
    strata: &'a [ResidualStratum],
) -> impl Iterator<Item = Warning> + use<'a> {
    strata.iter().filter(|stratum| stratum.n_rows < 10).map(move |stratum| {
        Warning::new(
            WarningKind::FewGroups,
            format!(
                "the residual standard deviation of `{by}` = {} rests on {} rows",
                stratum.level, stratum.n_rows
            ),
            "it is hardly known; compare with the model that has one residual standard deviation",
        )
    })
}

impl HeteroscedasticModel {
    /// Makes the model ready for tests of its fixed effects. Satterthwaite's degrees of freedom count the ratios of the
    /// residual standard deviations as estimated; with one stratum per arm and nothing else they are Welch's.
    ///
    /// # Errors
    /// For Kenward–Roger, which is not defined here for unequal residuals, and when the fit did not converge.
    pub fn inference(&self, method: DegreesOfFreedom) -> Result<Inference<'_>, InferenceError> {
        if !self.converged {
            return Err(InferenceError::NotConverged);
        }
        if method == DegreesOfFreedom::KenwardRoger {
            return Err(InferenceError::UnequalResiduals);
        }
        let plain = match &self.model {
            WeightedModel::Mixed(model) => model.inference(DegreesOfFreedom::Normal)?,
            WeightedModel::Fixed(model) => model.inference(DegreesOfFreedom::Normal),
        };
        Ok(match method {
            DegreesOfFreedom::Normal => plain,
            _ => plain.with_satterthwaite(self.satterthwaite.clone()),
        })
    }

    /// Tests whether the residual standard deviations are equal, by the likelihood that the model maximises: the fixed
    /// effects are the same, so REML likelihoods can be compared.
    #[must_use]
    pub fn test_of_equal_residuals(&self) -> LikelihoodRatioTest {
        let statistic = (2.0 * (self.log_likelihood - self.log_likelihood_homoscedastic)).max(0.0);
        let n_ratios = self.strata.len() - 1;
        LikelihoodRatioTest {
            statistic,
            df: n_ratios as f64,
            p: chi_squared_upper_tail(statistic, n_ratios as f64),
            p_boundary_mixture: None,
            log_likelihood_smaller: self.log_likelihood_homoscedastic,
            log_likelihood_larger: self.log_likelihood,
            n_parameters: [self.n_parameters - n_ratios, self.n_parameters],
        }
    }
}
