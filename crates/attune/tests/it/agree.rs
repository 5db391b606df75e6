//! `attune agree` on tables as people have them.

use std::fs;

use serde_json::Value;

use crate::support::{folder, json, succeed, told};

const CODERS2: &str = include_str!("../../../attune-statistics/tests/oracles/data/coders2.csv");
const CODERS4: &str =
    include_str!("../../../attune-statistics/tests/oracles/data/coders4_missing.csv");
const SCORES: &str = include_str!("../../../attune-statistics/tests/oracles/data/sensitivity3.csv");
const ITEMS: &str = include_str!("../../../attune-statistics/tests/oracles/data/bfi_600.csv");

fn result<'a>(report: &'a Value, measure: &str, variant: &str) -> &'a Value {
    report["results"]
        .as_array()
        .expect("results")
        .iter()
        .find(|result| result["measure"] == measure && result["variant"] == variant)
        .expect("the result")
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().expect("a number");
    assert!(
        (value / expected - 1.0).abs() < 1e-9,
        "{value} for {expected}"
    );
}

#[test]
fn two_coders_read_well() {
    let here = folder(&[("coders2.csv", CODERS2)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "agree",
            "coders2.csv",
            "--measure",
            "percent,cohen-kappa,weighted-kappa,krippendorff-alpha"
        ]
    ));
}

#[test]
fn gaps_give_the_numbers_of_the_python_package() {
    let here = folder(&[("coders.csv", CODERS4)]);
    let report = json(
        here.path(),
        &["agree", "coders.csv", "--coders", "R1,R2,R3,R4"],
    );
    let oracle: Value = serde_json::from_str(include_str!(
        "../../../attune-statistics/tests/oracles/cases/agreement_missing_py.json"
    ))
    .expect("a case");
    let reference = &oracle["reference"]["krippendorff_alpha"];
    for level in ["nominal", "ordinal", "interval", "ratio"] {
        let expected = reference[level].as_f64().expect("a reference");
        near(
            &result(&report, "krippendorff-alpha", level)["estimate"],
            expected,
        );
    }
    assert_eq!(report["n_missing"], 30);
}

#[test]
fn both_layouts_and_decimal_commas_are_the_same_table() {
    let wide = "clip;A;B\nc1;1,5;2,5\nc2;2,5;2,0\nc3;3,0;3,5\nc4;4,5;4,0\nc5;2,0;\n";
    let long = "clip,who,score\nc1,A,1.5\nc1,B,2.5\nc2,A,2.5\nc2,B,2\nc3,A,3\nc3,B,3.5\nc4,A,4.5\nc4,B,4\nc5,A,2\n";
    let here = folder(&[("wide.csv", wide), ("long.csv", long)]);
    let first = json(here.path(), &["agree", "wide.csv", "--unit", "clip"]);
    let columns = ["--unit", "clip", "--coder", "who", "--value", "score"];
    let second = json(
        here.path(),
        &[&["agree", "long.csv"], &columns[..]].concat(),
    );
    assert_eq!(first, second);
    assert_eq!(first["n_missing"], 1);
}

#[test]
fn a_bootstrap_by_cluster_is_named_and_repeats_itself() {
    let clustered: String = CODERS2
        .lines()
        .enumerate()
        .map(|(row, line)| match row {
            0 => format!("{line},dyad\n"),
            row => format!("{line},d{}\n", row / 4),
        })
        .collect();
    let here = folder(&[("coders.csv", &clustered)]);
    let arguments = [
        "agree",
        "coders.csv",
        "--coders",
        "A,B",
        "--cluster",
        "dyad",
        "--bootstrap",
        "200",
        "--seed",
        "5",
    ];
    let first = json(here.path(), &arguments);
    assert_eq!(first, json(here.path(), &arguments));
    let kappa = result(&first, "cohen-kappa", "A,B");
    assert_eq!(
        kappa["interval"],
        "bootstrap percentile, 200 resamples of clusters, seed 5"
    );
}

#[test]
fn several_pairs_of_a_person_and_a_figure() {
    let rows: String = (0..24)
        .map(|i| format!("p{},{},{}\n", i / 4, 10 + i % 7, 10 + (i * 5) % 9))
        .collect();
    let here = folder(&[("pairs.csv", &format!("child,one,two\n{rows}"))]);
    let report = json(
        here.path(),
        &[
            "agree",
            "pairs.csv",
            "--subject",
            "child",
            "--measure",
            "bland-altman",
            "--plot",
            "limits.svg",
        ],
    );
    let bias = result(
        &report,
        "bland-altman",
        "bias, several pairs per person, one,two",
    );
    assert_eq!(bias["n_persons"], 6.0);
    let figure = fs::read_to_string(here.path().join("limits.svg")).expect("a figure");
    assert!(
        figure.starts_with("<svg ") && figure.contains("one − two"),
        "{figure}"
    );
}

#[test]
fn a_scale_is_told_with_its_items() {
    let here = folder(&[("items.csv", ITEMS)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &["agree", "items.csv", "--scale", "A1:A5"]
    ));
}

