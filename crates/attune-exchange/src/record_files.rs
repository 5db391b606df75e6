//! The bytes of a study's record files, from a folder or from memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::{Component, Path},
};

use attune_protocol::Protocol;

use crate::{data_fault::DataFault, simulation_marker::MARKER};

/// Largest file that is read.
const LARGEST_FILE_MEGABYTES: u64 = 256;

/// Files by the name that the study file gives them. A file that could not be read is kept with the
/// reason, so that it is reported with the other problems.
#[derive(Debug, Default)]
pub struct RecordFiles {
    files: BTreeMap<String, Result<Vec<u8>, DataFault>>,
}

impl RecordFiles {
    /// Files that are in memory, such as uploads.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let files = files.into_iter().map(|(name, bytes)| (name, Ok(bytes)));
        Self {
            files: files.collect(),
        }
    }

    /// The files that the protocol names, beside the study file in `folder`, and the markers of
    /// simulated files.
    pub fn from_folder(protocol: &Protocol, folder: &Path) -> Self {
        let data_files = protocol.data.iter().map(|data| data.file.clone());
        let mut names: BTreeSet<String> = data_files.clone().collect();
        names.extend(data_files.map(|file| beside(&file, MARKER)));
        names.insert(MARKER.to_owned());
        let read = |name: String| {
            let bytes = read_file(folder, &name);
            (name, bytes)
        };
        Self {
            files: names.into_iter().map(read).collect(),
        }
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, name: &str) -> Result<&[u8], DataFault> {
        match self.files.get(name) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(fault)) => Err(fault.clone()),
            None => Err(DataFault::FileMissing),
        }
    }

    /// Markers of simulated files: name and bytes.
    pub(crate) fn markers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().filter_map(|(name, bytes)| {
            let is_marker = name.rsplit('/').next() == Some(MARKER);
            let bytes = bytes.as_ref().ok().filter(|_| is_marker)?;
            Some((name.as_str(), bytes.as_slice()))
        })
    }
}

/// The name of a file in the same folder as another.
pub(crate) fn beside(file: &str, name: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>, DataFault> {
    let stays_inside =
        |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(name).components().all(stays_inside) {
        return Err(DataFault::FileOutsideStudy);
    }
    read_bytes(&folder.join(name))
}

/// The bytes of a file that is not too large.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, DataFault> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => DataFault::FileMissing,
        _ => DataFault::FileUnreadable {
            reason: error.to_string(),
        },
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let limit = LARGEST_FILE_MEGABYTES * 1_000_000;
    let mut bytes = Vec::new();
    // The size is counted while reading: a pipe or a growing file has none to ask for.
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(DataFault::FileTooLarge {
            megabytes: LARGEST_FILE_MEGABYTES,
        });
    }
    Ok(bytes)
}
