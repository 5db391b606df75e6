//! Backups: a whole copy of the database in a folder of its own, the files that lie beside it, and a
//! manifest of what is in it; and the proof that it can be restored. A backup without that proof is
//! recorded as not verified.
//!
//! Recordings are kept once for all backups, in [`recordings`]. The keys are not in a backup: kept
//! beside the data they would open, they would be no keys. They are kept elsewhere, once, by whoever
//! answers for them.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    access::Actor,
    accounts::moment,
    command::{Command, Request},
    database::{Db, Row, WriterConnection},
    dump,
    error::{Result, StoreError},
    hex,
    ids::BackupId,
    keys::Keys,
    location::Location,
    migrations,
    moment::Moment,
    store::Store,
    tables,
    uninterrupted::uninterrupted,
};

mod elsewhere;
mod recordings;
mod small_files;
mod trial;

pub use elsewhere::CopiedElsewhere;
pub(crate) use recordings::{clear_recordings, move_recordings, restore_recordings};
pub(crate) use small_files::{move_files, restore_files};
pub(crate) use trial::{check_loaded, load_lines};

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
    /// Fingerprint of the keys without which it is of no use; unknown in backups of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// Files that lie beside the database, by name.
    #[serde(default)]
    pub files: BTreeMap<String, FileCopied>,
    /// Hashes of the recordings that belong to it, with the bytes of their sealed files.
    #[serde(default)]
    pub recordings: BTreeMap<String, u64>,
}

/// Rows of a table, and a digest that does not depend on their order or on the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCount {
    /// Rows.
    pub rows: usize,
    /// Digest.
    pub digest: String,
}

/// A file that was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCopied {
    /// Bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

