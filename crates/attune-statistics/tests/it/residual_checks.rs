//! Residual checks against scipy (`tests/reference/checks.py`, versions in checks.json).

use attune_statistics::normality::{
    Centre, Check, equal_spread, shapiro_wilk, spread_against_fitted,
};
use serde_json::Value;

fn curved(n: u32) -> Vec<f64> {
    (1..=n).map(|i| f64::from(i * i % 101)).collect()
}

fn bell(n: u32) -> Vec<f64> {
    (1..=n)
        .map(|i| f64::from(i * 37 % 101 + i * 61 % 103 + i * 17 % 107 + i * 29 % 109))
        .collect()
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/checks.json"))
        .expect("reference values are JSON")
}

fn check(what: &str, result: Check, statistic: &Value, p: &Value, tolerance: f64) {
    for (value, expected) in [(result.statistic, statistic), (result.p, p)] {
        let expected = expected.as_f64().expect("a number");
        let error = ((value - expected) / expected).abs();
        assert!(
            error < tolerance,
            "{what}: {value:e}, reference {expected:e}, off by {error:e}"
        );
    }
}

/// scipy's port uses a normal quantile right to 7 digits for the weights, as AS R94 did, R
/// and this crate an exact one; so W agrees to about 1e-7 and small p values to fewer digits.
#[test]
fn shapiro_wilk_agrees_with_scipy_from_3_to_5000_values() {
    let cases = reference()["shapiro"].as_array().expect("a list").clone();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let n = u32::try_from(case["n"].as_u64().expect("n")).expect("small");
        let values = if case["sample"] == "bell" {
            bell(n)
        } else {
            curved(n)
        };
        check(
            &case.to_string(),
            shapiro_wilk(&values).unwrap(),
            &case["statistic"],
            &case["p"],
            2e-5,
        );
    }
}

#[test]
fn equal_spread_agrees_with_scipy() {
    let groups = [
        bell(12),
        bell(9).iter().map(|x| 2.0 * x).collect(),
        curved(15),
    ];
    for (name, centre) in [("levene", Centre::Mean), ("brown_forsythe", Centre::Median)] {
        let (result, df) = equal_spread(&groups, centre).unwrap();
        assert_eq!(df, (2.0, 33.0));
        check(
            name,
            result,
            &reference()[name][0],
            &reference()[name][1],
            1e-12,
        );
    }
}

#[test]
fn spread_against_fitted_agrees_with_its_formula_in_numpy() {
    let residuals: Vec<f64> = curved(40).iter().map(|x| x - 50.0).collect();
    let result = spread_against_fitted(&residuals, &bell(40)).unwrap();
    check(
        "breusch_pagan",
        result,
        &reference()["breusch_pagan"][0],
        &reference()["breusch_pagan"][1],
        1e-11,
    );
}
