//! The observations of a file as codings to compare, and as BORIS sees them.

use std::collections::BTreeMap;

use attune_records::observation::{
    BehaviourKind, CodingProject, Event as Recorded, Observation, ObservationKind, Rated, Span,
};

use crate::boris::{BorisEvent, BorisObservation, End};
use crate::coding::{Code, Coding, Event, Scheme, SubjectEvent};
use crate::window::Window;

/// The name of an empty subject.
pub const NO_SUBJECT: &str = "No focal subject";

/// What is taken of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    /// Subjects; all when empty.
    pub subjects: Vec<String>,
    /// Behaviours; all when empty.
    pub behaviours: Vec<String>,
    /// Whether details are part of the code.
    pub modifiers: bool,
}

impl Chosen {
    /// Whether an event is among what was chosen.
    pub fn takes(&self, event: &Recorded) -> bool {
        let any =
            |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
        any(&self.subjects, subject(event)) && any(&self.behaviours, &event.behaviour)
    }
}

fn subject(event: &Recorded) -> &str {
    event.subject.as_deref().unwrap_or(NO_SUBJECT)
}

/// Codings with one list of codes for all projects, in the order of the files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Codings {
    /// The codes.
    pub scheme: Scheme,
    /// Project by project and observation by observation.
    pub codings: Vec<Coding>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// Reads the codings of several projects. Bouts with one end are left out, and told.
pub fn codings(projects: &[&CodingProject], chosen: &Chosen) -> Codings {
    let mut reading = Reading::new(projects, chosen);
    for project in projects {
        for observation in project.observations() {
            reading.read(observation);
        }
    }
    reading.done
}

struct Reading<'a> {
    chosen: &'a Chosen,
    sets: BTreeMap<String, (usize, bool)>,
    subjects: BTreeMap<String, usize>,
    codes: BTreeMap<String, usize>,
    done: Codings,
}

impl<'a> Reading<'a> {
    fn new(projects: &[&CodingProject], chosen: &'a Chosen) -> Self {
        Self {
            chosen,
            sets: sets(projects),
            subjects: BTreeMap::new(),
            codes: BTreeMap::new(),
            done: Codings::default(),
        }
    }

    fn read(&mut self, observation: &Observation) {
        let mut events = Vec::new();
        let mut open = 0;
        for event in observation
            .events()
            .iter()
            .filter(|event| self.chosen.takes(event))
        {
            let (start, end) = match event.span {
                Span::State(bout) if bout.is_empty() => continue,
                Span::State(bout) => (bout.start(), bout.stop()),
                Span::Point(at) => (at, at),
                Span::Open { .. } | Span::Unstarted { .. } => {
                    open += 1;
                    continue;
                }
            };
            let Some(code) = self.code(event) else {
                continue;
            };
            let subject = self.subject(subject(event));
            events.push(SubjectEvent {
                subject,
                event: Event {
                    start: start.0,
                    end: end.0,
                    code,
                },
            });
        }
        if open > 0 {
            self.done.warnings.push(format!(
                "observation `{}`: {open} bouts with one end are left out; add the other end in the coding tool",
                observation.id
            ));
        }
        let window = self.window(observation);
        self.done.codings.push(Coding {
            id: observation.id.to_string(),
            coder: observation
                .coder
                .as_deref()
                .unwrap_or(&observation.id)
                .to_owned(),
            clip: observation
                .recording
                .as_deref()
                .unwrap_or(&observation.id)
                .to_owned(),
            day: day(&observation.date),
            window,
            people: observation.people.clone(),
            events,
            ratings: ratings(observation),
        });
    }

    /// The codable time; of an observation whose length is not known the time to its last event.
    fn window(&mut self, observation: &Observation) -> Window {
        if let Some(parts) = observation.codable() {
            return Window::of(
                parts
                    .iter()
                    .map(|part| (part.start().0, part.stop().0))
                    .collect(),
            );
        }
        let extent = observation.extent();
        if extent.is_none() && !observation.ratings.is_empty() {
            // A form that was rated: nothing in it has a time.
            return Window::default();
        }
        let last = extent.map_or(0, |extent| extent.stop().0);
        self.done.warnings.push(format!(
            "observation `{}`: its length is not known; the time from 0 to its last event is taken",
            observation.id
        ));
        Window::new(0, last.max(1))
    }

    fn subject(&mut self, name: &str) -> usize {
        if let Some(place) = self.subjects.get(name) {
            return *place;
        }
        self.done.scheme.subjects.push(name.to_owned());
        self.subjects
            .insert(name.to_owned(), self.done.scheme.subjects.len() - 1);
        self.done.scheme.subjects.len() - 1
    }

