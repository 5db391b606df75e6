//! A study under other assumptions.

use attune_protocol::assumptions::{Assumptions, ByArm};
use attune_simulation::{simulate_records, what_if};

use crate::example_studies::study;

#[test]
fn dyads_of_an_arm_are_shared_out_over_its_sites() {
    let (_, protocol) = study("hostel-clinic");
    let assumptions = protocol.assumptions.as_ref().unwrap();
    let counts = |assumptions: &Assumptions| -> Vec<u32> {
        let by_arm = what_if::dyads_by_arm(&protocol, assumptions);
        by_arm.into_iter().map(|(_, n)| n).collect()
    };
    assert_eq!(counts(assumptions), [29, 30]);
    let forty = what_if::with_dyads_per_arm(&protocol, assumptions, 40);
    assert_eq!(counts(&forty), [40, 40]);
    let at_sites: Vec<u32> = forty.dyads.iter().map(|(_, n)| *n).collect();
    assert_eq!(at_sites, [40, 14, 14, 12]);
    // No site disappears, so three hostels have at least three dyads.
    assert_eq!(
        counts(&what_if::with_dyads_per_arm(&protocol, assumptions, 2)),
        [3, 2]
    );
    assert_eq!(
        counts(&what_if::with_dyads_times(assumptions, 1.5)),
        [44, 45]
    );
    let records = simulate_records(&protocol, &forty, 3).unwrap().records;
    assert_eq!(records.dyads.len(), 80);
}

#[test]
fn effects_shrink_towards_the_first_arm() {
    let (_, protocol) = study("hostel-clinic");
    let assumptions = protocol.assumptions.as_ref().unwrap();
    let per_month = |factor| {
        let changed = what_if::with_effect_times(&protocol, assumptions, factor);
        let ByArm::Each(numbers) = &changed.courses[0].per_month else {
            panic!("the course differs between the arms");
        };
        numbers
            .iter()
            .map(|(_, number)| *number)
            .collect::<Vec<f64>>()
    };
    for (factor, programme) in [(0.0, -0.2), (1.0, 0.5), (2.0, 1.2)] {
        let found = per_month(factor);
        assert_eq!(found[0], -0.2);
        assert!((found[1] - programme).abs() < 1e-12, "{found:?}");
    }
}

#[test]
fn loss_and_site_variance_are_as_asked() {
    let (_, protocol) = study("hostel-clinic");
    let assumptions = protocol.assumptions.as_ref().unwrap();
    let lossy = what_if::with_dropout(&protocol, assumptions, 0.4).unwrap();
    let [loss] = lossy.attrition.as_slice() else {
        panic!("one loss for all");
    };
    assert!((libm::pow(1.0 - loss.per_month, 12.0) - 0.6).abs() < 1e-12);
    let sites = what_if::with_site_icc(assumptions, 0.1);
    let course = &sites.courses[0];
    let within = course.sd_between.powi(2) + course.sd_within.powi(2);
    let between = course.sd_site.powi(2);
    assert!((between / (between + within) - 0.1).abs() < 1e-12);
}

#[test]
fn a_study_narrowed_to_an_analysis_makes_the_same_values() {
    let (_, protocol) = study("hostel-clinic");
    let narrowed = what_if::only_for(&protocol, &["motor-over-time".into()]);
    assert_eq!((narrowed.analyses.len(), narrowed.outcomes.len()), (1, 1));
    assert_eq!(narrowed.instruments.len(), 1);
    let whole = simulate_records(&protocol, protocol.assumptions.as_ref().unwrap(), 5).unwrap();
    let part = simulate_records(&narrowed, narrowed.assumptions.as_ref().unwrap(), 5).unwrap();
    let text = |records: &dyn std::fmt::Debug| format!("{records:?}");
    assert_eq!(text(&whole.records.dyads), text(&part.records.dyads));
    let of_instrument = |assessment: &&attune_records::records::Assessment| {
        assessment.instrument == narrowed.instruments[0].id
    };
    let whole: Vec<_> = whole
        .records
        .assessments
        .iter()
        .filter(of_instrument)
        .collect();
    assert_eq!(text(&whole), text(&part.records.assessments));
    assert!(part.records.attendance.is_empty());
}
