//! Eight sites, four with a programme, children before and after (simulated; file sites_did.csv of
//! the reference set). The permutation of arms over sites against the case cluster_permutation_exact:
//! R 4.2.2, all 70 assignments of site means of change; exact to 1e-12. The standard error between sites
//! against the case did_lmer_cr2: clubSandwich 0.5.8.

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
    asked.sensitivity = vec![
        Sensitivity::SitePermutation,
        Sensitivity::BaselineAdjusted,
        Sensitivity::ClusterRobust,
    ];
    plan.analyses = vec![asked];
    plan
}

fn data() -> Measures {
    data_of(&DATA.lines().skip(1).collect::<Vec<_>>())
}

fn data_of(lines: &[&str]) -> Measures {
    let mut rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split(',').collect()).collect();
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
fn the_standard_error_between_sites_is_that_of_clubsandwich() {
    let findings = findings(Estimator::Reml);
    let entry = &findings.findings[0].sensitivity[2];
    let close = |value: Option<f64>, expected: f64| {
        let value = value.expect("a number");
        assert!(
            (value / expected - 1.0).abs() < 1e-7,
            "{value:?} {expected:?}"
        );
    };
    close(entry.estimate.estimate, 4.853_422_778_140_764);
    close(entry.estimate.se, 3.135_516_870_489_941_4);
    close(entry.estimate.df, 5.605_836_204_879_131);
    close(entry.estimate.p, 0.176_050_349_188_614_06);
    assert!(entry.comparable && entry.warnings.is_empty());
    assert_eq!(entry.id, "cluster-robust");
}

/// The plan with the programme at the first `n_programme` sites, and only these and as many others.
fn fewer_sites(n_programme: usize, n_others: usize) -> Findings {
    let plan = plan();
    let wanted = |site: &str| {
        let number: usize = site[1..].parse().expect("S1 to S8");
        number <= n_programme || (number > 4 && number <= 4 + n_others)
    };
    let rows: Vec<&str> = DATA
        .lines()
        .skip(1)
        .filter(|line| wanted(&line[..2]))
        .collect();
    analyse(&plan, &data_of(&rows), &Settings::default())
}

#[test]
fn too_few_sites_have_no_standard_error_between_them() {
    let entry = |findings: Findings| findings.findings[0].sensitivity[2].clone();
    let four = entry(fewer_sites(2, 2));
    assert!(four.estimate.se.is_some());
    assert!(
        four.warnings[0].starts_with("the 4 sites leave "),
        "{:?}",
        four.warnings
    );
    let one = entry(fewer_sites(1, 3));
    assert!(one.estimate.p.is_none());
    assert!(
        one.warnings[0].starts_with("only one site is in the programme"),
        "{:?}",
        one.warnings
    );
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
