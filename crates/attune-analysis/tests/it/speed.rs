//! A study of 100,000 rows stays a matter of seconds; what is measured exactly is in `benches/`.
//! Here only that nothing grows with the square of the rows: four times the rows may not take
//! sixteen times as long.

use std::time::Instant;

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

/// The best of three, since other programs share the machine.
fn seconds(n_dyads: usize) -> f64 {
    let (plan, data) = (plan(), data(n_dyads));
    (0..3)
        .map(|_| once(&plan, &data, n_dyads))
        .fold(f64::INFINITY, f64::min)
}

fn once(plan: &Protocol, data: &Measures, n_dyads: usize) -> f64 {
    let start = Instant::now();
    let findings = analyse(plan, data, &Settings::default());
    assert!(findings.findings[0].estimate.estimate.is_some());
    assert_eq!(findings.findings[0].figure.n_dyads, n_dyads);
    assert!(findings.findings[0].figure.dyads.len() <= 300);
    start.elapsed().as_secs_f64()
}

#[test]
fn time_grows_with_the_rows_and_not_with_their_square() {
    let small = seconds(1_000);
    let large = seconds(8_000);
    assert!(
        large < 30.0 * small.max(0.05),
        "{small} s for 1,000 dyads, {large} s for 8,000"
    );
}
