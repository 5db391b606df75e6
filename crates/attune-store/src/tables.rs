//! The tables, by what they are: the log, what is made from it, and state that is no history.
//! A test compares the lists with the database, so that no table is forgotten in a copy or a
//! rebuild.

use sha2::{Digest, Sha256};

use crate::{
    database::{Db, Row, Value},
    error::Result,
};

/// A table and the columns by which its rows have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: &'static str,
    pub order: &'static str,
}

const fn table(name: &'static str, order: &'static str) -> Table {
    Table { name, order }
}

/// The log and what it refers to.
pub(crate) const LOG: [Table; 3] = [
    table("command", "chain, sequence"),
    table("chain", "chain"),
    table("object", "hash"),
];

/// State that is no history: secrets and sessions.
pub(crate) const STATE: [Table; 5] = [
    table("account_secret", "account"),
    table("recovery_code", "account, hash"),
    table("session", "id_hash"),
    table("one_time_code", "hash"),
    table("vault_key", "person"),
];

/// What people read, made from the log.
pub(crate) const PROJECTIONS: [Table; 34] = [
    table("account", "id"),
    table("role_grant", "id"),
    table("backup", "id"),
    table("study", "id"),
    table("study_version", "study, version"),
    table("unblinding", "study, sequence"),
    table("person", "id"),
    table("vault_field", "person, field"),
    table("dyad", "id"),
    table("dyad_part", "id"),
    table("responsibility", "infant, from_date"),
    table("dyad_site", "dyad, sequence"),
    table("dyad_event", "id"),
    table("dyad_arm", "dyad, sequence"),
    table("attribute", "dyad, attribute"),
    table("consent", "id"),
    table("earlier_consent", "id"),
    table("withdrawal", "study, sequence"),
    table("quotation", "id"),
    table("form", "id"),
    table("query", "id"),
    table("query_message", "query, sequence"),
    table("alert", "id"),
    table("site_clinician", "study, site"),
    table("meeting", "study, code"),
    table("attendance", "dyad, on_date, site"),
    table("clip", "id"),
    table("clip_dyad", "clip, dyad"),
    table("coding", "id"),
    table("coded_event", "coding, event"),
    table("coded_rating", "coding, rating"),
    table("coding_change", "coding, version"),
    table("machine_coding", "clip, machine"),
    table("bringing", "id"),
];

/// All tables.
pub(crate) fn all() -> impl Iterator<Item = Table> {
    LOG.into_iter().chain(STATE).chain(PROJECTIONS)
}

/// Those that the database has: one of an older shape lacks some.
pub(crate) async fn existing(db: &mut Db<'_>) -> Result<Vec<Table>> {
    let sql = if db.is_postgres() {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
         WHERE table_schema = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let rows = db.rows(sql, Vec::new()).await?;
    let names: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    let is_there = |table: &Table| names.iter().any(|name| name == table.name);
    Ok(all().filter(is_there).collect())
}

/// Rows that are read at once.
const PAGE: usize = 2000;

/// The next rows of a table behind the first `n_before`.
pub(crate) async fn page(db: &mut Db<'_>, table: Table, n_before: usize) -> Result<Vec<Row>> {
    let Table { name, order } = table;
    let sql = format!("SELECT * FROM {name} ORDER BY {order} LIMIT {PAGE} OFFSET {n_before}");
    db.rows_made(sql).await
}

/// Number of rows, and a digest that does not depend on their order or on the database.
pub(crate) async fn digest(db: &mut Db<'_>, table: Table) -> Result<(usize, String)> {
    let mut hashes: Vec<[u8; 32]> = Vec::new();
    loop {
        let rows = page(db, table, hashes.len()).await?;
        let n = rows.len();
        hashes.extend(rows.into_iter().map(row_hash));
        if n < PAGE {
            break;
        }
    }
    hashes.sort_unstable();
    let mut all = Sha256::new();
    for hash in &hashes {
        all.update(hash);
    }
    Ok((hashes.len(), crate::hex::encode(&all.finalize())))
}

fn row_hash(row: Row) -> [u8; 32] {
    let mut hash = Sha256::new();
    for cell in row.into_cells() {
        let (kind, bytes) = match cell {
            Value::Int(Some(value)) => (1u8, value.to_le_bytes().to_vec()),
            Value::Real(Some(value)) => (2, value.to_le_bytes().to_vec()),
            Value::Text(Some(value)) => (3, value.into_bytes()),
            Value::Bytes(Some(value)) => (4, value),
            Value::Int(None) | Value::Real(None) | Value::Text(None) | Value::Bytes(None) => {
                (0, Vec::new())
            }
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    hash.finalize().into()
}
