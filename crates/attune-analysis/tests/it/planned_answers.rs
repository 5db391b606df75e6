//! The answers that power by simulation asks for are those of the findings, and their truth is what means say.

use attune_analysis::{
    Settings, analyse,
    planned_answers::{NotAnswered, planned_answers, true_answers},
};

use crate::hostel::{data, plan};

#[test]
fn an_answer_is_that_of_the_finding() {
    let plan = plan(&["a"], &["b", "c", "d"]);
    let measures = data(&plan);
    let findings = analyse(&plan, &measures, &Settings::default());
    let answers = planned_answers(&plan, &measures, None);
    assert_eq!(answers.len(), 3);
    for ((id, answer), finding) in answers.iter().zip(&findings.findings) {
        let answer = answer.as_ref().unwrap();
        assert_eq!(id.as_str(), finding.id);
        assert_eq!(Some(answer.test.estimate), finding.estimate.estimate);
        assert_eq!(Some(answer.test.p), finding.estimate.p);
        assert_eq!(Some(answer.test.ci_lower), finding.estimate.ci_lower);
    }
    let (_, narrow) = &planned_answers(&plan, &measures, Some(0.5))[0];
    let (_, wide) = &answers[0];
    let width = |answer: &Result<attune_analysis::planned_answers::PlannedAnswer, NotAnswered>| {
        let test = &answer.as_ref().unwrap().test;
        test.ci_upper - test.ci_lower
    };
    assert!(width(narrow) < 0.5 * width(wide));
}

#[test]
fn an_analysis_that_cannot_be_run_says_why() {
    let mut plan = plan(&["a"], &["b"]);
    let measures = data(&plan);
    plan.analyses[0].model = "mental ~ height * arm + (1 | dyad)".to_owned();
    let (_, answer) = &planned_answers(&plan, &measures, None)[0];
    let Err(NotAnswered::NotRun(reason)) = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.contains("height"), "{reason}");
}

#[test]
fn the_truth_is_the_coefficient_of_the_assumed_means() {
    let mut plan = plan(&["a"], &["b", "c"]);
    let measures = data(&plan);
    let with_programme = |arm: Option<&attune_protocol::id::ArmId>| {
        f64::from(u8::from(arm.is_some_and(|arm| **arm == *"intervention")))
    };
    let truths = |plan: &attune_protocol::Protocol, bend: f64| -> Vec<Option<f64>> {
        let truths = true_answers(plan, &measures, &|_, arm, _, months| {
            95.0 - 0.2 * months
                + with_programme(arm) * (2.0 + 0.7 * months)
                + bend * months * months
        });
        truths.into_iter().map(|(_, truth)| truth).collect()
    };
    let [mental, bond, stress] = truths(&plan, 0.0)[..] else {
        panic!("three analyses");
    };
    assert!((mental.unwrap() - 0.7).abs() < 1e-9);
    assert!((bond.unwrap() - 0.7).abs() < 1e-9);
    // `months + arm` cannot hold slopes that differ.
    assert_eq!(stress, None);
    // Nor can a line hold a bend.
    assert_eq!(truths(&plan, 0.1)[0], None);
    let nothing = true_answers(&plan, &measures, &|_, _, _, months| 95.0 - 0.2 * months);
    assert_eq!(nothing[0].1, Some(0.0));
    // With the first value as covariate the term is no plain difference of means.
    plan.analyses[0].model = "mental ~ baseline + arm".to_owned();
    plan.analyses[0].answers.parts.remove(0);
    assert_eq!(truths(&plan, 0.0)[0], None);
}
