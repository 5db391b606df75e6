//! What the sessions of two phases amount to, with the session as the unit: acts within a session are
//! not independent of one another, so they are never pooled.
//!
//! The difference comes from a mixed model with a random intercept for each session where several
//! coders coded the same session (their difference is a fixed effect), and for each site where there
//! are several; otherwise from least squares. Beside it stands a permutation of whole sessions.

use std::collections::{BTreeMap, BTreeSet};

use attune_measures::{measures::SessionSociogram, observation::sociogram::SociogramMeasures};
use attune_statistics::{
    distributions::student_t_quantile,
    formula::Formula,
    inference::{CoefficientTest, DegreesOfFreedom, Inference, coefficient_tests},
    least_squares::least_squares,
    linear_mixed_model::{FitSettings, fit},
    permutation::{PermutationSettings, exact_interval, permute_cluster_means, sampled_interval},
    table::{Column, Factor, Table},
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{Coded, agreement::agreement};
use crate::{
    description::mean_and_sd,
    findings::{Estimate, RoomComparison, RoomPermutation, RoomValues},
    run::estimate_of,
    words,
};

/// Level of the intervals.
const LEVEL: f64 = 0.95;
/// Draws where there are too many assignments to enumerate.
const N_RANDOM: usize = 19_999;
/// Fewer sessions than this in a group are described and not compared.
const FEWEST_SESSIONS: usize = 3;

/// A property of a session.
struct Property {
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    is_share: bool,
    value: fn(&SociogramMeasures, f64) -> Option<f64>,
}

const PROPERTIES: [Property; 8] = [
    Property {
        id: "across-family-share",
        label: "Acts from one family to another",
        unit: "share of the acts among families",
        is_share: true,
        value: |measures, _| measures.across_family_share,
    },
    Property {
        id: "acts-per-minute",
        label: "Interaction",
        unit: "acts per minute",
        is_share: false,
        value: |measures, minutes| Some(measures.n_acts as f64 / minutes),
    },
    Property {
        id: "to-infants-share",
        label: "Acts directed to infants",
        unit: "share of all acts",
        is_share: true,
        value: |measures, _| measures.to_infants_share,
    },
    Property {
        id: "infants-addressed",
        label: "Infants whom somebody addressed",
        unit: "share of the infants",
        is_share: true,
        value: |measures, _| measures.infants_addressed,
    },
    Property {
        id: "density",
        label: "Density",
        unit: "share of the possible arrows",
        is_share: true,
        value: |measures, _| measures.density,
    },
    Property {
        id: "reciprocity",
        label: "Reciprocity",
        unit: "share of the arrows that are answered",
        is_share: true,
        value: |measures, _| measures.reciprocity,
    },
    Property {
        id: "centralisation",
        label: "Centralisation",
        unit: "0 (all alike) to 1 (all through one person)",
        is_share: false,
        value: |measures, _| measures.centralisation,
    },
    Property {
        id: "isolates",
        label: "People whom nobody turned to and who turned to nobody",
        unit: "people",
        is_share: false,
        value: |measures, _| measures.isolates,
    },
];

/// Every property in the order in which the report speaks of them.
pub(super) fn comparisons(coded: &Coded<'_>, seed: u64) -> Vec<RoomComparison> {
    PROPERTIES
        .par_iter()
        .map(|property| comparison(coded, property, seed))
        .collect()
}

fn comparison(coded: &Coded<'_>, property: &Property, seed: u64) -> RoomComparison {
    let value = |coding: &SessionSociogram| {
        let value = (property.value)(&coding.sociogram.measures(), coding.minutes)?;
        value.is_finite().then_some(value)
    };
    let first_day = coded.codings.iter().map(|(_, one)| one.date).min();
    let days = |one: &SessionSociogram| {
        first_day
            .and_then(|first| one.date.since(first).ok())
            .map_or(0.0, |span| f64::from(span.get_days()))
    };
    let groups: Vec<RoomValues> = (0..coded.groups.len())
        .map(|group| {
            let of_group = coded.first_codings().filter(|(of, _)| *of == group);
            let sessions: Vec<(f64, f64)> = of_group
                .filter_map(|(_, one)| Some((days(one), value(one)?)))
                .collect();
            let values: Vec<f64> = sessions.iter().map(|(_, value)| *value).collect();
            let (n, mean, sd) = mean_and_sd(&values);
            RoomValues {
                n,
                mean,
                sd,
                ci: mean.zip(sd).map(|(mean, sd)| {
                    let t = student_t_quantile(0.5 + LEVEL / 2.0, n as f64 - 1.0);
                    let half = t * sd / (n as f64).sqrt();
                    (mean - half, mean + half)
                }),
                sessions,
            }
        })
        .collect();
    let rows: Vec<Row<'_>> = coded
        .codings
        .iter()
        .filter(|(group, _)| *group < 2)
        .filter_map(|(group, coding)| {
            Some(Row {
                group: *group,
                value: value(coding)?,
                coding,
            })
        })
        .collect();
    let mut found = RoomComparison {
        measure: property.id.to_owned(),
        label: property.label.to_owned(),
        unit: property.unit.to_owned(),
        is_share: property.is_share,
        difference: Estimate {
            level: LEVEL,
            ..Estimate::default()
        },
        method: String::new(),
        permutation: None,
        agreement: agreement(coded, value, seed),
        warnings: Vec::new(),
        groups,
    };
    let too_few = |values: &RoomValues| values.n < FEWEST_SESSIONS;
    if found.groups.len() < 2 || found.groups[..2].iter().any(too_few) {
        found.method =
            "Not compared: fewer than three sessions with a value on one side.".to_owned();
        return found;
    }
    found.permutation = permutation(&found.groups, seed);
    match model(&rows) {
        Ok((test, method, warnings)) => {
            found.difference = estimate_of(&test, LEVEL);
            found.method = method;
            found.warnings = warnings;
        }
        Err(problem) => found.method = format!("Not compared: {problem}."),
    }
    found
}

/// A value of one coding.
struct Row<'a> {
    group: usize,
    value: f64,
    coding: &'a SessionSociogram,
}

