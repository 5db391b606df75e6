//! The same seed gives the same bytes; another seed or outcome changes what it must and no more.

use attune_protocol::{
    assumptions::{Assumptions, ByArm, Course},
    id::MeasureId,
};
use attune_simulation::{SimulatedFiles, SimulationError, simulate};

use crate::example_studies::study;

fn hostel(change: impl Fn(&mut Assumptions), seed: u64) -> Result<SimulatedFiles, SimulationError> {
    let (_, protocol) = study("hostel-clinic");
    let mut assumptions = protocol.assumptions.clone().unwrap();
    change(&mut assumptions);
    simulate(&protocol, &assumptions, seed)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let first = hostel(|_| {}, 7).unwrap();
    assert_eq!(first, hostel(|_| {}, 7).unwrap());
    let other = hostel(|_| {}, 8).unwrap();
    for (path, bytes) in &first.files {
        assert_ne!(bytes, &other.files[path], "{path}");
    }
}

#[test]
fn a_changed_course_changes_its_own_file_alone() {
    let before = hostel(|_| {}, 7).unwrap();
    let after = hostel(
        |assumptions| {
            let moods = |course: &&mut Course| *course.measure == *"phq-9.total";
            assumptions.courses.iter_mut().find(moods).unwrap().start = ByArm::Every(12.0);
        },
        7,
    )
    .unwrap();
    for (path, bytes) in &before.files {
        let is_same = bytes == &after.files[path];
        assert_eq!(is_same, path != "data/mood.csv", "{path}");
    }
}

#[test]
fn a_new_course_leaves_the_others_as_they_were() {
    let before = hostel(|_| {}, 7).unwrap();
    let after = hostel(
        |assumptions| {
            let mut course = assumptions.courses[0].clone();
            course.measure = MeasureId::new("interaction.infant-withdrawal");
            assumptions.courses.insert(0, course);
        },
        7,
    )
    .unwrap();
    assert_eq!(before.files, after.files);
}

#[test]
fn correlations_that_cannot_hold_are_refused_with_the_measure() {
    let refused = hostel(
        |assumptions| {
            for (_, _, value) in &mut assumptions.correlations {
                *value = -0.9;
            }
        },
        1,
    );
    insta::assert_snapshot!(refused.unwrap_err());
}
