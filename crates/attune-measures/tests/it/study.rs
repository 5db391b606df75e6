//! A study of a few small files, read and measured as a folder would be.

use attune_exchange::{RecordFiles, read_records_from};
use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, StudyFolder};

/// The measures of the study with these files of records.
pub fn measures(study: &str, files: &[(&str, &str)]) -> Measures {
    let text = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let folder = text
        .clone()
        .chain([("study.toml".to_owned(), study.into())]);
    let folder = StudyFolder::from_files(folder);
    let (protocol, _) =
        Protocol::read_folder(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    let read = read_records_from(&protocol, &RecordFiles::from_files(text));
    let (records, _) = read.unwrap_or_else(|problems| panic!("{problems}"));
    measure(&protocol, &records)
}
