//! One intervention hostel against several others, repeated visits, loss, attributes, attendance:
//! made-up numbers in the shape of such a study. Descriptions are checked against counts that the
//! test makes on its own; sentences are snapshots.

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::{Measures, measures::AttributeValue};
use attune_protocol::{
    Protocol,
    design::DAYS_PER_MONTH,
    missing::Missing,
    plan::{Better, Multiplicity, MultiplicityMethod, OutcomeRole, Reliability, Sensitivity},
    study::{Allocation, Deviation},
};
use attune_statistics::permutation::smallest_reachable_p;
use jiff::civil::date;

use crate::study::{
    ALL_SENSITIVITY, Builder, Noise, analysis, attribute, enrolment, left, level_attribute,
    number_attribute, outcome, protocol, site, two_arms, wave,
};

const WAVES: [(&str, f64); 3] = [("baseline", 0.0), ("six", 6.0), ("twelve", 12.0)];

/// `sites` of the intervention arm and of the comparison arm.
pub fn plan(intervention: &[&str], comparison: &[&str]) -> Protocol {
    let mut plan = protocol(Allocation::Site);
    plan.arms = two_arms();
    plan.sites
        .extend(intervention.iter().map(|id| site(id, Some("intervention"))));
    plan.sites
        .extend(comparison.iter().map(|id| site(id, Some("comparison"))));
    plan.sites[0].planned_dyads = Some(40);
    plan.waves = vec![
        wave("baseline", "Enrolment", 0.0),
        wave("six", "6 months", 6.0),
        wave("twelve", "12 months", 12.0),
    ];
    plan.attributes = vec![
        number_attribute("mother_age", "Mother’s age", "years"),
        level_attribute("infant_sex", "Infant’s sex", &["girl", "boy"]),
        level_attribute("housing", "Housing before", &["own", "family", "street"]),
    ];
    let mut mental = outcome("mental", "Mental development", OutcomeRole::Primary);
    mental.smallest_difference_that_matters = Some(5.0);
    mental.reliability = Some(Reliability {
        coefficient: 0.88,
        sd: None,
        source: "made up".to_owned(),
    });
    let mut bond = outcome("bond", "Interaction", OutcomeRole::Secondary);
    bond.unit = None;
    bond.equivalence_bound = Some(0.8);
    let mut stress = outcome("stress", "Parenting stress", OutcomeRole::Exploratory);
    stress.better = Better::Lower;
    stress.unit = Some("points".to_owned());
    plan.outcomes = vec![mental, bond, stress];
    let mut first = analysis(
        "mental-over-time",
        "mental ~ months * arm + mother_age + (months | dyad)",
        "months:arm[intervention]",
    );
    first.contrasts_at_months = vec![6.0, 12.0];
    first.sensitivity = ALL_SENSITIVITY.to_vec();
    let mut second = analysis(
        "bond-over-time",
        "bond ~ months * arm + (1 | dyad)",
        "months:arm[intervention]",
    );
    second.sensitivity = vec![Sensitivity::BaselineAdjusted, Sensitivity::RandomIntercept];
    let third = analysis(
        "stress-level",
        "stress ~ months + arm + (1 | dyad)",
        "arm[intervention]",
    );
    plan.analyses = vec![first, second, third];
    plan.multiplicity = Some(Multiplicity {
        method: MultiplicityMethod::Holm,
        family: vec!["mental-over-time".into(), "bond-over-time".into()],
    });
    plan.deviations = vec![Deviation {
        date: date(2025, 3, 1),
        analysis: None,
        what: "Enrolment ended a month early.".to_owned(),
        why: "A hostel closed.".to_owned(),
    }];
    plan
}

