//! What every handler reaches: settings, clock, and (through them) the store.

use std::sync::Arc;

use crate::{clock::Clock, settings::Settings};

/// The application's state; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    clock: Clock,
}

impl App {
    /// A state.
    pub fn new(settings: Settings, clock: Clock) -> Self {
        Self(Arc::new(Inner { settings, clock }))
    }

    /// What whoever started the server decided.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What time it is.
    pub fn now(&self) -> jiff::Timestamp {
        self.0.clock.now()
    }
}
