//! The public pages as this server answers with them: made by `attune-publication` from the studies that have a
//! page, kept until a study or its findings change, and counted by day and page without knowing who came.
//!
//! A study shows numbers only when its results are released, nobody is measured any more and its arms are revealed. The counts are one small file
//! beside the store: they belong to no study and hold nothing about anybody.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use attune_protocol::Protocol;
use attune_publication::{
    Analytics, Files, Place, Published, Settings,
    choice::{Choice, Signals},
    publish,
    visits::Visits,
};
use axum::http::{HeaderMap, header};
use jiff::civil::Date;
use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{failure::Failure, results::Results, settings::Transport, state::App};

/// Where the public pages stand.
pub const ROOT: &str = "/studies";

/// What the server keeps for the public pages.
#[derive(Debug, Default)]
pub struct PublicPages {
    publication: Mutex<Option<(String, Arc<Files>)>>,
    visits: Mutex<Option<Visits>>,
}

/// What a browser remembers of a choice, and what it says by itself.
pub fn visitor(headers: &HeaderMap) -> (Option<Choice>, Signals) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies: Vec<&str> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let choice = Choice::from_cookies(&cookies.join("; "));
    (choice, Signals::from_headers(text("sec-gpc"), text("dnt")))
}

impl App {
    /// How the pages are published here.
    pub(crate) fn publishing(&self) -> Settings {
        Settings {
            place: Place::Served(ROOT.to_owned()),
            analytics: match &self.settings().matomo {
                Some(matomo) => Analytics::Matomo(matomo.clone()),
                None => Analytics::OwnCounts,
            },
            ..Settings::default()
        }
    }

    /// The public pages as they are now.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or a study's findings cannot be computed.
    pub(crate) async fn publication(&self) -> Result<Arc<Files>, Failure> {
        let mut studies: Vec<(Arc<Protocol>, Option<Arc<Results>>)> = Vec::new();
        let mut made_from = String::new();
        for study in self.store().studies().await? {
            let protocol = self.store().protocol(&study.id).await?;
            if protocol.study.pages.is_empty() {
                continue;
            }
            let may_show = protocol.study.shows_results() && !protocol.analyses.is_empty();
            let results = match may_show {
                true => Some(self.results(&study).await?).filter(|results| !results.permuted),
                false => None,
            };
            made_from += &protocol.fingerprint;
            if let Some(results) = &results {
                made_from += &results.findings.data_fingerprint;
                made_from += results.made_from();
            }
            made_from.push('\n');
            studies.push((protocol, results));
        }
        let mut kept = self.public_pages().publication.lock().await;
        if let Some((of, files)) = kept.as_ref()
            && *of == made_from
        {
            return Ok(Arc::clone(files));
        }
        let settings = self.publishing();
        let files = spawn_blocking(move || {
            let published: Vec<Published<'_>> = studies.iter().map(as_published).collect();
            Arc::new(publish(&published, &settings))
        })
        .await
        .map_err(Failure::internal)?;
        *kept = Some((made_from, Arc::clone(&files)));
        Ok(files)
    }

    /// Counts one visit of a page, unless the visitor or the browser objects.
    ///
    /// # Errors
    ///
    /// The counts cannot be read or written.
    pub(crate) async fn count_visit(
        &self,
        page: &str,
        choice: Option<Choice>,
        signals: Signals,
    ) -> Result<(), Failure> {
        let choice = choice.unwrap_or_default();
        if self.settings().matomo.is_some() || !choice.allows_counting(signals) {
            return Ok(());
        }
        let day: Date = self.now().date();
        let file = self.visits_file();
        let mut kept = self.public_pages().visits.lock().await;
        let mut visits = match kept.take() {
            Some(visits) => visits,
            None => read(&file)?,
        };
        visits.count(day, page, choice, signals);
        let written = write(&file, &visits);
        *kept = Some(visits);
        written
    }

    /// Visits by day and page.
    ///
    /// # Errors
    ///
    /// The counts cannot be read.
    pub(crate) async fn visits(&self) -> Result<Visits, Failure> {
        let mut kept = self.public_pages().visits.lock().await;
        let visits = match kept.take() {
            Some(visits) => visits,
            None => read(&self.visits_file())?,
        };
        *kept = Some(visits.clone());
        Ok(visits)
    }

    fn visits_file(&self) -> PathBuf {
        self.store().location().data.join("visits.json")
    }

    /// Whether browsers reach the server by HTTPS.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.settings().transport, Transport::Encrypted { .. })
    }
}

fn as_published(study: &(Arc<Protocol>, Option<Arc<Results>>)) -> Published<'_> {
    Published {
        protocol: &study.0,
        findings: study.1.as_deref().map(|results| &results.findings),
        quotations: study
            .1
            .as_deref()
            .map_or(&[], |results| &results.quotations),
    }
}

fn read(file: &Path) -> Result<Visits, Failure> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(Failure::internal),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Visits::default()),
        Err(error) => Err(Failure::internal(error)),
    }
}

/// Whole or not at all: beside the old file first, then in its place.
fn write(file: &Path, visits: &Visits) -> Result<(), Failure> {
    let beside = file.with_extension("json.new");
    let attempt = || -> std::io::Result<()> {
        let mut new = std::fs::File::create(&beside)?;
        serde_json::to_writer(&mut new, visits)?;
        new.flush()?;
        std::fs::rename(&beside, file)
    };
    attempt().map_err(Failure::internal)
}
