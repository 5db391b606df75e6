//! Reports as files that people hand on, made from a study's results. Making one takes seconds of a processor, so it
//! happens beside the requests, one document at a time; what was made is kept until the results change. Whoever asks
//! while it is being made waits for the same one.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
    sync::{Arc, PoisonError, RwLock},
};

use attune_document::{DocumentSettings, docx, figure_files, pdf};
use attune_publication::{Files, open_data::open_crate};
use attune_report::{Profile, Report, compose_for, html};
use attune_store::studies::StudyRow;
use tokio::{
    sync::{OnceCell, Semaphore},
    task::spawn_blocking,
};

use crate::{
    failure::Failure,
    results::{Results, settings_of_findings},
    state::App,
};

/// One file that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// A report in a format.
    Report(Profile, Format),
    /// Every figure as SVG, PNG and CSV, zipped.
    Figures,
    /// The open-data crate, zipped.
    Crate,
}

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// One HTML page.
    Html,
    /// PDF.
    Pdf,
    /// For Word.
    Docx,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Html, Self::Pdf, Self::Docx];

    /// Ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
        }
    }
}

impl Wanted {
    /// All reports and the figures. The crate is asked for on its own.
    pub fn documents() -> Vec<Self> {
        let reports = Profile::ALL
            .into_iter()
            .flat_map(|profile| Format::ALL.map(|format| Self::Report(profile, format)));
        reports.chain([Self::Figures]).collect()
    }

    /// The last part of its address: `lay.pdf`, `figures.zip`.
    pub fn name(self) -> String {
        match self {
            Self::Report(profile, format) => format!("{}.{}", profile.id(), format.ending()),
            Self::Figures => "figures.zip".to_owned(),
            Self::Crate => "crate.zip".to_owned(),
        }
    }

    /// What stands at this address.
    pub fn named(name: &str) -> Option<Self> {
        let all = Self::documents().into_iter().chain([Self::Crate]);
        all.into_iter().find(|wanted| wanted.name() == name)
    }

    /// The kind of file, for a browser.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Report(_, Format::Html) => "text/html; charset=utf-8",
            Self::Report(_, Format::Pdf) => "application/pdf",
            Self::Report(_, Format::Docx) => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Self::Figures | Self::Crate => "application/zip",
        }
    }
}

/// A file that was made, with the name under which it is saved.
#[derive(Debug)]
pub struct Made {
    /// File name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

type Cell = Arc<OnceCell<Arc<Made>>>;

/// What was made of the newest results of each study.
#[derive(Debug)]
pub struct DocumentsKept {
    of_studies: RwLock<BTreeMap<String, OfStudy>>,
    /// Documents that are made at the same time: one, so that the server has room to answer.
    turns: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct OfStudy {
    made_from: String,
    cells: BTreeMap<Wanted, Cell>,
}

impl Default for DocumentsKept {
    fn default() -> Self {
        Self {
            of_studies: RwLock::default(),
            turns: Arc::new(Semaphore::new(1)),
        }
    }
}

impl DocumentsKept {
    /// The place of a document of these results, empty until it is made; places of older results are let go.
    fn cell(&self, study: &str, made_from: &str, wanted: Wanted) -> Cell {
        let mut kept = self
            .of_studies
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let of_study = kept.entry(study.to_owned()).or_default();
        if of_study.made_from != made_from {
            *of_study = OfStudy {
                made_from: made_from.to_owned(),
                ..OfStudy::default()
            };
        }
        Arc::clone(of_study.cells.entry(wanted).or_default())
    }
}

impl App {
    /// A document of a study as it is now, made if nobody has asked for it before.
    ///
    /// # Errors
    ///
    /// The store cannot be read, the study has nothing to hand on, or making ended early.
    pub async fn document(&self, study: &StudyRow, wanted: Wanted) -> Result<Arc<Made>, Failure> {
        let results = self.results(study).await?;
        if wanted == Wanted::Crate && results.permuted {
            return Err(Failure::Conflict {
                reason: "The open-data package is made when arms are revealed: it holds the arms that there were."
                    .to_owned(),
            });
        }
        let cell = self
            .documents_kept()
            .cell(&study.id, results.made_from(), wanted);
        // Whoever goes away must not stop it for those who wait for the same one.
        let (app, study) = (self.clone(), study.clone());
        tokio::spawn(async move {
            let made = cell.get_or_try_init(|| app.make(&study, results, wanted));
            made.await.cloned()
        })
        .await
        .map_err(Failure::internal)?
    }

    /// Begins to make all documents of a study and does not wait for them.
    pub fn begin_all_documents(&self, study: &StudyRow) {
        let (app, study) = (self.clone(), study.clone());
        tokio::spawn(async move {
            for wanted in Wanted::documents() {
                if let Err(failure) = app.document(&study, wanted).await {
                    tracing::warn!(document = wanted.name(), %failure, "a document was not made");
                }
            }
        });
    }

