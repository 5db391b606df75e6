//! One thing that a coder recorded.

use std::sync::Arc;

use serde::Serialize;

use super::{Interval, Micros, Modifiers, Sampled};

/// One bout of a state, or one point event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Who showed it; `None` where the coder named nobody.
    pub subject: Option<Arc<str>>,
    /// To whom an act was directed, where the tool or scheme records that.
    pub target: Option<Arc<str>>,
    /// The behaviour's code.
    pub behaviour: Arc<str>,
    /// Details.
    pub modifiers: Modifiers,
    /// When.
    pub span: Span,
    /// The sample of time that it answers, over whose interval it then reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled: Option<Sampled>,
    /// Free text at its begin.
    pub comment: Option<Arc<str>>,
    /// Free text at its end.
    pub stop_comment: Option<Arc<str>>,
    /// Tier or column of the file that it stands in, where the tool has such.
    pub track: Option<Arc<str>>,
    /// Frames that the tool noted, counted from 0.
    pub frames: Option<Frames>,
    /// Where in the file: row, annotation or cell by number, from 1; of a bout in two rows the first.
    pub row: u32,
    /// The row of the end, where begin and end stand in two rows.
    pub stop_row: Option<u32>,
}

/// When an event was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// A state, from its begin to its end.
    State(Interval),
    /// A point event.
    Point(Micros),
    /// A bout that begins here; nobody recorded an end. It has no duration, not one of zero.
    Open {
        /// Its begin.
        start: Micros,
    },
    /// A bout that ends here; nobody recorded a begin.
    Unstarted {
        /// Its end.
        stop: Micros,
    },
}

impl Span {
    /// The first time that is known of it.
    pub fn begin(self) -> Micros {
        match self {
            Self::State(interval) => interval.start(),
            Self::Point(at) => at,
            Self::Open { start } => start,
            Self::Unstarted { stop } => stop,
        }
    }

    /// The last time that is known of it.
    pub fn end(self) -> Micros {
        match self {
            Self::State(interval) => interval.stop(),
            other => other.begin(),
        }
    }

    /// The interval of a complete bout.
    pub fn interval(self) -> Option<Interval> {
        match self {
            Self::State(interval) => Some(interval),
            Self::Point(_) | Self::Open { .. } | Self::Unstarted { .. } => None,
        }
    }

    /// The same, so much later.
    #[must_use]
    pub fn later(self, by: Micros) -> Self {
        match self {
            Self::State(interval) => Self::State(interval.later(by)),
            Self::Point(at) => Self::Point(at + by),
            Self::Open { start } => Self::Open { start: start + by },
            Self::Unstarted { stop } => Self::Unstarted { stop: stop + by },
        }
    }

    /// Whether one end is lacking.
    pub fn is_unpaired(self) -> bool {
        matches!(self, Self::Open { .. } | Self::Unstarted { .. })
    }

    /// Whether it is a point event.
    pub fn is_point(self) -> bool {
        matches!(self, Self::Point(_))
    }
}

/// Frames of an event as the tool noted them, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Frames {
    /// Frame at its begin.
    pub start: u32,
    /// Frame at its end.
    pub stop: Option<u32>,
}

impl Event {
    /// An event of which only behaviour and time are known.
    pub fn new(behaviour: impl Into<Arc<str>>, span: Span) -> Self {
        Self {
            subject: None,
            target: None,
            behaviour: behaviour.into(),
            modifiers: Modifiers::NONE,
            span,
            sampled: None,
            comment: None,
            stop_comment: None,
            track: None,
            frames: None,
            row: 0,
            stop_row: None,
        }
    }
}
