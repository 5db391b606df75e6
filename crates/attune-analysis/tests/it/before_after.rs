//! Designs that compare phases: dyads measured before and after, and sessions of a clinic as units.

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    design::{Timing, Wave},
    plan::{About, OutcomeRole, Sensitivity},
    study::Allocation,
};

use crate::study::{Builder, Noise, analysis, outcome, phase, protocol, site};

fn plan() -> Protocol {
    let mut plan = protocol(Allocation::None);
    plan.phases = vec![phase("before"), phase("after")];
    plan.sites = vec![site("clinic", None)];
    plan.waves = ["before", "after"]
        .map(|id| Wave {
            id: id.into(),
            label: format!("In the phase {id}"),
            timing: Timing::During(id.into()),
            window: None,
        })
        .to_vec();
    let mut mood = outcome("mood", "Mood", OutcomeRole::Primary);
    mood.unit = Some("points".to_owned());
    let mut directed = outcome("directed", "Infant-directed talk", OutcomeRole::Secondary);
    directed.unit = Some("acts per minute".to_owned());
    plan.outcomes = vec![mood, directed];
    let mut dyads = analysis("mood-after", "mood ~ phase + (1 | dyad)", "phase[after]");
    dyads.sensitivity = vec![
        Sensitivity::RandomIntercept,
        Sensitivity::SitePermutation,
        Sensitivity::CompleteCases,
    ];
    let sessions = analysis("talk-after", "directed ~ phase", "phase[after]");
    plan.analyses = vec![dyads, sessions];
    plan
}

fn data() -> Measures {
    let mut noise = Noise::new(3);
    let mut builder = Builder::new();
    for dyad in 0..24 {
        let own = 3.0 * noise.normal();
        let unit = builder.dyad(&format!("d{dyad:02}"), "clinic", None);
        unit.enrolled = None;
        for (phase, shift) in [("before", 0.0), ("after", 2.5)] {
            let value = 20.0 + own + shift + noise.normal();
            let row = builder.value("index.mood", Some(phase), None, Ok(value));
            row.phase = Some(phase.into());
        }
    }
    for session in 0..16 {
        let unit = builder.dyad(&format!("s{session:02}"), "clinic", None);
        unit.about = About::Session;
        unit.enrolled = None;
        unit.age_at_enrolment_days = None;
        let phase = if session < 8 { "before" } else { "after" };
        let value = 4.0 + 0.1 * noise.normal();
        let row = builder.value("index.directed", Some(phase), None, Ok(value));
        row.phase = Some(phase.into());
    }
    builder.done()
}

fn findings() -> Findings {
    analyse(&plan(), &data(), &Settings::default())
}

#[test]
fn phases_and_sessions_in_words() {
    let findings = findings();
    let mut text = String::new();
    for finding in &findings.findings {
        text.push_str(&format!("{}\n{}\n", finding.answer, finding.method));
        for entry in &finding.sensitivity {
            text.push_str(&format!(
                "- {}: {} {:?}\n",
                entry.id, entry.method, entry.warnings
            ));
        }
        for check in &finding.assumptions {
            text.push_str(&format!(
                "{}: {} {}\n",
                check.name, check.result, check.detail
            ));
        }
    }
    for limit in &findings.cannot_show {
        text.push_str(&format!("! {limit}\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn sessions_are_compared_by_the_two_sample_t_test() {
    // Least squares on two groups is the pooled t test; computed here by its formula.
    let data = data();
    let values = |phase: &str| -> Vec<f64> {
        let rows = data
            .rows
            .iter()
            .filter(|row| row.measure.as_str() == "index.directed");
        rows.filter(|row| row.phase.as_deref() == Some(phase))
            .map(|row| row.value.unwrap())
            .collect()
    };
    let (before, after) = (values("before"), values("after"));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let squares = |values: &[f64]| {
        values
            .iter()
            .map(|value| (value - mean(values)).powi(2))
            .sum::<f64>()
    };
    let variance = (squares(&before) + squares(&after)) / 14.0;
    let se = (variance * (1.0 / 8.0 + 1.0 / 8.0)).sqrt();
    let findings = findings();
    let estimate = &findings.findings[1].estimate;
    assert!((estimate.estimate.unwrap() - (mean(&after) - mean(&before))).abs() < 1e-12);
    assert!((estimate.se.unwrap() - se).abs() < 1e-12);
    assert!((estimate.df.unwrap() - 14.0).abs() < 1e-9);
}

#[test]
fn the_figure_runs_over_the_phases() {
    let findings = findings();
    let figure = &findings.findings[0].figure;
    assert_eq!(figure.time_label, "Phase");
    assert_eq!(
        figure.time_ticks,
        [
            (0.0, "Phase before".to_owned()),
            (1.0, "Phase after".to_owned())
        ]
    );
    assert_eq!(figure.fitted.len(), 1);
    let points = &figure.fitted[0].points;
    assert!(
        (points[1].1 - points[0].1 - findings.findings[0].estimate.estimate.unwrap()).abs() < 1e-9
    );
    assert_eq!(findings.description.baseline_groups.len(), 2);
}

#[test]
fn sessions_are_permuted_over_phases() {
    let mut plan = plan();
    plan.analyses[1].sensitivity = vec![Sensitivity::PhasePermutation];
    plan.analyses[0].sensitivity = vec![Sensitivity::PhasePermutation];
    let findings = analyse(&plan, &data(), &Settings::default());
    let planned = &findings.findings[1];
    let permuted = &planned.sensitivity[0].estimate;
    let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
    assert!(close(permuted.estimate, planned.estimate.estimate));
    // Eight of sixteen sessions: 12,870 assignments, all of them counted.
    let n_as_extreme = permuted.p.unwrap() * 12_870.0;
    assert!((n_as_extreme - n_as_extreme.round()).abs() < 1e-6 && n_as_extreme >= 2.0);
    assert!(permuted.ci_lower < permuted.estimate && permuted.estimate < permuted.ci_upper);
    // Dyads that are measured in both phases are no units of one phase.
    let refused = &findings.findings[0].sensitivity[0];
    assert!(
        refused.warnings[0].contains("several phases"),
        "{:?}",
        refused.warnings
    );
}
