//! `attune measures STUDY`: the long table as CSV.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::{output, run};

#[derive(Debug, Args)]
pub struct MeasuresCommand {
    /// Study folder
    study: PathBuf,
    /// Folder with the data files, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl MeasuresCommand {
    pub fn run(&self) -> Result<()> {
        let (_, measures) = run::measures(&self.study, self.data.as_deref())?;
        if measures.simulated {
            eprintln!("note: these data are simulated and describe no family");
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        for record in measures.table() {
            writer.write_record(record)?;
        }
        let bytes = writer.into_inner().context("cannot write CSV")?;
        match &self.out {
            Some(path) => output::write_file(path, &bytes),
            None => output::print_text(&String::from_utf8_lossy(&bytes)),
        }
    }
}
