//! Missing values imputed within each arm, and what follows if they are not missing at random.

use attune_analysis::{
    Findings, Settings, analyse,
    findings::{Finding, SensitivityFinding},
};
use attune_measures::Measures;
use attune_protocol::{Protocol, missing::Missing, plan::Sensitivity};

use crate::hostel;

const KINDS: [Sensitivity; 4] = [
    Sensitivity::MultipleImputation,
    Sensitivity::DeltaAdjusted,
    Sensitivity::ReferenceBased,
    Sensitivity::TippingPoint,
];

fn study(is_lost: impl Fn(&str, Option<&str>) -> bool) -> (Protocol, Measures) {
    let mut plan = hostel::plan(&["a"], &["b", "c", "d"]);
    plan.analyses.truncate(1);
    plan.analyses[0].sensitivity = KINDS.to_vec();
    let mut data = hostel::data(&plan);
    let units = data.units.clone();
    for row in &mut data.rows {
        if is_lost(&units[row.unit as usize].id, row.wave.as_deref()) {
            row.value = Err(Missing::NotDone);
        }
    }
    (plan, data)
}

fn run((plan, data): &(Protocol, Measures), seed: u64) -> Findings {
    let settings = Settings {
        seed,
        ..Settings::default()
    };
    analyse(plan, data, &settings)
}

fn entry<'f>(finding: &'f Finding, id: &str) -> &'f SensitivityFinding {
    finding
        .sensitivity
        .iter()
        .find(|entry| entry.id == id)
        .expect("an entry for each planned analysis")
}

fn estimate(finding: &Finding, id: &str) -> f64 {
    entry(finding, id).estimate.estimate.expect("an estimate")
}

/// Two of the ten dyads of the programme's hostel have no value at the last wave.
fn with_loss() -> (Protocol, Measures) {
    study(|dyad, wave| wave == Some("twelve") && ["a00", "a02"].contains(&dyad))
}

#[test]
fn every_dyad_with_a_value_is_in_the_imputed_model() {
    let findings = run(&with_loss(), 1);
    let finding = &findings.findings[0];
    let imputed = entry(finding, "multiple-imputation");
    // Those without mother's age are left out of the planned model.
    assert_eq!(
        (finding.n_units, imputed.n_units, imputed.n_rows),
        (36, 40, 120)
    );
    let (planned, se) = (
        finding.estimate.estimate.unwrap(),
        finding.estimate.se.unwrap(),
    );
    assert!((imputed.estimate.estimate.unwrap() - planned).abs() < 1.5 * se);
    assert!(
        imputed.method.contains("missing information"),
        "{}",
        imputed.method
    );
}

#[test]
fn what_is_not_at_random_takes_from_the_difference() {
    let findings = run(&with_loss(), 1);
    let finding = &findings.findings[0];
    let at_random = estimate(finding, "multiple-imputation");
    assert!(estimate(finding, "delta-adjusted") < at_random);
    assert!(estimate(finding, "reference-based") < at_random);
}

#[test]
fn a_strong_effect_does_not_tip_and_a_weaker_one_does() {
    let (plan, mut data) = with_loss();
    let strong = run(&(plan.clone(), data.clone()), 1);
    let tip = entry(&strong.findings[0], "tipping-point");
    assert_eq!(tip.estimate.estimate, None);
    assert!(
        tip.warnings
            .contains(&"no shift that was tried changes the conclusion".to_owned())
    );
    // A third of the gain of the programme's hostel is taken away.
    for row in &mut data.rows {
        let months = match row.wave.as_deref() {
            Some("six") => 6.0,
            Some("twelve") => 12.0,
            _ => 0.0,
        };
        let arm = row.arm.as_deref();
        if let (Some("intervention"), Ok(value)) = (arm, &mut row.value) {
            *value -= 0.3 * months;
        }
    }
    let weaker = run(&(plan, data), 1);
    let tip = entry(&weaker.findings[0], "tipping-point");
    assert!(
        tip.estimate.estimate.expect("a tipping point") < 0.0,
        "{}",
        tip.method
    );
    assert!(!tip.comparable && tip.estimate.p.is_none());
}

#[test]
fn a_seed_means_the_same_numbers_and_another_seed_others() {
    let study = with_loss();
    let numbers = |seed| estimate(&run(&study, seed).findings[0], "multiple-imputation");
    assert_eq!(numbers(7), numbers(7));
    assert_ne!(numbers(7), numbers(8));
}

#[test]
fn an_arm_with_too_few_values_is_refused_with_the_reason() {
    let study = study(|dyad, wave| wave == Some("twelve") && dyad.starts_with('a') && dyad > "a03");
    let findings = run(&study, 1);
    let refused = entry(&findings.findings[0], "multiple-imputation");
    assert_eq!(refused.estimate.estimate, None);
    let reason = refused.warnings.join("; ");
    assert!(reason.contains("where `arm` is `intervention`"), "{reason}");
    assert!(reason.contains("the imputation model needs"), "{reason}");
    let noted = findings
        .deviations
        .iter()
        .any(|note| note.what.contains("Multiple imputation"));
    assert!(noted);
}
