//! Generalised linear mixed models: binomial, Poisson and negative binomial.
//!
//! A fit is four steps: formula, table and family make a checked response and its frame; the random effects are
//! integrated out by Laplace's approximation, jointly in all parameters, or by adaptive Gauss–Hermite quadrature;
//! the maximum of that likelihood is found by its exact gradient; and the [`GeneralisedMixedModel`] is put
//! together with standard errors from the joint observed information. Without random effects see
//! [`crate::generalised_linear_model`], for ordered categories [`crate::ordinal_mixed_model`]. Definitions and
//! limits: `docs/methods/generalised-mixed-models.md`.

pub(crate) mod conditional_likelihood;
pub(crate) mod counts_and_proportions;
pub(crate) mod estimates;
mod fit_error;
pub(crate) mod fixed_coordinates;
mod gauss_hermite;
pub(crate) mod integrated_likelihood;
pub(crate) mod maximum;
pub(crate) mod modes;
mod penalised_mode;
mod quadrature_groups;
mod random_design;
pub(crate) mod random_effects;
pub(crate) mod random_part;
pub(crate) mod response;
pub(crate) mod separation;
pub(crate) mod warnings;

pub use fit_error::GeneralisedFitError;

use crate::formula::Formula;
use crate::inference::{Inference, InferenceError};
use crate::information_criteria::InformationCriteria;
use crate::linear_mixed_model::{
    ConditionalModes, FitError, Optimum, Theta, VarianceComponent, Warning, group_sizes,
};
use crate::matrix::Matrix;
use crate::model_frame::ModelFrame;
use crate::table::Table;
use counts_and_proportions::CountsAndProportions;
use fixed_coordinates::FixedCoordinates;
use integrated_likelihood::IntegratedLikelihood;
use maximum::{Maximum, maximise};
use modes::ModesSource;
use random_effects::RandomEffects;
use random_part::RandomPart;
use response::{Prepared, prepare};

/// The distribution of the response and its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Yes or no, or successes among trials; logit link.
    Binomial,
    /// Counts whose variance is their mean; logarithmic link.
    Poisson,
    /// Counts with variance `mu + mu²/size`; logarithmic link; the size is estimated.
    NegativeBinomial,
}

/// How to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneralisedSettings {
    /// The family.
    pub family: Family,
    /// Nodes of adaptive Gauss–Hermite quadrature; 1 is Laplace's approximation.
    pub nodes: usize,
    /// A column of weights: for a proportion its number of trials, otherwise what each row counts.
    pub weights: Option<String>,
    /// The most Newton steps from one start.
    pub max_iterations: usize,
}

impl GeneralisedSettings {
    /// Laplace's approximation, without weights.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self {
            family,
            nodes: 1,
            weights: None,
            max_iterations: 100,
        }
    }
}

/// A fitted generalised linear mixed model.
#[derive(Debug, Clone)]
pub struct GeneralisedMixedModel {
    /// The formula.
    pub formula: Formula,
    /// The family.
    pub family: Family,
    /// Quadrature nodes; 1 is Laplace's approximation.
    pub nodes: usize,
    /// Rows used.
    pub n_observations: usize,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// The number of levels of each grouping factor.
    pub n_groups: Vec<(String, usize)>,
    /// Fixed effects, covariance parameters and, for the negative binomial, its size.
    pub n_parameters: usize,
    /// The names of the fixed effects, as R names them.
    pub terms: Vec<String>,
    /// The estimates of the fixed effects, on the scale of the link.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix from the joint observed information, so that it allows for the estimated variances.
    pub vcov: Matrix,
    /// Fixed-effect columns that repeat others and were left out.
    pub dropped_columns: Vec<String>,
    /// The elements of the Cholesky factors of the random effects, named and ordered as in lme4.
    pub theta: Vec<Theta>,
    /// Variances and covariances of the random effects, on the scale of the link.
    pub random: Vec<VarianceComponent>,
    /// The size of a negative binomial: variance `mu + mu²/size`, infinite for a Poisson response.
    pub size: Option<f64>,
    /// The log-likelihood with all its constants.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion, with n the number of rows.
    pub bic: f64,
    /// Whether the covariance matrix of a random term is singular.
    pub singular: bool,
    /// The names of the thetas that are exactly zero on the boundary.
    pub boundary: Vec<String>,
    /// Whether the optimum was reached.
    pub converged: bool,
    /// How the optimum was found.
    pub optimum: Optimum,
    /// What a careful reader should know, with the likely cause and a remedy.
    pub warnings: Vec<Warning>,
    /// The rows that were used.
    pub frame: ModelFrame,
    pub(crate) likelihood: CountsAndProportions,
    pub(crate) source: ModesSource,
    coordinates: FixedCoordinates,
}

