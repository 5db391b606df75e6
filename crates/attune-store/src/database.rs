//! One way to speak to SQLite and to PostgreSQL.
//!
//! Every statement is one text for both, with `$1` for values. Values and rows are our own small
//! types, so that nothing above this module knows which database it is. Only three column types are
//! used beside floating point: 64-bit integers, text and bytes; ids, dates and JSON are text, times
//! are microseconds since 1970 in UTC.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection as _, Executor, PgConnection, PgPool,
    Postgres, Row as _, Sqlite, SqliteConnection, SqlitePool, TypeInfo, ValueRef,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use crate::{
    error::{Result, StoreError},
    location::{DatabaseKind, Location},
};

mod value;

pub(crate) use value::values;
pub use value::{Row, Value};

/// A pool of connections for reading.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file in the data folder.
    Lite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// A connection taken from the pool; it goes back when it is dropped.
pub enum Reader {
    /// To SQLite.
    Lite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// The writer's own connection.
pub(crate) enum WriterConnection {
    Lite(SqliteConnection),
    Postgres(PgConnection),
}

/// A connection, borrowed for some statements.
pub enum Db<'a> {
    /// To SQLite.
    Lite(&'a mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'a mut PgConnection),
}

/// How long a statement waits for another writer.
const BUSY: Duration = Duration::from_secs(5);
/// Connections for reading.
const N_READERS: u32 = 6;

impl Database {
    /// Opens the pool of readers.
    pub(crate) async fn readers(location: &Location) -> Result<Self> {
        Ok(match &location.database {
            DatabaseKind::Lite => {
                let options = lite_options(location).read_only(true);
                let pool = SqlitePoolOptions::new().max_connections(N_READERS);
                Self::Lite(pool.connect_with(options).await?)
            }
            DatabaseKind::Postgres { url, schema } => {
                let options = postgres_options(url, schema.as_deref())?;
                let pool = PgPoolOptions::new().max_connections(N_READERS);
                Self::Postgres(pool.connect_with(options).await?)
            }
        })
    }

