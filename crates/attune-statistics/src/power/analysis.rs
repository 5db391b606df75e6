//! How the data of a trial are analysed: the model, its test, and the fast refit where all trials have the same
//! rows.

use super::PowerError;
use super::trial::Trial;
use super::truth::{Generator, response_name};
use crate::formula::Formula;
use crate::generalised_linear_model::generalised_linear_model;
use crate::generalised_mixed_model::{self, GeneralisedSettings};
use crate::inference::{DegreesOfFreedom, Inference, contrast};
use crate::least_squares::least_squares;
use crate::linear_mixed_model::{FitSettings, LinearMixedModel, Refit, RefitWorker, fit};
use crate::table::{Column, Table};

/// The planned analysis of each trial.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The model that is fitted, which may differ from the one that made the data.
    pub formula: Formula,
    /// How it is fitted.
    pub method: Method,
    /// What is tested: weights of coefficients by R's names; one coefficient has weight 1.
    pub tested: Vec<(String, f64)>,
}

/// How a model is fitted and tested.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// A linear mixed model, or least squares where the formula has no random part.
    Linear {
        /// REML or maximum likelihood.
        settings: FitSettings,
        /// Degrees of freedom of the test.
        degrees_of_freedom: DegreesOfFreedom,
    },
    /// A generalised linear (mixed) model, with normal tests.
    Generalised(GeneralisedSettings),
}

impl Method {
    /// REML with these degrees of freedom.
    #[must_use]
    pub fn linear(degrees_of_freedom: DegreesOfFreedom) -> Self {
        Self::Linear {
            settings: FitSettings::default(),
            degrees_of_freedom,
        }
    }
}

impl Analysis {
    /// Fits and tests the data of one trial; `level` is that of the confidence interval.
    pub(super) fn of_table(&self, table: &Table, level: f64) -> Trial {
        match &self.method {
            Method::Linear {
                degrees_of_freedom, ..
            } if self.formula.random.is_empty() => match least_squares(&self.formula, table) {
                Ok(model) => self.tested_in(&model.inference(*degrees_of_freedom), level, false),
                Err(problem) => Trial::NotFitted(problem.to_string()),
            },
            Method::Linear {
                settings,
                degrees_of_freedom,
            } => match fit(&self.formula, table, settings) {
                Ok(model) => self.of_model(&model, *degrees_of_freedom, level),
                Err(problem) => Trial::NotFitted(problem.to_string()),
            },
            Method::Generalised(settings) => self.generalised(table, settings, level),
        }
    }

    fn of_model(&self, model: &LinearMixedModel, df: DegreesOfFreedom, level: f64) -> Trial {
        match model.inference(df) {
            Ok(inference) => self.tested_in(&inference, level, model.singular),
            Err(_) if !model.converged => Trial::NotConverged,
            Err(problem) => Trial::NotFitted(problem.to_string()),
        }
    }

    fn generalised(&self, table: &Table, settings: &GeneralisedSettings, level: f64) -> Trial {
        if self.formula.random.is_empty() {
            return match generalised_linear_model(&self.formula, table, settings) {
                Ok(model) => match model.inference() {
                    Ok(inference) => self.tested_in(&inference, level, false),
                    Err(_) => Trial::NotConverged,
                },
                Err(problem) => Trial::NotFitted(problem.to_string()),
            };
        }
        match generalised_mixed_model::fit(&self.formula, table, settings) {
            Ok(model) => match model.inference() {
                Ok(inference) => self.tested_in(&inference, level, model.singular),
                Err(_) => Trial::NotConverged,
            },
            Err(problem) => Trial::NotFitted(problem.to_string()),
        }
    }

    fn tested_in(&self, inference: &Inference<'_>, level: f64, singular: bool) -> Trial {
        match self.weights(inference.terms) {
            Ok(weights) => Trial::of_test(
                &contrast(inference, &self.name(), &weights, level),
                singular,
            ),
            Err(reason) => Trial::NotFitted(reason),
        }
    }

    /// The tested contrast over the terms of the fitted model; in words when one is not there.
    fn weights(&self, terms: &[String]) -> Result<Vec<f64>, String> {
        let mut weights = vec![0.0; terms.len()];
        for (term, weight) in &self.tested {
            let position = terms.iter().position(|known| known == term);
            weights[position.ok_or_else(|| self.no_such_term(term, terms))?] += weight;
        }
        Ok(weights)
    }

