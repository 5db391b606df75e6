//! Linear mixed models: right to nine or ten digits, fast, and honest at the boundary.
//!
//! A fit is four steps, each visible in the types: a formula and a table make a
//! [`ModelFrame`]; its columns, in well-conditioned coordinates, make the
//! profiled deviance function; its minimum is found; and the [`LinearMixedModel`] is put together.
//! Degrees of freedom, tests and means are in [`crate::inference`] and [`crate::marginal_means`].
//! Definitions and limits: `docs/methods/linear-mixed-models.md`.

mod assemble;
mod conditional_modes;
mod coordinates;
mod covariance;
mod cross_products;
mod deletion;
mod derivatives;
mod deviance;
mod fit_error;
mod fitted;
mod lanes;
mod optimum;
mod refit;
mod shared_patterns;
mod simulation;
mod warnings;

use crate::formula::Formula;
use crate::matrix::Matrix;
use crate::model_frame::{ModelFrame, model_frame, weighted_model_frame};
use crate::table::Table;

pub(crate) use assemble::{
    group_sizes, named_theta, names_at_zero, residual_deviation, root_of_covariance,
    variance_components,
};
pub use conditional_modes::ConditionalModes;
pub(crate) use conditional_modes::by_group;
pub(crate) use coordinates::internal as internal_columns;
pub(crate) use coordinates::{Coordinates, InternalColumns, TermCoordinates, reported_theta};
pub(crate) use covariance::{CovarianceShape, lower_factor};
use cross_products::{CrossProducts, GroupColumns, Rows};
pub(crate) use deletion::Remaining;
pub(crate) use derivatives::Derivatives;
pub(crate) use deviance::{DevianceFunction, Evaluation};
pub use fit_error::FitError;
pub use optimum::Optimum;
pub(crate) use optimum::{Minimum, NewtonStep};
pub use refit::{Refit, RefitWorker, Refitted};
pub(crate) use simulation::Simulator;
pub use simulation::{SimulatedEffects, simulate};
pub use warnings::{Warning, WarningKind};

/// Restricted or plain maximum likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Estimator {
    /// Restricted maximum likelihood: unbiased variances in balanced designs; the default.
    #[default]
    Reml,
    /// Maximum likelihood: for comparing models that differ in their fixed effects.
    MaximumLikelihood,
}

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitSettings {
    /// What is maximised.
    pub estimator: Estimator,
    /// The most Newton steps from one start.
    pub max_iterations: usize,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            estimator: Estimator::Reml,
            max_iterations: 200,
        }
    }
}

/// A fitted linear mixed model.
#[derive(Debug, Clone)]
pub struct LinearMixedModel {
    /// The formula.
    pub formula: Formula,
    /// What was maximised.
    pub estimator: Estimator,
    /// Rows used.
    pub n_observations: usize,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// The number of levels of each grouping factor.
    pub n_groups: Vec<(String, usize)>,
    /// Fixed effects, covariance parameters and the residual variance together.
    pub n_parameters: usize,
    /// The names of the fixed effects, as R names them.
    pub terms: Vec<String>,
    /// The estimates of the fixed effects.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix, given the variance components.
    pub vcov: Matrix,
    /// Fixed-effect columns that repeat others and were left out.
    pub dropped_columns: Vec<String>,
    /// The relative covariance factors, named and ordered as in lme4.
    pub theta: Vec<Theta>,
    /// Variances and covariances of the random effects, then the residual variance.
    pub random: Vec<VarianceComponent>,
    /// The residual standard deviation.
    pub sigma: f64,
    /// The (restricted) log-likelihood.
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
    pub(crate) settings: FitSettings,
    pub(crate) coordinates: Coordinates,
    pub(crate) function: DevianceFunction,
    pub(crate) minimum: Minimum,
}

/// One element of a relative covariance factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Theta {
    /// lme4's name: `id.(Intercept)`, `id.tos.(Intercept)`, `id.tos`.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// A variance, or a covariance between two random effects of one term.
