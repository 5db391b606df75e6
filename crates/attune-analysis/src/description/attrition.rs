//! Who was lost after enrolment: by arm and wave, and whether those lost had started differently.

use attune_statistics::descriptives;

use super::{Groups, mean_and_sd, not_yet_due::NotYetDue};
use crate::{
    findings::{Attrition, AttritionArm, AttritionBaseline},
    long_table::LongTable,
    words,
};

/// Attrition of the outcome by which participants are followed; retained means a value at the last wave planned for it.
/// For whom that wave is not yet due, nobody can say whether they will stay, so they count as neither retained nor lost.
pub fn attrition(long: &LongTable<'_>) -> Attrition {
    let groups = Groups::of(long);
    let Some(primary) = long.followed() else {
        return Attrition {
            by_arm: Vec::new(),
            by_baseline: Vec::new(),
            sentence: "No outcome is planned, so nothing can be said of loss.".to_owned(),
        };
    };
    let not_yet_due = NotYetDue::of(long);
    let by_arm = retention(long, &groups, primary, &not_yet_due);
    let by_baseline: Vec<AttritionBaseline> = (0..long.protocol.outcomes.len())
        .flat_map(|outcome| baseline_of_lost(long, &groups, outcome, &not_yet_due))
        .collect();
    let sentence = sentence(long, &groups, primary, &by_arm, &by_baseline);
    Attrition {
        by_arm,
        by_baseline,
        sentence,
    }
}

fn retention(
    long: &LongTable<'_>,
    groups: &Groups,
    primary: usize,
    not_yet_due: &NotYetDue,
) -> Vec<AttritionArm> {
    let waves = long.waves_of(primary);
    let mut enrolled = vec![0; groups.len()];
    for group in groups.of_unit.iter().flatten() {
        enrolled[*group] += 1;
    }
    let mut arms: Vec<AttritionArm> = (groups.names.iter().zip(enrolled))
        .map(|((id, _), enrolled)| AttritionArm {
            arm: id.clone(),
            enrolled,
            assessed: Vec::new(),
            not_yet_due: Vec::new(),
            retained: None,
        })
        .collect();
    for &wave in &waves {
        let mut n = vec![(0, 0); groups.len()];
        let values = long.values_at(primary, wave);
        for (unit, group) in groups.of_unit.iter().enumerate() {
            let Some(group) = *group else { continue };
            match values[unit] {
                Some(_) => n[group].0 += 1,
                None if is_still_to_come(long, not_yet_due, unit, wave) => n[group].1 += 1,
                None => {}
            }
        }
        let id = long.protocol.waves[wave].id.to_string();
        for (arm, (n_assessed, n_to_come)) in arms.iter_mut().zip(n) {
            arm.assessed.push((id.clone(), n_assessed));
            if n_to_come > 0 {
                arm.not_yet_due.push((id.clone(), n_to_come));
            }
        }
    }
    for arm in &mut arms {
        arm.retained = arm.assessed.last().and_then(|(wave, n)| {
            let due = arm.due_at(wave);
            (due > 0).then(|| *n as f64 / due as f64)
        });
    }
    arms
}

/// Whether a visit without a value may still come: its time has not, and the unit takes part.
fn is_still_to_come(
    long: &LongTable<'_>,
    not_yet_due: &NotYetDue,
    unit: usize,
    wave: usize,
) -> bool {
    not_yet_due.at(unit, wave) && long.measures.units[unit].left.is_none()
}

