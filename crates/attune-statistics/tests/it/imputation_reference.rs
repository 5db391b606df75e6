//! Pooled results of many imputations beside those of mice and jomo.
//!
//! Reference values: tests/reference/imputation.json, made by imputation.R beside it (R 4.2.2, mice 3.15.0, jomo
//! 2.7-4, lme4 1.1-31). Draws differ between programs, so pooled estimates are compared within 4.5 standard errors
//! of their Monte-Carlo error, √(B/m + B/m of R), and pooled standard errors within 7 %, which is some three times
//! their own at m = 200; within 12 % for the categories, whose m is smaller.

use std::path::PathBuf;

use attune_statistics::formula::Formula;
use attune_statistics::inference::DegreesOfFreedom;
use attune_statistics::linear_mixed_model::FitSettings;
use attune_statistics::multiple_imputation::{
    ChainedEquations, ImputationMethod, JointNormal, PooledModel, impute_by_chained_equations,
    impute_jointly, pool_least_squares, pool_linear_mixed_model,
};
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

use crate::oracle::OracleData;

const M: usize = 200;

fn agrees(name: &str, pooled: &PooledModel, tolerance: f64) {
    let own_m = pooled.fits.len() as f64;
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/imputation.json");
    let reference: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
    let reference = &reference[name];
    let m = reference["m"].as_f64().expect("a number");
    let number = |key: &str, place: usize| reference[key][place].as_f64().expect("a number");
    assert_eq!(
        reference["estimate"].as_array().map(Vec::len),
        Some(pooled.pooled.len())
    );
    for (place, one) in pooled.pooled.iter().enumerate() {
        let error = (one.between / own_m + number("between", place) / m).sqrt();
        let (estimate, se) = (number("estimate", place), number("se", place));
        assert!(
            (one.estimate - estimate).abs() < 4.5 * error,
            "{name}, term {place}: {} and {estimate}, Monte-Carlo error {error}",
            one.estimate
        );
        assert!(
            (one.standard_error / se - 1.0).abs() < tolerance,
            "{name}, term {place}: standard errors {} and {se}",
            one.standard_error
        );
    }
}

fn factor(data: &OracleData, name: &str, levels: &[&str]) -> Column {
    let labels: Vec<Option<&String>> = data
        .text(name)
        .iter()
        .map(|label| (!label.is_empty()).then_some(label))
        .collect();
    Column::Factor(Factor::with_levels(&labels, levels))
}

fn gappy(data: &OracleData, name: &str) -> Column {
    let values = data.optional_numbers(name);
    Column::Numbers(
        values
            .iter()
            .map(|value| value.unwrap_or(f64::NAN))
            .collect(),
    )
}

fn children() -> Table {
    let data = OracleData::read("mi_incomplete.csv");
    ["mother_age", "y0", "y1", "y2"].iter().fold(
        Table::new()
            .with("arm", factor(&data, "arm", &["C", "P"]))
            .unwrap(),
        |table, name| table.with(name, gappy(&data, name)).unwrap(),
    )
}

fn chained(method: Option<ImputationMethod>) -> ChainedEquations {
    let names = ["mother_age", "y1", "y2"];
    ChainedEquations {
        methods: method.map_or_else(Vec::new, |method| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), method))
                .collect()
        }),
        n_iterations: 10,
        ..ChainedEquations::new(M, 3)
    }
}

fn formula(text: &str) -> Formula {
    Formula::parse(text).unwrap()
}

#[test]
fn normal_draws_agree_with_mice() {
    let settings = chained(Some(ImputationMethod::Normal));
    let imputations = impute_by_chained_equations(&children(), &settings).unwrap();
    let model = formula("y2 ~ y0 + mother_age + arm");
    agrees(
        "normal",
        &pool_least_squares(&imputations, &model, 0.95).unwrap(),
        0.07,
    );
}

#[test]
fn matching_agrees_with_mice() {
    let imputations = impute_by_chained_equations(&children(), &chained(None)).unwrap();
    let model = formula("y2 ~ y0 + mother_age + arm");
    agrees(
        "matching",
        &pool_least_squares(&imputations, &model, 0.95).unwrap(),
        0.07,
    );
}

