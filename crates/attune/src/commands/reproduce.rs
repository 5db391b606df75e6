//! `attune reproduce CRATE`: the plan of an open-data crate run again, number by number.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_analysis::Settings;
use attune_publication::open_data::{Reproduction, reproduce};
use clap::Args;
use serde_json::json;

use crate::{
    commands::open_crate::read_folder,
    output::{self, AsItIs},
    progress,
};

#[derive(Debug, Args)]
pub struct Reproduce {
    /// Folder of the crate
    #[arg(value_name = "CRATE")]
    folder: PathBuf,
    /// Print the comparison as one JSON document
    #[arg(long)]
    json: bool,
}

impl Reproduce {
    pub fn run(&self) -> Result<()> {
        let files = read_folder(&self.folder)?;
        let engine = Settings::default().engine;
        let again = progress::during("Running the plan again", || reproduce(&files, &engine));
        let reproduction = again.map_err(|problems| {
            AsItIs(
                problems
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        })?;
        match self.json {
            true => output::print_json(&as_json(&reproduction))?,
            false => output::print_text(&as_text(&reproduction))?,
        }
        if reproduction.is_same() {
            Ok(())
        } else {
            bail!("the crate does not come out as it was deposited")
        }
    }
}

fn as_json(reproduction: &Reproduction) -> serde_json::Value {
    json!({
        "study": reproduction.study,
        "same": reproduction.is_same(),
        "same_to_the_byte": reproduction.is_same_to_the_byte(),
        "changed_files": reproduction.changed,
        "plan_has_its_seal": reproduction.plan_has_its_seal,
        "data_have_their_seal": reproduction.data_have_their_seal,
        "numbers": reproduction.numbers,
        "other_bytes": reproduction.other_bytes,
        "made_by": reproduction.engines.0,
        "run_by": reproduction.engines.1,
    })
}

fn as_text(reproduction: &Reproduction) -> String {
    let (made_by, run_by) = &reproduction.engines;
    let mut text = format!(
        "{}: made by {made_by}, run again by {run_by}.\n\n",
        reproduction.study
    );
    let mut line = |what: &str, is_so: bool, otherwise: &str| {
        let words = if is_so { "yes" } else { otherwise };
        text += &format!("{what:<44}{words}\n");
    };
    line(
        "Files are as the checksums say",
        reproduction.changed.is_empty(),
        &format!("no: {}", reproduction.changed.join(", ")),
    );
    line(
        "The plan has its seal",
        reproduction.plan_has_its_seal,
        "no: it is another plan",
    );
    line(
        "The data have their seal",
        reproduction.data_have_their_seal,
        "no: they are other data",
    );
    let numbers = &reproduction.numbers;
    line(
        "Every number is the same",
        numbers.is_same(),
        &format!(
            "no: {} of {}",
            numbers.numbers - numbers.same,
            numbers.numbers
        ),
    );
    line(
        "The crate comes out byte for byte",
        reproduction.other_bytes.is_empty(),
        &format!("no: {}", reproduction.other_bytes.join(", ")),
    );
    text += &format!("\n{} numbers compared:\n", numbers.numbers);
    for part in &numbers.parts {
        let differ = match part.numbers - part.same {
            0 => String::new(),
            n => format!(", {n} differ"),
        };
        text += &format!("  {}: {}{differ}\n", part.name, part.numbers);
    }
    text
}
