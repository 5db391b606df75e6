//! The study folder as a value: names and what is in the files. [`StudyFolder::on_disk`] is the
//! only place of this crate that touches a disk; an upload fills the same value from memory.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::{
    problem::{Place, Problem, Problems},
    source::Source,
};

/// The file that defines a study.
pub const STUDY_FILE: &str = "study.toml";

/// Folders below the study folder are listed to this depth.
const DEEPEST: usize = 6;
/// No more than this many names are listed.
const MOST_NAMES: usize = 20_000;
/// A file that is read as text or hashed may have at most this many bytes.
const LARGEST_FILE: u64 = 32 * 1024 * 1024;

/// Names in a study folder and what is in the files.
#[derive(Debug, Clone, Default)]
pub struct StudyFolder {
    files: BTreeMap<String, Content>,
}

/// What is known of a file.
#[derive(Debug, Clone)]
enum Content {
    Bytes(Vec<u8>),
    /// It is there, but nobody needs what is in it.
    There,
    /// It is there and cannot be read, with the reason.
    Unreadable(String),
}

/// Why a file's bytes are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// No file has this name.
    Missing,
    /// There is one, and it cannot be read.
    Unreadable(String),
}

impl StudyFolder {
    /// A folder in memory: names with `/` between folders, and contents.
    pub fn from_files<N: Into<String>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (N, B)>,
    ) -> Self {
        let files = files
            .into_iter()
            .map(|(name, bytes)| (name.into(), Content::Bytes(bytes.into())))
            .collect();
        Self { files }
    }

    /// The folder on a disk: the study file and the texts that it names are read, of all other
    /// files only the names.
    ///
    /// # Errors
    ///
    /// The folder is missing, is not a folder, or cannot be listed.
    pub fn on_disk(folder: &Path) -> Result<Self, Problems> {
        let mut found = Self::default();
        list_names(folder, "", 0, &mut found.files)
            .map_err(|error| folder_problem(folder, &error))?;
        found.load(folder, STUDY_FILE);
        for name in crate::check::files_read_by(&found) {
            found.load(folder, &name);
        }
        Ok(found)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// The file is missing or cannot be read.
    pub fn bytes(&self, name: &str) -> Result<&[u8], Absence> {
        match self.files.get(name) {
            Some(Content::Bytes(bytes)) => Ok(bytes),
            Some(Content::Unreadable(reason)) => Err(Absence::Unreadable(reason.clone())),
            Some(Content::There) => Err(Absence::Unreadable("it was not loaded".to_owned())),
            None => Err(Absence::Missing),
        }
    }

    /// Whether there is a file with this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The study file and the texts that it names, by name: everything that the protocol's fingerprint is made of.
    pub fn protocol_files(&self) -> Vec<(String, Vec<u8>)> {
        let named = crate::check::files_read_by(self);
        let names = std::iter::once(STUDY_FILE.to_owned()).chain(named);
        names
            .filter_map(|name| {
                let bytes = self.bytes(&name).ok()?.to_vec();
                Some((name, bytes))
            })
            .collect()
    }

    /// The file as text; UTF-8 is the only encoding of a study folder.
    pub(crate) fn text(&self, name: &str) -> Result<Source, TextFault> {
        let bytes = self.bytes(name).map_err(TextFault::Absent)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => Err(TextFault::NotText(Box::new(not_utf8(
                name,
                bytes,
                error.valid_up_to(),
            )))),
        }
    }

    fn load(&mut self, folder: &Path, name: &str) {
        if !self.has(name) {
            return;
        }
        let content = match read_bounded(&folder.join(name)) {
            Ok(bytes) => Content::Bytes(bytes),
            Err(error) => Content::Unreadable(reason(&error)),
        };
        self.files.insert(name.to_owned(), content);
    }
}

/// Why a file is no text.
pub(crate) enum TextFault {
    /// It is missing or cannot be read.
    Absent(Absence),
    /// It is there and is not UTF-8.
    NotText(Box<Problem>),
}

fn not_utf8(name: &str, bytes: &[u8], at: usize) -> Problem {
    let remedy = "save the file as UTF-8 in your editor (\"Save with encoding\")";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = "this file is UTF-16 text, not UTF-8";
        return Problem::error(Place::file(name), message).with_remedy(remedy);
    }
    let readable = String::from_utf8_lossy(bytes);
    // Replacement never changes what stands before the first bad byte.
    let start = bom_free(bytes, at);
    let replacement = '\u{fffd}'.len_utf8();
    let place = Source::new(name, &readable).place(start..start + replacement);
    let message = format!("byte {} of this file is not UTF-8 text", at + 1);
    Problem::error(place, message).with_remedy(remedy)
}

/// The place of a byte when a byte order mark is left out.
fn bom_free(bytes: &[u8], at: usize) -> usize {
    if bytes.starts_with("\u{feff}".as_bytes()) {
        at.saturating_sub(3)
    } else {
        at
    }
}

fn list_names(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, Content>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            // A study file is UTF-8 and cannot name it.
            continue;
        };
        if name.starts_with('.') || files.len() >= MOST_NAMES {
            continue;
        }
        let path = entry.path();
        let name = format!("{prefix}{name}");
        if path.is_file() {
            files.insert(name, Content::There);
        } else if depth < DEEPEST && entry.file_type()?.is_dir() {
            // A subfolder that may not be listed is as good as empty.
            let _ = list_names(&path, &format!("{name}/"), depth + 1, files);
        }
    }
    Ok(())
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let size = fs::metadata(path)?.len();
    if size > LARGEST_FILE {
        let limit = LARGEST_FILE / 1024 / 1024;
        return Err(io::Error::other(format!(
            "it has {} MB, and files that are read here may have {limit}",
            size / 1024 / 1024
        )));
    }
    fs::read(path)
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "you have no permission to read it".to_owned(),
        _ => error.to_string(),
    }
}

fn folder_problem(folder: &Path, error: &io::Error) -> Problems {
    let place = Place::file(folder.display().to_string());
    let problem = match error.kind() {
        io::ErrorKind::NotFound => Problem::error(place, "there is no such folder")
            .with_remedy("check the path, or make a new study with `attune new DIR`"),
        io::ErrorKind::NotADirectory => Problem::error(place, "this is a file, not a folder")
            .with_remedy("give the folder that holds study.toml"),
        _ => Problem::error(
            place,
            format!("the folder cannot be read: {}", reason(error)),
        ),
    };
    problem.into()
}
