//! `/backups`: the backups that were made, and whether each could be restored; making one now.

use askama::Template;
use attune_store::backup::BackupRow;

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
    backups: Vec<BackupRow>,
    folder: String,
    may_make: bool,
}

/// Backups that the page lists.
const MOST: usize = 60;

/// `GET /backups`.
pub async fn page(visit: Visit) -> Answer {
    let store = visit.app.store();
    let mut backups = store.backups().await?;
    backups.truncate(MOST);
    show(&Backups {
        layout: Layout::of(&visit, "Backups"),
        last: store.last_verified_backup().await?,
        backups,
        folder: store.location().backups().display().to_string(),
        may_make: visit.has_right(Action::MakeBackups),
    })
}

/// `POST /backups`.
pub async fn make(visit: Visit) -> Answer {
    let actor = visit.actor(Action::MakeBackups)?;
    visit.app.store().backup(&actor, visit.at).await?;
    Ok(see("/backups"))
}
