//! Who was lost after enrolment: by arm and wave, and whether those lost had started differently.

use attune_statistics::descriptives;

use super::{Groups, mean_and_sd};
use crate::{
    findings::{Attrition, AttritionArm, AttritionBaseline},
    long_table::LongTable,
    words,
};

/// Attrition of the outcome by which participants are followed; retained means a value at the last wave planned for it.
pub fn attrition(long: &LongTable<'_>) -> Attrition {
    let groups = Groups::of(long);
    let Some(primary) = long.followed() else {
        return Attrition {
            by_arm: Vec::new(),
            by_baseline: Vec::new(),
            sentence: "No outcome is planned, so nothing can be said of loss.".to_owned(),
        };
    };
    let by_arm = retention(long, &groups, primary);
    let by_baseline: Vec<AttritionBaseline> = (0..long.protocol.outcomes.len())
        .flat_map(|outcome| baseline_of_lost(long, &groups, outcome))
        .collect();
    let sentence = sentence(long, &groups, primary, &by_arm, &by_baseline);
    Attrition {
        by_arm,
        by_baseline,
        sentence,
    }
}

fn retention(long: &LongTable<'_>, groups: &Groups, primary: usize) -> Vec<AttritionArm> {
    let waves = long.waves_of(primary);
    let mut enrolled = vec![0; groups.len()];
    for group in groups.of_unit.iter().flatten() {
        enrolled[*group] += 1;
    }
    let mut assessed = vec![Vec::new(); groups.len()];
    for &wave in &waves {
        let mut n = vec![0; groups.len()];
        for (value, group) in long.values_at(primary, wave).iter().zip(&groups.of_unit) {
            if let (Some(_), Some(group)) = (value, *group) {
                n[group] += 1;
            }
        }
        for (group, n) in n.into_iter().enumerate() {
            assessed[group].push((long.protocol.waves[wave].id.to_string(), n));
        }
    }
    let arms = groups.names.iter().zip(enrolled).zip(assessed);
    arms.map(|(((id, _), enrolled), assessed)| AttritionArm {
        arm: id.clone(),
        enrolled,
        retained: assessed
            .last()
            .filter(|_| enrolled > 0)
            .map(|(_, n)| *n as f64 / enrolled as f64),
        assessed,
    })
    .collect()
}

/// Baseline of the retained and the lost in each group; nothing where one wave is planned.
fn baseline_of_lost(
    long: &LongTable<'_>,
    groups: &Groups,
    outcome: usize,
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
            if let (true, Some(value)) = (*of_unit == Some(group), baseline[unit]) {
                if at_end[unit].is_some() {
                    &mut retained
                } else {
                    &mut lost
                }
                .push(value);
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
        let of = words::count_of(arm.enrolled, one, many);
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
    if by_arm
        .iter()
        .all(|arm| arm.assessed.last().is_some_and(|(_, n)| *n == arm.enrolled))
    {
        sentence.push_str(" Nobody was lost.");
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
