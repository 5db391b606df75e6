//! The shipped library: the definitions in `instruments/`, which lies beside the crates with a
//! licence file of its own, compiled into the program. Every version of a definition that was ever
//! released stays in the list, so that an old study keeps its scores.

use std::sync::LazyLock;

use crate::instrument::Instrument;

/// One shipped definition file.
struct Definition {
    file: &'static str,
    text: &'static str,
}

macro_rules! definitions {
    ($($file:literal),* $(,)?) => {
        &[$(Definition {
            file: $file,
            text: include_str!(concat!("../../../instruments/", $file)),
        }),*]
    };
}

/// All definition files of the folder, sorted; a test compares the list with the folder.
const DEFINITIONS: &[Definition] = definitions![
    "cognitive-index.toml",
    "core-10.toml",
    "developmental-index.toml",
    "epds.toml",
    "gad-7.toml",
    "interaction-ratings.toml",
    "kpcs.toml",
    "pbq.toml",
    "phq-4.toml",
    "phq-9.toml",
    "rosenberg-1-4.toml",
    "rosenberg.toml",
    "swemwbs.toml",
    "wemwbs.toml",
    "who-5.toml",
];

static LIBRARY: LazyLock<Vec<Instrument>> = LazyLock::new(|| {
    let read = |definition: &Definition| match Instrument::read(definition.file, definition.text) {
        Ok(instrument) => instrument,
        // The tests read every file of the library, so a released program cannot come here.
        Err(problems) => panic!(
            "the shipped definition {} is sound: {problems}",
            definition.file
        ),
    };
    DEFINITIONS.iter().map(read).collect()
});

/// All shipped instruments, by id, older versions first.
pub fn all() -> &'static [Instrument] {
    &LIBRARY
}

/// Ids of the shipped instruments, sorted, each once.
pub fn ids() -> Vec<&'static str> {
    let mut ids: Vec<&str> = all()
        .iter()
        .map(|instrument| instrument.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Versions of a shipped instrument, ascending; none for an id that is not in the library.
pub fn versions(id: &str) -> Vec<u32> {
    let of_id = all().iter().filter(|instrument| instrument.id == id);
    let mut versions: Vec<u32> = of_id.map(|instrument| instrument.version).collect();
    versions.sort_unstable();
    versions
}

/// The shipped instrument with this id, in this version or, without one, in the newest.
pub fn find(id: &str, version: Option<u32>) -> Option<&'static Instrument> {
    let of_id = all().iter().filter(|instrument| instrument.id == id);
    match version {
        Some(version) => of_id
            .into_iter()
            .find(|instrument| instrument.version == version),
        None => of_id.max_by_key(|instrument| instrument.version),
    }
}

/// The text of a shipped definition, for somebody who wants to change a copy of it.
pub fn definition_text(id: &str, version: Option<u32>) -> Option<&'static str> {
    let wanted = find(id, version)?;
    let position = all()
        .iter()
        .position(|instrument| std::ptr::eq(instrument, wanted))?;
    Some(DEFINITIONS[position].text)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::{DEFINITIONS, all, find, ids, versions};

    #[test]
    fn the_list_is_the_folder() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../instruments");
        let entries = fs::read_dir(folder).expect("the folder is there");
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into()).collect();
        names.retain(|name| name.ends_with(".toml"));
        names.sort();
        let listed: Vec<&str> = DEFINITIONS
            .iter()
            .map(|definition| definition.file)
            .collect();
        assert_eq!(listed, names);
    }

    #[test]
    fn a_file_is_named_after_its_instrument() {
        for (definition, instrument) in DEFINITIONS.iter().zip(all()) {
            let expected = format!("{}.toml", instrument.id);
            let of_version = format!("{}-v{}.toml", instrument.id, instrument.version);
            assert!(
                definition.file == expected || definition.file == of_version,
                "{} holds {}",
                definition.file,
                instrument.id
            );
        }
    }

    #[test]
    fn each_definition_says_where_its_permission_is_written() {
        for instrument in all() {
            assert!(instrument.licence.evidence.len() > 20, "{}", instrument.id);
            assert!(instrument.citation.len() > 20, "{}", instrument.id);
        }
    }

    #[test]
    fn an_instrument_is_found_by_id_and_version() {
        assert_eq!(find("phq-9", None).map(|found| found.version), Some(1));
        assert_eq!(
            find("phq-9", Some(1)).map(|found| found.items.len()),
            Some(10)
        );
        assert!(find("phq-9", Some(99)).is_none());
        assert!(find("no-such-instrument", None).is_none());
        assert_eq!(versions("phq-9"), [1]);
        assert!(ids().is_sorted());
    }
}
