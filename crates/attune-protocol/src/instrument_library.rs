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
];

static LIBRARY: LazyLock<Vec<Instrument>> = LazyLock::new(|| {
    let read = |definition: &Definition| match Instrument::read(definition.file, definition.text) {
        Ok(instrument) => instrument,
        // The tests read every file of the library, so a released program cannot come here.
        Err(problems) => panic!("the shipped definition {} is sound: {problems}", definition.file),
    };
    DEFINITIONS.iter().map(read).collect()
});

/// All shipped instruments, by id, older versions first.
pub fn all() -> &'static [Instrument] {
    &LIBRARY
}

/// Ids of the shipped instruments, sorted, each once.
pub fn ids() -> Vec<&'static str> {
    let mut ids: Vec<&str> = all().iter().map(|instrument| instrument.id.as_str()).collect();
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
        Some(version) => of_id.into_iter().find(|instrument| instrument.version == version),
        None => of_id.max_by_key(|instrument| instrument.version),
    }
}
