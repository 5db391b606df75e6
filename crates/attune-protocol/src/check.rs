//! From the study file as written to the checked [`Protocol`]: ids are unique, references lead
//! somewhere, and what one table says fits what others say. Every check of every table runs, whether
//! or not another table has problems; a table that could not be read silences the complaints that
//! would only follow from it.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{
    folder::{STUDY_FILE, StudyFolder},
    problem::{Problem, Problems},
    protocol::Protocol,
    shape::{FileUse, Kind},
    written::{self, Reading, Written},
};

mod assumptions;
mod blinding;
mod codebooks;
mod consents;
mod data_files;
mod design;
mod earlier_schemes;
mod index;
mod instruments;
mod measures;
mod model;
mod page;
mod page_words;
mod plan;
mod scheme_measures;
mod schemes;
mod study;

use index::Index;

/// What the checks of all tables share.
pub(crate) struct Checking<'a> {
    pub reading: Reading,
    pub folder: &'a StudyFolder,
    pub index: Index,
}

impl Protocol {
    /// Reads and checks the study in `folder`. The warnings that come along concern things that
    /// somebody should look at.
    ///
    /// # Errors
    ///
    /// Every problem of the study file and the files that it names, sorted by place.
    pub fn read(folder: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        Self::read_folder(&StudyFolder::on_disk(folder)?)
    }

    /// Checks a study that is already in memory.
    ///
    /// # Errors
    ///
    /// Every problem of the study file and the files that it names, sorted by place.
    pub fn read_folder(folder: &StudyFolder) -> Result<(Self, Vec<Problem>), Problems> {
        let mut reading = Reading::default();
        let Some(root) = written::read_study(&mut reading, folder) else {
            return Err(all_errors(reading.into_problems()));
        };
        let index = Index::of(&mut reading, &root);
        let mut checking = Checking {
            reading,
            folder,
            index,
        };
        let protocol = checking.protocol(&root);
        let warnings = Problems::judge(checking.reading.into_problems())?;
        Ok((protocol, warnings))
    }
}

impl Checking<'_> {
    /// The protocol, complete only if no error has been reported.
    fn protocol(&mut self, root: &Written) -> Protocol {
        let study = self.study(root);
        let (arms, phases) = (design::arms(root), design::phases(root));
        let sites = self.sites(root, study.allocation);
        let waves = self.waves(root);
        let consents = self.consents(root);
        let sharing = study::sharing(root);
        let attributes = self.attributes(root);
        let instruments = self.instruments(root);
        let schemes = self.schemes(root);
        let codebooks = self.codebooks(root);
        let sources = measures::Sources {
            instruments: &instruments,
            schemes: &schemes,
            codebooks: &codebooks,
        };
        let measures = self.measures(root, &sources);
        let data = self.data_files(root, &instruments, &schemes);
        let outcomes = self.outcomes(root, &sources);
        let analyses = self.analyses(root);
        let multiplicity = self.multiplicity(root);
        let assumptions = self.assumptions(root, &sources, &measures);
        let is_blind = instruments.iter().any(|one| !one.blind_to.is_empty())
            || schemes.iter().any(|one| !one.blind_to.is_empty());
        if is_blind {
            self.blinding(root, &arms, &phases);
        }
        let protocol = Protocol {
            study,
            team: study::team(root),
            partners: study::partners(root),
            publications: study::publications(root),
            arms,
            phases,
            sites,
            waves,
            consents,
            sharing,
            attributes,
            instruments,
            schemes,
            codebooks,
            data,
            outcomes,
            analyses,
            multiplicity,
            assumptions,
            deviations: study::deviations(root),
            fingerprint: fingerprint(self.folder, root),
        };
        self.page_words(root, &protocol);
        protocol
    }
}

fn all_errors(problems: Vec<Problem>) -> Problems {
    match Problems::judge(problems) {
        Err(problems) => problems,
        // A tree is refused only with an error, so this says what has gone wrong here.
        Ok(_) => Problem::error(
            crate::problem::Place::file(STUDY_FILE),
            "the study file could not be read",
        )
        .into(),
    }
}

/// Names of the files whose content belongs to the study file in `folder`.
pub(crate) fn files_read_by(folder: &StudyFolder) -> Vec<String> {
    match written::read_study(&mut Reading::default(), folder) {
        Some(root) => files_named(&root),
        None => Vec::new(),
    }
}

/// Names of all files that the protocol consists of besides the study file, sorted.
fn files_named(root: &Written) -> Vec<String> {
    let mut names = Vec::new();
    root.visit(&mut |kind, node| {
        if let (Kind::File(FileUse::Read | FileUse::Rest), Some(text)) = (kind, node.text_at()) {
            names.push(text.text.to_owned());
        }
    });
    names.sort();
    names.dedup();
    names
}

/// SHA-256 over the study file and the files that it names except data: for each its name, its
/// length and its bytes.
fn fingerprint(folder: &StudyFolder, root: &Written) -> String {
    let mut hash = Sha256::new();
    let named = files_named(root);
    for name in std::iter::once(STUDY_FILE).chain(named.iter().map(String::as_str)) {
        // A file that cannot be read has been reported, and then there is no protocol.
        let bytes = folder.bytes(name).unwrap_or_default();
        hash.update(format!("{name}\n{}\n", bytes.len()));
        hash.update(bytes);
    }
    hexadecimal(&hash.finalize())
}

/// Bytes as lower-case hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
