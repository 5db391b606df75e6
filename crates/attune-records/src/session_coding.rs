//! The coding of a session or a dyad made from an observation, in the shape in which a file of codings is
//! read: from there on nothing differs.

use std::sync::Arc;

use attune_protocol::{missing::Missing, reached::Reached, scheme::Scheme};

use crate::{
    observation::{Event, Interval, Micros, Observation, Rated, Sample, Sampled, without},
    records::SessionCoding,
    source::Source,
};

/// The behaviour of a stretch in which nobody could code: of every scheme that has no such behaviour
/// itself, and of nobody in particular.
pub const NOT_CODABLE: &str = "not-codable";

impl SessionCoding {
    /// What one coder made of one recording. `unit` is the code of the session or dyad, `present` names
    /// people who were there besides those whom the events name. `None` where it is not known what was
    /// to be coded.
    pub fn of_observation(
        scheme: &Scheme,
        observation: &Observation,
        unit: Arc<str>,
        present: Vec<Arc<str>>,
        source: Source,
    ) -> Option<Self> {
        let window = observation
            .coded_window()
            .filter(|window| !window.is_empty())?;
        let is_of_scheme = |event: &&Event| {
            let spans = scheme.spans.iter();
            let mut known = scheme.behaviours().map(|(one, _)| one).chain(spans);
            known.any(|one| *one.id == *event.behaviour)
        };
        let events: Vec<Event> = observation
            .events()
            .iter()
            .filter(is_of_scheme)
            .cloned()
            .collect();
        let ratings = scheme.ratings.iter().filter_map(|rating| {
            let mut given = observation.ratings.iter();
            let given = given.find(|one| *one.item == *rating.id)?;
            let value = match given.rated {
                Rated::Points(points) => Ok(points),
                Rated::NotCodable => Err(Missing::NotApplicable),
            };
            Some((rating.id.clone(), value))
        });
        Some(Self {
            session: unit,
            scheme: scheme.id.clone(),
            version: scheme.version,
            coder: observation.coder.clone(),
            recording: observation.recording.clone(),
            begins: None,
            windows: vec![window],
            not_codable: observation.not_codable.clone(),
            people: people(scheme, not_seen(present, observation), &events),
            ratings: ratings.collect(),
            events,
            samples: observation.samples.clone(),
            not_seen: observation.not_seen.clone(),
            source,
        })
    }

    /// The time in which somebody could code, in order; `None` where its length was not noted. Two recordings
    /// that were put together share no stretch.
    pub fn codable(&self) -> Option<Vec<Interval>> {
        if self.windows.is_empty() {
            return None;
        }
        let windows = self.windows.iter();
        let parts = windows.flat_map(|window| without(*window, &self.not_codable));
        Some(parts.collect())
    }

    /// The recording in which a time lies, as a stretch; of a time in none the last before it.
    pub fn recording_at(&self, time: Micros) -> Option<Interval> {
        let mut windows = self.windows.iter().rev();
        windows.find(|window| window.start() <= time).copied()
    }

    /// How long that is.
    pub fn codable_minutes(&self) -> Option<f64> {
        let parts = self.codable()?;
        let seconds: f64 = parts.iter().map(|part| part.length().seconds()).sum();
        Some(seconds / 60.0)
    }

    /// Events that begin where somebody could code, noted when they happened.
    pub fn codable_events(&self) -> impl Iterator<Item = &Event> {
        self.continuous_events().filter(|event| {
            let begin = event.span.begin();
            !self.not_codable.iter().any(|part| part.contains(begin))
        })
    }

    /// Events that were noted when they happened.
    pub fn continuous_events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.sampled.is_none())
    }

    /// What answers samples that tell something.
    pub fn sampled_events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| {
            let sample = event.sampled.zip(event.span.interval());
            sample.is_some_and(|(sampled, interval)| {
                Sample { sampled, interval }.is_codable(&self.not_codable)
            })
        })
    }

    /// Events of which it is told to whom they went: as they happened where coding is continuous, otherwise in
    /// samples.
    pub fn counted_events(&self, scheme: &Scheme) -> Vec<&Event> {
        match scheme.is_continuous() {
            true => self.codable_events().collect(),
            false => self.sampled_events().collect(),
        }
    }

    /// Whether somebody could be seen in a sample.
    pub fn is_seen(&self, subject: &str, sampled: Sampled, interval: Interval) -> bool {
        let sample = Sample { sampled, interval };
        let mut not_seen = self.not_seen.iter();
        !not_seen.any(|one| one.sample == sample && *one.subject == *subject)
    }

    /// Whether somebody could be seen in none of the samples that tell something.
    pub fn is_never_seen(&self, subject: &str) -> bool {
        let is_named = self.not_seen.iter().any(|one| *one.subject == *subject);
        let mut samples = self.codable_samples();
        is_named && samples.all(|one| !self.is_seen(subject, one.sampled, one.interval))
    }

    /// Answered samples that tell something, also those in which nothing was the case.
    pub fn codable_samples(&self) -> impl Iterator<Item = &Sample> {
        let samples = self.samples.iter();
        samples.filter(|sample| sample.is_codable(&self.not_codable))
    }
}

/// Whoever was looked for in a sample was there, as well as those who were noted as being there.
fn not_seen(present: Vec<Arc<str>>, observation: &Observation) -> Vec<Arc<str>> {
    let mut people = present;
    for one in &observation.not_seen {
        if !people.contains(&one.subject) {
            people.push(one.subject.clone());
        }
    }
    people
}

/// Everybody who was there, in the order in which the coding names them.
fn people(scheme: &Scheme, present: Vec<Arc<str>>, events: &[Event]) -> Vec<Arc<str>> {
    let mut people = present;
    let mut add = |name: Arc<str>| {
        if !people.contains(&name) {
            people.push(name);
        }
    };
    for event in events {
        let Some(subject) = &event.subject else {
            continue;
        };
        add(subject.clone());
        let target = event.target.as_deref();
        if let Some(Reached::Person(name)) =
            target.and_then(|target| scheme.reached(subject, target))
        {
            add(Arc::from(name));
        }
    }
    people
}
