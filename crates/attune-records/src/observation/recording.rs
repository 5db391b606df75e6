//! One coding of one recording (or of a live session) by one coder.

use std::sync::Arc;

use serde::Serialize;

use super::{Event, Interval, Media, Micros, NotSeen, Sample, without};

/// One coding of one recording by one coder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// Name within its project.
    pub id: Arc<str>,
    /// Description.
    pub description: String,
    /// Date and time as the tool wrote them; empty for none.
    pub date: String,
    /// The recording, where the file names it: two codings of one recording share it.
    pub recording: Option<Arc<str>>,
    /// Who coded, where noted.
    pub coder: Option<Arc<str>>,
    /// What was coded.
    pub kind: ObservationKind,
    /// Video and sound files.
    pub media: Vec<Media>,
    /// What the tool adds to times when it shows them. Times here are without it.
    pub time_offset: Micros,
    /// The part of the recording that was to be coded, where noted.
    pub window: Option<Interval>,
    /// Stretches in which nobody could code.
    pub not_codable: Vec<Interval>,
    /// Who was there, also without showing anything; `None` where the source does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<Arc<str>>>,
    /// Seconds between scans, for scan sampling.
    pub scan_every: Option<Micros>,
    /// Samples of time that were answered, also with nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// Whom nobody could see in a sample.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_seen: Vec<NotSeen>,
    /// Variables with their values, in the order of the file.
    pub variables: Vec<(Arc<str>, String)>,
    /// Ratings of the whole recording or of a phase.
    pub ratings: Vec<Rating>,
    /// In the order of their begins; of equal begins in the order of the file.
    events: Vec<Event>,
}

/// What was coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObservationKind {
    /// Video or sound.
    Media,
    /// A session while it happened.
    Live,
    /// A series of pictures.
    Images,
}

/// One judgement for a whole recording or phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rating {
    /// The scale.
    pub item: Arc<str>,
    /// Who was judged; `None` for everybody together.
    pub subject: Option<Arc<str>>,
    /// The phase that was judged; `None` for the whole recording.
    pub phase: Option<Arc<str>>,
    /// The judgement.
    pub rated: Rated,
}

/// A judgement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rated {
    /// Points on the scale.
    Points(f64),
    /// The coder could not judge: never zero.
    NotCodable,
}

impl Observation {
    /// An observation of media without events.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            description: String::new(),
            date: String::new(),
            recording: None,
            coder: None,
            kind: ObservationKind::Media,
            media: Vec::new(),
            time_offset: Micros::ZERO,
            window: None,
            not_codable: Vec::new(),
            people: None,
            scan_every: None,
            samples: Vec::new(),
            not_seen: Vec::new(),
            variables: Vec::new(),
            ratings: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The same observation with these events, put in order.
    #[must_use]
    pub fn with_events(mut self, mut events: Vec<Event>) -> Self {
        events.sort_by_key(|event| event.span.begin());
        self.events = events;
        self
    }

    /// Its events in the order of their begins.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A variable's value; `None` where it has none or an empty one.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(other, _)| **other == *name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Length of the media: of the player that lasts longest, its files one after the other, without
    /// offsets. `None` where the length of any file is unknown or there is none.
    pub fn media_length(&self) -> Option<Micros> {
        let mut longest = None;
        for media in &self.media {
            let files = self
                .media
                .iter()
                .filter(|other| other.player == media.player);
            let length = files.map(|file| file.length).sum::<Option<Micros>>()?;
            longest = longest.max(Some(length));
        }
        longest
    }

    /// The stretch that was coded: the window where one is noted, otherwise from 0 to the end of the
    /// media. `None` where neither is known: nothing is assumed of it.
    pub fn coded_window(&self) -> Option<Interval> {
        self.window
            .or_else(|| Interval::new(Micros::ZERO, self.media_length()?))
    }

    /// The coded window without what nobody could code.
    pub fn codable(&self) -> Option<Vec<Interval>> {
        Some(without(self.coded_window()?, &self.not_codable))
    }

    /// The first and the last time of any event.
    pub fn extent(&self) -> Option<Interval> {
        let start = self.events.first()?.span.begin();
        let stop = self.events.iter().map(|event| event.span.end()).max()?;
        Interval::new(start, stop)
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Interval, Media, Micros, Observation};
    use crate::observation::Span;

    fn file(player: u32, seconds: Option<i64>) -> Media {
        let length = seconds.map(|s| Micros(s * 1_000_000));
        Media {
            player,
            length,
            ..Media::new("clip.mp4")
        }
    }

    #[test]
    fn files_of_one_player_follow_each_other() {
        let mut observation = Observation::new("one");
        observation.media = vec![file(1, Some(10)), file(1, Some(5)), file(2, Some(12))];
        assert_eq!(observation.media_length(), Some(Micros(15_000_000)));
        observation.media.push(file(2, None));
        assert_eq!(
            observation.media_length(),
            None,
            "an unknown length is not zero"
        );
        assert_eq!(observation.coded_window(), None);
    }

    #[test]
    fn events_are_in_order_and_ties_keep_the_order_of_the_file() {
        let point = |code: &str, at| Event::new(code, Span::Point(Micros(at)));
        let events = vec![point("late", 9), point("first", 2), point("second", 2)];
        let observation = Observation::new("one").with_events(events);
        let codes: Vec<&str> = observation.events().iter().map(|e| &*e.behaviour).collect();
        assert_eq!(codes, ["first", "second", "late"]);
        let extent = observation.extent().map(Interval::length);
        assert_eq!(extent, Some(Micros(7)));
    }
}
