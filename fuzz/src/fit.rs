//! Fits a case and judges what comes out.

use attune_statistics::{
    formula::Formula,
    generalised_linear_model::generalised_linear_model,
    generalised_mixed_model::{self, Family, GeneralisedSettings},
    inference::{CoefficientTest, DegreesOfFreedom, Inference, coefficient_tests},
    influence::influence,
    least_squares::least_squares,
    linear_mixed_model::{self, Estimator, FitSettings, LinearMixedModel, Warning, WarningKind},
    marginal_means::{MarginalMeans, marginal_means},
    matrix::Matrix,
    ordinal_mixed_model::{self, OrdinalSettings},
    prediction::predict,
    table::{Column, Table},
    type_three::type_three_tests,
};

use crate::{case::Case, formulas, further, messy, messy::Dice, refusals::why_r_refuses};

/// What an engine said.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `fits` without doubts, `warns` beside the result, or `refuses`.
    pub kind: &'static str,
    /// Its warnings, or the reason why there is no result.
    pub words: String,
    /// The log-likelihood of a fit.
    pub log_likelihood: Option<f64>,
}

impl Answer {
    /// No result, and why.
    pub fn refusal(words: &impl ToString) -> Self {
        Self {
            kind: "refuses",
            words: words.to_string(),
            log_likelihood: None,
        }
    }

    /// A result with its warnings, if any.
    pub fn result(warnings: &[impl ToString], log_likelihood: Option<f64>) -> Self {
        let words: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        Self {
            kind: if words.is_empty() { "fits" } else { "warns" },
            words: words.join("\n"),
            log_likelihood,
        }
    }
}

/// The case of a seed.
pub fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let mut case = messy::table(&mut dice);
    let family = dice.one_of(&[
        "gaussian", "gaussian", "gaussian", "gaussian", "binomial", "poisson", "ordinal",
    ]);
    let of_response = |response: &str, dice: &mut Dice| {
        format!("{response} ~ {}", dice.one_of(&formulas::GENERALISED))
    };
    let formula = match family {
        "gaussian" => dice.one_of(&formulas::GAUSSIAN).to_owned(),
        "binomial" => of_response("yes", &mut dice),
        "poisson" => of_response("count", &mut dice),
        _ => of_response("count", &mut dice),
    };
    case.push_wish("formula", &formula);
    case.push_wish("family", family);
    case.push_wish("estimator", dice.one_of(&["REML", "REML", "ML"]));
    case.push_wish("factor", dice.one_of(&["", "", "child"]));
    case
}

/// Fits the case.
///
/// # Errors
/// What is wrong with the answer: the engine broke a promise.
pub fn check(case: &Case) -> Result<Answer, String> {
    let table = case.table().map_err(|problem| problem.to_string())?;
    let formula = match Formula::parse(case.wish("formula")) {
        Ok(formula) => formula,
        Err(problem) => return Ok(Answer::refusal(&problem)),
    };
    let answer = match case.wish("family") {
        "binomial" => generalised(&formula, &table, Family::Binomial)?,
        "poisson" => generalised(&formula, &table, Family::Poisson)?,
        "ordinal" => ordinal(&formula, &table)?,
        _ => {
            let answer = gaussian(&formula, &table, case.wish("estimator"))?;
            if let ("fits", Some(reason)) = (answer.kind, why_r_refuses(&formula, &table)) {
                return Err(format!(
                    "R refuses ({reason}), the engine fits without a word"
                ));
            }
            answer
        }
    };
    if answer.kind == "refuses" && answer.words.len() < 15 {
        return Err(format!("a refusal in too few words: {}", answer.words));
    }
    Ok(answer)
}

fn gaussian(formula: &Formula, table: &Table, estimator: &str) -> Result<Answer, String> {
    if formula.random.is_empty() {
        return match least_squares(formula, table) {
            Err(problem) => Ok(Answer::refusal(&problem)),
            Ok(model) => {
                sound(
                    &model.coefficients,
                    &model.vcov,
                    &[model.sigma, model.log_likelihood],
                )?;
                conclusions(&model.inference(DegreesOfFreedom::Satterthwaite), table)?;
                further::of_least_squares(&model, table)?;
                Ok(Answer::result(&model.warnings, Some(model.log_likelihood)))
            }
        };
    }
    let estimator = match estimator {
        "ML" => Estimator::MaximumLikelihood,
        _ => Estimator::Reml,
    };
    let settings = FitSettings {
        estimator,
        ..FitSettings::default()
    };
    match linear_mixed_model::fit(formula, table, &settings) {
        Err(problem) => Ok(Answer::refusal(&problem)),
        Ok(model) => {
            mixed_model(&model, table)?;
            Ok(Answer::result(&model.warnings, Some(model.log_likelihood)))
        }
    }
}

