//! Linear mixed models against the oracles: gold (60-digit optimum) first, then lme4's own tightened
//! optimum, lmerTest, pbkrtest and emmeans. One test per case.
//!
//! Tolerances are those of the oracles' README, relative, absolute where the reference is zero.

use std::collections::BTreeMap;

use attune_statistics::distributions::student_t_two_sided_p;
use attune_statistics::formula::Formula;
use attune_statistics::inference::{
    CoefficientTest, DegreesOfFreedom, Inference, coefficient_tests,
};
use attune_statistics::linear_mixed_model::{Estimator, FitSettings, LinearMixedModel, fit};
use attune_statistics::marginal_means::{MarginalMean, MarginalMeans, marginal_means, trends};
use attune_statistics::mean_contrasts::pairwise;
use attune_statistics::table::{Column, Factor, Table};
use attune_statistics::type_three::type_three_tests;
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
        Self {
            case: case.to_owned(),
            problems: Vec::new(),
        }
    }

    /// Relative, or absolute where the reference is zero.
    pub fn number(&mut self, what: &str, value: f64, expected: f64, tolerance: f64) {
        let error = if expected == 0.0 {
            value.abs()
        } else {
            ((value - expected) / expected).abs()
        };
        if error.is_nan() || error > tolerance {
            self.problems.push(format!(
                "{what}: {value:?}, reference {expected:?}, off by {error:.1e}"
            ));
        }
    }

    /// Relative to the size of the whole vector: for numbers that may pass close by zero.
    pub fn numbers(&mut self, what: &str, values: &[f64], expected: &[f64], tolerance: f64) {
        if values.len() != expected.len() {
            self.problems.push(format!(
                "{what}: {} values, reference {}",
                values.len(),
                expected.len()
            ));
            return;
        }
        let size = expected
            .iter()
            .fold(0.0_f64, |largest, value| largest.max(value.abs()));
        for (place, (value, expected)) in values.iter().zip(expected).enumerate() {
            let error = (value - expected).abs() / if size == 0.0 { 1.0 } else { size };
            if error.is_nan() || error > tolerance {
                self.problems.push(format!(
                    "{what}[{place}]: {value:?}, reference {expected:?}, off by {error:.1e}"
                ));
            }
        }
    }

    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, value: &T, expected: &T) {
        if value != expected {
            self.problems
                .push(format!("{what}: {value:?}, reference {expected:?}"));
        }
    }

    pub fn finish(self) {
        assert!(
            self.problems.is_empty(),
            "{}:\n  {}",
            self.case,
            self.problems.join("\n  ")
        );
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
    value
        .as_object()
        .expect("names and numbers")
        .iter()
        .map(|(name, value)| (name.clone(), number(value)))
        .collect()
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
        let at = header
            .iter()
            .position(|candidate| *candidate == name)
            .expect("a column of the file");
        cells
            .iter()
            .map(|row| Some(row[at].to_owned()).filter(|cell| !cell.is_empty()))
            .collect()
    };
    let factors = case["model"]["factors"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let mut table = Table::new();
    for &name in &header {
        if factors.contains_key(name) {
            continue;
        }
        let cells = column(name);
        let numbers: Option<Vec<f64>> = cells
            .iter()
            .map(|cell| {
                cell.as_ref()
                    .map_or(Some(f64::NAN), |cell| cell.parse().ok())
            })
            .collect();
        let column = numbers.map_or_else(
            || Column::Factor(Factor::from_labels(&cells)),
            Column::Numbers,
        );
        table.push(name, column).expect("a new column");
    }
    for (name, levels) in &factors {
        let levels: Vec<&str> = levels
            .as_array()
            .expect("levels")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        // The case with visits makes them from age.
        let source = if header.contains(&name.as_str()) {
            name.as_str()
        } else {
            "age"
        };
        let factor = Factor::with_levels(&column(source), &levels);
        table
            .push(name, Column::Factor(factor))
            .expect("a new column");
    }
    table
}

/// The model of a case.
pub fn fitted(case: &Value) -> LinearMixedModel {
    let formula = Formula::parse(case["model"]["formula"].as_str().expect("a formula"))
        .expect("a good formula");
    let estimator = if case["estimator"] == "REML" {
        Estimator::Reml
    } else {
        Estimator::MaximumLikelihood
    };
    fit(
        &formula,
        &table(case),
        &FitSettings {
            estimator,
            ..FitSettings::default()
        },
    )
    .expect("a fit")
}

