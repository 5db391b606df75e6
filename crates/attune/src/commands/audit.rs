//! `attune audit verify`: whether the log of a store is whole; the first bad row is named.

use anyhow::{Result, bail};
use attune_store::audit::{ChainVerified, Verified};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Verify the chain of hashes against itself and against the signed heads; exit code 1 when a row is bad
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    place: Place,
    /// Also make the tables again from the log, in a trial, and compare them with those that there are
    #[arg(long)]
    tables: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub fn run(&self) -> Result<()> {
        let What::Verify(verify) = &self.what;
        verify.run()
    }
}

impl Verify {
    fn run(&self) -> Result<()> {
        let (verified, compared) = place::wait(async {
            let store = self.place.open().await?;
            let verified = store.verify().await?;
            let compared = match self.tables && verified.is_sound() {
                true => Some(store.compare_with_log().await?),
                false => None,
            };
            store.close().await;
            Ok((verified, compared))
        })?;
        let differing = compared.as_ref().map(|compared| &compared.differing);
        let tables_are_sound = differing.is_none_or(Vec::is_empty);
        let sound = verified.is_sound() && tables_are_sound;
        if self.json {
            let document = json!({ "sound": sound, "chains": verified.chains,
                "unsound_heads": verified.unsound_heads, "differing_tables": differing });
            output::print_json(&document)?;
        } else {
            output::print_text(&words(&verified))?;
            for table in differing.into_iter().flatten() {
                let (name, before, after) = (table.table, table.n_before, table.n_after);
                output::print_text(&format!(
                    "The table {name} is not what the log says ({before} rows, {after} by the log); `attune store rebuild` makes it again.\n"
                ))?;
            }
        }
        if sound {
            Ok(())
        } else {
            bail!("the log or its tables are not what they must be")
        }
    }
}

fn words(verified: &Verified) -> String {
    let mut text: String = verified.chains.iter().map(words_of_chain).collect();
    for file in &verified.unsound_heads {
        text += &format!("{file}: this is no head that was signed with the key of the store.\n");
    }
    text
}

fn words_of_chain(chain: &ChainVerified) -> String {
    let name = match chain.chain.as_str() {
        "-" => "instance",
        study => study,
    };
    match &chain.bad {
        Some(bad) => format!("{name}: row {} is bad: {}.\n", bad.sequence, bad.what),
        None => {
            let erased = match chain.n_erased {
                0 => String::new(),
                n => format!(", {n} erased as later rows say"),
            };
            format!(
                "{name}: {} rows, all sound{erased}; compared with {} signed heads.\n  head {}\n",
                chain.n_rows, chain.n_heads, chain.head
            )
        }
    }
}
