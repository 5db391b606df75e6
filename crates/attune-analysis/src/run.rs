//! One model fitted to one frame: by mixed model where the formula has random parts, by least
//! squares where it has none. Estimates, contrasts and residuals are asked of it in one way.

use attune_protocol::plan::{Estimator as PlannedEstimator, Inference as PlannedInference, Term};
use attune_statistics::{
    cluster_robust::{
        ClusterRobust, Correction, least_squares_between_clusters, mixed_model_between_clusters,
    },
    clusters::Clusters,
    formula::Formula,
    inference::{CoefficientTest, DegreesOfFreedom, Inference, coefficient_tests},
    least_squares::{LeastSquares, least_squares},
    linear_mixed_model::{Estimator, FitSettings, LinearMixedModel, Warning, fit},
};
use thiserror::Error;

use crate::{
    findings::Estimate,
    frame::{Frame, FrameProblem, frame},
    long_table::Row,
    question::Question,
    term_names::TermNames,
};

/// A fitted model and what it was fitted to.
#[derive(Debug)]
pub struct Run {
    /// The formula.
    pub formula: Formula,
    /// The rows and columns.
    pub frame: Frame,
    /// The fit.
    pub model: Model,
    /// Names of its terms in the plan's words.
    pub names: TermNames,
}

/// A fit.
#[derive(Debug)]
pub enum Model {
    /// With random parts.
    Mixed(Box<LinearMixedModel>),
    /// Without.
    LeastSquares(Box<LeastSquares>),
}

/// Why a model could not be run, or does not answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunProblem {
    /// No rows or an unknown name.
    #[error(transparent)]
    Frame(#[from] FrameProblem),
    /// The engine could not fit it.
    #[error("the model could not be fitted: {0}")]
    Fit(String),
    /// The engine could not test it.
    #[error("the model was fitted but cannot be tested: {0}")]
    Inference(String),
    /// The model has no such term.
    #[error("the term {term} cannot be estimated: {why}")]
    Term {
        /// As planned.
        term: String,
        /// Why not.
        why: String,
    },
}

/// Fits `formula` to the rows that `keep` wants.
///
/// # Errors
/// When there are no rows for it, or the engine cannot fit it.
pub fn run(
    question: &Question<'_>,
    formula: Formula,
    keep: impl Fn(&Row) -> bool,
) -> Result<Run, RunProblem> {
    let names = formula.column_names();
    let frame = frame(question.long, question.outcome, &names, keep)?;
    let model = if formula.random.is_empty() {
        let fitted = least_squares(&formula, &frame.table);
        Model::LeastSquares(Box::new(
            fitted.map_err(|error| RunProblem::Fit(error.to_string()))?,
        ))
    } else {
        let settings = FitSettings {
            estimator: match question.analysis.estimator {
                PlannedEstimator::Reml => Estimator::Reml,
                PlannedEstimator::Ml => Estimator::MaximumLikelihood,
            },
            ..FitSettings::default()
        };
        let fitted = fit(&formula, &frame.table, &settings);
        Model::Mixed(Box::new(
            fitted.map_err(|error| RunProblem::Fit(error.to_string()))?,
        ))
    };
    let mut fixed = Vec::new();
    for variable in &formula.fixed.variables {
        variable.collect_names(&mut fixed);
    }
    Ok(Run {
        names: TermNames::of(&frame.table, &fixed),
        formula,
        frame,
        model,
    })
}

