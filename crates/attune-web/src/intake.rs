//! Recordings that are being taken in. It takes as long as the recording, so it happens beside the
//! pages: the page of clips shows what is under way, and what failed and why.

use std::sync::{Arc, Mutex, PoisonError};

use attune_protocol::id::StudyId;

/// What is known of all of them since the server began.
#[derive(Debug, Clone, Default)]
pub struct Intake(Arc<Mutex<Vec<Taking>>>);

/// One recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The study.
    pub study: StudyId,
    /// Its title.
    pub title: String,
    /// Its file in the inbox.
    pub file: String,
    /// Why it failed; none while it is under way.
    pub failed: Option<String>,
}

impl Intake {
    /// Notes that one begins; `false` when its file is under way already.
    pub fn begin(&self, study: &StudyId, title: &str, file: &str) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all
            .iter()
            .any(|one| one.file == file && one.failed.is_none())
        {
            return false;
        }
        all.retain(|one| one.file != file);
        all.push(Taking {
            study: study.clone(),
            title: title.to_owned(),
            file: file.to_owned(),
            failed: None,
        });
        true
    }

    /// Notes how it ended; what went well is among the clips from now on.
    pub fn end(&self, file: &str, failed: Option<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            None => all.retain(|one| one.file != file),
            Some(why) => {
                for one in all.iter_mut().filter(|one| one.file == file) {
                    one.failed = Some(why.clone());
                }
            }
        }
    }

    /// Those of a study.
    pub fn of(&self, study: &StudyId) -> Vec<Taking> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .filter(|one| one.study == *study)
            .cloned()
            .collect()
    }
}
