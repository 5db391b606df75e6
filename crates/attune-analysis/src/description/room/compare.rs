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
        Err(problem) => found.warnings.push(problem),
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
    let by_session = n_twice > 2 && coders.len() > 1;
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
        let method = format!(
            "Difference between the means of {sessions}, by least squares with one variance."
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
