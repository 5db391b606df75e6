//! `attune publish STUDY…`: the public pages of studies as files.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use attune_analysis::Findings;
use attune_protocol::Protocol;
use attune_publication::{Analytics, Files, Matomo, Published, Settings, publish};
use clap::Args;

use crate::{output, quotations, run};

#[derive(Debug, Args)]
pub struct Publish {
    /// Study folders
    #[arg(required = true)]
    studies: Vec<PathBuf>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "public")]
    out: PathBuf,
    /// Name above all studies
    #[arg(long)]
    title: Option<String>,
    /// Address of a Matomo of your own, which is loaded only after a visitor's yes; without it nothing optional
    /// is set or loaded, and there is no banner
    #[arg(long, value_name = "URL", requires = "matomo_site")]
    matomo: Option<String>,
    /// Number of the site in that Matomo
    #[arg(long, value_name = "N", requires = "matomo")]
    matomo_site: Option<u32>,
    /// CSV file with words of those who agreed to be quoted, as for `attune report`; for one study at a time
    #[arg(long, value_name = "FILE")]
    quotes: Option<PathBuf>,
    /// Seed of everything random; the page names what it was made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Publish {
    pub fn run(&self) -> Result<()> {
        let settings = Settings {
            title: self.title.clone(),
            analytics: self.analytics()?,
            ..Settings::default()
        };
        if self.quotes.is_some() && self.studies.len() > 1 {
            bail!(
                "--quotes belongs to one study; publish that study with it, and the others on their own"
            );
        }
        let studies = read_all(&self.studies, self.seed)?;
        let quotations = match (&self.quotes, studies.as_slice()) {
            (Some(file), [(protocol, _)]) => {
                quotations::of_study(file, protocol, &self.studies[0])?
            }
            _ => Vec::new(),
        };
        let published: Vec<Published<'_>> = studies
            .iter()
            .map(|(protocol, findings)| Published {
                protocol,
                findings: findings.as_ref(),
                quotations: &quotations,
            })
            .collect();
        write(&publish(&published, &settings), &self.out)?;
        let index = self.out.join(attune_publication::INDEX);
        output::print_text(&format!("{}\n", index.display()))
    }

    fn analytics(&self) -> Result<Analytics> {
        match (&self.matomo, self.matomo_site) {
            (Some(address), Some(site)) => Matomo::at(address, site)
                .map(Analytics::Matomo)
                .map_err(|message| anyhow!(message)),
            _ => Ok(Analytics::None),
        }
    }
}

/// Reads every study and runs its plan; a study whose results are not released is not analysed.
fn read_all(folders: &[PathBuf], seed: u64) -> Result<Vec<(Protocol, Option<Findings>)>> {
    let mut studies: Vec<(Protocol, Option<Findings>)> = Vec::new();
    for folder in folders {
        let protocol = run::protocol(folder)?;
        let id = &protocol.study.id;
        if studies.iter().any(|(other, _)| other.study.id == *id) {
            bail!(
                "two studies have the id '{id}'; their pages would be one, so give one of them another id"
            );
        }
        let shows_numbers = protocol.study.shows_results() && !protocol.analyses.is_empty();
        let findings = match shows_numbers {
            true => Some(run::findings_of(&protocol, folder, seed)?),
            false => None,
        };
        studies.push((protocol, findings));
    }
    Ok(studies)
}

/// Writes the pages of studies that have been read and analysed, and returns the path of the list of them.
pub fn write_publication(studies: &[(Protocol, Findings)], folder: &Path) -> Result<PathBuf> {
    let published: Vec<Published<'_>> = studies
        .iter()
        .map(|(protocol, findings)| Published {
            protocol,
            findings: Some(findings),
            quotations: &[],
        })
        .collect();
    write(&publish(&published, &Settings::default()), folder)?;
    Ok(folder.join(attune_publication::INDEX))
}

fn write(files: &Files, folder: &Path) -> Result<()> {
    // The lists come last: they name pages that are there by then.
    let (lists, pages): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| !path.contains('/'));
    for (path, bytes) in pages.into_iter().chain(lists) {
        output::write_file(&folder.join(path), bytes)?;
    }
    Ok(())
}
