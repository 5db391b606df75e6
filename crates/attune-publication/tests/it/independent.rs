//! The crate in the hands of other people's programs: `rocrate` and `frictionless` (Python), lme4 (R), sha256sum.
//! Where one of them is not installed, its test says so and passes; `cargo xtask test` installs the Python ones.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::crates::crate_of;

/// A crate of an example study on a disk.
fn on_disk(id: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in crate_of(id) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

/// What a program prints, or `None` where it cannot be run at all.
fn printed(program: impl AsRef<Path>, arguments: &[&str], folder: &Path) -> Option<(bool, String)> {
    let output = Command::new(program.as_ref())
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A Python with the readers: named by `ATTUNE_PYTHON`, or the one that `cargo xtask test` has made.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("ATTUNE_PYTHON").map_or_else(
        || root().join("target/crate-readers/bin/python"),
        PathBuf::from,
    );
    let has_readers = printed(&python, &["-c", "import rocrate, frictionless"], &root())?;
    has_readers.0.then_some(python)
}

#[test]
fn rocrate_and_frictionless_read_the_crate_without_complaint() {
    let Some(python) = python() else {
        eprintln!(
            "skipped: no Python with the packages rocrate and frictionless; `cargo xtask test` installs them"
        );
        return;
    };
    let script = root().join("crates/attune-publication/tests/independent/read_crate.py");
    let script = script.to_str().expect("a path");
    for (id, expected) in [
        ("hostel-clinic", "3 people, 59 units, 4484 measures"),
        ("early-intervention", "0 people, 103 units, 309 measures"),
    ] {
        let folder = on_disk(id);
        let (success, text) = printed(&python, &[script, "."], folder.path()).expect("it runs");
        assert!(success && text.contains(expected), "{id}: {text}");
    }
}

#[test]
fn r_comes_to_the_same_estimate_from_the_open_data() {
    let packages = "stopifnot(all(sapply(c('lme4', 'lmerTest', 'pbkrtest'), requireNamespace, quietly = TRUE)))";
    if printed("Rscript", &["-e", packages], &root()).is_none_or(|(success, _)| !success) {
        eprintln!("skipped: no R with lme4, lmerTest and pbkrtest");
        return;
    }
    for id in ["hostel-clinic", "early-intervention"] {
        let folder = on_disk(id);
        let (success, text) = printed("Rscript", &["refit.R"], folder.path()).expect("it runs");
        assert!(
            success && text.contains("R comes to the same result"),
            "{id}: {text}"
        );
    }
}

#[test]
fn sha256sum_agrees_with_the_manifest() {
    let folder = on_disk("early-intervention");
    let Some((success, text)) = printed(
        "sha256sum",
        &["--check", "manifest-sha256.txt"],
        folder.path(),
    ) else {
        eprintln!("skipped: no sha256sum");
        return;
    };
    assert!(success && !text.contains("FAILED"), "{text}");
    assert_eq!(
        text.lines().count(),
        crate_of("early-intervention").len() - 1
    );
}
