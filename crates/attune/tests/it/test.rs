//! `attune test` on tables as people have them.

use std::fs;

use serde_json::Value;

use crate::support::{folder, json, succeed, told};

const PAIRS: &str = include_str!("../../../attune-statistics/tests/oracles/data/paired_noties.csv");
const TIES: &str = include_str!("../../../attune-statistics/tests/oracles/data/prepost_ties.csv");
const CASES: &str = include_str!("../../../attune-statistics/tests/oracles/data/caseness.csv");
const SITES: &str = include_str!("../../../attune-statistics/tests/oracles/data/sites_did.csv");
const EPDS: &str = include_str!("../../../attune-statistics/tests/oracles/data/epds_like.csv");

fn test<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["results"]
        .as_array()
        .expect("results")
        .iter()
        .find(|result| result["test"] == name)
        .expect("the test")
}

/// Thirty weeks, higher from the sixteenth on.
fn weeks() -> String {
    let row = |week: i32| {
        let value = 20 + (week * 7) % 5 + if week > 15 { 9 } else { 0 };
        format!("{week},{value},{}\n", 40 + week % 3)
    };
    format!("week,came,asked\n{}", (1..=30).map(row).collect::<String>())
}

#[test]
fn pairs_are_told_with_their_effect_sizes() {
    let here = folder(&[("pairs.csv", PAIRS)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "test",
            "pairs.csv",
            "--paired",
            "before,after",
            "--equivalence",
            "2"
        ]
    ));
}

#[test]
fn yes_and_no_get_mcnemar_by_themselves() {
    let here = folder(&[("cases.csv", CASES)]);
    let report = json(
        here.path(),
        &["test", "cases.csv", "--paired", "before,after"],
    );
    let mcnemar = test(&report, "mcnemar");
    assert_eq!(mcnemar["variant"], "exact");
    // R 4.2.2, binom.test: the oracle mcnemar.
    let p = mcnemar["p"].as_f64().expect("p");
    assert!((p / 1.943_111_419_677_737e-5 - 1.0).abs() < 1e-9, "{p}");
}

#[test]
fn arms_are_compared_with_the_value_before() {
    let here = folder(&[("scores.csv", TIES)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "test",
            "scores.csv",
            "--by",
            "arm=group,waiting",
            "--value",
            "post",
            "--baseline",
            "pre"
        ]
    ));
    let turned = json(
        here.path(),
        &[
            "test",
            "scores.csv",
            "--by",
            "arm=waiting,group",
            "--value",
            "post",
            "--baseline",
            "pre",
        ],
    );
    assert_eq!(turned["groups"][0], "waiting");
    assert!(test(&turned, "ancova")["estimate"].as_f64() > Some(0.0));
}

#[test]
fn assigned_clusters_are_compared_as_a_whole() {
    let here = folder(&[("sites.csv", SITES)]);
    insta::assert_snapshot!(succeed(
        here.path(),
        &[
            "test",
            "sites.csv",
            "--by",
            "group",
            "--value",
            "score",
            "--cluster",
            "site"
        ]
    ));
}

#[test]
fn several_values_are_adjusted_together() {
    let here = folder(&[("scores.csv", TIES)]);
    let report = json(
        here.path(),
        &[
            "test",
            "scores.csv",
            "--by",
            "arm",
            "--value",
            "pre,post",
            "--adjust",
            "holm",
        ],
    );
    let results = report["results"].as_array().expect("results");
    let adjusted: Vec<&Value> = results
        .iter()
        .filter(|result| !result["p_adjusted"].is_null())
        .collect();
    assert_eq!(adjusted.len(), 2);
    assert_eq!(
        (&adjusted[0]["of"], &adjusted[1]["of"]),
        (&"pre".into(), &"post".into())
    );
    let raw = adjusted
        .iter()
        .map(|result| result["p"].as_f64().expect("p"));
    let smallest = raw.fold(1.0, f64::min);
    let least = adjusted
        .iter()
        .map(|result| result["p_adjusted"].as_f64().expect("p"));
    assert!((least.fold(1.0, f64::min) - 2.0 * smallest).abs() < 1e-12);
}

#[test]
fn a_table_a_trend_and_occasions() {
    let here = folder(&[
        (
            "table.csv",
            "dose,well\n1,no\n1,no\n1,yes\n2,no\n2,yes\n2,yes\n3,yes\n3,yes\n3,no\n3,yes\n,yes\n",
        ),
        (
            "waves.csv",
            "w1,w2,w3\n1,2,3\n2,4,3\n3,3,5\n2,5,6\n4,6,8\n1,3,4\n2,,5\n",
        ),
    ]);
    let table = succeed(
        here.path(),
        &["test", "table.csv", "--table", "dose,well", "--trend"],
    );
    let waves = succeed(here.path(), &["test", "waves.csv", "--repeated", "w1:w3"]);
    insta::assert_snapshot!([table, waves].join("\n"));
}

