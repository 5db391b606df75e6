//! Prior weights and offsets. Reference values: `tests/reference/mixed_model_extras.R`.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
use attune_statistics::influence::influence;
use attune_statistics::least_squares::weighted_least_squares;
use attune_statistics::linear_mixed_model::{
    Estimator, FitSettings, LinearMixedModel, WarningKind, fit, fit_weighted,
};
use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

use crate::oracle_lmm::{Comparison, list, number, read_json, table};

/// A case of `mixed_model_extras.json`.
pub fn reference(name: &str) -> Value {
    let text = include_str!("../reference/mixed_model_extras.json");
    let all: Value = serde_json::from_str(text).expect("JSON");
    all[name].clone()
}

/// Early with the weights 1.5, 2, 2.5, 1, 1.5 …
fn early() -> Table {
    let case = read_json("cases/early_intercept_reml.json");
    let mut early = table(&case);
    let weights = (1..=early.n_rows())
        .map(|row| 1.0 + (row % 4) as f64 / 2.0)
        .collect();
    early.push("w", Column::Numbers(weights)).expect("a column");
    early
}

fn parse(formula: &str) -> Formula {
    Formula::parse(formula).expect("a formula")
}

const MODEL: &str = "cog ~ tos * trt + offset(3 * age) + (1 | id)";

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn check(name: &str, estimator: Estimator) {
    let expected = reference(name);
    let settings = FitSettings {
        estimator,
        ..FitSettings::default()
    };
    let model = fit_weighted(&parse(MODEL), &early(), "w", &settings).expect("a fit");
    let mut compare = Comparison::new(name);
    let tests = coefficient_tests(
        &model
            .inference(DegreesOfFreedom::Satterthwaite)
            .expect("inference"),
        0.95,
    );
    let of = |part: fn(&attune_statistics::inference::CoefficientTest) -> f64| {
        tests.iter().map(part).collect::<Vec<f64>>()
    };
    compare.numbers(
        "coefficients",
        &of(|t| t.estimate),
        &numbers(&expected["coefficients"]),
        1e-9,
    );
    compare.numbers("se", &of(|t| t.se), &numbers(&expected["se"]), 1e-9);
    compare.numbers("df", &of(|t| t.df), &numbers(&expected["df"]), 1e-7);
    let sds = [model.random[0].standardised, model.sigma];
    compare.numbers(
        "standard deviations",
        &sds,
        &numbers(&expected["psi"]),
        1e-8,
    );
    compare.number(
        "logLik",
        model.log_likelihood,
        number(&expected["log_likelihood"]),
        1e-10,
    );
    // lme4 stops at 1e-5 or so.
    compare.number(
        "lme4 logLik",
        model.log_likelihood,
        number(&expected["lme4_log_likelihood"]),
        1e-9,
    );
    compare.numbers(
        "fitted",
        &model.fitted()[..5],
        &numbers(&expected["lme4_fitted"]),
        1e-5,
    );
    compare.numbers(
        "scaled residuals",
        &model.standardised_residuals()[..5],
        &numbers(&expected["lme4_scaled_residuals"]),
        1e-4,
    );
    let modes = &model.conditional_modes()[0];
    for (level, expected) in expected["lme4_modes"].as_object().expect("levels") {
        let at = modes
            .levels
            .iter()
            .position(|known| known == level)
            .expect("a level");
        compare.number(level, modes.values[(at, 0)], number(expected), 1e-4);
    }
    compare.finish();
}

#[test]
fn weights_and_offset_give_the_numbers_of_a_dense_likelihood_by_reml() {
    check("early_weighted_reml", Estimator::Reml);
}

#[test]
fn weights_and_offset_give_the_numbers_of_a_dense_likelihood_by_ml() {
    check("early_weighted_ml", Estimator::MaximumLikelihood);
}

#[test]
fn weighted_least_squares_are_those_of_lm() {
    let expected = reference("early_weighted_lm");
    let model = weighted_least_squares(&parse("cog ~ tos * trt + offset(3 * age)"), &early(), "w")
        .expect("a fit");
    let mut compare = Comparison::new("lm");
    compare.numbers(
        "coefficients",
        &model.coefficients,
        &numbers(&expected["coefficients"]),
        1e-11,
    );
    let se: Vec<f64> = model.vcov.diagonal().iter().map(|v| v.sqrt()).collect();
    compare.numbers("se", &se, &numbers(&expected["se"]), 1e-11);
    compare.number("sigma", model.sigma, number(&expected["sigma"]), 1e-12);
    compare.number(
        "logLik",
        model.log_likelihood,
        number(&expected["log_likelihood"]),
        1e-12,
    );
    compare.number("AIC", model.aic, number(&expected["aic"]), 1e-12);
    compare.numbers(
        "residuals",
        &model.residuals[..5],
        &numbers(&expected["residuals"]),
        1e-11,
    );
    compare.numbers(
        "standardised",
        &model.standardised_residuals()[..5],
        &numbers(&expected["standardised"]),
        1e-11,
    );
    compare.numbers(
        "Cook",
        &model.cooks_distances()[..5],
        &numbers(&expected["cooks"]),
        1e-10,
    );
    compare.finish();
}