    fn no_such_term(&self, term: &str, known: &[String]) -> String {
        format!(
            "the fitted model has no term {term}, only {}",
            known.join(", ")
        )
    }

    /// What is tested, in words.
    fn name(&self) -> String {
        match self.tested.as_slice() {
            [(term, weight)] if *weight == 1.0 => term.clone(),
            weights => {
                let parts = weights
                    .iter()
                    .map(|(term, weight)| format!("{weight} {term}"));
                parts.collect::<Vec<_>>().join(" + ")
            }
        }
    }
}

/// An analysis made ready for trials that all have the rows of one table.
pub(super) enum Prepared<'a> {
    /// A linear mixed model: prepared once, refitted to each response.
    Refit {
        analysis: &'a Analysis,
        refit: Box<Refit>,
        weights: Vec<f64>,
        degrees_of_freedom: DegreesOfFreedom,
        /// Where the search for theta begins.
        start: Option<Vec<f64>>,
    },
    /// Any other model.
    Table {
        analysis: &'a Analysis,
        design: &'a Table,
        response: String,
    },
}

impl<'a> Prepared<'a> {
    pub(super) fn new(
        analysis: &'a Analysis,
        design: &'a Table,
        generator: &Generator,
    ) -> Result<Self, PowerError> {
        let response = response_name(&analysis.formula)?;
        let is_mixed = !analysis.formula.random.is_empty();
        let Method::Linear {
            settings,
            degrees_of_freedom,
        } = analysis.method
        else {
            return Ok(Self::Table {
                analysis,
                design,
                response,
            });
        };
        if !is_mixed {
            return Ok(Self::Table {
                analysis,
                design,
                response,
            });
        }
        let blank = Column::Numbers(vec![0.0; design.n_rows()]);
        let table = design.clone().with(&response, blank)?;
        let refit = Refit::new(&analysis.formula, &table, &settings)?;
        if refit.n_observations() < design.n_rows() {
            return Err(PowerError::IncompleteDesign {
                n_rows: design.n_rows() - refit.n_observations(),
            });
        }
        let weights = analysis.weights(&refit.terms);
        Ok(Self::Refit {
            start: generator.start(&refit.theta_names),
            analysis,
            weights: weights.map_err(|reason| PowerError::NothingFitted { reason })?,
            refit: Box::new(refit),
            degrees_of_freedom,
        })
    }

    /// Working space for one thread.
    pub(super) fn worker(&self) -> Worker<'_> {
        Worker {
            prepared: self,
            refit: match self {
                Self::Refit { refit, .. } => Some(refit.worker()),
                Self::Table { .. } => None,
            },
        }
    }
}

/// Fits one response after another.
pub(super) struct Worker<'a> {
    prepared: &'a Prepared<'a>,
    refit: Option<RefitWorker<'a>>,
}

impl Worker<'_> {
    /// Fits and tests one response.
    pub(super) fn fit(&mut self, response: Vec<f64>, level: f64) -> Trial {
        match (self.prepared, &mut self.refit) {
            (
                Prepared::Refit {
                    analysis,
                    refit,
                    weights,
                    degrees_of_freedom,
                    start,
                },
                Some(worker),
            ) => match worker.fit(&response, start.as_deref()) {
                Ok(fitted) if !fitted.converged => Trial::NotConverged,
                Ok(fitted) => {
                    let name = analysis.name();
                    let test = refit.contrast(&fitted, &name, weights, *degrees_of_freedom, level);
                    match test {
                        Ok(test) => Trial::of_test(&test, fitted.singular),
                        Err(problem) => Trial::NotFitted(problem.to_string()),
                    }
                }
                Err(problem) => Trial::NotFitted(problem.to_string()),
            },
            (
                Prepared::Table {
                    analysis,
                    design,
                    response: name,
                },
                _,
            ) => {
                let table = (*design).clone().with(name, Column::Numbers(response));
                table.map_or_else(
                    |problem| Trial::NotFitted(problem.to_string()),
                    |table| analysis.of_table(&table, level),
                )
            }
            (Prepared::Refit { .. }, None) => {
                unreachable!("a worker of a refit is made with its working space")
            }
        }
    }
}
