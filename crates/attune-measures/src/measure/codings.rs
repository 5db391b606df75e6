//! What the coded recording of a session or a dyad amounts to, as measures whose unit is the session or the
//! dyad.
//!
//! Of a session that several coders coded, the coding that stands first in the files counts; the
//! others are for agreement. Several recordings of one session are put together first
//! ([`attune_records::joined_codings`]). A session that was held and not coded has rows that say so.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

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
    joined_codings::{first_of, joined},
    observation::Span,
    records::{DyadCoding, SessionCoding, When},
};

use super::occasion::{DataCut, Occasion, Who};
use super::session_counts::wave_of_session;
use crate::{
    measures::{Measure, SessionSociogram, Unit},
    observation::{
        amounts::amounts,
        composites,
        declared::{Asked, declared, people_of, sample_share},
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
        let all: Vec<&SessionCoding> = records.codings.iter().filter(of_session).collect();
        let codings = measurable(scheme, &all);
        let coding = first_of(&codings);
        let coding = coding.as_deref();
        // What an earlier version of the scheme does not have nobody was asked to code.
        let why = match all.is_empty() {
            true => Missing::NotDone,
            false => Missing::NotAsked,
        };
        let wave = wave_of_session(protocol, who, session);
        let occasion = who.visit(wave, When::On(session.date));
        let people = coding.map(|coding| sociogram(scheme, coding).measures());
        for (name, measure) in scheme.event_measures() {
            let value = match (coding, &people) {
                (Some(coding), Some(people)) => value(scheme, coding, &measure, people),
                _ => Err(why),
            };
            let source = coding.map(|coding| coding.source.clone());
            rows.push(who.row(&occasion, &MeasureId::of(&scheme.id, &name), value, source));
        }
        rating_rows(scheme, coding.ok_or(why), who, &occasion, rows);
    }
}

