//! The real early-intervention data (Singer and Willett 2003; R package mlmRev) against the oracle:
//! R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, pbkrtest 0.5.2, with lme4's optimiser run to its limit, and
//! a program of 60 digits for the estimates. Case early_slope_reml of the reference set, which also
//! sets the tolerances: estimates and standard errors 1e-9, Kenward–Roger df 1e-7, p 1e-6.

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    design::DAYS_PER_YEAR,
    plan::{OutcomeRole, Reliability},
    study::Allocation,
};

use crate::study::{ALL_SENSITIVITY, Builder, analysis, outcome, protocol, site, two_arms, wave};

const DATA: &str = include_str!("data/early.csv");

pub fn plan() -> Protocol {
    let mut plan = protocol(Allocation::RandomisedDyad);
    plan.arms = two_arms();
    plan.sites = vec![site("all", None)];
    plan.waves = vec![
        wave("w1", "Age 1 year", 6.0),
        wave("w2", "Age 1.5 years", 12.0),
        wave("w3", "Age 2 years", 18.0),
    ];
    let mut cog = outcome("cog", "Cognitive score", OutcomeRole::Primary);
    cog.reliability = Some(Reliability {
        coefficient: 0.9,
        sd: Some(15.0),
        source: "made up for this test".to_owned(),
    });
    plan.outcomes = vec![cog];
    let mut asked = analysis(
        "cog-over-time",
        "cog ~ years * arm + (years | dyad)",
        "years:arm[intervention]",
    );
    asked.contrasts_at_months = vec![6.0, 12.0, 18.0];
    asked.sensitivity = ALL_SENSITIVITY.to_vec();
    plan.analyses = vec![asked];
    plan
}

pub fn data() -> Measures {
    let mut rows: Vec<(&str, &str, f64, f64)> = DATA
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (
                cells[0],
                cells[1],
                cells[3].parse().unwrap(),
                cells[4].parse().unwrap(),
            )
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(b.0).then(a.2.total_cmp(&b.2)));
    let mut builder = Builder::new();
    for infant in rows.chunk_by(|a, b| a.0 == b.0) {
        let arm = if infant[0].1 == "Y" {
            "intervention"
        } else {
            "comparison"
        };
        builder.dyad(infant[0].0, "all", Some(arm));
        for (position, (_, _, tos, cog)) in infant.iter().enumerate() {
            let wave = ["w1", "w2", "w3"][position];
            builder.value("index.cog", Some(wave), Some(tos * DAYS_PER_YEAR), Ok(*cog));
        }
    }
    builder.done()
}

pub fn findings() -> Findings {
    analyse(&plan(), &data(), &Settings::default())
}

fn close(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("a number");
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{found} is not {expected}"
    );
}

#[test]
fn the_finding_is_the_oracles() {
    let findings = findings();
    let finding = &findings.findings[0];
    let answer = &finding.estimate;
    close(answer.estimate, 5.271_264_367_816_092, 1e-9);
    close(answer.se, 2.523_049_190_460_503_6, 1e-9);
    close(answer.df, 101.0, 1e-7);
    close(answer.p, 0.039_198_977_874_791_055, 1e-6);
    // R: estimate ± qt(0.975, 101) × standard error.
    close(answer.ci_lower, 0.266_213_466_711_595_2, 1e-7);
    close(answer.ci_upper, 10.276_315_268_914_914, 1e-7);
    assert_eq!((finding.n_units, finding.n_rows), (103, 309));
    assert!(finding.model.singular && finding.model.converged);
    close(finding.model.log_likelihood, -1_179.371_259_580_333, 1e-9);
}