impl Manifest {
    /// Rows of all tables.
    pub fn n_rows(&self) -> usize {
        self.tables.values().map(|table| table.rows).sum()
    }
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
/// Why the backup could not be restored on trial; not there when it could.
const FAULT: &str = "FAULT.txt";
pub(crate) const LITE_FILE: &str = "attune.db";
pub(crate) const LINES_FILE: &str = "tables.jsonl";
const FORMAT: u32 = 2;
/// Folders of backups that are under way begin so; one as old as a day was left by a killed program.
const UNDER_WAY: &str = ".attune-backup-";
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

impl Store {
    /// Makes a backup, restores it on trial, records it, and signs the heads of the chains. The
    /// server does this by its schedule, the command line by order.
    ///
    /// # Errors
    ///
    /// The copy cannot be made. (A copy that cannot be restored is no error: it is recorded as not
    /// verified.)
    pub async fn backup(&self, actor: &Actor, at: Moment) -> Result<BackupMade> {
        let store = self.clone();
        let made = uninterrupted(async move { store.make_backup(at).await }).await?;
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

    /// The folder appears under its name when all of it is on the disk.
    #[expect(
        clippy::disallowed_methods,
        reason = "how old a file is, the system's own clock tells"
    )]
    async fn make_backup(&self, at: Moment) -> Result<BackupMade> {
        let backups = self.location().backups();
        let cannot = || StoreError::file(format!("cannot write a backup to {}", backups.display()));
        fs::create_dir_all(&backups).map_err(cannot())?;
        clear_what_was_left(&backups, SystemTime::now()).map_err(cannot())?;
        let temporary = tempfile::Builder::new()
            .prefix(UNDER_WAY)
            .tempdir_in(&backups)
            .map_err(cannot())?;
        let mut manifest = {
            let mut reader = self.reader().await?;
            copy_database(&mut reader.db(), temporary.path(), at).await?
        };
        manifest.keys = Some(self.keys().fingerprint());
        manifest.files = small_files::copy_files(self.location(), temporary.path())?;
        // After the database: what was added meanwhile is more than it needs, and what was deleted
        // meanwhile must not come back.
        let needed = self.recordings_needed().await?;
        let media = self.media();
        let copied = tokio::task::spawn_blocking(move || recordings::copy(&media, &needed, at));
        let copied = copied
            .await
            .map_err(|_| StoreError::damaged("the folder of recordings"))??;
        manifest.recordings = copied.recordings;
        let file = temporary.path().join(MANIFEST);
        write_whole(&file, &manifest).map_err(cannot())?;
        small_files::write_note_of_keys(self.location(), &manifest, temporary.path())?;
        let fault = match trial::check(temporary.path(), Some(self.keys())).await {
            Err(error) => Some(error.to_string()),
            Ok(_) => copied.fault,
        };
        if let Some(fault) = &fault {
            let mut out = private(&temporary.path().join(FAULT)).map_err(cannot())?;
            writeln!(out, "{fault}").map_err(cannot())?;
        }
        sync(temporary.path()).map_err(cannot())?;
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

    /// Why a recorded backup could not be restored on trial, where its folder still says so.
    pub fn fault_of(&self, backup: &BackupRow) -> Option<String> {
        let file = self.location().backups().join(&backup.folder).join(FAULT);
        let text = fs::read_to_string(file).ok()?;
        Some(text.trim_end().to_owned())
    }

    /// What is in a recorded backup; none where its folder was cleared away.
    pub fn manifest_of(&self, backup: &BackupRow) -> Option<Manifest> {
        let file = self.location().backups().join(&backup.folder);
        let text = fs::read(file.join(MANIFEST)).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

/// Restores a backup on trial: into a database of its own, in a folder that goes afterwards. Every
/// table must be as the manifest says, every chain whole, the tables what the log says, and every file
/// beside the database the same. With the keys given they must be those of the backup.
///
/// # Errors
///
/// What could not be restored.
pub async fn check(backup: &Path, keys: Option<&Keys>) -> Result<Manifest> {
    trial::check(backup, keys).await
}

/// A copy of the database before it is brought to a newer shape; like every backup it appears when it
/// is whole.
pub(crate) async fn before_migration(
    location: &Location,
    db: &mut Db<'_>,
    keys: &Keys,
    version: i64,
) -> Result<()> {
    let backups = location.backups();
    let folder = backups.join(format!("before-version-{}", version + 1));
    if folder.join(MANIFEST).exists() {
        return Ok(());
    }
    let cannot = || StoreError::file(format!("cannot write a backup to {}", backups.display()));
    fs::create_dir_all(&backups).map_err(cannot())?;
    let temporary = tempfile::Builder::new()
        .prefix(UNDER_WAY)
        .tempdir_in(&backups)
        .map_err(cannot())?;
    let mut manifest = copy_database(db, temporary.path(), Moment::now()).await?;
    manifest.keys = Some(keys.fingerprint());
    write_whole(&temporary.path().join(MANIFEST), &manifest).map_err(cannot())?;
    sync(temporary.path()).map_err(cannot())?;
    if folder.exists() {
        // What an older program left there when it was killed is no backup.
        fs::remove_dir_all(&folder).map_err(cannot())?;
    }
    let renamed = fs::rename(temporary.path(), &folder);
    if !folder.join(MANIFEST).exists() {
        // Otherwise another node was here first, with the same copy.
        renamed.map_err(cannot())?;
    }
    sync(&backups).map_err(cannot())
}

/// The database as a file in a folder, on the disk, with its manifest.
async fn copy_database(db: &mut Db<'_>, folder: &Path, at: Moment) -> Result<Manifest> {
    let cannot = || StoreError::file("cannot write the database of a backup");
    let file;
    let manifest = if db.is_postgres() {
        file = folder.join(LINES_FILE);
        db.begin_reading().await?;
        let written = write_lines(db, &file, at).await;
        db.script("COMMIT").await?;
        written?
    } else {
        file = folder.join(LITE_FILE);
        let name = file.display().to_string();
        db.run_made("VACUUM INTO $1".to_owned(), vec![name.into()])
            .await?;
        make_private(&file).map_err(cannot())?;
        let mut copy = open_file(&file).await?;
        let manifest = manifest(&mut copy.db(), &file, at).await;
        copy.close().await;
        manifest?
    };
    sync(&file).map_err(cannot())?;
    Ok(manifest)
}

/// All tables as lines.
async fn write_lines(db: &mut Db<'_>, file: &Path, at: Moment) -> Result<Manifest> {
    let cannot = || StoreError::file("cannot write the lines of a backup");
    let mut out = io::BufWriter::new(private(file).map_err(cannot())?);
    for table in tables::existing(db).await? {
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
    manifest(db, file, at).await
}

async fn manifest(db: &mut Db<'_>, file: &Path, at: Moment) -> Result<Manifest> {
    Ok(Manifest {
        format: FORMAT,
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
        keys: None,
        files: BTreeMap::new(),
        recordings: BTreeMap::new(),
    })
}

/// Rows and digests of all tables that there are.
async fn table_counts(db: &mut Db<'_>) -> Result<BTreeMap<String, TableCount>> {
    let mut counts = BTreeMap::new();
    for table in tables::existing(db).await? {
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

/// The manifest of a backup whose files are as it says.
pub(crate) fn read_manifest(backup: &Path) -> Result<Manifest> {
    let name = backup.display();
    let text = fs::read_to_string(backup.join(MANIFEST)).map_err(StoreError::file(format!(
        "{name} is no backup: its {MANIFEST} cannot be read"
    )))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| StoreError::Refused(format!("the manifest of {name} is none: {error}")))?;
    let known = [LITE_FILE, LINES_FILE].contains(&manifest.file.as_str());
    if !(1..=FORMAT).contains(&manifest.format) || !known || manifest.schema > migrations::newest()
    {
        return Err(StoreError::Refused(format!(
            "{name} was made by Attune {}, which is newer than this program; use that one",
            manifest.program
        )));
    }
    is_unchanged(backup, &manifest.file, &manifest.sha256)?;
    for (file, copied) in &manifest.files {
        is_unchanged(backup, &small_files::place_of(file)?, &copied.sha256)?;
    }
    Ok(manifest)
}

fn is_unchanged(backup: &Path, file: &str, expected: &str) -> Result<()> {
    let name = backup.display();
    let found = file_hash(&backup.join(file))
        .map_err(StoreError::file(format!("cannot read {name}/{file}")))?;
    match found == expected {
        true => Ok(()),
        false => Err(StoreError::Refused(format!(
            "{name}/{file} was changed after the backup was made; take another backup"
        ))),
    }
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

#[cfg(unix)]
fn make_private(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
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

/// Removes what a killed program left of its backups.
fn clear_what_was_left(backups: &Path, now: SystemTime) -> io::Result<()> {
    for entry in fs::read_dir(backups)? {
        let entry = entry?;
        let is_left = entry.file_name().to_string_lossy().starts_with(UNDER_WAY);
        // A folder that has gone meanwhile was another program's own.
        let changed = entry.metadata().and_then(|about| about.modified());
        let age = changed.map(|at| now.duration_since(at).unwrap_or_default());
        if is_left && age.is_ok_and(|age| age >= LEFT_BEHIND) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
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