/// Ten dyads per site; the seventh leaves after the first wave, the third misses the second.
pub fn data(plan: &Protocol) -> Measures {
    let mut noise = Noise::new(7);
    let mut builder = Builder::new();
    for (place, site) in plan.sites.iter().enumerate() {
        let arm = site.arms[0].what.to_string();
        let intervention = arm == "intervention";
        let gain = if intervention { 0.9 } else { 0.0 };
        for dyad in 0..10 {
            let (own, slope) = (9.0 * noise.normal(), 0.5 * noise.normal());
            let unit = builder.dyad(&format!("{}{dyad:02}", site.id), &site.id, Some(&arm));
            let housing = ["own", "family", "street"][(dyad + place) % 3];
            let age = if dyad == 9 {
                Err(Missing::Refused)
            } else {
                Ok(AttributeValue::Number(
                    (20.0 + 10.0 * noise.uniform()).round(),
                ))
            };
            attribute(unit, "mother_age", age);
            let sex = if noise.uniform() < 0.5 { "girl" } else { "boy" };
            attribute(unit, "infant_sex", Ok(AttributeValue::Level(sex.into())));
            attribute(unit, "housing", Ok(AttributeValue::Level(housing.into())));
            if intervention {
                unit.sessions_attended = Some(dyad as u32);
            }
            if dyad == 7 {
                left(unit, date(2024, 4, 1), "moved away");
            }
            for (outcome, base, scale) in [
                ("bond", 3.5, 0.1),
                ("mental", 95.0, 1.0),
                ("stress", 30.0, 0.5),
            ] {
                for (wave, months) in WAVES {
                    let gone = dyad == 7 && months > 0.0;
                    let missed = dyad == 3 && wave == "six";
                    let days = months * DAYS_PER_MONTH
                        + if months > 0.0 {
                            (4.0 * noise.normal()).round()
                        } else {
                            0.0
                        };
                    let change =
                        (-0.3 + slope + if outcome == "mental" { gain } else { 0.0 }) * months;
                    let value = base + scale * (own + change + 3.0 * noise.normal());
                    let value = match (gone, missed) {
                        (true, _) => Err(Missing::NotDone),
                        (_, true) => Err(Missing::Refused),
                        _ => Ok((value * 100.0).round() / 100.0),
                    };
                    builder.value(&format!("index.{outcome}"), Some(wave), Some(days), value);
                }
            }
        }
    }
    assert_eq!(enrolment(), date(2024, 1, 1));
    builder.done()
}

pub fn findings() -> Findings {
    let plan = plan(&["a"], &["b", "c", "d"]);
    let data = data(&plan);
    analyse(&plan, &data, &Settings::default())
}

#[test]
fn answers_and_limits_in_words() {
    let findings = findings();
    let mut text = String::new();
    for finding in &findings.findings {
        text.push_str(&format!("[{}] {}\n\n", finding.id, finding.answer));
        text.push_str(&format!("{}\n\n", finding.sensitivity_summary));
        for entry in &finding.sensitivity {
            text.push_str(&format!(
                "- {}: {} {:?}\n",
                entry.id, entry.method, entry.warnings
            ));
        }
        for limit in &finding.cannot_show {
            text.push_str(&format!("! {limit}\n"));
        }
        for left_out in &finding.left_out {
            text.push_str(&format!("left out: {} {}\n", left_out.n, left_out.why));
        }
        if let Some(test) = &finding.equivalence {
            text.push_str(&format!(
                "equivalence: {} {}\n",
                test.compared, test.conclusion
            ));
        }
        if let Some(change) = &finding.reliable_change {
            text.push_str(&format!(
                "reliable change: {}, {:?}\n",
                change.basis, change.arms
            ));
        }
        text.push('\n');
    }
    text.push_str("cannot show\n");
    for limit in &findings.cannot_show {
        text.push_str(&format!("! {limit}\n"));
    }
    text.push_str("deviations\n");
    for note in &findings.deviations {
        text.push_str(&format!(
            "{:?} {:?} {} {}\n",
            note.date, note.analysis, note.what, note.why
        ));
    }
    text.push_str(&format!(
        "attrition: {}\n",
        findings.description.attrition.sentence
    ));
    insta::assert_snapshot!(text);
}

#[test]
fn nobody_is_lost_from_the_flow() {
    let findings = findings();
    assert_eq!(findings.description.flow.len(), 4);
    for row in &findings.description.flow {
        let mut gone = 0;
        for wave in &row.waves {
            gone += wave.left.iter().map(|(_, n)| n).sum::<usize>();
            assert_eq!(
                wave.assessed + wave.not_assessed + gone,
                row.enrolled,
                "{} {}",
                row.site,
                wave.wave
            );
        }
        assert_eq!(row.waves[1].left, [("moved away".to_owned(), 1)]);
        assert_eq!((row.waves[1].assessed, row.waves[1].not_assessed), (8, 1));
        assert_eq!(row.analysed, 10);
    }
}

#[test]
fn the_baseline_table_counts_and_compares_without_tests() {
    let findings = findings();
    let rows = &findings.description.baseline;
    let age = rows.iter().find(|row| row.label == "Mother’s age").unwrap();
    assert_eq!(
        (age.arms[0].n, age.arms[0].missing, age.arms[1].n),
        (27, 3, 9)
    );
    let housing: Vec<_> = rows
        .iter()
        .filter(|row| row.label == "Housing before")
        .collect();
    assert_eq!(housing.len(), 3);
    let counted: usize = housing.iter().filter_map(|row| row.arms[0].count).sum();
    assert_eq!(counted, 30);
    assert!(housing[0].standardised_difference.unwrap() >= 0.0);
    assert!(housing[1].standardised_difference.is_none());
    assert!(
        rows.iter()
            .any(|row| row.label == "Mental development (Enrolment)")
    );
}

