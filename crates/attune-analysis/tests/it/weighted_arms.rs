//! Arms that were not made by chance: weights take away what was measured, and say what they could not take.

use attune_analysis::{Settings, analyse, findings::SensitivityFinding};
use attune_measures::{Measures, measures::AttributeValue};
use attune_protocol::{
    Protocol,
    plan::{OutcomeRole, Sensitivity},
    study::Allocation,
};

use crate::study::{
    Builder, Noise, analysis, attribute, number_attribute, outcome, protocol, site, two_arms, wave,
};

fn plan(allocation: Allocation, n_attributes: usize) -> Protocol {
    let mut plan = protocol(allocation);
    plan.arms = two_arms();
    plan.sites = vec![site("a", None)];
    plan.waves = vec![wave("first", "First", 0.0), wave("last", "Last", 12.0)];
    plan.attributes = (0..n_attributes)
        .map(|k| number_attribute(&format!("x{k}"), &format!("Covariate {k}"), "points"))
        .collect();
    plan.outcomes = vec![outcome("mental", "Mental", OutcomeRole::Primary)];
    let mut over_time = analysis(
        "over-time",
        "mental ~ months * arm + (1 | dyad)",
        "months:arm[intervention]",
    );
    over_time.sensitivity = vec![Sensitivity::OverlapWeights, Sensitivity::DoublyRobust];
    plan.analyses = vec![over_time];
    plan
}

/// Dyads with a high first covariate come to the programme and do better anyway; the programme adds 4.
fn data(n_dyads: usize, n_attributes: usize) -> Measures {
    let mut noise = Noise::new(11);
    let mut builder = Builder::new();
    for dyad in 0..n_dyads {
        let covariates: Vec<f64> = (0..n_attributes).map(|_| noise.normal()).collect();
        let goes = noise.uniform() < 0.5 + 0.25 * covariates[0].clamp(-1.8, 1.8);
        let arm = if goes { "intervention" } else { "comparison" };
        let unit = builder.dyad(&format!("d{dyad:03}"), "a", Some(arm));
        for (k, value) in covariates.iter().enumerate() {
            attribute(unit, &format!("x{k}"), Ok(AttributeValue::Number(*value)));
        }
        let level = 100.0 + 5.0 * covariates[0];
        let effect = if goes { 4.0 } else { 0.0 };
        let first = level + noise.normal();
        let last = level + 5.0 * covariates[0] + effect + noise.normal();
        builder.value("index.mental", Some("first"), Some(0.0), Ok(first));
        builder.value("index.mental", Some("last"), Some(365.0), Ok(last));
    }
    builder.done()
}

fn weighted(
    allocation: Allocation,
    n_dyads: usize,
    n_attributes: usize,
) -> Vec<SensitivityFinding> {
    let plan = plan(allocation, n_attributes);
    let findings = analyse(&plan, &data(n_dyads, n_attributes), &Settings::default());
    findings.findings[0].sensitivity.clone()
}

#[test]
fn what_was_measured_is_weighted_away() {
    for finding in weighted(Allocation::Dyad, 200, 1) {
        let estimate = finding.estimate.estimate.unwrap();
        assert!((estimate - 4.0).abs() < 0.5, "{}: {estimate}", finding.id);
        assert!(finding.estimate.se.unwrap() < 0.4, "{}", finding.id);
        let balanced = finding.warnings.iter().any(|w| {
            w.starts_with("the largest standardised difference") && w.ends_with("is 0.00 after")
        });
        assert!(balanced, "{:?}", finding.warnings);
        assert!(
            finding
                .method
                .contains("first value of Mental and Covariate 0")
        );
    }
}

#[test]
fn few_dyads_carry_few_covariates_and_the_others_are_named() {
    let found = weighted(Allocation::Dyad, 30, 8);
    let all = found[0].warnings.join("; ");
    assert!(all.contains("not adjusted for Covariate"), "{all}");
    assert!(found[0].method.contains("first value of Mental"));
}

#[test]
fn arms_made_by_chance_are_not_weighted() {
    for finding in weighted(Allocation::RandomisedDyad, 60, 1) {
        assert_eq!(finding.estimate.estimate, None);
        assert!(finding.warnings[0].contains("chance decided the arms"));
    }
}

#[test]
fn what_was_not_measured_is_doubted_unless_chance_decided() {
    let sentence = |allocation| {
        let plan = plan(allocation, 1);
        let findings = analyse(&plan, &data(120, 1), &Settings::default());
        let doubts = &findings.findings[0].cannot_show;
        doubts.iter().any(|doubt| doubt.contains("(E-value)"))
    };
    assert!(sentence(Allocation::Dyad));
    assert!(!sentence(Allocation::RandomisedDyad));
}
