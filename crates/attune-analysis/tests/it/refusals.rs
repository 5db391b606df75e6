//! Whatever a study contains, the run gives a finding: where nothing can be estimated, without a
//! number and with the reason.

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    design::DAYS_PER_MONTH,
    missing::Missing,
    plan::{Analysis, AttributeKind, OutcomeRole},
    study::Allocation,
};

use crate::study::{
    ALL_SENSITIVITY, Builder, Noise, analysis, number_attribute, outcome, protocol, site, two_arms,
    wave,
};

const MODEL: &str = "mental ~ months * arm + (months | dyad)";
const TERM: &str = "months:arm[intervention]";

fn plan(asked: Analysis) -> Protocol {
    let mut plan = protocol(Allocation::Site);
    plan.arms = two_arms();
    plan.sites = vec![
        site("a", Some("intervention")),
        site("b", Some("comparison")),
        site("c", Some("comparison")),
    ];
    plan.waves = vec![
        wave("w1", "First", 0.0),
        wave("w2", "Second", 6.0),
        wave("w3", "Third", 12.0),
    ];
    plan.outcomes = vec![outcome(
        "mental",
        "Mental development",
        OutcomeRole::Primary,
    )];
    let mut asked = asked;
    asked.sensitivity = ALL_SENSITIVITY.to_vec();
    asked.contrasts_at_months = vec![12.0];
    plan.analyses = vec![asked];
    plan
}

/// Eight dyads in each arm named, three visits; `value` makes the value of (dyad, wave).
fn data(
    arms: &[&str],
    value: impl Fn(usize, usize, &mut Noise) -> Result<f64, Missing>,
) -> Measures {
    let mut noise = Noise::new(11);
    let mut builder = Builder::new();
    for arm in arms {
        for dyad in 0..8 {
            let site = match (*arm, dyad % 2) {
                ("intervention", _) => "a",
                (_, 0) => "b",
                _ => "c",
            };
            builder.dyad(&format!("{arm}{dyad}"), site, Some(arm));
            for wave in 0..3 {
                let id = ["w1", "w2", "w3"][wave];
                let days = wave as f64 * 6.0 * DAYS_PER_MONTH;
                let value = value(dyad, wave, &mut noise);
                builder.value("index.mental", Some(id), Some(days), value);
            }
        }
    }
    builder.done()
}

fn noisy(_: usize, _: usize, noise: &mut Noise) -> Result<f64, Missing> {
    Ok(95.0 + 10.0 * noise.normal())
}

const BOTH: [&str; 2] = ["comparison", "intervention"];

fn run(asked: Analysis, data: &Measures) -> Findings {
    analyse(&plan(asked), data, &Settings::default())
}

/// A finding without a number; all there is to read about why.
fn refused(findings: &Findings) -> String {
    let finding = &findings.findings[0];
    assert_eq!(finding.estimate.estimate, None);
    assert_eq!(finding.estimate.p, None);
    assert_eq!(finding.sensitivity.len(), ALL_SENSITIVITY.len());
    assert!(
        finding
            .sensitivity
            .iter()
            .all(|entry| entry.estimate.estimate.is_none() && !entry.warnings.is_empty())
    );
    assert!(
        findings
            .deviations
            .iter()
            .any(|note| note.what == "The planned model was not run.")
    );
    let left_out: Vec<String> = finding
        .left_out
        .iter()
        .map(|left_out| format!("{} {}", left_out.n, left_out.why))
        .collect();
    format!("{}\nleft out: {left_out:?}", finding.answer)
}

/// Each study that cannot answer, and what it lacks.
fn studies() -> Vec<(&'static str, Findings)> {
    let slopes = || analysis("q", MODEL, TERM);
    let once = |dyad, wave, noise: &mut Noise| {
        if wave == 0 {
            noisy(dyad, wave, noise)
        } else {
            Err(Missing::NotDone)
        }
    };
    let one_reason = |dyad, _, _: &mut Noise| {
        Err(if dyad == 0 {
            Missing::Refused
        } else {
            Missing::NotDone
        })
    };
    vec![
        ("no rows", run(slopes(), &Measures::default())),
        (
            "every value missing",
            run(slopes(), &data(&BOTH, one_reason)),
        ),
        ("one arm empty", run(slopes(), &data(&BOTH[..1], noisy))),
        (
            "the reference arm empty",
            run(slopes(), &data(&BOTH[1..], noisy)),
        ),
        (
            "an unknown variable",
            run(
                analysis("q", "mental ~ mothers_age + (1 | dyad)", "mothers_age"),
                &data(&BOTH, noisy),
            ),
        ),
        (
            "a date in the formula",
            with_attribute("mental ~ born + (1 | dyad)", "born", AttributeKind::Date),
        ),
        (
            "a term that the model does not have",
            run(
                analysis("q", "mental ~ months + arm + (1 | dyad)", TERM),
                &data(&BOTH, noisy),
            ),
        ),
        (
            // Everybody in the intervention arm is at site a, so the two columns are one.
            "a term that repeats another",
            run(
                analysis("q", "mental ~ site + arm + (1 | dyad)", "arm[intervention]"),
                &data(&BOTH, noisy),
            ),
        ),
        (
            "a value that never changes",
            run(slopes(), &data(&BOTH, |_, _, _| Ok(100.0))),
        ),
        (
            "one visit per dyad",
            run(
                analysis("q", "mental ~ arm + (1 | dyad)", "arm[intervention]"),
                &data(&BOTH, once),
            ),
        ),
        (
            "an attribute that nobody has",
            with_attribute(
                "mental ~ months * arm + parity + (1 | dyad)",
                TERM,
                AttributeKind::Number {
                    unit: None,
                    minimum: None,
                    maximum: None,
                },
            ),
        ),
    ]
}

fn with_attribute(model: &str, answers: &str, kind: AttributeKind) -> Findings {
    let mut plan = plan(analysis("q", model, answers));
    let id = if answers == TERM { "parity" } else { answers };
    let mut attribute = number_attribute(id, "Earlier births", "");
    attribute.kind = kind;
    plan.attributes = vec![attribute];
    analyse(&plan, &data(&BOTH, noisy), &Settings::default())
}

#[test]
fn each_finding_without_a_number_says_why() {
    let texts: Vec<String> = studies()
        .iter()
        .map(|(lacks, findings)| format!("## {lacks}\n{}", refused(findings)))
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn values_that_are_not_numbers_are_invalid_and_not_zero() {
    let data = data(&BOTH, |dyad, wave, noise| {
        if dyad == 1 {
            Ok(f64::NAN)
        } else {
            noisy(dyad, wave, noise)
        }
    });
    let findings = run(
        analysis("q", "mental ~ months * arm + (1 | dyad)", TERM),
        &data,
    );
    let finding = &findings.findings[0];
    assert!(finding.estimate.estimate.is_some());
    assert_eq!(
        (finding.left_out[0].n, finding.left_out[0].why.as_str()),
        (6, "Mental development: invalid")
    );
}

#[test]
fn a_study_without_analyses_or_outcomes_is_still_described() {
    let mut plan = plan(analysis("q", MODEL, TERM));
    plan.analyses.clear();
    plan.outcomes.clear();
    let findings = analyse(&plan, &data(&BOTH, noisy), &Settings::default());
    assert!(findings.findings.is_empty());
    assert_eq!(findings.description.flow.len(), 3);
}
