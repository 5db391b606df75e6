//! What the coded recording of a session or a dyad amounts to, as measures whose unit is the session or the
//! dyad.
//!
//! Of a session that several coders coded, the coding that stands first in the files counts; the
//! others are for agreement. A session that was held and not coded has rows that say so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{
    Protocol,
    design::Wave,
    id::MeasureId,
    missing::Missing,
    plan::About,
    reached::Reached,
    scheme::{EventMeasure, Scheme, SubjectKind},
};
use attune_records::{
    Records,
    observation::Span,
    records::{DyadCoding, SessionCoding, When},
};
use jiff::civil::Date;

use super::occasion::{DataCut, Occasion, Who};
use super::session_counts::wave_of_session;
use crate::{
    measures::{Measure, SessionSociogram, Unit},
    observation::{
        amounts::amounts,
        composites,
        declared::{declared, people_of},
        sociogram::{ActTo, Person, PersonKind, Sociogram},
    },
};

/// Adds the rows of a session, scheme by scheme.
pub(super) fn coding_rows(
    protocol: &Protocol,
    records: &Records,
    who: &Who<'_>,
    code: &Arc<str>,
    rows: &mut Vec<Measure>,
) {
    let Some(session) = records.session(code) else {
        return;
    };
    for scheme in &protocol.schemes {
        if !records
            .codings
            .iter()
            .any(|coding| coding.scheme == scheme.id)
        {
            continue;
        }
        let of_session =
            |coding: &&SessionCoding| coding.scheme == scheme.id && coding.session == *code;
        let coding = records.codings.iter().find(of_session);
        let wave = wave_of_session(protocol, who, session);
        let occasion = who.visit(wave, When::On(session.date));
        let people = coding.map(|coding| sociogram(scheme, coding).measures());
        for (name, measure) in scheme.event_measures() {
            let value = match (coding, &people) {
                (Some(coding), Some(people)) => value(scheme, coding, &measure, people),
                _ => Err(Missing::NotDone),
            };
            let source = coding.map(|coding| coding.source.clone());
            rows.push(who.row(&occasion, &MeasureId::of(&scheme.id, &name), value, source));
        }
        rating_rows(scheme, coding.ok_or(Missing::NotDone), who, &occasion, rows);
    }
}

/// Adds the rows of a dyad, scheme by scheme: one for each recording that was coded, and one for each
/// planned wave at which others were recorded and this dyad was not.
pub(super) fn dyad_rows(
    protocol: &Protocol,
    records: &Records,
    who: &Who<'_>,
    code: &str,
    cut: DataCut,
    rows: &mut Vec<Measure>,
) {
    for scheme in &protocol.schemes {
        let of_scheme = || {
            let codings = records.dyad_codings.iter();
            codings.filter(|one| one.coding.scheme == scheme.id)
        };
        let mut seen = BTreeSet::new();
        // Of a recording that several coders coded, the coding that stands first in the files counts.
        let own: Vec<&DyadCoding> = of_scheme()
            .filter(|one| *one.dyad == *code && seen.insert((one.wave.clone(), moment(one.when))))
            .collect();
        let is_recorded = |wave: &&Wave| of_scheme().any(|one| one.wave.as_ref() == Some(&wave.id));
        let is_own = |wave: &Wave| own.iter().any(|one| one.wave.as_ref() == Some(&wave.id));
        let missed = protocol
            .waves
            .iter()
            .filter(is_recorded)
            .filter(|wave| !is_own(wave) && who.is_planned(wave) && cut.is_due(who, wave));
        let mut visits: Vec<(Occasion, Result<&SessionCoding, Missing>)> = missed
            .map(|wave| {
                let occasion = who.visit(Some(wave), When::NotSaid);
                let why = who.why_no_visit(occasion.days);
                (occasion, Err(why))
            })
            .collect();
        visits.extend(own.iter().map(|one| {
            let wave = one.wave.as_ref().and_then(|id| protocol.wave(id));
            (who.visit(wave, one.when), Ok(&one.coding))
        }));
        visits.sort_by(|(a, _), (b, _)| match (a.days, b.days) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.date.cmp(&b.date),
        });
        let none = Sociogram::default().measures();
        for (name, measure) in scheme.event_measures() {
            for (occasion, coding) in &visits {
                let value = coding.and_then(|coding| value(scheme, coding, &measure, &none));
                let source = coding.ok().map(|coding| coding.source.clone());
                rows.push(who.row(occasion, &MeasureId::of(&scheme.id, &name), value, source));
            }
        }
        for (occasion, coding) in &visits {
            rating_rows(scheme, *coding, who, occasion, rows);
        }
    }
}

/// What tells recordings of one dyad apart that belong to no wave.
fn moment(when: When) -> (Option<Date>, u64) {
    match when {
        When::On(date) => (Some(date), 0),
        When::DaysAfterEnrolment(days) => (None, days.to_bits()),
        When::NotSaid => (None, u64::MAX),
    }
}

/// Ratings and composites.
fn rating_rows(
    scheme: &Scheme,
    coding: Result<&SessionCoding, Missing>,
    who: &Who<'_>,
    occasion: &Occasion,
    rows: &mut Vec<Measure>,
) {
    let source = coding.ok().map(|coding| coding.source.clone());
    let rated = |id: &str| {
        let ratings = &coding?.ratings;
        let found = ratings.iter().find(|(known, _)| **known == *id);
        found.map_or(Err(Missing::NotRecorded), |(_, value)| *value)
    };
    let ratings = scheme
        .ratings
        .iter()
        .map(|rating| (&rating.id, rated(&rating.id)));
    let composites = scheme.composites.iter().map(|composite| {
        let value = coding.and_then(|_| composites::composite(scheme, composite, rated));
        (&composite.id, value)
    });
    for (id, value) in ratings.chain(composites) {
        rows.push(who.row(
            occasion,
            &MeasureId::of(&scheme.id, id),
            value,
            source.clone(),
        ));
    }
}

