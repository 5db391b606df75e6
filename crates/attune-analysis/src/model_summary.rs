//! A fitted model in the shape of findings: coefficients in the plan's words, variance components,
//! how the optimum was found; and what is said when the fit is singular.

use attune_protocol::plan::{Estimator, Inference as PlannedInference};
use attune_statistics::inference::{Inference, coefficient_tests};

use crate::{
    findings::{Coefficient, ModelSummary, VarianceComponent},
    question::Question,
    run::{Model, Run, estimate_of},
    time_variable::TimeVariable,
    words,
};

/// The model as run.
pub fn model_summary(
    question: &Question<'_>,
    run: &Run,
    inference: &Inference<'_>,
) -> ModelSummary {
    let level = question.analysis.level;
    let tests = coefficient_tests(inference, level);
    let fixed = tests.iter().map(|test| Coefficient {
        term: run.names.plan_name(&test.term),
        estimate: estimate_of(test, level),
    });
    let summary = ModelSummary {
        formula: run.formula.text.clone(),
        inference: inference_id(run, run.possible(question.analysis.inference)).to_owned(),
        fixed: fixed.collect(),
        sigma: Some(run.sigma()),
        ..ModelSummary::default()
    };
    match &run.model {
        Model::Mixed(model) => ModelSummary {
            estimator: estimator_words(question.analysis.estimator).to_owned(),
            random: model.random.iter().map(component).collect(),
            n_groups: model.n_groups.clone(),
            log_likelihood: Some(model.log_likelihood),
            singular: model.singular,
            converged: model.converged,
            optimiser: format!(
                "{} steps, {} evaluations of the deviance, gradient norm {:.1e} at the optimum",
                model.optimum.iterations, model.optimum.evaluations, model.optimum.gradient_norm
            ),
            ..summary
        },
        Model::LeastSquares(_) => ModelSummary {
            estimator: "least squares".to_owned(),
            random: vec![VarianceComponent {
                group: "residual".to_owned(),
                term: String::new(),
                with: None,
                variance: run.sigma() * run.sigma(),
                sd_or_correlation: Some(run.sigma()),
            }],
            converged: true,
            optimiser: "closed form".to_owned(),
            ..summary
        },
    }
}

fn component(
    component: &attune_statistics::linear_mixed_model::VarianceComponent,
) -> VarianceComponent {
    let residual = component.group == "Residual";
    VarianceComponent {
        group: if residual {
            "residual".to_owned()
        } else {
            component.group.clone()
        },
        term: component.term.clone(),
        with: component.with.clone(),
        variance: component.value,
        sd_or_correlation: component
            .standardised
            .is_finite()
            .then_some(component.standardised),
    }
}

/// What was done, in a sentence.
pub fn method_sentence(question: &Question<'_>, run: &Run) -> String {
    let level = words::level(question.analysis.level);
    match &run.model {
        Model::Mixed(_) => format!(
            "Linear mixed model {}, fitted by {}; tests and {level} intervals with {}.",
            run.formula,
            estimator_words(question.analysis.estimator),
            inference_words(run.possible(question.analysis.inference)),
        ),
        Model::LeastSquares(_) => {
            let tests = match question.analysis.inference {
                PlannedInference::Normal => "the normal distribution",
                _ => "residual degrees of freedom",
            };
            format!(
                "Least squares {}; tests and {level} intervals with {tests}.",
                run.formula
            )
        }
    }
}

/// `REML` or `ML`.
pub fn estimator_words(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Reml => "REML",
        Estimator::Ml => "ML",
    }
}

/// How degrees of freedom are made, in words.
pub fn inference_words(inference: PlannedInference) -> &'static str {
    match inference {
        PlannedInference::KenwardRoger => "Kenward–Roger degrees of freedom",
        PlannedInference::Satterthwaite => "Satterthwaite degrees of freedom",
        PlannedInference::Normal => "the normal distribution",
    }
}

fn inference_id(run: &Run, inference: PlannedInference) -> &'static str {
    match (inference, &run.model) {
        (PlannedInference::Normal, _) => "normal",
        (_, Model::LeastSquares(_)) => "residual-df",
        (PlannedInference::KenwardRoger, _) => "kenward-roger",
        (PlannedInference::Satterthwaite, _) => "satterthwaite",
    }
}

/// What a singular fit means and what was done about it; nothing when the fit is not singular.
pub fn singular_warning(question: &Question<'_>, run: &Run, df: Option<f64>) -> Option<String> {
    let Model::Mixed(model) = &run.model else {
        return None;
    };
    if !model.singular {
        return None;
    }
    let (_, units) = words::unit_nouns(question.about());
    let degenerate = |component| degenerate(component, units);
    let found: Vec<String> = model.random.iter().filter_map(degenerate).collect();
    let found = if found.is_empty() {
        "some combination of its random effects does not vary at all".to_owned()
    } else {
        words::list(&found)
    };
    let df = df.map_or_else(String::new, |df| format!(" (df = {})", words::short(df, 1)));
    let beside = if crate::formula_edits::has_random_slope(&run.formula) {
        " The same analysis with random intercepts only stands beside it, so that a reader can see \
         whether the answer depends on this."
    } else {
        ""
    };
    Some(format!(
        "The fit is singular: in the best fitting model {found}. The data are too few to estimate \
         all the random effects that were planned. This is the optimum and not a failure to find \
         it. The planned model is kept, with {}{df} as planned.{beside}",
        inference_words(run.possible(question.analysis.inference))
    ))
}

fn degenerate(
    component: &attune_statistics::linear_mixed_model::VarianceComponent,
    units: &str,
) -> Option<String> {
    let between = if component.group == "dyad" {
        format!("between {units}")
    } else {
        format!("between levels of `{}`", component.group)
    };
    let term = effect_words(&component.term);
    match &component.with {
        None if component.value == 0.0 && component.group != "Residual" => {
            Some(format!("there are no differences {between} in {term}"))
        }
        Some(with) if component.standardised.abs() > 1.0 - 1e-6 => {
            let sign = if component.standardised < 0.0 {
                "−1"
            } else {
                "1"
            };
            let with = effect_words(with);
            Some(format!(
                "the differences {between} in {term} and in {with} are perfectly correlated \
                 ({sign}), so that one of them tells nothing that the other does not"
            ))
        }
        _ => None,
    }
}

fn effect_words(term: &str) -> String {
    match (term, TimeVariable::of_name(term)) {
        ("(Intercept)", _) => "level".to_owned(),
        (_, Some(time)) => format!("change per {}", time.unit()),
        _ => format!("the effect of {term}"),
    }
}
