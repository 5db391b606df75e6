//! Where a store lies: the folder with the database and its backups, the folder with the keys,
//! and, for many sites, a PostgreSQL server.

use std::path::{Path, PathBuf};

/// Where a store lies.
#[derive(Debug, Clone)]
pub struct Location {
    /// Folder with the database (of SQLite), backups and media.
    pub data: PathBuf,
    /// Folder with the keys and the signed heads of the audit chains; never inside `data`.
    pub keys: PathBuf,
    /// The database.
    pub database: DatabaseKind,
    /// Most pages that the SQLite file may have; only tests and quotas set it.
    pub most_pages: Option<u32>,
}

/// Which database.
#[derive(Debug, Clone)]
pub enum DatabaseKind {
    /// A file in the data folder.
    Lite,
    /// A PostgreSQL server.
    Postgres {
        /// Address with user and database.
        url: String,
        /// Schema that holds the tables, where it is not the user's own.
        schema: Option<String>,
    },
}

impl Location {
    /// SQLite in `data`, keys in the folder beside it whose name ends in `-keys`.
    pub fn folder(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self {
            keys: keys_beside(&data),
            data,
            database: DatabaseKind::Lite,
            most_pages: None,
        }
    }

    /// PostgreSQL at `url`; backups and media in `data`, keys beside it.
    pub fn postgres(url: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self {
            database: DatabaseKind::Postgres {
                url: url.into(),
                schema: None,
            },
            ..Self::folder(data)
        }
    }

    /// The same with the keys in another folder.
    #[must_use]
    pub fn with_keys(self, keys: impl Into<PathBuf>) -> Self {
        Self {
            keys: keys.into(),
            ..self
        }
    }

    /// The file of SQLite.
    pub fn database_file(&self) -> PathBuf {
        self.data.join("attune.db")
    }

    /// The folder of recordings.
    pub fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// The folder of backups.
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// The folder of signed heads. Each data folder has its own beside the keys: a store that was
    /// restored elsewhere with the same keys goes its own way, and its heads are not those of the
    /// first.
    pub fn heads(&self) -> PathBuf {
        let name = self.data.file_name();
        let name = name.map_or_else(|| "attune".into(), std::ffi::OsStr::to_os_string);
        self.keys.join("heads").join(name)
    }

    /// Whether the database is on a server of PostgreSQL.
    pub fn is_on_server(&self) -> bool {
        matches!(self.database, DatabaseKind::Postgres { .. })
    }

    /// In words, without passwords.
    pub fn words(&self) -> String {
        match &self.database {
            DatabaseKind::Lite => self.database_file().display().to_string(),
            DatabaseKind::Postgres { url, .. } => {
                let server = url.rsplit('@').next().unwrap_or_default();
                format!("PostgreSQL at {server}")
            }
        }
    }
}

fn keys_beside(data: &Path) -> PathBuf {
    let name = data
        .file_name()
        .map_or_else(|| "attune".into(), std::ffi::OsStr::to_os_string);
    let mut name = name;
    name.push("-keys");
    data.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Location;

    #[test]
    fn keys_lie_beside_the_data_and_not_in_them() {
        let location = Location::folder("/srv/attune");
        assert_eq!(location.keys, Path::new("/srv/attune-keys"));
        assert!(!location.keys.starts_with(&location.data));
    }

    #[test]
    fn the_words_for_a_server_hold_no_password() {
        let location =
            Location::postgres("postgres://attune:secret@db.example/attune", "/srv/attune");
        assert_eq!(location.words(), "PostgreSQL at db.example/attune");
    }
}
