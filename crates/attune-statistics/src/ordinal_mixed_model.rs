//! Ordered categories: cumulative logit models with and without random effects.
//!
//! `logit P(Y <= k) = threshold_k - eta`, with one set of effects for all thresholds (proportional odds): a positive
//! coefficient shifts answers to higher categories. The random effects are integrated out as in
//! [`crate::generalised_mixed_model`]. Definitions and limits: `docs/methods/ordinal-mixed-models.md`.

mod cumulative_logit;
mod response;

use crate::formula::Formula;
use crate::generalised_mixed_model::fixed_coordinates::FixedCoordinates;
use crate::generalised_mixed_model::integrated_likelihood::IntegratedLikelihood;
use crate::generalised_mixed_model::maximum::{Maximum, maximise};
use crate::generalised_mixed_model::modes::ModesSource;
use crate::generalised_mixed_model::random_effects::RandomEffects;
use crate::generalised_mixed_model::random_part::RandomPart;
use crate::generalised_mixed_model::warnings::Doubts;
use crate::generalised_mixed_model::{GeneralisedFitError, estimates};
use crate::inference::{CoefficientTest, Inference, InferenceError, coefficient_tests};
use crate::information_criteria::InformationCriteria;
use crate::linear_mixed_model::{
    ConditionalModes, Optimum, Theta, VarianceComponent, Warning, group_sizes,
};
use crate::matrix::Matrix;
use crate::model_frame::ModelFrame;
use crate::table::Table;
use cumulative_logit::CumulativeLogit;
use response::{Prepared, check_separation, prepare};

/// How to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdinalSettings {
    /// Nodes of adaptive Gauss–Hermite quadrature; 1 is Laplace's approximation.
    pub nodes: usize,
    /// A column that says what each row counts.
    pub weights: Option<String>,
    /// The most Newton steps from one start.
    pub max_iterations: usize,
}

impl Default for OrdinalSettings {
    fn default() -> Self {
        Self {
            nodes: 1,
            weights: None,
            max_iterations: 100,
        }
    }
}

/// A fitted cumulative logit model.
#[derive(Debug, Clone)]
pub struct OrdinalMixedModel {
    /// The formula.
    pub formula: Formula,
    /// Quadrature nodes; 1 is Laplace's approximation.
    pub nodes: usize,
    /// The categories that occur, in order.
    pub categories: Vec<String>,
    /// Rows used.
    pub n_observations: usize,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// The number of levels of each grouping factor.
    pub n_groups: Vec<(String, usize)>,
    /// Thresholds, coefficients and covariance parameters.
    pub n_parameters: usize,
    /// The thresholds, named as `1|2`, then the fixed effects, as R's ordinal package names them.
    pub terms: Vec<String>,
    /// The estimates: thresholds, then coefficients.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix from the joint observed information.
    pub vcov: Matrix,
    /// Fixed-effect columns that repeat others and were left out.
    pub dropped_columns: Vec<String>,
    /// The elements of the Cholesky factors of the random effects, named and ordered as in lme4.
    pub theta: Vec<Theta>,
    /// Variances and covariances of the random effects, on the logit scale.
    pub random: Vec<VarianceComponent>,
    /// The log-likelihood.
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
    source: ModesSource,
    coordinates: FixedCoordinates,
    latent: Latent,
}

/// The fixed part on the latent scale: minus the mean threshold as intercept, then the coefficients.
#[derive(Debug, Clone)]
struct Latent {
    terms: Vec<String>,
    coefficients: Vec<f64>,
    vcov: Matrix,
}

