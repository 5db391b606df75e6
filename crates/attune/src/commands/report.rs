//! `attune report STUDY`: run the plan, write the report.

use std::path::{Path, PathBuf};

use anyhow::Result;
use attune_analysis::Findings;
use attune_document::DocumentSettings;
use attune_protocol::Protocol;
use clap::{Args, ValueEnum};

use crate::{commands::open_crate, output, run};

#[derive(Debug, Args)]
pub struct ReportCommand {
    /// Study folder
    study: PathBuf,
    /// Formats to write
    #[arg(long, value_delimiter = ',', default_value = "html")]
    to: Vec<Format>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
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
    /// Folder for an archive: de-identified data, plan, findings, report, checksums
    Crate,
}

impl ReportCommand {
    pub fn run(&self) -> Result<()> {
        let (protocol, findings) = run::findings(&self.study, self.data.as_deref(), self.seed)?;
        for format in &self.to {
            match format {
                Format::Html => {
                    let path = write_html(&protocol, &findings, &self.out)?;
                    output::print_text(&format!("{}\n", path.display()))?;
                }
                Format::Crate => {
                    let data = self.data.as_deref();
                    let path = open_crate::write_crate(&self.study, data, self.seed, &self.out)?;
                    output::print_text(&format!("{}\n", path.display()))?;
                }
                Format::Pdf => {
                    let report = run::report(&protocol, &findings);
                    let pdf = attune_document::pdf(&report, DocumentSettings::default())?;
                    let path = self.out.join(format!("{}.pdf", report.study));
                    output::write_file(&path, &pdf.bytes)?;
                    for why in &pdf.short_of_accessible {
                        eprintln!("note: the PDF is tagged, but does not meet PDF/UA-1: {why}");
                    }
                    output::print_text(&format!("{}\n", path.display()))?;
                }
            }
        }
        Ok(())
    }
}

/// Writes `<study>.html` into the folder and returns its path.
pub fn write_html(protocol: &Protocol, findings: &Findings, folder: &Path) -> Result<PathBuf> {
    let report = run::report(protocol, findings);
    let path = folder.join(format!("{}.html", protocol.study.id));
    output::write_file(&path, attune_report::html(&report).as_bytes())?;
    Ok(path)
}
