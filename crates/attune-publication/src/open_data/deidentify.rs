//! Measures in which nobody can be recognised. What is done, and to how many, comes back as a log.
//!
//! - No date leaves: times are days since enrolment.
//! - Units have new codes, in an order that follows from the open values alone.
//! - Ages that no model needs are whole months at enrolment; numbers that no model needs are means of a few
//!   neighbours (microaggregation).
//! - Levels and reasons that few have are held back, and combinations that few share are broken up.

use std::{collections::BTreeMap, sync::Arc};

use attune_measures::{
    Measures,
    measures::{AttributeValue, Leaving, Unit},
};
use attune_protocol::{
    Protocol,
    design::{DAYS_PER_MONTH, Site},
    id::AttributeId,
    missing::Missing,
    plan::{About, AttributeKind},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{
    disclosure::{Rules, Step},
    tables,
};

/// What an attribute that is held back is in the open data.
pub const HELD_BACK: Missing = Missing::NotRecorded;

/// The measures as they may be handed on, and what was done.
pub fn deidentify(protocol: &Protocol, measures: &Measures, rules: Rules) -> (Measures, Vec<Step>) {
    let mut open = measures.clone();
    let mut log = Log::default();
    let names = names_in_models(protocol);
    remove_dates(protocol, &mut open, &mut log);
    remove_sources(&mut open, &mut log);
    coarsen_ages(&mut open, &names, &mut log);
    merge_rare_reasons(&mut open, rules, &mut log);
    hold_back_dates_and_numbers(protocol, &mut open, &names, rules, &mut log);
    hold_back_rare_levels(protocol, &mut open, rules, &mut log);
    break_up_rare_combinations(protocol, &mut open, &names, rules, &mut log);
    note_small_sites(protocol, &open, rules, &mut log);
    recode(&mut open, &mut log);
    (open, log.0)
}

#[derive(Default)]
struct Log(Vec<Step>);

impl Log {
    fn add(&mut self, rule: &str, what: impl Into<String>, n: usize, why: &str) {
        self.0.push(Step {
            rule: rule.to_owned(),
            what: what.into(),
            n,
            why: why.to_owned(),
        });
    }
}

/// Every name in the planned models.
fn names_in_models(protocol: &Protocol) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let models = protocol.analyses.iter().map(|analysis| &analysis.model);
    models
        .flat_map(|model| model.split(|letter| !is_part(letter)))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Days on which a site changes its arm or phase, in order.
pub fn changes(site: Option<&Site>) -> Vec<Date> {
    let Some(site) = site else {
        return Vec::new();
    };
    let arms = site.arms.iter().filter_map(|since| since.from);
    let phases = site.phases.iter().filter_map(|since| since.from);
    let mut days: Vec<Date> = arms.chain(phases).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// A day that stands for all days of one period between changes of a site. It says no more than the plan does.
pub fn day_of_period(site: Option<&Site>, period: usize) -> Date {
    match period.checked_sub(1) {
        Some(position) => changes(site).get(position).copied().unwrap_or(BEFORE_ALL),
        None => BEFORE_ALL,
    }
}

const BEFORE_ALL: Date = date(1900, 1, 1);

fn remove_dates(protocol: &Protocol, open: &mut Measures, log: &mut Log) {
    let mut n = open.rows.iter().filter(|row| row.date.is_some()).count();
    for row in &mut open.rows {
        row.date = None;
    }
    for unit in &mut open.units {
        let Some(enrolled) = unit.enrolled else {
            if let Some(left) = &mut unit.left {
                n += usize::from(left.date.take().is_some());
            }
            continue;
        };
        n += 1;
        let site = protocol.site(&unit.site);
        let period = changes(site).iter().filter(|day| **day <= enrolled).count();
        let stands_for = day_of_period(site, period);
        unit.enrolled = Some(stands_for);
        if let Some(left) = &mut unit.left
            && let Some(day) = left.date
        {
            n += 1;
            let days = day.since(enrolled).map_or(0, |span| span.get_days());
            left.date = stands_for.checked_add(days.days()).ok();
        }
    }
    log.add(
        "dates",
        "Dates of visits, enrolment and leaving became days since enrolment",
        n,
        "a date can be enough to know a family again",
    );
}

fn remove_sources(open: &mut Measures, log: &mut Log) {
    for row in &mut open.rows {
        row.source = None;
    }
    open.files.clear();
    log.add(
        "sources",
        "Names and rows of the data files are left out",
        open.rows.len(),
        "they lead back to records with codes and dates",
    );
}

fn coarsen_ages(open: &mut Measures, names: &[String], log: &mut Log) {
    if names
        .iter()
        .any(|name| name.contains("age_days") || name.contains("age_months"))
    {
        log.add(
            "ages",
            "Ages stay as they are",
            0,
            "a planned model needs them to the day",
        );
        return;
    }
    for row in &mut open.rows {
        row.age_days = None;
        row.corrected_age_days = None;
    }
    let mut n = 0;
    for unit in &mut open.units {
        unit.days_early = None;
        if let Some(age) = &mut unit.age_at_enrolment_days {
            *age = (*age / DAYS_PER_MONTH).floor() * DAYS_PER_MONTH;
            n += 1;
        }
    }
    log.add(
        "ages",
        "Age at enrolment is cut to whole months; ages at visits and days born early are left out",
        n,
        "no planned model needs them, and with a birth date they would name a family",
    );
}

fn merge_rare_reasons(open: &mut Measures, rules: Rules, log: &mut Log) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for reason in open.units.iter().filter_map(reason_of) {
        *counts.entry(reason.clone()).or_default() += 1;
    }
    let is_rare = |reason: &String| {
        counts
            .get(reason)
            .is_some_and(|n| *n < rules.smallest_group)
    };
    let mut n = 0;
    for unit in &mut open.units {
        if let Some(Leaving {
            reason: Some(reason),
            ..
        }) = &mut unit.left
            && is_rare(reason)
        {
            "other".clone_into(reason);
            n += 1;
        }
    }
    if n > 0 {
        log.add(
            "small groups",
            "Reasons for leaving that few gave became 'other'",
            n,
            "a rare reason can tell who it was",
        );
    }
}

fn reason_of(unit: &Unit) -> Option<&String> {
    unit.left.as_ref()?.reason.as_ref()
}

fn hold_back_dates_and_numbers(
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
                Ok(AttributeValue::Number(mean)),
            );
        }
    }
    values.len()
}

