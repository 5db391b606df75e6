//! Coded recordings of dyads: ratings around the courses of the composites or ratings, and events whose rates
//! and shares follow theirs, at every visit. The share that the scheme wants double-coded has a second coding
//! by somebody who does not quite agree.

use std::sync::Arc;

use attune_protocol::{
    data::{CodedUnit, DataContent},
    design::DAYS_PER_MONTH,
    id::MeasureId,
    scheme::{ActTarget, Scheme},
};
use attune_records::{
    observation::{Event, Span},
    records::{DyadCoding, SessionCoding, When},
};

use crate::{
    calendar::days_between,
    codings::{at, bouts, second_coding, span},
    courses::Occasion,
    event_details::{Answered, add_details, answer_samples},
    families::Family,
    ratings::{rate_again, ratings},
    rehearsal::Rehearsal,
    streams::{Purpose, Stream},
    visits::Visit,
};

/// Codable length of a made-up recording in seconds.
const LENGTH_S: f64 = 300.0;

/// The codings of all families' visits; none where no file of the study holds codings of dyads.
pub fn code_dyads(rehearsal: &Rehearsal<'_>, families: &[Family]) -> Vec<DyadCoding> {
    let mut codings = Vec::new();
    let mut done = Vec::new();
    for file in &rehearsal.protocol.data {
        let DataContent::Codings(columns) = &file.content else {
            continue;
        };
        let mut schemes = rehearsal.protocol.schemes.iter();
        let Some(scheme) = schemes.find(|scheme| scheme.id == columns.scheme) else {
            continue;
        };
        if done.contains(&&scheme.id) || !matches!(columns.unit, CodedUnit::Dyad { .. }) {
            continue;
        }
        done.push(&scheme.id);
        for family in families {
            for visit in &family.visits {
                let wave = &rehearsal.protocol.waves[visit.wave].id;
                let stream = |of: &str| {
                    let of = [scheme.id.as_str(), &family.key, wave, of];
                    rehearsal.courses().streams.stream(Purpose::Events, &of)
                };
                let first = coding(rehearsal, scheme, (family, visit), &mut stream("first"));
                let share = scheme.double_coded_share.unwrap_or(0.0);
                let is_doubled = stream("doubled").uniform() < share;
                let second = is_doubled.then(|| second(scheme, &first, &mut stream("second")));
                codings.extend([first].into_iter().chain(second).map(|coding| DyadCoding {
                    dyad: coding.session.clone(),
                    wave: Some(wave.clone()),
                    when: When::On(visit.date),
                    coding,
                }));
            }
        }
    }
    codings
}

/// What is assumed of one family at one visit.
struct Assumed<'a> {
    rehearsal: &'a Rehearsal<'a>,
    scheme: &'a Scheme,
    family: &'a Family,
    occasion: Occasion<'a>,
}

impl Assumed<'_> {
    /// The value of a measure's course, where one is assumed.
    fn value(&self, name: &str) -> Option<f64> {
        let measure = MeasureId::of(&self.scheme.id, name);
        let mut courses = self.rehearsal.assumptions.courses.iter();
        let course = courses.position(|course| course.measure == measure)?;
        let courses = self.rehearsal.courses();
        let own = courses.own_course(course, &self.family.key, &self.family.dyad.site);
        Some(courses.value(course, own, &self.family.key, self.occasion))
    }
}

fn coding(
    rehearsal: &Rehearsal<'_>,
    scheme: &Scheme,
    (family, visit): (&Family, &Visit),
    stream: &mut Stream,
) -> SessionCoding {
    let site = rehearsal.site(&family.dyad.site);
    let assumed = Assumed {
        rehearsal,
        scheme,
        family,
        occasion: Occasion {
            name: &rehearsal.protocol.waves[visit.wave].id,
            arm: family.arm.as_ref(),
            phase: site.and_then(|site| site.phase_on(Some(visit.date))),
            months: days_between(family.enrolled, visit.date) as f64 / DAYS_PER_MONTH,
        },
    };
    let people: Vec<Arc<str>> = match scheme.behaviours().next() {
        None => Vec::new(),
        Some(_) => people(scheme),
    };
    let mut events = events(scheme, &people, &assumed, stream);
    add_details(scheme, &mut events, stream);
    let has_times = scheme.behaviours().next().is_some() || !scheme.spans.is_empty();
    let window = has_times.then(|| span(0.0, LENGTH_S));
    let Answered {
        events,
        samples,
        not_seen,
    } = answer_samples(scheme, &people, events, LENGTH_S, stream);
    SessionCoding {
        session: Arc::from(family.dyad.id.as_str()),
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
        ratings: ratings(scheme, |name| assumed.value(name), stream),
        source: rehearsal.source.clone(),
    }
}