/// Fits a generalised linear mixed model.
///
/// # Errors
/// When formula and data do not go together, the response does not belong to the family, or no finite estimate
/// exists because of separation. A fit on the boundary is no error: it is a result with a warning.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::generalised_mixed_model::{Family, GeneralisedSettings, fit};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1., 1., 1., 2., 2., 2., 3., 3., 3., 4., 4., 4.]);
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("visit", Column::Numbers([0.0, 1.0, 2.0].repeat(4)))?
///     .with("secure", Column::Numbers(vec![0., 0., 1., 1., 0., 1., 0., 1., 0., 1., 1., 0.]))?;
/// let settings = GeneralisedSettings { nodes: 9, ..GeneralisedSettings::new(Family::Binomial) };
/// let model = fit(&Formula::parse("secure ~ visit + (1 | dyad)")?, &table, &settings)?;
/// assert_eq!(model.terms, ["(Intercept)", "visit"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(
    formula: &Formula,
    table: &Table,
    settings: &GeneralisedSettings,
) -> Result<GeneralisedMixedModel, GeneralisedFitError> {
    if formula.random.is_empty() {
        return Err(FitError::NoRandomEffects.into());
    }
    let prepared = prepare(formula, table, settings)?;
    let effects = RandomEffects::new(&prepared.frame)?;
    check_row_effects(&prepared)?;
    let function = likelihood_function(&prepared, &effects, settings.nodes)?;
    let maximum = maximum_of(&function, settings.max_iterations)?;
    Ok(assembled(
        formula, settings, prepared, effects, &function, maximum,
    ))
}

/// An effect for each row of a yes-or-no response leaves nothing to tell it from chance.
fn check_row_effects(prepared: &Prepared) -> Result<(), GeneralisedFitError> {
    let Prepared {
        frame, likelihood, ..
    } = prepared;
    let is_binary = likelihood.family == Family::Binomial
        && likelihood.trials.iter().all(|&trials| trials <= 1.0);
    match frame
        .random
        .iter()
        .find(|term| is_binary && term.levels.len() == frame.response.len())
    {
        Some(term) => Err(GeneralisedFitError::EffectPerBinaryRow {
            group: term.group.clone(),
        }),
        None => Ok(()),
    }
}

/// Step two: the likelihood as a function of its parameters.
pub(crate) fn likelihood_function(
    prepared: &Prepared,
    effects: &RandomEffects,
    nodes: usize,
) -> Result<IntegratedLikelihood<CountsAndProportions>, GeneralisedFitError> {
    let n_rows = prepared.frame.response.len();
    Ok(IntegratedLikelihood {
        likelihood: prepared.likelihood.clone(),
        columns: prepared.coordinates.columns.clone(),
        offset: prepared
            .frame
            .offset
            .clone()
            .unwrap_or_else(|| vec![0.0; n_rows]),
        random: effects.design.clone(),
        covariance: effects.covariance.clone(),
        rule: effects.rule(nodes)?,
    })
}

/// Step three: its maximum, from the link of the response regressed on the fixed columns.
pub(crate) fn maximum_of(
    function: &IntegratedLikelihood<CountsAndProportions>,
    max_iterations: usize,
) -> Result<Maximum, GeneralisedFitError> {
    let likelihood = &function.likelihood;
    let linked: Vec<f64> = likelihood
        .linked_response()
        .iter()
        .zip(&function.offset)
        .map(|(linked, offset)| linked - offset)
        .collect();
    let n = linked.len() as f64;
    let coefficients: Vec<f64> = function
        .columns
        .iter()
        .map(|column| crate::matrix::dot(column, &linked) / n)
        .collect();
    let shape = match likelihood.family {
        Family::NegativeBinomial => vec![likelihood.moment_dispersion().sqrt()],
        Family::Binomial | Family::Poisson => Vec::new(),
    };
    maximise(function, &coefficients, &shape, max_iterations).ok_or(GeneralisedFitError::NotFinite)
}

