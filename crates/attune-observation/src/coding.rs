//! What one coder marked in one clip, and the codes that there are.

use serde::Serialize;

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
                subject_place: subject,
                code_places: members,
            }
        };
        used.into_iter().map(stream).collect()
    }

    /// The events of a coding in this stream that lie in a window, in order, codes counted from 0
    /// within the stream. A state that reaches beyond the window is cut; one that the window
    /// interrupts is one event per part.
    pub fn events(&self, coding: &Coding, window: &Window) -> Vec<Event> {
        let mut events = Vec::new();
        for one in coding
            .events
            .iter()
            .filter(|one| one.subject == self.subject_place)
        {
            let Ok(code) = self.code_places.binary_search(&one.event.code) else {
                continue;
            };
            let Event { start, end, .. } = one.event;
            if start == end {
                if window.contains(start) {
                    events.push(Event { start, end, code });
                }
            } else {
                let parts = window.meeting(start, end);
                events.extend(parts.map(|(start, end)| Event { start, end, code }));
            }
        }
        events.sort_unstable();
        events
    }
}