impl Run {
    /// The tests of this model as the plan wants them.
    ///
    /// # Errors
    /// When the engine cannot make them.
    pub fn inference(&self, planned: PlannedInference) -> Result<Inference<'_>, RunProblem> {
        match &self.model {
            Model::Mixed(model) => model
                .inference(degrees_of_freedom(self.possible(planned)))
                .map_err(|error| RunProblem::Inference(error.to_string())),
            // Least squares have residual degrees of freedom, whatever is asked but normal.
            Model::LeastSquares(model) => Ok(model.inference(degrees_of_freedom(planned))),
        }
    }

    /// The same coefficients with their variance between clusters (CR2).
    ///
    /// # Errors
    /// When random effects link clusters.
    pub fn between_clusters(&self, clusters: &Clusters) -> Result<ClusterRobust<'_>, RunProblem> {
        let correction = Correction::Cr2;
        let robust = match &self.model {
            Model::Mixed(model) => mixed_model_between_clusters(model, clusters, correction),
            Model::LeastSquares(model) => {
                least_squares_between_clusters(model, clusters, correction)
            }
        };
        robust.map_err(|error| RunProblem::Inference(error.to_string()))
    }

    /// Kenward–Roger's adjustment is one of REML; after ML Satterthwaite's stands for it.
    pub fn possible(&self, planned: PlannedInference) -> PlannedInference {
        match (&self.model, planned) {
            (Model::Mixed(model), PlannedInference::KenwardRoger)
                if model.estimator == Estimator::MaximumLikelihood =>
            {
                PlannedInference::Satterthwaite
            }
            _ => planned,
        }
    }

    /// Estimate, interval and test of a term of the plan.
    ///
    /// # Errors
    /// When the model has no such term, because a level has no rows or the column was dropped.
    pub fn test(
        &self,
        inference: &Inference<'_>,
        term: &Term,
        level: f64,
    ) -> Result<CoefficientTest, RunProblem> {
        let position = self.names.position(term, self.terms());
        let test = position.and_then(|position| {
            coefficient_tests(inference, level)
                .into_iter()
                .nth(position)
        });
        test.filter(|test| test.estimate.is_finite())
            .ok_or_else(|| self.no_such_term(term))
    }

    fn no_such_term(&self, term: &Term) -> RunProblem {
        let dropped = self.dropped_columns();
        let why = if self.names.position(term, dropped).is_some() {
            "the data cannot tell it from the other terms of the model, so its column was dropped"
                .to_owned()
        } else {
            let empty = term.parts.iter().find(|part| self.has_no_rows(part));
            let only = term.parts.iter().find(|part| self.is_the_only_level(part));
            match (empty, only) {
                (None, Some(part)) => format!(
                    "every row with a value has {} `{}`, so there is nothing to compare it with",
                    part.variable,
                    part.level.as_deref().unwrap_or_default()
                ),
                (Some(part), _) => format!(
                    "no row with a value has {} `{}`",
                    part.variable,
                    part.level.as_deref().unwrap_or_default()
                ),
                (None, None) => {
                    let known = self.terms().iter().map(|term| self.names.plan_name(term));
                    format!(
                        "the model has the terms {}",
                        known.collect::<Vec<_>>().join(", ")
                    )
                }
            }
        };
        RunProblem::Term {
            term: term.text.clone(),
            why,
        }
    }

    fn has_no_rows(&self, part: &attune_protocol::plan::TermPart) -> bool {
        let levels = crate::group_means::levels(self, &part.variable);
        part.level
            .as_ref()
            .is_some_and(|level| !levels.is_empty() && !levels.contains(level))
    }

    fn is_the_only_level(&self, part: &attune_protocol::plan::TermPart) -> bool {
        let levels = crate::group_means::levels(self, &part.variable);
        matches!((levels, &part.level), ([only], Some(level)) if only == level)
    }

    /// The engine's names of the coefficients.
    pub fn terms(&self) -> &[String] {
        match &self.model {
            Model::Mixed(model) => &model.terms,
            Model::LeastSquares(model) => &model.terms,
        }
    }

    /// The coefficients, in the order of the terms.
    pub fn coefficients(&self) -> &[f64] {
        match &self.model {
            Model::Mixed(model) => &model.coefficients,
            Model::LeastSquares(model) => &model.coefficients,
        }
    }

    /// Columns that the data could not tell apart from others.
    pub fn dropped_columns(&self) -> &[String] {
        match &self.model {
            Model::Mixed(model) => &model.dropped_columns,
            Model::LeastSquares(model) => &model.dropped_columns,
        }
    }

    /// The rows of the frame that the model uses.
    pub fn used_rows(&self) -> &[usize] {
        match &self.model {
            Model::Mixed(model) => model.used_rows(),
            Model::LeastSquares(model) => &model.frame.used_rows,
        }
    }

    /// Rows in the model.
    pub fn n_rows(&self) -> usize {
        self.frame.rows.len()
    }

    /// What the engine doubts.
    pub fn doubts(&self) -> &[Warning] {
        match &self.model {
            Model::Mixed(model) => &model.warnings,
            Model::LeastSquares(model) => &model.warnings,
        }
    }

    /// The same in words.
    pub fn warnings(&self) -> Vec<String> {
        self.doubts().iter().map(ToString::to_string).collect()
    }

    /// Whether the optimum lies on the boundary.
    pub fn is_singular(&self) -> bool {
        matches!(&self.model, Model::Mixed(model) if model.singular)
    }

    /// Value minus fitted value, row by row.
    pub fn residuals(&self) -> Vec<f64> {
        match &self.model {
            Model::Mixed(model) => model.residuals(),
            Model::LeastSquares(model) => model.residuals.clone(),
        }
    }

    /// Fitted value, row by row.
    pub fn fitted(&self) -> Vec<f64> {
        match &self.model {
            Model::Mixed(model) => model.fitted(),
            Model::LeastSquares(model) => {
                let response = model.frame.response.iter();
                response
                    .zip(&model.residuals)
                    .map(|(value, residual)| value - residual)
                    .collect()
            }
        }
    }

    /// Residual standard deviation.
    pub fn sigma(&self) -> f64 {
        match &self.model {
            Model::Mixed(model) => model.sigma,
            Model::LeastSquares(model) => model.sigma,
        }
    }
}

/// The engine's word for the plan's.
pub fn degrees_of_freedom(planned: PlannedInference) -> DegreesOfFreedom {
    match planned {
        PlannedInference::KenwardRoger => DegreesOfFreedom::KenwardRoger,
        PlannedInference::Satterthwaite => DegreesOfFreedom::Satterthwaite,
        PlannedInference::Normal => DegreesOfFreedom::Normal,
    }
}

/// A test of the engine as it stands in findings; what is not finite is absent.
pub fn estimate_of(test: &CoefficientTest, level: f64) -> Estimate {
    let finite = |value: f64| value.is_finite().then_some(value);
    Estimate {
        estimate: finite(test.estimate),
        se: finite(test.se),
        ci_lower: finite(test.ci_lower),
        ci_upper: finite(test.ci_upper),
        level,
        df: finite(test.df),
        statistic: finite(test.statistic),
        p: finite(test.p),
    }
}

/// An estimate times a number, such as a slope times the length of the follow-up.
pub fn scaled(estimate: &Estimate, by: f64) -> Estimate {
    let times = |value: Option<f64>| value.map(|value| value * by);
    Estimate {
        estimate: times(estimate.estimate),
        se: times(estimate.se).map(f64::abs),
        ci_lower: times(estimate.ci_lower),
        ci_upper: times(estimate.ci_upper),
        ..estimate.clone()
    }
}
