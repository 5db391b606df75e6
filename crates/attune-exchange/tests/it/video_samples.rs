//! Real files of coding tools, where they are beside the checkout (`../shared/samples/video-coding`)
//! or where `ATTUNE_SAMPLES` says: each gives what `expected.json` says of it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use attune_exchange::video_coding::CodingFile;
use serde_json::Value;

/// The folder of samples; `None` where there is none.
pub fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(2);
    let folders = std::env::var_os("ATTUNE_SAMPLES")
        .map(PathBuf::from)
        .into_iter();
    folders
        .chain(beside.map(|folder| folder.join("shared/samples")))
        .map(|folder| folder.join("video-coding"))
        .find(|folder| folder.join("expected.json").is_file())
}

/// Every sample with what is expected of it; none where there is no folder, which is told.
pub fn expected_samples() -> Vec<(String, PathBuf, Value)> {
    let Some(folder) = samples() else {
        eprintln!(
            "no samples: put them into ../shared/samples or name the folder in ATTUNE_SAMPLES"
        );
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("readable");
    // The file writes NaN where Praat reads no number.
    let text = text.replace(": NaN", ": null");
    let all: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    all.into_iter()
        .map(|(name, entry)| {
            let path = folder.join(entry["file"].as_str().expect("a file"));
            (name, path, entry["expected"].clone())
        })
        .collect()
}

#[test]
fn every_sample_holds_what_is_expected_of_it() {
    let (mut n, mut wrong) = (0, Vec::new());
    for (name, path, expected) in expected_samples() {
        n += 1;
        let rejects = |key: &str| {
            expected[key]
                .as_str()
                .is_some_and(|says| says.contains("rejects"))
        };
        let is_refused = rejects("praat") || rejects("library");
        match CodingFile::open(&path) {
            Err(fault) if is_refused => assert!(!fault.to_string().is_empty()),
            Err(fault) => wrong.push(format!("{name}: {fault}")),
            Ok(_) if is_refused => wrong.push(format!("{name}: was not refused")),
            Ok(file) => {
                let mut counts = file.counts();
                counts.insert("kind".to_owned(), serde_json::json!(file.kind().name()));
                compare(&name, &expected, &Value::Object(counts), &mut wrong);
                let holds_events = match &file {
                    CodingFile::Unread(..) => false,
                    CodingFile::Table(table, _) => table.holds_events(),
                    _ => true,
                };
                if let (true, Err(fault)) = (holds_events, file.to_project("sample")) {
                    wrong.push(format!("{name}: {fault}"));
                }
            }
        }
    }
    eprintln!("{n} samples looked at");
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Keys that are notes about who made the expectation.
const NOTES: [&str; 3] = ["library", "praat", "message"];

/// Everything that is expected is there; more may be.
fn compare(place: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    let differs = match (expected, found) {
        // Lists that were too long to be written down.
        (Value::Null, Value::Object(_)) => false,
        (Value::Object(expected), Value::Object(found)) => {
            for (key, expected) in expected
                .iter()
                .filter(|(key, _)| !NOTES.contains(&key.as_str()))
            {
                match found.get(key) {
                    Some(found) => compare(&format!("{place} / {key}"), expected, found, wrong),
                    None => wrong.push(format!("{place} / {key}: not counted")),
                }
            }
            false
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{place} / {index}"), expected, found, wrong);
            }
            false
        }
        (Value::Number(expected), Value::Number(found)) => {
            let (expected, found) = (expected.as_f64(), found.as_f64());
            // Expected seconds are rounded to six decimals.
            !matches!((expected, found), (Some(a), Some(b)) if (a - b).abs() < 2e-6)
        }
        (expected, found) => expected != found,
    };
    if differs {
        wrong.push(format!("{place}: expected {expected}, found {found}"));
    }
}
