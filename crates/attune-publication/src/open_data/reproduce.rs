//! Running the plan of a crate again: are its files those that were deposited, does the plan have its seal, is
//! every number the same, and does the whole crate come out byte for byte?

use std::{collections::BTreeMap, fmt};

use attune_analysis::{Findings, Settings, analyse};
use attune_protocol::{Protocol, StudyFolder};
use serde_json::Value;

use super::{
    compare::Comparison,
    crate_files::{CRATE_FINDINGS, DISCLOSURE, MANIFEST, PROTOCOL, Parts, checksum, pretty},
    disclosure::Disclosure,
    tables::{self, MEASURES, UNITS},
};
use crate::publication::Files;

/// Something that keeps a crate from being run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateProblem {
    /// The file.
    pub file: String,
    /// Where in it.
    pub place: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

impl fmt::Display for CrateProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self
            .place
            .as_ref()
            .map(|place| format!(", {place}"))
            .unwrap_or_default();
        write!(
            formatter,
            "problem: {}\n --> {}{place}\n = help: {}\n",
            self.message, self.file, self.remedy
        )
    }
}

/// What came of running the plan again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduction {
    /// Id of the study.
    pub study: String,
    /// Files that are not as the checksums say, or are not listed.
    pub changed: Vec<String>,
    /// Whether the plan has the fingerprint that the findings name.
    pub plan_has_its_seal: bool,
    /// Whether the data have the fingerprint that the findings name.
    pub data_have_their_seal: bool,
    /// The numbers of the crate beside those of this run.
    pub numbers: Comparison,
    /// Files that come out otherwise when the crate is made again.
    pub other_bytes: Vec<String>,
    /// Program that made the crate, and the one at hand.
    pub engines: (String, String),
}

impl Reproduction {
    /// Whether every number is the same, and nothing was changed.
    pub fn is_same(&self) -> bool {
        self.changed.is_empty()
            && self.plan_has_its_seal
            && self.data_have_their_seal
            && self.numbers.is_same()
    }

    /// Whether the crate comes out byte for byte.
    pub fn is_same_to_the_byte(&self) -> bool {
        self.is_same() && self.other_bytes.is_empty()
    }
}

/// Runs the plan of a crate again, with this engine.
///
/// # Errors
///
/// Everything that keeps it from being run.
pub fn reproduce(files: &Files, engine: &str) -> Result<Reproduction, Vec<CrateProblem>> {
    let mut problems = Vec::new();
    let mut get = |path: &str| {
        let bytes = files.get(path);
        if bytes.is_none() {
            problems.push(problem(
                path,
                "the crate has no such file",
                "take the crate as it was deposited",
            ));
        }
        bytes.map_or(&[][..], Vec::as_slice)
    };
    let (units, rows) = (get(UNITS), get(MEASURES));
    let (findings, disclosure) = (get(CRATE_FINDINGS), get(DISCLOSURE));
    let manifest = get(MANIFEST);
    get(&format!("{PROTOCOL}study.toml"));
    if !problems.is_empty() {
        return Err(problems);
    }
    let findings: Option<Value> = parsed(CRATE_FINDINGS, findings, &mut problems);
    let disclosure: Option<Disclosure> = parsed(DISCLOSURE, disclosure, &mut problems);
    let protocol_files = protocol_files(files);
    let protocol = protocol(&protocol_files, &mut problems);
    let (Some(theirs), Some(disclosure), Some(protocol)) = (findings, disclosure, protocol) else {
        return Err(problems);
    };
    let mut measures = tables::read(&protocol, units, rows)?;
    measures.simulated = disclosure.simulated;
    let settings = Settings {
        seed: disclosure.seed,
        engine: disclosure.engine.clone(),
    };
    let ours = analyse(&protocol, &measures, &settings);
    let again = Parts {
        protocol: &protocol,
        protocol_files: &protocol_files,
        units,
        rows,
        measures: &measures,
        findings: &ours,
        disclosure: &disclosure,
    }
    .files();
    let named = |key: &str| {
        theirs
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Ok(Reproduction {
        study: protocol.study.id.to_string(),
        changed: changed(files, manifest),
        plan_has_its_seal: named("protocol_fingerprint") == protocol.fingerprint,
        data_have_their_seal: named("data_fingerprint") == measures.data_fingerprint,
        numbers: Comparison::of(&theirs, &as_read(&ours), 0.0),
        other_bytes: other_bytes(files, &again),
        engines: (disclosure.engine, engine.to_owned()),
    })
}

/// The findings as they would be read from a crate: reading the digits of both in the same way, equal digits are
/// equal numbers.
fn as_read(findings: &Findings) -> Value {
    serde_json::from_slice(&pretty(findings)).expect("our own JSON can be read")
}

fn problem(file: &str, message: impl Into<String>, remedy: &str) -> CrateProblem {
    CrateProblem {
        file: file.to_owned(),
        place: None,
        message: message.into(),
        remedy: remedy.to_owned(),
    }
}

fn parsed<T: serde::de::DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    problems: &mut Vec<CrateProblem>,
) -> Option<T> {
    serde_json::from_slice(bytes)
        .map_err(|error| {
            let message = format!("it is not the JSON that it should be: {error}");
            problems.push(problem(file, message, "take the file as it was deposited"));
        })
        .ok()
}

