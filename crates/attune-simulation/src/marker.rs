//! What marks files as made up: `simulated.toml` beside the study file, with the seed, the program,
//! the protocol and the SHA-256 of each file. A file that is named here is simulated, and only such
//! a file may be written over by another simulation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Name of the marker beside the study file.
pub const MARKER_FILE: &str = "simulated.toml";

/// What is written into the marker for everybody who opens it.
const NOTE: &str = "The files below were made up by attune simulate. They are no data, describe no \
                    family, and show nothing about any programme.";

/// The marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// A plain sentence for whoever opens the file.
    pub note: String,
    /// Seed of the simulation.
    pub seed: u64,
    /// Program and version.
    pub engine: String,
    /// Fingerprint of the protocol.
    pub protocol: String,
    /// The files, by path.
    #[serde(default, rename = "file")]
    pub files: Vec<MarkedFile>,
}

/// One simulated file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedFile {
    /// Path beside the study file.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// The marker cannot be read.
#[derive(Debug, Error)]
#[error("{MARKER_FILE} cannot be read; delete it together with the files that it names")]
pub struct MarkerError(#[from] toml::de::Error);

impl Marker {
    /// The marker of these files.
    pub fn of(files: &BTreeMap<String, Vec<u8>>, seed: u64, protocol: &str) -> Self {
        let marked = |(path, bytes): (&String, &Vec<u8>)| MarkedFile {
            path: path.clone(),
            sha256: sha256(bytes),
        };
        Self {
            note: NOTE.to_owned(),
            seed,
            engine: concat!("attune ", env!("CARGO_PKG_VERSION")).to_owned(),
            protocol: protocol.to_owned(),
            files: files.iter().map(marked).collect(),
        }
    }

    /// The marker in the text of a `simulated.toml`.
    ///
    /// # Errors
    /// When the text is not such a file.
    pub fn read(text: &str) -> Result<Self, MarkerError> {
        Ok(toml::from_str(text)?)
    }

    /// The text of `simulated.toml`.
    pub fn to_toml(&self) -> String {
        let files = self.files.iter().map(|file| {
            let path = toml::Value::String(file.path.clone());
            format!("\n[[file]]\npath = {path}\nsha256 = \"{}\"\n", file.sha256)
        });
        let head = format!(
            "note = \"\"\"\n{}\"\"\"\nseed = {}\nengine = \"{}\"\nprotocol = \"{}\"\n",
            self.note, self.seed, self.engine, self.protocol
        );
        std::iter::once(head).chain(files).collect()
    }

    /// Whether the marker names this file with these bytes.
    pub fn owns(&self, path: &str, bytes: &[u8]) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.path == path && file.sha256 == sha256(bytes))
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BTreeMap<String, Vec<u8>> {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        BTreeMap::from([
            file("data/dyads.csv", "dyad\nD001\n"),
            file("data/the \"old\" index.csv", "dyad\n"),
        ])
    }

    #[test]
    fn a_marker_reads_back_as_it_was_written() {
        for seed in [0, 20_230_109, i64::MAX as u64, u64::MAX] {
            let marker = Marker::of(&files(), seed, "abc");
            assert_eq!(Marker::read(&marker.to_toml()).unwrap(), marker);
        }
    }

    #[test]
    fn a_marker_says_in_words_that_nothing_here_is_real() {
        let mut marker = Marker::of(&files(), 1, "abc");
        marker.engine = "attune".to_owned();
        insta::assert_snapshot!(marker.to_toml());
    }

    #[test]
    fn a_marker_owns_its_files_with_their_bytes_only() {
        let marker = Marker::of(&files(), 1, "abc");
        assert!(marker.owns("data/dyads.csv", b"dyad\nD001\n"));
        assert!(!marker.owns("data/dyads.csv", b"dyad\nD002\n"));
        assert!(!marker.owns("data/other.csv", b"dyad\nD001\n"));
    }
}
