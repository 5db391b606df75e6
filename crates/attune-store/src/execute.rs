//! One request inside a transaction: is it new, what comes of it, its rows in the log.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::Protocol;
use sha2::{Digest, Sha256};

use crate::{
    access::Actor,
    apply::{self, Context},
    command::{Command, Outcome, Receipt, Request},
    database::{Db, values},
    entry::{BEGINNING, Entry, INSTANCE},
    error::{Result, StoreError},
    hex,
    keys::{self, Keys, Purpose},
    secret::Secret,
    vault::{PersonKey, Sealed},
};

/// A request that is ready to be stored.
pub(crate) struct Prepared {
    pub actor: Actor,
    pub request: Request,
    /// Keyed digest of what was asked for.
    pub digest: Vec<u8>,
    pub protocol: Option<Arc<Protocol>>,
}

impl Prepared {
    pub fn chain(&self) -> &str {
        self.request
            .study
            .as_ref()
            .map_or(INSTANCE, |study| study.as_str())
    }
}

/// Last place and hash of each chain, as far as they are known in this transaction.
#[derive(Default, Clone)]
pub(crate) struct Heads {
    heads: BTreeMap<String, (i64, Vec<u8>)>,
}

impl Heads {
    async fn get(&mut self, db: &mut Db<'_>, chain: &str) -> Result<(i64, Vec<u8>)> {
        if let Some(head) = self.heads.get(chain) {
            return Ok(head.clone());
        }
        let sql = "SELECT sequence, hash FROM chain WHERE chain = $1";
        Ok(match db.row(sql, values![chain]).await? {
            Some(row) => (row.int(0)?, row.bytes(1)?),
            None => (0, BEGINNING.to_vec()),
        })
    }

    /// Writes them down, once at the end of a transaction.
    pub async fn write(&self, db: &mut Db<'_>) -> Result<()> {
        for (chain, (sequence, hash)) in &self.heads {
            let sql = "INSERT INTO chain (chain, sequence, hash) VALUES ($1, $2, $3) \
                 ON CONFLICT (chain) DO UPDATE SET sequence = excluded.sequence, \
                 hash = excluded.hash";
            db.run(sql, values![chain, *sequence, hash.as_slice()])
                .await?;
        }
        Ok(())
    }
}

/// Stores a request. `heads` moves on only when all of it was stored.
pub(crate) async fn execute(
    db: &mut Db<'_>,
    keys: &Keys,
    heads: &mut Heads,
    prepared: &Prepared,
) -> Result<Receipt> {
    if let Some(receipt) = earlier_receipt(db, prepared).await? {
        return Ok(receipt);
    }
    let request = &prepared.request;
    for object in &request.objects {
        let sql = "INSERT INTO object (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        let hash = hex::encode(&Sha256::digest(object));
        db.run(sql, values![hash, object.as_slice()]).await?;
    }
    for secret in &request.secrets {
        secret.keep(db).await?;
    }
    let chain = prepared.chain().to_owned();
    let (mut sequence, mut previous) = heads.get(db, &chain).await?;
    let mut first = None;
    let mut outcomes = Vec::with_capacity(request.commands.len());
    for (n, command) in request.commands.iter().enumerate() {
        make_person_key(db, keys, request, command).await?;
        let reason = request.reason.as_deref();
        let mut entry = Entry::new(&prepared.actor, command, request.at, reason)?;
        entry.chain.clone_from(&chain);
        entry.sequence = sequence + 1;
        entry.previous = previous;
        if n == 0 {
            entry.key = Some(request.key.clone());
            entry.request = Some(prepared.digest.clone());
        }
        let context = Context {
            study: request.study.as_ref(),
            chain: &chain,
            sequence: entry.sequence,
            actor: &entry.actor,
            at: request.at,
            reason,
            protocol: prepared.protocol.as_deref(),
            stored: None,
        };
        let outcome = apply::apply(db, &context, command).await?;
        erase(db, &chain, &outcome).await?;
        entry.outcome = serde_json::to_string(&outcome)
            .map_err(|_| StoreError::damaged("an outcome that cannot be written"))?;
        entry.hash = entry.computed_hash().to_vec();
        entry.insert(db).await?;
        sequence = entry.sequence;
        previous = entry.hash.clone();
        first.get_or_insert((entry.id, entry.sequence, hex::encode(&entry.hash)));
        outcomes.push(outcome);
    }
    let (id, at, hash) =
        first.ok_or_else(|| StoreError::refused("a request needs at least one command"))?;
    heads.heads.insert(chain, (sequence, previous));
    Ok(Receipt {
        id,
        sequence: at,
        hash,
        outcomes,
        repeated: false,
    })
}