/// Everybody in the recording: of many one.
fn people(scheme: &Scheme) -> Vec<Arc<str>> {
    let subjects = scheme.subjects.iter();
    subjects
        .map(|subject| match subject.many {
            true => Arc::from(format!("{} 1", subject.id)),
            false => Arc::from(subject.id.as_str()),
        })
        .collect()
}

fn events(
    scheme: &Scheme,
    people: &[Arc<str>],
    assumed: &Assumed<'_>,
    stream: &mut Stream,
) -> Vec<Event> {
    let can_show = |name: &Arc<str>, behaviour: &str| {
        let who = scheme.who_can_show(behaviour);
        let subject = scheme.subject_named(name);
        subject.is_some_and(|(subject, _)| who.is_empty() || who.contains(&subject.id))
    };
    let mut events = Vec::new();
    for set in &scheme.states {
        let equal = 1.0 / (set.states.len() + 1) as f64;
        let weights: Vec<f64> = set
            .states
            .iter()
            .map(|state| {
                assumed
                    .value(&format!("{}-share", state.id))
                    .unwrap_or(equal)
            })
            .map(|share| share.clamp(0.0, 1.0))
            .collect();
        // Of a set that always has a state what is left goes to the last one.
        let mut ids: Vec<&str> = set.states.iter().map(|state| state.id.as_str()).collect();
        let mut weights = weights;
        if let (true, Some(last)) = (set.exhaustive, ids.last().copied()) {
            ids.push(last);
            weights.push(1.0);
        }
        for name in people {
            if set.states.iter().all(|state| can_show(name, &state.id)) {
                events.extend(bouts(name, &ids, &weights, LENGTH_S, stream));
            }
        }
    }
    let acts = scheme
        .acts
        .iter()
        .map(|act| (&act.behaviour, act.has_duration));
    for (behaviour, lasts) in scheme.points.iter().map(|one| (one, false)).chain(acts) {
        let who: Vec<&Arc<str>> = people
            .iter()
            .filter(|name| can_show(name, &behaviour.id))
            .collect();
        let per_minute = assumed
            .value(&format!("{}-per-minute", behaviour.id))
            .unwrap_or(2.0);
        let n = (per_minute.max(0.0) * LENGTH_S / 60.0).round() as usize;
        for _ in 0..n.min(5000) {
            let start = stream.uniform() * (LENGTH_S - 6.0);
            let length = 1.0 + 4.0 * stream.uniform();
            let chosen = stream.uniform() * who.len() as f64;
            let Some(subject) = who.get(chosen as usize) else {
                continue;
            };
            let target = target(scheme, &behaviour.id, subject, people);
            let is_act = scheme
                .acts
                .iter()
                .any(|act| act.behaviour.id == behaviour.id);
            if is_act && target.is_none() {
                continue;
            }
            events.push(Event {
                subject: Some((*subject).clone()),
                target,
                ..Event::new(
                    behaviour.id.as_str(),
                    match lasts {
                        true => Span::State(span(start, start + length)),
                        false => Span::Point(at(start)),
                    },
                )
            });
        }
    }
    let spans = scheme.spans.len();
    for (place, part) in scheme.spans.iter().enumerate() {
        let length = LENGTH_S / spans as f64;
        let (start, end) = (length * place as f64, length * (place + 1) as f64);
        events.push(Event::new(part.id.as_str(), Span::State(span(start, end))));
    }
    events.sort_by_key(|event| (event.span.begin(), event.subject.clone()));
    events
}

/// Somebody in the recording to whom the act may go; otherwise a word of the scheme.
fn target(scheme: &Scheme, act: &str, actor: &str, people: &[Arc<str>]) -> Option<Arc<str>> {
    let act = scheme.acts.iter().find(|one| one.behaviour.id == act)?;
    let may = |other: &&Arc<str>| {
        let relation = scheme.relation(actor, other);
        ***other != *actor && relation.is_some_and(|relation| act.to.contains(&relation))
    };
    let person = people.iter().find(may).cloned();
    let word = || {
        act.to
            .first()
            .map(|word: &ActTarget| Arc::from(word.code()))
    };
    person.or_else(word)
}

/// The same recording by somebody else.
fn second(scheme: &Scheme, first: &SessionCoding, stream: &mut Stream) -> SessionCoding {
    let mut second = second_coding(scheme, first, LENGTH_S, stream);
    rate_again(scheme, &mut second.ratings, stream);
    // A stretch of the recording is no behaviour: both coders have it at the same place.
    let is_part = |event: &Event| scheme.spans.iter().any(|part| *part.id == *event.behaviour);
    second.events.retain(|event| !is_part(event));
    second
        .events
        .extend(first.events.iter().filter(|event| is_part(event)).cloned());
    second
        .events
        .sort_by_key(|event| (event.span.begin(), event.subject.clone()));
    second
}