fn hold_back_rare_levels(protocol: &Protocol, open: &mut Measures, rules: Rules, log: &mut Log) {
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
fn break_up_rare_combinations(
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

fn note_small_sites(protocol: &Protocol, open: &Measures, rules: Rules, log: &mut Log) {
    for site in &protocol.sites {
        let of_site = open
            .units
            .iter()
            .filter(|unit| is_family(unit) && unit.site == site.id);
        let n = of_site.count();
        if (1..rules.smallest_group).contains(&n) {
            log.add(
                "small groups",
                format!("{} stays, though few families belong to it", site.label),
                n,
                "the plan compares sites; whether it may be named is for the team to judge",
            );
        }
    }
}

/// New codes, in the order of a hash of all that is open about a unit: neither the old code nor the order of the
/// records can be told from it.
fn recode(open: &mut Measures, log: &mut Log) {
    let hashes: Vec<String> = tables::content_hashes(open);
    let mut order: Vec<usize> = (0..open.units.len()).collect();
    order.sort_by(|a, b| {
        let key = |position: &usize| (kind_rank(open.units[*position].about), &hashes[*position]);
        key(a).cmp(&key(b))
    });
    let mut new_place = vec![0_u32; order.len()];
    for (place, old) in order.iter().enumerate() {
        new_place[*old] = u32::try_from(place).unwrap_or(u32::MAX);
    }
    let mut units: Vec<Unit> = order.iter().map(|old| open.units[*old].clone()).collect();
    for about in [
        About::Dyad,
        About::Infant,
        About::Carer,
        About::Session,
        About::StaffMember,
    ] {
        let width = units
            .iter()
            .filter(|unit| unit.about == about)
            .count()
            .to_string()
            .len();
        let of_kind = units.iter_mut().filter(|unit| unit.about == about);
        for (position, unit) in of_kind.enumerate() {
            unit.id = Arc::from(format!("{}{:0width$}", letter(about), position + 1));
        }
    }
    for row in &mut open.rows {
        row.unit = new_place[row.unit as usize];
    }
    // Stable: the measures of each unit keep their order.
    open.rows.sort_by_key(|row| row.unit);
    open.units = units;
    log.add(
        "codes",
        "Units have new codes, in another order",
        open.units.len(),
        "study codes stand in other papers and files",
    );
}

fn kind_rank(about: About) -> u8 {
    match about {
        About::Dyad | About::Infant | About::Carer => 0,
        About::Session => 1,
        About::Clinic => 2,
        About::StaffMember => 3,
    }
}

/// Clinics are sites and keep their names.
fn letter(about: About) -> char {
    match about {
        About::Dyad | About::Infant | About::Carer => 'D',
        About::Session => 'S',
        About::Clinic => 'C',
        About::StaffMember => 'P',
    }
}

fn is_family(unit: &Unit) -> bool {
    kind_rank(unit.about) == 0
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

fn set(unit: &mut Unit, id: &AttributeId, value: Result<AttributeValue, Missing>) {
    for (attribute, old) in &mut unit.attributes {
        if attribute == id {
            *old = value.clone();
        }
    }
}

/// Holds the attribute back in the units that are meant; returns in how many there was something.
fn hold_back(open: &mut Measures, id: &AttributeId, is_meant: impl Fn(&Unit) -> bool) -> usize {
    let mut n = 0;
    for unit in &mut open.units {
        if value_of(unit, id).is_some() && is_meant(unit) {
            set(unit, id, Err(HELD_BACK));
            n += 1;
        }
    }
    n
}
