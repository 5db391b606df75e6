//! Coded recordings of sessions: who addressed whom, and what infants were doing, by two coders who
//! do not quite agree.
//!
//! A session's acts per minute, the share of them that go to infants and the share that cross
//! families come from the courses of these measures; who exactly does what is drawn. Sessions that the
//! scheme wants double-coded have a second coding that misses some acts, times others differently,
//! mistakes some targets and puts some ratings a step beside.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    data::{CodedUnit, DataContent},
    id::MeasureId,
    scheme::{ActTarget, Scheme, StateSet, SubjectKind},
};
use attune_records::{
    observation::{Event, Interval, Micros, Span},
    records::{Session, SessionCoding},
};

use crate::{
    draws::{standard_normal, whole_between},
    event_details::{Answered, add_details, answer_samples},
    ratings::{rate_again, ratings},
    rehearsal::Rehearsal,
    sessions::number_of_session,
    streams::{Purpose, Stream},
};

/// Codable length of a made-up recording in seconds.
const LENGTH_S: f64 = 600.0;
/// Families in the picture when the session says none.
const FAMILIES: u32 = 4;
/// Most families in the picture.
const MOST_FAMILIES: u32 = 8;
/// Members of staff in the room.
const STAFF: u32 = 2;
/// Share of acts that go to everybody.
const TO_GROUP: f64 = 0.05;
/// Share of acts of staff.
const OF_STAFF: f64 = 0.35;
/// What the second coder misses, mistakes, and by how many seconds their times differ.
const MISSED: f64 = 0.07;
const MISTAKEN: f64 = 0.04;
const JITTER_S: f64 = 0.4;

/// The codings of all sessions; none where no file of the study holds codings.
pub fn code_sessions(rehearsal: &Rehearsal<'_>, sessions: &[Session]) -> Vec<SessionCoding> {
    let mut codings = Vec::new();
    let mut done = Vec::new();
    for file in &rehearsal.protocol.data {
        let DataContent::Codings(columns) = &file.content else {
            continue;
        };
        let schemes = &rehearsal.protocol.schemes;
        let Some(scheme) = schemes.iter().find(|scheme| scheme.id == columns.scheme) else {
            continue;
        };
        // Those of dyads are made up elsewhere.
        if done.contains(&&scheme.id) || matches!(columns.unit, CodedUnit::Dyad { .. }) {
            continue;
        }
        done.push(&scheme.id);
        for session in sessions {
            let stream = |of: &str| {
                let of = [scheme.id.as_str(), &session.id, of];
                rehearsal.courses().streams.stream(Purpose::Events, &of)
            };
            let mut first = coding(rehearsal, scheme, session, &mut stream("first"));
            let assumed = |name: &str| assumed(rehearsal, scheme, session, name);
            first.ratings = ratings(scheme, assumed, &mut stream("ratings"));
            let is_doubled = stream("doubled").uniform() < scheme.double_coded_share.unwrap_or(0.0);
            let second = is_doubled.then(|| {
                let mut second = second_coding(scheme, &first, LENGTH_S, &mut stream("second"));
                rate_again(scheme, &mut second.ratings, &mut stream("second-ratings"));
                second
            });
            codings.push(first);
            codings.extend(second);
        }
    }
    codings
}

/// Who is in the room.
struct Room {
    carers: Vec<Arc<str>>,
    infants: Vec<Arc<str>>,
    staff: Vec<Arc<str>>,
}

impl Room {
    fn of(scheme: &Scheme, session: &Session) -> Self {
        let n_families = session.families.unwrap_or(FAMILIES).clamp(2, MOST_FAMILIES);
        let named = |kind: SubjectKind, n: u32| -> Vec<Arc<str>> {
            let subject = scheme.subjects.iter().find(|subject| subject.kind == kind);
            let name = |number: u32| {
                subject.map(|subject| match subject.many {
                    true => Arc::from(format!("{} {number}", subject.id)),
                    false => Arc::from(subject.id.as_str()),
                })
            };
            let n = if subject.is_some_and(|subject| subject.many) {
                n
            } else {
                1
            };
            (1..=n).filter_map(name).collect()
        };
        Self {
            carers: named(SubjectKind::Carer, n_families),
            infants: named(SubjectKind::Infant, n_families),
            staff: named(SubjectKind::StaffMember, STAFF),
        }
    }