    /// The place of an event's code; `None` for a phase.
    fn code(&mut self, event: &Recorded) -> Option<usize> {
        let is_plain =
            !self.chosen.modifiers || (event.modifiers.is_empty() && event.target.is_none());
        if is_plain && let Some(place) = self.codes.get(&*event.behaviour) {
            return Some(*place);
        }
        let mut name = event.behaviour.to_string();
        if self.chosen.modifiers {
            if !event.modifiers.is_empty() {
                name += &format!(" ({})", event.modifiers);
            }
            if let Some(target) = &event.target {
                name += &format!(" to {target}");
            }
        }
        if let Some(place) = self.codes.get(&name) {
            return Some(*place);
        }
        let next_set = self.sets.len();
        let (set, is_phase) = *self
            .sets
            .entry(event.behaviour.to_string())
            .or_insert((next_set, false));
        if is_phase {
            return None;
        }
        let codes = &mut self.done.scheme.codes;
        codes.push(Code {
            name: name.clone(),
            is_state: !event.span.is_point(),
            set,
        });
        self.codes.insert(name, codes.len() - 1);
        Some(codes.len() - 1)
    }
}

/// For each behaviour the set of states that exclude one another (or a set of its own), and whether
/// it is a phase.
fn sets(projects: &[&CodingProject]) -> BTreeMap<String, (usize, bool)> {
    let mut names: Vec<(&str, BehaviourKind, &[std::sync::Arc<str>])> = Vec::new();
    for behaviour in projects
        .iter()
        .flat_map(|project| &project.scheme.behaviours)
    {
        if names.iter().all(|known| *known.0 != *behaviour.code) {
            names.push((&behaviour.code, behaviour.kind, &behaviour.excludes));
        }
    }
    let mut set: Vec<usize> = (0..names.len()).collect();
    for place in 0..names.len() {
        for excluded in names[place].2 {
            let other = names.iter().position(|known| *known.0 == **excluded);
            let both_states = |other: &usize| {
                names[place].1 == BehaviourKind::State && names[*other].1 == BehaviourKind::State
            };
            if let Some(other) = other.filter(both_states) {
                let (from, to) = (set[place].max(set[other]), set[place].min(set[other]));
                set.iter_mut()
                    .filter(|one| **one == from)
                    .for_each(|one| *one = to);
            }
        }
    }
    let named = names.iter().zip(set);
    named
        .map(|((name, kind, _), set)| ((*name).to_owned(), (set, *kind == BehaviourKind::Phase)))
        .collect()
}

/// Days since the first of January 1970 of a date that begins as 2026-01-31; none otherwise.
fn day(written: &str) -> Option<i64> {
    let date: jiff::civil::Date = written.get(..10)?.parse().ok()?;
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(i64::from(since.get_days()))
}

fn ratings(observation: &Observation) -> Vec<(String, Option<f64>)> {
    let name = |rating: &attune_records::observation::Rating| {
        let parts = [rating.subject.as_deref(), rating.phase.as_deref()];
        parts
            .into_iter()
            .flatten()
            .fold(rating.item.to_string(), |name, part| {
                format!("{name}, {part}")
            })
    };
    let value = |rated: Rated| match rated {
        Rated::Points(points) => Some(points),
        Rated::NotCodable => None,
    };
    observation
        .ratings
        .iter()
        .map(|rating| (name(rating), value(rating.rated)))
        .collect()
}

/// An observation as BORIS sees it.
pub fn boris_observation(observation: &Observation) -> BorisObservation {
    let event = |event: &Recorded| BorisEvent {
        subject: subject(event).to_owned(),
        behaviour: event.behaviour.to_string(),
        modifiers: boris_modifiers(event),
        start: event.span.begin().0,
        end: match event.span {
            Span::Point(_) => End::Point,
            Span::State(bout) => End::At(bout.stop().0),
            Span::Open { .. } | Span::Unstarted { .. } => End::Open,
        },
    };
    BorisObservation {
        id: observation.id.to_string(),
        events: observation.events().iter().map(event).collect(),
        media_length_s: match observation.kind {
            ObservationKind::Media => observation
                .media_length()
                .map(attune_records::observation::Micros::seconds),
            ObservationKind::Live | ObservationKind::Images => None,
        },
    }
}

/// One part per set, `None` where nothing was chosen.
fn boris_modifiers(event: &Recorded) -> String {
    let part = |modifier: &attune_records::observation::Modifier| match modifier.values.as_slice() {
        [] => "None".to_owned(),
        values => values.join(","),
    };
    let parts: Vec<String> = event.modifiers.as_slice().iter().map(part).collect();
    parts.join("|")
}