#[test]
fn missing_values_keep_their_reasons() {
    let findings = findings();
    let cell = findings
        .description
        .missingness
        .iter()
        .find(|cell| {
            cell.outcome == "mental"
                && cell.wave == "six"
                && cell.arm.as_deref() == Some("comparison")
        })
        .unwrap();
    assert_eq!(cell.present, 24);
    assert_eq!(
        cell.missing,
        [("refused".to_owned(), 3), ("not done".to_owned(), 3)]
    );
    let attendance = &findings.description.attendance;
    assert_eq!(
        (attendance.len(), attendance[0].dyads, attendance[0].came),
        (1, 10, 9)
    );
    assert_eq!(attendance[0].median, Some(4.5));
}

#[test]
fn one_intervention_site_gets_no_site_level_p_value() {
    let findings = findings();
    let refused = findings.findings[0]
        .sensitivity
        .iter()
        .find(|entry| entry.id == "site-permutation")
        .unwrap();
    assert_eq!(
        (refused.estimate.p, refused.estimate.estimate),
        (None, None)
    );
    assert!(
        refused.warnings[0].contains("is 0.25"),
        "{:?}",
        refused.warnings
    );
    assert!(
        findings
            .cannot_show
            .iter()
            .any(|limit| limit.contains("below 0.25"))
    );
}

#[test]
fn several_sites_in_each_arm_are_permuted() {
    let plan = plan(&["a", "b", "c"], &["d", "e", "f"]);
    let data = data(&plan);
    let findings = analyse(&plan, &data, &Settings::default());
    let entry = findings.findings[0]
        .sensitivity
        .iter()
        .find(|entry| entry.id == "site-permutation")
        .unwrap();
    let p = entry.estimate.p.unwrap();
    let smallest = smallest_reachable_p(6, 3);
    assert!(p >= smallest && (p / smallest).fract().abs() < 1e-9, "{p}");
    assert!(entry.estimate.estimate.is_some() && entry.comparable);
    // Every dyad with two values contributes: nine of ten in each of six sites.
    assert_eq!(entry.n_units, 48);
}

#[test]
fn each_site_is_left_out_once() {
    let findings = findings();
    let entries: Vec<_> = findings.findings[0]
        .sensitivity
        .iter()
        .filter(|entry| entry.id.starts_with("leave-one-site-out:"))
        .collect();
    assert_eq!(entries.len(), 4);
    assert!(
        entries[0].estimate.estimate.is_none(),
        "without the one intervention hostel"
    );
    assert!(
        entries[1..]
            .iter()
            .all(|entry| entry.estimate.estimate.is_some())
    );
}

#[test]
fn the_family_is_adjusted_and_the_rest_is_not() {
    let findings = findings();
    let [mental, bond, stress] = findings.findings.as_slice() else {
        panic!("three findings")
    };
    let (first, second) = (mental.estimate.p.unwrap(), bond.estimate.p.unwrap());
    let (low, high) = if first < second {
        (mental, bond)
    } else {
        (bond, mental)
    };
    let expected = (2.0 * low.estimate.p.unwrap()).min(1.0);
    assert_eq!(low.p_adjusted, Some(expected));
    assert_eq!(
        high.p_adjusted,
        Some(high.estimate.p.unwrap().max(expected))
    );
    assert_eq!(stress.p_adjusted, None);
}

#[test]
fn the_figure_has_each_dyad_and_a_band_for_each_arm() {
    let findings = findings();
    let figure = &findings.findings[0].figure;
    assert_eq!(
        (figure.time_label.as_str(), figure.n_dyads),
        ("Months since enrolment", 36)
    );
    assert_eq!(figure.dyads.len(), 36);
    assert_eq!(figure.fitted.len(), 2);
    for line in &figure.fitted {
        assert_eq!(line.points.len(), 25);
        assert!(
            line.points
                .iter()
                .all(|(_, mean, low, high)| low < mean && mean < high)
        );
    }
    let contrast = &findings.findings[0].contrasts[1];
    let at_end = |arm: &str| {
        let line = figure
            .fitted
            .iter()
            .find(|line| line.arm.as_deref() == Some(arm))
            .unwrap();
        let points = &line.points;
        let (a, b) = (points[0], points[24]);
        a.1 + (b.1 - a.1) * (12.0 - a.0) / (b.0 - a.0)
    };
    let drawn = at_end("intervention") - at_end("comparison");
    assert!((drawn - contrast.estimate.estimate.unwrap()).abs() < 1e-9);
}

#[test]
fn the_same_findings_on_one_thread_and_on_many() {
    let plan = plan(&["a", "b"], &["c", "d"]);
    let data = data(&plan);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            serde_json::to_string(&analyse(&plan, &data, &Settings::default())).unwrap()
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}
