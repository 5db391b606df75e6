//! `attune fit --impute`: rows that the model would leave out, completed many times and pooled.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{run, succeed};

const EARLY: &str = include_str!("../../../attune-statistics/tests/oracles/data/early_missing.csv");
const CHILDREN: &str =
    include_str!("../../../attune-statistics/tests/oracles/data/mi_incomplete.csv");

fn folder() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("early.csv"), EARLY).expect("a writable folder");
    fs::write(here.path().join("children.csv"), CHILDREN).expect("a writable folder");
    here
}

fn json(here: &Path, options: &[&str]) -> Value {
    let out = succeed(here, &[&["fit"], options, &["--json"]].concat());
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn a_pooled_fit_says_what_was_imputed() {
    let here = folder();
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "fit",
            "children.csv",
            "y2 ~ y0 + mother_age + arm",
            "--impute",
            "20",
            "--impute-by",
            "arm",
            "--impute-with",
            "y1",
            "--emmeans",
            "arm",
            "--delta",
            "P=-2",
        ]
    ));
}

#[test]
fn repeated_measures_are_imputed_as_clusters_or_side_by_side() {
    let here = folder();
    let model = "cog ~ tos * trt + (1 | id)";
    let early = [
        "early.csv",
        model,
        "--factor",
        "id",
        "--impute",
        "10",
        "--impute-by",
        "trt",
    ];
    let clusters = json(here.path(), &early);
    let wide = json(
        here.path(),
        &[&early[..], &["--impute-wave", "tos"]].concat(),
    );
    let complete = json(here.path(), &["early.csv", model, "--factor", "id"]);
    for (fit, method) in [(&clusters, "joint normal"), (&wide, "matching")] {
        assert_eq!(
            (&fit["n_dropped"], &fit["n_observations"]),
            (&Value::from(0), &Value::from(309))
        );
        let imputed = &fit["imputation"]["imputed"];
        assert!(
            imputed[0]["method"]
                .as_str()
                .expect("a method")
                .contains(method),
            "{imputed}"
        );
        assert_eq!(fit["log_likelihood"], Value::Null);
        // Missing at random given what the mixed model uses already: both answer alike.
        let (pooled, all) = (&fit["fixed"][3], &complete["fixed"][3]);
        let gap = pooled["estimate"].as_f64().expect("a number")
            - all["estimate"].as_f64().expect("a number");
        assert!(
            gap.abs() < 0.6 * all["se"].as_f64().expect("a number"),
            "{gap}"
        );
    }
    assert!(complete["n_dropped"].as_u64().expect("a count") > 0);
    let again = json(here.path(), &early);
    assert_eq!(clusters, again);
}

#[test]
fn a_shift_at_one_wave_moves_the_answer_downwards() {
    let here = folder();
    let model = "cog ~ tos * trt + (1 | id)";
    let early = [
        "early.csv",
        model,
        "--factor",
        "id",
        "--impute",
        "5",
        "--impute-by",
        "trt",
        "--impute-wave",
        "tos",
    ];
    let plain = json(here.path(), &early);
    let moved = json(
        here.path(),
        &[&early[..], &["--delta", "Y@1.5=-20"]].concat(),
    );
    let slope = |fit: &Value| fit["fixed"][3]["estimate"].as_f64().expect("a number");
    assert!(
        slope(&moved) < slope(&plain) - 0.5,
        "{} {}",
        slope(&moved),
        slope(&plain)
    );
}

#[test]
fn what_cannot_be_imputed_is_told_with_a_remedy() {
    let here = folder();
    let told = |options: &[&str]| {
        let said = run(here.path(), &[&["fit"], options].concat());
        assert_ne!(said.code, 0, "{}", said.out);
        said.err
    };
    let early = [
        "early.csv",
        "cog ~ tos * trt + (1 | id)",
        "--factor",
        "id",
        "--impute",
        "5",
    ];
    let with = |more: &[&'static str]| told(&[&early[..], more].concat());
    let messages = [
        told(&[
            "early.csv",
            "cog ~ tos * trt",
            "--impute",
            "5",
            "--impute-wave",
            "tos",
        ]),
        told(&["early.csv", "cog ~ tos * trt", "--impute", "1"]),
        told(&["early.csv", "cog ~ tos * trt", "--impute-by", "trt"]),
        told(&[
            "children.csv",
            "y2 ~ y0",
            "--impute",
            "5",
            "--impute-with",
            "height",
        ]),
        with(&["--blups"]),
        with(&["--delta", "Y=-5"]),
        with(&["--delta", "-5 points"]),
        with(&["--delta", "@1.5=-5"]),
        with(&["--impute-wave", "tos", "--delta", "@2=-5"]),
        with(&["--impute-wave", "trt"]),
        with(&["--impute-wave", "tos", "--impute-by", "age"]),
        with(&["--family", "poisson"]),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}
