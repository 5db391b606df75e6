//! Out into the world from the command line: public pages, the crate, and the crate run again.

use std::{fs, path::Path};

use crate::support::{copy_of_example, example, json, replace, run, succeed, told};

/// Every file below a folder with its bytes, by its path.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            found.push((name, fs::read(&path).expect("a readable file")));
        }
    }
    found.sort();
    found
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in Unicode")
}

#[test]
fn three_studies_become_one_publication_and_the_same_one_again() {
    let here = tempfile::tempdir().expect("a folder");
    let studies = ["early-intervention", "hostel-clinic", "baby-clinic-groups"].map(example);
    let mut arguments = vec!["publish"];
    arguments.extend(studies.iter().map(|study| path(study)));
    succeed(here.path(), &arguments);
    let first = files(&here.path().join("public"));
    succeed(here.path(), &[&arguments[..], &["--out", "again"]].concat());
    assert_eq!(first, files(&here.path().join("again")));
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    for expected in [
        "index.html",
        "cookies.html",
        "about.html",
        "publication.css",
        "baby-clinic-groups/index.html",
        "hostel-clinic/ar.html",
        "hostel-clinic/figures/courses-mental-over-time.csv",
    ] {
        assert!(names.contains(&expected), "{expected} is among {names:?}");
    }
}

#[test]
fn a_study_without_data_can_be_checked_and_published_and_has_no_crate() {
    let here = tempfile::tempdir().expect("a folder");
    let study = example("baby-clinic-groups");
    let said = run(here.path(), &["check", path(&study)]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    succeed(here.path(), &["publish", path(&study)]);
    let complaint = told(here.path(), &["report", path(&study), "--to", "crate"]);
    assert!(
        complaint.contains("the study has no measures to hand on"),
        "{complaint}"
    );
    assert!(!here.path().join("reports").exists());
}

#[test]
fn a_page_that_lacks_a_part_is_told_with_its_line() {
    let study = copy_of_example("hostel-clinic");
    replace(
        &study.path().join("page.md"),
        "## How to withdraw",
        "## Goodbye",
    );
    let said = run(study.path(), &["check", "."]);
    assert_eq!(said.code, 0);
    for expected in [
        "has no part 'withdrawal'",
        "page.md",
        "the heading 'Goodbye' does not say",
    ] {
        assert!(said.err.contains(expected), "{expected} in {}", said.err);
    }
}

#[test]
fn two_studies_with_one_id_and_a_wrong_tool_are_refused_before_anything_is_written() {
    let here = tempfile::tempdir().expect("a folder");
    let study = example("baby-clinic-groups");
    let twice = told(here.path(), &["publish", path(&study), path(&study)]);
    assert!(
        twice.contains("two studies have the id 'baby-clinic-groups'"),
        "{twice}"
    );
    let tool = [
        "publish",
        path(&study),
        "--matomo",
        "http://x.org/",
        "--matomo-site",
        "1",
    ];
    assert!(told(here.path(), &tool).contains("is no address of a Matomo"));
    assert!(!here.path().join("public").exists());
}

#[test]
fn a_crate_is_written_run_again_and_written_over_only_as_a_crate() {
    let here = tempfile::tempdir().expect("a folder");
    let study = example("early-intervention");
    let report = ["report", path(&study), "--to", "crate", "--out", "."];
    assert_eq!(
        succeed(here.path(), &report),
        "./early-intervention-crate\n"
    );
    let folder = here.path().join("early-intervention-crate");
    let first = files(&folder);
    let again = json(here.path(), &["reproduce", "early-intervention-crate"]);
    assert_eq!(again["same_to_the_byte"], true, "{again}");
    fs::write(folder.join("more.txt"), "added").expect("a file");
    let said = run(here.path(), &["reproduce", "early-intervention-crate"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("no: more.txt"), "{}", said.out);
    succeed(here.path(), &report);
    assert_eq!(
        files(&folder),
        first,
        "a crate takes the place of a crate, whole"
    );
    fs::remove_file(folder.join("ro-crate-metadata.json")).expect("it was there");
    assert!(told(here.path(), &report).contains("is there already and is no crate"));
    let left: Vec<_> = fs::read_dir(here.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing half-written stays behind");
}

#[test]
fn what_is_no_crate_is_told_in_full() {
    let here = tempfile::tempdir().expect("a folder");
    let complaint = told(here.path(), &["reproduce", "."]);
    assert!(
        complaint.matches("the crate has no such file").count() >= 5,
        "{complaint}"
    );
}
