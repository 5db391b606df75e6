//! Restoring a backup into an empty place, and moving a store to another database. Sessions and
//! one-time codes of the past are not brought back, and what was erased since the backup is erased
//! again.

use std::{fs, io::Write, path::Path};

use attune_protocol::id::StudyId;
use serde::{Deserialize, Serialize};

use crate::{
    access::Actor,
    audit::Verified,
    backup::{self, LITE_FILE, Manifest},
    command::{Command, Request, video::VideoCommand},
    database::{Db, WriterConnection},
    dump,
    error::{Result, StoreError},
    heads,
    keys::Keys,
    location::Location,
    migrations,
    moment::Moment,
    store::Store,
    tables,
    withdrawn_media::recordings_needed,
};

/// What came of restoring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// When the backup was made.
    pub at: String,
    /// Rows that were brought back.
    pub n_rows: usize,
    /// Erasures that were done again.
    pub n_erased_again: usize,
    /// Recordings that were brought back.
    pub n_recordings: usize,
    /// Recordings that the store needs and that are not beside the backup.
    pub missing_recordings: Vec<String>,
    /// The chains as they are now.
    pub verified: Verified,
}

/// What came of moving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Tables.
    pub n_tables: usize,
    /// Rows.
    pub n_rows: usize,
    /// Files of recordings that the new place has: copied, unless it is the same folder.
    pub n_recordings: usize,
    /// The chains in the new place.
    pub verified: Verified,
}

const ERASURES: &str = "erasures.jsonl";

/// An erasure, kept beside the keys, so that a backup from before it does not bring back what is
/// gone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Erasure {
    key: String,
    study: Option<StudyId>,
    commands: Vec<Command>,
    reason: Option<String>,
    at: Moment,
}

impl Erasure {
    /// The erasure that a request is, if it is one. Every withdrawal counts: how far it goes is
    /// decided by the study's promise.
    pub fn of(request: &Request) -> Option<Self> {
        let is_erasure = |command: &Command| {
            matches!(
                command,
                Command::EraseIdentity { .. } | Command::WithdrawConsent { .. }
            ) || is_removal(command)
        };
        request.commands.iter().any(is_erasure).then(|| Self {
            key: request.key.clone(),
            study: request.study.clone(),
            commands: request.commands.clone(),
            reason: request.reason.clone(),
            at: request.at,
        })
    }

    /// Whether a family withdrew from something: it may reach recordings.
    pub fn is_withdrawal(&self) -> bool {
        let is_one = |command: &Command| matches!(command, Command::WithdrawConsent { .. });
        self.commands.iter().any(is_one)
    }

