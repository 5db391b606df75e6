//! `attune schema`: the study format as JSON Schema.

use anyhow::Result;
use clap::Args;

use crate::output;

#[derive(Debug, Args)]
#[command(
    after_help = "Editors that know TOML take it from a first line in study.toml:\n  #:schema ./study.schema.json\nafter `attune schema > study.schema.json` in the study folder."
)]
pub struct Schema {}

impl Schema {
    pub fn run(&self) -> Result<()> {
        output::print_json(&attune_protocol::json_schema())
    }
}
