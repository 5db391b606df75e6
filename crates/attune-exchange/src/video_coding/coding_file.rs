//! Any file of a coding tool: which kind it is, what it holds.

use std::path::Path;

use attune_records::observation::CodingProject;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    CodingFault, CodingFaults,
    boris::BorisProject,
    datavyu::{DatavyuFile, Spreadsheet},
    elan::ElanDocument,
    limits::unpack_gzip,
    subtitles::{SubtitleForm, Subtitles},
    tables::CodingTable,
    text::{ENCODING_ASSUMED, text_of},
    text_grid::TextGrid,
};

/// A file of a coding tool, as its tool wrote it.
#[derive(Debug)]
#[non_exhaustive]
pub enum CodingFile {
    /// A BORIS project.
    Boris(BorisProject),
    /// A document, template or vocabulary of ELAN.
    Elan(ElanDocument),
    /// A file of Datavyu: an archive or its text.
    Datavyu(DatavyuFile),
    /// A TextGrid of Praat.
    TextGrid(TextGrid),
    /// Captions.
    Subtitles(Subtitles),
    /// A table, in a file with this ending.
    Table(CodingTable, FileKind),
    /// A file of a tool of which nothing is read: its kind and its size.
    Unread(FileKind, usize),
}

/// The kinds of files, by the names that `attune inspect` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileKind {
    /// A BORIS project.
    Boris,
    /// An ELAN document or template.
    Eaf,
    /// A vocabulary of ELAN.
    Ecv,
    /// A Datavyu archive.
    Opf,
    /// The text of a Datavyu spreadsheet.
    DatavyuCsv,
    /// A TextGrid of Praat.
    Textgrid,
    /// WebVTT captions.
    Vtt,
    /// SubRip captions.
    Srt,
    /// A table with commas or semicolons.
    Csv,
    /// A table with tabs.
    Tsv,
    /// A workbook.
    Xlsx,
    /// A scheme of The Observer.
    Otx,
    /// A scheme of The Observer, packed.
    Otb,
    /// Data of JWatcher.
    Dat,
    /// Analysis settings of JWatcher.
    Faf,
    /// Master file of JWatcher.
    Fmf,
}

/// Observations read from a file, with what was left behind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodingRead {
    /// Scheme and observations.
    pub project: CodingProject,
    /// What the file holds and the observations do not.
    pub not_taken_over: Vec<NotTakenOver>,
    /// What was assumed or looks doubtful.
    pub warnings: Vec<String>,
}

/// Something that the file holds and the observations do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotTakenOver {
    /// What it is.
    pub what: String,
    /// Where it stands.
    #[serde(rename = "where")]
    pub place: String,
    /// Why it was left.
    pub why: String,
}

impl NotTakenOver {
    /// Something that was left.
    pub fn new(what: impl Into<String>, place: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            place: place.into(),
            why: why.into(),
        }
    }
}

impl FileKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boris => "boris",
            Self::Eaf => "eaf",
            Self::Ecv => "ecv",
            Self::Opf => "opf",
            Self::DatavyuCsv => "datavyu-csv",
            Self::Textgrid => "textgrid",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Otx => "otx",
            Self::Otb => "otb",
            Self::Dat => "dat",
            Self::Faf => "faf",
            Self::Fmf => "fmf",
        }
    }
}

