//! Linear mixed models against the oracles: gold (60-digit optimum) first, then lme4's own tightened
//! optimum, lmerTest, pbkrtest and emmeans. One test per case.
//!
//! Tolerances are those of the oracles' README, relative, absolute where the reference is zero.

use std::collections::BTreeMap;

use attune_statistics::formula::Formula;
use attune_statistics::linear_mixed_model::{Estimator, FitSettings, LinearMixedModel, fit};
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

use crate::oracle::read_file;

const TIGHT: f64 = 1e-9;
const VARIANCE: f64 = 1e-8;

/// Collects every disagreement of a case, so that a failure shows all of them at once.
pub struct Comparison {
    case: String,
    problems: Vec<String>,
}

impl Comparison {
    pub fn new(case: &str) -> Self {
        Self { case: case.to_owned(), problems: Vec::new() }
    }

    /// Relative, or absolute where the reference is zero.
    pub fn number(&mut self, what: &str, value: f64, expected: f64, tolerance: f64) {
        let error = if expected == 0.0 { value.abs() } else { ((value - expected) / expected).abs() };
        // The comparison is written so that NaN fails.
        if !(error <= tolerance) {
            self.problems.push(format!("{what}: {value:?}, reference {expected:?}, off by {error:.1e}"));
        }
    }

    /// Relative to the size of the whole vector: for numbers that may pass close by zero.
    pub fn numbers(&mut self, what: &str, values: &[f64], expected: &[f64], tolerance: f64) {
        if values.len() != expected.len() {
            self.problems.push(format!("{what}: {} values, reference {}", values.len(), expected.len()));
            return;
        }
        let size = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        for (place, (value, expected)) in values.iter().zip(expected).enumerate() {
            let error = (value - expected).abs() / if size == 0.0 { 1.0 } else { size };
            if !(error <= tolerance) {
                self.problems.push(format!("{what}[{place}]: {value:?}, reference {expected:?}, off by {error:.1e}"));
            }
        }
    }

    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, value: &T, expected: &T) {
        if value != expected {
            self.problems.push(format!("{what}: {value:?}, reference {expected:?}"));
        }
    }

    pub fn finish(self) {
        assert!(self.problems.is_empty(), "{}:\n  {}", self.case, self.problems.join("\n  "));
    }
}

/// A case or gold file.
pub fn read_json(path: &str) -> Value {
    serde_json::from_str(&read_file(path)).expect("JSON")
}

/// A number written as a number, a decimal string, or "Inf".
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().expect("a double"),
        Value::String(text) => text.replace("Inf", "inf").parse().expect("a decimal"),
        other => panic!("{other} is not a number"),
    }
}

fn named(value: &Value) -> Vec<(String, f64)> {
    value.as_object().expect("names and numbers").iter().map(|(name, value)| (name.clone(), number(value))).collect()
}

pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_array().expect("a row").iter().map(number).collect();
    value.as_array().expect("rows").iter().map(row).collect()
}

/// The data of a case as a table, with its factors.
pub fn table(case: &Value) -> Table {
    let file = case["data"][0].as_str().expect("a data file");
    let text = read_file(file);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let column = |name: &str| -> Vec<Option<String>> {
        let at = header.iter().position(|candidate| *candidate == name).expect("a column of the file");
        cells.iter().map(|row| Some(row[at].to_owned()).filter(|cell| !cell.is_empty())).collect()
    };
    let factors = case["model"]["factors"].as_object().cloned().unwrap_or_default();
    let mut table = Table::new();
    for &name in &header {
        if factors.contains_key(name) {
            continue;
        }
        let cells = column(name);
        let numbers: Option<Vec<f64>> =
            cells.iter().map(|cell| cell.as_ref().map_or(Some(f64::NAN), |cell| cell.parse().ok())).collect();
        let column = numbers.map_or_else(|| Column::Factor(Factor::from_labels(&cells)), Column::Numbers);
        table.push(name, column).expect("a new column");
    }
    for (name, levels) in &factors {
        let levels: Vec<&str> = levels.as_array().expect("levels").iter().filter_map(Value::as_str).collect();
        // The case with visits makes them from age.
        let source = if header.contains(&name.as_str()) { name.as_str() } else { "age" };
        let factor = Factor::with_levels(&column(source), &levels);
        table.push(name, Column::Factor(factor)).expect("a new column");
    }
    table
}

/// The model of a case.
pub fn fitted(case: &Value) -> LinearMixedModel {
    let formula = Formula::parse(case["model"]["formula"].as_str().expect("a formula")).expect("a good formula");
    let estimator = if case["estimator"] == "REML" { Estimator::Reml } else { Estimator::MaximumLikelihood };
    fit(&formula, &table(case), &FitSettings { estimator, ..FitSettings::default() }).expect("a fit")
}

