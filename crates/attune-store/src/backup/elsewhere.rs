//! A copy of a backup in another place: on another disk, so that a broken one does not take both. Every file is
//! written anew and read again; the folder has its name only when it is whole. Recordings lie beside it, once for
//! all copies there; one that a withdrawal has deleted here goes from there with the next copy.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Manifest, file_hash, make_private, read_manifest,
    recordings::{copy_whole, is_same},
    sync,
};
use crate::{
    error::{Result, StoreError},
    media::{MediaFolder, recordings_below},
    store::Store,
};

/// What came of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedElsewhere {
    /// The folder of the copy.
    pub folder: PathBuf,
    /// Recordings that were copied now; the others were there already.
    pub n_recordings_new: usize,
    /// Recordings that went from there, because nobody may keep them any more.
    pub n_recordings_gone: usize,
    /// Whether it lies on the same disk as the data, as far as the system tells.
    pub same_disk: bool,
}

impl Store {
    /// Copies a backup of this store into a folder outside its data.
    ///
    /// # Errors
    ///
    /// The place lies within the data or the keys, holds such a backup already, or cannot be written; or the
    /// copy does not read as the backup does. Nothing half-written is left under the backup's name.
    pub async fn copy_backup(&self, backup: &Path, to: &Path) -> Result<CopiedElsewhere> {
        let needed = self.recordings_needed().await?;
        let (backup, to) = (backup.to_owned(), to.to_owned());
        let (data, keys) = (self.location().data.clone(), self.location().keys.clone());
        let copied = tokio::task::spawn_blocking(move || {
            fs::create_dir_all(&to).map_err(cannot(&to))?;
            refuse_within(&to, &data, "the data folder")?;
            refuse_within(&to, &keys, "the folder of the keys")?;
            copy(&backup, &to, &needed)
        });
        copied
            .await
            .map_err(|_| StoreError::refused("copying the backup broke off"))?
    }
}

fn refuse_within(to: &Path, folder: &Path, words: &str) -> Result<()> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match real(to).starts_with(real(folder)) {
        true => Err(StoreError::Refused(format!(
            "{} lies within {words}, and would be lost with it; name a folder on another disk",
            to.display()
        ))),
        false => Ok(()),
    }
}

fn copy(backup: &Path, to: &Path, needed: &BTreeSet<String>) -> Result<CopiedElsewhere> {
    let manifest = read_manifest(backup)?;
    let name = backup
        .file_name()
        .ok_or_else(|| StoreError::not_found("backup", backup.display()))?;
    let folder = to.join(name);
    if folder.exists() {
        return Err(StoreError::Refused(format!(
            "{} is there already; it is not written over",
            folder.display()
        )));
    }
    let media = to.join("media");
    let n_recordings_new = copy_recordings(backup, &media, &manifest)?;
    let n_recordings_gone = clear(&media, needed).map_err(cannot(&media))?;
    let beside = tempfile::Builder::new()
        .prefix(".copying-")
        .tempdir_in(to)
        .map_err(cannot(to))?;
    copy_folder(backup, beside.path()).map_err(cannot(to))?;
    read_manifest(beside.path())?;
    let beside = beside.keep();
    fs::rename(&beside, &folder).map_err(cannot(&folder))?;
    sync(to).map_err(cannot(to))?;
    Ok(CopiedElsewhere {
        same_disk: is_same_disk(backup, &folder),
        folder,
        n_recordings_new,
        n_recordings_gone,
    })
}

/// Copies what is not there yet and reads it again; gives the number of those.
fn copy_recordings(backup: &Path, media: &Path, manifest: &Manifest) -> Result<usize> {
    let from = backup.parent().unwrap_or(backup).join("media");
    let mut n_new = 0;
    for hash in manifest.recordings.keys() {
        let source = MediaFolder::below(&from, hash)?;
        let target = MediaFolder::below(media, hash)?;
        if is_same(&source, &target).map_err(cannot(&target))? {
            continue;
        }
        copy_whole(&source, &target).map_err(cannot(&target))?;
        let hashes = file_hash(&source).and_then(|one| Ok((one, file_hash(&target)?)));
        let (was, is) = hashes.map_err(cannot(&target))?;
        if was != is {
            return Err(StoreError::Refused(format!(
                "{} does not read as it was written; try another disk",
                target.display()
            )));
        }
        n_new += 1;
    }
    Ok(n_new)
}

/// Removes recordings that the store does not need any more: withdrawn, or taken away.
fn clear(media: &Path, needed: &BTreeSet<String>) -> io::Result<usize> {
    let mut n_gone = 0;
    if !media.is_dir() {
        return Ok(0);
    }
    for hash in recordings_below(media)? {
        if !needed.contains(&hash) {
            let file = MediaFolder::below(media, &hash).map_err(io::Error::other)?;
            fs::remove_file(file)?;
            n_gone += 1;
        }
    }
    Ok(n_gone)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            copy_whole(&entry.path(), &target)?;
            make_private(&target)?;
        }
    }
    sync(to)
}

#[cfg(unix)]
fn is_same_disk(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    device(one).is_some() && device(one) == device(other)
}

#[cfg(not(unix))]
fn is_same_disk(_: &Path, _: &Path) -> bool {
    false
}

fn cannot(place: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let what = format!("cannot copy the backup to {}", place.display());
    move |error| StoreError::File { what, error }
}
