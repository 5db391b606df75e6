//! The shape of the database, in numbered steps. A database of an older program is brought forward
//! step by step, each in a transaction, after a backup; one of a newer program is refused.

use crate::{
    database::{Db, values},
    error::{Result, StoreError},
    moment::Moment,
};

struct Step {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! steps {
    ($($version:literal => $file:literal),* $(,)?) => {
        &[$(Step {
            version: $version,
            sqlite: include_str!(concat!("../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../migrations/postgres/", $file)),
        }),*]
    };
}

const STEPS: &[Step] = steps![
    1 => "0001_begin.sql",
    2 => "0002_video.sql",
    3 => "0003_room.sql",
    4 => "0004_clinicians.sql",
    5 => "0005_earlier_consent.sql",
    6 => "0006_quotations.sql",
    7 => "0007_begin_of_recording.sql",
    8 => "0008_bringing.sql",
];

/// The newest version that this program knows.
pub(crate) fn newest() -> i64 {
    STEPS.last().map_or(0, |step| step.version)
}

/// The version of the database; 0 when it is empty.
pub(crate) async fn version(db: &mut Db<'_>) -> Result<i64> {
    let there = if db.is_postgres() {
        "SELECT COUNT(*) FROM information_schema.tables \
         WHERE table_schema = current_schema() AND table_name = 'schema_version'"
    } else {
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
    };
    if db.count(there, Vec::new()).await? == 0 {
        return Ok(0);
    }
    let sql = "SELECT COALESCE(MAX(version), 0) FROM schema_version";
    db.count(sql, Vec::new()).await
}

/// Brings the database to the newest version.
///
/// # Errors
///
/// The database is of a newer program, or a step failed; the steps before it stay done.
pub(crate) async fn run(db: &mut Db<'_>, at: Moment) -> Result<()> {
    run_to(db, newest(), at).await
}

/// Brings the database to a version that is not the newest, for a backup that was made then.
///
/// # Errors
///
/// As for [`run`].
pub(crate) async fn run_to(db: &mut Db<'_>, last: i64, at: Moment) -> Result<()> {
    let found = version(db).await?;
    let known = newest();
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let is_due = |step: &&Step| step.version > found && step.version <= last;
    for step in STEPS.iter().filter(is_due) {
        db.begin().await?;
        match take(db, step, at).await {
            Ok(()) => db.script("COMMIT").await?,
            Err(error) => {
                db.script("ROLLBACK").await?;
                return Err(error);
            }
        }
    }
    db.forget_statements().await
}

async fn take(db: &mut Db<'_>, step: &Step, at: Moment) -> Result<()> {
    let table = "CREATE TABLE IF NOT EXISTS schema_version \
         (version BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, program TEXT NOT NULL)";
    db.script(table).await?;
    if db.is_postgres() {
        // Two nodes that start together take the step one after the other.
        db.script("LOCK TABLE schema_version IN ACCESS EXCLUSIVE MODE")
            .await?;
        if version(db).await? >= step.version {
            return Ok(());
        }
    }
    let text = if db.is_postgres() {
        step.postgres
    } else {
        step.sqlite
    };
    db.script(text).await?;
    let sql = "INSERT INTO schema_version (version, at, program) VALUES ($1, $2, $3)";
    let program = env!("CARGO_PKG_VERSION");
    db.run(sql, values![step.version, at.micros, program])
        .await?;
    Ok(())
}
