//! The small files that lie beside the database, such as the counts of visits to the public pages, and the
//! note that says which keys a backup needs.

use std::{collections::BTreeMap, fs, io, io::Write, path::Path};

use super::{FileCopied, Manifest, file_hash, private};
use crate::{
    error::{Result, StoreError},
    location::Location,
};

/// The folder of a backup that holds them.
const FOLDER: &str = "files";
const NOTE: &str = "KEYS.txt";

/// Copies every file of the data folder that is not the database's own. Folders are not copied:
/// recordings have their own way, and what waits in the inbox is not taken in yet.
pub(super) fn copy_files(
    location: &Location,
    backup: &Path,
) -> Result<BTreeMap<String, FileCopied>> {
    let copy = || -> io::Result<BTreeMap<String, FileCopied>> {
        let mut copied = BTreeMap::new();
        for name in names(&location.data)? {
            fs::create_dir_all(backup.join(FOLDER))?;
            let target = backup.join(FOLDER).join(&name);
            let mut out = private(&target)?;
            let bytes = io::copy(&mut fs::File::open(location.data.join(&name))?, &mut out)?;
            out.sync_all()?;
            let sha256 = file_hash(&target)?;
            copied.insert(name, FileCopied { bytes, sha256 });
        }
        Ok(copied)
    };
    copy().map_err(StoreError::file(
        "cannot copy the files beside the database",
    ))
}

/// Copies them to the folder of another store.
pub(crate) fn move_files(from: &Location, to: &Location) -> Result<()> {
    let copy = || -> io::Result<()> {
        for name in names(&from.data)? {
            copy_whole(&from.data.join(&name), &to.data, &name)?;
        }
        Ok(())
    };
    copy().map_err(StoreError::file(
        "cannot copy the files beside the database",
    ))
}

/// Names of the files beside the database.
fn names(data: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_of_database = name.starts_with("attune.db") || name.starts_with('.');
        if !is_of_database && entry.file_type()?.is_file() {
            names.push(name);
        }
    }
    Ok(names)
}

/// A copy that stands whole under its name or not at all.
fn copy_whole(source: &Path, folder: &Path, name: &str) -> io::Result<()> {
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    io::copy(&mut fs::File::open(source)?, &mut beside)?;
    beside.as_file().sync_all()?;
    beside.persist(folder.join(name))?;
    Ok(())
}

/// Where a file lies in the backup.
pub(super) fn place_of(name: &str) -> Result<String> {
    let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    match is_plain {
        true => Ok(format!("{FOLDER}/{name}")),
        false => Err(StoreError::refused(
            "the manifest names a file outside of its folder; it is no manifest of this program",
        )),
    }
}

/// Puts the files beside the restored database.
pub(crate) fn restore_files(backup: &Path, manifest: &Manifest, location: &Location) -> Result<()> {
    for name in manifest.files.keys() {
        let source = backup.join(place_of(name)?);
        copy_whole(&source, &location.data, name)
            .map_err(StoreError::file(format!("cannot restore {name}")))?;
    }
    Ok(())
}

/// Says in the backup's folder what it takes to use it.
pub(super) fn write_note_of_keys(
    location: &Location,
    manifest: &Manifest,
    backup: &Path,
) -> Result<()> {
    let folder = location.keys.file_name().unwrap_or_default();
    let text = format!(
        "This is a backup of a store of Attune, made at {}.\n\n\
         It can be used only with the keys of that store: the files master.key and signing.key. They are\n\
         not in here, on purpose: with them anybody who finds the backup could read names and watch\n\
         recordings. When the backup was made they lay in a folder named {}.\n\n\
         Fingerprint of the keys: {}\n\
         (`attune backup --list` prints the fingerprint of the keys that a store uses.)\n\n\
         Recordings lie once for all backups in the folder `media` beside this one; copy both.\n\n\
         To restore: attune restore THIS-FOLDER --data NEW-FOLDER --keys FOLDER-OF-KEYS\n",
        manifest.at,
        folder.display(),
        manifest.keys.as_deref().unwrap_or("unknown"),
    );
    let write = || {
        let mut out = private(&backup.join(NOTE))?;
        out.write_all(text.as_bytes())?;
        out.sync_all()
    };
    write().map_err(StoreError::file("cannot write the note about keys"))
}
