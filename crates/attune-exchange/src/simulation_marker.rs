//! `simulated.toml`: which files `attune simulate` made. A file that it names counts as simulated
//! for ever, also when somebody edited it afterwards.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use crate::{
    data_fault::DataFault, data_problem::DataProblem, record_files::RecordFiles,
    record_files::beside,
};

/// Name of the marker, beside the study file or beside the files that it names.
pub(crate) const MARKER: &str = "simulated.toml";

#[derive(Deserialize)]
struct Marker {
    #[serde(default)]
    file: Vec<MarkedFile>,
}

#[derive(Deserialize)]
struct MarkedFile {
    path: String,
    sha256: String,
}

/// Fingerprints that simulated files had when they were made, by name.
#[derive(Debug, Default)]
pub(crate) struct SimulatedFiles {
    fingerprints: BTreeMap<String, String>,
}

impl SimulatedFiles {
    /// Reads all markers. A marker that cannot be read is an error: without it made-up data would
    /// pass for real ones.
    pub(crate) fn read(files: &RecordFiles, problems: &mut Vec<DataProblem>) -> Self {
        let mut fingerprints = BTreeMap::new();
        for (name, bytes) in files.markers() {
            match read_marker(bytes) {
                Ok(marker) => fingerprints.extend(
                    marker
                        .file
                        .into_iter()
                        .map(|file| (beside(name, &file.path), file.sha256)),
                ),
                Err(reason) => problems.push(DataProblem::of_file(
                    Arc::from(name),
                    None,
                    DataFault::BrokenMarker { reason },
                )),
            }
        }
        Self { fingerprints }
    }

    /// Whether simulation made the file, and whether it was changed afterwards.
    pub(crate) fn origin(&self, file: &str, fingerprint: &str) -> Origin {
        match self.fingerprints.get(file) {
            None => Origin::Collected,
            Some(made) if made.eq_ignore_ascii_case(fingerprint) => Origin::Simulated,
            Some(_) => Origin::SimulatedAndEdited,
        }
    }
}

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// No marker names it.
    Collected,
    /// As simulation made it.
    Simulated,
    /// Simulation made it, somebody changed it.
    SimulatedAndEdited,
}

fn read_marker(bytes: &[u8]) -> Result<Marker, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    toml::from_str(text).map_err(|error| error.message().to_owned())
}
