//! Influence of a group: against dense matrices in R and here, and one Newton step against refits.

use attune_statistics::formula::Formula;
use attune_statistics::influence::{InfluenceError, influence, influence_on_variances};
use attune_statistics::linear_mixed_model::{FitSettings, LinearMixedModel, fit};
use attune_statistics::matrix::{Cholesky, Matrix};
use attune_statistics::table::{Column, Table};

use crate::oracle_lmm::{Comparison, fitted, list, number, read_json, table};
use crate::weights::reference;

fn case(name: &str) -> LinearMixedModel {
    fitted(&read_json(&format!("cases/{name}.json")))
}

#[test]
fn leaving_out_a_child_is_that_of_dense_matrices_in_r() {
    let found = influence(&case("early_intercept_reml"), "id").expect("influence");
    let mut compare = Comparison::new("early influence");
    for expected in list(&reference("early_influence")) {
        let level = expected["level"].as_str().expect("a level");
        let child = found
            .iter()
            .find(|child| child.level == level)
            .expect("the child");
        let coefficients: Vec<f64> = list(&expected["coefficients"]).iter().map(number).collect();
        compare.numbers(level, &child.coefficients, &coefficients, 1e-9);
        compare.number(
            "Cook",
            child.cooks_distance,
            number(&expected["cooks_distance"]),
            1e-7,
        );
        compare.number("MDFFITS", child.mdffits, number(&expected["mdffits"]), 1e-7);
        compare.number(
            "COVRATIO",
            child.covariance_ratio,
            number(&expected["covratio"]),
            1e-9,
        );
    }
    compare.finish();
}

/// With two crossed factors, against the covariance matrix written out.
#[test]
fn with_several_factors_it_is_that_of_dense_matrices() {
    let model = case("penicillin_crossed_reml");
    let n = model.n_observations;
    let variance = |group: &str| {
        model
            .random
            .iter()
            .find(|c| c.group == group)
            .expect("a component")
            .value
    };
    let covariance = |rows: &[usize]| {
        Matrix::from_function(rows.len(), rows.len(), |i, j| {
            let shared = |term: &&attune_statistics::model_frame::RandomTerm| {
                term.codes[rows[i]] == term.codes[rows[j]]
            };
            let random: f64 = model
                .frame
                .random
                .iter()
                .filter(shared)
                .map(|t| variance(&t.group))
                .sum();
            random + if i == j { variance("Residual") } else { 0.0 }
        })
    };
    // The only fixed effect is the intercept: its information and its estimate.
    let mean = |rows: &[usize]| {
        let factor = Cholesky::new(&covariance(rows)).expect("positive definite");
        let y: Vec<f64> = rows.iter().map(|&row| model.frame.response[row]).collect();
        let information: f64 = factor.solve(&vec![1.0; rows.len()]).iter().sum();
        (
            factor.solve(&y).iter().sum::<f64>() / information,
            information,
        )
    };
    let all: Vec<usize> = (0..n).collect();
    let (whole, information) = mean(&all);
    let mut compare = Comparison::new("penicillin");
    let sample = model
        .frame
        .random
        .iter()
        .find(|t| t.group == "sample")
        .expect("samples");
    for (level, found) in influence(&model, "sample")
        .expect("influence")
        .iter()
        .enumerate()
    {
        let rows: Vec<usize> = all
            .iter()
            .copied()
            .filter(|&row| sample.codes[row] as usize != level)
            .collect();
        let (without, information_without) = mean(&rows);
        let moved = (without - whole).powi(2);
        compare.number("estimate", found.coefficients[0], without, 1e-9);
        compare.number("Cook", found.cooks_distance, moved * information, 1e-6);
        compare.number("MDFFITS", found.mdffits, moved * information_without, 1e-6);
        compare.number(
            "COVRATIO",
            found.covariance_ratio,
            information / information_without,
            1e-9,
        );
    }
    compare.finish();
}

/// Where a single child of 103 is left out, one Newton step is nearly the refit; a refit is the judge.
#[test]
fn one_step_for_the_variances_is_close_to_a_refit() {
    let data = table(&read_json("cases/early_intercept_reml.json"));
    let formula = Formula::parse("cog ~ tos * trt + (1 | id)").expect("a formula");
    let model = fit(&formula, &data, &FitSettings::default()).expect("a fit");
    let steps = influence_on_variances(&model, "id").expect("influence");
    let Some(Column::Factor(ids)) = data.column("id") else {
        panic!("a factor")
    };
    for step in steps.iter().step_by(17) {
        let mut weights = vec![1.0; data.n_rows()];
        for (weight, code) in weights.iter_mut().zip(&ids.codes) {
            if ids.levels[code.expect("a level") as usize] == step.level {
                *weight = f64::NAN;
            }
        }
        let table: Table = data
            .clone()
            .with("kept", Column::Numbers(weights))
            .expect("a column");
        let without = attune_statistics::linear_mixed_model::fit_weighted(
            &formula,
            &table,
            "kept",
            &FitSettings::default(),
        )
        .expect("a refit");
        for (place, variance) in step.variances.iter().enumerate() {
            let (before, after) = (model.random[place].value, without.random[place].value);
            let missed = (variance - after).abs();
            assert!(
                missed < 0.05 * (after - before).abs() + 1e-3 * before,
                "{} {variance} {after} {before}",
                step.level
            );
        }
    }
}

#[test]
fn an_unknown_group_is_said() {
    let error = influence(&case("early_intercept_reml"), "site").expect_err("unknown");
    assert!(
        matches!(error, InfluenceError::UnknownGroup { ref known, .. } if known == "id"),
        "{error}"
    );
    assert!(influence_on_variances(&case("early_intercept_reml"), "site").is_err());
}
