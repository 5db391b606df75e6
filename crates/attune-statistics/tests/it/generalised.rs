//! Generalised, generalised mixed and ordinal models: reference values beyond the oracles, laws, and what happens
//! at the edges.
//!
//! Reference values: tests/reference/generalised.json, made by generalised.R beside it (R 4.2.2, MASS 7.3-58.2,
//! numDeriv 2016.8-1.1), tolerance 1e-7 because its derivatives are numerical; plain `glm` fits to 1e-9.

use std::path::PathBuf;

use attune_statistics::formula::Formula;
use attune_statistics::generalised_linear_model::{
    GeneralisedLinearModel, generalised_linear_model,
};
use attune_statistics::generalised_mixed_model::{
    self, Family, GeneralisedFitError, GeneralisedMixedModel, GeneralisedSettings,
};
use attune_statistics::linear_mixed_model::WarningKind;
use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
use attune_statistics::mean_contrasts::pairwise;
use attune_statistics::ordinal_mixed_model::{self, OrdinalMixedModel, OrdinalSettings};
use attune_statistics::table::{Column, Factor, Table};
use proptest::prelude::*;
use serde_json::Value;

use crate::oracle::OracleData;
use crate::oracle_lmm::Comparison;

fn reference() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/generalised.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|value| value.as_f64().expect("a number"))
        .collect()
}

fn factor(data: &OracleData, name: &str) -> Column {
    Column::Factor(Factor::from_labels(
        &data.text(name).iter().map(Some).collect::<Vec<_>>(),
    ))
}

fn ticks() -> Table {
    let data = OracleData::read("grouseticks.csv");
    let effort = data
        .numbers("INDEX")
        .iter()
        .map(|index| 1.0 + (index % 5.0) / 4.0)
        .collect();
    Table::new()
        .with("TICKS", Column::Numbers(data.numbers("TICKS")))
        .and_then(|table| table.with("YEAR", factor(&data, "YEAR")))
        .and_then(|table| table.with("cHEIGHT", Column::Numbers(data.numbers("cHEIGHT"))))
        .and_then(|table| table.with("BROOD", factor(&data, "BROOD")))
        .and_then(|table| table.with("LOCATION", factor(&data, "LOCATION")))
        .and_then(|table| table.with("effort", Column::Numbers(effort)))
        .expect("a table")
}

fn cbpp() -> Table {
    let data = OracleData::read("cbpp.csv");
    let (incidence, size) = (data.numbers("incidence"), data.numbers("size"));
    let share = incidence.iter().zip(&size).map(|(a, b)| a / b).collect();
    Table::new()
        .with("herd", factor(&data, "herd"))
        .and_then(|table| table.with("period", factor(&data, "period")))
        .and_then(|table| table.with("incidence", Column::Numbers(incidence)))
        .and_then(|table| table.with("size", Column::Numbers(size)))
        .and_then(|table| table.with("share", Column::Numbers(share)))
        .expect("a table")
}

fn wine() -> Table {
    let data = OracleData::read("wine.csv");
    let rating = data.numbers("rating");
    let reversed = rating.iter().map(|rating| 6.0 - rating).collect();
    Table::new()
        .with("rating", Column::Numbers(rating))
        .and_then(|table| table.with("reversed", Column::Numbers(reversed)))
        .and_then(|table| table.with("temp", factor(&data, "temp")))
        .and_then(|table| table.with("contact", factor(&data, "contact")))
        .and_then(|table| table.with("judge", factor(&data, "judge")))
        .expect("a table")
}

fn glm(formula: &str, table: &Table, family: Family) -> GeneralisedLinearModel {
    let formula = Formula::parse(formula).expect("a good formula");
    generalised_linear_model(&formula, table, &GeneralisedSettings::new(family)).expect("a fit")
}

fn mixed(formula: &str, table: &Table, settings: &GeneralisedSettings) -> GeneralisedMixedModel {
    let formula = Formula::parse(formula).expect("a good formula");
    let model = generalised_mixed_model::fit(&formula, table, settings).expect("a fit");
    assert!(model.converged, "{formula}: {:?}", model.optimum);
    model
}

