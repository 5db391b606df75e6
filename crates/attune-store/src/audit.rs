//! Verifying the chains: every row has the hash that its columns give, holds the hash of the row
//! before it, and none is missing, up to the last head that was signed outside. The first bad row is
//! named.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    database::{Db, values},
    entry::{BEGINNING, Entry},
    error::Result,
    heads::{self, HeadsFound},
    hex,
    store::Store,
    uninterrupted::uninterrupted,
};

/// What came of verifying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// One entry per chain.
    pub chains: Vec<ChainVerified>,
    /// Files among the signed heads that are no head or have another signature.
    pub unsound_heads: Vec<String>,
}

/// What came of verifying one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainVerified {
    /// The study, or `-` for the instance.
    pub chain: String,
    /// Rows that were read.
    pub n_rows: i64,
    /// Of these, rows whose content was erased as a later row says.
    pub n_erased: usize,
    /// Signed heads that it was compared with.
    pub n_heads: usize,
    /// Hash of its last row, lower-case hexadecimal.
    pub head: String,
    /// The first bad row.
    pub bad: Option<BadRow>,
}

/// A row that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Its place.
    pub sequence: i64,
    /// What is wrong.
    pub what: String,
}

impl Verified {
    /// Whether every row of every chain is what it must be.
    pub fn is_sound(&self) -> bool {
        self.unsound_heads.is_empty() && self.chains.iter().all(|chain| chain.bad.is_none())
    }
}

impl Store {
    /// Verifies all chains against each other and against the signed heads.
    ///
    /// # Errors
    ///
    /// The database or the folder of heads cannot be read.
    pub async fn verify(&self) -> Result<Verified> {
        let heads = heads::read(&self.location().heads(), &self.keys().verifying())?;
        let store = self.clone();
        uninterrupted(async move {
            let mut reader = store.reader().await?;
            let mut db = reader.db();
            db.begin_reading().await?;
            let verified = verify(&mut db, &heads).await;
            db.script("COMMIT").await?;
            verified
        })
        .await
    }
}

/// Verifies the chains of a database.
///
/// # Errors
///
/// The database cannot be read.
pub async fn verify(db: &mut Db<'_>, heads: &HeadsFound) -> Result<Verified> {
    let sql = "SELECT chain FROM command UNION SELECT chain FROM chain";
    let rows = db.rows(sql, Vec::new()).await?;
    let mut chains: BTreeSet<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    chains.extend(heads.signed.keys().cloned());
    let nothing = BTreeMap::new();
    let mut verified = Vec::with_capacity(chains.len());
    for chain in chains {
        let signed = heads.signed.get(&chain).unwrap_or(&nothing);
        verified.push(verify_chain(db, chain, signed).await?);
    }
    let unsound = heads.unsound.iter();
    Ok(Verified {
        chains: verified,
        unsound_heads: unsound.map(|file| file.display().to_string()).collect(),
    })
}

const PAGE: i64 = 1000;

/// The walk along one chain.
struct Walk<'a> {
    sequence: i64,
    previous: Vec<u8>,
    signed: &'a BTreeMap<i64, String>,
    /// Rows without content.
    bare: BTreeSet<i64>,
    /// Rows that later rows say they erased.
    erased: BTreeSet<i64>,
}

async fn verify_chain(
    db: &mut Db<'_>,
    chain: String,
    signed: &BTreeMap<i64, String>,
) -> Result<ChainVerified> {
    let mut walk = Walk {
        sequence: 0,
        previous: BEGINNING.to_vec(),
        signed,
        bare: BTreeSet::new(),
        erased: BTreeSet::new(),
    };
    let mut bad = None;
    // Places before 1 are looked at too: nothing may hide there.
    let mut after = i64::MIN;
    while bad.is_none() {
        let Ok(entries) = Entry::of_chain(db, &chain, after, PAGE).await else {
            bad = Some(BadRow {
                sequence: walk.sequence + 1,
                what: "a row at or after this place does not have the columns of a row".to_owned(),
            });
            break;
        };
        let Some(last) = entries.last() else { break };
        after = last.sequence;
        bad = entries.iter().find_map(|entry| walk.step(entry).err());
    }
    let bad = match bad {
        Some(bad) => Some(bad),
        None => walk.end(db, &chain).await?,
    };
    Ok(ChainVerified {
        n_rows: walk.sequence,
        n_erased: walk.bare.len(),
        n_heads: signed.len(),
        head: hex::encode(&walk.previous),
        chain,
        bad,
    })
}

impl Walk<'_> {
    fn step(&mut self, entry: &Entry) -> std::result::Result<(), BadRow> {
        let bad = |sequence, what: &str| BadRow {
            sequence,
            what: what.to_owned(),
        };
        let expected = self.sequence + 1;
        if entry.sequence != expected {
            let what = "this row is missing";
            return Err(bad(expected.min(entry.sequence.max(1)), what));
        }
        if entry.previous != self.previous {
            let what = "it does not hold the hash of the row before it";
            return Err(bad(expected, what));
        }
        if !entry.content_is_whole() {
            return Err(bad(expected, "its content was changed"));
        }
        if entry.computed_hash()[..] != entry.hash[..] {
            return Err(bad(expected, "one of its columns was changed"));
        }
        if let Some(hash) = self.signed.get(&expected)
            && *hash != hex::encode(&entry.hash)
        {
            let what = "it is not the row whose hash was signed; rows up to it were made anew";
            return Err(bad(expected, what));
        }
        if entry.content.is_none() {
            self.bare.insert(expected);
        }
        match entry.came_of_it() {
            Ok(outcome) => self.erased.extend(outcome.erased),
            Err(_) => return Err(bad(expected, "its outcome cannot be read")),
        }
        self.sequence = expected;
        self.previous.clone_from(&entry.hash);
        Ok(())
    }

    /// What only the whole chain shows.
    async fn end(&self, db: &mut Db<'_>, chain: &str) -> Result<Option<BadRow>> {
        if let Some(sequence) = self.bare.difference(&self.erased).next() {
            return Ok(Some(BadRow {
                sequence: *sequence,
                what: "its content is gone, and no later row says that it was erased".to_owned(),
            }));
        }
        let cut_off = Some(BadRow {
            sequence: self.sequence + 1,
            what: "rows from this place on were cut off".to_owned(),
        });
        if let Some((last_signed, _)) = self.signed.last_key_value()
            && *last_signed > self.sequence
        {
            return Ok(cut_off);
        }
        let sql = "SELECT sequence, hash FROM chain WHERE chain = $1";
        let Some(row) = db.row(sql, values![chain]).await? else {
            return Ok(Some(BadRow {
                sequence: self.sequence,
                what: "the chain's own note of its last row is missing".to_owned(),
            }));
        };
        let (Ok(noted), Ok(hash)) = (row.int(0), row.bytes(1)) else {
            return Ok(Some(BadRow {
                sequence: self.sequence,
                what: "the chain's own note of its last row was changed".to_owned(),
            }));
        };
        if noted > self.sequence {
            return Ok(cut_off);
        }
        if noted != self.sequence || hash != self.previous {
            return Ok(Some(BadRow {
                sequence: self.sequence,
                what: "the chain's own note of its last row is another one".to_owned(),
            }));
        }
        Ok(None)
    }
}