    /// Writes it down.
    pub fn remember(&self, keys: &Path) -> Result<()> {
        let append = || {
            let mut options = fs::OpenOptions::new();
            options.append(true).create(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.mode(0o600);
            }
            let mut file = options.open(keys.join(ERASURES))?;
            let mut line = serde_json::to_string(self)?;
            line.push('\n');
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        append().map_err(StoreError::file(
            "the list of erasures beside the keys cannot be written",
        ))
    }
}

/// Whether the files of a recording go.
fn is_removal(command: &Command) -> bool {
    let Command::Video(video) = command else {
        return false;
    };
    matches!(**video, VideoCommand::RemoveClip { .. })
}

/// Restores a backup to a place that has no store yet.
///
/// # Errors
///
/// The place is taken, the keys are missing, or the backup is not whole. The place is then as before.
pub async fn restore(backup: &Path, location: Location, at: Moment) -> Result<Restored> {
    // Without its keys a restored store would be half a store.
    let keys = Keys::open(&location.keys, false)?;
    let manifest = backup::check(backup, Some(&keys)).await?;
    let is_file = matches!(location.database, crate::location::DatabaseKind::Lite);
    if is_file && location.database_file().exists() {
        return Err(StoreError::Refused(format!(
            "there is a store at {} already; move that folder aside first",
            location.words()
        )));
    }
    load(backup, &manifest, &location).await?;
    backup::restore_files(backup, &manifest, &location)?;
    let missing = backup::restore_recordings(backup, &manifest, &location)?;
    set_newer_heads_aside(&location, &manifest, at)?;
    let store = Store::open(location).await?;
    store
        .change(vec![
            ("DELETE FROM session", Vec::new()),
            ("DELETE FROM one_time_code", Vec::new()),
        ])
        .await?;
    let n_erased_again = erase_again(&store).await?;
    store.honour_all_withdrawals(at).await?;
    // Those of withdrawn families are rightly gone.
    let needed = store.recordings_needed().await?;
    let missing = missing.into_iter();
    let missing_recordings = missing.filter(|hash| needed.contains(hash)).collect();
    let media = store.media();
    let n_recordings = manifest.recordings.keys();
    let n_recordings = n_recordings.filter(|hash| media.has(hash)).count();
    let note = Command::Note {
        what: "restore".to_owned(),
        subject: None,
        facts: [("backup of".to_owned(), manifest.at.clone())].into(),
    };
    let noted = Request::new(None, note, at);
    store.execute(&Actor::PROGRAM, noted).await?;
    store.sign_heads(at).await?;
    let verified = store.verify().await?;
    store.close().await;
    Ok(Restored {
        n_rows: manifest.n_rows(),
        at: manifest.at,
        n_erased_again,
        n_recordings,
        missing_recordings,
        verified,
    })
}

async fn load(backup: &Path, manifest: &Manifest, location: &Location) -> Result<()> {
    let cannot = || StoreError::file("cannot write to the data folder");
    let source = backup.join(&manifest.file);
    fs::create_dir_all(&location.data).map_err(cannot())?;
    let is_file = matches!(location.database, crate::location::DatabaseKind::Lite);
    if is_file && manifest.file == LITE_FILE {
        let file = location.database_file();
        let mut temporary = tempfile::NamedTempFile::new_in(&location.data).map_err(cannot())?;
        let mut from = fs::File::open(&source).map_err(cannot())?;
        std::io::copy(&mut from, &mut temporary).map_err(cannot())?;
        temporary.as_file().sync_all().map_err(cannot())?;
        temporary
            .persist_noclobber(&file)
            .map_err(|error| cannot()(error.error))?;
        return Ok(());
    }
    // In the shape that the backup has; opening the store brings it forward.
    let mut target = empty_target(location, manifest.schema).await?;
    let mut db = target.db();
    let end = if manifest.file == LITE_FILE {
        let mut copy = backup::open_file(&source).await?;
        let copied = copy_all(&mut copy.db(), &mut db).await;
        copy.close().await;
        copied.map(drop)
    } else {
        backup::load_lines(&mut db, &source).await
    };
    let checked = match end {
        Ok(()) => backup::check_loaded(&mut db, manifest).await,
        Err(error) => Err(error),
    };
    target.close().await;
    if checked.is_err() && is_file {
        // Nothing half-written; what cannot be removed says that there is a store already.
        drop(fs::remove_file(location.database_file()));
    }
    checked
}

/// A connection to a database with this shape and no rows.
async fn empty_target(location: &Location, version: i64) -> Result<WriterConnection> {
    let mut target = WriterConnection::open(location).await?;
    let mut db = target.db();
    migrations::run_to(&mut db, version, Moment::now()).await?;
    for table in tables::existing(&mut db).await? {
        if !tables::page(&mut db, table, 0).await?.is_empty() {
            return Err(StoreError::Refused(format!(
                "{} is not empty: it has rows in {}; give an empty database",
                location.words(),
                table.name
            )));
        }
    }
    Ok(target)
}

/// Copies all rows in one transaction; the number of rows.
async fn copy_all(from: &mut Db<'_>, to: &mut Db<'_>) -> Result<usize> {
    to.begin().await?;
    let mut n_rows = 0;
    for table in tables::existing(from).await? {
        let mut n = 0;
        loop {
            let rows = tables::page(from, table, n).await?;
            if rows.is_empty() {
                break;
            }
            n += rows.len();
            let rows = rows
                .into_iter()
                .map(crate::database::Row::into_cells)
                .collect();
            if let Err(error) = dump::insert(to, table, rows).await {
                to.script("ROLLBACK").await?;
                return Err(error);
            }
        }
        n_rows += n;
    }
    to.script("COMMIT").await?;
    Ok(n_rows)
}

/// Heads that were signed after the backup go into a folder of their own: the restored store knows
/// nothing of their rows. They are kept, for whoever asks what was lost.
fn set_newer_heads_aside(location: &Location, manifest: &Manifest, at: Moment) -> Result<()> {
    let cannot = || StoreError::file("cannot set newer heads aside");
    let all = location.heads();
    if !all.exists() {
        return Ok(());
    }
    let time = at.micros;
    for entry in fs::read_dir(&all).map_err(cannot())? {
        let folder = entry.map_err(cannot())?.path();
        let chain = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let known = manifest
            .heads
            .iter()
            .find(|(name, _)| heads::folder_of(&all, name) == folder)
            .map_or(0, |(_, (sequence, _))| *sequence);
        if !folder.is_dir() || chain.starts_with("aside-") {
            continue;
        }
        let aside = location
            .keys
            .join(format!("heads-aside-{time}"))
            .join(&chain);
        for file in fs::read_dir(&folder).map_err(cannot())? {
            let file = file.map_err(cannot())?.path();
            let place = file
                .file_stem()
                .and_then(|stem| stem.to_string_lossy().parse::<i64>().ok());
            if place.is_some_and(|place| place > known) {
                fs::create_dir_all(&aside).map_err(cannot())?;
                let name = file.file_name().unwrap_or_default();
                fs::rename(&file, aside.join(name)).map_err(cannot())?;
            }
        }
    }
    Ok(())
}

/// Does erasures again that the backup does not know of. Those that it knows are answered with their
/// first receipt; those about families that it does not have have nothing to erase.
async fn erase_again(store: &Store) -> Result<usize> {
    let file = store.location().keys.join(ERASURES);
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(0);
    };
    let mut n = 0;
    for line in text.lines() {
        let erasure: Erasure = serde_json::from_str(line)
            .map_err(|_| StoreError::damaged("a line of the list of erasures"))?;
        let mut request = Request::all(erasure.study, erasure.commands, erasure.at);
        request.key = erasure.key;
        request.reason = erasure.reason;
        match store.execute(&Actor::PROGRAM, request).await {
            Ok(receipt) => n += usize::from(!receipt.repeated),
            Err(StoreError::NotFound { .. } | StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}

/// Copies a store to an empty database, and to another folder with its recordings; every table is compared
/// afterwards and every chain verified. The old store stays as it is. Nobody may write to it meanwhile: the copy holds its
/// writing lock.
///
/// # Errors
///
/// The new place is not empty, or the copy is not the same. The new place is then left as it is, and
/// the old one stays the store.
pub async fn move_store(from: &Location, to: Location) -> Result<Moved> {
    let keys = Keys::open(&from.keys, false)?;
    let mut source = WriterConnection::open(from).await?;
    let mut source_db = source.db();
    let version = migrations::version(&mut source_db).await?;
    if version != migrations::newest() {
        return Err(StoreError::refused(
            "the store has an older shape; start the program on it once, then move it",
        ));
    }
    source_db.begin().await?;
    let mut target = empty_target(&to, migrations::newest()).await?;
    let copied = copy_all(&mut source_db, &mut target.db()).await;
    let compared = match copied {
        Ok(n_rows) => compare(&mut source_db, &mut target.db())
            .await
            .map(|()| n_rows),
        Err(error) => Err(error),
    };
    source_db.script("ROLLBACK").await?;
    source.close().await;
    let heads = heads::read(&from.heads(), &keys.verifying())?;
    let verified = crate::audit::verify(&mut target.db(), &heads).await;
    let needed = recordings_needed(&mut target.db()).await;
    target.close().await;
    let (n_rows, verified, needed) = (compared?, verified?, needed?);
    if !verified.is_sound() {
        return Err(StoreError::refused(
            "a chain is not whole in the new place; run `attune audit verify` on the old one",
        ));
    }
    if from.data != to.data {
        fs::create_dir_all(&to.data).map_err(StoreError::file("cannot make the new folder"))?;
        backup::move_files(from, &to)?;
        let missing = backup::move_recordings(&needed, from, &to)?;
        if let Some(first) = missing.first() {
            let n = missing.len();
            return Err(StoreError::Refused(format!(
                "everything was copied but {n} files of recordings that are not in the old place, such as \
                 {first}; bring them back from a backup first, then move to a new place"
            )));
        }
    }
    Ok(Moved {
        n_tables: tables::all().count(),
        n_rows,
        n_recordings: needed.len(),
        verified,
    })
}

async fn compare(one: &mut Db<'_>, other: &mut Db<'_>) -> Result<()> {
    for table in tables::all() {
        if tables::digest(one, table).await? != tables::digest(other, table).await? {
            return Err(StoreError::Refused(format!(
                "the table {} is not the same in the new place",
                table.name
            )));
        }
    }
    Ok(())
}
