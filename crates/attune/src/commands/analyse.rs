//! `attune analyse STUDY`: run the plan, print the findings.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{findings_text, output, run};

#[derive(Debug, Args)]
pub struct Analyse {
    /// Study folder
    study: PathBuf,
    /// Folder with the data files, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seed of everything random; the findings name it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the findings as one JSON document
    #[arg(long)]
    json: bool,
    /// Write the findings as JSON to this file as well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Analyse {
    pub fn run(&self) -> Result<()> {
        let (_, findings) = run::findings(&self.study, self.data.as_deref(), self.seed)?;
        if let Some(path) = &self.out {
            let text = serde_json::to_string_pretty(&findings)?;
            output::write_file(path, format!("{text}\n").as_bytes())?;
        }
        if self.json {
            output::print_json(&findings)
        } else {
            output::print_text(&findings_text::all(&findings))
        }
    }
}