fn check(name: &str) {
    let case = read_json(&format!("cases/{name}.json"));
    let gold = read_json(&format!("gold/{name}.json"));
    let model = fitted(&case);
    let mut compare = Comparison::new(name);
    compare_with_gold(&mut compare, &model, &gold);
    compare_with_lme4(&mut compare, &model, &case["reference"]["optimum"]);
    compare_conditional_modes(&mut compare, &model, &case["reference"]);
    compare.finish();
}

fn compare_with_gold(compare: &mut Comparison, model: &LinearMixedModel, gold: &Value) {
    let estimates: Vec<(String, f64)> = model.terms.iter().cloned().zip(model.coefficients.iter().copied()).collect();
    let names = |list: &[(String, f64)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    compare.equal("coefficient names", &names(&estimates), &names(&named(&gold["fixef"])));
    for ((name, value), (_, expected)) in estimates.iter().zip(named(&gold["fixef"])) {
        compare.number(&format!("fixef {name}"), *value, expected, TIGHT);
    }
    for (place, (name, expected)) in named(&gold["se"]).iter().enumerate() {
        compare.number(&format!("se {name}"), model.vcov[(place, place)].sqrt(), *expected, TIGHT);
    }
    for (i, row) in rows(&gold["vcov"]).iter().enumerate() {
        compare.numbers(&format!("vcov row {i}"), model.vcov.row(i), row, TIGHT);
    }
    let theta: Vec<(String, f64)> = model.theta.iter().map(|theta| (theta.name.clone(), theta.value)).collect();
    compare.equal("theta names", &names(&theta), &names(&named(&gold["theta"])));
    for ((name, value), (_, expected)) in theta.iter().zip(named(&gold["theta"])) {
        compare.number(&format!("theta {name}"), *value, expected, if expected == 0.0 { 0.0 } else { VARIANCE });
    }
    compare.number("sigma", model.sigma, number(&gold["sigma"]), TIGHT);
    compare.number("logLik", model.log_likelihood, number(&gold["logLik"]), TIGHT);
    compare.equal("singular", &model.singular, &gold["boundary"].is_object());
    compare.equal("converged", &model.converged, &true);
}

fn compare_with_lme4(compare: &mut Comparison, model: &LinearMixedModel, optimum: &Value) {
    compare.number("AIC", model.aic, number(&optimum["AIC"]), TIGHT);
    compare.number("BIC", model.bic, number(&optimum["BIC"]), TIGHT);
    compare.equal("rows", &(model.n_observations as u64), &optimum["nobs"].as_u64().expect("a count"));
    compare.equal("parameters", &(model.n_parameters as u64), &optimum["n_par"].as_u64().expect("a count"));
    let groups: BTreeMap<String, f64> = model.n_groups.iter().map(|(name, n)| (name.clone(), *n as f64)).collect();
    compare.equal("groups", &groups, &named(&optimum["n_groups"]).into_iter().collect());
    let components = optimum["varcorr"].as_array().expect("variance components");
    compare.equal("variance components", &model.random.len(), &components.len());
    for (component, expected) in model.random.iter().zip(components) {
        let what = format!("{} {} {:?}", component.group, component.term, component.with);
        compare.number(&what, component.value, number(&expected["vcov"]), VARIANCE);
        compare.number(&format!("{what} sd"), component.standardised, number(&expected["sdcor"]), VARIANCE);
    }
}

fn compare_conditional_modes(compare: &mut Comparison, model: &LinearMixedModel, reference: &Value) {
    let Some(expected) = reference["conditional_modes"].as_object() else { return };
    let modes = model.conditional_modes();
    compare.equal("grouping factors", &modes.len(), &expected.len());
    for modes in modes {
        let expected = &expected[&modes.group];
        let labels = |key: &str| -> Vec<String> {
            expected[key].as_array().expect("labels").iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        compare.equal("levels", &modes.levels, &labels("rows"));
        compare.equal("columns", &modes.columns, &labels("cols"));
        let values = rows(&expected["values"]);
        for column in 0..modes.columns.len() {
            let expected: Vec<f64> = values.iter().map(|row| row[column]).collect();
            compare.numbers(&format!("modes {}", modes.columns[column]), &modes.values.column(column), &expected, 1e-8);
        }
    }
}

macro_rules! cases {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

cases! {
    dyestuff2_singular_ml
    dyestuff2_singular_reml
    early_intercept_ml
    early_intercept_reml
    early_missing_categorical_reml
    early_missing_intercept_reml
    early_slope_ml
    early_slope_reml
    machines_nested_reml
    orthodont_slope_ml
    orthodont_slope_reml
    pastes_nested_ml
    pastes_nested_reml
    penicillin_crossed_ml
    penicillin_crossed_reml
    sleepstudy_slope_ml
    sleepstudy_slope_reml
    sleepstudy_uncorrelated_reml
}