    /// Whether the document is there already.
    pub fn has_document(&self, study: &str, results: &Results, wanted: Wanted) -> bool {
        self.documents_kept()
            .cell(study, results.made_from(), wanted)
            .initialized()
    }

    async fn make(
        &self,
        study: &StudyRow,
        results: Arc<Results>,
        wanted: Wanted,
    ) -> Result<Arc<Made>, Failure> {
        let turns = Arc::clone(&self.documents_kept().turns);
        let turn = turns.acquire_owned().await.map_err(Failure::internal)?;
        let protocol_files = match wanted {
            Wanted::Crate => {
                let folder = self.store().study_folder(&study.id, study.version).await?;
                folder.protocol_files()
            }
            _ => Vec::new(),
        };
        let made = spawn_blocking(move || {
            let made = match wanted {
                Wanted::Report(profile, format) => report(&results, profile, format),
                Wanted::Figures => figures(&results),
                Wanted::Crate => open_data(&results, &protocol_files),
            };
            drop(turn);
            made
        });
        made.await.map_err(Failure::internal)?.map(Arc::new)
    }
}

fn report(results: &Results, profile: Profile, format: Format) -> Result<Made, Failure> {
    let report = composed(results, profile);
    let settings = DocumentSettings::default();
    let bytes = match format {
        Format::Html => html(&report).into_bytes(),
        Format::Pdf => pdf(&report, settings).map_err(Failure::internal)?.bytes,
        Format::Docx => docx(&report, settings).map_err(Failure::internal)?,
    };
    Ok(Made {
        name: format!(
            "{}{}-{}.{}",
            report.file_mark(),
            report.study,
            profile.id(),
            format.ending()
        ),
        bytes,
    })
}

fn composed(results: &Results, profile: Profile) -> Report {
    let report = compose_for(
        &results.protocol,
        &results.findings,
        profile,
        &results.quotations,
    );
    match results.permuted {
        true => report.with_permuted_arms(),
        false => report,
    }
}

fn figures(results: &Results) -> Result<Made, Failure> {
    let report = composed(results, Profile::Full);
    let drawn = figure_files(&report).map_err(Failure::internal)?;
    let mut files = Files::new();
    let mut captions = String::new();
    for figure in drawn {
        captions += &format!("{}: {}\n", figure.name, figure.caption);
        files.insert(format!("{}.svg", figure.name), figure.svg.into_bytes());
        files.insert(format!("{}.png", figure.name), figure.png);
        files.insert(format!("{}.csv", figure.name), figure.csv.into_bytes());
    }
    files.insert("captions.txt".to_owned(), captions.into_bytes());
    Ok(Made {
        name: format!("{}{}-figures.zip", report.file_mark(), report.study),
        bytes: zipped(&files)?,
    })
}

fn open_data(results: &Results, protocol_files: &[(String, Vec<u8>)]) -> Result<Made, Failure> {
    let files = open_crate(
        &results.protocol,
        protocol_files,
        &results.measures,
        &settings_of_findings(),
    )
    .map_err(|not_open| Failure::NotRight {
        problems: not_open
            .0
            .into_iter()
            .map(|(reason, remedy)| {
                format!("This study cannot be handed on yet: {reason}. What helps: {remedy}.")
            })
            .collect(),
    })?;
    let study = &results.protocol.study.id;
    let mut within = Files::new();
    for (path, bytes) in files {
        within.insert(format!("{study}-crate/{path}"), bytes);
    }
    Ok(Made {
        name: format!("{study}-crate.zip"),
        bytes: zipped(&within)?,
    })
}

/// The files in one, with the same bytes each time.
fn zipped(files: &Files) -> Result<Vec<u8>, Failure> {
    let write = || -> Result<Vec<u8>, zip::result::ZipError> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        for (path, bytes) in files {
            writer.start_file(path.as_str(), options)?;
            writer.write_all(bytes)?;
        }
        Ok(writer.finish()?.into_inner())
    };
    write().map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_found_by_its_name_and_no_other_is() {
        for wanted in Wanted::documents().into_iter().chain([Wanted::Crate]) {
            assert_eq!(Wanted::named(&wanted.name()), Some(wanted));
        }
        for name in ["", "full", "full.exe", "../full.pdf", "crate.tar"] {
            assert_eq!(Wanted::named(name), None, "{name}");
        }
    }

    #[test]
    fn documents_of_older_results_are_let_go() {
        let kept = DocumentsKept::default();
        let full = Wanted::Figures;
        let first = kept.cell("a", "monday", full);
        assert!(Arc::ptr_eq(&first, &kept.cell("a", "monday", full)));
        assert!(!Arc::ptr_eq(&first, &kept.cell("a", "tuesday", full)));
        assert!(!Arc::ptr_eq(&first, &kept.cell("b", "monday", full)));
    }
}