fn ordinal(formula: &str, table: &Table, nodes: usize) -> OrdinalMixedModel {
    let formula = Formula::parse(formula).expect("a good formula");
    let settings = OrdinalSettings {
        nodes,
        ..OrdinalSettings::default()
    };
    let model = ordinal_mixed_model::fit(&formula, table, &settings).expect("a fit");
    assert!(model.converged, "{formula}: {:?}", model.optimum);
    model
}

fn standard_errors(vcov: &attune_statistics::matrix::Matrix) -> Vec<f64> {
    vcov.diagonal().into_iter().map(f64::sqrt).collect()
}

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

fn close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    let mut compare = Comparison::new(what);
    compare.numbers("values", a, b, tolerance);
    compare.finish();
}

#[test]
fn a_proportion_with_trials_as_weights_is_cbind() {
    let binomial = GeneralisedSettings::new(Family::Binomial);
    let counts = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &binomial,
    );
    let weighted = GeneralisedSettings {
        weights: Some("size".into()),
        ..binomial
    };
    let shares = mixed("share ~ period + (1 | herd)", &cbpp(), &weighted);
    close(
        "coefficients",
        &shares.coefficients,
        &counts.coefficients,
        1e-10,
    );
    close(
        "logLik",
        &[shares.log_likelihood],
        &[counts.log_likelihood],
        1e-12,
    );
}

#[test]
fn successes_and_failures_exchanged_change_the_signs() {
    let settings = GeneralisedSettings {
        nodes: 7,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let one = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let other = mixed(
        "cbind(size - incidence, incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let negated: Vec<f64> = other.coefficients.iter().map(|value| -value).collect();
    close("coefficients", &negated, &one.coefficients, 1e-9);
    close(
        "theta",
        &[other.theta[0].value],
        &[one.theta[0].value],
        1e-9,
    );
    close("se", other.vcov.values(), one.vcov.values(), 1e-8);
}

#[test]
fn rows_in_another_order_and_groups_by_other_names_change_nothing() {
    let table = ticks();
    let order: Vec<usize> = (0..table.n_rows())
        .map(|row| (row * 101 + 17) % table.n_rows())
        .collect();
    let mut renamed = table.rows(&order);
    let Some(Column::Factor(broods)) = renamed.column("BROOD").cloned() else {
        panic!("a factor")
    };
    let labels: Vec<Option<String>> = broods
        .codes
        .iter()
        .map(|code| code.map(|code| format!("b{:03}", (code * 37 + 5) % 211)))
        .collect();
    renamed
        .push("nest", Column::Factor(Factor::from_labels(&labels)))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::Poisson);
    let before = mixed(
        "TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | LOCATION)",
        &table,
        &settings,
    );
    let after = mixed(
        "TICKS ~ YEAR + cHEIGHT + (1 | nest) + (1 | LOCATION)",
        &renamed,
        &settings,
    );
    close(
        "coefficients",
        &after.coefficients,
        &before.coefficients,
        1e-9,
    );
    close(
        "logLik",
        &[after.log_likelihood],
        &[before.log_likelihood],
        1e-12,
    );
    close("vcov", after.vcov.values(), before.vcov.values(), 1e-8);
}

#[test]
fn another_origin_and_unit_of_a_random_slope_change_only_its_scale() {
    let mut table = ticks();
    let Some(Column::Numbers(height)) = table.column("cHEIGHT").cloned() else {
        panic!("numbers")
    };
    let moved = height.iter().map(|height| 0.01 * height + 20.0).collect();
    table
        .push("altitude", Column::Numbers(moved))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::NegativeBinomial);
    let one = mixed("TICKS ~ cHEIGHT + (cHEIGHT | LOCATION)", &table, &settings);
    let other = mixed(
        "TICKS ~ altitude + (altitude | LOCATION)",
        &table,
        &settings,
    );
    close(
        "logLik",
        &[other.log_likelihood],
        &[one.log_likelihood],
        1e-10,
    );
    close(
        "slope",
        &[0.01 * other.coefficients[1]],
        &[one.coefficients[1]],
        1e-7,
    );
    close(
        "se",
        &[0.01 * other.vcov[(1, 1)].sqrt()],
        &[one.vcov[(1, 1)].sqrt()],
        1e-6,
    );
    let slope_sd = |model: &GeneralisedMixedModel| model.random[1].standardised;
    close(
        "sd of slopes",
        &[0.01 * slope_sd(&other)],
        &[slope_sd(&one)],
        1e-6,
    );
}