/// Fits a cumulative logit model, with random effects when the formula has them.
///
/// # Errors
/// When formula and data do not go together, the response has fewer than two categories, the formula removes the
/// intercept, or no finite estimate exists because of separation.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::ordinal_mixed_model::{OrdinalSettings, fit};
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new()
///     .with("months", Column::Numbers(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]))?
///     .with("rating", Column::Numbers(vec![1.0, 1.0, 2.0, 1.0, 3.0, 2.0, 3.0, 2.0]))?;
/// let model = fit(&Formula::parse("rating ~ months")?, &table, &OrdinalSettings::default())?;
/// assert_eq!(model.terms, ["1|2", "2|3", "months"]);
/// assert!(model.coefficients[2] > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(
    formula: &Formula,
    table: &Table,
    settings: &OrdinalSettings,
) -> Result<OrdinalMixedModel, GeneralisedFitError> {
    let prepared = prepare(formula, table, settings)?;
    check_separation(&prepared)?;
    let effects = RandomEffects::new(&prepared.frame)?;
    let n_rows = prepared.frame.response.len();
    let function = IntegratedLikelihood {
        likelihood: prepared.likelihood.clone(),
        // The first column is the intercept, which the thresholds stand for.
        columns: prepared.coordinates.columns[1..].to_vec(),
        offset: prepared
            .frame
            .offset
            .clone()
            .unwrap_or_else(|| vec![0.0; n_rows]),
        random: effects.design.clone(),
        covariance: effects.covariance.clone(),
        rule: if formula.random.is_empty() {
            None
        } else {
            effects.rule(settings.nodes)?
        },
    };
    let start = vec![0.0; function.columns.len()];
    let maximum = maximise(
        &function,
        &start,
        &prepared.likelihood.start(),
        settings.max_iterations,
    )
    .ok_or(GeneralisedFitError::NotFinite)?;
    Ok(assembled(
        formula, settings, prepared, effects, &function, maximum,
    ))
}

fn assembled(
    formula: &Formula,
    settings: &OrdinalSettings,
    prepared: Prepared,
    effects: RandomEffects,
    function: &IntegratedLikelihood<CumulativeLogit>,
    maximum: Maximum,
) -> OrdinalMixedModel {
    let Prepared {
        frame,
        categories,
        coordinates,
        ..
    } = prepared;
    let parts = function.parts(&maximum.parameters);
    let n_thresholds = parts.shape.len();
    let to_reported = to_reported(&coordinates, n_thresholds);
    let (covariance, is_definite) = estimates::covariance_from(&maximum, function.n_theta());
    let coefficients = to_reported.times_vector(&[parts.coefficients, parts.shape].concat());
    let vcov = estimates::transformed(&to_reported, &covariance);
    let column_name = |&position: &usize| frame.design.column_names[position].clone();
    let columns: Vec<String> = coordinates.kept.iter().map(column_name).collect();
    let mut terms: Vec<String> = categories
        .windows(2)
        .map(|pair| format!("{}|{}", pair[0], pair[1]))
        .collect();
    terms.extend_from_slice(&columns[1..]);
    let n = frame.response.len();
    let (n_parameters, log_likelihood) =
        (maximum.parameters.len(), maximum.evaluation.log_likelihood);
    let criteria = InformationCriteria::new(log_likelihood, n_parameters, n);
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
    let mut model = OrdinalMixedModel {
        formula: formula.clone(),
        nodes: if formula.random.is_empty() {
            1
        } else {
            settings.nodes
        },
        categories,
        n_observations: n,
        n_dropped: frame.n_dropped,
        n_groups: group_sizes(&frame),
        n_parameters,
        latent: Latent::new(columns, &coefficients, &vcov, n_thresholds),
        terms,
        coefficients,
        vcov,
        dropped_columns: coordinates.dropped.iter().map(column_name).collect(),
        random,
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
        coordinates,
    };
    model.warnings = warnings_of(&model);
    model
}

fn warnings_of(model: &OrdinalMixedModel) -> Vec<Warning> {
    let OrdinalMixedModel {
        frame,
        converged,
        theta,
        n_groups,
        dropped_columns,
        ..
    } = model;
    Doubts {
        frame,
        converged: *converged,
        theta,
        n_groups,
        dropped_columns,
    }
    .warnings()
}

/// Thresholds and coefficients of the data from internal coefficients and thresholds.
///
/// The internal columns are uncorrelated with the intercept; what they lack of it goes to the thresholds.
fn to_reported(coordinates: &FixedCoordinates, n_thresholds: usize) -> Matrix {
    let back = &coordinates.back;
    let n_coefficients = back.n_rows() - 1;
    Matrix::from_function(
        n_thresholds + n_coefficients,
        n_coefficients + n_thresholds,
        |row, column| match (row < n_thresholds, column < n_coefficients) {
            (true, true) => -back[(0, column + 1)],
            (true, false) => f64::from(u8::from(column - n_coefficients == row)),
            (false, true) => back[(row - n_thresholds + 1, column + 1)],
            (false, false) => 0.0,
        },
    )
}