fn mixed_model(model: &LinearMixedModel, table: &Table) -> Result<(), String> {
    sound(
        &model.coefficients,
        &model.vcov,
        &[model.sigma, model.log_likelihood],
    )?;
    let has = |kind: WarningKind| model.warnings.iter().any(|warning| warning.kind == kind);
    promise(
        model.n_observations + model.n_dropped == table.n_rows(),
        "every row is used or counted as left out",
    )?;
    promise(
        model.converged || has(WarningKind::NotConverged),
        "no convergence is said",
    )?;
    promise(
        !model.singular || has(WarningKind::SingularFit),
        "a singular fit is said",
    )?;
    promise(
        model.dropped_columns.is_empty() || has(WarningKind::DroppedColumns),
        "dropped columns are said",
    )?;
    promise(
        model.optimum.evaluations < 5_000,
        "the search for the optimum ends",
    )?;
    promise(
        model.theta.iter().all(|theta| theta.value.is_finite()),
        "theta is finite",
    )?;
    promise(
        model
            .random
            .iter()
            .all(|component| component.value.is_finite()),
        "variances are finite",
    )?;
    promise(
        model.fitted().iter().all(|value| value.is_finite()),
        "fitted values are finite",
    )?;
    for modes in model.conditional_modes() {
        promise(
            modes.values.values().iter().all(|value| value.is_finite()),
            "conditional modes are finite",
        )?;
    }
    // Where the data do not tell the variances, no inference is promised.
    if has(WarningKind::NotIdentified) {
        return Ok(());
    }
    for method in [
        DegreesOfFreedom::Normal,
        DegreesOfFreedom::Satterthwaite,
        DegreesOfFreedom::KenwardRoger,
    ] {
        if let Ok(inference) = model.inference(method) {
            conclusions(&inference, table)?;
        }
    }
    for (group, _) in &model.n_groups {
        for left_out in influence(model, group).map_err(|problem| problem.to_string())? {
            promise(
                left_out.cooks_distance.is_nan() || left_out.cooks_distance >= 0.0,
                "a distance is not negative",
            )?;
        }
    }
    further::of_mixed_model(model, table)
}

fn generalised(formula: &Formula, table: &Table, family: Family) -> Result<Answer, String> {
    let settings = GeneralisedSettings::new(family);
    if formula.random.is_empty() {
        return match generalised_linear_model(formula, table, &settings) {
            Err(problem) => Ok(Answer::refusal(&problem)),
            Ok(model) => {
                sound(&model.coefficients, &model.vcov, &[model.log_likelihood])?;
                inferred(model.inference().ok().as_ref(), table)?;
                said(model.converged, &model.warnings)?;
                Ok(Answer::result(&model.warnings, Some(model.log_likelihood)))
            }
        };
    }
    match generalised_mixed_model::fit(formula, table, &settings) {
        Err(problem) => Ok(Answer::refusal(&problem)),
        Ok(model) => {
            sound(&model.coefficients, &model.vcov, &[model.log_likelihood])?;
            inferred(model.inference().ok().as_ref(), table)?;
            said(model.converged, &model.warnings)?;
            promise(
                model.fitted().iter().all(|value| value.is_finite()),
                "fitted values are finite",
            )?;
            Ok(Answer::result(&model.warnings, Some(model.log_likelihood)))
        }
    }
}

fn ordinal(formula: &Formula, table: &Table) -> Result<Answer, String> {
    match ordinal_mixed_model::fit(formula, table, &OrdinalSettings::default()) {
        Err(problem) => Ok(Answer::refusal(&problem)),
        Ok(model) => {
            sound(&model.coefficients, &model.vcov, &[model.log_likelihood])?;
            said(model.converged, &model.warnings)?;
            if let Ok(tests) = model.tests(0.95) {
                tests.iter().try_for_each(plausible)?;
            }
            Ok(Answer::result(&model.warnings, Some(model.log_likelihood)))
        }
    }
}

fn inferred(inference: Option<&Inference<'_>>, table: &Table) -> Result<(), String> {
    inference.map_or(Ok(()), |inference| conclusions(inference, table))
}

fn said(converged: bool, warnings: &[Warning]) -> Result<(), String> {
    let warned = warnings
        .iter()
        .any(|warning| warning.kind == WarningKind::NotConverged);
    promise(converged || warned, "no convergence is said")
}

/// Estimates and their uncertainty are finite numbers.
fn sound(coefficients: &[f64], vcov: &Matrix, others: &[f64]) -> Result<(), String> {
    promise(
        coefficients.iter().all(|value| value.is_finite()),
        "coefficients are finite",
    )?;
    promise(
        others.iter().all(|value| value.is_finite()),
        "scale and likelihood are finite",
    )?;
    let errors = (0..coefficients.len())
        .all(|place| vcov[(place, place)].is_finite() && vcov[(place, place)] >= 0.0);
    promise(errors, "variances of coefficients are finite")
}

/// Whatever follows from a fit: tests, means, predictions.
fn conclusions(inference: &Inference<'_>, table: &Table) -> Result<(), String> {
    coefficient_tests(inference, 0.95)
        .iter()
        .try_for_each(plausible)?;
    for term in type_three_tests(inference) {
        let p = term.test.p;
        promise(
            p.is_nan() || (0.0..=1.0).contains(&p),
            "p of a term lies between 0 and 1",
        )?;
    }
    let arm = MarginalMeans {
        over: vec!["arm".to_owned()],
        at: Vec::new(),
    };
    if matches!(table.column("arm"), Some(Column::Factor(_)))
        && let Ok(means) = marginal_means(inference, &arm, 0.95)
    {
        let estimated = means.iter().filter(|mean| mean.weights.is_some());
        estimated
            .map(|mean| &mean.estimate)
            .try_for_each(plausible)?;
    }
    // A prediction may be refused or missing; it must not panic.
    drop(predict(inference, table, 0.95));
    Ok(())
}

/// Whether a test is one that could be: finite, in order.
pub fn plausible(test: &CoefficientTest) -> Result<(), String> {
    let fine = test.estimate.is_finite()
        && test.se.is_finite()
        && test.se >= 0.0
        && (test.df > 0.0 || test.df.is_nan())
        && (test.p.is_nan() || (0.0..=1.0).contains(&test.p))
        && (test.ci_lower <= test.ci_upper || test.ci_lower.is_nan());
    promise(fine, &format!("a test is plausible: {test:?}"))
}

/// A broken promise, unless it was kept.
pub fn promise(kept: bool, what: &str) -> Result<(), String> {
    if kept {
        Ok(())
    } else {
        Err(format!("a broken promise: {what}"))
    }
}
