//! One model for many responses: simulations, bootstrap, power.
//!
//! What depends on the design only (which columns can be estimated, coordinates, rotations, sums) is
//! prepared once. A response then costs a few passes over its values and a search for the optimum that
//! starts where the caller expects it. The numbers are those of [`fit`](super::fit).

mod response_sums;

use rayon::prelude::*;

use super::assemble::{component_values, log_likelihood};
use super::{
    Coordinates, DevianceFunction, Estimator, FitError, FitSettings, LinearMixedModel, Minimum,
    VarianceComponent, check_groups, coordinates, deviance_function_of, named_theta, optimum,
    residual_deviation, root_of_covariance, rows_of, variance_components,
};
use crate::formula::Formula;
use crate::inference::{CoefficientTest, DegreesOfFreedom, InferenceError, test_of};
use crate::kenward_roger::KenwardRoger;
use crate::matrix::dot;
use crate::model_frame::{ModelFrame, model_frame};
use crate::satterthwaite::Satterthwaite;
use crate::table::Table;
use response_sums::ResponseSums;

/// A design, ready to be fitted to many responses.
///
/// Formulas and limits: `docs/methods/linear-mixed-models.md`.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::DegreesOfFreedom;
/// use attune_statistics::linear_mixed_model::{FitSettings, Refit};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// let scores = vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 103.0, 97.0];
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("months", Column::Numbers(vec![6.0, 12.0, 6.0, 12.0, 6.0, 12.0, 6.0, 12.0]))?
///     .with("score", Column::Numbers(scores.clone()))?;
/// let formula = Formula::parse("score ~ months + (1 | dyad)")?;
/// let refit = Refit::new(&formula, &table, &FitSettings::default())?;
/// // The same scores in another order of the dyads, and so on for as many responses as you like.
/// let responses = [scores, vec![110.0, 104.0, 98.0, 95.0, 103.0, 97.0, 89.0, 88.0]];
/// let slopes = refit.fit_each(
///     responses.len(),
///     None,
///     |replicate, response| response.copy_from_slice(&responses[replicate]),
///     |_, fitted| fitted.coefficients[1],
/// );
/// assert!(slopes.iter().all(|slope| (slope.clone().unwrap() + 4.0 / 6.0).abs() < 1e-10));
/// let fitted = refit.worker().fit(&responses[0], None)?;
/// let test = refit.contrast(&fitted, "months", &[0.0, 1.0], DegreesOfFreedom::Satterthwaite, 0.95)?;
/// assert!((test.df - 3.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Refit {
    /// The names of the fixed effects, as R names them.
    pub terms: Vec<String>,
    /// The names of the relative covariance factors, as lme4 names them.
    pub theta_names: Vec<String>,
    /// The positions in the table of the rows used: a response has one value for each of them.
    pub used_rows: Vec<usize>,
    /// What `offset(...)` adds.
    offset: Option<Vec<f64>>,
    /// The square roots of the prior weights.
    roots: Option<Vec<f64>>,
    sum_of_log_weights: f64,
    /// The names of the variance components.
    components: Vec<VarianceComponent>,
    response_name: String,
    settings: FitSettings,
    /// For a response of zeros.
    coordinates: Coordinates,
    /// For a response of zeros.
    function: DevianceFunction,
    sums: ResponseSums,
}

/// Working space for one response after another; one for each thread.
#[derive(Debug, Clone)]
pub struct RefitWorker<'a> {
    refit: &'a Refit,
    coordinates: Coordinates,
    function: DevianceFunction,
    /// The response in internal units, level after level.
    values: Vec<f64>,
}

/// What a refit found.
#[derive(Debug, Clone)]
pub struct Refitted {
    /// The estimates of the fixed effects.
    pub coefficients: Vec<f64>,
    /// Their standard errors, given the variance components.
    pub se: Vec<f64>,
    /// The residual standard deviation.
    pub sigma: f64,
    /// The relative covariance factors, in lme4's order.
    pub theta: Vec<f64>,
    /// The (restricted) log-likelihood.
    pub log_likelihood: f64,
    /// Whether the optimum was reached.
    pub converged: bool,
    /// Whether the covariance matrix of a random term is singular.
    pub singular: bool,
    coordinates: Coordinates,
    minimum: Minimum,
}

