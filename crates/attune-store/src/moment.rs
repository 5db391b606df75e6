//! A moment: microseconds since 1970 in UTC, and the offset of the clock that showed it.

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Microseconds since 1970 in UTC.
    pub micros: i64,
    /// Minutes by which the clock that showed it was ahead of UTC.
    pub offset_minutes: i64,
}

impl Moment {
    /// The moment in UTC.
    pub fn utc(timestamp: Timestamp) -> Self {
        Self {
            micros: timestamp.as_microsecond(),
            offset_minutes: 0,
        }
    }

    /// Now, in UTC.
    #[expect(
        clippy::disallowed_methods,
        reason = "the store is an edge: schedules and commands on the command line have the clock's time"
    )]
    pub fn now() -> Self {
        Self::utc(Timestamp::now())
    }

    /// The same moment on a clock that is so many minutes ahead of UTC.
    #[must_use]
    pub fn with_offset(self, offset_minutes: i64) -> Self {
        Self {
            offset_minutes,
            ..self
        }
    }

    /// The moment so many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self {
            micros: self
                .micros
                .saturating_add(seconds.saturating_mul(1_000_000)),
            ..self
        }
    }

    /// Whole seconds from `earlier` until this moment.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.micros - earlier.micros).div_euclid(1_000_000)
    }

    /// The calendar day on the clock that showed it.
    pub fn date(self) -> Date {
        let shifted = self
            .micros
            .saturating_add(self.offset_minutes.saturating_mul(60_000_000));
        let timestamp = Timestamp::from_microsecond(shifted).unwrap_or(Timestamp::UNIX_EPOCH);
        Offset::UTC.to_datetime(timestamp).date()
    }

    /// As RFC 3339 writes it, in UTC.
    pub fn rfc3339(self) -> String {
        Timestamp::from_microsecond(self.micros)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn the_day_is_that_of_the_clock_that_showed_it() {
        let moment = Moment {
            micros: 1_717_196_400_000_000, // 31 May 2024, 23:00 UTC
            offset_minutes: 60,
        };
        assert_eq!(moment.date().to_string(), "2024-06-01");
        assert_eq!(moment.with_offset(0).date().to_string(), "2024-05-31");
        assert_eq!(moment.rfc3339(), "2024-05-31T23:00:00Z");
    }
}
