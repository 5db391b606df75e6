//! `attune restore`: a backup into a place that has no store.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_store::{Moment, restore::restore};
use clap::Args;
use serde_json::json;

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct Restore {
    /// Folder of the backup: the one with manifest.json
    backup: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub fn run(&self) -> Result<()> {
        let location = self.place.location();
        let words = location.words();
        let restored =
            place::wait(async { Ok(restore(&self.backup, location, Moment::now()).await?) })?;
        if self.json {
            output::print_json(&json!({ "place": words, "restored": restored }))?;
        } else {
            output::print_text(&format!(
                "Restored to {words}: {} rows and {} files of recordings, as they were on {}.\n\
                 {} erasures since then were done again. Everybody signs in anew.\n",
                restored.n_rows, restored.n_recordings, restored.at, restored.n_erased_again
            ))?;
        }
        let n_missing = restored.missing_recordings.len();
        if n_missing > 0 {
            bail!(
                "{n_missing} files of recordings are not beside the backup: they lie in the folder `media` next \
                 to the folders of backups; copy it there too and restore once more, into a new place"
            );
        }
        if restored.verified.is_sound() {
            Ok(())
        } else {
            bail!("the restored log is not whole; run `attune audit verify`")
        }
    }
}