    /// A connection for reading.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub async fn reader(&self) -> Result<Reader> {
        Ok(match self {
            Self::Lite(pool) => Reader::Lite(pool.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Lite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reader {
    /// The connection, borrowed.
    pub fn db(&mut self) -> Db<'_> {
        match self {
            Self::Lite(connection) => Db::Lite(connection),
            Self::Postgres(connection) => Db::Postgres(connection),
        }
    }
}

impl WriterConnection {
    pub(crate) async fn open(location: &Location) -> Result<Self> {
        Ok(match &location.database {
            DatabaseKind::Lite => Self::Lite(lite_options(location).connect().await?),
            DatabaseKind::Postgres { url, schema } => {
                Self::Postgres(postgres_options(url, schema.as_deref())?.connect().await?)
            }
        })
    }

    /// A file of SQLite outside a data folder, in one piece: without a log beside it.
    pub(crate) async fn open_file(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Delete)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        Ok(Self::Lite(options.connect().await?))
    }

    pub(crate) fn db(&mut self) -> Db<'_> {
        match self {
            Self::Lite(connection) => Db::Lite(connection),
            Self::Postgres(connection) => Db::Postgres(connection),
        }
    }

    pub(crate) async fn close(self) {
        // A connection that cannot say good-bye is closed all the same.
        let _ = match self {
            Self::Lite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

fn lite_options(location: &Location) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(location.database_file())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit that was acknowledged outlives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("trusted_schema", "OFF")
        // What is erased is overwritten in the file, not only forgotten.
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

fn postgres_options(url: &str, schema: Option<&str>) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("attune")
        .disable_statement_logging();
    Ok(match schema {
        Some(schema) => options.options([("search_path", schema)]),
        None => options,
    })
}

impl Db<'_> {
    /// A second loan of the same connection.
    pub fn again(&mut self) -> Db<'_> {
        match self {
            Db::Lite(connection) => Db::Lite(connection),
            Db::Postgres(connection) => Db::Postgres(connection),
        }
    }

    /// Runs a statement; the number of rows that it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        Ok(match self {
            Db::Lite(connection) => {
                let query = value::bind_lite(sqlx::query(sql), values);
                query.execute(&mut **connection).await?.rows_affected()
            }
            Db::Postgres(connection) => {
                let query = value::bind_postgres(sqlx::query(sql), values);
                query.execute(&mut **connection).await?.rows_affected()
            }
        })
    }

    /// All rows of a question.
    pub(crate) async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Db::Lite(connection) => {
                let query = value::bind_lite(sqlx::query(sql), values);
                let rows = query.fetch_all(&mut **connection).await?;
                rows.iter().map(lite_row).collect()
            }
            Db::Postgres(connection) => {
                let query = value::bind_postgres(sqlx::query(sql), values);
                let rows = query.fetch_all(&mut **connection).await?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// The only row, where there is one.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The number that a question answers.
    pub(crate) async fn count(&mut self, sql: &'static str, values: Vec<Value>) -> Result<i64> {
        match self.row(sql, values).await? {
            Some(row) => row.int(0),
            None => Ok(0),
        }
    }

    /// Like [`Db::run`], for a text made by this crate (names of its own tables, never input).
    pub(crate) async fn run_made(&mut self, sql: String, values: Vec<Value>) -> Result<u64> {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Db::Lite(connection) => {
                let query = value::bind_lite(sqlx::query(sql), values);
                query.execute(&mut **connection).await?.rows_affected()
            }
            Db::Postgres(connection) => {
                let query = value::bind_postgres(sqlx::query(sql), values);
                query.execute(&mut **connection).await?.rows_affected()
            }
        })
    }

    /// Like [`Db::rows`], for a text made by this crate.
    pub(crate) async fn rows_made(&mut self, sql: String) -> Result<Vec<Row>> {
        let sql = AssertSqlSafe(sql);
        match self {
            Db::Lite(connection) => {
                let rows = sqlx::query(sql).fetch_all(&mut **connection).await?;
                rows.iter().map(lite_row).collect()
            }
            Db::Postgres(connection) => {
                let rows = sqlx::query(sql).fetch_all(&mut **connection).await?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// Several statements at once, without values.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Db::Lite(connection) => {
                (&mut **connection).execute(sql).await?;
            }
            Db::Postgres(connection) => {
                (&mut **connection).execute(sql).await?;
            }
        }
        Ok(())
    }

    /// Forgets prepared statements: after a change of shape they would give columns as they were.
    pub(crate) async fn forget_statements(&mut self) -> Result<()> {
        match self {
            Db::Lite(connection) => connection.clear_cached_statements().await?,
            Db::Postgres(connection) => connection.clear_cached_statements().await?,
        }
        Ok(())
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Db::Postgres(_))
    }

    /// Begins a transaction that sees one state of the database until it ends.
    pub(crate) async fn begin_reading(&mut self) -> Result<()> {
        let sql = if self.is_postgres() {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        } else {
            "BEGIN"
        };
        self.script(sql).await
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&mut self) -> Result<()> {
        let sql = if self.is_postgres() {
            "BEGIN"
        } else {
            // A deferred transaction that turns to writing later can fail without remedy.
            "BEGIN IMMEDIATE"
        };
        self.script(sql).await
    }
}

fn lite_row(row: &SqliteRow) -> Result<Row> {
    let mut cells = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let raw = row.try_get_raw(index)?;
        let kind = raw.type_info();
        cells.push(match kind.name() {
            "NULL" => Value::Text(None),
            "INTEGER" => Value::Int(row.try_get_unchecked(index)?),
            "REAL" => Value::Real(row.try_get_unchecked(index)?),
            "BLOB" => Value::Bytes(row.try_get_unchecked(index)?),
            _ => Value::Text(row.try_get_unchecked(index)?),
        });
    }
    Ok(Row::new(cells))
}

fn postgres_row(row: &PgRow) -> Result<Row> {
    let mut cells = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        cells.push(match column.type_info().name() {
            "INT8" => Value::Int(row.try_get(index)?),
            "INT4" => Value::Int(row.try_get::<Option<i32>, _>(index)?.map(i64::from)),
            "FLOAT8" => Value::Real(row.try_get(index)?),
            "BYTEA" => Value::Bytes(row.try_get(index)?),
            "TEXT" | "VARCHAR" | "NAME" => Value::Text(row.try_get(index)?),
            other => {
                return Err(StoreError::damaged(format!(
                    "a column of the type {other}, which this program does not use"
                )));
            }
        });
    }
    Ok(Row::new(cells))
}
