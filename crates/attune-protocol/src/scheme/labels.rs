//! What a scheme's ids are called: people, codes and measures in the words that a reader of a page or a table
//! knows, with the id where the scheme has no words for it.

use super::{EventMeasure, Scheme};
use crate::id::MeasureId;

impl Scheme {
    /// Somebody of a coding: the label of the subject, with the number of one of many.
    pub fn label_of_person(&self, name: &str) -> String {
        match self.subject_named(name) {
            Some((subject, None)) => subject.label.clone(),
            Some((subject, Some(number))) => format!("{} {number}", subject.label),
            None => name.to_owned(),
        }
    }

    /// The label of a behaviour or a part of the recording, with what stands behind its id, such as details in
    /// brackets.
    pub fn label_of_code(&self, code: &str) -> String {
        let behaviours = self.behaviours().map(|(behaviour, _)| behaviour);
        let mut all = behaviours.chain(&self.spans);
        let found = all.find_map(|behaviour| {
            let rest = code.strip_prefix(behaviour.id.as_str())?;
            let is_whole = rest.is_empty() || rest.starts_with([' ', ',']);
            is_whole.then_some((&behaviour.label, rest))
        });
        found.map_or_else(|| code.to_owned(), |(label, rest)| format!("{label}{rest}"))
    }

    /// The label of a rating, with whom and which part of the recording it is about.
    pub fn label_of_rating(&self, name: &str) -> String {
        let (id, rest) = name.split_at(name.find(',').unwrap_or(name.len()));
        match self.rating(id) {
            Some(rating) => format!("{}{rest}", rating.label),
            None => name.to_owned(),
        }
    }

    /// What a measure of this scheme is called, as `scheme.density` or `scheme.warmth`; the id where it is none of
    /// them.
    pub fn label_of_measure(&self, measure: &str) -> String {
        let own = |name: &str| MeasureId::of(&self.id, name);
        let events = self.event_measures().into_iter();
        let events = events.map(|(name, what)| (own(&name), self.label_of_event_measure(&what)));
        let ratings = self
            .ratings
            .iter()
            .map(|one| (own(&one.id), one.label.clone()));
        let composites = self.composites.iter();
        let composites = composites.map(|one| (own(&one.id), one.label.clone()));
        let mut all = events.chain(ratings).chain(composites);
        all.find(|(id, _)| **id == *measure)
            .map_or_else(|| measure.to_owned(), |(_, label)| label)
    }

    fn label_of_event_measure(&self, measure: &EventMeasure) -> String {
        let fixed = match measure {
            EventMeasure::Density => "Density: share of possible arrows between people",
            EventMeasure::Reciprocity => "Reciprocity: share of arrows with an arrow back",
            EventMeasure::Centralisation => "Centralisation: how much runs through one person",
            EventMeasure::Isolates => "Isolates: people with no arrow",
            EventMeasure::AcrossFamilyShare => "Share of acts across families",
            EventMeasure::ToInfantsShare => "Share of acts to infants",
            EventMeasure::InfantsAddressed => "Share of infants addressed",
            EventMeasure::ActsPerMinute => "Acts per minute",
            EventMeasure::PerMinute(id) => {
                return format!("{}, per minute", self.label_of_code(id));
            }
            EventMeasure::Share(id) => {
                return format!("{}, share of time", self.label_of_code(id));
            }
            EventMeasure::SampleShare(id) => {
                return format!("{}, share of samples", self.label_of_code(id));
            }
            EventMeasure::WholeIntervalShare(id) => {
                return format!("{}, share of whole intervals", self.label_of_code(id));
            }
            EventMeasure::Declared(measure) => &measure.label,
        };
        fixed.to_owned()
    }
}