    fn people(&self) -> Vec<Arc<str>> {
        let families = self.carers.iter().chain(&self.infants);
        families.chain(&self.staff).cloned().collect()
    }
}

/// What is assumed of a session's measure, where a course says something.
fn assumed(
    rehearsal: &Rehearsal<'_>,
    scheme: &Scheme,
    session: &Session,
    name: &str,
) -> Option<f64> {
    let mut sites = rehearsal.protocol.sites.iter();
    let site = sites.find(|site| site.id == session.site)?;
    let measure = MeasureId::of(&scheme.id, name);
    number_of_session(rehearsal, &measure, site, session.date)
}

fn coding(
    rehearsal: &Rehearsal<'_>,
    scheme: &Scheme,
    session: &Session,
    stream: &mut Stream,
) -> SessionCoding {
    let assumed =
        |name: &str, otherwise: f64| assumed(rehearsal, scheme, session, name).unwrap_or(otherwise);
    let room = Room::of(scheme, session);
    let n_acts = (assumed("acts-per-minute", 6.0) * LENGTH_S / 60.0).round() as usize;
    // Some acts go to everybody, so the others go to infants a little more often.
    let to_infants = (assumed("to-infants-share", 0.3) / (1.0 - TO_GROUP)).clamp(0.02, 0.98);
    let across = assumed("across-family-share", 0.2).clamp(0.02, 0.9);
    // A carer's act that goes to no infant is across families or to staff, so the share q of carers' acts
    // that cross makes the share A = q/(p + (1 − p) q) of acts among families.
    let crossing = across * to_infants / (1.0 - across * (1.0 - to_infants));
    let mut events: Vec<Event> = (0..n_acts)
        .filter_map(|_| act(scheme, &room, (to_infants, crossing), stream))
        .collect();
    for set in &scheme.states {
        let weights: Vec<f64> = set
            .states
            .iter()
            .map(|state| {
                assumed(
                    &format!("{}-share", state.id),
                    1.0 / (set.states.len() + 1) as f64,
                )
            })
            .collect();
        for name in room.people() {
            let can_show = |subjects: &[String]| {
                let subject = scheme.subject_named(&name);
                subject.is_some_and(|(subject, _)| {
                    subjects.is_empty() || subjects.contains(&subject.id)
                })
            };
            if set.states.iter().all(|state| can_show(&state.subjects)) {
                let mut ids: Vec<&str> = set.states.iter().map(|state| state.id.as_str()).collect();
                let mut weights = weights.clone();
                // Of a set that always has a state what is left goes to the last one.
                if let (true, Some(last)) = (set.exhaustive, ids.last().copied()) {
                    ids.push(last);
                    weights.push(1.0);
                }
                events.extend(bouts(&name, &ids, &weights, LENGTH_S, stream));
            }
        }
    }
    events.sort_by_key(|event| (event.span.begin(), event.subject.clone()));
    add_details(scheme, &mut events, stream);
    let people = room.people();
    let Answered {
        events,
        samples,
        not_seen,
    } = answer_samples(scheme, &people, events, LENGTH_S, stream);
    // A form that is only rated has no times.
    let has_times = scheme.behaviours().next().is_some() || !scheme.spans.is_empty();
    let window = has_times.then(|| span(0.0, LENGTH_S));
    SessionCoding {
        session: session.id.clone(),
        scheme: scheme.id.clone(),
        version: scheme.version,
        coder: Some(Arc::from("coder-1")),
        recording: None,
        begins: None,
        windows: window.into_iter().collect(),
        not_codable: Vec::new(),
        people,
        events,
        samples,
        not_seen,
        ratings: Vec::new(),
        source: session.source.clone(),
    }
}

