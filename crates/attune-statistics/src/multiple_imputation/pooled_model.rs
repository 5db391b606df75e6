//! The same model fitted to every completed data set, and pooled: any model of this crate, or any
//! analysis that gives estimates with their covariance.

use std::fmt::Display;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::imputations::Imputations;
use super::pooling::{CompletedFit, Pooled, PooledTest, pool_each, pooled_joint_test};
use super::problem::ImputationProblem;
use crate::data_problem::DataProblem;
use crate::formula::Formula;
use crate::generalised_linear_model::generalised_linear_model;
use crate::generalised_mixed_model::{self, GeneralisedSettings};
use crate::inference::{CoefficientTest, DegreesOfFreedom, Inference, coefficient_tests};
use crate::least_squares::least_squares;
use crate::linear_mixed_model::{self, FitSettings};
use crate::marginal_means::MarginalMean;
use crate::matrix::{Matrix, dot};
use crate::mean_contrasts::MeanContrast;
use crate::ordinal_mixed_model::{self, OrdinalSettings};
use crate::table::Table;

/// What one analysis of one complete data set gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelEstimates {
    /// Names of the estimates.
    pub terms: Vec<String>,
    /// The estimates.
    pub estimates: Vec<f64>,
    /// Their covariance matrix.
    pub covariance: Matrix,
    /// Degrees of freedom of each estimate in this data set; infinite for z tests.
    pub df: Vec<f64>,
    /// What the model warns of.
    pub warnings: Vec<String>,
}

/// An analysis pooled over completed data sets.
#[derive(Debug, Clone)]
pub struct PooledModel {
    /// Names of the estimates.
    pub terms: Vec<String>,
    /// One for each term.
    pub pooled: Vec<Pooled>,
    /// The estimates of each completed data set.
    pub fits: Vec<CompletedFit>,
    /// For each term the mean over the data sets of the degrees of freedom it had there.
    pub complete_data_df: Vec<f64>,
    /// Confidence level.
    pub level: f64,
    /// What the models warned of, with the number of data sets in which they did.
    pub warnings: Vec<String>,
}

impl ModelEstimates {
    /// The coefficients of a fitted model with their degrees of freedom: least squares and every mixed or
    /// generalised model of this crate.
    #[must_use]
    pub fn of_coefficients(inference: &Inference<'_>) -> Self {
        let tests = coefficient_tests(inference, 0.95);
        Self {
            terms: inference.terms.to_vec(),
            estimates: inference.coefficients.to_vec(),
            covariance: inference.vcov.clone(),
            df: tests.iter().map(|test| test.df).collect(),
            warnings: Vec::new(),
        }
    }

    /// Marginal means, or slopes, of a fitted model.
    #[must_use]
    pub fn of_means(inference: &Inference<'_>, means: &[MarginalMean]) -> Self {
        let tests = means
            .iter()
            .map(|mean| (&mean.estimate, mean.weights.clone()));
        Self::of_combinations(inference, tests)
    }

    /// Differences between marginal means of a fitted model, as [`crate::mean_contrasts::pairwise`] gives them
    /// for `means`.
    #[must_use]
    pub fn of_contrasts(
        inference: &Inference<'_>,
        means: &[MarginalMean],
        contrasts: &[MeanContrast],
        by: &[&str],
    ) -> Self {
        let weights = differences(means, by);
        let tests = contrasts.iter().map(|pair| &pair.test).zip(weights);
        Self::of_combinations(inference, tests)
    }

    /// Combinations of coefficients, each with its test and weights; those that cannot be estimated are NaN.
    fn of_combinations<'t>(
        inference: &Inference<'_>,
        combinations: impl Iterator<Item = (&'t CoefficientTest, Option<Vec<f64>>)>,
    ) -> Self {
        let (tests, weights): (Vec<&CoefficientTest>, Vec<Option<Vec<f64>>>) = combinations.unzip();
        let n = tests.len();
        let covariance = Matrix::from_function(n, n, |i, j| match (&weights[i], &weights[j]) {
            (Some(a), Some(b)) => dot(&inference.vcov.times_vector(b), a),
            _ => f64::NAN,
        });
        Self {
            terms: tests.iter().map(|test| test.term.clone()).collect(),
            estimates: tests.iter().map(|test| test.estimate).collect(),
            covariance,
            df: tests.iter().map(|test| test.df).collect(),
            warnings: Vec::new(),
        }
    }

