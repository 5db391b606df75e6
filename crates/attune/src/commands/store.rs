//! `attune store rebuild`: the tables that people read, made again from the log.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct StoreCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the tables again from the log, and say which of them were not what the log says
    Rebuild(Rebuild),
}

#[derive(Debug, Args)]
struct Rebuild {
    #[command(flatten)]
    place: Place,
    /// Only compare; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl StoreCommand {
    pub fn run(&self) -> Result<()> {
        let What::Rebuild(rebuild) = &self.what;
        rebuild.run()
    }
}

impl Rebuild {
    fn run(&self) -> Result<()> {
        let rebuilt = place::wait(async {
            let store = self.place.open().await?;
            let rebuilt = match self.dry_run {
                true => store.compare_with_log().await?,
                false => store.rebuild().await?,
            };
            store.close().await;
            Ok(rebuilt)
        })?;
        if self.json {
            return output::print_json(&rebuilt);
        }
        let done = if self.dry_run {
            "compared with"
        } else {
            "made again from"
        };
        let mut text = format!("The tables were {done} {} commands", rebuilt.n_commands);
        if rebuilt.n_erased > 0 {
            text += &format!(" ({} of them erased)", rebuilt.n_erased);
        }
        text += match rebuilt.differing.is_empty() {
            true => "; they were what the log says.\n",
            false => "; these were not what the log says:\n",
        };
        for table in &rebuilt.differing {
            text += &format!(
                "  {}: {} rows, by the log {}\n",
                table.table, table.n_before, table.n_after
            );
        }
        output::print_text(&text)
    }
}
