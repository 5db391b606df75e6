//! The example studies: their files are what the program makes, and read back.

use std::path::{Path, PathBuf};

use attune_exchange::read_records;
use attune_protocol::Protocol;
use attune_simulation::{MARKER_FILE, Marker, simulate};

use crate::reading_back::{assert_no_problems, check_reading_back};

pub fn study(name: &str) -> (PathBuf, Protocol) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(name);
    let (protocol, warnings) = Protocol::read(&folder).unwrap_or_else(|p| panic!("{p}"));
    assert!(warnings.is_empty(), "{warnings:?}");
    (folder, protocol)
}

#[test]
fn the_hostel_study_holds_what_its_seed_makes() {
    let (folder, protocol) = study("hostel-clinic");
    let marker = std::fs::read_to_string(folder.join(MARKER_FILE)).unwrap();
    let marker = Marker::read(&marker).unwrap();
    let assumptions = protocol.assumptions.as_ref().unwrap();
    let simulated = simulate(&protocol, assumptions, marker.seed).unwrap();
    assert_eq!(simulated.notes, [] as [&str; 0]);
    assert_eq!(marker.files.len(), simulated.files.len());
    for (path, bytes) in &simulated.files {
        let there = std::fs::read(folder.join(path)).unwrap();
        assert!(
            there == *bytes,
            "{path} is out of date: run cargo xtask studies"
        );
        assert!(marker.owns(path, bytes), "{path}");
    }
    let records = check_reading_back(&protocol, assumptions, marker.seed);
    let in_intervention = records
        .dyads
        .iter()
        .filter(|dyad| *dyad.site == *"hostel-a");
    assert_eq!((records.dyads.len(), in_intervention.count()), (59, 30));
}

#[test]
fn the_early_study_is_read_without_a_problem_and_is_not_simulated() {
    let (folder, protocol) = study("early-intervention");
    let (records, problems) =
        read_records(&protocol, &folder).unwrap_or_else(|problems| panic!("{problems}"));
    assert_no_problems(&problems);
    assert!(!records.simulated() && protocol.assumptions.is_none());
    let in_programme = |dyad: &&attune_records::records::Dyad| {
        dyad.arm
            .as_ref()
            .is_some_and(|arm| **arm == *"intervention")
    };
    // The help page of the data set: 103 infants, 58 and 45; three scores each.
    let n_in_programme = records.dyads.iter().filter(in_programme).count();
    assert_eq!((records.dyads.len(), n_in_programme), (103, 58));
    assert_eq!(records.assessments.len(), 309);
}

#[test]
fn a_study_with_real_data_can_be_rehearsed_too() {
    let (_, protocol) = study("early-intervention");
    let assumptions = attune_simulation::neutral_assumptions(&protocol);
    let records = check_reading_back(&protocol, &assumptions, 3);
    assert_eq!(records.dyads.len(), 40);
    let simulated = simulate(&protocol, &assumptions, 3).unwrap();
    insta::assert_snapshot!(simulated.notes.join("\n"));
}