    /// The same with what the model warned of.
    #[must_use]
    pub fn with_warnings<W: Display>(mut self, warnings: &[W]) -> Self {
        self.warnings = warnings.iter().map(ToString::to_string).collect();
        self
    }
}

/// The weights of all differences within the cells that `by` keeps apart, in the order of `pairwise`.
fn differences(means: &[MarginalMean], by: &[&str]) -> Vec<Option<Vec<f64>>> {
    let cell = |mean: &MarginalMean| -> Vec<_> {
        let parts = mean
            .cell
            .iter()
            .filter(|(name, _)| by.contains(&name.as_str()));
        parts.cloned().collect()
    };
    let mut cells = Vec::new();
    for mean in means {
        if !cells.contains(&cell(mean)) {
            cells.push(cell(mean));
        }
    }
    let mut weights = Vec::new();
    for wanted in cells {
        let members: Vec<&MarginalMean> =
            means.iter().filter(|mean| cell(mean) == wanted).collect();
        for (place, earlier) in members.iter().enumerate() {
            for later in &members[place + 1..] {
                let pair = later.weights.as_ref().zip(earlier.weights.as_ref());
                weights.push(pair.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()));
            }
        }
    }
    weights
}

/// Runs an analysis on every completed data set, and pools what it gives.
///
/// The data sets are analysed in parallel; the result does not depend on the number of threads. Degrees of
/// freedom are Barnard and Rubin's, from the mean of those that the analyses had.
///
/// # Errors
/// When the analysis fails for a data set, or gives other terms there; when there are fewer than two data sets.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::DegreesOfFreedom;
/// use attune_statistics::least_squares::{LeastSquares, least_squares};
/// use attune_statistics::multiple_imputation::*;
/// use attune_statistics::table::{Column, Table};
///
/// let before: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23)).collect();
/// let mut after: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23 + (row * 5) % 7)).collect();
/// after[3] = f64::NAN;
/// let table = Table::new()
///     .with("before", Column::Numbers(before))?
///     .with("after", Column::Numbers(after))?;
/// let imputations = impute_by_chained_equations(&table, &ChainedEquations::new(5, 1))?;
/// let formula = Formula::parse("after ~ before")?;
/// let pooled = analyse_and_pool(&imputations, 0.95, |completed| {
///     least_squares(&formula, completed)
///         .map(|model| ModelEstimates::of_coefficients(&model.inference(DegreesOfFreedom::Satterthwaite)))
/// })?;
/// assert_eq!(pooled.terms, ["(Intercept)", "before"]);
/// assert!(pooled.pooled[1].missing_information < 0.2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn analyse_and_pool<E: Display>(
    imputations: &Imputations,
    level: f64,
    analyse: impl Fn(&Table) -> Result<ModelEstimates, E> + Sync,
) -> Result<PooledModel, ImputationProblem> {
    let estimates: Vec<Result<ModelEstimates, String>> = imputations
        .completed
        .par_iter()
        .map(|table| analyse(table).map_err(|problem| problem.to_string()))
        .collect();
    let estimates = estimates
        .into_iter()
        .enumerate()
        .map(|(place, result)| {
            let imputation = place + 1;
            result.map_err(|why| ImputationProblem::Analysis { imputation, why })
        })
        .collect::<Result<Vec<_>, _>>()?;
    pool_estimates(&estimates, level)
}