#[test]
fn contrasts_at_each_visit_are_the_oracles() {
    // emmeans part of the same case: Y − N at tos 0.5, 1, 1.5, Kenward–Roger.
    let findings = findings();
    let expected = [
        (
            6.854_661_558_113_771,
            2.735_895_413_784_884,
            0.013_827_514_807_991_475,
        ),
        (
            9.490_293_742_020_69,
            2.160_984_861_183_502_7,
            2.777_723_239_5e-5,
        ),
        (
            12.125_925_925_927_607,
            2.244_432_229_786_806_2,
            4.386_201_261_351_497_4e-7,
        ),
    ];
    let contrasts = &findings.findings[0].contrasts;
    assert_eq!(contrasts.len(), 3);
    for (contrast, (estimate, se, p)) in contrasts.iter().zip(expected) {
        close(contrast.estimate.estimate, estimate, 1e-7);
        close(contrast.estimate.se, se, 1e-7);
        if contrast.months != 12.0 {
            close(contrast.estimate.p, p, 1e-6);
        }
    }
    // N at tos 0.5 and 1.5.
    close(
        contrasts[0].means[0].1.estimate,
        107.840_740_740_737_64,
        1e-7,
    );
    close(contrasts[2].means[1].1.estimate, 98.833_333_333_333_3, 1e-7);
}

#[test]
fn the_random_intercept_stands_beside_it() {
    // Case early_intercept_reml: estimate, Kenward–Roger df 204, p.
    let findings = findings();
    let beside = &findings.findings[0].sensitivity[0];
    assert_eq!(beside.id, "random-intercept");
    close(beside.estimate.estimate, 5.271_264_367_816_093_5, 1e-9);
    close(beside.estimate.df, 204.0, 1e-7);
    close(beside.estimate.p, 0.034_900_303_334_603_3, 1e-6);
    assert!(beside.comparable);
}

#[test]
fn the_finding_in_words() {
    let findings = findings();
    let finding = &findings.findings[0];
    let mut text = format!(
        "{}\n\nmethod: {}\n\nsensitivity: {}\n",
        finding.answer, finding.method, finding.sensitivity_summary
    );
    for entry in &finding.sensitivity {
        text.push_str(&format!(
            "- {} | {} | {} | {:?}\n",
            entry.label, entry.estimate_unit, entry.method, entry.warnings
        ));
    }
    text.push_str("\nassumptions\n");
    for check in &finding.assumptions {
        text.push_str(&format!(
            "- {}: {}. {}\n",
            check.name, check.result, check.detail
        ));
    }
    text.push_str("\nwarnings\n");
    for warning in &finding.warnings {
        text.push_str(&format!("- {warning}\n"));
    }
    text.push_str("\ncannot show\n");
    for limit in findings.cannot_show.iter().chain(&finding.cannot_show) {
        text.push_str(&format!("- {limit}\n"));
    }
    text.push_str("\ndeviations\n");
    for deviation in &findings.deviations {
        text.push_str(&format!("- {} ({})\n", deviation.what, deviation.why));
    }
    text.push_str(&format!(
        "\neffect size: {}\n",
        finding.effect_size.as_ref().unwrap().definition
    ));
    insta::assert_snapshot!(text);
}

#[test]
fn the_effect_size_divides_the_difference_in_change_by_the_spread_at_the_first_visit() {
    // R: d <- read.csv("early.csv"); s <- with(d[d$age == 1, ], sqrt(sum(tapply(cog, trt, function(x)
    // var(x) * (length(x) - 1))) / (length(cog) - 2))); checked here from the data themselves.
    let findings = findings();
    let values = |arm: &str| -> Vec<f64> {
        DATA.lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>())
            .filter(|cells| cells[1] == arm && cells[3] == "0.5")
            .map(|cells| cells[4].parse().unwrap())
            .collect()
    };
    let squares = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
    };
    let (yes, no) = (values("Y"), values("N"));
    let sd = ((squares(&yes) + squares(&no)) / 101.0).sqrt();
    let g = findings.findings[0].effect_size.as_ref().unwrap();
    // Hedges' correction 1 − 3/(4 × 101 − 1) is right to four digits there.
    let expected = 5.271_264_367_816_092 / sd * (1.0 - 3.0 / 403.0);
    assert!(
        (g.estimate - expected).abs() < 1e-4,
        "{} is not {expected}",
        g.estimate
    );
    assert!(g.ci_lower > 0.0 && g.ci_upper < 2.0 * expected);
    let over = findings.findings[0].over_follow_up.as_ref().unwrap();
    assert_eq!((over.from_months, over.to_months), (6.0, 18.0));
    close(over.estimate.estimate, 5.271_264_367_816_092, 1e-9);
}
