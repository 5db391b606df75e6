//! `attune backup`: a backup now, restored on trial, and copied to another place; or the list of those that there are.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_store::{Actor, Moment, backup::CopiedElsewhere};
use clap::Args;
use serde_json::json;

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// List the backups instead of making one
    #[arg(long)]
    list: bool,
    /// Copy it, with all recordings, into a folder on another disk, where it is read again
    #[arg(long, value_name = "DIR", conflicts_with = "list")]
    to: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub fn run(&self) -> Result<()> {
        if self.list { self.list() } else { self.make() }
    }

    fn make(&self) -> Result<()> {
        let (made, copied) = place::wait(async {
            let store = self.place.open().await?;
            let made = store.backup(&Actor::PROGRAM, Moment::now()).await?;
            let copied = match (&self.to, &made.fault) {
                (Some(to), None) => Some(store.copy_backup(&made.folder, to).await?),
                _ => None,
            };
            store.close().await;
            Ok((made, copied))
        })?;
        let n_rows = made.manifest.n_rows();
        if self.json {
            output::print_json(&json!({
                "folder": made.folder, "rows": n_rows, "verified": made.fault.is_none(),
                "fault": made.fault, "manifest": made.manifest,
                "copy": copied.as_ref().map(|copied| json!({
                    "folder": copied.folder, "recordings_copied": copied.n_recordings_new,
                    "recordings_removed": copied.n_recordings_gone, "same_disk": copied.same_disk,
                })),
            }))?;
        }
        let folder = made.folder.display();
        if let Some(fault) = &made.fault {
            bail!("the backup {folder} was made and could not be restored on trial: {fault}");
        }
        if self.json {
            return Ok(());
        }
        let recordings = match made.manifest.recordings.len() {
            0 => String::new(),
            n => format!(" and {n} files of recordings"),
        };
        output::print_text(&format!(
            "Backup in {folder}: {n_rows} rows{recordings}, restored on trial and found whole.\n\
             The keys are not in it. Keep a copy of {} in another place.\n{}",
            self.place.location().keys.display(),
            copied.map_or_else(|| SAME_DISK.to_owned(), |copied| where_it_is(&copied))
        ))
    }

    fn list(&self) -> Result<()> {
        let (backups, keys) = place::wait(async {
            let store = self.place.open().await?;
            let backups = store.backups().await?;
            let keys = store.keys().fingerprint();
            store.close().await;
            Ok((backups, keys))
        })?;
        if self.json {
            let rows: Vec<_> = backups
                .iter()
                .map(|backup| {
                    json!({ "at": backup.at.rfc3339(), "folder": backup.folder,
                        "verified": backup.verified, "manifest_sha256": backup.digest })
                })
                .collect();
            return output::print_json(&json!({ "backups": rows, "keys": keys }));
        }
        if backups.is_empty() {
            return output::print_text("There is no backup yet. Make one with `attune backup`.\n");
        }
        let line = |verified: bool| if verified { "verified" } else { "NOT VERIFIED" };
        let text: String = backups
            .iter()
            .map(|one| {
                format!(
                    "{}  {}  {}\n",
                    one.at.rfc3339(),
                    one.folder,
                    line(one.verified)
                )
            })
            .collect();
        output::print_text(&format!("Keys: {keys}\n{text}"))
    }
}

const SAME_DISK: &str = "It lies on the same disk as the data, where recordings are the same files under a second name: a \
     disk that breaks takes both. `attune backup --to DIR` copies it to another one.\n";

fn where_it_is(copied: &CopiedElsewhere) -> String {
    let folder = copied.folder.display();
    let mut text = format!(
        "Copied to {folder} and read again, with {} new files of recordings beside it.\n",
        copied.n_recordings_new
    );
    if copied.n_recordings_gone > 0 {
        text += &format!(
            "{} files of recordings went from there: they were withdrawn or taken away.\n",
            copied.n_recordings_gone
        );
    }
    if copied.same_disk {
        text += "That is the same disk as the data: it does not survive the disk.\n";
    }
    text
}
