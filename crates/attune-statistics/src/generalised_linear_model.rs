//! Generalised linear models without random effects: logistic, Poisson and negative binomial regression.
//!
//! Newton's method on the log-likelihood, which for the canonical links is iteratively reweighted least squares;
//! the machinery is that of [`crate::generalised_mixed_model`] with nothing to integrate. See
//! `docs/methods/generalised-mixed-models.md`.

use crate::formula::Formula;
use crate::generalised_mixed_model::counts_and_proportions::CountsAndProportions;
use crate::generalised_mixed_model::fixed_coordinates::FixedCoordinates;
use crate::generalised_mixed_model::random_effects::RandomEffects;
use crate::generalised_mixed_model::response::{Prepared, prepare};
use crate::generalised_mixed_model::warnings::{Doubts, overdispersion, poisson_limit};
use crate::generalised_mixed_model::{
    Family, GeneralisedFitError, GeneralisedSettings, estimates, likelihood_function, maximum_of,
};
use crate::inference::{Inference, InferenceError};
use crate::information_criteria::InformationCriteria;
use crate::linear_mixed_model::{FitError, Optimum, Warning};
use crate::matrix::{Matrix, sum};
use crate::model_frame::ModelFrame;
use crate::table::Table;

/// A fitted generalised linear model.
#[derive(Debug, Clone)]
pub struct GeneralisedLinearModel {
    /// The formula.
    pub formula: Formula,
    /// The family.
    pub family: Family,
    /// Rows used.
    pub n_observations: usize,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// Coefficients and, for the negative binomial, its size.
    pub n_parameters: usize,
    /// The names of the coefficients, as R names them.
    pub terms: Vec<String>,
    /// The estimates, on the scale of the link.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix, from the observed information.
    pub vcov: Matrix,
    /// Columns that repeat others and were left out.
    pub dropped_columns: Vec<String>,
    /// The size of a negative binomial: variance `mu + mu²/size`, infinite for a Poisson response.
    pub size: Option<f64>,
    /// The log-likelihood with all its constants.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion.
    pub bic: f64,
    /// Twice the distance of the log-likelihood from that of a model that fits every row.
    pub deviance: f64,
    /// Rows minus coefficients.
    pub df_residual: f64,
    /// Whether the optimum was reached.
    pub converged: bool,
    /// How the optimum was found.
    pub optimum: Optimum,
    /// What a careful reader should know.
    pub warnings: Vec<Warning>,
    /// The rows that were used.
    pub frame: ModelFrame,
    likelihood: CountsAndProportions,
    predictor: Vec<f64>,
    coordinates: FixedCoordinates,
}

/// Fits a generalised linear model.
///
/// # Errors
/// When formula and data do not go together, the formula has random effects, the response does not belong to the
/// family, or no finite estimate exists because of separation.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::generalised_linear_model::generalised_linear_model;
/// use attune_statistics::generalised_mixed_model::{Family, GeneralisedSettings};
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new()
///     .with("x", Column::Numbers(vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0]))?
///     .with("y", Column::Numbers(vec![1.0, 2.0, 3.0, 4.0, 5.0, 9.0]))?;
/// let settings = GeneralisedSettings::new(Family::Poisson);
/// let model = generalised_linear_model(&Formula::parse("y ~ x")?, &table, &settings)?;
/// // The ratio of the means, 6 to 2.
/// assert!((model.coefficients[1] - 3_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn generalised_linear_model(
    formula: &Formula,
    table: &Table,
    settings: &GeneralisedSettings,
) -> Result<GeneralisedLinearModel, GeneralisedFitError> {
    if !formula.random.is_empty() {
        return Err(FitError::UnexpectedRandomEffects.into());
    }
    let prepared = prepare(formula, table, settings)?;
    let (n_rows, n_columns) = (
        prepared.frame.response.len(),
        prepared.coordinates.kept.len(),
    );
    if n_rows < n_columns {
        return Err(FitError::TooFewRows { n_rows, n_columns }.into());
    }
    let function = likelihood_function(&prepared, &RandomEffects::new(&prepared.frame)?, 1)?;
    let maximum = maximum_of(&function, settings.max_iterations)?;
    let parts = function.parts(&maximum.parameters);
    let (covariance, is_definite) = estimates::covariance_from(&maximum, 0);
    let Prepared {
        frame,
        likelihood,
        coordinates,
    } = prepared;
    let column_name = |&position: &usize| frame.design.column_names[position].clone();
    let (n_parameters, log_likelihood) =
        (maximum.parameters.len(), maximum.evaluation.log_likelihood);
    let n = frame.response.len();
    let criteria = InformationCriteria::new(log_likelihood, n_parameters, n);
    let mut model = GeneralisedLinearModel {
        formula: formula.clone(),
        family: settings.family,
        n_observations: n,
        n_dropped: frame.n_dropped,
        n_parameters,
        terms: coordinates.kept.iter().map(column_name).collect(),
        coefficients: coordinates.back.times_vector(parts.coefficients),
        vcov: estimates::transformed(
            &coordinates.back,
            &estimates::leading(&covariance, coordinates.kept.len()),
        ),
        dropped_columns: coordinates.dropped.iter().map(column_name).collect(),
        size: parts.shape.first().map(|root| 1.0 / (root * root)),
        log_likelihood,
        aic: criteria.aic,
        bic: criteria.bic,
        deviance: 0.0,
        df_residual: (n - coordinates.kept.len()) as f64,
        converged: maximum.converged && is_definite,
        optimum: maximum.optimum,
        warnings: Vec::new(),
        frame,
        likelihood,
        predictor: maximum.evaluation.predictor,
        coordinates,
    };
    let residuals: Vec<f64> = (0..n).map(|row| model.unit_deviance(row)).collect();
    model.deviance = sum(&residuals);
    model.warnings = warnings_of(&model);
    Ok(model)
}

