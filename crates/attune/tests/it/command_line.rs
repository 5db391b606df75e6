//! Exit codes, help, and what is printed where.

use std::fs;

use serde_json::Value;

use crate::support::{copy_of_example, example, run, succeed};

#[test]
fn a_wrong_command_line_exits_with_2() {
    let here = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(here.path(), &["analize"]).code, 2);
    assert_eq!(
        run(here.path(), &["report", "x", "--to", "papyrus"]).code,
        2
    );
    assert_eq!(
        run(here.path(), &["fit", "x.csv", "y ~ x", "--level", "95"]).code,
        2
    );
}

#[test]
fn a_folder_that_is_no_study_is_said_in_one_sentence() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let said = run(here.path(), &["check", "nowhere"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("nowhere"), "{}", said.err);
}

#[test]
fn json_stands_alone_on_standard_output() {
    let said = run(&example("hostel-clinic"), &["analyse", ".", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let findings: Value = serde_json::from_str(&said.out).expect("one JSON document");
    assert_eq!(findings["simulated"], true);
}

#[test]
fn a_new_study_checks_runs_and_reports() {
    let here = tempfile::tempdir().expect("a temporary folder");
    succeed(here.path(), &["new", "mine"]);
    succeed(here.path(), &["check", "mine"]);
    succeed(here.path(), &["analyse", "mine"]);
    succeed(here.path(), &["report", "mine", "--out", "out"]);
    let reports = fs::read_dir(here.path().join("out"))
        .expect("a folder")
        .count();
    assert_eq!(reports, 1);
}

#[test]
fn new_does_not_touch_a_folder_that_holds_something() {
    let here = tempfile::tempdir().expect("a temporary folder");
    fs::write(here.path().join("precious.txt"), "mine").expect("a writable folder");
    let said = run(here.path(), &["new", "."]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("not an empty folder"), "{}", said.err);
    assert_eq!(fs::read_dir(here.path()).expect("a folder").count(), 1);
}

#[test]
fn the_schema_is_one_json_document() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let schema: Value = serde_json::from_str(&succeed(here.path(), &["schema"])).expect("JSON");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}

#[test]
fn measures_are_csv_with_a_source_for_every_value() {
    let table = succeed(&example("early-intervention"), &["measures", "."]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let heading = reader.headers().expect("a heading").clone();
    let column = |name: &str| {
        heading
            .iter()
            .position(|heading| heading == name)
            .expect("the column")
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 309);
    for row in rows {
        assert!(!row[column("value")].is_empty() && row[column("missing")].is_empty());
        assert!(row[column("file")].ends_with(".csv") && row[column("row")].parse::<u32>().is_ok());
    }
}

#[test]
fn simulation_keeps_its_hands_off_collected_data() {
    let study = copy_of_example("early-intervention");
    let said = run(study.path(), &["simulate", ".", "--seed", "1"]);
    assert_eq!(said.code, 1, "{}", said.out);
    let out = tempfile::tempdir().expect("a temporary folder");
    let rehearsal = out.path().to_str().expect("a Unicode path");
    succeed(
        study.path(),
        &["simulate", ".", "--seed", "1", "--out", rehearsal],
    );
    let findings = succeed(study.path(), &["analyse", ".", "--data", rehearsal]);
    assert!(findings.contains("SIMULATED DATA"), "{findings}");
}

#[test]
fn the_same_seed_simulates_the_same_bytes() {
    let study = copy_of_example("hostel-clinic");
    let file = study.path().join("simulated.toml");
    let simulate = |seed: &str| {
        succeed(study.path(), &["simulate", ".", "--seed", seed]);
        fs::read(&file).expect("the marker")
    };
    let (first, other, again) = (simulate("7"), simulate("8"), simulate("7"));
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn the_demo_writes_reports_pages_and_packages_and_says_where() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let out = succeed(here.path(), &["demo", "--no-serve"]);
    let demo = here.path().join("attune-demo");
    for study in ["early-intervention", "hostel-clinic", "community-clinic"] {
        for name in [
            format!("reports/{study}.html"),
            format!("reports/{study}.pdf"),
            format!("reports/{study}.docx"),
            format!("reports/{study}-commissioner.pdf"),
            format!("archive/{study}-crate"),
        ] {
            assert!(out.contains(&name), "{name} is not named:\n{out}");
            assert!(demo.join(&name).exists(), "{name}");
        }
        assert!(demo.join(format!("public/{study}/index.html")).exists());
    }
    assert!(demo.join("public/baby-clinic-groups/index.html").exists());
    assert!(out.contains("public/index.html"), "{out}");
}