#[test]
fn series_and_charts_see_the_change() {
    let here = folder(&[("weeks.csv", &weeks())]);
    let series = [
        "test",
        "weeks.csv",
        "--series",
        "came",
        "--time",
        "week",
        "--from",
        "16",
    ];
    for method in ["independent", "newey-west", "gls-ar1"] {
        let report = json(here.path(), &[&series[..], &["--method", method]].concat());
        let jump = report["results"][0]["estimate"].as_f64().expect("a jump");
        assert!((jump - 9.0).abs() < 1.5, "{method} {jump}");
        assert_eq!(report["points"].as_array().map(Vec::len), Some(30));
    }
    let chart = |more: &[&str]| {
        json(
            here.path(),
            &[&["test", "weeks.csv", "--value", "came"], more].concat(),
        )
    };
    assert_eq!(chart(&["--chart", "run"])["signals_change"], true);
    for more in [
        &["--chart", "xmr"][..],
        &["--chart", "u", "--of", "asked"],
        &["--chart", "p", "--of", "asked"],
    ] {
        let report = chart(&[more, &["--points", "15"]].concat());
        let mut rules = report["results"].as_array().expect("rules").iter();
        assert!(
            rules.any(|rule| rule["statistic"].as_f64() > Some(0.0)),
            "{more:?}"
        );
    }
    let text = succeed(
        here.path(),
        &[
            "test",
            "weeks.csv",
            "--chart",
            "xmr",
            "--value",
            "came",
            "--time",
            "week",
            "--points",
            "15",
        ],
    );
    insta::assert_snapshot!(text);
}

#[test]
fn reliable_change_has_both_forms() {
    let grouped: String = EPDS
        .lines()
        .enumerate()
        .map(|(row, line)| match row {
            0 => format!("{line},arm\n"),
            row if row % 2 == 0 => format!("{line},usual\n"),
            _ => format!("{line},group\n"),
        })
        .collect();
    let here = folder(&[("epds.csv", &grouped)]);
    let question = [
        "test",
        "epds.csv",
        "--reliable-change",
        "pre,post",
        "--better",
        "lower",
    ];
    let plain = [&question[..], &["--reliability", "0.87", "--cut-off", "13"]].concat();
    insta::assert_snapshot!(succeed(here.path(), &plain));
    let by_norm = json(
        here.path(),
        &[
            &question[..],
            &["--norm", "arm=usual", "--bootstrap", "100"],
        ]
        .concat(),
    );
    assert!(
        by_norm["form"]
            .as_str()
            .is_some_and(|form| form.starts_with("regression-based"))
    );
    assert_eq!(by_norm["people"].as_array().map(Vec::len), Some(40));
}

#[test]
fn figures_are_written_where_there_is_one() {
    let here = folder(&[("weeks.csv", &weeks()), ("scores.csv", TIES)]);
    for (name, arguments) in [
        ("pairs.svg", &["scores.csv", "--paired", "pre,post"][..]),
        (
            "groups.svg",
            &["scores.csv", "--by", "arm", "--value", "post"],
        ),
        (
            "values.svg",
            &["scores.csv", "--by", "arm", "--value", "pre,post"],
        ),
        ("shares.svg", &["scores.csv", "--table", "arm,pre"]),
        (
            "series.svg",
            &[
                "weeks.csv",
                "--series",
                "came",
                "--time",
                "week",
                "--from",
                "16",
            ],
        ),
        (
            "chart.svg",
            &[
                "weeks.csv",
                "--chart",
                "p",
                "--value",
                "came",
                "--of",
                "asked",
            ],
        ),
        (
            "run.svg",
            &["weeks.csv", "--chart", "run", "--value", "came"],
        ),
    ] {
        succeed(
            here.path(),
            &[&["test"], arguments, &["--plot", name]].concat(),
        );
        let figure = fs::read_to_string(here.path().join(name)).expect("a figure");
        assert!(
            figure.starts_with("<svg ") && figure.contains("<desc"),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_tested_is_told_with_its_place() {
    let here = folder(&[
        ("words.csv", "pre,post\n1,2\nx,3\n"),
        ("gaps.csv", "pre,post\n1,\n,2\n"),
        ("same.csv", "pre,post\n1,1\n2,2\n3,3\n"),
        ("ties.csv", "g,x,site\na,1,s\na,1,t\nb,1,s\nb,1,u\n"),
    ]);
    let cases: Vec<String> = [
        &["words.csv", "--paired", "pre,post"][..],
        &["words.csv", "--paired", "pre,past"],
        &["gaps.csv", "--paired", "pre,post"],
        &["same.csv"],
        &["same.csv", "--paired", "pre"],
        &["same.csv", "--paired", "pre,post", "--table", "pre,post"],
        &["same.csv", "--by", "pre", "--value", "post"],
        &["same.csv", "--repeated", "pre,post"],
        &["same.csv", "--chart", "p", "--value", "pre"],
        &[
            "same.csv",
            "--reliable-change",
            "pre,post",
            "--better",
            "lower",
        ],
        &["same.csv", "--paired", "pre,post", "--adjust", "holm"],
        &["ties.csv", "--by", "g=a,c", "--value", "x"],
        &["ties.csv", "--by", "g", "--value", "x", "--baseline", "x"],
        &["ties.csv", "--by", "g", "--value", "x", "--cluster", "site"],
    ]
    .iter()
    .map(|arguments| told(here.path(), &[&["test"], *arguments].concat()))
    .collect();
    insta::assert_snapshot!(cases.join(""));
    // Nothing varies: no test, and every reason.
    insta::assert_snapshot!(
        "constant_values_have_reasons_instead_of_tests",
        succeed(
            here.path(),
            &["test", "ties.csv", "--by", "g", "--value", "x"]
        )
    );
}
