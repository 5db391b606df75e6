//! The cases that are kept: `corpus/fit` and `corpus/agree`, one file each.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{case::Case, fit::Answer};

/// A folder of the corpus.
pub fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(kind)
}

/// All cases of one kind, by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn cases(kind: &str) -> Result<Vec<(String, Case)>> {
    let folder = folder(kind);
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        cases.push((name, Case::of_text(&fs::read_to_string(&path)?)));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(cases)
}

/// Keeps a case.
///
/// # Errors
/// When it cannot be written.
pub fn keep(kind: &str, name: &str, case: &Case) -> Result<PathBuf> {
    let path = folder(kind).join(format!("{name}.csv"));
    fs::write(&path, case.text())?;
    Ok(path)
}

/// Whether an answer is the one that the case expects: its wishes `expect`, `says`, and `r-log-likelihood`,
/// which R reached and which must be reached, give or take the digits that R's search leaves open.
///
/// # Errors
/// What is different.
pub fn compare(case: &Case, answer: &Answer) -> Result<(), String> {
    let (expected, says) = (case.wish("expect"), case.wish("says"));
    if expected != answer.kind {
        return Err(format!(
            "expected: {expected}; the answer {}: {}",
            answer.kind, answer.words
        ));
    }
    if !answer.words.contains(says) {
        return Err(format!("nothing is said of `{says}`: {}", answer.words));
    }
    match (
        case.wish("r-log-likelihood").parse::<f64>(),
        answer.log_likelihood,
    ) {
        (Ok(theirs), Some(ours)) if ours < theirs - 1e-7 * (1.0 + theirs.abs()) => Err(format!(
            "R reaches the log-likelihood {theirs}, the engine {ours}"
        )),
        _ => Ok(()),
    }
}