#[derive(Debug, Clone, PartialEq)]
pub struct VarianceComponent {
    /// The grouping factor; `Residual` for the residual variance.
    pub group: String,
    /// What varies; empty for the residual.
    pub term: String,
    /// For a covariance the second random effect.
    pub with: Option<String>,
    /// The variance or the covariance.
    pub value: f64,
    /// The standard deviation or the correlation; NaN for a correlation with something that does not vary.
    pub standardised: f64,
}

/// Fits a linear mixed model.
///
/// # Errors
/// When formula and data do not go together, or the data cannot tell the parameters of the model. A
/// singular fit is no error: it is a result with a warning.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("months", Column::Numbers(vec![6.0, 12.0, 6.0, 12.0, 6.0, 12.0, 6.0, 12.0]))?
///     .with("score", Column::Numbers(vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 103.0, 97.0]))?;
/// let model = fit(&Formula::parse("score ~ months + (1 | dyad)")?, &table, &FitSettings::default())?;
/// assert_eq!(model.terms, ["(Intercept)", "months"]);
/// assert!((model.coefficients[1] + 4.0 / 6.0).abs() < 1e-10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(
    formula: &Formula,
    table: &Table,
    settings: &FitSettings,
) -> Result<LinearMixedModel, FitError> {
    let frame = model_frame(formula, table)?;
    fit_frame(formula, frame, *settings)
}

/// Fits a linear mixed model with prior weights: the residual variance of a row is `sigma²` divided by its weight,
/// as in lme4 and lm.
///
/// Rows whose weight is zero or missing are left out and counted; zeros are told in a warning.
///
/// # Errors
/// As [`fit`], and when a weight is negative.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit_weighted};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let table = Table::new()
///     .with("site", Column::Factor(Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0])))?
///     .with("children", Column::Numbers(vec![4.0, 9.0, 6.0, 3.0, 12.0, 5.0]))?
///     .with("mean_score", Column::Numbers(vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0]))?;
/// let formula = Formula::parse("mean_score ~ 1 + (1 | site)")?;
/// let model = fit_weighted(&formula, &table, "children", &FitSettings::default())?;
/// assert_eq!(model.n_observations, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_weighted(
    formula: &Formula,
    table: &Table,
    weights: &str,
    settings: &FitSettings,
) -> Result<LinearMixedModel, FitError> {
    let frame = weighted_model_frame(formula, table, weights)?;
    fit_frame(formula, frame, *settings)
}

pub(crate) fn fit_frame(
    formula: &Formula,
    frame: ModelFrame,
    settings: FitSettings,
) -> Result<LinearMixedModel, FitError> {
    check_groups(&frame)?;
    let (coordinates, function) = deviance_function(&frame, settings.estimator)?;
    let minimum =
        optimum::minimise(&function, None, settings.max_iterations).ok_or(FitError::NotFinite)?;
    let model = assemble::assemble(formula, frame, settings, coordinates, function, minimum);
    let mut scalars = vec![model.sigma, model.log_likelihood];
    scalars.extend(model.random.iter().map(|component| component.value));
    match are_representable(&model.coefficients, &model.vcov, &scalars) {
        true => Ok(model),
        false => Err(FitError::NotRepresentable {
            name: model.frame.response_name,
        }),
    }
}

/// Whether results are finite numbers: with a response near 1e150 and an age in units of 1e9 the variance of a
/// slope is not.
pub(crate) fn are_representable(coefficients: &[f64], vcov: &Matrix, scalars: &[f64]) -> bool {
    let variances = (0..coefficients.len()).map(|place| vcov[(place, place)]);
    let numbers = coefficients.iter().chain(scalars).copied();
    numbers.chain(variances).all(f64::is_finite)
}

