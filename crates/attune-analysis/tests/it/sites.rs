//! Eight sites, four with a programme, children before and after (simulated; file sites_did.csv of
//! the reference set). The permutation of arms over sites against the case cluster_permutation_exact:
//! R 4.2.2, all 70 assignments of site means of change; exact to 1e-12.

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    missing::Missing,
    plan::{Estimator, OutcomeRole, Sensitivity},
    study::Allocation,
};

use crate::study::{Builder, analysis, arm, outcome, protocol, site, wave};

const DATA: &str = include_str!("data/sites_did.csv");

fn plan() -> Protocol {
    let mut plan = protocol(Allocation::Site);
    plan.arms = vec![arm("comparison", false), arm("programme", true)];
    for number in 1..=8 {
        let arm = if number <= 4 {
            "programme"
        } else {
            "comparison"
        };
        plan.sites.push(site(&format!("S{number}"), Some(arm)));
    }
    plan.waves = vec![wave("before", "Before", 0.0), wave("after", "After", 12.0)];
    plan.outcomes = vec![outcome("score", "Score", OutcomeRole::Primary)];
    let mut asked = analysis(
        "score-change",
        "score ~ wave * arm + (1 | site) + (1 | dyad)",
        "wave[after]:arm[programme]",
    );
    asked.sensitivity = vec![Sensitivity::SitePermutation, Sensitivity::BaselineAdjusted];
    plan.analyses = vec![asked];
    plan
}

fn data() -> Measures {
    let mut rows: Vec<Vec<&str>> = DATA
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    rows.sort_by_key(|cells| (cells[2], cells[3]));
    let mut builder = Builder::new();
    for child in rows.chunk_by(|a, b| a[2] == b[2]) {
        builder.dyad(child[0][2], child[0][0], Some(child[0][1]));
        for cells in child {
            let wave = if cells[3] == "0" { "before" } else { "after" };
            let value = cells[6].parse().map_err(|_| Missing::NotDone);
            builder.value("index.score", Some(wave), None, value);
        }
    }
    builder.done()
}

fn findings(estimator: Estimator) -> Findings {
    let mut plan = plan();
    plan.analyses[0].estimator = estimator;
    analyse(&plan, &data(), &Settings::default())
}

#[test]
fn permuting_sites_is_exact() {
    let findings = findings(Estimator::Reml);
    let entry = &findings.findings[0].sensitivity[0];
    assert!((entry.estimate.estimate.unwrap() - 4.129_254_919_916_685_5).abs() < 1e-12);
    assert!((entry.estimate.p.unwrap() - 0.2).abs() < 1e-12);
    // The reference's limits were found by bisection; they are right to ten digits.
    assert!((entry.estimate.ci_lower.unwrap() + 4.242_857_142_877_137).abs() < 1e-9);
    assert!((entry.estimate.ci_upper.unwrap() - 13.825_000_000_019_998).abs() < 1e-9);
    // 49 children of the programme and 38 others have both values.
    assert_eq!(entry.n_units, 87);
}

#[test]
fn covariance_analysis_takes_the_one_later_wave() {
    let findings = findings(Estimator::Reml);
    let entry = &findings.findings[0].sensitivity[1];
    assert!(
        entry.method.contains("score ~ baseline + arm + (1 | site)"),
        "{}",
        entry.method
    );
    assert!(entry.estimate.estimate.is_some());
    assert_eq!(entry.n_rows, 87);
}

#[test]
fn kenward_roger_after_maximum_likelihood_is_replaced_and_said() {
    let findings = findings(Estimator::Ml);
    let finding = &findings.findings[0];
    assert_eq!(finding.model.inference, "satterthwaite");
    assert!(
        finding
            .warnings
            .iter()
            .any(|warning| warning.contains("defined for REML"))
    );
    assert!(
        findings
            .deviations
            .iter()
            .any(|note| note.what == "The planned inference was replaced.")
    );
}

#[test]
fn the_model_with_sites_is_not_told_that_it_has_none() {
    let findings = findings(Estimator::Reml);
    assert!(
        findings
            .cannot_show
            .iter()
            .all(|limit| !limit.contains("no term for sites"))
    );
    // 2/70 is below 0.05, so the smallest p is no limit here.
    assert!(
        findings
            .cannot_show
            .iter()
            .all(|limit| !limit.contains("could not give"))
    );
}