/// The difference of the second group from the first, what was done, and doubts.
fn model(rows: &[Row<'_>]) -> Result<(CoefficientTest, String, Vec<String>), String> {
    let spread = rows.iter().any(|row| row.value != rows[0].value);
    if !spread {
        return Err(
            "every session has the same value, so there is no error to compare with".to_owned(),
        );
    }
    let coders: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.coding.coder.as_deref())
        .collect();
    let mut n_codings: BTreeMap<u32, usize> = BTreeMap::new();
    for row in rows {
        *n_codings.entry(row.coding.unit).or_default() += 1;
    }
    let n_sessions = n_codings.len();
    let n_twice = n_codings.values().filter(|n| **n > 1).count();
    // One or two sessions coded twice say too little about the coders to estimate their difference.
    let several = n_twice > 2 && coders.len() > 1;
    // Without any difference between codings of one session there is no error within sessions to estimate.
    let all_agree = several && coders_agree_entirely(rows);
    let by_session = several && !all_agree;
    let kept: Vec<&Row<'_>> = if by_session {
        rows.iter().collect()
    } else {
        let mut seen = BTreeSet::new();
        rows.iter()
            .filter(|row| seen.insert(row.coding.unit))
            .collect()
    };
    let sites: BTreeSet<&str> = kept.iter().map(|row| row.coding.site.as_str()).collect();
    let mut formula = "value ~ phase".to_owned();
    if by_session {
        formula += " + coder + (1 | session)";
    }
    if sites.len() > 1 {
        formula += " + (1 | site)";
    }
    let mut table = Table::new();
    let promise = "columns have different names and one cell for each row";
    table
        .push(
            "value",
            Column::Numbers(kept.iter().map(|row| row.value).collect()),
        )
        .expect(promise);
    let session: Vec<String> = kept.iter().map(|row| row.coding.unit.to_string()).collect();
    let of_coder = |row: &Row<'_>| {
        row.coding
            .coder
            .as_deref()
            .unwrap_or("not named")
            .to_owned()
    };
    let factors: [(&str, Vec<String>); 4] = [
        (
            "phase",
            kept.iter().map(|row| row.group.to_string()).collect(),
        ),
        ("coder", kept.iter().map(|row| of_coder(row)).collect()),
        ("session", session),
        (
            "site",
            kept.iter().map(|row| row.coding.site.to_string()).collect(),
        ),
    ];
    for (name, cells) in &factors {
        table.push(name, factor(cells)).expect(promise);
    }
    let parsed = Formula::parse(&formula).map_err(|error| error.to_string())?;
    let sessions = words::count_of(n_sessions, "session", "sessions");
    let of_phase = |inference: &Inference<'_>| {
        let mut tests = coefficient_tests(inference, LEVEL).into_iter();
        tests.find(|test| test.term == "phase1").ok_or_else(|| {
            "the data cannot tell the phases from the coders or the sites".to_owned()
        })
    };
    if parsed.random.is_empty() {
        let fitted = least_squares(&parsed, &table).map_err(|error| error.to_string())?;
        let test = of_phase(&fitted.inference(DegreesOfFreedom::Satterthwaite))?;
        let same = match all_agree {
            true => " Coders gave every session that they coded twice the same value.",
            false => "",
        };
        let method = format!(
            "Difference between the means of {sessions}, by least squares with one variance.{same}"
        );
        return Ok((test, method, Vec::new()));
    }
    let fitted =
        fit(&parsed, &table, &FitSettings::default()).map_err(|error| error.to_string())?;
    let inference = fitted.inference(DegreesOfFreedom::KenwardRoger);
    let test = of_phase(&inference.map_err(|error| error.to_string())?)?;
    let twice = match by_session {
        true => format!(
            " {} of them were coded by more than one coder: a random intercept holds the codings of a session together, \
             and coders may differ by a constant.",
            words::capitalised(&words::count(n_twice))
        ),
        false => String::new(),
    };
    let of_sites = match sites.len() {
        1 => "",
        _ => " Each site has a random intercept.",
    };
    let method = format!(
        "Mixed model of {} of {sessions} (REML, Kenward–Roger).{twice}{of_sites}",
        words::count_of(kept.len(), "coding", "codings"),
    );
    let singular = fitted.singular.then(|| {
        "a variance is estimated as zero: codings of one session (or sessions of one site) resemble each other no more \
         than others do"
            .to_owned()
    });
    Ok((test, method, singular.into_iter().collect()))
}

