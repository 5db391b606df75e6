//! `attune demo`: the example studies from folder to report and public page, then the application with
//! them inside.

mod application;
mod made_up_codings;
mod recording;
mod to_try;

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use attune_analysis::Findings;
use attune_document::DocumentSettings;
use attune_protocol::Protocol;
use attune_report::Profile;
use attune_store::Location;
use attune_web::{App, Clock, Demonstration, Settings};
use clap::Args;

use crate::{
    commands::{listening, open_crate, publish, serve},
    documents::{Document, Kind, documents},
    examples, findings_text, log, output, run,
};

#[derive(Debug, Args)]
pub struct Demo {
    /// Folder for the example studies and their reports; studies that are there already are kept as
    /// they are. Without it a fresh folder is made and named
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write reports as pages only: no PDF, no Word file, no open-data package
    #[arg(long)]
    pages_only: bool,
    /// Stop before the application is opened
    #[arg(long)]
    no_serve: bool,
    /// Address and port of the application, on this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", value_parser = listening::address)]
    listen: SocketAddr,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub fn run(&self) -> Result<()> {
        if !self.no_serve && !self.listen.ip().is_loopback() {
            bail!(
                "the demonstration is for this machine only: --listen takes an address such as 127.0.0.1:7070"
            );
        }
        if !self.no_serve {
            listening::can_listen_at(self.listen)?;
        }
        let folder = self.data.clone().map_or_else(fresh_folder, Ok)?;
        match self.no_serve {
            true => self.write_everything(&folder),
            false => {
                self.write_in_a_process_of_its_own(&folder)?;
                self.open_application(&folder, &folder.join("studies"))
            }
        }
    }

    /// Writing documents takes much more memory than serving pages, and what a process once took it seldom
    /// gives back: so another one writes them.
    fn write_in_a_process_of_its_own(&self, folder: &Path) -> Result<()> {
        let program = env::current_exe().context("cannot find this program itself")?;
        let mut command = Command::new(program);
        command
            .args(["demo", "--no-serve", "--seed", &self.seed.to_string()])
            .arg("--data")
            .arg(folder);
        if self.pages_only {
            command.arg("--pages-only");
        }
        let status = command.status().context("cannot start the writing")?;
        ensure!(status.success(), "the demonstration could not be written");
        Ok(())
    }

    /// The studies, their findings, reports, packages and public pages.
    fn write_everything(&self, folder: &Path) -> Result<()> {
        let reports_folder = folder.join("reports");
        let mut reports = Vec::new();
        let mut crates = Vec::new();
        let mut studies = Vec::new();
        for example in examples::ALL {
            let study = folder.join("studies").join(example.id);
            if !study.exists() {
                write_example(example, &study)?;
            }
            let (protocol, measures) = run::measures(&study, None)?;
            let findings = run::analysed(&protocol, &measures, self.seed);
            // A study that only has a page has no questions to answer.
            if !protocol.analyses.is_empty() {
                output::print_text(&findings_text::all(&findings))?;
                output::print_text("\n")?;
                for document in self.reports(&protocol, &findings)? {
                    let path = reports_folder.join(&document.name);
                    output::write_file(&path, &document.bytes)?;
                    reports.push(path);
                }
                if !self.pages_only {
                    crates.push(open_crate::write_crate(
                        &study,
                        &protocol,
                        &measures,
                        self.seed,
                        &folder.join("archive"),
                    )?);
                }
            }
            studies.push((protocol, findings));
        }
        let public = publish::write_publication(&studies, &folder.join("public"))?;
        list("Reports:", &reports)?;
        list(
            "Open data for an archive; `attune reproduce` runs each again:",
            &crates,
        )?;
        list(
            "The studies' public pages, to be opened in a browser:",
            &[public],
        )?;
        let studies = folder.join("studies");
        output::print_text(&format!(
            "\nThe studies are in {}; change a study.toml there and run `attune check` and `attune report` on its folder.\n",
            studies.display(),
        ))
    }

    /// The full report and the commissioner's two pages.
    fn reports(&self, protocol: &Protocol, findings: &Findings) -> Result<Vec<Document>> {
        let kinds: &[Kind] = match self.pages_only {
            true => &[Kind::Html],
            false => &[Kind::Html, Kind::Pdf, Kind::Docx],
        };
        let composed = [Profile::Full, Profile::Commissioner]
            .map(|profile| run::report(protocol, findings, profile, &[]));
        documents(&composed, kinds, DocumentSettings::default())
    }

    /// The application, filled at the first start and kept afterwards.
    fn open_application(&self, folder: &Path, studies: &Path) -> Result<()> {
        log::to_standard_error("warn");
        let data = folder.join("application");
        serve::runtime()?.block_on(async {
            let store = serve::open(Location::folder(&data)).await?;
            if store.accounts().await?.is_empty() {
                eprintln!("Loading the studies into the application …");
                application::fill(&store, studies, folder).await?;
            }
            let sign_ins = folder.join(application::SIGN_INS);
            let told = fs::read_to_string(&sign_ins)
                .with_context(|| format!("cannot read {}", sign_ins.display()))?;
            output::print_text(&format!(
                "\n{told}\nThe same list is in {}. Open the address below; end with Ctrl-C.\n\n",
                sign_ins.display()
            ))?;
            let settings = Settings {
                demonstration: Some(Demonstration {
                    people: application::people(),
                }),
                ..Settings::default()
            };
            let app = App::new(store, settings, Clock::System);
            serve::run(app, self.listen, None).await
        })
    }
}

/// Paths beneath what they are; nothing where there are none.
fn list(what: &str, paths: &[PathBuf]) -> Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let lines: String = paths
        .iter()
        .map(|path| format!("  {}\n", path.display()))
        .collect();
    output::print_text(&format!("{what}\n{lines}"))
}

/// `attune-demo` in the working folder, or the first free `attune-demo-2`, `-3`, ….
fn fresh_folder() -> Result<PathBuf> {
    let names =
        std::iter::once("attune-demo".to_owned()).chain((2..).map(|n| format!("attune-demo-{n}")));
    for name in names {
        match fs::create_dir(&name) {
            Ok(()) => return Ok(PathBuf::from(name)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error)
                    .context("cannot make a folder for the demo here; name one with --data");
            }
        }
    }
    unreachable!("the names never end")
}

fn write_example(example: &examples::Example, study: &Path) -> Result<()> {
    for (name, bytes) in example.files() {
        output::write_file(&study.join(name), &bytes)?;
    }
    Ok(())
}