#[test]
fn a_scale_has_a_figure() {
    let here = folder(&[("items.csv", ITEMS)]);
    let arguments = [
        "agree",
        "items.csv",
        "--scale",
        "A1:A5",
        "--plot",
        "scale.svg",
    ];
    succeed(here.path(), &arguments);
    let figure = fs::read_to_string(here.path().join("scale.svg")).expect("a figure");
    assert!(
        figure.starts_with("<svg ") && figure.contains("alpha if dropped"),
        "{figure}"
    );
}

#[test]
fn stretches_are_compared_over_recordings() {
    let marks = "clip,who,from,to,what\n1,A,0,5,play\n1,B,1,5,play\n1,A,7,9,feed\n1,B,7,8,feed\n2,A,2,6,play\n2,B,2,5,feed\n3,A,1,4,feed\n3,B,1,4,feed\n";
    let here = folder(&[("marks.csv", marks)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "agree",
            "marks.csv",
            "--coder",
            "who",
            "--start",
            "from",
            "--end",
            "to",
            "--code",
            "what",
            "--recording",
            "clip",
            "--length",
            "10",
            "--bootstrap",
            "100",
        ]
    ));
}

#[test]
fn stretches_have_a_figure_of_the_recording_in_which_coders_differ_most() {
    let marks =
        "clip,who,from,to,what\none,A,0,5,play\none,B,0,5,play\ntwo,A,2,6,play\ntwo,B,2,5,feed\n";
    let here = folder(&[("marks.csv", marks)]);
    let arguments = "agree marks.csv --coder who --start from --end to --code what --recording clip --length 10 --plot marks.svg";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    succeed(here.path(), &arguments);
    let figure = fs::read_to_string(here.path().join("marks.svg")).expect("a figure");
    for part in ["<svg ", "What each coder marked in two", "feed", "differ"] {
        assert!(figure.contains(part), "{part}: {figure}");
    }
}

#[test]
fn what_cannot_be_compared_is_told_with_its_place() {
    let here = folder(&[
        ("one.csv", "clip,A\nc1,1\nc2,2\n"),
        ("missing.csv", "clip,A,B\nc1,,\nc2,NA,\n"),
        ("head.csv", "clip,A,B\n"),
        ("twice.csv", "clip,who,code\nc1,A,x\nc1,B,y\nc1,A,z\n"),
        ("words.csv", "clip,A,B\nc1,yes,no\nc2,no,no\n"),
        ("over.csv", "who,from,to,what\nA,0,5,x\nB,1,5,x\nA,4,8,y\n"),
        ("items.csv", "q1,q2,q3\n1,2,3\n2,2,1\n1,2,2\n3,2,2\n"),
    ]);
    let stretches = [
        "--coder", "who", "--start", "from", "--end", "to", "--code", "what",
    ];
    let cases = [
        told(here.path(), &["agree", "one.csv"]),
        told(here.path(), &["agree", "missing.csv"]),
        told(here.path(), &["agree", "head.csv"]),
        told(
            here.path(),
            &[
                "agree",
                "twice.csv",
                "--unit",
                "clip",
                "--coder",
                "who",
                "--value",
                "code",
            ],
        ),
        told(here.path(), &["agree", "twice.csv", "--coder", "who"]),
        told(here.path(), &["agree", "words.csv", "--coders", "A,Z"]),
        told(here.path(), &["agree", "words.csv", "--coders", "A,A"]),
        told(
            here.path(),
            &["agree", "words.csv", "--order", "no,perhaps"],
        ),
        told(
            here.path(),
            &[&["agree", "over.csv"], &stretches[..]].concat(),
        ),
        told(here.path(), &["agree", "items.csv", "--scale", "q1:q3"]),
    ];
    insta::assert_snapshot!(cases.join(""));
}

#[test]
fn degenerate_tables_give_doubts_instead_of_certainty() {
    let here = folder(&[
        ("same.csv", "clip,A,B\nc1,yes,yes\nc2,yes,yes\nc3,yes,yes\n"),
        ("two.csv", "clip,A,B\nc1,1,2\nc2,2,2\n"),
    ]);
    let all = [
        succeed(here.path(), &["agree", "same.csv"]),
        succeed(here.path(), &["agree", "two.csv"]),
        succeed(here.path(), &["agree", "same.csv", "--measure", "icc"]),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn three_scorers_give_the_correlations_of_r() {
    let here = folder(&[("scores.csv", SCORES)]);
    let report = json(here.path(), &["agree", "scores.csv", "--measure", "icc"]);
    let icc2 = result(&report, "icc", "ICC2 (ICC(A,1))");
    // psych 2.2.9, R 4.2.2: the oracle icc_three_coders.
    near(&icc2["estimate"], 0.910_664_876_275_566_1);
    near(&icc2["ci_lower"], 0.850_942_325_836_830_2);
    near(&icc2["ci_upper"], 0.949_259_464_539_234_5);
}