/// Baseline of the retained and the lost in each group; nothing where one wave is planned.
fn baseline_of_lost(
    long: &LongTable<'_>,
    groups: &Groups,
    outcome: usize,
    not_yet_due: &NotYetDue,
) -> Vec<AttritionBaseline> {
    let waves = long.waves_of(outcome);
    let ([first, .., last], true) = (waves.as_slice(), !long.outcomes[outcome].is_empty()) else {
        return Vec::new();
    };
    let baseline = long.values_at(outcome, *first);
    let at_end = long.values_at(outcome, *last);
    let split = |group: usize| {
        let (mut retained, mut lost) = (Vec::new(), Vec::new());
        for (unit, of_unit) in groups.of_unit.iter().enumerate() {
            let (true, Some(value)) = (*of_unit == Some(group), baseline[unit]) else {
                continue;
            };
            if at_end[unit].is_some() {
                retained.push(value);
            } else if !is_still_to_come(long, not_yet_due, unit, *last) {
                lost.push(value);
            }
        }
        (retained, lost)
    };
    let row = |(group, (id, _)): (usize, &(String, String))| {
        let (retained, lost) = split(group);
        AttritionBaseline {
            outcome: long.protocol.outcomes[outcome].id.to_string(),
            arm: id.clone(),
            standardised_difference: descriptives::standardised_difference(&lost, &retained).ok(),
            retained: mean_and_sd(&retained),
            lost: mean_and_sd(&lost),
        }
    };
    groups.names.iter().enumerate().map(row).collect()
}

fn sentence(
    long: &LongTable<'_>,
    groups: &Groups,
    primary: usize,
    by_arm: &[AttritionArm],
    by_baseline: &[AttritionBaseline],
) -> String {
    let waves = long.waves_of(primary);
    let Some(&last) = waves.last().filter(|_| waves.len() > 1) else {
        return "One wave is planned, so nobody can be lost between waves.".to_owned();
    };
    let (one, many) = words::unit_nouns(long.about(primary));
    let share = |arm: &AttritionArm| {
        let at_end = arm.assessed.last().map_or(0, |(_, n)| *n);
        let share = arm
            .retained
            .map_or_else(String::new, |share| format!(" ({})", words::percent(share)));
        let due = arm.due_at(&long.protocol.waves[last].id);
        let of = words::count_of(due, one, many);
        let where_ = if groups.len() > 1 {
            format!(" in {}", words::id_words(&arm.arm))
        } else {
            String::new()
        };
        format!("{} of {of}{share}{where_}", words::count(at_end))
    };
    let shares: Vec<String> = by_arm.iter().map(share).collect();
    let label = &long.protocol.outcomes[primary].label;
    let mut sentence = format!(
        "At the last wave ({}), {} had a value of {label}.",
        long.protocol.waves[last].label,
        words::list(&shares),
    );
    let last = &long.protocol.waves[last].id;
    let to_come: usize = by_arm
        .iter()
        .map(|arm| arm.enrolled - arm.due_at(last))
        .sum();
    if to_come > 0 {
        let is = match long.protocol.study.status.is_over() {
            false => "it is not yet due",
            true => "it was not due before the end of the study",
        };
        sentence.push_str(&format!(" For {} more {is}.", words::count(to_come)));
    }
    let is_whole = |arm: &AttritionArm| {
        let at_end = arm.assessed.last();
        at_end.is_some_and(|(_, n)| *n == arm.due_at(last))
    };
    if by_arm.iter().all(is_whole) {
        sentence.push_str(match to_come {
            0 => " Nobody was lost.",
            _ => " Nobody has been lost so far.",
        });
        return sentence;
    }
    sentence.push_str(&started_differently(long, primary, by_baseline));
    sentence.push_str(
        " Mixed models use every value that there is and assume that, given those values, being \
         lost does not depend on what was not seen; the data cannot show whether that is so.",
    );
    sentence
}

/// Says where those lost started at least 0.2 SD from those retained.
fn started_differently(
    long: &LongTable<'_>,
    primary: usize,
    by_baseline: &[AttritionBaseline],
) -> String {
    let primary = long.protocol.outcomes[primary].id.as_str();
    let mut sentence = String::new();
    for row in by_baseline.iter().filter(|row| row.outcome == primary) {
        if let Some(difference) = row.standardised_difference.filter(|d| d.abs() >= 0.2) {
            let direction = if difference < 0.0 { "lower" } else { "higher" };
            sentence.push_str(&format!(
                " Those lost in {} had started {} SD {direction} than those retained.",
                words::id_words(&row.arm),
                words::two_digits(difference.abs()),
            ));
        }
    }
    sentence
}
