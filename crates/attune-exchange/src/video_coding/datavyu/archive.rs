//! The archive: a text `project` (names, versions, media) and a text `db` (the spreadsheet).

use std::io::{Cursor, Write};

use attune_records::observation::{Media, Micros};
use serde_json::{Map, Value};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::Spreadsheet;
use crate::video_coding::{
    CodingFault,
    limits::unpack_zip,
    text::{ENCODING_ASSUMED, text_of},
};

/// A file of Datavyu.
#[derive(Debug, Clone, PartialEq)]
pub struct DatavyuFile {
    /// The spreadsheet.
    pub sheet: Spreadsheet,
    /// Names of the archive's parts; none for a file of text.
    pub members: Vec<String>,
    /// The text `project` of an archive.
    pub project: Option<String>,
    /// What the text counts as a table: the oldest form has no version line, and its ending says no
    /// more than that it is one.
    pub(in crate::video_coding) as_table: Option<Map<String, Value>>,
    pub(in crate::video_coding) warnings: Vec<String>,
}

impl DatavyuFile {
    /// Reads an archive.
    ///
    /// # Errors
    ///
    /// No archive, no spreadsheet in it, or it unpacks to too much.
    pub fn read_archive(bytes: &[u8]) -> Result<Self, CodingFault> {
        let parts = unpack_zip(bytes)?;
        // Old archives nest both parts in a folder, beside what a Mac adds.
        let find = |name: &str| {
            parts.iter().find(|(part, _)| {
                !part.starts_with("__MACOSX") && part.rsplit('/').next() == Some(name)
            })
        };
        let Some((_, db)) = find("db") else {
            return Err(CodingFault::of_file(
                "the archive has no part `db`, so it is no file of Datavyu",
                "see whether it is another kind of archive, or save it again in Datavyu",
            ));
        };
        let mut warnings = Vec::new();
        let mut text = |bytes: &[u8]| -> Result<String, CodingFault> {
            let (text, is_assumed) = text_of(bytes)?;
            if is_assumed && warnings.is_empty() {
                warnings.push(ENCODING_ASSUMED.to_owned());
            }
            Ok(text)
        };
        let sheet = Spreadsheet::read(&text(db)?)?;
        let project = find("project").map(|(_, bytes)| text(bytes)).transpose()?;
        let mut members: Vec<String> = parts.into_iter().map(|(name, _)| name).collect();
        members.sort();
        Ok(Self {
            sheet,
            members,
            project,
            as_table: None,
            warnings,
        })
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A cell before any column, or times that cannot be read.
    pub fn read_text(text: &str) -> Result<Self, CodingFault> {
        Ok(Self {
            sheet: Spreadsheet::read(text)?,
            members: Vec::new(),
            project: None,
            as_table: None,
            warnings: Vec::new(),
        })
    }

    /// An archive with this spreadsheet.
    pub fn to_archive(&self, name: &str) -> Vec<u8> {
        let plain = || {
            let name: String = name.chars().filter(|c| !c.is_control()).collect();
            format!("!project\ndbFile: {name}\nname: {name}\nversion: 5\nviewerSettings: []\n")
        };
        let project = self.project.clone().unwrap_or_else(plain);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        let mut add = |name: &str, text: &str| {
            writer.start_file(name, options)?;
            writer.write_all(text.as_bytes())?;
            Ok::<(), zip::result::ZipError>(())
        };
        // Memory takes everything, and two short names are no fault of an archive.
        add("project", &project).expect("an archive in memory");
        add("db", &self.sheet.to_text()).expect("an archive in memory");
        writer.finish().expect("an archive in memory").into_inner()
    }

    /// A value of `project` by its key.
    pub(super) fn project_value(&self, key: &str) -> Option<&str> {
        let lines = self.project.as_deref()?.lines();
        lines
            .filter_map(|line| line.trim().trim_start_matches("- ").split_once(':'))
            .find(|(found, _)| found.trim() == key)
            .map(|(_, value)| value.trim().trim_matches(['\'', '"']))
    }

    /// Media with their offsets, from the settings of the viewers.
    pub(super) fn media(&self) -> Vec<Media> {
        let mut media: Vec<Media> = Vec::new();
        for line in self.project.as_deref().unwrap_or("").lines() {
            let Some((key, value)) = line.trim().trim_start_matches("- ").split_once(':') else {
                continue;
            };
            let value = value.trim().trim_matches(['\'', '"']);
            match (key.trim(), media.last_mut()) {
                ("feed", _) if !value.is_empty() && value != "null" => {
                    let player = u32::try_from(media.len() + 1).unwrap_or(u32::MAX);
                    media.push(Media {
                        player,
                        ..Media::new(value)
                    });
                }
                ("offset", Some(last)) => {
                    let millis = value.parse().ok();
                    last.offset = millis.and_then(Micros::from_millis).unwrap_or_default();
                }
                _ => {}
            }
        }
        media
    }
}
