//! The data of the cases, and fits that must succeed.

use std::path::PathBuf;

use attune_statistics::formula::Formula;
use attune_statistics::generalised_linear_model::{
    GeneralisedLinearModel, generalised_linear_model,
};
use attune_statistics::generalised_mixed_model::{
    self, Family, GeneralisedMixedModel, GeneralisedSettings,
};
use attune_statistics::ordinal_mixed_model::{self, OrdinalMixedModel, OrdinalSettings};
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

use crate::oracle::OracleData;
use crate::oracle_lmm::Comparison;

pub(super) fn reference() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/generalised.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|value| value.as_f64().expect("a number"))
        .collect()
}

pub(super) fn factor(data: &OracleData, name: &str) -> Column {
    Column::Factor(Factor::from_labels(
        &data.text(name).iter().map(Some).collect::<Vec<_>>(),
    ))
}

pub(super) fn ticks() -> Table {
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

pub(super) fn cbpp() -> Table {
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

pub(super) fn wine() -> Table {
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

pub(super) fn glm(formula: &str, table: &Table, family: Family) -> GeneralisedLinearModel {
    let formula = Formula::parse(formula).expect("a good formula");
    generalised_linear_model(&formula, table, &GeneralisedSettings::new(family)).expect("a fit")
}

pub(super) fn mixed(
    formula: &str,
    table: &Table,
    settings: &GeneralisedSettings,
) -> GeneralisedMixedModel {
    let formula = Formula::parse(formula).expect("a good formula");
    let model = generalised_mixed_model::fit(&formula, table, settings).expect("a fit");
    assert!(model.converged, "{formula}: {:?}", model.optimum);
    model
}

pub(super) fn ordinal(formula: &str, table: &Table, nodes: usize) -> OrdinalMixedModel {
    let formula = Formula::parse(formula).expect("a good formula");
    let settings = OrdinalSettings {
        nodes,
        ..OrdinalSettings::default()
    };
    let model = ordinal_mixed_model::fit(&formula, table, &settings).expect("a fit");
    assert!(model.converged, "{formula}: {:?}", model.optimum);
    model
}

pub(super) fn standard_errors(vcov: &attune_statistics::matrix::Matrix) -> Vec<f64> {
    vcov.diagonal().into_iter().map(f64::sqrt).collect()
}

pub(super) fn close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    let mut compare = Comparison::new(what);
    compare.numbers("values", a, b, tolerance);
    compare.finish();
}

/// 40 rows in 10 groups that are all alike.
pub(super) fn alike() -> Table {
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