/// Whether all codings of each session have one value.
fn coders_agree_entirely(rows: &[Row<'_>]) -> bool {
    let mut of_session: BTreeMap<u32, f64> = BTreeMap::new();
    rows.iter().all(|row| {
        let first = *of_session.entry(row.coding.unit).or_insert(row.value);
        (first - row.value).abs() <= 1e-12 * first.abs()
    })
}

fn factor(cells: &[String]) -> Column {
    let levels: BTreeSet<&String> = cells.iter().collect();
    let place: BTreeMap<&String, u32> = levels.iter().copied().zip(0..).collect();
    Column::Factor(Factor {
        levels: levels.iter().map(ToString::to_string).collect(),
        codes: cells.iter().map(|cell| Some(place[cell])).collect(),
    })
}

/// Sessions (first codings) permuted over the two groups.
fn permutation(groups: &[RoomValues], seed: u64) -> Option<RoomPermutation> {
    let (mut values, mut in_second) = (Vec::new(), Vec::new());
    for (place, group) in groups[..2].iter().enumerate() {
        let mut of_group: Vec<f64> = group.sessions.iter().map(|(_, value)| *value).collect();
        // The order of the sessions may not decide which assignments are drawn.
        of_group.sort_by(f64::total_cmp);
        values.extend(of_group);
        in_second.resize(values.len(), place == 1);
    }
    let settings = PermutationSettings {
        seed,
        n_random: N_RANDOM,
        ..PermutationSettings::default()
    };
    let result = permute_cluster_means(&values, &in_second, &settings).ok()?;
    Some(RoomPermutation {
        difference: result.statistic,
        p: result.p_two_sided,
        n_assignments: result.n_assignments,
        exact: result.exact,
        ci: exact_interval(&values, &in_second, LEVEL, &settings)
            .or_else(|_| sampled_interval(&values, &in_second, LEVEL, &settings))
            .ok()
            .filter(|(lower, upper)| lower.is_finite() && upper.is_finite()),
    })
}

#[cfg(test)]
mod tests {
    use attune_measures::observation::sociogram::Sociogram;

    use super::*;

    /// Sessions coded by a, by b or by both: session, coder, group, value.
    const CODINGS: [(u32, &str, usize, f64); 16] = [
        (1, "a", 0, 0.12),
        (1, "b", 0, 0.15),
        (2, "a", 0, 0.20),
        (2, "b", 0, 0.18),
        (3, "a", 0, 0.08),
        (3, "b", 0, 0.11),
        (4, "a", 0, 0.25),
        (5, "a", 0, 0.16),
        (5, "b", 0, 0.21),
        (6, "b", 1, 0.33),
        (6, "a", 1, 0.27),
        (7, "a", 1, 0.24),
        (7, "b", 1, 0.30),
        (8, "a", 1, 0.35),
        (8, "b", 1, 0.36),
        (9, "b", 1, 0.41),
    ];

    fn compared(
        codings: &[(u32, &str, usize, f64)],
    ) -> Result<(CoefficientTest, String, Vec<String>), String> {
        let made: Vec<SessionSociogram> = codings
            .iter()
            .map(|(session, coder, ..)| SessionSociogram {
                unit: *session,
                scheme: "room".into(),
                coder: Some((*coder).into()),
                site: "clinic".into(),
                phase: None,
                date: jiff::civil::date(2024, 1, 8),
                minutes: 10.0,
                sociogram: Sociogram::default(),
            })
            .collect();
        let rows: Vec<Row<'_>> = made
            .iter()
            .zip(codings)
            .map(|(coding, (.., group, value))| Row {
                group: *group,
                value: *value,
                coding,
            })
            .collect();
        model(&rows)
    }

    #[test]
    fn sessions_coded_twice_give_the_mixed_model_of_r() {
        // lmer(value ~ phase + coder + (1 | session)), summary(ddf = "Kenward-Roger"): lme4 1.1.31, lmerTest
        // 3.1.3, pbkrtest 0.5.2, R 4.2.2; lme4 stops at about 1e-8 of its optimum.
        let (test, method, warnings) = compared(&CODINGS).unwrap();
        let near = |value: f64, wanted: f64| {
            assert!((value / wanted - 1.0).abs() < 1e-6, "{value} {wanted}");
        };
        near(test.estimate, 0.155_898_423_058_7);
        near(test.se, 0.040_230_610_667_4);
        near(test.df, 7.017_464_421_22);
        near(test.p, 0.006_061_913_764_904);
        assert!(
            method.starts_with("Mixed model of 16 codings of 9 sessions"),
            "{method}"
        );
        assert!(warnings.is_empty());
    }

    #[test]
    fn coders_who_agree_entirely_leave_the_first_codings() {
        // The codings of a where there are some, else of b: summary(lm(value ~ phase)) of R 4.2.2.
        let values = [0.12, 0.20, 0.08, 0.25, 0.16, 0.33, 0.24, 0.35, 0.41];
        let mut codings = Vec::new();
        for (session, value) in (1_u32..).zip(values) {
            let group = usize::from(session > 5);
            codings.extend([(session, "a", group, value), (session, "b", group, value)]);
        }
        let (test, method, _) = compared(&codings).unwrap();
        assert!((test.estimate - 0.1705).abs() < 1e-12);
        assert!((test.se - 0.045_75).abs() < 5e-6 && (test.p - 0.007_388).abs() < 1e-6);
        assert!(method.contains("the same value"), "{method}");
    }

    #[test]
    fn nine_sessions_are_permuted_exactly() {
        // All 126 assignments counted in R: 3 are as extreme.
        let sessions = |values: &[f64]| RoomValues {
            n: values.len(),
            mean: None,
            sd: None,
            ci: None,
            sessions: values.iter().map(|value| (0.0, *value)).collect(),
        };
        let groups = [
            sessions(&[0.12, 0.20, 0.08, 0.25, 0.16]),
            sessions(&[0.33, 0.24, 0.35, 0.41]),
        ];
        let found = permutation(&groups, 1).unwrap();
        assert!(found.exact && found.n_assignments == 126);
        assert_eq!(found.p, 3.0 / 126.0);
    }
}