/// Pools estimates that were made elsewhere, one for each completed data set.
///
/// # Errors
/// When there are fewer than two, or their terms differ.
pub fn pool_estimates(
    estimates: &[ModelEstimates],
    level: f64,
) -> Result<PooledModel, ImputationProblem> {
    let Some(first) = estimates.first() else {
        return Err(DataProblem::TooFew {
            what: "the list of completed data sets",
            needed: 2,
            found: 0,
        }
        .into());
    };
    for (place, other) in estimates.iter().enumerate() {
        if other.terms != first.terms {
            return Err(ImputationProblem::TermsDiffer {
                imputation: place + 1,
                found: other.terms.join(", "),
                expected: first.terms.join(", "),
            });
        }
    }
    let fits: Vec<CompletedFit> = estimates
        .iter()
        .map(|one| CompletedFit {
            estimates: one.estimates.clone(),
            covariance: one.covariance.clone(),
        })
        .collect();
    let complete_data_df = mean_df(estimates);
    Ok(PooledModel {
        terms: first.terms.clone(),
        pooled: pool_each(&fits, &complete_data_df, level)?,
        fits,
        complete_data_df,
        level,
        warnings: counted_warnings(estimates),
    })
}

/// The mean of equal numbers is that number, to the bit.
fn mean_df(estimates: &[ModelEstimates]) -> Vec<f64> {
    let mean = |place: usize| {
        let all: Vec<f64> = estimates.iter().map(|one| one.df[place]).collect();
        super::pooling::exact_mean(&all)
    };
    (0..estimates[0].df.len()).map(mean).collect()
}

fn counted_warnings(estimates: &[ModelEstimates]) -> Vec<String> {
    let mut counted: Vec<(&String, usize)> = Vec::new();
    for warning in estimates.iter().flat_map(|one| &one.warnings) {
        match counted.iter_mut().find(|(known, _)| *known == warning) {
            Some((_, n)) => *n += 1,
            None => counted.push((warning, 1)),
        }
    }
    let m = estimates.len();
    let words = |(warning, n): (&String, usize)| {
        if n == m {
            warning.clone()
        } else {
            format!("in {n} of {m} completed data sets: {warning}")
        }
    };
    counted.into_iter().map(words).collect()
}

impl PooledModel {
    /// A test of each term, in the form that other models give.
    #[must_use]
    pub fn tests(&self) -> Vec<CoefficientTest> {
        self.terms
            .iter()
            .zip(&self.pooled)
            .map(|(term, pooled)| pooled.test(term))
            .collect()
    }

    /// The pooled covariance matrix: the mean of those within data sets, plus (1 + 1/m) times that between.
    #[must_use]
    pub fn vcov(&self) -> Matrix {
        let (m, n) = (self.fits.len() as f64, self.terms.len());
        Matrix::from_function(n, n, |i, j| {
            let within: f64 = self.fits.iter().map(|fit| fit.covariance[(i, j)]).sum();
            let products: f64 = self
                .fits
                .iter()
                .map(|fit| {
                    let deviation =
                        |place: usize| fit.estimates[place] - self.pooled[place].estimate;
                    deviation(i) * deviation(j)
                })
                .sum();
            within / m + (1.0 + 1.0 / m) * products / (m - 1.0)
        })
    }

