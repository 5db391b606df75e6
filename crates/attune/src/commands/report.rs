//! `attune report STUDY`: run the plan, write the report: for whom (`--profile`), in which formats
//! (`--to`), with its figures as files where asked for (`--figures`).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use attune_document::{Date, DocumentSettings, MoreFonts};
use attune_protocol::Protocol;
use attune_report::{Profile, Quotation, Report};
use clap::{Args, ValueEnum};

use crate::{
    commands::open_crate,
    documents::{Document, Kind, documents},
    output::{self, AsItIs},
    progress, quotations, run,
};

#[derive(Debug, Args)]
pub struct ReportCommand {
    /// Study folder
    study: PathBuf,
    /// Formats to write
    #[arg(long, value_delimiter = ',', default_value = "html")]
    to: Vec<Format>,
    /// For whom: one document each
    #[arg(long, value_delimiter = ',', default_value = "full")]
    profile: Vec<ProfileName>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
    /// Folder for the figures as files: SVG, PNG, their numbers as CSV, captions
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Day that PDF and DOCX say they were made, YYYY-MM-DD; without it they say none
    #[arg(long, value_name = "DAY", value_parser = day)]
    date: Option<Date>,
    /// Folder with fonts (.ttf, .otf) for letters that ours do not have, in PDF and in pictures
    #[arg(long, value_name = "DIR")]
    fonts: Option<PathBuf>,
    /// CSV file with words of those who agreed to be quoted: words, speaker, purpose, agreed, dyad
    #[arg(long, value_name = "FILE")]
    quotes: Option<PathBuf>,
    /// Folder with the data files, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seed of everything random; the report names it
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One self-contained HTML file
    Html,
    /// PDF, tagged for screen readers
    Pdf,
    /// For Word and LibreOffice, to work on
    Docx,
    /// Folder for an archive: de-identified data, plan, findings, report, checksums
    Crate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    /// The full evaluation report
    Full,
    /// Results section of a journal article, tables in APA style
    Journal,
    /// Two pages for commissioners
    Commissioner,
    /// In plain words
    Lay,
    /// Ethics and data annex
    Annex,
}

impl ReportCommand {
    pub fn run(&self) -> Result<()> {
        let (protocol, measures) = run::measures(&self.study, self.data.as_deref())?;
        let findings = run::analysed(&protocol, &measures, self.seed);
        let quotations = self.quotations(&protocol)?;
        let reports: Vec<Report> = self
            .profile
            .iter()
            .map(|name| run::report(&protocol, &findings, name.profile(), &quotations))
            .collect();
        let kinds: Vec<Kind> = self.to.iter().filter_map(|format| format.kind()).collect();
        let fonts = self.fonts.as_deref().map(fonts_in).transpose()?;
        let settings = DocumentSettings {
            date: self.date,
            fonts: fonts.as_ref(),
        };
        for document in documents(&reports, &kinds, settings)? {
            write(&document, &self.out)?;
        }
        if self.to.contains(&Format::Crate) {
            let path =
                open_crate::write_crate(&self.study, &protocol, &measures, self.seed, &self.out)?;
            output::print_text(&format!("{}\n", path.display()))?;
        }
        if let Some(folder) = &self.figures {
            write_figures(
                &run::report(&protocol, &findings, Profile::Full, &[]),
                folder,
            )?;
        }
        Ok(())
    }

    fn quotations(&self, protocol: &Protocol) -> Result<Vec<Quotation>> {
        let Some(file) = &self.quotes else {
            return Ok(Vec::new());
        };
        let folder = self.data.as_deref().unwrap_or(&self.study);
        quotations::of_study(file, protocol, folder)
    }
}

fn write(document: &Document, folder: &Path) -> Result<()> {
    for note in &document.notes {
        eprintln!("note: {note}");
    }
    let path = folder.join(&document.name);
    output::write_file(&path, &document.bytes)?;
    output::print_text(&format!("{}\n", path.display()))
}

impl Format {
    /// The document; the crate, which is the whole study, is none.
    fn kind(self) -> Option<Kind> {
        match self {
            Self::Html => Some(Kind::Html),
            Self::Pdf => Some(Kind::Pdf),
            Self::Docx => Some(Kind::Docx),
            Self::Crate => None,
        }
    }
}

/// The fonts in a folder.
fn fonts_in(folder: &Path) -> Result<MoreFonts> {
    let mut files = Vec::new();
    let listing = std::fs::read_dir(folder)
        .with_context(|| format!("cannot look for fonts in {}", folder.display()))?;
    for entry in listing {
        let path = entry?.path();
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        if ending.is_some_and(|ending| ["ttf", "otf", "ttc"].iter().any(|font| ending == *font)) {
            let bytes = std::fs::read(&path)
                .with_context(|| format!("cannot read the font {}", path.display()))?;
            files.push((path.display().to_string(), bytes));
        }
    }
    if files.is_empty() {
        bail!(
            "there is no font in {}: it needs files that end in .ttf, .otf or .ttc",
            folder.display()
        );
    }
    files.sort();
    MoreFonts::read(files).map_err(|not_fonts| {
        let lines: Vec<String> = not_fonts
            .into_iter()
            .map(|file| {
                format!(
                    "error: {file} is no font; remove it from the folder, or give the font again"
                )
            })
            .collect();
        AsItIs(lines.join("\n")).into()
    })
}

fn write_figures(report: &Report, folder: &Path) -> Result<()> {
    let figures = progress::during("Drawing the figures", || {
        attune_document::figure_files(report)
    })?;
    let mut captions = String::new();
    for figure in &figures {
        let write = |ending: &str, bytes: &[u8]| {
            output::write_file(&folder.join(format!("{}.{ending}", figure.name)), bytes)
        };
        write("svg", figure.svg.as_bytes())?;
        write("png", &figure.png)?;
        write("csv", figure.csv.as_bytes())?;
        captions += &format!("{}: {}\n", figure.name, figure.caption);
    }
    output::write_file(&folder.join("captions.txt"), captions.as_bytes())?;
    output::print_text(&format!("{}\n", folder.display()))
}

impl ProfileName {
    fn profile(self) -> Profile {
        match self {
            Self::Full => Profile::Full,
            Self::Journal => Profile::Journal,
            Self::Commissioner => Profile::Commissioner,
            Self::Lay => Profile::Lay,
            Self::Annex => Profile::Annex,
        }
    }
}

/// A day as it is written on the command line.
fn day(words: &str) -> Result<Date, String> {
    let parts: Vec<&str> = words.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return Err("a day is written YYYY-MM-DD, such as 2026-03-01".to_owned());
    };
    let number = |part: &str| part.parse::<u16>().ok();
    match (number(year), number(month), number(day)) {
        (Some(year), Some(month), Some(day)) => {
            Date::new(year, month, day).ok_or_else(|| format!("there is no day {words}"))
        }
        _ => Err("a day is written YYYY-MM-DD, such as 2026-03-01".to_owned()),
    }
}
