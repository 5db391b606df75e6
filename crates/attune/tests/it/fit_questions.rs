//! What `attune fit` answers beyond its table: profiles, shares, F tests, comparisons, influence, residuals.

use std::fs;

use serde_json::Value;

use crate::support::{run, succeed};

const EARLY: &str = include_str!("../../../attune-statistics/tests/oracles/data/early.csv");
const NESTED: &str =
    include_str!("../../../attune-statistics/tests/reference/partially_nested.csv");

fn folder() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    fs::write(here.path().join("nested.csv"), NESTED).expect("a writable folder");
    here
}

fn json(arguments: &[&str]) -> Value {
    let here = folder();
    let mut all = vec!["fit"];
    all.extend(arguments);
    all.push("--json");
    serde_json::from_str(&succeed(here.path(), &all)).expect("JSON")
}

fn near(value: &Value, expected: f64, tolerance: f64) {
    let value = value.as_f64().expect("a number");
    assert!(
        (value / expected - 1.0).abs() < tolerance,
        "{value} for {expected}"
    );
}

const INTERCEPT: &str = "cog ~ tos * trt + (1 | id)";

#[test]
fn a_model_answers_all_questions_in_words() {
    let here = folder();
    let arguments = [
        "fit",
        "early.csv",
        INTERCEPT,
        "--type-three",
        "--profile",
        "--compare",
        "cog ~ tos * trt + (tos | id)",
        "--influence",
        "id",
        "--diagnostics",
    ];
    insta::assert_snapshot!(succeed(here.path(), &arguments));
}

#[test]
fn the_answers_are_in_the_json() {
    let fit = json(&[
        "early.csv",
        INTERCEPT,
        "--type-three",
        "--profile",
        "--compare",
        "cog ~ tos + trt + (1 | id)",
        "--influence",
        "id",
        "--diagnostics",
    ]);
    // lme4 1.1-31 interpolates profiles by splines.
    near(&fit["profile"][0]["lower"], 7.937_853_226_199_009, 1e-4);
    assert_eq!(fit["profile"][0]["parameter"], "sd_(Intercept)|id");
    assert_eq!(fit["profile"].as_array().expect("intervals").len(), 7);
    // A dense likelihood, tests/reference/mixed_model_extras.R.
    near(&fit["icc"][0]["lower"], 0.430_091_215_882_484, 1e-8);
    assert_eq!(fit["type_three"].as_array().expect("terms").len(), 3);
    assert_eq!(fit["comparison"]["df"], 1.0);
    assert_eq!(fit["comparison"]["larger"], INTERCEPT);
    assert_eq!(
        fit["influence"]["levels"].as_array().expect("levels").len(),
        103
    );
    assert_eq!(
        fit["diagnostics"]["standardised"]
            .as_array()
            .expect("rows")
            .len(),
        309
    );
}

#[test]
fn no_random_effect_can_be_the_null_hypothesis() {
    let fit = json(&["early.csv", INTERCEPT, "--compare", "cog ~ tos * trt"]);
    let (p, mixture) = (
        &fit["comparison"]["p"],
        &fit["comparison"]["p_boundary_mixture"],
    );
    near(mixture, 0.5 * p.as_f64().expect("p"), 1e-12);
    assert_eq!(fit["comparison"]["n_parameters"], serde_json::json!([5, 6]));
}

#[test]
fn a_partially_nested_trial_from_the_command_line() {
    let formula = "score ~ severity + arm + (0 + inGroup | group)";
    let arguments = [
        "nested.csv",
        formula,
        "--factor",
        "arm=usual,groups",
        "--residual-by",
        "arm",
    ];
    let fit = json(&arguments);
    // nlme 3.1-162, lme(weights = varIdent(form = ~ 1 | arm)).
    near(&fit["log_likelihood"], -262.289_185_069_683, 1e-9);
    near(
        &fit["residual_by"]["levels"][1]["sd"],
        3.042_648_357_301_84,
        1e-8,
    );
    let here = folder();
    let mut all = vec!["fit"];
    all.extend(arguments);
    insta::assert_snapshot!(succeed(here.path(), &all));
}

#[test]
fn a_singular_fit_comes_with_advice_and_commands_that_work() {
    let here = folder();
    let formula = "cog ~ tos * trt + (tos | id)";
    let said = succeed(
        here.path(),
        &["fit", "early.csv", formula, "--factor", "id"],
    );
    insta::assert_snapshot!(said);
    let fit = json(&["early.csv", formula, "--factor", "id"]);
    let steps = fit["next_steps"].as_array().expect("steps");
    assert!(steps.len() >= 4);
    for step in steps {
        let command = arguments(step["command"].as_str().expect("a command"));
        let command: Vec<&str> = command.iter().skip(1).map(String::as_str).collect();
        assert!(
            succeed(here.path(), &command).contains("103 id"),
            "{command:?}"
        );
    }
}

/// The words of a command, as a shell would split them.
fn arguments(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, piece) in command.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn weights_of_a_gaussian_model_are_those_of_lm() {
    let here = folder();
    let mut weighted = String::new();
    for (row, line) in EARLY.lines().enumerate() {
        let weight = if row == 0 {
            "w".to_owned()
        } else {
            format!("{}", 1.0 + (row % 4) as f64 / 2.0)
        };
        weighted += &format!("{line},{weight}\n");
    }
    fs::write(here.path().join("weighted.csv"), weighted).expect("a writable folder");
    let arguments = [
        "fit",
        "weighted.csv",
        "cog ~ tos * trt + offset(3 * age)",
        "--weights",
        "w",
        "--json",
    ];
    let fit: Value = serde_json::from_str(&succeed(here.path(), &arguments)).expect("JSON");
    // R 4.2.2, lm(weights = w).
    near(&fit["sigma"], 17.109_822_839_585, 1e-12);
    near(&fit["log_likelihood"], -1_236.115_144_817_5, 1e-12);
}

#[test]
fn questions_without_an_answer_are_refused() {
    let here = folder();
    let told = |arguments: &[&str]| {
        let mut all = vec!["fit"];
        all.extend(arguments);
        let said = run(here.path(), &all);
        assert_eq!(said.code, 1, "{}", said.out);
        said.err
    };
    let cases = [
        told(&["early.csv", "cog ~ tos", "--profile"]),
        told(&["early.csv", INTERCEPT, "--influence", "site"]),
        told(&[
            "early.csv",
            "cog ~ tos + (1 | id)",
            "--compare",
            "cog ~ age + (1 | id)",
        ]),
        told(&["early.csv", INTERCEPT, "--residual-by", "trt", "--profile"]),
        told(&[
            "early.csv",
            INTERCEPT,
            "--residual-by",
            "trt",
            "--df",
            "kenward-roger",
        ]),
        told(&["early.csv", INTERCEPT, "--residual-by", "arm"]),
        told(&[
            "early.csv",
            "cog ~ tos + (1 | id)",
            "--family",
            "poisson",
            "--diagnostics",
        ]),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}
