//! A study that is still running, or whose end came before a visit: what has not come is neither missed nor lost.

use attune_analysis::{Settings, analyse, findings::Findings};
use attune_protocol::study::StudyStatus;
use jiff::civil::{Date, date};

use crate::hostel;

/// The hostel study with the last visits of two dyads of hostel a still to come: there are no rows for them.
fn findings(status: StudyStatus, ended: Option<Date>) -> Findings {
    let mut plan = hostel::plan(&["a"], &["b", "c", "d"]);
    (plan.study.status, plan.study.ended) = (status, ended);
    let last = plan.waves.last().unwrap().id.clone();
    let mut measures = hostel::data(&plan);
    let is_late = |unit: u32| ["a04", "a05"].contains(&&*measures.units[unit as usize].id);
    let keep: Vec<bool> = (measures.rows.iter())
        .map(|row| !(is_late(row.unit) && row.wave.as_ref() == Some(&last)))
        .collect();
    let mut keep = keep.into_iter();
    measures.rows.retain(|_| keep.next().unwrap());
    analyse(&plan, &measures, &Settings::default())
}

#[test]
fn in_a_running_study_a_visit_that_has_not_come_stands_apart_from_one_that_was_missed() {
    let running = findings(StudyStatus::FollowUp, None).description;
    let row = running.flow.iter().find(|row| row.site == "a").unwrap();
    let last = row.waves.last().unwrap();
    let gone: usize = row
        .waves
        .iter()
        .flat_map(|wave| &wave.left)
        .map(|(_, n)| n)
        .sum();
    assert_eq!(
        (last.assessed, last.not_assessed, last.not_yet_due, gone),
        (7, 0, 2, 1)
    );
    let earlier = &row.waves[1];
    assert_eq!((earlier.not_assessed, earlier.not_yet_due), (1, 0));

    let of_arm = (running.attrition.by_arm.iter()).find(|arm| arm.arm == "intervention");
    let of_arm = of_arm.unwrap();
    assert_eq!(of_arm.not_yet_due, [(last.wave.clone(), 2)]);
    assert_eq!(
        of_arm.retained,
        Some(7.0 / 8.0),
        "seven of the eight for whom it was due"
    );
    let mut lost = running.attrition.by_baseline.iter();
    assert!(lost.all(|row| row.arm != "intervention" || row.lost.0 == 1));
    insta::assert_snapshot!(running.attrition.sentence);
}

#[test]
fn in_a_completed_study_nothing_more_will_come() {
    let completed = findings(StudyStatus::Completed, None).description;
    let row = completed.flow.iter().find(|row| row.site == "a").unwrap();
    let last = row.waves.last().unwrap();
    assert_eq!((last.not_assessed, last.not_yet_due), (2, 0));
    assert!(!completed.attrition.sentence.contains("not yet due"));
}

#[test]
fn what_was_to_come_after_the_end_of_a_study_was_neither_missed_nor_lost() {
    let ended = findings(StudyStatus::Completed, Some(date(2025, 1, 31))).description;
    let row = ended.flow.iter().find(|row| row.site == "a").unwrap();
    let last = row.waves.last().unwrap();
    assert_eq!(
        (last.assessed, last.not_assessed, last.not_yet_due),
        (7, 0, 2)
    );
    let of_arm = (ended.attrition.by_arm.iter()).find(|arm| arm.arm == "intervention");
    assert_eq!(of_arm.unwrap().retained, Some(7.0 / 8.0));
    let sentence = &ended.attrition.sentence;
    let words = "For 2 more it was not due before the end of the study.";
    assert!(sentence.contains(words), "{sentence}");
}
