//! Backups: a whole copy of the database in a folder of its own, with a manifest of what is in it,
//! and the proof that it can be restored. A backup without that proof is recorded as not verified.
//!
//! The keys are not in a backup: kept beside the data they would open, they would be no keys. They
//! are kept elsewhere, once, by whoever answers for them.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    access::Actor,
    accounts::moment,
    audit,
    command::{Command, Request},
    database::{Db, Row, Value, WriterConnection},
    dump,
    error::{Result, StoreError},
    heads::HeadsFound,
    hex,
    ids::BackupId,
    location::Location,
    migrations,
    moment::Moment,
    rebuild,
    store::Store,
    tables,
};

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the backup.
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Version of the database's shape.
    pub schema: i64,
    /// When, RFC 3339.
    pub at: String,
    /// `attune.db` (a SQLite file) or `tables.jsonl` (a line of JSON per row).
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Rows and digest of each table.
    pub tables: BTreeMap<String, TableCount>,
    /// Last row and hash of each chain.
    pub heads: BTreeMap<String, (i64, String)>,
}

/// Rows of a table, and a digest that does not depend on their order or on the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCount {
    /// Rows.
    pub rows: usize,
    /// Digest.
    pub digest: String,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupMade {
    /// Its folder.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// Why it could not be restored in the check; none when it could.
    pub fault: Option<String>,
}

/// A backup as the store remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRow {
    /// Id.
    pub id: BackupId,
    /// When.
    pub at: Moment,
    /// Name of its folder.
    pub folder: String,
    /// SHA-256 of its manifest.
    pub digest: String,
    /// Whether it could be restored in the check.
    pub verified: bool,
}

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const LITE_FILE: &str = "attune.db";
pub(crate) const LINES_FILE: &str = "tables.jsonl";

impl Store {
    /// Makes a backup, restores it on trial, records it, and signs the heads of the chains. The
    /// server does this by its schedule, the command line by order.
    ///
    /// # Errors
    ///
    /// The copy cannot be made. (A copy that cannot be restored is no error: it is recorded as not
    /// verified.)
    pub async fn backup(&self, actor: &Actor, at: Moment) -> Result<BackupMade> {
        let made = self.make_backup(at).await?;
        let name = made.folder.file_name().unwrap_or_default();
        let text = fs::read(made.folder.join(MANIFEST))
            .map_err(StoreError::file("cannot read the backup's manifest"))?;
        let command = Command::RecordBackup {
            backup: BackupId::new(),
            folder: name.to_string_lossy().into_owned(),
            digest: hex::encode(&Sha256::digest(text)),
            verified: made.fault.is_none(),
        };
        self.execute(actor, Request::new(None, command, at)).await?;
        self.sign_heads(at).await?;
        Ok(made)
    }

    async fn make_backup(&self, at: Moment) -> Result<BackupMade> {
        let backups = self.location().backups();
        let cannot = || StoreError::file(format!("cannot write a backup to {}", backups.display()));
        fs::create_dir_all(&backups).map_err(cannot())?;
        let temporary = tempfile::Builder::new()
            .prefix(".attune-backup-")
            .tempdir_in(&backups)
            .map_err(cannot())?;
        let manifest = {
            let mut reader = self.reader().await?;
            let mut db = reader.db();
            if db.is_postgres() {
                db.begin_reading().await?;
                let written = write_lines(&mut db, temporary.path(), at).await;
                db.script("COMMIT").await?;
                written?
            } else {
                let file = temporary.path().join(LITE_FILE);
                let name = file.display().to_string();
                db.run_made("VACUUM INTO $1".to_owned(), vec![name.into()])
                    .await?;
                drop(reader);
                manifest_of_lite(&file, at).await?
            }
        };
        let file = temporary.path().join(MANIFEST);
        write_whole(&file, &manifest).map_err(cannot())?;
        sync(&temporary.path().join(&manifest.file)).map_err(cannot())?;
        let fault = check(temporary.path())
            .await
            .err()
            .map(|error| error.to_string());
        let folder = free_name(&backups, at);
        fs::rename(temporary.keep(), &folder).map_err(cannot())?;
        sync(&backups).map_err(cannot())?;
        Ok(BackupMade {
            folder,
            manifest,
            fault,
        })
    }

