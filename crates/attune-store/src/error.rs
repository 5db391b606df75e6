//! Why something was not done. Sentences are written for the person who asked; what was stored is
//! never part of them.

use thiserror::Error;

/// The result of asking the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why something was not done. After any of these nothing was changed, except after
/// [`StoreError::Unknown`].
#[derive(Debug, Error)]
pub enum StoreError {
    /// It is against a rule of the store, or the thing is in another state.
    #[error("{0}")]
    Refused(String),
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its id or code.
        id: String,
    },
    /// A change after the first save has no reason.
    #[error("a change of what was saved before needs a reason")]
    ReasonNeeded,
    /// Somebody else changed the thing meanwhile.
    #[error(
        "the form was changed meanwhile: it is at version {current}, and the change was made to \
         version {base}; look at the newer one and enter the change again"
    )]
    Stale {
        /// Version that the change was made to.
        base: u32,
        /// Version that there is.
        current: u32,
    },
    /// The key was used for something else.
    #[error("the key of this request was used before for another request; nothing was stored")]
    KeyUsed,
    /// Writing stopped after an error of the disk or of the database.
    #[error(
        "writing has stopped after an error of the disk or database ({0}); what was acknowledged \
         is safe; mend the cause and start the program again"
    )]
    Stopped(String),
    /// The end of a commit could not be seen.
    #[error(
        "it is not known whether this was stored ({0}); send it again with the same key: it is \
         never stored twice. Where the store is a file, the program has to be started again first"
    )]
    Unknown(String),
    /// The database was written by a newer program.
    #[error(
        "the database has version {found}, and this program knows versions up to {known}: use the \
         newer program that wrote it, or restore a backup from before"
    )]
    Newer {
        /// Version of the database.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// A key file is missing or unusable.
    #[error("{0}")]
    Keys(String),
    /// Something in the database is not what this program writes.
    #[error("the database holds what this program does not write: {0}; run `attune audit verify`")]
    Damaged(String),
    /// The database's own error.
    #[error("the database answered: {0}")]
    Database(#[from] sqlx::Error),
    /// A file.
    #[error("{what}: {error}")]
    File {
        /// What was tried.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
}

impl StoreError {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "ids are small and texts are borrowed"
    )]
    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        let id = id.to_string();
        Self::NotFound { what, id }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::File { what, error }
    }

    /// Whether the disk or the connection failed, so that the state of what was written is in doubt.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                // SQLite: I/O error, damaged file, full disk, read-only, cannot open, not a database;
                // extended codes carry the primary one in their lowest byte. PostgreSQL, always five
                // characters: class 08 (connection), 53 (resources), 57 (shutdown), 58 (system), XX
                // (internal).
                match error.code() {
                    Some(code) if code.len() < 5 => code
                        .parse::<i64>()
                        .is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 11 | 13 | 14 | 26)),
                    Some(code) => ["08", "53", "57", "58", "XX"]
                        .iter()
                        .any(|class| code.starts_with(class)),
                    None => false,
                }
            }
            Self::Database(sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. }) => false,
            Self::Database(_) | Self::File { .. } => true,
            _ => false,
        }
    }
}
