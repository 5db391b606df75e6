//! A study of the other kind: before and after, no arms, staff and sessions as units, workbooks.

use std::path::Path;

use attune_protocol::{Protocol, assumptions::Assumptions};
use attune_records::{Records, records::When};
use attune_simulation::simulate;

use crate::reading_back::check_reading_back;

fn community_clinic() -> (Protocol, Assumptions) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/community-clinic");
    let (protocol, _) = Protocol::read(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    let assumptions = protocol.assumptions.clone().unwrap();
    (protocol, assumptions)
}

#[test]
fn its_workbooks_and_tables_are_read_back_without_a_problem() {
    let (protocol, assumptions) = community_clinic();
    for seed in 1..=5 {
        let records = check_reading_back(&protocol, &assumptions, seed);
        assert_eq!(records.dyads.len(), 40);
        let of = |instrument: &str| {
            let all = records.assessments.iter();
            all.filter(|a| *a.instrument == *instrument).count()
        };
        assert_eq!(of("staff-view"), 6 * 2);
        assert_eq!(of("room"), records.sessions.len());
        assert_eq!(of("setting"), 2);
        assert!(of("rosenberg") > 10 && of("phq-4") == of("rosenberg"));
    }
}

#[test]
fn workbooks_have_the_same_bytes_on_any_day() {
    let (protocol, assumptions) = community_clinic();
    let simulated = simulate(&protocol, &assumptions, 1).unwrap();
    let files = simulated.marker.files.iter();
    let fingerprints: Vec<String> = files
        .map(|file| format!("{} {}", file.path, file.sha256))
        .collect();
    // Made by this program; a new version of the writer of workbooks may change those of .xlsx files.
    insta::assert_snapshot!(fingerprints.join("\n"));
}

#[test]
fn what_is_not_assumed_is_said_once_each() {
    let (protocol, assumptions) = community_clinic();
    let simulated = simulate(&protocol, &assumptions, 1).unwrap();
    insta::assert_snapshot!(simulated.notes.join("\n"));
}

#[test]
fn the_second_phase_differs_by_its_shift() {
    let (protocol, mut assumptions) = community_clinic();
    for course in &mut assumptions.courses {
        course.sd_between = 0.0;
        course.sd_within = 0.0;
        course.sd_item = 0.0;
    }
    let records = check_reading_back(&protocol, &assumptions, 1);
    let talk = answers(&records, "room", "talk");
    assert!(!talk.is_empty());
    for (day, value) in talk {
        let expected = if day.as_str() < "2024-07-01" {
            30.0
        } else {
            50.0
        };
        assert_eq!(value, expected, "{day}");
    }
    for session in &records.sessions {
        let is_after = session.date.to_string().as_str() >= "2024-07-01";
        let (_, share, _) = &session.measures[1];
        assert_eq!(share.unwrap(), if is_after { 0.5 } else { 0.3 });
    }
}

fn answers(records: &Records, instrument: &str, item: &str) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    for assessment in &records.assessments {
        let When::On(date) = assessment.when else {
            continue;
        };
        for answer in &assessment.answers {
            if *assessment.instrument == *instrument && *answer.item == *item {
                found.extend(answer.value.ok().map(|value| (date.to_string(), value)));
            }
        }
    }
    found
}