/// Rows multiplied by the square roots of the weights, in a model without weights.
fn multiplied(early: &Table) -> LinearMixedModel {
    let column = |name: &str| match early.column(name) {
        Some(Column::Numbers(values)) => values.clone(),
        Some(Column::Factor(factor)) => factor
            .codes
            .iter()
            .map(|code| f64::from(code.expect("a level")))
            .collect(),
        None => panic!("{name} is in the data"),
    };
    let root: Vec<f64> = column("w").iter().map(|w| w.sqrt()).collect();
    let times = |values: Vec<f64>| -> Column {
        Column::Numbers(
            values
                .iter()
                .zip(&root)
                .map(|(value, r)| value * r)
                .collect(),
        )
    };
    let (tos, trt) = (column("tos"), column("trt"));
    let both = tos.iter().zip(&trt).map(|(a, b)| a * b).collect();
    let offset: Vec<f64> = column("cog")
        .iter()
        .zip(column("age"))
        .map(|(y, age)| y - 3.0 * age)
        .collect();
    let table = Table::new()
        .with("y", times(offset))
        .and_then(|t| t.with("one", Column::Numbers(root.clone())))
        .and_then(|t| t.with("tos", times(tos)))
        .and_then(|t| t.with("trt", times(trt)))
        .and_then(|t| t.with("both", times(both)))
        .and_then(|t| t.with("id", early.column("id").expect("id").clone()))
        .expect("columns");
    fit(
        &parse("y ~ 0 + one + tos + trt + both + (0 + one | id)"),
        &table,
        &FitSettings::default(),
    )
    .expect("a fit")
}

/// Weights are a short way of multiplying every row by the square root of its weight: all of inference must agree.
#[test]
fn inference_with_weights_is_that_of_the_multiplied_rows() {
    let early = early();
    let weighted =
        fit_weighted(&parse(MODEL), &early, "w", &FitSettings::default()).expect("a fit");
    let plain = multiplied(&early);
    let mut compare = Comparison::new("multiplied");
    for method in [
        DegreesOfFreedom::Satterthwaite,
        DegreesOfFreedom::KenwardRoger,
    ] {
        let (a, b) = (
            weighted.inference(method).expect("i"),
            plain.inference(method).expect("i"),
        );
        for (a, b) in coefficient_tests(&a, 0.95)
            .iter()
            .zip(coefficient_tests(&b, 0.95))
        {
            compare.number("estimate", a.estimate, b.estimate, 1e-9);
            compare.number("se", a.se, b.se, 1e-9);
            compare.number("df", a.df, b.df, 1e-8);
        }
    }
    for (a, b) in influence(&weighted, "id")
        .expect("i")
        .iter()
        .zip(influence(&plain, "id").expect("i"))
    {
        compare.numbers(&a.level, &a.coefficients, &b.coefficients, 1e-9);
        compare.number("Cook", a.cooks_distance, b.cooks_distance, 1e-7);
    }
    let (a, b) = (weighted.conditional_modes(), plain.conditional_modes());
    compare.numbers(
        "modes",
        &a[0].values.column(0),
        &b[0].values.column(0),
        1e-9,
    );
    compare.numbers(
        "their errors",
        &a[0].standard_errors.column(0),
        &b[0].standard_errors.column(0),
        1e-9,
    );
    compare.numbers(
        "scaled residuals",
        &weighted.standardised_residuals(),
        &plain.standardised_residuals(),
        1e-8,
    );
    compare.finish();
}

#[test]
fn a_common_factor_in_the_weights_changes_sigma_alone() {
    let early = early();
    let Some(Column::Numbers(weights)) = early.column("w") else {
        panic!("weights")
    };
    let tenfold = early
        .clone()
        .with(
            "w10",
            Column::Numbers(weights.iter().map(|w| 10.0 * w).collect()),
        )
        .expect("a column");
    let settings = FitSettings::default();
    let one = fit_weighted(&parse(MODEL), &tenfold, "w", &settings).expect("a fit");
    let ten = fit_weighted(&parse(MODEL), &tenfold, "w10", &settings).expect("a fit");
    assert!((ten.sigma / one.sigma - 10.0_f64.sqrt()).abs() < 1e-9);
    assert!((ten.log_likelihood - one.log_likelihood).abs() < 1e-8);
    let means = |model: &LinearMixedModel| {
        let inference = model
            .inference(DegreesOfFreedom::KenwardRoger)
            .expect("inference");
        let wanted = MarginalMeans {
            over: vec!["trt".to_owned()],
            at: Vec::new(),
        };
        marginal_means(&inference, &wanted, 0.95).expect("means")
    };
    for (a, b) in means(&one).iter().zip(means(&ten)) {
        assert!((a.estimate.estimate - b.estimate.estimate).abs() < 1e-8);
        assert!((a.estimate.se - b.estimate.se).abs() < 1e-8);
    }
}

#[test]
fn rows_of_weight_zero_are_left_out_and_told() {
    let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
    let table = Table::new()
        .with("dyad", Column::Factor(dyads))
        .and_then(|t| {
            t.with(
                "y",
                Column::Numbers(vec![1.0, 2.0, 2.5, 3.0, 7.0, 5.0, 4.0, 99.0]),
            )
        })
        .and_then(|t| {
            t.with(
                "w",
                Column::Numbers(vec![1.0, 2.0, 1.0, 1.0, f64::NAN, 3.0, 1.0, 0.0]),
            )
        })
        .expect("a table");
    let model = fit_weighted(
        &parse("y ~ 1 + (1 | dyad)"),
        &table,
        "w",
        &FitSettings::default(),
    )
    .expect("a fit");
    assert_eq!((model.n_observations, model.n_dropped), (6, 2));
    let told = model
        .warnings
        .iter()
        .find(|w| w.kind == WarningKind::ZeroWeights)
        .expect("a warning");
    assert!(
        told.what.starts_with("1 row(s) have the weight 0"),
        "{told}"
    );
}