#[test]
fn an_offset_that_is_constant_moves_the_intercept_alone() {
    let mut table = ticks();
    table
        .push("two", Column::Numbers(vec![2.0; table.n_rows()]))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::Poisson);
    let plain = mixed("TICKS ~ cHEIGHT + (1 | BROOD)", &table, &settings);
    let offset = mixed(
        "TICKS ~ cHEIGHT + offset(two) + (1 | BROOD)",
        &table,
        &settings,
    );
    close(
        "coefficients",
        &[offset.coefficients[0] + 2.0, offset.coefficients[1]],
        &plain.coefficients,
        1e-9,
    );
}

#[test]
fn a_row_of_weight_two_is_two_rows() {
    let table = ticks();
    let twice: Vec<usize> = (0..table.n_rows())
        .flat_map(|row| vec![row; 1 + row % 2])
        .collect();
    let mut weighted = table.clone();
    let weights = (0..table.n_rows())
        .map(|row| 1.0 + (row % 2) as f64)
        .collect();
    weighted
        .push("weight", Column::Numbers(weights))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::NegativeBinomial);
    let repeated = mixed(
        "TICKS ~ cHEIGHT + (1 | BROOD)",
        &table.rows(&twice),
        &settings,
    );
    let settings = GeneralisedSettings {
        weights: Some("weight".into()),
        ..settings
    };
    let model = mixed("TICKS ~ cHEIGHT + (1 | BROOD)", &weighted, &settings);
    close(
        "coefficients",
        &model.coefficients,
        &repeated.coefficients,
        1e-9,
    );
    close(
        "logLik",
        &[model.log_likelihood],
        &[repeated.log_likelihood],
        1e-11,
    );
}

#[test]
fn categories_in_reverse_change_the_signs() {
    let up = ordinal("rating ~ temp + contact + (1 | judge)", &wine(), 11);
    let down = ordinal("reversed ~ temp + contact + (1 | judge)", &wine(), 11);
    let negated: Vec<f64> = down.coefficients[4..].iter().map(|value| -value).collect();
    close("coefficients", &negated, &up.coefficients[4..], 1e-9);
    let reversed: Vec<f64> = down.thresholds().iter().rev().map(|value| -value).collect();
    close("thresholds", &reversed, up.thresholds(), 1e-9);
}