/// The receipt of an earlier request with the same key.
async fn earlier_receipt(db: &mut Db<'_>, prepared: &Prepared) -> Result<Option<Receipt>> {
    let sql = "SELECT chain, sequence, id, hash, request FROM command WHERE request_key = $1";
    let Some(row) = db.row(sql, values![&prepared.request.key]).await? else {
        return Ok(None);
    };
    let is_same = row.maybe_bytes(4)?.as_deref() == Some(prepared.digest.as_slice());
    if !is_same {
        return Err(StoreError::KeyUsed);
    }
    let (chain, sequence) = (row.text(0)?, row.int(1)?);
    let last = sequence + prepared.request.commands.len() as i64 - 1;
    let sql = "SELECT outcome FROM command WHERE chain = $1 AND sequence BETWEEN $2 AND $3 \
         ORDER BY sequence";
    let rows = db.rows(sql, values![chain, sequence, last]).await?;
    let outcomes: Result<Vec<Outcome>> = rows.iter().map(|row| row.json(0)).collect();
    Ok(Some(Receipt {
        id: row.parsed(2)?,
        sequence,
        hash: hex::encode(&row.bytes(3)?),
        outcomes: outcomes?,
        repeated: true,
    }))
}

/// A new person has a data key from the start.
async fn make_person_key(
    db: &mut Db<'_>,
    keys: &Keys,
    request: &Request,
    command: &Command,
) -> Result<()> {
    let Command::RegisterPerson { person, .. } = command else {
        return Ok(());
    };
    let has_one = request
        .secrets
        .iter()
        .any(|secret| matches!(secret, Secret::PersonKey { person: whose, .. } if whose == person));
    if has_one {
        return Ok(());
    }
    PersonKey::make(keys, *person)?.secret().keep(db).await
}

/// Erases the content of rows, as a study promised. Their digests stay, and with them the chain.
async fn erase(db: &mut Db<'_>, chain: &str, outcome: &Outcome) -> Result<()> {
    for sequence in &outcome.erased {
        let sql = "UPDATE command SET content = NULL, salt = NULL WHERE chain = $1 \
             AND sequence = $2";
        db.run(sql, values![chain, *sequence]).await?;
    }
    Ok(())
}

/// Keyed digest of what is asked for. Sealed fields count by what is in them, so that a request that
/// was sealed again is the same request.
pub(crate) fn request_digest(keys: &Keys, request: &Request) -> Result<Vec<u8>> {
    let unreadable = |_| StoreError::refused("the request cannot be written as JSON");
    let mut parts = Vec::with_capacity(request.commands.len() + 2);
    parts.push(serde_json::to_string(&request.study).map_err(unreadable)?);
    parts.push(serde_json::to_string(&request.reason).map_err(unreadable)?);
    for command in &request.commands {
        let text = match command {
            Command::RecordIdentity { person, fields } => {
                let fields = fields.iter().map(by_mark).collect();
                let person = *person;
                serde_json::to_string(&Command::RecordIdentity { person, fields })
            }
            Command::RecordConsent(consent)
                if consent.competence.is_some() || consent.witness.is_some() =>
            {
                let mut consent = consent.clone();
                consent.competence = consent.competence.as_ref().map(by_mark);
                consent.witness = consent.witness.as_ref().map(by_mark);
                serde_json::to_string(&Command::RecordConsent(consent))
            }
            other => serde_json::to_string(other),
        };
        parts.push(text.map_err(unreadable)?);
    }
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    Ok(keys::hmac(&keys.derived(Purpose::Requests)[..], &parts).to_vec())
}

fn by_mark(sealed: &Sealed) -> Sealed {
    Sealed {
        sealed: hex::encode(&sealed.mark),
        ..sealed.clone()
    }
}