impl Refit {
    /// Prepares a formula and a table; the response in the table says only which rows are used.
    ///
    /// # Errors
    /// As [`fit`](super::fit), except for what a response could be at fault for.
    pub fn new(formula: &Formula, table: &Table, settings: &FitSettings) -> Result<Self, FitError> {
        Self::of_frame(&model_frame(formula, table)?, *settings)
    }

    /// Prepares the design of a fitted model.
    ///
    /// # Errors
    /// None in practice: the design has been fitted before.
    pub fn of(model: &LinearMixedModel) -> Result<Self, FitError> {
        Self::of_frame(&model.frame, model.settings)
    }

    pub(crate) fn of_frame(frame: &ModelFrame, settings: FitSettings) -> Result<Self, FitError> {
        check_groups(frame)?;
        let (coordinates, mut columns) = coordinates::internal_design(frame)?;
        columns.y = vec![0.0; frame.response.len()];
        let function = deviance_function_of(frame, &columns, settings.estimator)?;
        let name = |&position: &usize| frame.design.column_names[position].clone();
        let no_theta = vec![0.0; function.shape.elements().len()];
        let thetas = named_theta(frame, &function.shape, &no_theta);
        Ok(Self {
            terms: coordinates.kept.iter().map(name).collect(),
            used_rows: frame.used_rows.clone(),
            offset: frame.offset.clone(),
            roots: frame.roots_of_weights(),
            sum_of_log_weights: frame.sum_of_log_weights(),
            components: variance_components(frame, &function.shape, &thetas, 1.0),
            theta_names: thetas.into_iter().map(|theta| theta.name).collect(),
            response_name: frame.response_name.clone(),
            settings,
            sums: ResponseSums::new(&rows_of(frame, &columns).0, &function.products),
            coordinates,
            function,
        })
    }

    /// The number of rows, and of values in a response.
    #[must_use]
    pub fn n_observations(&self) -> usize {
        self.sums.n_rows()
    }

    /// Working space for one thread.
    #[must_use]
    pub fn worker(&self) -> RefitWorker<'_> {
        RefitWorker {
            refit: self,
            coordinates: self.coordinates.clone(),
            function: self.function.clone(),
            values: vec![0.0; self.n_observations()],
        }
    }

    /// Fits a response for each replicate on all threads: `write` fills it in, `read` takes what is wanted from
    /// the fit. Results are in the order of the replicates and do not depend on the threads.
    pub fn fit_each<T: Send>(
        &self,
        n_replicates: usize,
        start: Option<&[f64]>,
        write: impl Fn(usize, &mut [f64]) + Sync,
        read: impl Fn(usize, &Refitted) -> T + Sync,
    ) -> Vec<Result<T, FitError>> {
        let space = || (self.worker(), vec![0.0; self.n_observations()]);
        (0..n_replicates)
            .into_par_iter()
            .map_init(space, |(worker, response), replicate| {
                write(replicate, response);
                let fitted = worker.fit(response, start)?;
                Ok(read(replicate, &fitted))
            })
            .collect()
    }

    /// Variances and covariances of the random effects, then the residual variance, as in
    /// [`LinearMixedModel::random`].
    #[must_use]
    pub fn variance_components(&self, fitted: &Refitted) -> Vec<VarianceComponent> {
        let names = self.components.iter().cloned();
        names
            .zip(self.component_values(fitted))
            .map(|(name, (value, standardised))| VarianceComponent {
                value,
                standardised,
                ..name
            })
            .collect()
    }

    /// The values of the components, each with its standard deviation or correlation.
    pub(crate) fn component_values(&self, fitted: &Refitted) -> Vec<(f64, f64)> {
        component_values(&self.function.shape, &fitted.theta, fitted.sigma)
    }

    /// A test of one linear combination of the coefficients, as [`contrast`](crate::inference::contrast) of a
    /// fitted model gives it.
    ///
    /// # Errors
    /// For Kenward–Roger after maximum likelihood, and when the fit did not converge.
    ///
    /// # Panics
    /// When there is not one weight for each coefficient.
    pub fn contrast(
        &self,
        fitted: &Refitted,
        name: &str,
        weights: &[f64],
        method: DegreesOfFreedom,
        level: f64,
    ) -> Result<CoefficientTest, InferenceError> {
        assert_eq!(
            weights.len(),
            self.terms.len(),
            "one weight for each coefficient"
        );
        if !fitted.converged {
            return Err(InferenceError::NotConverged);
        }
        let parts = (&fitted.coordinates, &self.function, &fitted.minimum);
        let estimate = dot(weights, &fitted.coefficients);
        let mut se = {
            let root = root_of_covariance(&fitted.coordinates, &fitted.minimum);
            let along = root.transposed().times_vector(weights);
            fitted.sigma * dot(&along, &along).sqrt()
        };
        let df = match method {
            DegreesOfFreedom::Normal => f64::INFINITY,
            DegreesOfFreedom::Satterthwaite => {
                Satterthwaite::new(parts.0, parts.1, parts.2).degrees_of_freedom(weights)
            }
            DegreesOfFreedom::KenwardRoger if self.settings.estimator != Estimator::Reml => {
                return Err(InferenceError::NeedsReml);
            }
            DegreesOfFreedom::KenwardRoger => {
                let adjusted = KenwardRoger::new(parts.0, parts.1, parts.2);
                se = adjusted
                    .adjusted_vcov
                    .quadratic_form(weights)
                    .max(0.0)
                    .sqrt();
                adjusted.degrees_of_freedom(weights)
            }
        };
        Ok(test_of(name, estimate, se, df, level))
    }
}