#[test]
fn two_categories_are_a_logistic_model() {
    let mut table = wine();
    let Some(Column::Numbers(rating)) = table.column("rating").cloned() else {
        panic!("numbers")
    };
    let high = rating
        .iter()
        .map(|rating| f64::from(u8::from(*rating > 2.0)))
        .collect();
    table
        .push("high", Column::Numbers(high))
        .expect("a new column");
    let settings = GeneralisedSettings {
        nodes: 9,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let logistic = mixed("high ~ temp + contact + (1 | judge)", &table, &settings);
    let two = ordinal("high ~ temp + contact + (1 | judge)", &table, 9);
    close(
        "threshold",
        &[-two.coefficients[0]],
        &[logistic.coefficients[0]],
        1e-9,
    );
    close(
        "coefficients",
        &two.coefficients[1..],
        &logistic.coefficients[1..],
        1e-9,
    );
    close(
        "logLik",
        &[two.log_likelihood],
        &[logistic.log_likelihood],
        1e-11,
    );
    let probabilities = two.fitted_probabilities();
    close("fitted", &probabilities.column(1), &logistic.fitted(), 1e-8);
}

#[test]
fn marginal_means_are_on_the_scale_of_the_link() {
    let settings = GeneralisedSettings::new(Family::Binomial);
    let model = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let inference = model.inference().expect("inference");
    let wanted = MarginalMeans {
        over: vec!["period".into()],
        at: Vec::new(),
    };
    let means = marginal_means(&inference, &wanted, 0.95).expect("means");
    close(
        "mean",
        &[means[1].estimate.estimate],
        &[model.coefficients[0] + model.coefficients[1]],
        1e-14,
    );
    let model = ordinal("rating ~ temp + contact + (1 | judge)", &wine(), 1);
    let inference = model.latent_inference().expect("inference");
    let wanted = MarginalMeans {
        over: vec!["temp".into()],
        at: Vec::new(),
    };
    let means = marginal_means(&inference, &wanted, 0.95).expect("means");
    let difference = &pairwise(&inference, &means, &[], 0.95)[0].test;
    close(
        "difference",
        &[difference.estimate],
        &[model.coefficients[4]],
        1e-13,
    );
    close("se", &[difference.se], &[model.vcov[(4, 4)].sqrt()], 1e-12);
}

/// 40 rows in 10 groups that are all alike.
fn alike() -> Table {
    let group: Vec<f64> = (0..40).map(|row| f64::from(row / 4)).collect();
    let x: Vec<f64> = (0..40).map(|row| f64::from(row % 4)).collect();
    let count = (0..40).map(|row| f64::from(2 + row % 2)).collect();
    let yes = (0..40).map(|row| f64::from(row % 2)).collect();
    Table::new()
        .with("group", Column::Factor(Factor::from_numbers(&group)))
        .and_then(|table| table.with("x", Column::Numbers(x)))
        .and_then(|table| table.with("count", Column::Numbers(count)))
        .and_then(|table| table.with("yes", Column::Numbers(yes)))
        .expect("a table")
}

#[test]
fn groups_that_do_not_differ_have_a_variance_of_exactly_zero() {
    let settings = GeneralisedSettings {
        nodes: 5,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let model = mixed("yes ~ x + (1 | group)", &alike(), &settings);
    assert_eq!((model.theta[0].value, model.singular), (0.0, true));
    assert_eq!(model.boundary, ["group.(Intercept)"]);
    let plain = glm("yes ~ x", &alike(), Family::Binomial);
    close(
        "coefficients",
        &model.coefficients,
        &plain.coefficients,
        1e-10,
    );
    close("vcov", model.vcov.values(), plain.vcov.values(), 1e-8);
    insta::assert_snapshot!(model.warnings[0].to_string(), @"the levels of `group` do not differ beyond chance: the variance is estimated as exactly zero; the fixed effects are those of a model without it; that is no proof that the levels are alike, only that 10 of them cannot show a difference; keep the term if the design demands it");
}

#[test]
fn counts_that_vary_less_than_poisson_have_no_dispersion() {
    let model = glm("count ~ x", &alike(), Family::NegativeBinomial);
    assert_eq!(model.size, Some(f64::INFINITY));
    assert!(
        model
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::Dispersion)
    );
    let poisson = glm("count ~ x", &alike(), Family::Poisson);
    close(
        "coefficients",
        &model.coefficients,
        &poisson.coefficients,
        1e-10,
    );
    close(
        "logLik",
        &[model.log_likelihood],
        &[poisson.log_likelihood],
        1e-13,
    );
}

#[test]
fn more_variation_than_poisson_is_said() {
    let model = glm("TICKS ~ YEAR + cHEIGHT", &ticks(), Family::Poisson);
    let said: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @"the response varies 12.5 times as much as a Poisson response with these means (Pearson's statistic over its degrees of freedom); standard errors and p values are too small; use the negative binomial family, or add a random intercept for each row");
}

fn refusal(formula: &str, table: &Table, family: Family) -> GeneralisedFitError {
    let formula = Formula::parse(formula).expect("a good formula");
    let settings = GeneralisedSettings::new(family);
    if formula.random.is_empty() {
        generalised_linear_model(&formula, table, &settings).expect_err("a refusal")
    } else {
        generalised_mixed_model::fit(&formula, table, &settings).expect_err("a refusal")
    }
}

