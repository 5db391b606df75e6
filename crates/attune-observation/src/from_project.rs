//! The observations of a file as codings to compare, and as BORIS sees them.

use std::collections::{BTreeMap, BTreeSet};

use attune_protocol::scheme::SampleWay;
use attune_records::observation::{
    BehaviourKind, CodingProject, Event as Recorded, Observation, ObservationKind, Rated, Sample,
    Span,
};

use crate::boris::{BorisEvent, BorisObservation, End};
use crate::coding::{Code, Coding, Event, Scheme, SubjectEvent};
use crate::window::Window;

/// The name of an empty subject.
pub const NO_SUBJECT: &str = "No focal subject";

/// Ways of sampling time, and noting what happens when it happens.
const N_WAYS: usize = 5;

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

impl Codings {
    /// The same with people, codes and ratings called by the labels of the scheme by which they were coded; an id
    /// stays where two things have one label.
    #[must_use]
    pub fn in_words_of(mut self, scheme: &attune_protocol::scheme::Scheme) -> Self {
        let unless_doubled = |ids: Vec<&mut String>, label: &dyn Fn(&str) -> String| {
            let labels: Vec<String> = ids.iter().map(|id| label(id)).collect();
            for (id, label) in ids.into_iter().zip(&labels) {
                if labels.iter().filter(|other| *other == label).count() == 1 {
                    id.clone_from(label);
                }
            }
        };
        let ids = self.scheme.subjects.clone();
        let subjects = self.scheme.subjects.iter_mut().collect();
        unless_doubled(subjects, &|name| scheme.label_of_person(name));
        let named: BTreeMap<&str, &String> = ids
            .iter()
            .map(String::as_str)
            .zip(&self.scheme.subjects)
            .collect();
        for person in self
            .codings
            .iter_mut()
            .filter_map(|coding| coding.people.as_mut())
            .flatten()
        {
            if let Some(name) = named.get(&**person) {
                *person = std::sync::Arc::from(name.as_str());
            }
        }
        let codes = self.scheme.codes.iter_mut().map(|code| &mut code.name);
        unless_doubled(codes.collect(), &|code| scheme.label_of_code(code));
        for coding in &mut self.codings {
            let ratings = coding.ratings.iter_mut().map(|(name, _)| name);
            unless_doubled(ratings.collect(), &|name| scheme.label_of_rating(name));
        }
        self
    }
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
    /// Whether time is sampled in several ways, or some of it noted when it happened: then names of codes say which.
    has_several_ways: bool,
    done: Codings,
}

