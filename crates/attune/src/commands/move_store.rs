//! `attune move`: a store from SQLite to PostgreSQL (or the other way), compared row by row.

use std::path::PathBuf;

use anyhow::Result;
use attune_store::{Location, restore::move_store};
use clap::Args;
use serde_json::json;

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct Move {
    #[command(flatten)]
    place: Place,
    /// Where to: an empty PostgreSQL database (postgres://user@host/database) or a new folder
    #[arg(long, value_name = "URL|DIR")]
    to: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Move {
    pub fn run(&self) -> Result<()> {
        let from = self.place.existing()?;
        let to = if self.to.starts_with("postgres://") || self.to.starts_with("postgresql://") {
            Location::postgres(&self.to, &from.data)
        } else {
            Location::folder(PathBuf::from(&self.to))
        };
        // The keys stay where they are: they belong to the store, not to its database.
        let to = to.with_keys(&from.keys);
        let words = to.words();
        let moved = place::wait(async {
            std::fs::create_dir_all(&to.data)?;
            Ok(move_store(&from, to).await?)
        })?;
        if self.json {
            return output::print_json(&json!({ "to": words, "moved": moved }));
        }
        output::print_text(&format!(
            "Copied to {words}: {} tables, {} rows, {} files of recordings; every table the same, every chain whole.\n\
             The old store is as it was ({}). Start the server on the new one with the same --keys, \
             and put the old one away.\n",
            moved.n_tables,
            moved.n_rows,
            moved.n_recordings,
            from.words()
        ))
    }
}