    /// Joint Wald test D₁ that the named terms are all zero; [`pooled_joint_test`] with the smallest of their
    /// complete-data degrees of freedom.
    ///
    /// # Errors
    /// When a term is not in the model, or their mean covariance is not positive definite.
    pub fn joint_test(&self, terms: &[&str]) -> Result<PooledTest, ImputationProblem> {
        let places = terms
            .iter()
            .map(|term| {
                let place = self.terms.iter().position(|known| known == term);
                place.ok_or_else(|| ImputationProblem::UnknownColumn {
                    name: (*term).to_owned(),
                    known: self.terms.join(", "),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let df = places.iter().map(|&place| self.complete_data_df[place]);
        let df = df.fold(f64::INFINITY, f64::min);
        Ok(pooled_joint_test(&self.fits, &places, df)?)
    }

    /// One combination of the terms, pooled; its complete-data degrees of freedom are the smallest of the terms
    /// that it uses.
    ///
    /// # Errors
    /// When there is not one weight for each term.
    pub fn contrast(&self, weights: &[f64]) -> Result<Pooled, ImputationProblem> {
        crate::data_problem::require_same_length(
            ("the weights", weights.len()),
            ("the terms", self.terms.len()),
        )?;
        let of_fit = |fit: &CompletedFit| CompletedFit {
            estimates: vec![dot(&fit.estimates, weights)],
            covariance: Matrix::from_rows(&[[fit.covariance.quadratic_form(weights)]]),
        };
        let fits: Vec<CompletedFit> = self.fits.iter().map(of_fit).collect();
        let used = weights.iter().zip(&self.complete_data_df);
        let df = used
            .filter(|(weight, _)| **weight != 0.0)
            .fold(f64::INFINITY, |least, (_, df)| least.min(*df));
        Ok(pool_each(&fits, &[df], self.level)?[0])
    }

    /// The largest fraction of missing information among the terms.
    #[must_use]
    pub fn largest_missing_information(&self) -> f64 {
        let fractions = self.pooled.iter().map(|one| one.missing_information);
        fractions.fold(0.0, f64::max)
    }
}

/// A linear model by least squares on every completed data set, pooled.
///
/// # Errors
/// As [`analyse_and_pool`].
pub fn pool_least_squares(
    imputations: &Imputations,
    formula: &Formula,
    level: f64,
) -> Result<PooledModel, ImputationProblem> {
    analyse_and_pool(imputations, level, |table| {
        least_squares(formula, table).map(|model| {
            let inference = model.inference(DegreesOfFreedom::Satterthwaite);
            ModelEstimates::of_coefficients(&inference).with_warnings(&model.warnings)
        })
    })
}

/// A linear mixed model on every completed data set, pooled.
///
/// # Errors
/// As [`analyse_and_pool`].
pub fn pool_linear_mixed_model(
    imputations: &Imputations,
    formula: &Formula,
    settings: &FitSettings,
    df: DegreesOfFreedom,
    level: f64,
) -> Result<PooledModel, ImputationProblem> {
    analyse_and_pool(imputations, level, |table| {
        let model = linear_mixed_model::fit(formula, table, settings).map_err(|e| e.to_string())?;
        let inference = model.inference(df).map_err(|e| e.to_string())?;
        Ok::<_, String>(ModelEstimates::of_coefficients(&inference).with_warnings(&model.warnings))
    })
}

/// A binomial, Poisson or negative binomial model, with or without random effects, on every completed data
/// set, pooled with z tests.
///
/// # Errors
/// As [`analyse_and_pool`].
pub fn pool_generalised(
    imputations: &Imputations,
    formula: &Formula,
    settings: &GeneralisedSettings,
    level: f64,
) -> Result<PooledModel, ImputationProblem> {
    analyse_and_pool(imputations, level, |table| {
        if formula.random.is_empty() {
            let model =
                generalised_linear_model(formula, table, settings).map_err(|e| e.to_string())?;
            let inference = model.inference().map_err(|e| e.to_string())?;
            return Ok(ModelEstimates::of_coefficients(&inference).with_warnings(&model.warnings));
        }
        let model =
            generalised_mixed_model::fit(formula, table, settings).map_err(|e| e.to_string())?;
        let inference = model.inference().map_err(|e| e.to_string())?;
        Ok::<_, String>(ModelEstimates::of_coefficients(&inference).with_warnings(&model.warnings))
    })
}

/// A cumulative logit model, with or without random effects, on every completed data set: thresholds and
/// coefficients pooled with z tests.
///
/// # Errors
/// As [`analyse_and_pool`].
pub fn pool_ordinal(
    imputations: &Imputations,
    formula: &Formula,
    settings: &OrdinalSettings,
    level: f64,
) -> Result<PooledModel, ImputationProblem> {
    analyse_and_pool(imputations, level, |table| {
        let model =
            ordinal_mixed_model::fit(formula, table, settings).map_err(|e| e.to_string())?;
        if !model.converged {
            return Err("the optimum of the model was not reached".to_owned());
        }
        Ok(ModelEstimates {
            df: vec![f64::INFINITY; model.terms.len()],
            terms: model.terms.clone(),
            estimates: model.coefficients.clone(),
            covariance: model.vcov.clone(),
            warnings: model.warnings.iter().map(ToString::to_string).collect(),
        })
    })
}