/// One act with a drawn actor and target; `None` where the scheme has no such act.
fn act(
    scheme: &Scheme,
    room: &Room,
    (to_infants, crossing): (f64, f64),
    stream: &mut Stream,
) -> Option<Event> {
    // Not every scheme has acts, carers, infants and staff.
    if scheme.acts.is_empty() || room.carers.is_empty() {
        return None;
    }
    let start = stream.uniform() * (LENGTH_S - 10.0);
    let is_staff = stream.uniform() < OF_STAFF && !room.staff.is_empty();
    let family = pick(room.carers.len(), stream);
    let other = (family + 1 + pick(room.carers.len() - 1, stream)) % room.carers.len();
    let draws = [stream.uniform(), stream.uniform(), stream.uniform()];
    let crosses = draws[2] < crossing;
    let to_infant = draws[1] < to_infants;
    let (actor, kind, target, class) = if is_staff {
        let actor = room.staff[pick(room.staff.len(), stream)].clone();
        match to_infant {
            true => (
                actor,
                SubjectKind::StaffMember,
                room.infants.get(family)?.clone(),
                ActTarget::OtherInfant,
            ),
            false => (
                actor,
                SubjectKind::StaffMember,
                room.carers[family].clone(),
                ActTarget::OtherParent,
            ),
        }
    } else {
        let actor = room.carers[family].clone();
        let (target, class) = match (to_infant, crosses) {
            (true, false) => (room.infants.get(family)?.clone(), ActTarget::OwnInfant),
            (true, true) => (room.infants.get(other)?.clone(), ActTarget::OtherInfant),
            (false, true) => (room.carers[other].clone(), ActTarget::OtherParent),
            (false, false) => (
                room.staff.get(pick(room.staff.len(), stream))?.clone(),
                ActTarget::Staff,
            ),
        };
        (actor, SubjectKind::Carer, target, class)
    };
    let (target, class) = match draws[0] < TO_GROUP {
        true => (Arc::from("group"), ActTarget::Group),
        false => (target, class),
    };
    let may = |act: &&attune_protocol::scheme::DirectedAct| {
        let from = scheme
            .subjects
            .iter()
            .filter(|subject| act.from.contains(&subject.id));
        from.clone().any(|subject| subject.kind == kind) && act.to.contains(&class)
    };
    let acts: Vec<_> = scheme.acts.iter().filter(may).collect();
    let chosen = acts.get(pick(acts.len(), stream))?;
    let length = 1.0 + 7.0 * stream.uniform();
    let whole = if chosen.has_duration {
        Span::State(span(start, start + length))
    } else {
        Span::Point(at(start))
    };
    Some(Event {
        subject: Some(actor),
        target: Some(target),
        ..Event::new(chosen.behaviour.id.as_str(), whole)
    })
}

/// States one after another, of 20 to 100 seconds, drawn by their weights; what is left of the
/// weight is time in none of them.
pub(crate) fn bouts(
    name: &Arc<str>,
    states: &[&str],
    weights: &[f64],
    length_s: f64,
    stream: &mut Stream,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut start = 0.0;
    while start < length_s {
        let end = (start + 20.0 + 80.0 * stream.uniform()).min(length_s);
        let draw = stream.uniform();
        let mut reached = 0.0;
        let state = weights.iter().position(|weight| {
            reached += weight;
            draw < reached
        });
        if let Some(state) = state {
            let previous = events
                .last_mut()
                .filter(|last| last.span.end() == at(start) && *last.behaviour == *states[state]);
            match previous {
                Some(last) => {
                    last.span = Span::State(
                        Interval::new(last.span.begin(), at(end)).unwrap_or(span(start, end)),
                    );
                }
                None => events.push(Event {
                    subject: Some(name.clone()),
                    ..Event::new(states[state], Span::State(span(start, end)))
                }),
            }
        }
        start = end;
    }
    events
}

