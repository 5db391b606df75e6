//! Samples of time: which one an event answers, and which ones were answered at all.

use std::{fmt, sync::Arc};

use attune_protocol::scheme::SampleWay;
use serde::{Deserialize, Serialize};

use super::{Interval, Micros};

/// One sample of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampled {
    /// How time was sampled.
    pub way: SampleWay,
    /// Which sample, counted from 0.
    pub number: u32,
}

impl Sampled {
    /// What [`fmt::Display`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let (way, number) = text.rsplit_once(char::is_whitespace)?;
        let number: u32 = number.parse().ok()?;
        Some(Self {
            way: SampleWay::of_word(way.trim())?,
            number: number.checked_sub(1)?,
        })
    }

    /// The interval that it closes, with so much time between samples; `None` beyond any recording.
    pub fn interval(self, every: Micros) -> Option<Interval> {
        let start = every.0.checked_mul(i64::from(self.number))?;
        Interval::new(Micros(start), Micros(start.checked_add(every.0)?))
    }
}

/// As tables write it: `scan 3` for the third.
impl fmt::Display for Sampled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u64::from(self.number) + 1;
        write!(formatter, "{} {number}", self.way.word())
    }
}

/// A sample that somebody answered, also with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sample {
    /// Which.
    pub sampled: Sampled,
    /// The interval that it closes.
    pub interval: Interval,
}

impl Sample {
    /// Whether it tells anything, when nobody could code in these stretches: an interval must have been
    /// seen as a whole, otherwise its last instant.
    pub fn is_codable(&self, not_codable: &[Interval]) -> bool {
        let moment = Micros(self.interval.stop().0 - 1);
        not_codable.iter().all(|part| match self.sampled.way {
            SampleWay::Interval | SampleWay::WholeInterval => {
                part.intersection(self.interval).is_none()
            }
            SampleWay::Momentary | SampleWay::Scan => !part.contains(moment),
        })
    }
}

/// Somebody whom nobody could see in a sample that was answered: it is missing of that person, and of nobody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotSeen {
    /// The sample.
    pub sample: Sample,
    /// Who.
    pub subject: Arc<str>,
}