#[test]
fn imputation_by_arm_agrees_with_mice_on_each_arm() {
    let settings = ChainedEquations {
        within: Some("arm".to_owned()),
        ..chained(Some(ImputationMethod::Normal))
    };
    let imputations = impute_by_chained_equations(&children(), &settings).unwrap();
    let model = formula("y2 ~ y0 + mother_age + arm * y1");
    agrees(
        "normal_by_arm",
        &pool_least_squares(&imputations, &model, 0.95).unwrap(),
        0.07,
    );
}

#[test]
fn the_joint_distribution_agrees_with_jomo() {
    let settings = JointNormal {
        n_iterations: 60,
        ..JointNormal::new(M, 4)
    };
    let imputations = impute_jointly(&children(), &settings).unwrap();
    let model = formula("y2 ~ y0 + mother_age + arm");
    agrees(
        "joint",
        &pool_least_squares(&imputations, &model, 0.95).unwrap(),
        0.07,
    );
}

#[test]
fn two_levels_agree_with_jomo() {
    let data = OracleData::read("early_missing.csv");
    let id = factor_of_ids(&data);
    let table = Table::new()
        .with("id", id)
        .and_then(|table| table.with("trt", factor(&data, "trt", &["N", "Y"])))
        .and_then(|table| table.with("tos", gappy(&data, "tos")))
        .and_then(|table| table.with("cog", gappy(&data, "cog")))
        .unwrap();
    let settings = JointNormal {
        n_iterations: 80,
        cluster: Some("id".to_owned()),
        within: Some("trt".to_owned()),
        ..JointNormal::new(M, 5)
    };
    let imputations = impute_jointly(&table, &settings).unwrap();
    let model = formula("cog ~ tos * trt + (1 | id)");
    let pooled = pool_linear_mixed_model(
        &imputations,
        &model,
        &FitSettings::default(),
        DegreesOfFreedom::Normal,
        0.95,
    );
    agrees("clusters_by_arm", &pooled.unwrap(), 0.07);
}

fn factor_of_ids(data: &OracleData) -> Column {
    let labels: Vec<Option<&String>> = data.text("id").iter().map(Some).collect();
    Column::Factor(Factor::from_labels(&labels))
}

/// What the incomplete categories tell, with the ordered factor imputed by this method.
fn pooled_categories(ordered: ImputationMethod) -> PooledModel {
    let data = OracleData::read("../../reference/imputation_categories.csv");
    let table = Table::new()
        .with("x", gappy(&data, "x"))
        .and_then(|table| table.with("z", gappy(&data, "z")))
        .and_then(|table| table.with("binary", factor(&data, "binary", &["no", "yes"])))
        .and_then(|table| {
            table.with(
                "ordered",
                factor(&data, "ordered", &["low", "middle", "high"]),
            )
        })
        .and_then(|table| table.with("unordered", factor(&data, "unordered", &["a", "b", "c"])))
        .and_then(|table| table.with("y", gappy(&data, "y")))
        .unwrap();
    let settings = ChainedEquations {
        methods: vec![
            ("ordered".to_owned(), ordered),
            ("y".to_owned(), ImputationMethod::Normal),
        ],
        n_iterations: 5,
        ..ChainedEquations::new(50, 6)
    };
    let imputations = impute_by_chained_equations(&table, &settings).unwrap();
    let model = formula("y ~ x + z + binary + ordered + unordered");
    pool_least_squares(&imputations, &model, 0.95).unwrap()
}

#[test]
fn categories_agree_with_mice() {
    let unordered = pooled_categories(ImputationMethod::MultinomialLogit);
    agrees("categories", &unordered, 0.12);
    // The categories were made by proportional odds, so the ordered model tells much the same.
    let ordered = pooled_categories(ImputationMethod::OrderedLogit);
    for (a, b) in ordered.pooled.iter().zip(&unordered.pooled) {
        assert!(
            (a.estimate - b.estimate).abs() < 0.6 * b.standard_error,
            "{a:?} {b:?}"
        );
    }
}