impl RefitWorker<'_> {
    /// Fits a response with one value for each row used; the search starts at a theta in lme4's units, or where
    /// [`fit`](super::fit) would start.
    ///
    /// # Errors
    /// When the response has missing values, is explained without residual, or is too large.
    ///
    /// # Panics
    /// When response or start have another length than the design asks for.
    pub fn fit(&mut self, response: &[f64], start: Option<&[f64]>) -> Result<Refitted, FitError> {
        let refit = self.refit;
        assert_eq!(
            response.len(),
            self.values.len(),
            "one value for each row used"
        );
        if let Some(hole) = response.iter().position(|value| value.is_nan()) {
            return Err(FitError::MissingResponse {
                name: refit.response_name.clone(),
                position: hole + 1,
            });
        }
        let (offset, roots) = (refit.offset.as_deref(), refit.roots.as_deref());
        refit.sums.order(response, offset, roots, &mut self.values);
        self.coordinates
            .take_response(&refit.sums.x, &mut self.values, &refit.response_name)?;
        refit
            .sums
            .write(&mut self.values, &mut self.function.products);
        let start = start.map(|theta| {
            assert_eq!(
                theta.len(),
                refit.theta_names.len(),
                "one value for each theta"
            );
            self.coordinates.internal_theta(&self.function.shape, theta)
        });
        let minimum = optimum::minimise(
            &self.function,
            start.as_deref(),
            refit.settings.max_iterations,
        )
        .ok_or(FitError::NotFinite)?;
        Ok(self.refitted(minimum))
    }

    fn refitted(&self, minimum: Minimum) -> Refitted {
        let (coordinates, function) = (&self.coordinates, &self.function);
        let sigma = residual_deviation(coordinates, function, &minimum);
        let root = root_of_covariance(coordinates, &minimum);
        let se = (0..self.refit.terms.len())
            .map(|i| sigma * dot(root.row(i), root.row(i)).sqrt())
            .collect();
        Refitted {
            coefficients: coordinates.coefficients(&minimum.evaluation.coefficients),
            se,
            sigma,
            theta: coordinates.reported_theta(&function.shape, &minimum.theta),
            log_likelihood: log_likelihood(function, &minimum, coordinates, sigma)
                + 0.5 * self.refit.sum_of_log_weights,
            converged: minimum.converged,
            singular: minimum.at_zero.contains(&true),
            coordinates: coordinates.clone(),
            minimum,
        }
    }
}