fn check_groups(frame: &ModelFrame) -> Result<(), FitError> {
    if frame.random.is_empty() {
        return Err(FitError::NoRandomEffects);
    }
    let n_rows = frame.response.len();
    for term in &frame.random {
        let (group, n_levels) = (term.group.clone(), term.levels.len());
        if n_levels < 2 {
            return Err(FitError::TooFewLevels {
                group,
                n_levels,
                n_rows,
            });
        }
        let n_effects = n_levels * term.columns.len();
        if n_effects >= n_rows {
            return Err(FitError::TooManyEffects {
                group,
                n_effects,
                n_rows,
            });
        }
    }
    Ok(())
}

/// Step two: the deviance as a function of theta.
pub(crate) fn deviance_function(
    frame: &ModelFrame,
    estimator: Estimator,
) -> Result<(Coordinates, DevianceFunction), FitError> {
    let (coordinates, columns) = coordinates::internal(frame)?;
    let function = deviance_function_of(frame, &columns, estimator)?;
    Ok((coordinates, function))
}

pub(crate) fn deviance_function_of(
    frame: &ModelFrame,
    columns: &InternalColumns,
    estimator: Estimator,
) -> Result<DevianceFunction, FitError> {
    let (rows, shape) = rows_of(frame, columns);
    let largest = CrossProducts::largest_component(&rows);
    if largest > 20_000 {
        return Err(FitError::TooManyCrossedEffects {
            group: eliminated_group(frame).to_owned(),
            n_columns: largest,
        });
    }
    Ok(DevianceFunction {
        products: CrossProducts::new(&rows),
        shape,
        estimator,
    })
}

/// The columns by the part that they play: of the eliminated factor, of the rest, fixed.
fn rows_of<'a>(frame: &'a ModelFrame, columns: &'a InternalColumns) -> (Rows<'a>, CovarianceShape) {
    let eliminated = eliminated_group(frame);
    let mut width = 0;
    let mut places = Vec::new();
    for term in &frame.random {
        let at = (term.group == eliminated).then_some(width);
        width += if at.is_some() { term.columns.len() } else { 0 };
        places.push((term.columns.len(), at));
    }
    let shape = CovarianceShape::new(&places);
    let (mut rest, mut side_by_side) = (Vec::new(), Vec::new());
    let mut codes: (&[u32], usize) = (&[], 0);
    for (term, z) in frame.random.iter().zip(&columns.z) {
        let z: Vec<&[f64]> = z.iter().map(Vec::as_slice).collect();
        if term.group == eliminated {
            side_by_side.extend(z);
            codes = (&term.codes, term.levels.len());
        } else {
            rest.push(GroupColumns {
                codes: &term.codes,
                n_levels: term.levels.len(),
                columns: z,
            });
        }
    }
    let eliminated_columns = GroupColumns {
        codes: codes.0,
        n_levels: codes.1,
        columns: side_by_side,
    };
    let rows = Rows {
        x: &columns.q,
        y: &columns.y,
        eliminated: eliminated_columns,
        rest,
    };
    (rows, shape)
}

/// The grouping factor with the most random effects.
fn eliminated_group(frame: &ModelFrame) -> &str {
    let effects = |group: &str| -> usize {
        frame
            .random
            .iter()
            .filter(|term| term.group == group)
            .map(|term| term.levels.len() * term.columns.len())
            .sum()
    };
    let mut chosen = "";
    let mut most = 0;
    for term in &frame.random {
        if effects(&term.group) > most {
            most = effects(&term.group);
            chosen = &term.group;
        }
    }
    chosen
}

impl LinearMixedModel {
    /// The same model by maximum likelihood, as a comparison of fixed effects needs it.
    ///
    /// # Errors
    /// As [`fit`].
    pub fn refit_by_maximum_likelihood(&self) -> Result<Self, FitError> {
        let settings = FitSettings {
            estimator: Estimator::MaximumLikelihood,
            ..self.settings
        };
        fit_frame(&self.formula, self.frame.clone(), settings)
    }
}
