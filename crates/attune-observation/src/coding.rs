//! What one coder marked in one clip, and the codes that there are.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::scheme::SampleWay;
use serde::Serialize;

use crate::from_project::NO_SUBJECT;
use crate::window::{Micros, Window};

/// The codes of a project and who can show them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scheme {
    /// Names of the subjects.
    pub subjects: Vec<String>,
    /// The codes.
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// Its name, with its modifiers where these count.
    pub name: String,
    /// Whether it has a begin and an end; otherwise one time.
    pub is_state: bool,
    /// The set that it belongs to: codes of one set are compared with one another.
    pub set: usize,
    /// The way of sampling time that it answers; `None` of what was noted when it happened.
    pub way: Option<SampleWay>,
}

/// What one coder marked in one clip.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coding {
    /// Name of the observation.
    pub id: String,
    /// Who coded.
    pub coder: String,
    /// The clip.
    pub clip: String,
    /// Days since some day on which it was coded; for drift.
    pub day: Option<i64>,
    /// The time in which everything could be coded.
    pub window: Window,
    /// Who was there, also without showing anything; `None` where nobody says.
    pub people: Option<Vec<Arc<str>>>,
    /// Intervals of the samples that were answered, where those are noted.
    pub answered: BTreeMap<SampleWay, Window>,
    /// Intervals of samples in which somebody could not be seen: subject by place in [`Scheme::subjects`].
    pub not_seen: BTreeMap<(SampleWay, usize), Window>,
    /// What was marked, in any order.
    pub events: Vec<SubjectEvent>,
    /// Ratings of the whole clip by scale; `None` where it could not be rated.
    pub ratings: Vec<(String, Option<f64>)>,
}

/// An event with who showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectEvent {
    /// Place in [`Scheme::subjects`].
    pub subject: usize,
    /// When and what.
    pub event: Event,
}

/// When and what: a state from `start` up to but not including `end`, or a point with both equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Begin.
    pub start: Micros,
    /// End; equal to the begin for a point.
    pub end: Micros,
    /// Place in [`Scheme::codes`].
    pub code: usize,
}

impl Event {
    /// Its length.
    pub fn length(self) -> Micros {
        self.end - self.start
    }

    /// Whether it has one time.
    pub fn is_point(self) -> bool {
        self.start == self.end
    }

    /// How long both go on at the same time.
    pub fn overlap(self, other: Self) -> Micros {
        (self.end.min(other.end) - self.start.max(other.start)).max(0)
    }
}

/// Codes of one subject that are compared with one another: a set of states of which one holds at
/// a time, a state by itself, or a point behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// Name of the subject.
    pub subject: String,
    /// Names of the codes.
    pub codes: Vec<String>,
    /// Whether they are states.
    pub states: bool,
    /// The way of sampling time that they answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<SampleWay>,
    #[serde(skip)]
    pub(crate) subject_place: usize,
    #[serde(skip)]
    pub(crate) code_places: Vec<usize>,
}

impl Stream {
    /// The streams in which any of the codings has an event, by subject and set.
    pub fn all<'a>(scheme: &Scheme, codings: impl IntoIterator<Item = &'a Coding>) -> Vec<Self> {
        let mut used = std::collections::BTreeSet::new();
        for coding in codings {
            for one in &coding.events {
                used.insert((one.subject, scheme.codes[one.event.code].set));
            }
        }
        let stream = |(subject, set): (usize, usize)| {
            let members: Vec<usize> = (0..scheme.codes.len())
                .filter(|code| scheme.codes[*code].set == set)
                .collect();
            Self {
                subject: scheme.subjects[subject].clone(),
                codes: members
                    .iter()
                    .map(|code| scheme.codes[*code].name.clone())
                    .collect(),
                states: members.iter().any(|code| scheme.codes[*code].is_state),
                way: members.first().and_then(|code| scheme.codes[*code].way),
                subject_place: subject,
                code_places: members,
            }
        };
        used.into_iter().map(stream).collect()
    }

    /// The events of a coding in this stream as they were marked, codes counted from 0 within the
    /// stream.
    pub fn marked<'a>(&'a self, coding: &'a Coding) -> impl Iterator<Item = Event> + 'a {
        let own = coding.events.iter();
        let own = own.filter(|one| one.subject == self.subject_place);
        own.filter_map(|one| {
            let code = self.code_places.binary_search(&one.event.code).ok()?;
            Some(Event { code, ..one.event })
        })
    }

    /// The part of a window in which two codings can be compared: of sampled time the samples that both answered
    /// and in which both could see the subject.
    pub fn window(&self, codings: [&Coding; 2], window: &Window) -> Window {
        let mut left = window.clone();
        let Some(way) = self.way else {
            return left;
        };
        for coding in codings {
            if let Some(answered) = coding.answered.get(&way) {
                left = left.and(answered);
            }
            if let Some(not_seen) = coding.not_seen.get(&(way, self.subject_place)) {
                left = left.without(not_seen.segments());
            }
        }
        left
    }

    /// The events of a coding in this stream that lie in a window, in order. A state that reaches
    /// beyond the window is cut; one that the window interrupts is one event per part.
    pub fn events(&self, coding: &Coding, window: &Window) -> Vec<Event> {
        let mut events = Vec::new();
        for event in self.marked(coding) {
            if event.is_point() {
                events.extend(window.contains(event.start).then_some(event));
            } else {
                let parts = window.meeting(event.start, event.end);
                events.extend(parts.map(|(start, end)| Event {
                    start,
                    end,
                    ..event
                }));
            }
        }
        events.sort_unstable();
        events
    }

    /// What comes after what: the codes of a coding in the order of their begins, one list for each
    /// stretch of its codable time, since what happened between two stretches nobody knows.
    pub fn sequences(&self, coding: &Coding) -> Vec<Vec<usize>> {
        let mut marked: Vec<Event> = self.marked(coding).collect();
        marked.sort_unstable();
        let segments = coding.window.segments().iter();
        let within = |(start, end): &(Micros, Micros)| -> Vec<usize> {
            let here = marked
                .iter()
                .filter(|event| (*start..*end).contains(&event.start));
            here.map(|event| event.code).collect()
        };
        segments.map(within).collect()
    }

    /// Whether its subject was in the clip, as far as the coding says.
    pub fn is_in(&self, coding: &Coding) -> bool {
        let Some(people) = &coding.people else {
            return true;
        };
        let is_nobody = self.subject == NO_SUBJECT;
        is_nobody
            || people.iter().any(|name| **name == *self.subject)
            || self.marked(coding).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_gap_follows_nothing_before_it() {
        let code = |name: &str| Code {
            way: None,
            name: name.to_owned(),
            is_state: true,
            set: 0,
        };
        let scheme = Scheme {
            subjects: vec!["infant".to_owned()],
            codes: vec![code("face"), code("away")],
        };
        let event = |(start, end, code): (Micros, Micros, usize)| SubjectEvent {
            subject: 0,
            event: Event { start, end, code },
        };
        // Away begins at 10 and goes on behind the gap; the one that begins in the gap is not seen to begin.
        let events = [
            (0, 10, 0),
            (10, 50, 1),
            (30, 32, 0),
            (50, 70, 0),
            (70, 80, 1),
        ];
        let coding = Coding {
            window: Window::new(0, 100).without(&[(20, 40)]),
            events: events.map(event).to_vec(),
            ..Coding::default()
        };
        let stream = &Stream::all(&scheme, [&coding])[0];
        assert_eq!(stream.sequences(&coding), [vec![0, 1], vec![0, 1]]);
        assert_eq!(stream.events(&coding, &coding.window).len(), 5);
    }
}