impl Latent {
    fn new(terms: Vec<String>, coefficients: &[f64], vcov: &Matrix, n_thresholds: usize) -> Self {
        let weights =
            Matrix::from_function(terms.len(), coefficients.len(), |row, column| {
                match (row, column < n_thresholds) {
                    (0, true) => -1.0 / n_thresholds as f64,
                    (0, false) | (_, true) => 0.0,
                    (row, false) => f64::from(u8::from(column - n_thresholds == row - 1)),
                }
            });
        Self {
            terms,
            coefficients: weights.times_vector(coefficients),
            vcov: estimates::transformed(&weights, vcov),
        }
    }
}

impl OrdinalMixedModel {
    /// z tests of the thresholds and of the coefficients, in the order of `terms`.
    ///
    /// # Errors
    /// When the fit did not converge.
    pub fn tests(&self, level: f64) -> Result<Vec<CoefficientTest>, InferenceError> {
        let inference = self.normal_inference(&self.terms, &self.coefficients, &self.vcov)?;
        Ok(coefficient_tests(&inference, level))
    }

    /// Makes the model ready for marginal means, contrasts and predictions on the latent scale, whose zero is the
    /// mean of the thresholds (as emmeans' `mode = "latent"`): `(Intercept)` stands for minus that mean.
    ///
    /// # Errors
    /// When the fit did not converge.
    pub fn latent_inference(&self) -> Result<Inference<'_>, InferenceError> {
        self.normal_inference(
            &self.latent.terms,
            &self.latent.coefficients,
            &self.latent.vcov,
        )
    }

    fn normal_inference<'a>(
        &'a self,
        terms: &'a [String],
        coefficients: &'a [f64],
        vcov: &Matrix,
    ) -> Result<Inference<'a>, InferenceError> {
        self.coordinates
            .normal_inference(&self.frame, self.converged, (terms, coefficients, vcov))
    }

    /// The thresholds, in increasing order.
    #[must_use]
    pub fn thresholds(&self) -> &[f64] {
        &self.coefficients[..self.categories.len() - 1]
    }

    /// The conditional modes of each grouping factor, on the logit scale.
    #[must_use]
    pub fn conditional_modes(&self) -> Vec<ConditionalModes> {
        self.source.conditional_modes(&self.frame.random)
    }

    /// The fitted probability of each category for each row used, random effects included.
    #[must_use]
    pub fn fitted_probabilities(&self) -> Matrix {
        // The predictor of the engine leaves out what the thresholds took over from the intercept.
        let shift = self.internal_shift();
        let thresholds: Vec<f64> = self
            .thresholds()
            .iter()
            .map(|threshold| threshold + shift)
            .collect();
        let predictor = &self.source.evaluation.predictor;
        let rows: Vec<Vec<f64>> = predictor
            .iter()
            .map(|&eta| CumulativeLogit::probabilities(eta, &thresholds))
            .collect();
        Matrix::from_rows(&rows)
    }

    fn internal_shift(&self) -> f64 {
        let back = &self.coordinates.back;
        let slopes = &self.coefficients[self.categories.len() - 1..];
        // The internal coefficients, from the last to the first.
        let n = slopes.len();
        let mut internal = vec![0.0; n];
        for place in (0..n).rev() {
            let known: f64 = (place + 1..n)
                .map(|other| back[(place + 1, other + 1)] * internal[other])
                .sum();
            internal[place] = (slopes[place] - known) / back[(place + 1, place + 1)];
        }
        internal
            .iter()
            .enumerate()
            .map(|(place, value)| back[(0, place + 1)] * value)
            .sum()
    }

    /// The positions in the table of the rows used.
    #[must_use]
    pub fn used_rows(&self) -> &[usize] {
        &self.frame.used_rows
    }
}
