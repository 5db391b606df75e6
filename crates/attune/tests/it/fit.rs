//! `attune fit` on files as people have them.

use std::fs;

use serde_json::Value;

use crate::support::{run, succeed};

const CBPP: &str = include_str!("../../../attune-statistics/tests/oracles/data/cbpp.csv");
const WINE: &str = include_str!("../../../attune-statistics/tests/oracles/data/wine.csv");
const EARLY: &str = include_str!("../../../attune-statistics/tests/oracles/data/early.csv");

#[test]
fn early_from_the_command_line_gives_the_numbers_of_r() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    let out = succeed(
        here.path(),
        &[
            "fit",
            "early.csv",
            "cog ~ tos * trt + (tos | id)",
            "--df",
            "kenward-roger",
            "--json",
        ],
    );
    let fit: Value = serde_json::from_str(&out).expect("JSON");
    let interaction = fit["fixed"]
        .as_array()
        .expect("terms")
        .iter()
        .find(|term| term["term"] == "tos:trtY")
        .expect("the term");
    // lmerTest 3.1-3, pbkrtest 0.5.2, R 4.2.2.
    assert!((interaction["p"].as_f64().expect("p") - 0.039_198_977_874_791_055).abs() < 1e-8);
    assert_eq!(fit["singular"], true);
    assert_eq!(fit["n_groups"]["id"], 103);
}

#[test]
fn a_fit_is_printed_as_a_table_with_its_doubts() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "fit",
            "early.csv",
            "cog ~ tos * trt + (tos | id)",
            "--emmeans",
            "trt at tos=0.5,1.5"
        ]
    ));
}

#[test]
fn wrong_formulas_and_columns_are_told_with_their_place() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    let told = |formula: &str, more: &[&str]| {
        let mut arguments = vec!["fit", "early.csv", formula];
        arguments.extend(more);
        let said = run(here.path(), &arguments);
        assert_eq!(said.code, 1, "{}", said.out);
        said.err
    };
    let cases = [
        told("cog ~ tos * trt + (tos | id", &[]),
        told("cog ~ months * trt", &[]),
        told("cogg ~ tos", &[]),
        told("cog ~ tos", &["--numeric", "trt"]),
        told("cog ~ trt", &["--numeric", "trt"]),
        told("cog ~ trt", &["--factor", "trt=Y,X"]),
        told("cog ~ trt", &["--emmeans", "site"]),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let said = run(here.path(), &["fit", "nowhere.csv", "y ~ x"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("nowhere.csv"), "{}", said.err);
}

#[test]
fn a_binomial_fit_by_quadrature_gives_the_numbers_of_the_oracle() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("cbpp.csv"), CBPP).expect("a writable folder");
    let out = succeed(
        here.path(),
        &[
            "fit",
            "cbpp.csv",
            "cbind(incidence, size - incidence) ~ period + (1 | herd)",
            "--family",
            "binomial",
            "--factor",
            "period",
            "--agq",
            "9",
            "--json",
        ],
    );
    let fit: Value = serde_json::from_str(&out).expect("JSON");
    let near = |value: &Value, expected: f64, tolerance: f64| {
        let value = value.as_f64().expect("a number");
        assert!(
            (value / expected - 1.0).abs() < tolerance,
            "{value} for {expected}"
        );
    };
    // 20-digit reference of the oracle cbpp_agq9.
    near(
        &fit["theta"]["herd.(Intercept)"],
        0.647_517_712_004_072_6,
        1e-8,
    );
    near(&fit["fixed"][3]["estimate"], -1.579_471_016_157_581_6, 1e-8);
    near(&fit["fixed"][3]["se"], 0.427_594_481_689_458_3, 1e-6);
    near(&fit["log_likelihood"], -91.983_371_796_334_51, 1e-9);
    assert_eq!(fit["family"], "binomial");
    assert_eq!(fit["estimator"], "ML, adaptive Gauss–Hermite with 9 nodes");
    assert_eq!(fit["fixed"][0]["df"], "Inf");
    assert_eq!(fit["sigma"], Value::Null);
}

#[test]
fn an_ordinal_fit_is_printed_as_a_table() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("wine.csv"), WINE).expect("a writable folder");
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "fit",
            "wine.csv",
            "rating ~ temp + contact + (1 | judge)",
            "--family",
            "ordinal",
            "--emmeans",
            "temp"
        ]
    ));
}

#[test]
fn options_that_do_not_suit_a_family_are_refused() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("cbpp.csv"), CBPP).expect("a writable folder");
    let told = |formula: &str, more: &[&str]| {
        let mut arguments = vec!["fit", "cbpp.csv", formula];
        arguments.extend(more);
        let said = run(here.path(), &arguments);
        assert_eq!(said.code, 1, "{}", said.out);
        said.err
    };
    let cases = [
        told("incidence ~ size", &["--agq", "9"]),
        told("incidence ~ size", &["--family", "poisson", "--agq", "9"]),
        told(
            "incidence ~ size + (1 | herd)",
            &["--family", "poisson", "--df", "kenward-roger"],
        ),
        told("size ~ period", &["--family", "binomial"]),
        told(
            "incidence ~ size",
            &["--family", "poisson", "--weights", "cows"],
        ),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_bootstrap_gives_intervals_where_there_is_no_formula() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    let fit = |more: &[&str]| {
        let mut arguments = vec![
            "fit",
            "early.csv",
            "cog ~ tos * trt + (1 | id)",
            "--bootstrap",
            "200",
        ];
        arguments.extend(more);
        succeed(here.path(), &arguments)
    };
    insta::assert_snapshot!(fit(&["--seed", "7"]));
    let document: Value = serde_json::from_str(&fit(&["--seed", "7", "--json"])).expect("JSON");
    let quantities = document["bootstrap"]["quantities"]
        .as_array()
        .expect("quantities");
    let kinds: Vec<&str> = quantities
        .iter()
        .filter_map(|one| one["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        ["fixed", "fixed", "fixed", "fixed", "sd", "sigma", "icc"]
    );
    assert_eq!(quantities[4]["group"], "id");
    let icc = &quantities[6];
    assert!(icc["ci_lower"].as_f64() < icc["estimate"].as_f64());
    let again: Value = serde_json::from_str(&fit(&["--seed", "8", "--json"])).expect("JSON");
    assert_ne!(
        document["bootstrap"]["quantities"],
        again["bootstrap"]["quantities"]
    );
}

#[test]
fn a_bootstrap_that_cannot_be_is_refused() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    let told = |formula: &str, n: &str| {
        let said = run(
            here.path(),
            &["fit", "early.csv", formula, "--bootstrap", n],
        );
        assert_eq!(said.code, 1, "{}", said.out);
        said.err
    };
    assert!(told("cog ~ tos", "100").contains("random effects"));
    assert!(told("cog ~ tos + (1 | id)", "5").contains("at least 20"));
}
