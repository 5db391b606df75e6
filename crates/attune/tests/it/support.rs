//! Running the binary and reading what it said.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// What a run said.
pub struct Said {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The binary, to be run in `folder`.
pub fn attune(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attune"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100");
    command
}

/// Runs the binary in `folder` to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(&attune(folder, arguments).output().expect("the binary runs"))
}

/// Runs the binary in `folder`, expects success, and returns standard output.
pub fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let said = run(folder, arguments);
    assert_eq!(said.code, 0, "attune {arguments:?} failed:\n{}", said.err);
    said.out
}

/// A folder with these files, name and text.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(here.path().join(name), text).expect("a writable folder");
    }
    here
}

/// Runs the binary with `--json`, expects success, and reads the document.
pub fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&succeed(folder, &arguments)).expect("one JSON document")
}

/// Runs the binary, expects that it refuses without printing a result, and returns its complaint.
pub fn told(folder: &Path, arguments: &[&str]) -> String {
    let said = run(folder, arguments);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{arguments:?}");
    said.err
}

fn said(output: &Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Folder of an example study in the checkout.
pub fn example(study: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(study)
}

/// A copy of an example study that a test may break.
pub fn copy_of_example(study: &str) -> tempfile::TempDir {
    let target = tempfile::tempdir().expect("a temporary folder");
    copy(&example(study), target.path());
    target
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a readable file");
        }
    }
}

/// Replaces a piece of a file that must be there.
pub fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).expect("a readable file");
    assert!(text.contains(old), "{} has no `{old}`", file.display());
    fs::write(file, text.replacen(old, new, 1)).expect("a writable file");
}