fn warnings_of(model: &GeneralisedLinearModel) -> Vec<Warning> {
    let GeneralisedLinearModel {
        frame,
        converged,
        dropped_columns,
        likelihood,
        predictor,
        size,
        ..
    } = model;
    let doubts = Doubts {
        frame,
        converged: *converged,
        theta: &[],
        n_groups: &[],
        dropped_columns,
    };
    let mut warnings = doubts.warnings();
    warnings.extend(overdispersion(
        likelihood,
        predictor,
        *size,
        model.n_parameters,
    ));
    warnings.extend(poisson_limit(*size));
    warnings
}

impl GeneralisedLinearModel {
    /// Makes the model ready for tests, marginal means and predictions, all on the scale of the link; tests are z
    /// tests.
    ///
    /// # Errors
    /// When the fit did not converge.
    pub fn inference(&self) -> Result<Inference<'_>, InferenceError> {
        let estimates = (&*self.terms, &*self.coefficients, &self.vcov);
        self.coordinates
            .normal_inference(&self.frame, self.converged, estimates)
    }

    /// The fitted means of the rows used: probabilities, or expected counts.
    #[must_use]
    pub fn fitted(&self) -> Vec<f64> {
        self.predictor
            .iter()
            .map(|&eta| CountsAndProportions::mean(self.family, eta))
            .collect()
    }

    /// Pearson residuals of the rows used.
    #[must_use]
    pub fn pearson_residuals(&self) -> Vec<f64> {
        let alpha = self.size.map_or(0.0, f64::recip);
        let residual =
            |(row, &eta): (usize, &f64)| self.likelihood.pearson_residual(row, eta, alpha);
        self.predictor.iter().enumerate().map(residual).collect()
    }

    /// The share of a row in the deviance.
    fn unit_deviance(&self, row: usize) -> f64 {
        let (y, m) = (self.likelihood.response[row], self.likelihood.trials[row]);
        let mean = CountsAndProportions::mean(self.family, self.predictor[row]);
        // y log(y / expected), whose limit for y = 0 is 0.
        let ratio = |y: f64, expected: f64| {
            if y == 0.0 {
                0.0
            } else {
                y * libm::log(y / expected)
            }
        };
        let half = match (self.family, self.size) {
            (Family::Binomial, _) => {
                ratio(y, m * mean)
                    + ratio(
                        m - y,
                        m * CountsAndProportions::mean(self.family, -self.predictor[row]),
                    )
            }
            (Family::NegativeBinomial, Some(size)) if size.is_finite() => {
                ratio(y, mean) - (y + size) * libm::log((y + size) / (mean + size))
            }
            _ => ratio(y, mean) - (y - mean),
        };
        2.0 * self.likelihood.weights[row] * half
    }
}