/// Who addressed whom in every coding by a scheme that has acts, by the day of the session, then in
/// the order of the codings.
pub(super) fn sociograms(
    protocol: &Protocol,
    records: &Records,
    units: &[Unit],
) -> Vec<SessionSociogram> {
    let sessions = (0_u32..)
        .zip(units)
        .filter(|(_, unit)| unit.about == About::Session);
    let place: BTreeMap<&str, u32> = sessions.map(|(place, unit)| (&*unit.id, place)).collect();
    let of_coding = |coding: &SessionCoding| {
        let scheme = protocol
            .schemes
            .iter()
            .find(|scheme| scheme.id == coding.scheme && !scheme.acts.is_empty())?;
        let session = records.session(&coding.session)?;
        let site = protocol.site(&session.site);
        Some(SessionSociogram {
            unit: *place.get(&*coding.session)?,
            scheme: scheme.id.clone(),
            coder: coding.coder.clone(),
            site: session.site.clone(),
            phase: site
                .and_then(|site| site.phase_on(Some(session.date)))
                .cloned(),
            date: session.date,
            minutes: coding.codable_minutes()?,
            sociogram: sociogram(scheme, coding),
        })
    };
    let mut all: Vec<SessionSociogram> = records.codings.iter().filter_map(of_coding).collect();
    all.sort_by_key(|one| (one.date, one.unit));
    all
}

/// Who addressed whom in a coding.
pub fn sociogram(scheme: &Scheme, coding: &SessionCoding) -> Sociogram {
    let person = |name: &Arc<str>| {
        let (subject, family) = scheme.subject_named(name)?;
        let kind = match subject.kind {
            SubjectKind::Infant => PersonKind::Infant,
            SubjectKind::Carer => PersonKind::Carer,
            SubjectKind::StaffMember => PersonKind::Staff,
            SubjectKind::Group => return None,
        };
        Some(Person {
            name: name.to_string(),
            kind,
            family: family
                .filter(|_| kind != PersonKind::Staff)
                .map(str::to_owned),
        })
    };
    let people: Vec<Person> = coding.people.iter().filter_map(person).collect();
    let place = |name: &str| people.iter().position(|person| person.name == name);
    let to = |actor: &str, target: &str| match (place(target), scheme.reached(actor, target)) {
        (Some(person), _) => ActTo::Person(person),
        (None, Some(Reached::Person(name))) => place(&name).map_or(ActTo::Group, ActTo::Person),
        (
            None,
            Some(Reached::Somebody {
                kind,
                of_own_family,
            }),
        ) => ActTo::Somebody {
            kind: match kind {
                SubjectKind::Infant => PersonKind::Infant,
                SubjectKind::StaffMember => PersonKind::Staff,
                SubjectKind::Carer | SubjectKind::Group => PersonKind::Carer,
            },
            of_own_family,
        },
        (None, Some(Reached::Everybody) | None) => ActTo::Group,
    };
    let acts: Vec<(usize, ActTo)> = coding
        .codable_events()
        .filter_map(|event| {
            let actor = event.subject.as_deref()?;
            Some((place(actor)?, to(actor, event.target.as_deref()?)))
        })
        .collect();
    Sociogram::of(people, acts)
}

fn value(
    scheme: &Scheme,
    coding: &SessionCoding,
    measure: &EventMeasure,
    people: &crate::observation::sociogram::SociogramMeasures,
) -> Result<f64, Missing> {
    let minutes = coding.codable_minutes().ok_or(Missing::NotRecorded)?;
    let value = match measure {
        EventMeasure::Declared(measure) => return declared(scheme, coding, measure),
        EventMeasure::Density => people.density,
        EventMeasure::Reciprocity => people.reciprocity,
        EventMeasure::Centralisation => people.centralisation,
        EventMeasure::Isolates => people.isolates,
        EventMeasure::AcrossFamilyShare => people.across_family_share,
        EventMeasure::ToInfantsShare => people.to_infants_share,
        EventMeasure::InfantsAddressed => people.infants_addressed,
        EventMeasure::ActsPerMinute => Some(people.n_acts as f64 / minutes),
        EventMeasure::PerMinute(behaviour) => {
            let of_behaviour = coding
                .codable_events()
                .filter(|event| *event.behaviour == **behaviour);
            Some(of_behaviour.count() as f64 / minutes)
        }
        EventMeasure::Share(state) => share(scheme, coding, state),
    };
    // Whom an act went to may not have been noted; that differs from nobody.
    value.ok_or(match people.n_to_somebody {
        0 => Missing::NotApplicable,
        _ => Missing::NotRecorded,
    })
}

/// Mean over the people present who can show the state of the share of time that they are in it.
fn share(scheme: &Scheme, coding: &SessionCoding, state: &str) -> Option<f64> {
    let (behaviour, _) = scheme
        .behaviours()
        .find(|(behaviour, _)| behaviour.id == state)?;
    let can_show = |name: &&Arc<str>| {
        scheme.subject_named(name).is_some_and(|(subject, _)| {
            behaviour.subjects.is_empty() || behaviour.subjects.contains(&subject.id)
        })
    };
    let codable = coding.codable()?;
    let shares: Vec<f64> = people_of(scheme, coding)
        .iter()
        .filter(can_show)
        .map(|name| {
            let own = coding
                .events
                .iter()
                .filter(|event| *event.behaviour == *state && event.subject.as_ref() == Some(name));
            let spans: Vec<Span> = own.map(|event| event.span).collect();
            amounts(&spans, true, &codable).share
        })
        .collect::<Option<_>>()?;
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