/// The same session by somebody else.
pub(crate) fn second_coding(
    scheme: &Scheme,
    first: &SessionCoding,
    length_s: f64,
    stream: &mut Stream,
) -> SessionCoding {
    let mut events = Vec::new();
    // Nobody codes two states of a set at once: until when the last one of each person lasts.
    let mut until: BTreeMap<(usize, Option<Arc<str>>), Micros> = BTreeMap::new();
    for event in &first.events {
        // What is asked for at set times is neither missed nor late; another answer is another matter.
        if event.sampled.is_some() {
            if stream.uniform() >= MISSED {
                events.push(event.clone());
            }
            continue;
        }
        let may_be_missed = event.target.is_some() || event.span.is_point();
        if stream.uniform() < MISSED && may_be_missed {
            continue;
        }
        let mut moved = |time: Micros| {
            let seconds = time.seconds() + JITTER_S * standard_normal(stream);
            at(seconds.clamp(0.0, length_s))
        };
        let whole = match event.span {
            Span::State(bout) => {
                let (start, end) = (moved(bout.start()), moved(bout.stop()));
                let is_of = |set: &StateSet| set.states.iter().any(|s| *s.id == *event.behaviour);
                let (start, end) = match scheme.states.iter().position(is_of) {
                    Some(set) => {
                        let before = until.entry((set, event.subject.clone())).or_default();
                        // Of a set that always has a state nothing stays open.
                        let (start, end) = match scheme.states[set].exhaustive {
                            true if bout.stop() == at(length_s) => (*before, bout.stop()),
                            true => (*before, end),
                            false => (start.max(*before), end),
                        };
                        *before = end.max(start);
                        (start, *before)
                    }
                    None => (start, end.max(start)),
                };
                if start == end {
                    continue;
                }
                Span::State(Interval::new(start, end).unwrap_or(bout))
            }
            other => Span::Point(moved(other.begin())),
        };
        let mut event = Event {
            span: whole,
            ..event.clone()
        };
        let is_mistaken = stream.uniform() < MISTAKEN;
        if let Some(target) = event.target.clone().filter(|_| is_mistaken) {
            let others: Vec<&Arc<str>> = first
                .people
                .iter()
                .filter(|person| **person != target && Some(*person) != event.subject.as_ref())
                .filter(|person| may_go_to(scheme, &event, person))
                .collect();
            event.target = others
                .get(pick(others.len(), stream))
                .map(|other| (*other).clone())
                .or(Some(target));
        }
        events.push(event);
    }
    events.sort_by_key(|event| (event.span.begin(), event.subject.clone()));
    SessionCoding {
        coder: Some(Arc::from("coder-2")),
        events,
        ..first.clone()
    }
}

/// Whether an act may go to this person.
fn may_go_to(scheme: &Scheme, event: &Event, person: &str) -> bool {
    let act = scheme
        .acts
        .iter()
        .find(|act| *act.behaviour.id == *event.behaviour);
    let relation = event
        .subject
        .as_deref()
        .and_then(|actor| scheme.relation(actor, person));
    act.zip(relation)
        .is_some_and(|(act, relation)| act.to.contains(&relation))
}

fn pick(n: usize, stream: &mut Stream) -> usize {
    match n {
        0 => 0,
        n => whole_between(stream, 0, n as i64 - 1) as usize,
    }
}

/// A time to the hundredth of a second, as a coder notes it.
pub(crate) fn at(seconds: f64) -> Micros {
    Micros((seconds * 100.0).round() as i64 * 10_000)
}

pub(crate) fn span(start: f64, end: f64) -> Interval {
    let (start, end) = (at(start), at(end));
    Interval::new(start, end.max(start)).expect("the end has been put after the start")
}