fn check(name: &str) {
    let case = read_json(&format!("cases/{name}.json"));
    let gold = read_json(&format!("gold/{name}.json"));
    let model = fitted(&case);
    let mut compare = Comparison::new(name);
    compare_with_gold(&mut compare, &model, &gold);
    compare_with_lme4(&mut compare, &model, &case["reference"]["optimum"]);
    compare_conditional_modes(&mut compare, &model, &case["reference"]);
    compare_tests(&mut compare, &model, &case["reference"], &gold);
    compare.finish();
}

fn compare_tests(
    compare: &mut Comparison,
    model: &LinearMixedModel,
    reference: &Value,
    gold: &Value,
) {
    let wald = model
        .inference(DegreesOfFreedom::Normal)
        .expect("inference");
    for (test, expected) in coefficient_tests(&wald, 0.95)
        .iter()
        .zip(list(&reference["wald_ci95"]))
    {
        compare.number(
            "Wald lower",
            test.ci_lower,
            number(&expected["lower"]),
            TIGHT,
        );
        compare.number(
            "Wald upper",
            test.ci_upper,
            number(&expected["upper"]),
            TIGHT,
        );
    }
    if let Some(expected) = reference["icc"]["ratio_all_variances"].as_f64() {
        compare.number(
            "icc",
            model.intraclass_correlation().expect("random intercepts"),
            expected,
            VARIANCE,
        );
    }
    for (key, method, tolerance) in [
        ("satterthwaite", DegreesOfFreedom::Satterthwaite, 1e-7),
        ("kenward_roger", DegreesOfFreedom::KenwardRoger, 1e-7),
    ] {
        if reference[key].is_object() {
            let inference = model.inference(method).expect("inference");
            compare_coefficients(compare, &inference, &reference[key], key, tolerance);
            compare_terms(compare, &inference, &reference[key]["anova_type3"], key);
            compare_means(
                compare,
                &inference,
                &reference["emmeans"][key.replace('_', "-")],
                key,
            );
        }
    }
    if gold["satterthwaite_df"].is_object() {
        let inference = model
            .inference(DegreesOfFreedom::Satterthwaite)
            .expect("inference");
        for (test, (name, expected)) in coefficient_tests(&inference, 0.95)
            .iter()
            .zip(named(&gold["satterthwaite_df"]))
        {
            compare.number(
                &format!("gold Satterthwaite df {name}"),
                test.df,
                expected,
                1e-8,
            );
        }
    }
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn compare_coefficients(
    compare: &mut Comparison,
    inference: &Inference<'_>,
    reference: &Value,
    method: &str,
    tolerance: f64,
) {
    let tests = coefficient_tests(inference, 0.95);
    compare.equal(
        "coefficients",
        &tests.len(),
        &list(&reference["coefficients"]).len(),
    );
    for (test, expected) in tests.iter().zip(list(&reference["coefficients"])) {
        let what = |part: &str| format!("{method} {} {part}", test.term);
        compare.number(
            &what("estimate"),
            test.estimate,
            number(&expected["estimate"]),
            TIGHT,
        );
        compare.number(
            &what("se"),
            test.se,
            number(&expected["se"]),
            if method == "satterthwaite" {
                TIGHT
            } else {
                1e-7
            },
        );
        compare.number(&what("df"), test.df, number(&expected["df"]), tolerance);
        compare.number(&what("t"), test.statistic, number(&expected["t"]), 1e-7);
        compare.number(
            &what("p"),
            test.p,
            number(&expected["p"]),
            p_tolerance(expected),
        );
    }
    for (test, expected) in tests.iter().zip(list(&reference["ci95"])) {
        compare.number("lower", test.ci_lower, number(&expected["lower"]), 1e-8);
        compare.number("upper", test.ci_upper, number(&expected["upper"]), 1e-8);
    }
    if reference["vcov_adjusted"].is_object() {
        for (i, row) in rows(&reference["vcov_adjusted"]["values"])
            .iter()
            .enumerate()
        {
            compare.numbers(
                &format!("adjusted vcov row {i}"),
                inference.vcov.row(i),
                row,
                1e-7,
            );
        }
    }
}

/// lmerTest rounds its type III contrasts to 7 decimals (`zapsmall`), so 1/3 is off by 1e-7 there.
fn compare_terms(
    compare: &mut Comparison,
    inference: &Inference<'_>,
    reference: &Value,
    method: &str,
) {
    let tests = type_three_tests(inference);
    compare.equal("terms", &tests.len(), &list(reference).len());
    for (term, expected) in tests.iter().zip(list(reference)) {
        let what = |part: &str| format!("{method} type III {} {part}", term.term);
        compare.equal(
            &what("name"),
            &Value::from(term.term.clone()),
            &expected["term"],
        );
        compare.number(
            &what("sum of squares"),
            term.sum_of_squares,
            number(&expected["sumsq"]),
            3e-7,
        );
        compare.number(
            &what("numerator df"),
            term.test.df_numerator,
            number(&expected["num_df"]),
            0.0,
        );
        compare.number(
            &what("denominator df"),
            term.test.df_denominator,
            number(&expected["den_df"]),
            1e-7,
        );
        compare.number(
            &what("F"),
            term.test.statistic,
            number(&expected["F"]),
            3e-7,
        );
        compare.number(&what("p"), term.test.p, number(&expected["p"]), 3e-6);
    }
}

fn compare_means(
    compare: &mut Comparison,
    inference: &Inference<'_>,
    reference: &Value,
    method: &str,
) {
    if !reference.is_object() {
        return;
    }
    let at = vec![("tos".to_owned(), vec![0.5, 1.0, 1.5])];
    let wanted = MarginalMeans {
        over: vec!["trt".to_owned()],
        at,
    };
    let means = marginal_means(inference, &wanted, 0.95).expect("means");
    compare_estimates(
        compare,
        &tests_of(&means),
        &reference["means"],
        "emmean",
        method,
    );
    let contrasts: Vec<CoefficientTest> = pairwise(inference, &means, &["tos"], 0.95)
        .into_iter()
        .map(|contrast| contrast.test)
        .collect();
    compare_estimates(
        compare,
        &contrasts,
        &reference["contrast_Y_minus_N_at_each_tos"],
        "estimate",
        method,
    );
    let by_arm = MarginalMeans {
        over: vec!["trt".to_owned()],
        at: Vec::new(),
    };
    let slopes = trends(inference, "tos", &by_arm, 0.95).expect("slopes");
    compare_estimates(
        compare,
        &tests_of(&slopes),
        &reference["slopes"],
        "tos.trend",
        method,
    );
    let difference: Vec<CoefficientTest> = pairwise(inference, &slopes, &[], 0.95)
        .into_iter()
        .map(|contrast| contrast.test)
        .collect();
    compare.equal("name", &difference[0].term.as_str(), &"Y - N");
    compare_estimates(
        compare,
        &difference,
        &reference["slope_difference_Y_minus_N"],
        "estimate",
        method,
    );
}

fn tests_of(means: &[MarginalMean]) -> Vec<CoefficientTest> {
    means.iter().map(|mean| mean.estimate.clone()).collect()
}

fn compare_estimates(
    compare: &mut Comparison,
    tests: &[CoefficientTest],
    reference: &Value,
    estimate: &str,
    method: &str,
) {
    compare.equal("estimates", &tests.len(), &list(reference).len());
    for (test, expected) in tests.iter().zip(list(reference)) {
        let what = |part: &str| format!("{method} {} {part}", test.term);
        compare.number(
            &what(estimate),
            test.estimate,
            number(&expected[estimate]),
            1e-7,
        );
        compare.number(&what("SE"), test.se, number(&expected["SE"]), 1e-7);
        compare.number(&what("df"), test.df, number(&expected["df"]), 1e-7);
        compare.number(
            &what("lower"),
            test.ci_lower,
            number(&expected["lower"]),
            1e-7,
        );
        compare.number(
            &what("upper"),
            test.ci_upper,
            number(&expected["upper"]),
            1e-7,
        );
        compare.number(&what("t"), test.statistic, number(&expected["t"]), 1e-7);
        compare.number(
            &what("p"),
            test.p,
            number(&expected["p"]),
            p_tolerance(expected),
        );
    }
}

/// 1e-6, or far in the tail what the tolerance of the degrees of freedom (1e-7) allows: R differentiates
/// numerically there, and at t = 43 a p value moves by 3e-6 when its df moves by 1.5e-8.
fn p_tolerance(expected: &Value) -> f64 {
    let (t, df) = (number(&expected["t"]), number(&expected["df"]));
    let moved = student_t_two_sided_p(t, df * (1.0 + 1e-7)) / student_t_two_sided_p(t, df);
    f64::max(1e-6, (moved - 1.0).abs())
}

fn compare_with_gold(compare: &mut Comparison, model: &LinearMixedModel, gold: &Value) {
    let estimates: Vec<(String, f64)> = model
        .terms
        .iter()
        .cloned()
        .zip(model.coefficients.iter().copied())
        .collect();
    let names = |list: &[(String, f64)]| {
        list.iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    compare.equal(
        "coefficient names",
        &names(&estimates),
        &names(&named(&gold["fixef"])),
    );
    for ((name, value), (_, expected)) in estimates.iter().zip(named(&gold["fixef"])) {
        compare.number(&format!("fixef {name}"), *value, expected, TIGHT);
    }
    for (place, (name, expected)) in named(&gold["se"]).iter().enumerate() {
        compare.number(
            &format!("se {name}"),
            model.vcov[(place, place)].sqrt(),
            *expected,
            TIGHT,
        );
    }
    for (i, row) in rows(&gold["vcov"]).iter().enumerate() {
        compare.numbers(&format!("vcov row {i}"), model.vcov.row(i), row, TIGHT);
    }
    let theta: Vec<(String, f64)> = model
        .theta
        .iter()
        .map(|theta| (theta.name.clone(), theta.value))
        .collect();
    compare.equal(
        "theta names",
        &names(&theta),
        &names(&named(&gold["theta"])),
    );
    for ((name, value), (_, expected)) in theta.iter().zip(named(&gold["theta"])) {
        compare.number(
            &format!("theta {name}"),
            *value,
            expected,
            if expected == 0.0 { 0.0 } else { VARIANCE },
        );
    }
    compare.number("sigma", model.sigma, number(&gold["sigma"]), TIGHT);
    compare.number(
        "logLik",
        model.log_likelihood,
        number(&gold["logLik"]),
        TIGHT,
    );
    compare.equal("singular", &model.singular, &gold["boundary"].is_object());
    compare.equal("converged", &model.converged, &true);
}

fn compare_with_lme4(compare: &mut Comparison, model: &LinearMixedModel, optimum: &Value) {
    compare.number("AIC", model.aic, number(&optimum["AIC"]), TIGHT);
    compare.number("BIC", model.bic, number(&optimum["BIC"]), TIGHT);
    compare.equal(
        "rows",
        &(model.n_observations as u64),
        &optimum["nobs"].as_u64().expect("a count"),
    );
    compare.equal(
        "parameters",
        &(model.n_parameters as u64),
        &optimum["n_par"].as_u64().expect("a count"),
    );
    let groups: BTreeMap<String, f64> = model
        .n_groups
        .iter()
        .map(|(name, n)| (name.clone(), *n as f64))
        .collect();
    compare.equal(
        "groups",
        &groups,
        &named(&optimum["n_groups"]).into_iter().collect(),
    );
    let components = optimum["varcorr"].as_array().expect("variance components");
    compare.equal(
        "variance components",
        &model.random.len(),
        &components.len(),
    );
    for (component, expected) in model.random.iter().zip(components) {
        let what = format!(
            "{} {} {:?}",
            component.group, component.term, component.with
        );
        compare.number(&what, component.value, number(&expected["vcov"]), VARIANCE);
        compare.number(
            &format!("{what} sd"),
            component.standardised,
            number(&expected["sdcor"]),
            VARIANCE,
        );
    }
}

fn compare_conditional_modes(
    compare: &mut Comparison,
    model: &LinearMixedModel,
    reference: &Value,
) {
    let Some(expected) = reference["conditional_modes"].as_object() else {
        return;
    };
    let modes = model.conditional_modes();
    compare.equal("grouping factors", &modes.len(), &expected.len());
    for modes in modes {
        let expected = &expected[&modes.group];
        let labels = |key: &str| -> Vec<String> {
            expected[key]
                .as_array()
                .expect("labels")
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        compare.equal("levels", &modes.levels, &labels("rows"));
        compare.equal("columns", &modes.columns, &labels("cols"));
        let values = rows(&expected["values"]);
        for column in 0..modes.columns.len() {
            let expected: Vec<f64> = values.iter().map(|row| row[column]).collect();
            compare.numbers(
                &format!("modes {}", modes.columns[column]),
                &modes.values.column(column),
                &expected,
                1e-8,
            );
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
