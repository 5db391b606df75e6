//! What every handler reaches: the store, settings, clock, and what is remembered of sign-ins.

use std::{fmt, sync::Arc};

use attune_store::{Moment, Store};

use crate::{
    clock::Clock,
    documents::DocumentsKept,
    failure::Failure,
    intake::Intake,
    public_pages::PublicPages,
    results::ResultsKept,
    settings::Settings,
    sign_in::{password::Comparisons, pauses::Pauses},
    team_project::kept::ProjectsKept,
    watching::Watching,
};

/// The application's state; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    clock: Clock,
    pauses: Pauses,
    comparisons: Comparisons,
    results: ResultsKept,
    documents: DocumentsKept,
    intake: Intake,
    projects: ProjectsKept,
    public_pages: PublicPages,
    watching: Watching,
}

impl App {
    /// A state.
    pub fn new(store: Store, settings: Settings, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            settings,
            clock,
            pauses: Pauses::default(),
            comparisons: Comparisons::default(),
            results: ResultsKept::default(),
            documents: DocumentsKept::default(),
            intake: Intake::default(),
            projects: ProjectsKept::default(),
            public_pages: PublicPages::default(),
            watching: Watching::default(),
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

    /// Passwords that were compared.
    pub fn comparisons(&self) -> &Comparisons {
        &self.0.comparisons
    }

    /// Findings and reports that were computed.
    pub(crate) fn results_kept(&self) -> &ResultsKept {
        &self.0.results
    }

    /// Documents that were made of them.
    pub(crate) fn documents_kept(&self) -> &DocumentsKept {
        &self.0.documents
    }

    /// The public pages and how often they were read.
    pub(crate) fn public_pages(&self) -> &PublicPages {
        &self.0.public_pages
    }

    /// The name of who did something, as the log has it: an account's id, or `program`.
    pub(crate) async fn name_of(&self, actor: &str) -> Result<String, Failure> {
        match actor.parse() {
            Ok(account) => Ok(self.store().account(account).await?.name),
            Err(_) => Ok("the program".to_owned()),
        }
    }

    /// Recordings that are being taken in.
    pub fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// Who was noted as watching which recording.
    pub(crate) fn watching(&self) -> &Watching {
        &self.0.watching
    }

    /// Projects of other tools that were sent and wait for somebody's word.
    pub(crate) fn projects_kept(&self) -> &ProjectsKept {
        &self.0.projects
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
