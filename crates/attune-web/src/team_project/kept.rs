//! What was sent and waits: in memory only, since it may hold names, for a few hours, one at a time for each
//! person and study.

use std::sync::{Arc, Mutex, PoisonError};

use attune_exchange::video_coding::TeamProject;
use attune_protocol::id::StudyId;
use attune_store::{
    Moment,
    ids::{AccountId, BringingId},
};

use super::choices::Choices;

/// How long it waits, in microseconds: an afternoon.
const PATIENCE: i64 = 6 * 3_600 * 1_000_000;
/// How many wait at once, of all people: each may fill a hundred megabytes.
const MOST: usize = 4;

/// All that wait.
#[derive(Debug, Clone, Default)]
pub struct ProjectsKept(Arc<Mutex<Vec<Waiting>>>);

/// One that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// What it will be called in the log.
    pub id: BringingId,
    /// The study.
    pub study: StudyId,
    /// Who sent it.
    pub account: AccountId,
    /// When.
    pub at: Moment,
    /// Bytes that were sent.
    pub n_bytes: usize,
    /// What the files hold.
    pub project: Arc<TeamProject>,
    /// What was chosen so far.
    pub choices: Choices,
}

impl ProjectsKept {
    /// Lets one wait; the person's earlier one of the same study goes, and the oldest of too many.
    pub fn keep(&self, waiting: Waiting) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = waiting.at.micros;
        all.retain(|one| {
            let same = one.account == waiting.account && one.study == waiting.study;
            !same && now - one.at.micros < PATIENCE
        });
        while all.len() >= MOST {
            all.remove(0);
        }
        all.push(waiting);
    }

    /// The one with this id, for whoever sent it.
    pub fn of(
        &self,
        id: BringingId,
        (study, account): (&StudyId, AccountId),
        now: Moment,
    ) -> Option<Waiting> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = all.iter().filter(|one| {
            one.study == *study && one.account == account && now.micros - one.at.micros < PATIENCE
        });
        own.find(|one| one.id == id).cloned()
    }

    /// Notes what was chosen.
    pub fn choose(&self, id: BringingId, choices: Choices) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = all.iter_mut().find(|one| one.id == id) {
            one.choices = choices;
        }
    }

    /// Lets one go.
    pub fn forget(&self, id: BringingId) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.id != id);
    }
}