fn protocol_files(files: &Files) -> Vec<(String, Vec<u8>)> {
    files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(PROTOCOL)?.to_owned(), bytes.clone())))
        .collect()
}

/// The protocol. The data files that it names are not in the crate; that they were there is enough.
fn protocol(files: &[(String, Vec<u8>)], problems: &mut Vec<CrateProblem>) -> Option<Protocol> {
    let all: BTreeMap<String, Vec<u8>> = data_files(files)
        .into_iter()
        .map(|name| (name, Vec::new()))
        .chain(files.iter().cloned())
        .collect();
    match Protocol::read_folder(&StudyFolder::from_files(all)) {
        Ok((protocol, _)) => Some(protocol),
        Err(found) => {
            for one in found {
                problems.push(CrateProblem {
                    file: format!("{PROTOCOL}{}", one.place.file),
                    place: one.place.spot.map(|spot| format!("line {}", spot.line)),
                    message: one.message,
                    remedy: one.remedy.unwrap_or_default(),
                });
            }
            None
        }
    }
}

/// Names of the data files in the study file; none where it cannot be read, which is told elsewhere.
fn data_files(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let study = files.iter().find(|(name, _)| name == "study.toml");
    let text = study.and_then(|(_, bytes)| std::str::from_utf8(bytes).ok());
    let table: Option<toml::Table> = text.and_then(|text| text.parse().ok());
    let data = table
        .as_ref()
        .and_then(|table| table.get("data")?.as_array());
    let names = data
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("file")?.as_str());
    names.map(str::to_owned).collect()
}

/// Files whose checksum is another one or is not listed, and listed files that are not there.
fn changed(files: &Files, manifest: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(manifest);
    let listed: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path, sum))
        .collect();
    let mut changed: Vec<String> = files
        .iter()
        .filter(|(path, _)| *path != MANIFEST)
        .filter(|(path, bytes)| {
            listed.get(path.as_str()).copied() != Some(checksum(bytes).as_str())
        })
        .map(|(path, _)| path.clone())
        .collect();
    let gone = listed.keys().filter(|path| !files.contains_key(**path));
    changed.extend(gone.map(|path| (*path).to_owned()));
    changed
}

/// Paths at which two crates differ.
fn other_bytes(left: &Files, right: &Files) -> Vec<String> {
    let all: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differs = |path: &&String| left.get(*path) != right.get(*path);
    all.into_iter().filter(differs).cloned().collect()
}
