//! Characteristics at baseline: attributes, age at enrolment, and each outcome at its first wave,
//! side by side for the groups, with standardised differences and no p values (a test of baseline
//! differences answers no question that anybody has; Senn 1994, Altman 1985).

use attune_measures::measures::AttributeValue;
use attune_protocol::{
    design::DAYS_PER_MONTH,
    plan::{About, Attribute, AttributeKind, Level},
};
use attune_statistics::descriptives;

use super::{Groups, mean_and_sd};
use crate::{
    findings::{BaselineCell, BaselineRow},
    long_table::LongTable,
};

/// The table, in the order: age, attributes as the protocol has them, outcomes.
pub fn baseline_table(long: &LongTable<'_>, groups: &Groups) -> Vec<BaselineRow> {
    let mut rows = age_rows(long, groups);
    for attribute in &long.protocol.attributes {
        if attribute.in_baseline_table && describes_participants(long, attribute.about) {
            rows.extend(attribute_rows(long, groups, attribute));
        }
    }
    for outcome in 0..long.protocol.outcomes.len() {
        rows.extend(outcome_row(long, groups, outcome));
    }
    rows
}

fn describes_participants(long: &LongTable<'_>, about: About) -> bool {
    let is_dyads = |about| matches!(about, About::Dyad | About::Infant | About::Carer);
    let mut kinds = long
        .participants()
        .map(|unit| long.measures.units[unit].about);
    kinds
        .next()
        .is_none_or(|kind| is_dyads(kind) == is_dyads(about))
}

fn age_rows(long: &LongTable<'_>, groups: &Groups) -> Vec<BaselineRow> {
    let units = &long.measures.units;
    let age = |unit: usize| {
        units[unit]
            .age_at_enrolment_days
            .map(|days| days / DAYS_PER_MONTH)
    };
    let early = |unit: usize| units[unit].days_early.map(|days| days / 7.0);
    let mut rows = Vec::new();
    if units
        .iter()
        .any(|unit| unit.age_at_enrolment_days.is_some())
    {
        rows.push(number_row(
            groups,
            "Infant’s age at enrolment",
            Some("months"),
            age,
        ));
    }
    if units.iter().any(|unit| unit.days_early.is_some()) {
        rows.push(number_row(
            groups,
            "Born before the due date",
            Some("weeks"),
            early,
        ));
    }
    rows
}

fn attribute_rows(
    long: &LongTable<'_>,
    groups: &Groups,
    attribute: &Attribute,
) -> Vec<BaselineRow> {
    let value = |unit: usize| {
        let attributes = &long.measures.units[unit].attributes;
        let (_, value) = attributes.iter().find(|(id, _)| *id == attribute.id)?;
        value.as_ref().ok()
    };
    match &attribute.kind {
        AttributeKind::Number {
            unit: unit_name, ..
        } => {
            let number = |unit: usize| match value(unit) {
                Some(AttributeValue::Number(number)) if number.is_finite() => Some(*number),
                _ => None,
            };
            vec![number_row(
                groups,
                &attribute.label,
                unit_name.as_deref(),
                number,
            )]
        }
        AttributeKind::Levels(levels) => {
            let level = |unit: usize| match value(unit) {
                Some(AttributeValue::Level(id)) => {
                    levels.iter().position(|level| *level.id == **id)
                }
                _ => None,
            };
            level_rows(groups, &attribute.label, levels, level)
        }
        // Dates identify and are not averaged.
        AttributeKind::Date => Vec::new(),
    }
}