/// In arm B everybody is secure, and all who are older than 9 months are.
fn separated() -> Table {
    let arm: Vec<Option<&str>> = (0..24)
        .map(|row| Some(if row % 3 == 0 { "B" } else { "A" }))
        .collect();
    let age: Vec<f64> = (0..24).map(|row| f64::from(6 + row % 8)).collect();
    let in_b = |row: usize| row.is_multiple_of(3);
    let secure = (0..24)
        .map(|row| f64::from(u8::from(in_b(row) || row % 2 == 0)))
        .collect();
    let old = age
        .iter()
        .map(|age| f64::from(u8::from(*age > 9.0)))
        .collect();
    let falls = (0..24)
        .map(|row| {
            if in_b(row) {
                0.0
            } else {
                f64::from(u8::try_from(row % 4).unwrap_or(0))
            }
        })
        .collect();
    let ease = (0..24)
        .map(|row| {
            if in_b(row) {
                3.0
            } else {
                f64::from(u8::try_from(row % 4).unwrap_or(0))
            }
        })
        .collect();
    Table::new()
        .with("arm", Column::Factor(Factor::from_labels(&arm)))
        .and_then(|table| table.with("age", Column::Numbers(age)))
        .and_then(|table| table.with("secure", Column::Numbers(secure)))
        .and_then(|table| table.with("old", Column::Numbers(old)))
        .and_then(|table| table.with("falls", Column::Numbers(falls)))
        .and_then(|table| table.with("ease", Column::Numbers(ease)))
        .and_then(|table| table.with("all", Column::Numbers(vec![1.0; 24])))
        .and_then(|table| {
            table.with(
                "dyad",
                Column::Factor(Factor::from_numbers(
                    &(0..24).map(|row| f64::from(row / 4)).collect::<Vec<_>>(),
                )),
            )
        })
        .expect("a table")
}

