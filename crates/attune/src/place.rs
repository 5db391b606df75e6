//! Where the store of a command lies, as typed: the same options for every command that needs one.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use attune_store::{Location, Store, location::DatabaseKind};
use clap::Args;

/// A store.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder of the store
    #[arg(long, value_name = "DIR", default_value = "attune-data")]
    data: PathBuf,
    /// Folder with the keys; without it DIR-keys beside the data
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// PostgreSQL server instead of the SQLite file in the data folder: postgres://user@host/database
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Place {
    /// The place, whether or not there is a store.
    pub fn location(&self) -> Location {
        let location = match &self.database {
            Some(url) => Location::postgres(url, &self.data),
            None => Location::folder(&self.data),
        };
        match &self.keys {
            Some(keys) => location.with_keys(keys),
            None => location,
        }
    }

    /// The place of a store that must be there: a command that looks at one never makes one.
    pub fn existing(&self) -> Result<Location> {
        let location = self.location();
        let is_file = matches!(location.database, DatabaseKind::Lite);
        if is_file && !location.database_file().exists() {
            bail!(
                "there is no store at {}; give its folder with --data",
                location.words()
            );
        }
        Ok(location)
    }

    /// Opens the store that must be there.
    pub async fn open(&self) -> Result<Store> {
        open(self.existing()?).await
    }
}

/// Opens a store.
pub async fn open(location: Location) -> Result<Store> {
    let words = location.words();
    Store::open(location)
        .await
        .with_context(|| format!("cannot open the store ({words})"))
}

/// Runs work that waits for a database.
pub fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the program's threads")?;
    runtime.block_on(work)
}
