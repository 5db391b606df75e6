//! `attune test --adjust-for`: groups made alike in what was measured.

use std::fs;

use serde_json::Value;

use crate::support::{run, succeed};

/// Older mothers come to the programme and score higher anyway; the programme adds 3 points.
fn families() -> String {
    let row = |i: i32| {
        let (age, housing) = (
            18 + (i * 37) % 23,
            ["own", "hostel", "kin"][(i % 3) as usize],
        );
        let comes = (i * 61) % 101 < 20 + 2 * age;
        let arm = if comes { "programme" } else { "usual" };
        let noise = f64::from((i * 71) % 19 - 9) / 10.0;
        let score = f64::from(age) + if comes { 3.0 } else { 0.0 } + noise;
        let secure = i32::from((i * 43) % 97 < 20 + age + if comes { 15 } else { 0 });
        format!("{arm},{age},{housing},site {},{score},{secure}\n", i % 8)
    };
    let rows: String = (1..=120).map(row).collect();
    format!("arm,age,housing,site,score,secure\n{rows}")
}

fn folder() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("families.csv"), families()).expect("a writable folder");
    here
}

const ASKED: [&str; 8] = [
    "test",
    "families.csv",
    "--by",
    "arm=programme,usual",
    "--value",
    "score",
    "--adjust-for",
    "age,housing",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ASKED.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn weighted_groups_are_told_with_their_balance() {
    let here = folder();
    insta::assert_snapshot!(succeed(here.path(), &with(&[])));
}

#[test]
fn what_was_measured_no_longer_makes_the_difference() {
    let here = folder();
    for more in [
        &["--json"][..],
        &["--doubly-robust", "--json"],
        &["--cluster", "site", "--json"],
    ] {
        let document: Value =
            serde_json::from_str(&succeed(here.path(), &with(more))).expect("one JSON document");
        let estimate = document["results"][0]["estimate"]
            .as_f64()
            .expect("a number");
        assert!((estimate - 3.0).abs() < 0.4, "{more:?}: {estimate}");
        for line in document["balance"].as_array().expect("the balance") {
            let after = line["weighted_standardised_difference"]
                .as_f64()
                .expect("a number");
            assert!(after.abs() < 1e-9, "{line}");
        }
        assert!(document["e_value"]["limit"].as_f64().expect("a number") > 1.0);
    }
}

#[test]
fn an_outcome_of_yes_and_no_has_a_ratio_of_risks() {
    let here = folder();
    let asked = [
        "test",
        "families.csv",
        "--by",
        "arm=programme,usual",
        "--value",
        "secure",
        "--adjust-for",
        "age",
        "--about",
        "everybody",
        "--truncate",
        "0.98",
        "--doubly-robust",
        "--json",
    ];
    let document: Value =
        serde_json::from_str(&succeed(here.path(), &asked)).expect("one JSON document");
    assert_eq!(document["results"][1]["test"], "risk-ratio");
    assert!(document["n_truncated"].as_u64().expect("a count") > 0);
}

#[test]
fn the_balance_is_drawn() {
    let here = folder();
    succeed(here.path(), &with(&["--plot", "balance.svg"]));
    let svg = fs::read_to_string(here.path().join("balance.svg")).expect("a figure");
    assert!(svg.contains("before weighting") && svg.contains("housing: kin"));
}

#[test]
fn what_cannot_be_adjusted_is_said() {
    let here = folder();
    let told = |more: &[&str]| {
        let said = run(here.path(), &with(more));
        assert_eq!(said.code, 1, "{more:?}");
        said.err
    };
    assert!(told(&["--truncate", "0.2"]).contains("between 0.5 and 1"));
    assert!(told(&["--cluster", "nowhere"]).contains("no column `nowhere`"));
    let mut apart = ASKED.to_vec();
    apart[7] = "age,arm";
    let said = run(here.path(), &apart);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("arm"), "{}", said.err);
}
