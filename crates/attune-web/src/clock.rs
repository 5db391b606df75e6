//! What time it is. The server asks the system; a test says it itself and moves it on.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that somebody sets: microseconds since 1970.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at` until it is moved.
    pub fn standing_at(at: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The time now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the server that reads the machine's clock"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Set(microseconds) => {
                Timestamp::from_microsecond(microseconds.load(Ordering::Relaxed))
                    .unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Moves a clock that is set; the system's clock goes by itself.
    pub fn move_on(&self, seconds: i64) {
        if let Self::Set(microseconds) = self {
            microseconds.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }
}
