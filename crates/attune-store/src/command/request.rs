//! What is asked for together, and what was stored of it.

use attune_protocol::id::StudyId;
use serde::{Deserialize, Serialize};

use super::Command;
use crate::{ids::CommandId, moment::Moment, secret::Secret};

/// One or more commands that are stored together or not at all.
#[derive(Debug)]
pub struct Request {
    /// Made by whoever asks, a new one for each act: the same key again is answered with the first
    /// receipt and changes nothing.
    pub key: String,
    /// The study; none for accounts and the instance.
    pub study: Option<StudyId>,
    /// What is to change.
    pub commands: Vec<Command>,
    /// Why; needed for changes after the first save.
    pub reason: Option<String>,
    /// When.
    pub at: Moment,
    /// Secrets that are kept beside and never in the log.
    pub secrets: Vec<Secret>,
    /// Files that the commands name by their SHA-256.
    pub objects: Vec<Vec<u8>>,
}

impl Request {
    /// A request of one command, with a new key.
    pub fn new(study: Option<StudyId>, command: Command, at: Moment) -> Self {
        Self::all(study, vec![command], at)
    }

    /// A request of several commands, with a new key.
    pub fn all(study: Option<StudyId>, commands: Vec<Command>, at: Moment) -> Self {
        Self {
            key: uuid::Uuid::now_v7().to_string(),
            study,
            commands,
            reason: None,
            at,
            secrets: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// The same under a key of the caller's.
    #[must_use]
    pub fn with_key(self, key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..self
        }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    /// The same with a secret that is kept beside.
    #[must_use]
    pub fn with_secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stored command; of several the first.
    pub id: CommandId,
    /// Its place in the chain.
    pub sequence: i64,
    /// Its hash, lower-case hexadecimal.
    pub hash: String,
    /// What came of each command.
    pub outcomes: Vec<Outcome>,
    /// Whether this is the receipt of an earlier request with the same key.
    pub repeated: bool,
}

/// What came of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The study code that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The version of the form or protocol that came to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Stored commands whose content was erased by this one, by sequence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<i64>,
}
