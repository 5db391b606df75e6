//! Facts about units: dates and rare levels are held back, numbers are microaggregated, rare combinations are
//! broken up.

use std::collections::BTreeMap;

use attune_measures::{
    Measures,
    measures::{AttributeValue, Unit},
};
use attune_protocol::{Protocol, id::AttributeId, missing::Missing, plan::AttributeKind};

use super::{HELD_BACK, Log, Rules, is_family};

/// Dates are held back; numbers that no model needs are means of neighbours.
pub fn hold_back_dates_and_numbers(
    protocol: &Protocol,
    open: &mut Measures,
    names: &[String],
    rules: Rules,
    log: &mut Log,
) {
    for attribute in &protocol.attributes {
        let id = &attribute.id;
        match attribute.kind {
            AttributeKind::Date => {
                let n = hold_back(open, id, |_| true);
                log.add(
                    "dates",
                    format!("{} is held back", attribute.label),
                    n,
                    "no date leaves",
                );
            }
            AttributeKind::Number { .. } if names.iter().any(|name| *name == **id) => {
                log.add(
                    "numbers",
                    format!("{} stays as it is", attribute.label),
                    0,
                    "a planned model needs it",
                );
            }
            AttributeKind::Number { .. } => {
                let n = microaggregate(open, id, rules.fewest_alike);
                let what = format!(
                    "{} is the mean of {} or more neighbours",
                    attribute.label, rules.fewest_alike
                );
                log.add("numbers", what, n, "an unusual number can tell who it was");
            }
            AttributeKind::Levels(_) => {}
        }
    }
}

/// Replaces values by the mean of groups of neighbours in size, each of `k` or more. Fewer than `k` values are
/// held back.
fn microaggregate(open: &mut Measures, id: &AttributeId, k: usize) -> usize {
    let mut values: Vec<(f64, usize)> = open
        .units
        .iter()
        .enumerate()
        .filter_map(|(position, unit)| match value_of(unit, id)? {
            AttributeValue::Number(number) => Some((*number, position)),
            _ => None,
        })
        .collect();
    if values.len() < k {
        return hold_back(open, id, |_| true);
    }
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n_groups = values.len() / k;
    for group in 0..n_groups {
        let last = group + 1 == n_groups;
        let members = &values[group * k..if last { values.len() } else { (group + 1) * k }];
        let mean = members.iter().map(|(value, _)| value).sum::<f64>() / members.len() as f64;
        for (_, position) in members {
            set(
                &mut open.units[*position],
                id,
                &Ok(AttributeValue::Number(mean)),
            );
        }
    }
    values.len()
}

/// Levels that few units have are held back.
pub fn hold_back_rare_levels(
    protocol: &Protocol,
    open: &mut Measures,
    rules: Rules,
    log: &mut Log,
) {
    for attribute in &protocol.attributes {
        let AttributeKind::Levels(levels) = &attribute.kind else {
            continue;
        };
        for level in levels {
            let has = |unit: &Unit| is_level(unit, &attribute.id, &level.id);
            let n = open.units.iter().filter(|unit| has(unit)).count();
            if (1..rules.smallest_group).contains(&n) {
                hold_back(open, &attribute.id, has);
                let what = format!("{}: '{}' is held back", attribute.label, level.label);
                log.add(
                    "small groups",
                    what,
                    n,
                    "fewer units than the smallest group have it",
                );
            }
        }
    }
}

/// Site, arm and levels together: while fewer units than the rule wants share a combination, one attribute after
/// the other is held back in them, those first that no model needs.
pub fn break_up_rare_combinations(
    protocol: &Protocol,
    open: &mut Measures,
    names: &[String],
    rules: Rules,
    log: &mut Log,
) {
    let with_levels = protocol
        .attributes
        .iter()
        .filter(|attribute| matches!(attribute.kind, AttributeKind::Levels(_)));
    let mut order: Vec<_> = with_levels.rev().collect();
    order.sort_by_key(|attribute| names.iter().any(|name| *name == *attribute.id));
    let ids: Vec<&AttributeId> = order.iter().map(|attribute| &attribute.id).collect();
    for attribute in &order {
        let counts = combinations(open, &ids);
        let is_rare = |unit: &Unit| {
            counts
                .get(&combination(unit, &ids))
                .is_some_and(|n| *n < rules.fewest_alike)
        };
        let n = hold_back(open, &attribute.id, is_rare);
        if n > 0 {
            log.add(
                "rare combinations",
                format!("{} is held back", attribute.label),
                n,
                "fewer units than the rule wants were alike in site, arm and all levels",
            );
        }
    }
}

type Combination = (String, String, Vec<String>);

fn combinations(open: &Measures, ids: &[&AttributeId]) -> BTreeMap<Combination, usize> {
    let mut counts = BTreeMap::new();
    for unit in open.units.iter().filter(|unit| is_family(unit)) {
        *counts.entry(combination(unit, ids)).or_default() += 1;
    }
    counts
}

fn combination(unit: &Unit, ids: &[&AttributeId]) -> Combination {
    let levels = ids.iter().map(|id| match value_of(unit, id) {
        Some(AttributeValue::Level(level)) => level.to_string(),
        _ => String::new(),
    });
    let arm = unit
        .arm
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    (unit.site.to_string(), arm, levels.collect())
}

fn value_of<'a>(unit: &'a Unit, id: &AttributeId) -> Option<&'a AttributeValue> {
    let found = unit
        .attributes
        .iter()
        .find(|(attribute, _)| attribute == id)?;
    found.1.as_ref().ok()
}

fn is_level(unit: &Unit, id: &AttributeId, level: &str) -> bool {
    matches!(value_of(unit, id), Some(AttributeValue::Level(value)) if **value == *level)
}

fn set(unit: &mut Unit, id: &AttributeId, value: &Result<AttributeValue, Missing>) {
    for (attribute, old) in &mut unit.attributes {
        if attribute == id {
            old.clone_from(value);
        }
    }
}

/// Holds the attribute back in the units that are meant; returns in how many there was something.
fn hold_back(open: &mut Measures, id: &AttributeId, is_meant: impl Fn(&Unit) -> bool) -> usize {
    let mut n = 0;
    for unit in &mut open.units {
        if value_of(unit, id).is_some() && is_meant(unit) {
            set(unit, id, &Err(HELD_BACK));
            n += 1;
        }
    }
    n
}
