//! `attune backup`: a backup now, restored on trial; or the list of those that there are.

use anyhow::{Result, bail};
use attune_store::{Actor, Moment};
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
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub fn run(&self) -> Result<()> {
        if self.list { self.list() } else { self.make() }
    }

    fn make(&self) -> Result<()> {
        let made = place::wait(async {
            let store = self.place.open().await?;
            let made = store.backup(&Actor::PROGRAM, Moment::now()).await?;
            store.close().await;
            Ok(made)
        })?;
        let n_rows = made.manifest.n_rows();
        if self.json {
            output::print_json(&json!({
                "folder": made.folder, "rows": n_rows, "verified": made.fault.is_none(),
                "fault": made.fault, "manifest": made.manifest,
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
             The keys are not in it. Keep a copy of {} in another place.\n",
            self.place.location().keys.display()
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
