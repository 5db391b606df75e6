//! The coding of a session or a dyad made from an observation, in the shape in which a file of codings is
//! read: from there on nothing differs.

use std::sync::Arc;

use attune_protocol::{missing::Missing, reached::Reached, scheme::Scheme};

use crate::{
    observation::{Event, Interval, Observation, Rated, without},
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
            coder: observation.coder.clone(),
            window: Some(window),
            not_codable: observation.not_codable.clone(),
            people: people(scheme, present, &events),
            ratings: ratings.collect(),
            events,
            source,
        })
    }

    /// The time in which somebody could code, in order; `None` where its length was not noted.
    pub fn codable(&self) -> Option<Vec<Interval>> {
        Some(without(self.window?, &self.not_codable))
    }

    /// How long that is.
    pub fn codable_minutes(&self) -> Option<f64> {
        let parts = self.codable()?;
        let seconds: f64 = parts.iter().map(|part| part.length().seconds()).sum();
        Some(seconds / 60.0)
    }

    /// Events that begin where somebody could code.
    pub fn codable_events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| {
            let begin = event.span.begin();
            !self.not_codable.iter().any(|part| part.contains(begin))
        })
    }
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
