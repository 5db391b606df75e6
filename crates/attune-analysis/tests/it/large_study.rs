//! A large study: every dyad counts, and no more are drawn than can be seen. How long it takes is measured
//! in `benches/`.

use attune_analysis::{Settings, analyse};
use attune_measures::Measures;
use attune_protocol::{Protocol, design::DAYS_PER_MONTH, plan::OutcomeRole, study::Allocation};

use crate::study::{Builder, Noise, analysis, outcome, protocol, site, two_arms, wave};

fn plan() -> Protocol {
    let mut plan = protocol(Allocation::Dyad);
    plan.arms = two_arms();
    plan.sites = vec![site("all", None)];
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
    plan.analyses = vec![analysis(
        "q",
        "mental ~ months * arm + (months | dyad)",
        "months:arm[intervention]",
    )];
    plan
}

fn data(n_dyads: usize) -> Measures {
    let mut noise = Noise::new(5);
    let mut builder = Builder::new();
    for dyad in 0..n_dyads {
        let arm = ["comparison", "intervention"][dyad % 2];
        builder.dyad(&format!("d{dyad:06}"), "all", Some(arm));
        let (level, slope) = (95.0 + 9.0 * noise.normal(), 0.5 * noise.normal());
        for (wave, months) in [("w1", 0.0), ("w2", 6.0), ("w3", 12.0)] {
            let months = months + 0.2 * noise.uniform();
            let value = level + slope * months + 5.0 * noise.normal();
            builder.value(
                "index.mental",
                Some(wave),
                Some(months * DAYS_PER_MONTH),
                Ok(value),
            );
        }
    }
    builder.done()
}

#[test]
fn thousands_of_dyads_are_all_analysed_and_a_sample_is_drawn() {
    let findings = analyse(&plan(), &data(8_000), &Settings::default());
    let finding = &findings.findings[0];
    assert!(finding.estimate.estimate.is_some());
    assert_eq!(finding.figure.n_dyads, 8_000);
    assert!(finding.figure.dyads.len() <= 300);
}
