//! Families: where and when they are enrolled, when the infant was born and due, what attributes
//! they have, when they are visited, when and why they leave.
//!
//! Study codes are handed out in the order of enrolment over all sites, so that a code gives away
//! neither site nor arm.

use attune_protocol::{
    assumptions::Attrition,
    design::{DAYS_PER_MONTH, Site},
    id::{ArmId, AttributeId, DyadId, SiteId},
    missing::Missing,
    plan::{About, Attribute},
};
use attune_records::records::{AttributeValue, Dyad, Leaving};
use jiff::civil::Date;

use crate::{
    attributes::attribute_value,
    calendar::{days_after, days_between},
    draws::{from_spread, months_until, normal_between, weighted_choice, whole_between},
    neutral::dyads_have_own_arm,
    rehearsal::Rehearsal,
    streams::Purpose,
    visits::{Anchors, Visit, planned_visits},
};

/// Weeks before the due date from which a birth counts as early.
const WEEKS_EARLY: f64 = 3.0;
/// SD of the day of a birth at term around the due date.
const SD_OF_BIRTH_AT_TERM: f64 = 8.0;
/// Days before and after the due date of a birth at term.
const DAYS_OF_TERM: (f64, f64) = (-20.0, 14.0);

/// A family with what only a simulation knows of it.
#[derive(Debug, Clone)]
pub struct Family {
    /// The dyad as it is recorded.
    pub dyad: Dyad,
    /// Names the family's random streams; stays the same when others are added.
    pub key: String,
    /// The arm: the dyad's own, or its site's on the day of enrolment.
    pub arm: Option<ArmId>,
    /// Day of enrolment.
    pub enrolled: Date,
    /// Visits that take place.
    pub visits: Vec<Visit>,
    /// Last day in the study: the last visit, or the day before leaving.
    pub last_day: Date,
}

/// A place in the study, before anybody has taken it.
struct Place {
    key: String,
    site: SiteId,
    own_arm: Option<ArmId>,
}

/// All families, by study code.
pub fn enrol_families(rehearsal: &Rehearsal<'_>) -> Vec<Family> {
    let mut arrivals: Vec<(Date, Place)> = places(rehearsal)
        .into_iter()
        .map(|place| (day_of_enrolment(rehearsal, &place.key), place))
        .collect();
    arrivals.sort_by_key(|(enrolled, _)| *enrolled);
    let width = arrivals.len().to_string().len().max(3);
    let family = |(index, (enrolled, place)): (usize, (Date, Place))| {
        let code = format!("D{:0width$}", index + 1);
        enrol(rehearsal, DyadId::new(code), place, enrolled)
    };
    arrivals.into_iter().enumerate().map(family).collect()
}

fn places(rehearsal: &Rehearsal<'_>) -> Vec<Place> {
    let assumptions = &rehearsal.assumptions;
    if dyads_have_own_arm(rehearsal.protocol) {
        let of_arm = |(arm, number): &(ArmId, u32)| places_of_arm(rehearsal, arm, *number);
        return assumptions.dyads_by_arm.iter().flat_map(of_arm).collect();
    }
    let of_site = |(site, number): &(SiteId, u32)| places_of_site(site, *number);
    assumptions.dyads.iter().flat_map(of_site).collect()
}

fn places_of_site(site: &SiteId, number: u32) -> Vec<Place> {
    let place = |k: u32| Place {
        key: format!("{site}/{k}"),
        site: site.clone(),
        own_arm: None,
    };
    (1..=number).map(place).collect()
}

/// The dyads of an arm take the sites in turn.
fn places_of_arm(rehearsal: &Rehearsal<'_>, arm: &ArmId, number: u32) -> Vec<Place> {
    let sites = rehearsal.protocol.sites.iter().cycle();
    let place = |(k, site): (u32, &Site)| Place {
        key: format!("{arm}/{k}"),
        site: site.id.clone(),
        own_arm: Some(arm.clone()),
    };
    (1..=number).zip(sites).map(place).collect()
}

fn day_of_enrolment(rehearsal: &Rehearsal<'_>, key: &str) -> Date {
    let (from, to) = rehearsal.assumptions.enrolment;
    let mut stream = rehearsal.streams.stream(Purpose::Enrolment, &[key]);
    let last = days_between(from, to);
    days_after(from, whole_between(&mut stream, 0, last))
}

