//! A study folder as it arrives: files of a folder that a browser sends one by one, a zip of them, or a
//! folder that lies in the server's inbox. All become the same names and bytes, within limits.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read},
    path::Path,
};

use attune_exchange::{RecordFiles, read_records_from};
use attune_protocol::{Protocol, StudyFolder, folder::STUDY_FILE};
use attune_records::Records;

use crate::check_report::CheckReport;

/// Names and bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// More files are refused.
const MOST_FILES: usize = 2_000;
/// A zip may unpack to so many bytes in all.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A file may unpack to so many times its packed size; more is a bomb.
const LARGEST_RATIO: u64 = 200;

/// A study that was read and is sound.
pub struct SoundStudy {
    /// The folder.
    pub folder: StudyFolder,
    /// Its protocol.
    pub protocol: Protocol,
    /// Records of the data files that it names, where it names any.
    pub records: Option<Records>,
    /// What somebody should look at.
    pub warnings: CheckReport,
}

/// Files that a browser sent: one zip, or the files of a folder.
///
/// # Errors
///
/// A sentence for the person.
pub fn received(sent: Vec<(String, Vec<u8>)>) -> Result<Files, String> {
    let is_zip = |bytes: &[u8]| bytes.starts_with(b"PK\x03\x04");
    let files = match <[_; 1]>::try_from(sent) {
        Ok([(_, bytes)]) if is_zip(&bytes) => unpacked(&bytes)?,
        Ok([one]) => Files::from([one]),
        Err(several) => several.into_iter().collect(),
    };
    if files.len() > MOST_FILES {
        return Err(format!(
            "More than {MOST_FILES} files are too many for a study folder."
        ));
    }
    from_study_file(files)
}

fn unpacked(bytes: &[u8]) -> Result<Files, String> {
    let unreadable = |error: zip::result::ZipError| format!("The zip cannot be read: {error}.");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MOST_FILES {
        return Err(format!("The zip holds more than {MOST_FILES} files."));
    }
    let mut files = Files::new();
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(unreadable)?;
        if file.is_dir() {
            continue;
        }
        let Some(name) = file.enclosed_name() else {
            return Err("The zip holds a file whose name leads outside its folder.".to_owned());
        };
        let name = name.to_string_lossy().replace('\\', "/");
        let limit = left.min(
            file.compressed_size()
                .max(1024)
                .saturating_mul(LARGEST_RATIO),
        );
        let mut content = Vec::new();
        // The size is counted while unpacking: what the zip says of itself may be wrong.
        file.take(limit + 1)
            .read_to_end(&mut content)
            .map_err(|error| format!("{name} in the zip cannot be read: {error}."))?;
        let size = content.len() as u64;
        if size > limit {
            return Err(format!("{name} unpacks to more than a study folder needs."));
        }
        left -= size;
        files.insert(name, content);
    }
    Ok(files)
}

/// Names from the folder in which the study file lies; files elsewhere are left out.
fn from_study_file(files: Files) -> Result<Files, String> {
    let mut roots: Vec<&str> = files
        .keys()
        .filter_map(|name| name.strip_suffix(STUDY_FILE))
        .filter(|root| root.is_empty() || root.ends_with('/'))
        .collect();
    roots.sort_by_key(|root| root.len());
    let Some(root) = roots.first().map(|root| (*root).to_owned()) else {
        return Err(format!(
            "There is no {STUDY_FILE} among these files. Send the whole study folder, or a zip of it."
        ));
    };
    let files = files
        .into_iter()
        .filter_map(|(name, bytes)| Some((name.strip_prefix(&root)?.to_owned(), bytes)))
        .filter(|(name, _)| {
            !name
                .split('/')
                .any(|part| part == ".." || part.starts_with('.'))
        });
    Ok(files.collect())
}

/// Names of study folders in the inbox.
pub fn in_inbox(inbox: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(inbox) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| inbox.join(name).join(STUDY_FILE).is_file())
        .collect();
    names.sort();
    names
}

/// Reads and checks what was sent.
///
/// # Errors
///
/// Every problem, with its place and remedy.
pub fn check(files: Files) -> Result<SoundStudy, CheckReport> {
    let records = RecordFiles::from_files(files.clone());
    sound(StudyFolder::from_files(files), |_| records)
}

/// Reads and checks a folder on the server.
///
/// # Errors
///
/// Every problem, with its place and remedy.
pub fn check_folder(folder: &Path) -> Result<SoundStudy, CheckReport> {
    let read = StudyFolder::on_disk(folder)
        .map_err(|problems| CheckReport::of_study(problems.as_slice()))?;
    sound(read, |protocol| RecordFiles::from_folder(protocol, folder))
}

fn sound(
    folder: StudyFolder,
    records: impl FnOnce(&Protocol) -> RecordFiles,
) -> Result<SoundStudy, CheckReport> {
    let (protocol, warnings) = Protocol::read_folder(&folder)
        .map_err(|problems| CheckReport::of_study(problems.as_slice()))?;
    let mut told = CheckReport::of_study(&warnings);
    let records = match protocol.data.is_empty() {
        true => None,
        false => {
            let files = records(&protocol);
            let (records, warnings) = read_records_from(&protocol, &files)
                .map_err(|problems| CheckReport::of_records(&problems))?;
            told = told.and(CheckReport::of_records(&warnings));
            Some(records)
        }
    };
    Ok(SoundStudy {
        folder,
        protocol,
        records,
        warnings: told,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_zip_of_a_folder_is_read_from_its_study_file() {
        let zip = zip_of(&[
            ("mine/study.toml", b"format = 1"),
            ("mine/data/a.csv", b"x"),
            ("other.txt", b"y"),
        ]);
        let files = received(vec![("mine.zip".to_owned(), zip)]).unwrap();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["data/a.csv", "study.toml"]
        );
    }

    #[test]
    fn asvs_5_2_3_a_file_that_unpacks_to_too_much_is_refused() {
        let zip = zip_of(&[("study.toml", &vec![b' '; 3 * 1024 * 1024])]);
        let refused = received(vec![("mine.zip".to_owned(), zip)]);
        assert!(refused.is_err_and(|words| words.contains("unpacks to more")));
    }

    #[test]
    fn asvs_5_3_2_names_that_lead_elsewhere_are_refused() {
        let zip = zip_of(&[("../study.toml", b"format = 1")]);
        assert!(received(vec![("mine.zip".to_owned(), zip)]).is_err());
        let files = vec![
            ("study.toml".to_owned(), Vec::new()),
            ("../../etc/passwd".to_owned(), Vec::new()),
        ];
        let files = received(files).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["study.toml"]);
    }

    #[test]
    fn a_folder_without_a_study_file_is_told_so() {
        let refused = received(vec![
            ("a.csv".to_owned(), Vec::new()),
            ("b.csv".to_owned(), Vec::new()),
        ]);
        assert!(refused.is_err_and(|words| words.contains("no study.toml")));
    }
}