#[test]
fn separation_is_said_with_the_columns_responsible() {
    let table = separated();
    let ordinal_refusal = {
        let formula = Formula::parse("ease ~ arm + age").expect("a good formula");
        ordinal_mixed_model::fit(&formula, &table, &OrdinalSettings::default())
            .expect_err("a refusal")
    };
    let said = [
        refusal("secure ~ arm + age + (1 | dyad)", &table, Family::Binomial),
        refusal("old ~ age", &table, Family::Binomial),
        refusal("old ~ arm * age", &table, Family::Binomial),
        refusal("falls ~ arm + age", &table, Family::Poisson),
        refusal(
            "falls ~ arm + age + (1 | dyad)",
            &table,
            Family::NegativeBinomial,
        ),
        ordinal_refusal,
        refusal("all ~ age", &table, Family::Binomial),
    ];
    insta::assert_snapshot!(said.map(|error| error.to_string()).join("\n"), @r"
    quasi-complete separation: `armB` predicts `secure` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    complete separation: `age` predicts `old` perfectly in all rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    complete separation: `age` predicts `old` perfectly in all rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `falls` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `falls` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `ease` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    `all` has the same outcome in all 24 rows, so its logarithm of odds or rate is infinite: there is nothing to model
    ");
}

#[test]
fn a_response_that_does_not_belong_is_named_with_its_row() {
    let (table, ticks) = (separated(), ticks());
    let ordinal = |formula: &str| {
        let formula = Formula::parse(formula).expect("a good formula");
        ordinal_mixed_model::fit(&formula, &table, &OrdinalSettings::default())
            .expect_err("a refusal")
    };
    let quadrature = {
        let formula =
            Formula::parse("TICKS ~ 1 + (1 | BROOD) + (1 | LOCATION)").expect("a good formula");
        let settings = GeneralisedSettings {
            nodes: 5,
            ..GeneralisedSettings::new(Family::Poisson)
        };
        generalised_mixed_model::fit(&formula, &ticks, &settings).expect_err("a refusal")
    };
    let said = [
        refusal("age ~ arm", &table, Family::Binomial),
        refusal("cHEIGHT ~ YEAR", &ticks, Family::Poisson),
        refusal("YEAR ~ cHEIGHT", &ticks, Family::Binomial),
        refusal("YEAR ~ cHEIGHT", &ticks, Family::Poisson),
        refusal("cbind(falls, age) ~ arm", &table, Family::Poisson),
        refusal("secure ~ (1 | all)", &table, Family::Binomial),
        ordinal("all ~ age"),
        ordinal("ease ~ 0 + age"),
        quadrature,
    ];
    insta::assert_snapshot!(said.map(|error| error.to_string()).join("\n"), @r"
    `age` is 6 in row 1, but a binomial response is 0 or 1, a proportion, or `cbind(successes, failures)`
    `cHEIGHT` is 2.75930521091811 in row 1, but a count is a whole number from 0; for rates use counts and an offset
    `YEAR` has 3 category(ies) in the rows used, but a binomial response has two: use an ordinal model, or say which category counts
    `YEAR` has 3 category(ies) in the rows used, but a count is a number: use a numeric column, or a binomial or ordinal model
    `cbind(successes, failures)` is a binomial response: use that family, or a single column
    grouping factor `all` has only 1 level(s) in the 24 rows used: at least 2 are needed
    `all` has 1 category(ies) in the rows used, but an ordinal response has at least two: there is nothing to model
    an ordinal model has thresholds in place of an intercept: leave `0 +` and `- 1` out of the formula
    adaptive quadrature needs a single random intercept or slope, as in `(1 | group)`; this model has 2 random effects per row: use Laplace (1 node)
    ");
}

#[test]
fn laplace_with_few_yes_or_no_answers_per_child_is_doubted() {
    let data = OracleData::read("secure_binary.csv");
    let table = Table::new()
        .with("id", factor(&data, "id"))
        .and_then(|table| {
            table.with(
                "secure",
                Column::Numbers(
                    data.optional_numbers("secure")
                        .into_iter()
                        .map(|v| v.unwrap_or(f64::NAN))
                        .collect(),
                ),
            )
        })
        .expect("a table");
    let laplace = mixed(
        "secure ~ 1 + (1 | id)",
        &table,
        &GeneralisedSettings::new(Family::Binomial),
    );
    assert!(
        laplace
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::Approximation)
    );
    let settings = GeneralisedSettings {
        nodes: 15,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let quadrature = mixed("secure ~ 1 + (1 | id)", &table, &settings);
    assert!(quadrature.warnings.is_empty());
    assert!(quadrature.theta[0].value > 1.1 * laplace.theta[0].value);
}

/// Rows of a small messy table: group, covariate and counts, each sometimes missing or extreme.
fn messy_rows() -> impl Strategy<Value = Vec<(Option<u32>, f64, f64)>> {
    let x =
        prop_oneof![4 => -3.0..3.0_f64, 1 => Just(0.0), 1 => Just(f64::NAN), 1 => -1e8..1e8_f64];
    let y = prop_oneof![6 => (0..4_u32).prop_map(f64::from), 1 => Just(f64::NAN), 1 => (0..900_u32).prop_map(f64::from)];
    proptest::collection::vec((proptest::option::weighted(0.9, 0..4_u32), x, y), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the data, a fit ends, and it ends with finite numbers, with a doubt, or with a refusal.
    #[test]
    fn messy_data_never_panic(rows in messy_rows(), nodes in 1..4_usize) {
        let groups = Factor { levels: (0..4).map(|level| format!("g{level}")).collect(), codes: rows.iter().map(|row| row.0).collect() };
        let table = Table::new()
            .with("group", Column::Factor(groups))
            .and_then(|table| table.with("x", Column::Numbers(rows.iter().map(|row| row.1).collect())))
            .and_then(|table| table.with("y", Column::Numbers(rows.iter().map(|row| row.2).collect())))
            .and_then(|table| table.with("b", Column::Numbers(rows.iter().map(|row| row.2.min(1.0)).collect())))
            .expect("a table");
        for (formula, family) in [
            ("b ~ x + (1 | group)", Family::Binomial),
            ("y ~ x + (1 | group)", Family::Poisson),
            ("y ~ x + (1 | group)", Family::NegativeBinomial),
            ("y ~ group + (x | group)", Family::Poisson),
        ] {
            let formula = Formula::parse(formula).expect("a good formula");
            let nodes = if formula.text.contains("(x") { 1 } else { nodes };
            let settings = GeneralisedSettings { nodes, max_iterations: 30, ..GeneralisedSettings::new(family) };
            if let Ok(model) = generalised_mixed_model::fit(&formula, &table, &settings) {
                let finite = model.coefficients.iter().all(|value| value.is_finite()) && model.log_likelihood.is_finite();
                prop_assert!(finite || !model.converged);
                prop_assert!(model.converged || !model.warnings.is_empty());
            }
        }
        let formula = Formula::parse("y ~ x + (1 | group)").expect("a good formula");
        let settings = OrdinalSettings { nodes, max_iterations: 30, ..OrdinalSettings::default() };
        if let Ok(model) = ordinal_mixed_model::fit(&formula, &table, &settings) {
            prop_assert!(model.coefficients.iter().all(|value| value.is_finite()) || !model.converged);
            prop_assert!(!model.converged || model.thresholds().windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