impl CodingFile {
    /// Reads a file from its bytes; its name's ending says what it is.
    ///
    /// # Errors
    ///
    /// The bytes are not what the ending says, are damaged, or unpack to too much.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, CodingFaults> {
        let lower = name.to_lowercase();
        if let Some(inner) = lower.strip_suffix(".gz") {
            let unpacked = unpack_gzip(bytes)?;
            return Self::read(inner, &unpacked);
        }
        match lower.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "boris" => Ok(Self::Boris(BorisProject::read(bytes)?)),
            "eaf" | "etf" | "ecv" => Ok(Self::Elan(ElanDocument::read(bytes)?)),
            "opf" => Ok(Self::Datavyu(DatavyuFile::read_archive(bytes)?)),
            "textgrid" => Ok(Self::TextGrid(TextGrid::read(bytes)?)),
            "vtt" => Ok(Self::Subtitles(Subtitles::read(
                SubtitleForm::WebVtt,
                bytes,
            )?)),
            "srt" => Ok(Self::Subtitles(Subtitles::read(
                SubtitleForm::SubRip,
                bytes,
            )?)),
            "csv" | "txt" if is_spreadsheet(bytes) => {
                let (text, is_assumed) = text_of(bytes)?;
                let mut file = DatavyuFile::read_text(&text)?;
                if is_assumed {
                    file.warnings.push(ENCODING_ASSUMED.to_owned());
                }
                if file.sheet.version.is_none() {
                    file.as_table = Some(CodingTable::read("csv", bytes)?.counts());
                }
                Ok(Self::Datavyu(file))
            }
            "csv" | "txt" => Ok(Self::Table(CodingTable::read("csv", bytes)?, FileKind::Csv)),
            "tsv" => Ok(Self::Table(CodingTable::read("tsv", bytes)?, FileKind::Tsv)),
            "xlsx" => Ok(Self::Table(CodingTable::read("xlsx", bytes)?, FileKind::Xlsx)),
            "otx" => Ok(Self::Unread(FileKind::Otx, bytes.len())),
            "otb" => Ok(Self::Unread(FileKind::Otb, bytes.len())),
            "dat" => Ok(Self::Unread(FileKind::Dat, bytes.len())),
            "faf" => Ok(Self::Unread(FileKind::Faf, bytes.len())),
            "fmf" => Ok(Self::Unread(FileKind::Fmf, bytes.len())),
            _ => Err(CodingFault::of_file(
                format!("`{name}` has an ending of no file that can be read"),
                "known endings: .boris, .boris.gz, .eaf, .etf, .ecv, .opf, .TextGrid, .vtt, .srt, .csv, .tsv, .xlsx",
            )
            .into()),
        }
    }

    /// Reads a file from disk.
    ///
    /// # Errors
    ///
    /// As [`Self::read`]; also when the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, CodingFaults> {
        let bytes = crate::record_files::read_bytes(path)
            .map_err(|fault| CodingFault::of_file(fault.to_string(), fault.remedy()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self::read(&name, &bytes)
    }

    /// Which kind it is.
    pub fn kind(&self) -> FileKind {
        match self {
            Self::Boris(_) => FileKind::Boris,
            Self::Elan(document) if document.is_vocabulary() => FileKind::Ecv,
            Self::Elan(_) => FileKind::Eaf,
            Self::Datavyu(file) if file.as_table.is_some() => FileKind::Csv,
            Self::Datavyu(file) if file.members.is_empty() => FileKind::DatavyuCsv,
            Self::Datavyu(_) => FileKind::Opf,
            Self::TextGrid(_) => FileKind::Textgrid,
            Self::Subtitles(file) => match file.form {
                SubtitleForm::WebVtt => FileKind::Vtt,
                SubtitleForm::SubRip => FileKind::Srt,
            },
            Self::Table(_, kind) | Self::Unread(kind, _) => *kind,
        }
    }

    /// Its observations in our words. `name` is the file's, for tools whose files name no
    /// observation.
    ///
    /// # Errors
    ///
    /// The file contradicts itself so that no observations can be told from it.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        match self {
            Self::Boris(project) => project.to_project(),
            Self::Elan(document) => document.to_project(name),
            Self::Datavyu(file) => file.to_project(name),
            Self::TextGrid(grid) => grid.to_project(name),
            Self::Subtitles(file) => file.to_project(name),
            Self::Table(table, _) => table.to_project(name),
            Self::Unread(kind, _) => Err(CodingFault::of_file(
                format!(
                    "files of the kind {} are recognised but not read",
                    kind.name()
                ),
                match kind {
                    FileKind::Otx | FileKind::Otb => {
                        "import the scheme into BORIS, save the project, and bring that"
                    }
                    _ => "take the table of the same events from the program that wrote it",
                },
            )
            .into()),
        }
    }

    /// What it holds by count, in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        match self {
            Self::Boris(project) => project.counts(),
            Self::Elan(document) => document.counts(),
            Self::Datavyu(file) => file.counts(),
            Self::TextGrid(grid) => grid.counts(),
            Self::Subtitles(file) => file.counts(),
            Self::Table(table, _) => table.counts(),
            Self::Unread(_, n_bytes) => [("n_bytes".to_owned(), Value::from(*n_bytes))]
                .into_iter()
                .collect(),
        }
    }
}

/// Whether bytes are the text of a Datavyu spreadsheet, which shares its ending with any table.
fn is_spreadsheet(bytes: &[u8]) -> bool {
    text_of(bytes).is_ok_and(|(text, _)| Spreadsheet::looks_like_one(&text))
}
