//! Reference values: tests/reference/generalised.json, made by generalised.R beside it (R 4.2.2, MASS 7.3-58.2,
//! numDeriv 2016.8-1.1), tolerance 1e-7 because its derivatives are numerical; plain `glm` fits to 1e-9.

use attune_statistics::generalised_mixed_model::{Family, GeneralisedSettings};
use attune_statistics::table::Table;

use crate::oracle_lmm::Comparison;

use super::cases::{cbpp, glm, mixed, numbers, ordinal, reference, standard_errors, ticks, wine};

fn check_glm(case: &str, formula: &str, table: &Table, family: Family) {
    let model = glm(formula, table, family);
    let expected = &reference()[case];
    let mut compare = Comparison::new(case);
    compare.equal("converged", &model.converged, &true);
    compare.numbers(
        "coefficients",
        &model.coefficients,
        &numbers(&expected["coefficients"]),
        1e-9,
    );
    compare.numbers(
        "se",
        &standard_errors(&model.vcov),
        &numbers(&expected["se"]),
        1e-9,
    );
    compare.number(
        "logLik",
        model.log_likelihood,
        numbers(&expected["log_likelihood"])[0],
        1e-11,
    );
    compare.number(
        "deviance",
        model.deviance,
        numbers(&expected["deviance"])[0],
        1e-10,
    );
    compare.number(
        "residual df",
        model.df_residual,
        numbers(&expected["df_residual"])[0],
        0.0,
    );
    compare.finish();
}

#[test]
fn plain_binomial_and_poisson_fits_are_those_of_glm() {
    check_glm(
        "cbpp_binomial",
        "cbind(incidence, size - incidence) ~ period",
        &cbpp(),
        Family::Binomial,
    );
    let offset = "TICKS ~ YEAR + cHEIGHT + offset(log(effort))";
    check_glm("ticks_poisson_offset", offset, &ticks(), Family::Poisson);
}

#[test]
fn a_negative_binomial_fit_is_the_joint_maximum() {
    let model = glm("TICKS ~ YEAR + cHEIGHT", &ticks(), Family::NegativeBinomial);
    let expected = &reference()["ticks_negative_binomial"];
    let mut compare = Comparison::new("ticks_negative_binomial");
    compare.numbers(
        "coefficients",
        &model.coefficients,
        &numbers(&expected["coefficients"]),
        1e-7,
    );
    compare.number(
        "size",
        model.size.expect("a size"),
        numbers(&expected["size"])[0],
        1e-7,
    );
    compare.numbers(
        "se",
        &standard_errors(&model.vcov),
        &numbers(&expected["se"]),
        1e-6,
    );
    compare.number(
        "logLik",
        model.log_likelihood,
        numbers(&expected["log_likelihood"])[0],
        1e-11,
    );
    compare.number(
        "deviance",
        model.deviance,
        numbers(&expected["deviance"])[0],
        1e-6,
    );
    compare.finish();
}

#[test]
fn a_negative_binomial_mixed_fit_is_the_joint_maximum() {
    let settings = GeneralisedSettings::new(Family::NegativeBinomial);
    let model = mixed("TICKS ~ YEAR + cHEIGHT + (1 | BROOD)", &ticks(), &settings);
    let expected = &reference()["ticks_negative_binomial_brood"];
    let mut compare = Comparison::new("ticks_negative_binomial_brood");
    compare.numbers(
        "coefficients",
        &model.coefficients,
        &numbers(&expected["coefficients"]),
        1e-6,
    );
    compare.number(
        "size",
        model.size.expect("a size"),
        numbers(&expected["size"])[0],
        1e-6,
    );
    compare.number(
        "sd",
        model.theta[0].value,
        numbers(&expected["sd"])[0],
        1e-6,
    );
    compare.numbers(
        "se",
        &standard_errors(&model.vcov),
        &numbers(&expected["se"]),
        1e-6,
    );
    compare.number(
        "logLik",
        model.log_likelihood,
        numbers(&expected["log_likelihood"])[0],
        1e-11,
    );
    compare.finish();
}

#[test]
fn an_ordinal_mixed_fit_is_the_joint_maximum() {
    let model = ordinal("rating ~ temp + contact + (1 | judge)", &wine(), 1);
    let expected = &reference()["wine_clmm"];
    let mut compare = Comparison::new("wine_clmm");
    compare.numbers(
        "coefficients",
        &model.coefficients,
        &numbers(&expected["coefficients"]),
        1e-8,
    );
    compare.number(
        "sd",
        model.theta[0].value,
        numbers(&expected["sd"])[0],
        1e-7,
    );
    compare.numbers(
        "se",
        &standard_errors(&model.vcov),
        &numbers(&expected["se"]),
        1e-7,
    );
    compare.number(
        "logLik",
        model.log_likelihood,
        numbers(&expected["log_likelihood"])[0],
        1e-11,
    );
    compare.finish();
}
