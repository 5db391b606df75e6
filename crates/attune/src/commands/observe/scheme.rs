//! `attune observe scheme FILE`: the scheme of a coding tool as a scheme file of a study, and the scheme of a
//! study as a file of a coding tool.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use attune_exchange::video_coding::{
    CodingFile, NotHeld, SchemeTarget, lost_of_plan, scheme_file, write_scheme,
};
use attune_protocol::scheme::Scheme as Planned;
use attune_records::observation::SchemeAsRead;
use clap::Args;

use crate::{commands::inspect::name_of, output, run};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe scheme project.boris --out my-study/schemes/play.toml
  attune observe scheme template.etf
  attune observe scheme words.ecv --title \"Words of the parent\"
  attune observe scheme my-study/schemes/play.toml --out play.boris
  attune observe scheme my-study --scheme play --out play.etf
  attune observe scheme project.boris --out template.etf

Reads subjects, behaviours, modifiers and keys of a BORIS project, an ELAN template or vocabulary, of
a study or its scheme file, or what the events of any other file show. Written by the ending of
--out: .toml (a scheme file of a study), .boris, .boris.gz (a project without observations), .etf
(an ELAN template), .ecv (ELAN vocabularies). What is missing, assumed or not held is listed on
standard error; definitions, and who is an infant or a carer, are left to you.")]
pub struct Scheme {
    /// File, study folder or scheme file to read
    file: PathBuf,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Title of the scheme; the file's name, or the title that it has, without it
    #[arg(long)]
    title: Option<String>,
    /// The scheme, where a study has several
    #[arg(long, value_name = "ID")]
    scheme: Option<String>,
}

impl Scheme {
    pub fn run(&self) -> Result<()> {
        let target = self.out.as_deref().and_then(|path| {
            SchemeTarget::of_name(&path.file_name().unwrap_or_default().to_string_lossy())
        });
        if let Some(planned) = self.planned()? {
            let target = target.ok_or_else(|| {
                anyhow!("this is a scheme of a study already\nhelp: --out FILE ending in .boris, .boris.gz, .etf or .ecv writes it for another program")
            })?;
            let title = self.title.as_deref().unwrap_or(&planned.title);
            note(lost_of_plan(&planned));
            return self.write(&SchemeAsRead::planned(&planned), title, target);
        }
        if self.scheme.is_some() {
            bail!("--scheme chooses among the schemes of a study; this file has one");
        }
        let name = name_of(&self.file);
        let read = CodingFile::open(&self.file)
            .with_context(|| self.file.display().to_string())?
            .to_project(&name)?;
        for left in &read.not_taken_over {
            note([NotHeld {
                what: format!("not taken over: {}", left.what),
                why: left.why.clone(),
            }]);
        }
        let scheme = read.project.scheme;
        if scheme.behaviours.is_empty() {
            bail!("{}: there is no behaviour in it", self.file.display());
        }
        let title = self.title.as_deref().unwrap_or(&name);
        if let Some(target) = target {
            return self.write(&scheme, title, target);
        }
        let (text, lost) = scheme_file(&scheme, title);
        note(lost);
        match &self.out {
            Some(path) => output::write_file(path, text.as_bytes()),
            None => output::print_text(&text),
        }
    }

    /// The scheme of a study or of a scheme file; none where the file is another tool's.
    fn planned(&self) -> Result<Option<Planned>> {
        let is_toml = has_ending(&self.file, "toml");
        let is_study = self.file.is_dir() || self.file.ends_with("study.toml");
        if is_study {
            let folder = match self.file.is_dir() {
                true => self.file.as_path(),
                false => self.file.parent().unwrap_or(Path::new(".")),
            };
            let protocol = run::protocol(folder)?;
            return Ok(Some(self.chosen(protocol.schemes)?));
        }
        if !is_toml {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| anyhow!("{}: {error}", self.file.display()))?;
        let scheme = attune_store::own_scheme::read(&"scheme".into(), &text)
            .map_err(|error| anyhow!("{}: {error}", self.file.display()))?;
        Ok(Some(scheme))
    }

    fn chosen(&self, schemes: Vec<Planned>) -> Result<Planned> {
        let ids: Vec<String> = schemes.iter().map(|one| one.id.to_string()).collect();
        let there = format!("there are {}", ids.join(", "));
        let wanted = match (&self.scheme, ids.as_slice()) {
            (_, []) => bail!("the study has no coding scheme"),
            (Some(id), _) => id,
            (None, [only]) => only,
            (None, _) => {
                bail!("the study has several schemes\nhelp: name one with --scheme; {there}")
            }
        };
        let found = schemes.into_iter().find(|one| *one.id == **wanted);
        found.ok_or_else(|| anyhow!("the study has no scheme `{wanted}`\nhelp: {there}"))
    }

    fn write(&self, scheme: &SchemeAsRead, title: &str, target: SchemeTarget) -> Result<()> {
        let written = write_scheme(scheme, title, target)?;
        note(written.not_held);
        // A target comes from the name of this file.
        match &self.out {
            Some(path) => output::write_file(path, &written.bytes),
            None => Ok(()),
        }
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn note(losses: impl IntoIterator<Item = NotHeld>) {
    for lost in losses {
        eprintln!("note: {} ({})", lost.what, lost.why);
    }
}
