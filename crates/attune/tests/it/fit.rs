//! `attune fit` on files as people have them.

use std::fs;

use serde_json::Value;

use crate::support::{run, succeed};

const CBPP: &str = include_str!("../../../attune-statistics/tests/oracles/data/cbpp.csv");
const WINE: &str = include_str!("../../../attune-statistics/tests/oracles/data/wine.csv");
const SITES: &str = include_str!("../../../attune-statistics/tests/oracles/data/sites_did.csv");
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
    let text = fit(&["--seed", "7"]);
    for part in [
        "Parametric bootstrap",
        "200 replicates · seed 7 · percentile intervals",
        "SD of (Intercept) by id",
        "residual SD",
        "intraclass correlation",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
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

fn sites_here() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("sites.csv"), SITES).expect("a writable folder");
    here
}

#[test]
fn cr2_replaces_the_table_of_a_mixed_model_by_a_cluster_that_is_not_in_it() {
    let here = sites_here();
    let arguments = [
        "fit",
        "sites.csv",
        "score ~ group * time + (1 | child)",
        "--cr2",
        "site",
        "--json",
    ];
    let fit: Value = serde_json::from_str(&succeed(here.path(), &arguments)).expect("JSON");
    let of = |fit: &Value, key: &str| {
        let term = &fit["fixed"][3];
        assert_eq!(term["term"], "groupprogramme:time");
        term[key].as_f64().expect("a number")
    };
    // clubSandwich 0.5.8, R 4.2.2: the case did_lmer_childonly_cr2.
    let case =
        include_str!("../../../attune-statistics/tests/oracles/cases/did_lmer_childonly_cr2.json");
    let case: Value = serde_json::from_str(case).expect("JSON");
    let robust = |kind: &str| case["reference"]["robust"][kind]["coefficients"][3].clone();
    let close = |fit: &Value, kind: &str| {
        for key in ["se", "df", "p"] {
            let expected = robust(kind)[key].as_f64().expect("a number");
            assert!((of(fit, key) / expected - 1.0).abs() < 1e-7, "{kind} {key}");
        }
    };
    close(&fit, "CR2");
    assert_eq!(fit["inference"]["method"], "CR2");
    assert_eq!(fit["inference"]["n_clusters"], 8);
    let variance = fit["vcov"]["values"][3][3].as_f64().expect("a number");
    assert!((variance.sqrt() / of(&fit, "se") - 1.0).abs() < 1e-12);
    let other = [&arguments[..], &["--cluster-robust", "cr3"]].concat();
    close(
        &serde_json::from_str(&succeed(here.path(), &other)).expect("JSON"),
        "CR3",
    );
}

#[test]
fn few_clusters_are_printed_with_their_doubts() {
    let here = sites_here();
    let out = succeed(
        here.path(),
        &[
            "fit",
            "sites.csv",
            "score ~ group * time",
            "--cr2",
            "site",
            "--wild-bootstrap",
            "999",
            "--emmeans",
            "group at time=1",
        ],
    );
    for part in [
        "t between clusters",
        "Standard errors (CR2) and degrees of freedom (Satterthwaite) are those between the 8 clusters of site",
        "Wild cluster bootstrap · rademacher · all 256 patterns",
        "Mind: the 8 clusters of `site` leave fewer than 4 degrees of freedom for `(Intercept)` (2.8), `time` (2.9);",
        "Mind: wild bootstrap of `time`: few of the 8 clusters of `site` decide this contrast",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[test]
fn what_cannot_be_had_between_clusters_is_told() {
    let here = sites_here();
    let told = |formula: &str, more: &[&str], wanted: &str| {
        let mut arguments = vec!["fit", "sites.csv", formula];
        arguments.extend(more);
        let said = run(here.path(), &arguments);
        assert_eq!(said.code, 1, "{}", said.out);
        assert!(said.err.contains(wanted), "{wanted}\n{}", said.err);
    };
    told("score ~ time", &["--cr2", "clinic"], "clinic");
    told(
        "score ~ time",
        &["--cr2", "site", "--df", "normal"],
        "leave --df out",
    );
    told(
        "score ~ group + (1 | site)",
        &["--cr2", "child"],
        "in more than one cluster of `child`",
    );
    let wild = ["--cr2", "site", "--wild-bootstrap", "999"];
    told(
        "score ~ group + (1 | site)",
        &wild,
        "for models without random effects",
    );
    told(
        "boy ~ time",
        &["--cr2", "site", "--family", "binomial"],
        "--cr2 belongs to gaussian models",
    );
    let few = ["--cr2", "site", "--wild-bootstrap", "5"];
    told(
        "score ~ time",
        &few,
        "the number of resamples is 5 but must be at least 99",
    );
}
