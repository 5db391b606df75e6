//! Whether simulated files may be written: never over a file that a simulation did not make, nor
//! over one that was changed since.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{marker::Marker, simulate::SimulatedFiles};

/// What is to be done in the study folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritePlan {
    /// Files to write, new or over an unchanged simulated one.
    pub write: Vec<String>,
    /// Files of the last simulation that this one no longer makes: to be removed.
    pub remove: Vec<String>,
}

/// A file that may not be written over.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OverwriteRefused {
    /// The marker does not name it.
    #[error(
        "{path} is there already and was not made by attune simulate; move it away, or simulate \
         into a copy of the study folder"
    )]
    NotSimulated {
        /// The file.
        path: String,
    },
    /// The marker names it, with other bytes.
    #[error(
        "{path} was changed after it was simulated; move it away if you want to keep it, or \
         delete it"
    )]
    Changed {
        /// The file.
        path: String,
    },
}

/// What to write and remove, given the marker of the last simulation and the files that lie in the
/// study folder now (at least those that are simulated now or were then).
///
/// # Errors
/// Every file that would be lost.
pub fn write_plan(
    simulated: &SimulatedFiles,
    last: Option<&Marker>,
    existing: &BTreeMap<String, Vec<u8>>,
) -> Result<WritePlan, Vec<OverwriteRefused>> {
    let refused: Vec<OverwriteRefused> = simulated
        .files
        .keys()
        .filter_map(|path| refusal(path, existing.get(path)?, last))
        .collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let no_longer_made = |path: &String| !simulated.files.contains_key(path);
    let still_as_made = |path: &String| {
        let owns = |bytes: &Vec<u8>| last.is_some_and(|last| last.owns(path, bytes));
        existing.get(path).is_some_and(owns)
    };
    let last_files = last.map(|last| last.files.as_slice()).unwrap_or_default();
    Ok(WritePlan {
        write: simulated.files.keys().cloned().collect(),
        remove: last_files
            .iter()
            .map(|file| file.path.clone())
            .filter(|path| no_longer_made(path) && still_as_made(path))
            .collect(),
    })
}

fn refusal(path: &str, bytes: &[u8], last: Option<&Marker>) -> Option<OverwriteRefused> {
    let path = path.to_owned();
    let Some(last) = last else {
        return Some(OverwriteRefused::NotSimulated { path });
    };
    if last.owns(&path, bytes) {
        return None;
    }
    let named = last.files.iter().any(|file| file.path == path);
    Some(if named {
        OverwriteRefused::Changed { path }
    } else {
        OverwriteRefused::NotSimulated { path }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "data/dyads.csv";
    const OTHER: &str = "data/index.csv";

    fn files(contents: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let file = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        contents.iter().map(file).collect()
    }

    fn simulated(contents: &[(&str, &str)]) -> SimulatedFiles {
        let files = files(contents);
        SimulatedFiles {
            marker: Marker::of(&files, 1, "abc"),
            files,
            notes: Vec::new(),
        }
    }

    #[test]
    fn an_empty_folder_and_an_unchanged_simulation_are_written() {
        let new = simulated(&[(ONE, "new")]);
        let plan = write_plan(&new, None, &BTreeMap::new()).unwrap();
        assert_eq!(plan.write, [ONE]);
        let old = simulated(&[(ONE, "old"), (OTHER, "old")]);
        let plan = write_plan(&new, Some(&old.marker), &old.files).unwrap();
        assert_eq!(plan.write, [ONE]);
        assert_eq!(plan.remove, [OTHER]);
    }

    #[test]
    fn what_a_simulation_did_not_make_is_never_written_over() {
        let new = simulated(&[(ONE, "new"), (OTHER, "new")]);
        let there = files(&[(ONE, "real"), (OTHER, "edited")]);
        let old = simulated(&[(OTHER, "old")]);
        let refused = write_plan(&new, Some(&old.marker), &there).unwrap_err();
        let words: Vec<String> = refused.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(words.join("\n"));
        assert_eq!(write_plan(&new, None, &there).unwrap_err().len(), 2);
    }

    #[test]
    fn a_file_that_was_edited_is_not_removed() {
        let new = simulated(&[(ONE, "new")]);
        let old = simulated(&[(OTHER, "old")]);
        let there = files(&[(OTHER, "edited")]);
        let plan = write_plan(&new, Some(&old.marker), &there).unwrap();
        assert!(plan.remove.is_empty());
    }
}
