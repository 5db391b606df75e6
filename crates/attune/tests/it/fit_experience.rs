//! `attune fit` as somebody meets it: files as spreadsheets write them, wrong names, contrasts, plots.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{run, succeed};

const EARLY: &str = include_str!("../../../attune-statistics/tests/oracles/data/early.csv");
const MACHINES: &str = include_str!("../../../attune-statistics/tests/oracles/data/machines.csv");
/// With byte order mark, semicolons, decimal commas, a space in a name, and a code for missing.
const GERMAN: &str = "\u{feff}kind;alter monate;wert;gruppe\r\n1;6;1,5;a\r\n1;12;2,5;a\r\n2;6;-99;b\r\n2;12;3,5;b\r\n\
3;6;2,5;a\r\n3;12;2,75;a\r\n4;6;1,25;b\r\n4;12;4;b\r\n5;6;2;a\r\n5;12;2,25;a\r\n6;6;1,75;b\r\n6;12;3;b\r\n";

fn folder() -> TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [
        ("early.csv", EARLY),
        ("machines.csv", MACHINES),
        ("de.csv", GERMAN),
    ] {
        fs::write(here.path().join(name), text).expect("a writable folder");
    }
    here
}

#[test]
fn without_a_formula_the_columns_are_listed_with_examples() {
    let here = folder();
    let listed = [
        succeed(here.path(), &["fit", "early.csv"]),
        succeed(here.path(), &["fit", "de.csv"]),
    ];
    insta::assert_snapshot!(listed.join("\n"));
    let json: Value =
        serde_json::from_str(&succeed(here.path(), &["fit", "early.csv", "--json"])).expect("JSON");
    assert_eq!(json["columns"][1]["read_as"], "factor");
    assert_eq!(json["formulas"][0], "cog ~ age * trt + (1 | id)");
}

#[test]
fn codes_for_missing_values_are_noticed_and_can_be_named() {
    let here = folder();
    let formula = "wert ~ `alter monate` * gruppe + (1 | kind)";
    let noticed = succeed(here.path(), &["fit", "de.csv", formula]);
    assert!(noticed.contains("`wert` holds −99"), "{noticed}");
    let named = succeed(
        here.path(),
        &["fit", "de.csv", formula, "--missing=-99", "--r"],
    );
    insta::assert_snapshot!(named);
}

#[test]
fn contrasts_are_corrected_for_their_number() {
    let here = folder();
    let fit = |more: &[&str]| {
        let mut arguments = vec![
            "fit",
            "machines.csv",
            "score ~ Machine + (1 | Worker)",
            "--emmeans",
            "Machine",
        ];
        arguments.extend(more);
        succeed(here.path(), &arguments)
    };
    let differences = |text: String| -> String {
        let start = text.find("Differences").expect("contrasts are printed");
        text[start..]
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let printed = [
        differences(fit(&[])),
        differences(fit(&["--contrasts", "reference=B"])),
        differences(fit(&["--contrasts", "average", "--adjust", "none"])),
        differences(fit(&[
            "--contrasts",
            "bend: -0.5,1,-0.5; last: -1,0,1",
            "--adjust",
            "holm",
        ])),
    ];
    insta::assert_snapshot!(printed.join("\n\n"));
    let json: Value = serde_json::from_str(&fit(&["--json"])).expect("JSON");
    assert_eq!(json["adjustment"], "tukey");
    assert_eq!(json["columns"]["Worker"]["read_as"], "groups");
}

#[test]
fn slopes_by_arm_are_those_of_emtrends() {
    let here = folder();
    let out = succeed(
        here.path(),
        &[
            "fit",
            "early.csv",
            "cog ~ tos * trt + (1 | id)",
            "--trends",
            "tos",
            "--by",
            "trt",
            "--json",
        ],
    );
    let fit: Value = serde_json::from_str(&out).expect("JSON");
    let difference = &fit["trend_contrasts"][0];
    // emmeans 1.8.4.1, lmerTest 3.1-3, R 4.2.2: crates/attune-statistics/tests/reference/simultaneous.R.
    let near = |key: &str, expected: f64, tolerance: f64| {
        let value = difference[key].as_f64().expect("a number");
        assert!((value / expected - 1.0).abs() < tolerance, "{key}: {value}");
    };
    near("estimate", 5.271_264_367_815_53, 1e-7);
    near("se", 2.482_119_818_947_78, 1e-6);
    near("p", 0.034_900_303_114_767_6, 1e-5);
    assert_eq!(fit["trends"].as_array().map(Vec::len), Some(2));
}

#[test]
fn wrong_asks_are_told_with_what_would_do() {
    let here = folder();
    let told = |arguments: &[&str]| {
        let said = run(here.path(), arguments);
        assert_eq!(said.code, 1, "{}", said.out);
        said.err
    };
    let machines = "score ~ Machine + (1 | Worker)";
    let cases = [
        told(&["fit", "early.csv", "Cog ~ tos"]),
        told(&["fit", "de.csv", "wert ~ alter_monate"]),
        told(&[
            "fit",
            "early.csv",
            "cog ~ tos",
            "--plot",
            "nowhere/early.svg",
        ]),
        told(&["fit", "early.csv", "cog ~ tos", "--plot", "early.png"]),
        told(&[
            "fit",
            "early.csv",
            "cog ~ tos",
            "--plot",
            "early.svg",
            "--plot-kind",
            "modes",
        ]),
        told(&[
            "fit",
            "machines.csv",
            machines,
            "--emmeans",
            "Machine",
            "--contrasts",
            "reference=D",
        ]),
        told(&[
            "fit",
            "machines.csv",
            machines,
            "--emmeans",
            "Machine",
            "--contrasts",
            "bend: 1,-1",
        ]),
        told(&[
            "fit",
            "machines.csv",
            machines,
            "--emmeans",
            "Machine",
            "--contrasts",
            "all",
        ]),
        told(&[
            "fit",
            "machines.csv",
            machines,
            "--emmeans",
            "Machine",
            "--contrasts",
            "average",
            "--adjust",
            "tukey",
        ]),
        told(&["fit", "early.csv", "cog ~ tos * trt", "--trends", "trt"]),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn every_kind_of_plot_is_written_whole() {
    let here = folder();
    let cases = [
        (
            "early.csv",
            "cog ~ tos * trt + (tos | id)",
            "means",
            "fitted,N",
        ),
        (
            "early.csv",
            "cog ~ tos * trt + (tos | id)",
            "effects",
            "tos × trtY",
        ),
        (
            "early.csv",
            "cog ~ tos * trt + (tos | id)",
            "residuals",
            "normal quantile",
        ),
        (
            "machines.csv",
            "score ~ Machine + (Machine | Worker)",
            "modes",
            "MachineB",
        ),
        ("machines.csv", "score ~ Machine", "means", "mean,A"),
    ];
    for (file, formula, kind, inside) in cases {
        let plot = format!("{kind}.svg");
        succeed(
            here.path(),
            &["fit", file, formula, "--plot", &plot, "--plot-kind", kind],
        );
        let svg = fs::read_to_string(here.path().join(&plot)).expect("the plot");
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{kind}"
        );
        assert!(svg.contains("<desc "), "{kind}");
        assert!(svg.contains(inside), "{kind}: {inside}");
    }
    let said = run(
        here.path(),
        &[
            "fit",
            "machines.csv",
            "score ~ 1",
            "--plot",
            "phone.svg",
            "--plot-size",
            "phone",
        ],
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let svg = fs::read_to_string(here.path().join("phone.svg")).expect("the plot");
    assert!(svg.contains("width=\"360\""), "{svg}");
}