fn enrol(rehearsal: &Rehearsal<'_>, id: DyadId, place: Place, enrolled: Date) -> Family {
    let site = rehearsal.site(&place.site);
    let site_arm = || site.and_then(|site| site.arm_on(Some(enrolled))).cloned();
    let arm = place.own_arm.clone().or_else(site_arm);
    let (born, due) = birth(rehearsal, &place.key, enrolled);
    let anchors = Anchors {
        enrolled,
        born,
        due,
    };
    let mut visits = planned_visits(rehearsal, &place.key, site, anchors);
    let left = leaving(rehearsal, &place.key, arm.as_ref(), enrolled, &visits);
    let left_on = left.as_ref().and_then(|left| left.date);
    visits.retain(|visit| left_on.is_none_or(|left_on| visit.date < left_on));
    let last_visit = visits.iter().map(|visit| visit.date).max();
    let last_day = left_on.map_or(last_visit.unwrap_or(enrolled), |day| days_after(day, -1));
    let dyad = Dyad {
        id,
        site: place.site,
        arm: place.own_arm,
        enrolled: Some(enrolled),
        born: Some(born),
        due: Some(due),
        age_at_enrolment_days: None,
        left,
        attributes: attributes(rehearsal, &place.key),
        source: rehearsal.source.clone(),
    };
    Family {
        dyad,
        key: place.key,
        arm,
        enrolled,
        visits,
        last_day,
    }
}

/// Days of birth and of the due date.
fn birth(rehearsal: &Rehearsal<'_>, key: &str, enrolled: Date) -> (Date, Date) {
    let assumptions = &rehearsal.assumptions;
    let mut stream = rehearsal.streams.stream(Purpose::Birth, &[key]);
    let age = from_spread(&mut stream, &assumptions.age_at_enrolment);
    let born = days_after(enrolled, -(age.round() as i64));
    let early = assumptions
        .preterm
        .filter(|preterm| stream.uniform() < preterm.share);
    let days_early = match early {
        Some(preterm) => {
            let longest = preterm.weeks_early_at_most.max(WEEKS_EARLY);
            7.0 * (WEEKS_EARLY + (longest - WEEKS_EARLY) * stream.uniform())
        }
        None => -normal_between(&mut stream, 0.0, SD_OF_BIRTH_AT_TERM, DAYS_OF_TERM),
    };
    (born, days_after(born, days_early.round() as i64))
}

/// The first of the declared reasons to leave, if it comes before the last visit. Losses that apply
/// to the same arm compete: the earliest wins.
fn leaving(
    rehearsal: &Rehearsal<'_>,
    key: &str,
    arm: Option<&ArmId>,
    enrolled: Date,
    visits: &[Visit],
) -> Option<Leaving> {
    let last_visit = visits.iter().map(|visit| visit.date).max()?;
    let mut first: Option<(Date, &Attrition, Option<usize>)> = None;
    let losses = &rehearsal.assumptions.attrition;
    for (index, attrition) in losses.iter().enumerate() {
        if attrition.arm.is_some() && attrition.arm.as_ref() != arm {
            continue;
        }
        let same_arm = |other: &&Attrition| other.arm == attrition.arm;
        let nth = losses[..index].iter().filter(same_arm).count().to_string();
        let of_arm = attrition.arm.as_ref().map_or("", ArmId::as_str);
        let of = [key, of_arm, nth.as_str()];
        let mut stream = rehearsal.streams.stream(Purpose::Leaving, &of);
        let months = months_until(&mut stream, attrition.per_month);
        let weights = attrition.reasons.iter().map(|(_, weight)| *weight);
        let reason = weighted_choice(&mut stream, weights);
        let days = (months * DAYS_PER_MONTH).ceil();
        let date = days_after(enrolled, (days.min(1e6) as i64).max(1));
        if date <= last_visit && first.is_none_or(|(known, _, _)| date < known) {
            first = Some((date, attrition, reason));
        }
    }
    let (date, attrition, reason) = first?;
    Some(Leaving {
        date: Some(date),
        reason: reason.map(|index| attrition.reasons[index].0.clone()),
        withdrew_consent: attrition.withdraws_consent,
    })
}

type Attributes = Vec<(AttributeId, Result<AttributeValue, Missing>)>;

fn attributes(rehearsal: &Rehearsal<'_>, key: &str) -> Attributes {
    let of_dyads = |attribute: &&Attribute| {
        matches!(attribute.about, About::Dyad | About::Infant | About::Carer)
    };
    let value = |attribute: &Attribute| {
        let value = attribute_value(attribute, &rehearsal.assumptions, &rehearsal.streams, key);
        let value = value.ok_or(Missing::NotRecorded);
        (attribute.id.clone(), value)
    };
    let attributes = rehearsal.protocol.attributes.iter();
    attributes.filter(of_dyads).map(value).collect()
}
