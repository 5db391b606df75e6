//! A likelihood ratio test against another model of the same rows, `--compare FORMULA`.

use anyhow::{Context, Result, bail};
use attune_analysis::words;
use attune_statistics::{
    formula::Formula,
    likelihood_ratio_test::{LikelihoodRatioTest, likelihood_ratio_test, test_of_random_effects},
    linear_mixed_model::LinearMixedModel,
    parametric_bootstrap::parametric_bootstrap_test,
    table::Table,
};
use serde_json::json;

use super::{
    Fit,
    result::{Section, number},
};
use crate::text_table::TextTable;

/// The comparison of the fitted model with the other one; the one with fewer parameters is the null hypothesis.
pub fn section(
    fit: &Fit,
    table: &Table,
    model: &LinearMixedModel,
    formula: &str,
) -> Result<Section> {
    let other = Formula::parse(formula)?;
    let context = || format!("--compare '{formula}'");
    let (smaller, larger) = (fit.formula.as_str(), formula);
    if other.random.is_empty() {
        let other = fit.least_squares(&other, table).with_context(context)?;
        let test = test_of_random_effects(&other, model).with_context(context)?;
        return Ok(described(&test, formula, &fit.formula));
    }
    let other = fit.mixed_model(&other, table).with_context(context)?;
    if other.n_parameters == model.n_parameters {
        bail!(
            "--compare '{formula}': both models have {} parameters, so neither is a special case of the other; compare their AIC",
            model.n_parameters
        );
    }
    if other.n_parameters < model.n_parameters {
        let test = likelihood_ratio_test(&other, model).with_context(context)?;
        by_simulation(fit, (&other, model), described(&test, larger, smaller))
    } else {
        let test = likelihood_ratio_test(model, &other).with_context(context)?;
        by_simulation(fit, (model, &other), described(&test, smaller, larger))
    }
}

/// With `--bootstrap` the p value by simulation from the smaller model, too.
fn by_simulation(
    fit: &Fit,
    (smaller, larger): (&LinearMixedModel, &LinearMixedModel),
    mut section: Section,
) -> Result<Section> {
    let Some(n_replicates) = fit.bootstrap.bootstrap else {
        return Ok(section);
    };
    let test = parametric_bootstrap_test(smaller, larger, n_replicates, fit.bootstrap.seed)?;
    section.text += &format!(
        "By simulation from the smaller model ({}, seed {}): {}\n",
        words::count_of(test.n_used, "replicate", "replicates"),
        fit.bootstrap.seed,
        words::p_value(test.p)
    );
    section.json["p_bootstrap"] = number(test.p);
    section.json["n_bootstrap"] = json!(test.n_used);
    Ok(section)
}

fn described(test: &LikelihoodRatioTest, smaller: &str, larger: &str) -> Section {
    let mut table = TextTable::new(&["model", "parameters", "log-likelihood", "AIC"]);
    let rows = [
        (smaller, test.n_parameters[0], test.log_likelihood_smaller),
        (larger, test.n_parameters[1], test.log_likelihood_larger),
    ];
    for (formula, n_parameters, log_likelihood) in rows {
        table.row([
            formula.to_owned(),
            words::count(n_parameters),
            words::fixed(log_likelihood, 3),
            words::fixed(2.0 * n_parameters as f64 - 2.0 * log_likelihood, 2),
        ]);
    }
    let mut text = format!(
        "Likelihood ratio test (both by maximum likelihood)\n{}χ² = {} with {} df, {}\n",
        table.text(),
        words::fixed(test.statistic, 3),
        words::fixed(test.df, 0),
        words::p_value(test.p),
    );
    if let Some(p) = test.p_boundary_mixture {
        text += &format!(
            "A variance of zero lies on the boundary, where half of all differences are smaller than χ² with {} df says: {}\n",
            words::fixed(test.df, 0),
            words::p_value(p)
        );
    }
    Section {
        key: "comparison",
        json: json!({
            "smaller": smaller,
            "larger": larger,
            "statistic": number(test.statistic),
            "df": number(test.df),
            "p": number(test.p),
            "p_boundary_mixture": test.p_boundary_mixture.map(number),
            "log_likelihood_smaller": number(test.log_likelihood_smaller),
            "log_likelihood_larger": number(test.log_likelihood_larger),
            "n_parameters": test.n_parameters,
        }),
        text,
    }
}
