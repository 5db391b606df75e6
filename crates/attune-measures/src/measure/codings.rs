//! What the coded recording of a session amounts to, as measures whose unit is the session.
//!
//! Of a session that several coders coded, the coding that stands first in the files counts; the
//! others are for agreement. A session that was held and not coded has rows that say so.

use std::sync::Arc;

use attune_protocol::{
    Protocol,
    id::MeasureId,
    missing::Missing,
    scheme::{EventMeasure, Scheme, SubjectKind},
};
use attune_records::{
    Records,
    observation::Span,
    records::{SessionCoding, When},
};

use super::occasion::Who;
use super::session_counts::wave_of_session;
use crate::{
    measures::Measure,
    observation::{
        amounts::amounts,
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
                (Some(coding), Some(people)) => {
                    value(scheme, coding, &measure, people).ok_or(Missing::NotApplicable)
                }
                _ => Err(Missing::NotDone),
            };
            let source = coding.map(|coding| coding.source.clone());
            rows.push(who.row(&occasion, &MeasureId::of(&scheme.id, &name), value, source));
        }
    }
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
    let acts: Vec<(usize, ActTo)> = coding
        .events
        .iter()
        .filter_map(|event| {
            let actor = place(event.subject.as_deref()?)?;
            let target = event.target.as_deref()?;
            Some((actor, place(target).map_or(ActTo::Group, ActTo::Person)))
        })
        .collect();
    Sociogram::of(people, acts)
}

fn value(
    scheme: &Scheme,
    coding: &SessionCoding,
    measure: &EventMeasure,
    people: &crate::observation::sociogram::SociogramMeasures,
) -> Option<f64> {
    let minutes = coding.window.length().seconds() / 60.0;
    match measure {
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
                .events
                .iter()
                .filter(|event| *event.behaviour == **behaviour);
            Some(of_behaviour.count() as f64 / minutes)
        }
        EventMeasure::Share(state) => share(scheme, coding, state),
    }
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
    let shares: Vec<f64> = coding
        .people
        .iter()
        .filter(can_show)
        .map(|name| {
            let own = coding
                .events
                .iter()
                .filter(|event| *event.behaviour == *state && event.subject.as_ref() == Some(name));
            let spans: Vec<Span> = own.map(|event| event.span).collect();
            amounts(&spans, true, &[coding.window]).share
        })
        .collect::<Option<_>>()?;
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