/// Adds the rows of a dyad, scheme by scheme: one for each recording that was coded, and one for each
/// planned wave at which others were recorded and this dyad was not.
pub(super) fn dyad_rows(
    protocol: &Protocol,
    records: &Records,
    who: &Who<'_>,
    code: &str,
    cut: DataCut<'_>,
    rows: &mut Vec<Measure>,
) {
    for scheme in &protocol.schemes {
        let of_scheme = || {
            let codings = records.dyad_codings.iter();
            codings.filter(|one| one.coding.scheme == scheme.id)
        };
        // Of a recording that several coders coded, the coding that stands first in the files counts.
        let mut own: Vec<(&DyadCoding, Vec<&SessionCoding>)> = Vec::new();
        for one in of_scheme().filter(|one| *one.dyad == *code) {
            let same =
                |other: &DyadCoding| (&other.wave, other.when.key()) == (&one.wave, one.when.key());
            match own.iter_mut().find(|(other, _)| same(other)) {
                Some((_, codings)) => codings.push(&one.coding),
                None => own.push((one, vec![&one.coding])),
            }
        }
        let own: Vec<(&DyadCoding, Option<Cow<'_, SessionCoding>>)> = own
            .into_iter()
            .map(|(one, codings)| (one, first_of(&measurable(scheme, &codings))))
            .collect();
        let is_recorded = |wave: &&Wave| of_scheme().any(|one| one.wave.as_ref() == Some(&wave.id));
        let is_own = |wave: &Wave| {
            let mut own = own.iter();
            own.any(|(one, _)| one.wave.as_ref() == Some(&wave.id))
        };
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
        visits.extend(own.iter().map(|(one, coding)| {
            let wave = one.wave.as_ref().and_then(|id| protocol.wave(id));
            (
                who.visit(wave, one.when),
                coding.as_deref().ok_or(Missing::NotAsked),
            )
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

/// The codings by versions of the scheme that have everything that it measures now.
fn measurable<'a>(scheme: &Scheme, codings: &[&'a SessionCoding]) -> Vec<&'a SessionCoding> {
    let holds_all = |coding: &&&SessionCoding| {
        let own = scheme.in_version(coding.version);
        own.is_none_or(|own| own.holds_all_of(scheme))
    };
    codings.iter().filter(holds_all).copied().collect()
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
    let mut by_session: Vec<Vec<&SessionCoding>> = Vec::new();
    let mut places = BTreeMap::new();
    for coding in &records.codings {
        let next = by_session.len();
        let place = *places
            .entry((&coding.scheme, &coding.session))
            .or_insert(next);
        if place == next {
            by_session.push(Vec::new());
        }
        by_session[place].push(coding);
    }
    let of_scheme = |codings: &Vec<&SessionCoding>| {
        let id = &codings.first()?.scheme;
        protocol.schemes.iter().find(|scheme| scheme.id == *id)
    };
    for codings in &mut by_session {
        if let Some(scheme) = of_scheme(codings) {
            *codings = measurable(scheme, codings);
        }
    }
    let codings = by_session.iter().flat_map(|codings| joined(codings));
    let mut all: Vec<SessionSociogram> = codings.filter_map(|coding| of_coding(&coding)).collect();
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
        .counted_events(scheme)
        .into_iter()
        .filter_map(|event| {
            let actor = event.subject.as_deref()?;
            Some((place(actor)?, to(actor, event.target.as_deref()?)))
        })
        .collect();
    Sociogram::of(people, acts)
}

pub(super) fn value(
    scheme: &Scheme,
    coding: &SessionCoding,
    measure: &EventMeasure,
    people: &crate::observation::sociogram::SociogramMeasures,
) -> Result<f64, Missing> {
    let minutes = coding.codable_minutes().ok_or(Missing::NotRecorded)?;
    // Whoever was seen in no sample may have addressed anybody.
    let may_have_acted = |who: &Arc<str>| !scheme.is_continuous() && coding.is_never_seen(who);
    if is_of_sociogram(measure) && coding.people.iter().any(may_have_acted) {
        return Err(Missing::NotRecorded);
    }
    let value = match measure {
        EventMeasure::Declared(measure) => return declared(scheme, coding, measure),
        EventMeasure::Density => people.density,
        EventMeasure::Reciprocity => people.reciprocity,
        EventMeasure::Centralisation => people.centralisation,
        EventMeasure::Isolates => people.isolates,
        EventMeasure::AcrossFamilyShare => people.across_family_share,
        EventMeasure::ToInfantsShare => people.to_infants_share,
        EventMeasure::InfantsAddressed => people.infants_addressed,
        // Samples do not tell how often.
        EventMeasure::ActsPerMinute if !scheme.is_continuous() => {
            return Err(Missing::NotApplicable);
        }
        EventMeasure::ActsPerMinute => Some(people.n_acts as f64 / minutes),
        EventMeasure::PerMinute(behaviour) => {
            let of_behaviour = coding
                .codable_events()
                .filter(|event| *event.behaviour == **behaviour);
            Some(of_behaviour.count() as f64 / minutes)
        }
        EventMeasure::Share(state) if scheme.is_continuous() => share(scheme, coding, state),
        EventMeasure::Share(behaviour) => {
            return sample_share(scheme, coding, behaviour, Asked::of_only(scheme));
        }
        EventMeasure::SampleShare(behaviour) => {
            return sample_share(scheme, coding, behaviour, Asked::AtAll);
        }
        EventMeasure::WholeIntervalShare(behaviour) => {
            return sample_share(scheme, coding, behaviour, Asked::AllTheTime);
        }
    };
    // Whom an act went to may not have been noted; that differs from nobody.
    value.ok_or(match people.n_to_somebody {
        0 => Missing::NotApplicable,
        _ => Missing::NotRecorded,
    })
}

fn is_of_sociogram(measure: &EventMeasure) -> bool {
    matches!(
        measure,
        EventMeasure::Density
            | EventMeasure::Reciprocity
            | EventMeasure::Centralisation
            | EventMeasure::Isolates
            | EventMeasure::AcrossFamilyShare
            | EventMeasure::ToInfantsShare
            | EventMeasure::InfantsAddressed
    )
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
                .continuous_events()
                .filter(|event| *event.behaviour == *state && event.subject.as_ref() == Some(name));
            let spans: Vec<Span> = own.map(|event| event.span).collect();
            amounts(&spans, true, &codable).share
        })
        .collect::<Option<_>>()?;
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