fn assembled(
    formula: &Formula,
    settings: &GeneralisedSettings,
    prepared: Prepared,
    effects: RandomEffects,
    function: &IntegratedLikelihood<CountsAndProportions>,
    maximum: Maximum,
) -> GeneralisedMixedModel {
    let Prepared {
        frame,
        likelihood,
        coordinates,
    } = prepared;
    let parts = function.parts(&maximum.parameters);
    let p = coordinates.kept.len();
    let (covariance, is_definite) = estimates::covariance_from(&maximum, function.n_theta());
    let column_name = |&position: &usize| frame.design.column_names[position].clone();
    let n_observations = frame.response.len();
    let (n_parameters, log_likelihood) =
        (maximum.parameters.len(), maximum.evaluation.log_likelihood);
    let criteria = InformationCriteria::new(log_likelihood, n_parameters, n_observations);
    let RandomPart {
        theta,
        random,
        singular,
        boundary,
        source,
    } = RandomPart::new(
        &frame,
        effects,
        parts.theta,
        &maximum.at_zero,
        maximum.evaluation,
    );
    let mut model = GeneralisedMixedModel {
        formula: formula.clone(),
        family: settings.family,
        nodes: settings.nodes,
        n_observations,
        n_dropped: frame.n_dropped,
        n_groups: group_sizes(&frame),
        n_parameters,
        terms: coordinates.kept.iter().map(column_name).collect(),
        coefficients: coordinates.back.times_vector(parts.coefficients),
        vcov: estimates::transformed(&coordinates.back, &estimates::leading(&covariance, p)),
        dropped_columns: coordinates.dropped.iter().map(column_name).collect(),
        random,
        size: parts.shape.first().map(|root| 1.0 / (root * root)),
        log_likelihood,
        aic: criteria.aic,
        bic: criteria.bic,
        singular,
        boundary,
        converged: maximum.converged && is_definite,
        optimum: maximum.optimum,
        warnings: Vec::new(),
        source,
        theta,
        frame,
        likelihood,
        coordinates,
    };
    model.warnings = warnings::of(&model);
    model
}

impl GeneralisedMixedModel {
    /// Makes the model ready for tests of its fixed effects, marginal means and predictions, all on the scale of
    /// the link; tests are z tests.
    ///
    /// # Errors
    /// When the fit did not converge.
    pub fn inference(&self) -> Result<Inference<'_>, InferenceError> {
        let estimates = (&*self.terms, &*self.coefficients, &self.vcov);
        self.coordinates
            .normal_inference(&self.frame, self.converged, estimates)
    }

    /// The conditional modes of each grouping factor, on the scale of the link.
    #[must_use]
    pub fn conditional_modes(&self) -> Vec<ConditionalModes> {
        self.source.conditional_modes(&self.frame.random)
    }

    /// The linear predictor of the rows used, random effects and offset included.
    #[must_use]
    pub fn linear_predictor(&self) -> &[f64] {
        &self.source.evaluation.predictor
    }

    /// The fitted means of the rows used: probabilities, or expected counts.
    #[must_use]
    pub fn fitted(&self) -> Vec<f64> {
        self.linear_predictor()
            .iter()
            .map(|&eta| CountsAndProportions::mean(self.family, eta))
            .collect()
    }

    /// Pearson residuals of the rows used, given the random effects.
    #[must_use]
    pub fn pearson_residuals(&self) -> Vec<f64> {
        let alpha = self.size.map_or(0.0, f64::recip);
        let residual =
            |(row, &eta): (usize, &f64)| self.likelihood.pearson_residual(row, eta, alpha);
        self.linear_predictor()
            .iter()
            .enumerate()
            .map(residual)
            .collect()
    }

    /// The positions in the table of the rows used.
    #[must_use]
    pub fn used_rows(&self) -> &[usize] {
        &self.frame.used_rows
    }
}
