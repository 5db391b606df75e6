//! `/backups`: the backups that were made, whether each could be restored, and when the next one is due;
//! making one now.

use askama::Template;
use attune_store::{Moment, Store, backup::BackupRow};

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "backups.html")]
struct Backups {
    layout: Layout,
    last: Option<BackupRow>,
    backups: Vec<Made>,
    every: String,
    keep: usize,
    next: Option<Moment>,
    folder: String,
    keys: String,
    may_make: bool,
}

/// A backup in words.
struct Made {
    backup: BackupRow,
    /// What is in it; none where it was cleared away.
    content: Option<String>,
    /// Why it could not be restored.
    fault: Option<String>,
}

/// Backups that the page lists.
const MOST: usize = 60;

/// `GET /backups`.
pub async fn page(visit: Visit) -> Answer {
    let store = visit.app.store();
    let plan = visit.app.settings().safekeeping;
    let mut backups = store.backups().await?;
    backups.truncate(MOST);
    let next = backups.first();
    show(&Backups {
        layout: Layout::of(&visit, "Backups"),
        last: store.last_verified_backup().await?,
        every: hours(plan.backup_every),
        keep: plan.keep,
        next: next.map(|newest| newest.at.plus_seconds(plan.backup_every)),
        backups: backups.into_iter().map(|one| made(store, one)).collect(),
        folder: store.location().backups().display().to_string(),
        keys: store.keys().fingerprint(),
        may_make: visit.has_right(Action::MakeBackups),
    })
}

fn made(store: &Store, backup: BackupRow) -> Made {
    let content = store.manifest_of(&backup).map(|manifest| {
        let rows = format!("{} rows", manifest.n_rows());
        match manifest.recordings.len() {
            0 => rows,
            n => format!("{rows}, {n} files of recordings"),
        }
    });
    Made {
        fault: store.fault_of(&backup),
        backup,
        content,
    }
}

fn hours(seconds: i64) -> String {
    match seconds / 3600 {
        24 => "each day".to_owned(),
        1 => "each hour".to_owned(),
        hours => format!("every {hours} hours"),
    }
}

/// `POST /backups`.
pub async fn make(visit: Visit) -> Answer {
    let actor = visit.actor(Action::MakeBackups)?;
    visit.app.store().backup(&actor, visit.at).await?;
    Ok(see("/backups"))
}
