//! A corpus of tables as they should not be: whatever is asked of them, the command answers or
//! complains in words. It never panics, and never leaves a number out without a warning.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::run;

fn corpus() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/messy");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
}

/// The columns of a file but the first.
fn columns(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a readable file");
    let heading = text.lines().next().unwrap_or_default();
    let names = heading.trim_end().split([',', ';']);
    names.skip(1).map(str::to_owned).collect()
}

fn check(file: &Path, command: &str, arguments: &[&str]) {
    let name = file.to_str().expect("a Unicode path");
    let folder = file.parent().expect("a folder");
    let said = run(folder, &[&[command, name], arguments, &["--json"]].concat());
    let asked = format!("{command} {name} {arguments:?}");
    assert!(
        said.code == 0 || said.code == 1,
        "{asked}: {} {}",
        said.code,
        said.err
    );
    assert!(!said.err.contains("panicked"), "{asked}: {}", said.err);
    if said.code == 1 {
        assert!(
            said.out.is_empty() && said.err.len() > 20,
            "{asked}: {}",
            said.err
        );
        return;
    }
    let report: Value = serde_json::from_str(&said.out).expect("one JSON document");
    let is_doubtful = report["warnings"]
        .as_array()
        .is_some_and(|warnings| !warnings.is_empty());
    let mut results = report["results"].as_array().expect("results").iter();
    let lacks = command == "agree" && results.any(|result| result["estimate"].is_null());
    assert!(
        !lacks || is_doubtful,
        "{asked}: a number is missing without a word\n{}",
        said.out
    );
}

#[test]
fn agreement_of_messy_tables_is_an_answer_or_a_complaint() {
    for file in corpus() {
        check(&file, "agree", &[]);
        check(&file, "agree", &["--bootstrap", "20"]);
        let columns = columns(&file);
        check(&file, "agree", &["--scale", &columns.join(",")]);
        check(
            &file,
            "agree",
            &[
                "--coders",
                &columns.join(","),
                "--measure",
                "icc,bland-altman,measurement-error,krippendorff-alpha",
            ],
        );
    }
}

#[test]
fn tests_of_messy_tables_are_an_answer_or_a_complaint() {
    for file in corpus() {
        let columns = columns(&file);
        let [first, second] = [0, 1].map(|i| columns.get(i).map_or("", String::as_str));
        let pair = format!("{first},{second}");
        for arguments in [
            &["--paired", pair.as_str()][..],
            &["--paired", &pair, "--equivalence", "1"],
            &["--table", &pair, "--trend"],
            &["--by", first, "--value", second],
            &["--repeated", &columns.join(",")],
            &["--chart", "xmr", "--value", first],
            &["--series", first, "--time", second, "--from", "2"],
            &[
                "--reliable-change",
                &pair,
                "--reliability",
                "0.9",
                "--better",
                "higher",
            ],
        ] {
            check(&file, "test", arguments);
        }
    }
}
