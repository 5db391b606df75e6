//! What every handler reaches: the store, settings, clock, and the failed sign-ins that are remembered.

use std::{fmt, sync::Arc};

use attune_store::{Moment, Store};

use crate::{clock::Clock, settings::Settings, sign_in::pauses::Pauses};

/// The application's state; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    clock: Clock,
    pauses: Pauses,
}

impl App {
    /// A state.
    pub fn new(store: Store, settings: Settings, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            settings,
            clock,
            pauses: Pauses::default(),
        }))
    }

    /// Where everything lives.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What whoever started the server decided.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Failed sign-ins.
    pub fn pauses(&self) -> &Pauses {
        &self.0.pauses
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        Moment::utc(self.0.clock.now())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("App")
    }
}
