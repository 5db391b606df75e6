//! Studies broken on purpose: what the person who broke them is told. The library crates test each
//! message; here it is the way to the terminal and the exit code.

use std::fs;

use crate::support::{copy_of_example, replace, run};

fn told(study: &std::path::Path, command: &[&str]) -> String {
    let said = run(study, command);
    assert_eq!(said.code, 1, "{}", said.out);
    assert_eq!(said.out, "", "nothing belongs on standard output");
    said.err
}

#[test]
fn a_misspelt_arm_is_told_with_its_line_and_the_near_miss() {
    let study = copy_of_example("hostel-clinic");
    replace(
        &study.path().join("study.toml"),
        "arm = \"intervention\"",
        "arm = \"intervantion\"",
    );
    insta::assert_snapshot!(told(study.path(), &["check", "."]));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let study = copy_of_example("early-intervention");
    let file = study.path().join("study.toml");
    replace(&file, "role = \"primary\"", "role = \"primry\"");
    replace(&file, "years * arm", "years * armm");
    replace(&file, "[study]", "[study]\ncolour = \"blue\"");
    insta::assert_snapshot!(told(study.path(), &["analyse", "."]));
}

#[test]
fn a_newer_format_is_refused() {
    let study = copy_of_example("early-intervention");
    replace(&study.path().join("study.toml"), "format = 1", "format = 2");
    insta::assert_snapshot!(told(study.path(), &["check", "."]));
}

#[test]
fn wrong_cells_are_told_with_row_and_column_and_nothing_is_written() {
    let study = copy_of_example("early-intervention");
    let file = fs::read_dir(study.path().join("data"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .expect("a data file");
    replace(&file, "103\n", "1030\n");
    replace(&file, "119\n", "very good\n");
    insta::assert_snapshot!(told(study.path(), &["report", ".", "--out", "out"]));
    assert!(!study.path().join("out").exists());
}
