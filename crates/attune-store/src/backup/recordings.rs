//! Recordings among the backups. They are large and never change, so each is there once, in the folder
//! `media` beside the backups, and the manifests name it. On one disk it is the same file under a second
//! name, which costs no room; on another disk it is a copy. A recording that a withdrawal deletes goes from
//! here too, so that no backup brings it back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{MANIFEST, Manifest, sync};
use crate::{
    error::{Result, StoreError},
    location::Location,
    media::{MediaFolder, recordings_below},
    moment::Moment,
};

/// Each recording is read again, whole, in one of so many backups.
const READ_AGAIN: i64 = 30;
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// What came of copying.
pub(super) struct Copied {
    /// Hashes with the bytes of the sealed files.
    pub recordings: BTreeMap<String, u64>,
    /// The first recording that is not there or not whole.
    pub fault: Option<String>,
}

/// Sees to it that every recording that is needed is among the backups. New ones are read whole, sealed
/// piece by sealed piece, and compared with their hash; of the older ones a thirtieth each day.
pub(super) fn copy(media: &MediaFolder, needed: &BTreeSet<String>, at: Moment) -> Result<Copied> {
    let mut copied = Copied {
        recordings: BTreeMap::new(),
        fault: None,
    };
    for hash in needed {
        let Some((path, is_new)) = media.copy_to_backups(hash)? else {
            copied.fault.get_or_insert_with(|| {
                format!(
                    "the recording {hash} is not in the folder of recordings; bring it back from an \
                     older copy of that folder"
                )
            });
            continue;
        };
        let n_bytes = fs::metadata(&path).map_err(cannot())?.len();
        if (is_new || is_turn_of(hash, at)) && !media.is_whole_among_backups(hash)? {
            copied.fault.get_or_insert_with(|| {
                format!("the recording {hash} is damaged; bring it back from an older copy")
            });
        }
        copied.recordings.insert(hash.clone(), n_bytes);
    }
    Ok(copied)
}

fn is_turn_of(hash: &str, at: Moment) -> bool {
    let of_hash = i64::from_str_radix(&hash[..4], 16).unwrap_or_default();
    at.micros.div_euclid(DAY).rem_euclid(READ_AGAIN) == of_hash % READ_AGAIN
}

/// Brings the recordings of a backup back. Returns those that are not beside it.
pub(crate) fn restore_recordings(
    backup: &Path,
    manifest: &Manifest,
    location: &Location,
) -> Result<Vec<String>> {
    let from = backup.parent().unwrap_or(backup).join("media");
    let mut missing = Vec::new();
    for hash in manifest.recordings.keys() {
        let source = MediaFolder::below(&from, hash)?;
        let target = MediaFolder::below(&location.media(), hash)?;
        match source.is_file() {
            true => copy_whole(&source, &target).map_err(cannot())?,
            false => missing.push(hash.clone()),
        }
    }
    Ok(missing)
}

/// Copies recordings to the folder of another store. Returns those that are not there to be copied.
pub(crate) fn move_recordings(
    needed: &BTreeSet<String>,
    from: &Location,
    to: &Location,
) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for hash in needed {
        let source = MediaFolder::below(&from.media(), hash)?;
        let target = MediaFolder::below(&to.media(), hash)?;
        match source.is_file() {
            true => copy_whole(&source, &target).map_err(cannot())?,
            false => missing.push(hash.clone()),
        }
    }
    Ok(missing)
}

/// Removes recordings from the backups that neither the store nor a backup needs.
pub(crate) fn clear_recordings(backups: &Path, needed: &BTreeSet<String>) -> Result<usize> {
    let media = backups.join("media");
    let mut named = needed.clone();
    for entry in fs::read_dir(backups).map_err(cannot())? {
        let folder = entry.map_err(cannot())?.path();
        let manifest = folder.join(MANIFEST);
        if !manifest.is_file() {
            continue;
        }
        let text = fs::read(&manifest).map_err(cannot())?;
        match serde_json::from_slice::<Manifest>(&text) {
            Ok(manifest) => named.extend(manifest.recordings.into_keys()),
            // What it needs is not known, so nothing goes.
            Err(_) => return Ok(0),
        }
    }
    let mut n_removed = 0;
    for hash in recordings_below(&media).map_err(cannot())? {
        if !named.contains(&hash) {
            fs::remove_file(MediaFolder::below(&media, &hash)?).map_err(cannot())?;
            n_removed += 1;
        }
    }
    Ok(n_removed)
}

impl MediaFolder {
    /// The file among the backups, and whether it came now; none where there is no such recording.
    fn copy_to_backups(&self, hash: &str) -> Result<Option<(PathBuf, bool)>> {
        let (source, target) = (self.path(hash)?, Self::below(self.copies(), hash)?);
        if !source.is_file() {
            return Ok(None);
        }
        if is_same(&source, &target).map_err(cannot())? {
            return Ok(Some((target, false)));
        }
        link_or_copy(&source, &target).map_err(cannot())?;
        Ok(Some((target, true)))
    }

    fn is_whole_among_backups(&self, hash: &str) -> Result<bool> {
        let opened = self.open_at(&Self::below(self.copies(), hash)?, hash);
        Ok(opened.is_ok_and(|recording| recording.reads_as(hash).unwrap_or(false)))
    }
}

/// Whether the sealed files are the same: one file under two names, or of equal length and key.
pub(super) fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let head = |path: &Path| -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, 4096), &mut head)?;
        Ok(head)
    };
    if !other.is_file() {
        return Ok(false);
    }
    let is_as_long = fs::metadata(one)?.len() == fs::metadata(other)?.len();
    Ok(is_as_long && head(one)? == head(other)?)
}

fn link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder)?;
    if target.exists() {
        fs::remove_file(target)?;
    }
    if fs::hard_link(source, target).is_ok() {
        return sync(folder);
    }
    copy_whole(source, target)
}

/// A copy that stands whole under its name or not at all.
pub(super) fn copy_whole(source: &Path, target: &Path) -> io::Result<()> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    io::copy(&mut fs::File::open(source)?, &mut beside)?;
    beside.as_file().sync_all()?;
    beside.persist(target)?;
    sync(folder)
}

fn cannot() -> impl FnOnce(io::Error) -> StoreError {
    StoreError::file("cannot read or write the recordings of the backups")
}
