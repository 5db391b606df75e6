//! One row of the log, and its hash. A row's hash is SHA-256 over the hash of the row before it and
//! every other column, each preceded by its length; of the content it takes the digest, so that the
//! content of a row can be erased where a study promised it, and the chain stays whole.

use sha2::{Digest, Sha256};

use crate::{
    access::Actor,
    command::{Command, Outcome},
    database::{Db, Row, values},
    error::{Result, StoreError},
    ids::CommandId,
    keys,
    moment::Moment,
};

/// The chain of everything that belongs to no study.
pub const INSTANCE: &str = "-";

/// The hash before the first row.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];

/// One row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The study, or [`INSTANCE`].
    pub chain: String,
    /// Place in the chain, counted from 1.
    pub sequence: i64,
    /// Id.
    pub id: CommandId,
    /// Key of the request, on the first of its commands.
    pub key: Option<String>,
    /// Keyed digest of the request, on the first of its commands.
    pub request: Option<Vec<u8>>,
    /// Who: an account's id, or `program`.
    pub actor: String,
    /// In which role.
    pub role: Option<String>,
    /// When.
    pub at: Moment,
    /// What.
    pub kind: String,
    /// About what: an id or code.
    pub subject: Option<String>,
    /// The command as JSON; none after it was erased.
    pub content: Option<String>,
    /// Random bytes before the content in its digest, erased with it: without them a short content
    /// could be guessed from the digest.
    pub salt: Option<Vec<u8>>,
    /// SHA-256 of salt and content.
    pub digest: Vec<u8>,
    /// Why.
    pub reason: Option<String>,
    /// What came of it, as JSON.
    pub outcome: String,
    /// Hash of the row before.
    pub previous: Vec<u8>,
    /// Hash of this row.
    pub hash: Vec<u8>,
}

impl Entry {
    /// A row for a command, without place and hash.
    pub(crate) fn new(
        actor: &Actor,
        command: &Command,
        at: Moment,
        reason: Option<&str>,
    ) -> Result<Self> {
        let content = serde_json::to_string(command).map_err(|error| {
            StoreError::refused(format!("the command cannot be written: {error}"))
        })?;
        let salt = keys::random::<16>()?.to_vec();
        Ok(Self {
            chain: String::new(),
            sequence: 0,
            id: CommandId::new(),
            key: None,
            request: None,
            actor: actor.text(),
            role: actor.role.map(|role| role.code().to_owned()),
            at,
            kind: kind_in(&content).to_owned(),
            subject: command.subject(),
            digest: content_digest(&salt, &content),
            content: Some(content),
            salt: Some(salt),
            reason: reason.map(str::to_owned),
            outcome: String::new(),
            previous: Vec::new(),
            hash: Vec::new(),
        })
    }

    /// The hash that the row must have.
    pub fn computed_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(&self.previous);
        let mut part = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) => {
                hash.update([1]);
                hash.update((bytes.len() as u64).to_le_bytes());
                hash.update(bytes);
            }
            None => hash.update([0]),
        };
        part(Some(self.chain.as_bytes()));
        part(Some(&self.sequence.to_le_bytes()));
        part(Some(self.id.0.as_bytes()));
        part(self.key.as_ref().map(String::as_bytes));
        part(self.request.as_deref());
        part(Some(self.actor.as_bytes()));
        part(self.role.as_ref().map(String::as_bytes));
        part(Some(&self.at.micros.to_le_bytes()));
        part(Some(&self.at.offset_minutes.to_le_bytes()));
        part(Some(self.kind.as_bytes()));
        part(self.subject.as_ref().map(String::as_bytes));
        part(Some(&self.digest));
        part(self.reason.as_ref().map(String::as_bytes));
        part(Some(self.outcome.as_bytes()));
        hash.finalize().into()
    }

    /// Whether salt and content have the digest of the row; an erased content has nothing to check.
    pub(crate) fn content_is_whole(&self) -> bool {
        match (&self.salt, &self.content) {
            (Some(salt), Some(content)) => content_digest(salt, content) == self.digest,
            (None, None) => true,
            _ => false,
        }
    }

    /// The command; `None` when its content was erased.
    ///
    /// # Errors
    ///
    /// The content is no command that this program knows.
    pub fn command(&self) -> Result<Option<Command>> {
        let Some(content) = &self.content else {
            return Ok(None);
        };
        serde_json::from_str(content).map(Some).map_err(|error| {
            StoreError::damaged(format!(
                "row {} of the chain {} is no command of this program ({error})",
                self.sequence, self.chain
            ))
        })
    }

    /// What came of it.
    ///
    /// # Errors
    ///
    /// The column holds something else.
    pub fn came_of_it(&self) -> Result<Outcome> {
        serde_json::from_str(&self.outcome)
            .map_err(|_| StoreError::damaged(format!("the outcome of row {}", self.sequence)))
    }

    pub(crate) async fn insert(&self, db: &mut Db<'_>) -> Result<()> {
        let sql = "INSERT INTO command (chain, sequence, id, request_key, request, actor, \
             actor_role, at, offset_minutes, kind, subject, content, salt, digest, reason, outcome, \
             previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
             $15, $16, $17, $18)";
        let values = values![
            &self.chain,
            self.sequence,
            self.id,
            self.key.clone(),
            self.request.clone(),
            &self.actor,
            self.role.clone(),
            self.at.micros,
            self.at.offset_minutes,
            &self.kind,
            self.subject.clone(),
            self.content.clone(),
            self.salt.clone(),
            self.digest.as_slice(),
            self.reason.clone(),
            &self.outcome,
            self.previous.as_slice(),
            self.hash.as_slice(),
        ];
        db.run(sql, values).await?;
        Ok(())
    }

    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            chain: row.text(0)?,
            sequence: row.int(1)?,
            id: row.parsed(2)?,
            key: row.maybe_text(3)?,
            request: row.maybe_bytes(4)?,
            actor: row.text(5)?,
            role: row.maybe_text(6)?,
            at: Moment {
                micros: row.int(7)?,
                offset_minutes: row.int(8)?,
            },
            kind: row.text(9)?,
            subject: row.maybe_text(10)?,
            content: row.maybe_text(11)?,
            salt: row.maybe_bytes(12)?,
            digest: row.bytes(13)?,
            reason: row.maybe_text(14)?,
            outcome: row.text(15)?,
            previous: row.bytes(16)?,
            hash: row.bytes(17)?,
        })
    }

    /// Rows of a chain behind `after`, at most `limit`, in order.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or a row has other columns.
    pub async fn of_chain(
        db: &mut Db<'_>,
        chain: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
        let rows = db.rows(sql, values![chain, after, limit]).await?;
        rows.iter().map(Self::read).collect()
    }
}

fn content_digest(salt: &[u8], content: &str) -> Vec<u8> {
    let hash = Sha256::new().chain_update(salt).chain_update(content);
    hash.finalize().to_vec()
}

/// The kind of a command that was written as JSON: its first field.
fn kind_in(content: &str) -> &str {
    let rest = content.strip_prefix("{\"kind\":\"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}