impl<'a> Reading<'a> {
    fn new(projects: &[&CodingProject], chosen: &'a Chosen) -> Self {
        let events = projects.iter().flat_map(|project| project.events());
        let ways: BTreeSet<Option<SampleWay>> = events
            .map(|(_, event)| event.sampled.map(|sampled| sampled.way))
            .collect();
        Self {
            chosen,
            has_several_ways: ways.len() > 1,
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
        let (answered, not_seen) = self.samples(observation);
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
            answered,
            not_seen,
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

    /// The samples that were answered, and in which somebody could not be seen.
    fn samples(
        &mut self,
        observation: &Observation,
    ) -> (
        BTreeMap<SampleWay, Window>,
        BTreeMap<(SampleWay, usize), Window>,
    ) {
        let stretch = |sample: &Sample| (sample.interval.start().0, sample.interval.stop().0);
        let mut answered: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for sample in &observation.samples {
            let of_way = answered.entry(sample.sampled.way).or_default();
            of_way.push(stretch(sample));
        }
        let mut not_seen: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for one in &observation.not_seen {
            let subject = self.subject(&one.subject);
            let of_subject = not_seen.entry((one.sample.sampled.way, subject));
            of_subject.or_default().push(stretch(&one.sample));
        }
        let answered = answered.into_iter();
        let not_seen = not_seen.into_iter();
        (
            answered.map(|(way, all)| (way, Window::of(all))).collect(),
            not_seen.map(|(of, all)| (of, Window::of(all))).collect(),
        )
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
        let way = event.sampled.map(|sampled| sampled.way);
        if is_plain
            && !self.has_several_ways
            && let Some(place) = self.codes.get(&*event.behaviour)
        {
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
        if let (true, Some(way)) = (self.has_several_ways, way) {
            name += &format!(", {} samples", way.word());
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
        // What answers a sample is compared with what answers a sample of the same way.
        let set = match way {
            Some(way) if self.has_several_ways => set * N_WAYS + 1 + way as usize,
            None if self.has_several_ways => set * N_WAYS,
            _ => set,
        };
        let codes = &mut self.done.scheme.codes;
        codes.push(Code {
            name: name.clone(),
            is_state: !event.span.is_point(),
            set,
            way,
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

#[cfg(test)]
mod tests {
    use attune_records::observation::{Interval, Micros, NotSeen, Sampled};

    use super::*;
    use crate::agreement::report::{AgreeSettings, agree};

    fn sample(word: &str, seconds: i64) -> Sample {
        let sampled = Sampled::read(word).expect("a sample");
        let interval = sampled.interval(Micros(seconds * 1_000_000));
        Sample {
            sampled,
            interval: interval.expect("within a day"),
        }
    }

    fn held(who: &str, sample: Sample) -> Recorded {
        Recorded {
            subject: Some(who.into()),
            sampled: Some(sample.sampled),
            ..Recorded::new("held", Span::State(sample.interval))
        }
    }

    fn coding(id: &str, events: Vec<Recorded>) -> Observation {
        let mut one = Observation::new(id);
        one.recording = Some("S1".into());
        one.coder = Some(id.into());
        one.window = Interval::new(Micros(0), Micros(45_000_000));
        one.samples = (1..=4).map(|n| sample(&format!("scan {n}"), 10)).collect();
        one.with_events(events)
    }

    fn kappa_of(first: Observation, second: Observation) -> (f64, Option<f64>) {
        let project = CodingProject::default();
        let project = project.with_observations(vec![first, second]);
        let read = codings(&[&project.expect("two names")], &Chosen::default());
        let pair = [(&read.codings[0], &read.codings[1])];
        let report = agree(&read.scheme, &pair, &AgreeSettings::default());
        let stream = &report.streams[0];
        let mut measures = stream.measures.iter();
        let kappa = measures.find(|one| one.measure == "boundary-weighted-kappa");
        let kappa = kappa.expect("of states");
        (kappa.n, kappa.estimate)
    }

    #[test]
    fn samples_that_one_coder_did_not_answer_or_could_not_see_are_not_compared() {
        let scan = |n: u32| sample(&format!("scan {n}"), 10);
        let both = || {
            let first = coding(
                "a",
                vec![held("infant 1", scan(1)), held("infant 1", scan(3))],
            );
            (first, coding("b", vec![held("infant 1", scan(1))]))
        };
        let (first, second) = both();
        // Four scans of ten seconds; the last five seconds nobody was asked about.
        assert_eq!(kappa_of(first, second).0, 40.0);
        let (first, mut second) = both();
        second.not_seen = vec![NotSeen {
            sample: scan(3),
            subject: "infant 1".into(),
        }];
        assert_eq!(kappa_of(first, second), (30.0, Some(1.0)));
        let (mut first, mut second) = both();
        first.samples.pop();
        second.not_seen = vec![NotSeen {
            sample: scan(3),
            subject: "infant 2".into(),
        }];
        let (seconds, kappa) = kappa_of(first, second);
        assert_eq!(seconds, 30.0, "infant 1 was seen by both");
        assert!(kappa.is_some_and(|kappa| kappa < 1.0));
    }

    #[test]
    fn what_was_asked_for_is_not_mixed_with_what_was_noted_when_it_happened() {
        let mut noted = held("infant 1", sample("scan 1", 10));
        noted.sampled = None;
        let events = vec![noted, held("infant 1", sample("scan 1", 10))];
        let project = CodingProject::default().with_observations(vec![coding("a", events)]);
        let read = codings(&[&project.expect("one name")], &Chosen::default());
        let codes = read.scheme.codes.iter();
        let codes: Vec<(&str, Option<SampleWay>)> =
            codes.map(|code| (code.name.as_str(), code.way)).collect();
        assert_eq!(
            codes,
            [
                ("held", None),
                ("held, scan samples", Some(SampleWay::Scan))
            ]
        );
        assert_ne!(read.scheme.codes[0].set, read.scheme.codes[1].set);
    }
}
