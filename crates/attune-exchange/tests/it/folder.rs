//! Files in a folder: fingerprints, and the marker of simulated files.

use std::{fs, path::Path};

use attune_exchange::read_records;

use crate::study::{DATA, files, protocol, told};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files() {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("written");
}

#[test]
fn a_file_has_the_fingerprint_of_its_bytes() {
    let folder = folder();
    write(
        folder.path(),
        "attendance.csv",
        "code,date,minutes\nD1,2024-01-17,60\n",
    );
    let (records, _) = read_records(&protocol(DATA), folder.path()).expect("readable");
    // printf 'code,date,minutes\nD1,2024-01-17,60\n' | sha256sum (GNU coreutils 9.1)
    let expected = "0db494bad6154164ffc455f5789fe594c72900314751bea7be6226ebdb5046a5";
    assert_eq!(records.files[3].fingerprint, expected);
    assert!(!records.simulated());
}

#[test]
fn files_that_a_marker_names_are_simulated_also_after_a_change() {
    let folder = folder();
    let (records, _) = read_records(&protocol(DATA), folder.path()).expect("readable");
    let fingerprint = &records.files[1].fingerprint;
    let marker = format!(
        "seed = 1\nengine = \"attune\"\nprotocol = \"0\"\n\
         [[file]]\npath = \"index.csv\"\nsha256 = \"{fingerprint}\"\n\
         [[file]]\npath = \"mood.csv\"\nsha256 = \"00\"\n",
    );
    write(folder.path(), "simulated.toml", &marker);
    let (records, warnings) = read_records(&protocol(DATA), folder.path()).expect("readable");
    let simulated: Vec<bool> = records.files.iter().map(|file| file.simulated).collect();
    assert_eq!(simulated, [false, true, true, false, false]);
    insta::assert_snapshot!(warnings.rendered());
}

#[test]
fn a_marker_that_cannot_be_read_is_an_error() {
    let folder = folder();
    write(folder.path(), "simulated.toml", "[[file]]\npath = 7\n");
    insta::assert_snapshot!(told(read_records(&protocol(DATA), folder.path())));
}

#[test]
fn a_study_that_says_so_is_simulated() {
    let folder = folder();
    let mut protocol = protocol(DATA);
    protocol.study.simulated = true;
    let (records, _) = read_records(&protocol, folder.path()).expect("readable");
    assert!(records.files.iter().all(|file| file.simulated));
}

#[test]
fn files_outside_the_folder_and_folders_are_refused() {
    let folder = folder();
    let mut protocol = protocol(DATA);
    protocol.data[0].file = "../dyads.csv".to_owned();
    protocol.data[1].file = "gone.csv".to_owned();
    fs::create_dir(folder.path().join("mood")).expect("a folder");
    protocol.data[2].file = "mood".to_owned();
    let told = told(read_records(&protocol, folder.path()));
    for expected in [
        "file outside the study folder",
        "the file is not there",
        "cannot be read",
    ] {
        assert!(told.contains(expected), "{told}");
    }
}