    /// Backups that were recorded, newest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn backups(&self) -> Result<Vec<BackupRow>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, at, folder, digest, verified FROM backup ORDER BY at DESC, id DESC";
        let rows = reader.db().rows(sql, Vec::new()).await?;
        let one = |row: &Row| {
            Ok(BackupRow {
                id: row.parsed(0)?,
                at: moment(row.int(1)?),
                folder: row.text(2)?,
                digest: row.text(3)?,
                verified: row.flag(4)?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// The newest backup that could be restored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn last_verified_backup(&self) -> Result<Option<BackupRow>> {
        let backups = self.backups().await?;
        Ok(backups.into_iter().find(|backup| backup.verified))
    }
}

/// A copy of the database before it is brought to a newer shape.
pub(crate) async fn before_migration(
    location: &Location,
    db: &mut Db<'_>,
    version: i64,
) -> Result<()> {
    let folder = location
        .backups()
        .join(format!("before-version-{}", version + 1));
    if folder.join(LITE_FILE).exists() || folder.join(LINES_FILE).exists() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(StoreError::file("cannot make the folder of backups"))?;
    if db.is_postgres() {
        write_lines(db, &folder, Moment::now()).await?;
    } else {
        let file = folder.join(LITE_FILE).display().to_string();
        db.run_made("VACUUM INTO $1".to_owned(), vec![file.into()])
            .await?;
    }
    Ok(())
}

/// All tables as lines, and their manifest.
async fn write_lines(db: &mut Db<'_>, folder: &Path, at: Moment) -> Result<Manifest> {
    let cannot = || StoreError::file("cannot write the lines of a backup");
    let file = folder.join(LINES_FILE);
    let mut out = io::BufWriter::new(private(&file).map_err(cannot())?);
    for table in tables::all() {
        let mut n = 0;
        loop {
            let rows = tables::page(db, table, n).await?;
            if rows.is_empty() {
                break;
            }
            n += rows.len();
            for row in rows {
                writeln!(out, "{}", dump::line(table, row)).map_err(cannot())?;
            }
        }
    }
    out.flush().map_err(cannot())?;
    manifest(db, &file, at).await
}

async fn manifest_of_lite(file: &Path, at: Moment) -> Result<Manifest> {
    let mut copy = open_file(file).await?;
    let manifest = manifest(&mut copy.db(), file, at).await;
    copy.close().await;
    manifest
}

async fn manifest(db: &mut Db<'_>, file: &Path, at: Moment) -> Result<Manifest> {
    Ok(Manifest {
        format: 1,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: migrations::version(db).await?,
        at: at.rfc3339(),
        file: file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        sha256: file_hash(file).map_err(StoreError::file("cannot read the backup"))?,
        tables: table_counts(db).await?,
        heads: heads(db).await?,
    })
}

/// Rows and digests of all tables.
pub(crate) async fn table_counts(db: &mut Db<'_>) -> Result<BTreeMap<String, TableCount>> {
    let mut counts = BTreeMap::new();
    for table in tables::all() {
        let (rows, digest) = tables::digest(db, table).await?;
        counts.insert(table.name.to_owned(), TableCount { rows, digest });
    }
    Ok(counts)
}

async fn heads(db: &mut Db<'_>) -> Result<BTreeMap<String, (i64, String)>> {
    let sql = "SELECT chain, sequence, hash FROM chain";
    let rows = db.rows(sql, Vec::new()).await?;
    let head = |row: &Row| Ok((row.text(0)?, (row.int(1)?, hex::encode(&row.bytes(2)?))));
    rows.iter().map(head).collect()
}

/// Restores a backup on trial: into a database of its own, in a folder that goes afterwards. Every
/// table must be as the manifest says, every chain whole, and the tables what the log says.
///
/// # Errors
///
/// What could not be restored.
pub async fn check(backup: &Path) -> Result<Manifest> {
    let manifest = read_manifest(backup)?;
    let trial =
        tempfile::tempdir().map_err(StoreError::file("cannot make a folder for the trial"))?;
    let file = trial.path().join(LITE_FILE);
    load(backup, &manifest, &file).await?;
    let mut copy = open_file(&file).await?;
    let end = check_loaded(&mut copy.db(), &manifest).await;
    copy.close().await;
    end.map(|()| manifest)
}

/// The backup as a file of SQLite.
async fn load(backup: &Path, manifest: &Manifest, file: &Path) -> Result<()> {
    let source = backup.join(&manifest.file);
    if manifest.file == LITE_FILE {
        let copied = fs::copy(&source, file);
        return copied
            .map(drop)
            .map_err(StoreError::file("cannot copy the backup"));
    }
    let mut copy = open_file(file).await?;
    let mut db = copy.db();
    migrations::run(&mut db, Moment::now()).await?;
    let end = load_lines(&mut db, &source).await;
    copy.close().await;
    end
}

/// Puts lines into empty tables, in one transaction.
pub(crate) async fn load_lines(db: &mut Db<'_>, source: &Path) -> Result<()> {
    let cannot = || StoreError::file(format!("cannot read {}", source.display()));
    let lines = BufReader::new(fs::File::open(source).map_err(cannot())?).lines();
    db.begin().await?;
    let mut waiting: Vec<Vec<Value>> = Vec::new();
    let mut of = None;
    for line in lines {
        let (table, cells) = dump::read_line(&line.map_err(cannot())?)?;
        let is_full = of != Some(table) || waiting.len() >= 1000;
        if let (Some(of), true) = (of, is_full) {
            dump::insert(db, of, std::mem::take(&mut waiting)).await?;
        }
        of = Some(table);
        waiting.push(cells);
    }
    if let Some(of) = of {
        dump::insert(db, of, waiting).await?;
    }
    db.script("COMMIT").await
}

/// Whether a database that was loaded from a backup is what the manifest says.
pub(crate) async fn check_loaded(db: &mut Db<'_>, manifest: &Manifest) -> Result<()> {
    if !db.is_postgres() {
        let rows = db.rows("PRAGMA integrity_check", Vec::new()).await?;
        let answer = rows.first().map(|row| row.text(0)).transpose()?;
        if answer.as_deref() != Some("ok") {
            return Err(StoreError::refused("the copy is not a sound database"));
        }
    }
    for (name, found) in table_counts(db).await? {
        if manifest.tables.get(&name) != Some(&found) {
            return Err(StoreError::Refused(format!(
                "the table {name} is not as the manifest says"
            )));
        }
    }
    let verified = audit::verify(db, &HeadsFound::default()).await?;
    for chain in &verified.chains {
        let head = (chain.n_rows, chain.head.clone());
        if chain.bad.is_some() || manifest.heads.get(&chain.chain) != Some(&head) {
            return Err(StoreError::Refused(format!(
                "the chain of {} is not whole",
                chain.chain
            )));
        }
    }
    if !db.is_postgres() {
        let compared = rebuild::run(db, true).await?;
        if let Some(first) = compared.differing.first() {
            return Err(StoreError::Refused(format!(
                "the table {} is not what the log says",
                first.table
            )));
        }
    }
    Ok(())
}

/// The manifest of a backup whose file is as it says.
pub(crate) fn read_manifest(backup: &Path) -> Result<Manifest> {
    let name = backup.display();
    let text = fs::read_to_string(backup.join(MANIFEST)).map_err(StoreError::file(format!(
        "{name} is no backup: its {MANIFEST} cannot be read"
    )))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| StoreError::Refused(format!("the manifest of {name} is none: {error}")))?;
    let known = [LITE_FILE, LINES_FILE].contains(&manifest.file.as_str());
    if manifest.format != 1 || !known || manifest.schema > migrations::newest() {
        return Err(StoreError::Refused(format!(
            "{name} was made by Attune {}, which is newer than this program; use that one",
            manifest.program
        )));
    }
    let found = file_hash(&backup.join(&manifest.file)).map_err(StoreError::file(format!(
        "cannot read {}/{}",
        name, manifest.file
    )))?;
    if found != manifest.sha256 {
        return Err(StoreError::Refused(format!(
            "{name}/{} was changed after the backup was made; take another backup",
            manifest.file
        )));
    }
    Ok(manifest)
}

/// A file of SQLite outside the data folder.
pub(crate) async fn open_file(file: &Path) -> Result<WriterConnection> {
    WriterConnection::open_file(file).await
}

fn file_hash(file: &Path) -> io::Result<String> {
    let mut reader = fs::File::open(file)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex::encode(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

fn private(file: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)
}

fn write_whole(file: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut out = private(file)?;
    serde_json::to_writer_pretty(&mut out, manifest)?;
    out.write_all(b"\n")?;
    out.sync_all()
}

/// Asks the disk to keep a file, or a folder's list of names.
fn sync(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// A name from the time, with a number behind it where it is taken.
fn free_name(backups: &Path, at: Moment) -> PathBuf {
    let time: String = at
        .rfc3339()
        .chars()
        .take(19)
        .map(|letter| if letter == ':' { '-' } else { letter })
        .collect();
    let name = |n: u32| match n {
        1 => backups.join(format!("{time}Z")),
        n => backups.join(format!("{time}Z-{n}")),
    };
    (1..)
        .map(name)
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| name(u32::MAX))
}
