//! Over many simulated dyads, means, SDs, slopes, correlations, losses and gaps are as assumed.
//! Tolerances are four standard errors of the quantity at the number of dyads.

use attune_measures::{Measures, measure};
use attune_protocol::{
    Protocol,
    assumptions::{Assumptions, Attrition, ByArm, Course, Missingness},
    data::DataContent,
    id::MeasureId,
    missing::Missing,
};
use attune_simulation::simulate_records;

use crate::example_studies::study;

const N_PER_ARM: u32 = 3000;
const MENTAL: &str = "developmental-index.mental";
const MOTOR: &str = "developmental-index.motor";
const MOOD: &str = "phq-9.total";

/// The hostel study, large, with nobody lost and every visit on its day, changed by `change`.
fn large(change: impl Fn(&mut Assumptions)) -> (Protocol, Measures) {
    let (_, mut protocol) = study("hostel-clinic");
    protocol
        .data
        .retain(|file| !matches!(file.content, DataContent::Attendance(_)));
    let mut assumptions = protocol.assumptions.clone().unwrap();
    assumptions.dyads = vec![
        ("hostel-a".into(), N_PER_ARM),
        ("hostel-b".into(), N_PER_ARM),
    ];
    assumptions.visit_jitter_days = 0.0;
    assumptions.attrition.clear();
    assumptions.missingness.clear();
    assumptions.attendance.clear();
    for course in &mut assumptions.courses {
        course.sd_site = 0.0;
    }
    change(&mut assumptions);
    let records = simulate_records(&protocol, &assumptions, 11)
        .unwrap()
        .records;
    let measures = measure(&protocol, &records);
    (protocol, measures)
}

fn course<'a>(assumptions: &'a mut Assumptions, measure: &str) -> &'a mut Course {
    let mut courses = assumptions.courses.iter_mut();
    courses.find(|course| *course.measure == *measure).unwrap()
}

