//! The tables made again from the log. It is the proof that the log is the truth: the result is
//! compared with what was there, and what differed is named.

use attune_protocol::id::StudyId;

use crate::{
    apply::{self, Context},
    database::Db,
    entry::{Entry, INSTANCE},
    error::Result,
    tables::{self, PROJECTIONS},
};

/// What came of making the tables again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Commands that were read.
    pub n_commands: usize,
    /// Of these, erased ones.
    pub n_erased: usize,
    /// Tables that were not what the log says, with the rows before and after.
    pub differing: Vec<Differing>,
}

/// A table that was not what the log says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Differing {
    /// The table.
    pub table: &'static str,
    /// Rows that it had.
    pub n_before: usize,
    /// Rows that it has by the log.
    pub n_after: usize,
}

const PAGE: i64 = 1000;

/// Makes the tables again. With `only_try` everything is put back afterwards.
pub(crate) async fn run(db: &mut Db<'_>, only_try: bool) -> Result<Rebuilt> {
    db.begin().await?;
    let end = in_transaction(db).await;
    let keep = end.is_ok() && !only_try;
    db.script(if keep { "COMMIT" } else { "ROLLBACK" }).await?;
    end
}

async fn in_transaction(db: &mut Db<'_>) -> Result<Rebuilt> {
    if db.is_postgres() {
        db.script("LOCK TABLE command IN EXCLUSIVE MODE").await?;
    }
    let mut before = Vec::with_capacity(PROJECTIONS.len());
    for table in PROJECTIONS {
        before.push(tables::digest(db, table).await?);
    }
    for table in PROJECTIONS {
        db.run_made(format!("DELETE FROM {}", table.name), Vec::new())
            .await?;
    }
    let sql = "SELECT chain FROM chain";
    let rows = db.rows(sql, Vec::new()).await?;
    let mut chains: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    // People before studies; the chains of studies do not know of each other.
    chains.sort_by_key(|chain| (chain != INSTANCE, chain.clone()));
    let mut rebuilt = Rebuilt {
        n_commands: 0,
        n_erased: 0,
        differing: Vec::new(),
    };
    for chain in chains {
        replay(db, &chain, &mut rebuilt).await?;
    }
    for (table, (n_before, digest_before)) in PROJECTIONS.into_iter().zip(before) {
        let (n_after, digest_after) = tables::digest(db, table).await?;
        if digest_before != digest_after {
            let table = table.name;
            rebuilt.differing.push(Differing {
                table,
                n_before,
                n_after,
            });
        }
    }
    Ok(rebuilt)
}

async fn replay(db: &mut Db<'_>, chain: &str, rebuilt: &mut Rebuilt) -> Result<()> {
    let study = (chain != INSTANCE).then(|| StudyId::new(chain));
    let mut after = 0;
    loop {
        let entries = Entry::of_chain(db, chain, after, PAGE).await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = last.sequence;
        for entry in &entries {
            rebuilt.n_commands += 1;
            let Some(command) = entry.command()? else {
                rebuilt.n_erased += 1;
                continue;
            };
            let outcome = entry.came_of_it()?;
            let context = Context {
                study: study.as_ref(),
                chain,
                sequence: entry.sequence,
                actor: &entry.actor,
                at: entry.at,
                reason: entry.reason.as_deref(),
                protocol: None,
                stored: Some(&outcome),
            };
            apply::apply(db, &context, &command).await?;
        }
    }
}
