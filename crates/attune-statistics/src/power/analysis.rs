//! How the data of a trial are analysed: the model, its test, and the fast refit where all trials have the same
//! rows.

use super::PowerError;
use super::trial::Trial;
use super::truth::response_name;
use crate::formula::Formula;
use crate::generalised_linear_model::generalised_linear_model;
use crate::generalised_mixed_model::{self, GeneralisedSettings};
use crate::inference::{DegreesOfFreedom, Inference, contrast};
use crate::least_squares::least_squares;
use crate::linear_mixed_model::{FitSettings, LinearMixedModel, fit_frame};
use crate::model_frame::{ModelFrame, model_frame};
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
            Method::Linear { .. } => match model_frame(&self.formula, table) {
                Ok(frame) => self.of_frame(frame, level),
                Err(problem) => Trial::NotFitted(problem.to_string()),
            },
            Method::Generalised(settings) => self.generalised(table, settings, level),
        }
    }

    /// Fits and tests a linear mixed model to a frame.
    pub(super) fn of_frame(&self, frame: ModelFrame, level: f64) -> Trial {
        let Method::Linear {
            settings,
            degrees_of_freedom,
        } = self.method
        else {
            return Trial::NotFitted("only a linear mixed model is fitted to a frame".to_owned());
        };
        match fit_frame(&self.formula, frame, settings) {
            Ok(model) => self.of_model(&model, degrees_of_freedom, level),
            Err(problem) => Trial::NotFitted(problem.to_string()),
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
        let mut weights = vec![0.0; inference.terms.len()];
        for (term, weight) in &self.tested {
            match inference.terms.iter().position(|known| known == term) {
                Some(position) => weights[position] += weight,
                None => return Trial::NotFitted(self.no_such_term(term, inference.terms)),
            }
        }
        Trial::of_test(
            &contrast(inference, &self.name(), &weights, level),
            singular,
        )
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
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    analysis: &'a Analysis,
    rows: Rows,
    response: String,
}

#[derive(Debug)]
enum Rows {
    /// Of a linear mixed model.
    Frame(Box<ModelFrame>),
    /// Of any other.
    Table(Table),
}

impl<'a> Prepared<'a> {
    pub(super) fn new(analysis: &'a Analysis, design: &Table) -> Result<Self, PowerError> {
        let response = response_name(&analysis.formula)?;
        let is_mixed = !analysis.formula.random.is_empty();
        let rows = if is_mixed && matches!(analysis.method, Method::Linear { .. }) {
            let blank = Column::Numbers(vec![0.0; design.n_rows()]);
            let table = design.clone().with(&response, blank)?;
            Rows::Frame(Box::new(model_frame(&analysis.formula, &table)?))
        } else {
            Rows::Table(design.clone())
        };
        Ok(Self {
            analysis,
            rows,
            response,
        })
    }

    /// Fits and tests one response.
    pub(super) fn of_response(&self, response: Vec<f64>, level: f64) -> Trial {
        match &self.rows {
            Rows::Frame(frame) => {
                let frame = ModelFrame {
                    response,
                    ..(**frame).clone()
                };
                self.analysis.of_frame(frame, level)
            }
            Rows::Table(design) => {
                let table = design
                    .clone()
                    .with(&self.response, Column::Numbers(response));
                table.map_or_else(
                    |problem| Trial::NotFitted(problem.to_string()),
                    |table| self.analysis.of_table(&table, level),
                )
            }
        }
    }
}
