//! `attune observe scheme FILE`: the scheme of a coding tool as a scheme file of a study.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use attune_exchange::video_coding::{CodingFile, scheme_file};
use clap::Args;

use crate::{commands::inspect::name_of, output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe scheme project.boris --out my-study/schemes/play.toml
  attune observe scheme template.etf
  attune observe scheme words.ecv --title \"Words of the parent\"

Reads subjects, behaviours, modifiers and keys of a BORIS project, an ELAN template or vocabulary,
or what the events of any other file show. Definitions, and who is an infant or a carer, are left
to you: what is missing or assumed is listed on standard error.")]
pub struct Scheme {
    /// File to read
    file: PathBuf,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Title of the scheme; the file's name without it
    #[arg(long)]
    title: Option<String>,
}

impl Scheme {
    pub fn run(&self) -> Result<()> {
        let name = name_of(&self.file);
        let scheme = CodingFile::open(&self.file)
            .with_context(|| self.file.display().to_string())?
            .to_project(&name)?
            .project
            .scheme;
        if scheme.behaviours.is_empty() {
            bail!("{}: there is no behaviour in it", self.file.display());
        }
        let title = self.title.as_deref().unwrap_or(&name);
        let (text, lost) = scheme_file(&scheme, title);
        for lost in lost {
            eprintln!("note: {} ({})", lost.what, lost.why);
        }
        match &self.out {
            Some(path) => output::write_file(path, text.as_bytes()),
            None => output::print_text(&text),
        }
    }
}