fn outcome_row(long: &LongTable<'_>, groups: &Groups, outcome: usize) -> Option<BaselineRow> {
    if !describes_participants(long, long.about(outcome)) {
        return None;
    }
    let first = *long.waves_of(outcome).first()?;
    let values = long.values_at(outcome, first);
    let plan = &long.protocol.outcomes[outcome];
    let label = format!("{} ({})", plan.label, long.protocol.waves[first].label);
    let unit = crate::words::unit_in_sentence(plan.unit.as_deref());
    let row = number_row(groups, &label, unit, |unit| values[unit]);
    // Whoever was enrolled in a later phase could not be measured in the first: that is no comparison.
    let n_measured = row.arms.iter().filter(|cell| cell.mean.is_some()).count();
    let by_phase = long.protocol.arms.is_empty() && groups.len() > 1;
    (!by_phase || n_measured > 1).then_some(row)
}

fn number_row(
    groups: &Groups,
    label: &str,
    unit: Option<&str>,
    value: impl Fn(usize) -> Option<f64>,
) -> BaselineRow {
    let mut values = vec![Vec::new(); groups.len()];
    let mut missing = vec![0; groups.len()];
    for (unit, group) in groups.of_unit.iter().enumerate() {
        let Some(group) = *group else { continue };
        match value(unit) {
            Some(value) => values[group].push(value),
            None => missing[group] += 1,
        }
    }
    let difference = match values.as_slice() {
        [first, second, ..] => descriptives::standardised_difference(second, first).ok(),
        _ => None,
    };
    BaselineRow {
        label: label.to_owned(),
        level: None,
        unit: unit.map(str::to_owned),
        arms: values
            .iter()
            .zip(missing)
            .map(|(values, missing)| number_cell(values, missing))
            .collect(),
        standardised_difference: difference,
    }
}

fn number_cell(values: &[f64], missing: usize) -> BaselineCell {
    let (n, mean, sd) = mean_and_sd(values);
    let quartile = |probability| (n > 0).then(|| descriptives::quantile(values, probability));
    BaselineCell {
        n,
        missing,
        mean,
        sd,
        median: quartile(0.5),
        lower_quartile: quartile(0.25),
        upper_quartile: quartile(0.75),
        count: None,
        share: None,
    }
}

fn level_rows(
    groups: &Groups,
    label: &str,
    levels: &[Level],
    level_of: impl Fn(usize) -> Option<usize>,
) -> Vec<BaselineRow> {
    let mut counts = vec![vec![0_usize; levels.len()]; groups.len()];
    let mut missing = vec![0; groups.len()];
    for (unit, group) in groups.of_unit.iter().enumerate() {
        let Some(group) = *group else { continue };
        match level_of(unit) {
            Some(level) => counts[group][level] += 1,
            None => missing[group] += 1,
        }
    }
    let difference = match counts.as_slice() {
        [first, second, ..] => difference_of_counts(first, second),
        _ => None,
    };
    let cell = |group: usize, level: usize| level_cell(&counts[group], missing[group], level);
    let rows = levels
        .iter()
        .enumerate()
        .map(|(position, level)| BaselineRow {
            label: label.to_owned(),
            level: Some(level.label.clone()),
            unit: None,
            arms: (0..groups.len())
                .map(|group| cell(group, position))
                .collect(),
            standardised_difference: difference.filter(|_| position == 0),
        });
    rows.collect()
}

/// Two levels have a signed difference of shares (of the first level, second group minus first);
/// more levels the distance of Yang and Dalton (2012), which has no sign.
fn difference_of_counts(first: &[usize], second: &[usize]) -> Option<f64> {
    if let ([a, b], [c, d]) = (first, second) {
        return descriptives::standardised_difference_of_shares((*c, c + d), (*a, a + b)).ok();
    }
    descriptives::standardised_difference_of_categories(second, first).ok()
}

fn level_cell(counts: &[usize], missing: usize, level: usize) -> BaselineCell {
    let n: usize = counts.iter().sum();
    BaselineCell {
        n,
        missing,
        mean: None,
        sd: None,
        median: None,
        lower_quartile: None,
        upper_quartile: None,
        count: Some(counts[level]),
        share: (n > 0).then(|| counts[level] as f64 / n as f64),
    }
}