/// Values by unit, in the order of units.
fn values(measures: &Measures, measure: &str, wave: &str, arm: &str) -> Vec<f64> {
    let is_this = |row: &&attune_measures::measures::Measure| {
        *row.measure == *measure
            && row.wave.as_ref().is_some_and(|known| **known == *wave)
            && row.arm.as_ref().is_some_and(|known| **known == *arm)
    };
    let rows = measures.rows.iter().filter(is_this);
    rows.filter_map(|row| row.value.ok()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(one: &[f64], other: &[f64]) -> f64 {
    let (mean_one, mean_other) = (mean(one), mean(other));
    let products = one.iter().zip(other);
    let sum: f64 = products
        .map(|(a, b)| (a - mean_one) * (b - mean_other))
        .sum();
    sum / (one.len() as f64 - 1.0)
}

fn near(what: &str, found: f64, expected: f64, standard_error: f64) {
    let tolerance = 4.0 * standard_error;
    assert!(
        (found - expected).abs() < tolerance,
        "{what}: {found} is not within {tolerance} of {expected}"
    );
}

#[test]
fn an_index_has_the_assumed_mean_line_and_variance_components() {
    let (_, measures) = large(|assumptions| {
        let mental = course(assumptions, MENTAL);
        mental.start = ByArm::Each(vec![
            ("comparison".into(), 100.0),
            ("intervention".into(), 96.0),
        ]);
        mental.per_month = ByArm::Each(vec![
            ("comparison".into(), -0.5),
            ("intervention".into(), 0.4),
        ]);
        mental.sd_slope = 0.5;
        mental.correlation = -0.4;
    });
    let n = f64::from(N_PER_ARM);
    for (arm, start, per_month) in [("comparison", 100.0, -0.5), ("intervention", 96.0, 0.4)] {
        let first = values(&measures, MENTAL, "enrolment", arm);
        let last = values(&measures, MENTAL, "month-12", arm);
        // Twelve months are 365.25 days, so the visit is on day 365.
        let months = 365.0 / 30.4375;
        // Whole points add the variance 1/12 of rounding to the residual's 8².
        let residual = 64.0 + 1.0 / 12.0;
        let first_variance = 81.0 + residual;
        let shared = 81.0 + months * -0.4 * 9.0 * 0.5;
        let last_variance =
            81.0 + 2.0 * months * -0.4 * 9.0 * 0.5 + months * months * 0.25 + residual;
        near("start", mean(&first), start, (first_variance / n).sqrt());
        let end = start + per_month * months;
        near("end", mean(&last), end, (last_variance / n).sqrt());
        let se = |variance: f64| variance * (2.0 / n).sqrt();
        near(
            "variance",
            covariance(&first, &first),
            first_variance,
            se(first_variance),
        );
        near(
            "last variance",
            covariance(&last, &last),
            last_variance,
            se(last_variance),
        );
        let se_shared = ((first_variance * last_variance + shared * shared) / n).sqrt();
        near("covariance", covariance(&first, &last), shared, se_shared);
    }
}

#[test]
fn item_level_scores_have_the_assumed_mean_spread_and_correlation() {
    let (_, measures) = large(|assumptions| {
        // Far from both ends of 0 to 27, so that nothing is cut off.
        let mood = course(assumptions, MOOD);
        mood.start = ByArm::Every(13.3);
        mood.per_month = ByArm::Every(0.0);
        mood.sd_between = 2.0;
        mood.sd_within = 1.5;
        assumptions.correlations = vec![
            (MeasureId::new(MENTAL), MeasureId::new(MOTOR), 0.5),
            (MeasureId::new(MENTAL), MeasureId::new(MOOD), -0.4),
        ];
    });
    let n = f64::from(N_PER_ARM);
    let mood = values(&measures, MOOD, "month-4", "comparison");
    let variance = 4.0 + 2.25 + 1.0 / 12.0;
    near("mean", mean(&mood), 13.3, (variance / n).sqrt());
    near(
        "variance",
        covariance(&mood, &mood),
        variance,
        variance * (2.0 / n).sqrt(),
    );
    let mental = values(&measures, MENTAL, "enrolment", "comparison");
    let motor = values(&measures, MOTOR, "enrolment", "comparison");
    let first_mood = values(&measures, MOOD, "enrolment", "comparison");
    for (what, other, expected) in [
        ("mental and motor", &motor, 0.5 * 9.0 * 9.0),
        ("mental and mood", &first_mood, -0.4 * 9.0 * 2.0),
    ] {
        let product = covariance(&mental, &mental) * covariance(other, other);
        let se = ((product + expected * expected) / n).sqrt();
        near(what, covariance(&mental, other), expected, se);
    }
}

#[test]
fn sites_share_their_own_intercept() {
    let (_, measures) = large(|assumptions| {
        let mental = course(assumptions, MENTAL);
        mental.start = ByArm::Every(100.0);
        mental.per_month = ByArm::Every(0.0);
        mental.sd_site = 15.0;
    });
    let n = f64::from(N_PER_ARM);
    let difference = |wave: &str| {
        mean(&values(&measures, MENTAL, wave, "intervention"))
            - mean(&values(&measures, MENTAL, wave, "comparison"))
    };
    // The two sites differ far more than 3000 dyads each would by chance, at every wave alike.
    let by_chance = (2.0 * 150.0 / n).sqrt();
    assert!(difference("enrolment").abs() > 4.0 * by_chance);
    near(
        "the same later",
        difference("month-8"),
        difference("enrolment"),
        by_chance * 1.5,
    );
}

#[test]
fn losses_follow_the_hazard_of_the_arm() {
    let (_, measures) = large(|assumptions| {
        let loss = |arm: Option<&str>, per_month: f64, reason: &str| Attrition {
            arm: arm.map(Into::into),
            per_month,
            reasons: vec![(reason.to_owned(), 1.0), ("other".to_owned(), 1.0)],
            withdraws_consent: false,
        };
        assumptions.attrition = vec![
            loss(Some("comparison"), 0.03, "moved"),
            loss(None, 0.01, "no time"),
        ];
    });
    let n = f64::from(N_PER_ARM);
    for (arm, stay_per_month) in [("comparison", 0.97 * 0.99), ("intervention", 0.99)] {
        let is_lost = |unit: &&attune_measures::measures::Unit| {
            unit.arm.as_ref().is_some_and(|known| **known == *arm) && unit.left.is_some()
        };
        let lost: Vec<_> = measures.units.iter().filter(is_lost).collect();
        let expected = 1.0 - libm::pow(stay_per_month, 365.0 / 30.4375);
        let se = (expected * (1.0 - expected) / n).sqrt();
        near(arm, lost.len() as f64 / n, expected, se);
        let last = values(&measures, MENTAL, "month-12", arm);
        assert_eq!(last.len() + lost.len(), N_PER_ARM as usize);
    }
}

#[test]
fn gaps_have_their_share_and_their_reason() {
    let (_, measures) = large(|assumptions| {
        assumptions.missingness = vec![Missingness {
            measure: MeasureId::new(MENTAL),
            item: None,
            share: 0.2,
            reasons: vec![(Missing::Refused, 1.0), (Missing::NotDone, 3.0)],
        }];
    });
    let rows = measures.rows.iter().filter(|row| *row.measure == *MENTAL);
    let reasons: Vec<Missing> = rows.clone().filter_map(|row| row.value.err()).collect();
    let n = rows.count() as f64;
    near("share", reasons.len() as f64 / n, 0.2, (0.16 / n).sqrt());
    let refused = reasons.iter().filter(|reason| **reason == Missing::Refused);
    let share = refused.count() as f64 / reasons.len() as f64;
    near(
        "refused",
        share,
        0.25,
        (0.1875 / reasons.len() as f64).sqrt(),
    );
    let of_motor = measures.rows.iter().filter(|row| *row.measure == *MOTOR);
    assert!(of_motor.into_iter().all(|row| row.value.is_ok()));
}

#[test]
fn visits_scatter_inside_their_windows() {
    let (protocol, measures) = large(|assumptions| assumptions.visit_jitter_days = 40.0);
    let planned = 12.0 * 30.4375;
    let window = protocol.waves[3].window.unwrap();
    let days = measures.rows.iter().filter(|row| {
        *row.measure == *MENTAL && row.wave.as_ref().is_some_and(|wave| **wave == *"month-12")
    });
    let off: Vec<f64> = days
        .map(|row| (row.days.unwrap() - planned).round())
        .collect();
    let extreme = |choose: fn(f64, f64) -> f64| off.iter().copied().reduce(choose).unwrap();
    // With a jitter wider than the window both ends are reached and never passed.
    assert_eq!(extreme(f64::min), -f64::from(window.days_before));
    assert_eq!(extreme(f64::max), f64::from(window.days_after));
    let first = measures
        .rows
        .iter()
        .filter(|row| row.wave.as_ref().is_some_and(|w| **w == *"enrolment"));
    assert!(first.into_iter().all(|row| row.days.unwrap() >= 0.0));
}
