//! Measures in which nobody can be recognised. What is done, and to how many, comes back as a log.
//!
//! - No date leaves: times are days since enrolment.
//! - Units have new codes, in an order that follows from the open values alone.
//! - Ages that no model needs are whole months at enrolment; numbers that no model needs are means of a few
//!   neighbours (microaggregation).
//! - Levels and reasons that few have are held back, and combinations that few share are broken up.

mod attributes;
mod codes;
mod dates;

use std::collections::BTreeMap;

use attune_measures::{
    Measures,
    measures::{Leaving, Unit},
};
use attune_protocol::{Protocol, design::DAYS_PER_MONTH, missing::Missing};

use super::disclosure::{Rules, Step};
use attributes::{break_up_rare_combinations, hold_back_dates_and_numbers, hold_back_rare_levels};
use codes::{kind_rank, recode};
use dates::remove_dates;

pub use dates::{changes, day_of_period};

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
    if !open.sociograms.is_empty() {
        log.add(
            "sociograms",
            "Arrows between the people of single sessions are left out",
            open.sociograms.len(),
            "who turned to whom in a small group on one day can be recognised by those who were there; what \
             each session amounts to stays among the measures",
        );
        open.sociograms.clear();
    }
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

fn is_family(unit: &Unit) -> bool {
    kind_rank(unit.about) == 0
}
