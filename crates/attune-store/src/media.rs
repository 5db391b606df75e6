//! Recordings as files, in a folder of the data directory, named by the SHA-256 of what they hold: no
//! name, day or place is left in a path. They are [sealed](sealed) under keys of their own. New recordings
//! wait in the inbox beside it, as they came, until they are taken in.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    error::{Result, StoreError},
    keys::{Keys, Purpose},
    location::Location,
    store::Store,
};

pub mod frame_times;
pub mod ingest;
pub mod sealed;
pub mod sound_pictures;
pub mod upload;

pub use sealed::Recording;

/// The folder of recordings.
#[derive(Clone)]
pub struct MediaFolder {
    folder: PathBuf,
    /// The same recordings among the backups.
    copies: PathBuf,
    inbox: PathBuf,
    wrapping: Arc<sealed::WrappingKey>,
}

impl fmt::Debug for MediaFolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MediaFolder({})", self.folder.display())
    }
}

/// A recording in the clear, for a program that reads nothing but files, in a folder that nobody else
/// may enter. It goes when this is dropped.
#[derive(Debug)]
pub struct InTheClear {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl InTheClear {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.file
    }
}

/// Folders of work begin so.
const WORK: &str = ".work-";
/// A folder of work as old as this was left by a program that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

impl Store {
    /// The folder of recordings.
    pub fn media(&self) -> MediaFolder {
        MediaFolder::of(self.location(), self.keys())
    }
}

impl MediaFolder {
    /// The one of a store.
    pub(crate) fn of(location: &Location, keys: &Keys) -> Self {
        Self {
            folder: location.media(),
            copies: location.backups().join("media"),
            inbox: location.data.join("inbox"),
            wrapping: Arc::new(keys.derived(Purpose::Recordings)),
        }
    }

    /// The file with this hash, as it lies on the disk: sealed.
    ///
    /// # Errors
    ///
    /// It is no hash: nothing else is ever made a path.
    pub(crate) fn path(&self, hash: &str) -> Result<PathBuf> {
        Self::below(&self.folder, hash)
    }

    pub(crate) fn below(folder: &Path, hash: &str) -> Result<PathBuf> {
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match is_hash {
            true => Ok(folder.join(&hash[..2]).join(hash)),
            false => Err(StoreError::refused("this is no name of a recording")),
        }
    }

    /// The folder of the same recordings among the backups.
    pub(crate) fn copies(&self) -> &Path {
        &self.copies
    }

    /// The recording with this hash in a file elsewhere.
    pub(crate) fn open_at(&self, path: &Path, hash: &str) -> Result<Recording> {
        Recording::open(&self.wrapping, path, hash)
    }

    /// Whether there is a recording with this hash.
    pub fn has(&self, hash: &str) -> bool {
        self.path(hash).is_ok_and(|path| path.is_file())
    }

    /// The recording with this hash, to be read from any place.
    ///
    /// # Errors
    ///
    /// There is none, or it does not open with the key of this store.
    pub fn open(&self, hash: &str) -> Result<Recording> {
        Recording::open(&self.wrapping, &self.path(hash)?, hash)
    }

    /// The recording with this hash in the clear, for a program that reads nothing but files.
    ///
    /// # Errors
    ///
    /// There is none, or the copy cannot be written.
    pub fn in_the_clear(&self, hash: &str) -> Result<InTheClear> {
        let fail = || StoreError::file("cannot write a copy of a recording");
        let folder = self.work()?;
        let file = folder.path().join("recording");
        let mut out = File::create_new(&file).map_err(fail())?;
        io::copy(&mut self.open(hash)?, &mut out).map_err(fail())?;
        Ok(InTheClear {
            file,
            _folder: folder,
        })
    }

    /// A folder for work on a recording, which nobody else may enter and which goes afterwards.
    pub(crate) fn work(&self) -> Result<tempfile::TempDir> {
        let fail = || StoreError::file("cannot make a folder for work on recordings");
        fs::create_dir_all(&self.folder).map_err(fail())?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(WORK);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        builder.tempdir_in(&self.folder).map_err(fail())
    }

    /// Where new recordings are put before they are taken in; made when it is not there.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub fn inbox(&self) -> Result<&Path> {
        fs::create_dir_all(&self.inbox)
            .map_err(StoreError::file("cannot make the inbox of recordings"))?;
        Ok(&self.inbox)
    }

    /// Names of the files that wait in the inbox.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn waiting(&self) -> Result<Vec<String>> {
        let read = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.inbox)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.file_type()?.is_file() && !name.starts_with('.') {
                    names.push(name);
                }
            }
            names.sort();
            Ok(names)
        };
        self.inbox()?;
        read().map_err(StoreError::file("cannot read the inbox of recordings"))
    }

    /// Takes a copy of a file in; it stands whole under its hash or not at all.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn take_in(&self, from: &Path) -> Result<(String, u64)> {
        let file = File::open(from).map_err(StoreError::file("cannot open the recording"))?;
        self.keep(file)
    }

    /// Keeps bytes under their hash.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub fn keep(&self, from: impl Read) -> Result<(String, u64)> {
        let fail = || StoreError::file("cannot write into the folder of recordings");
        fs::create_dir_all(&self.folder).map_err(fail())?;
        let mut beside = tempfile::NamedTempFile::new_in(&self.folder).map_err(fail())?;
        let (hash, n_bytes) = sealed::seal(&self.wrapping, from, beside.as_file_mut())?;
        beside.as_file().sync_all().map_err(fail())?;
        let path = self.path(&hash)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail())?;
        }
        beside.persist(&path).map_err(|error| fail()(error.error))?;
        Ok((hash, n_bytes))
    }

    /// Deletes a file here and among the backups, its key first; one that is not there is as good.
    ///
    /// # Errors
    ///
    /// It is there and cannot be deleted.
    pub fn delete(&self, hash: &str) -> Result<()> {
        for folder in [&self.folder, &self.copies] {
            let path = Self::below(folder, hash)?;
            let delete = || {
                sealed::destroy_key(&path)?;
                fs::remove_file(&path)
            };
            match delete() {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::file("cannot delete a recording")(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Hashes of all recordings.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn all(&self) -> Result<Vec<String>> {
        recordings_below(&self.folder)
            .map_err(StoreError::file("cannot read the folder of recordings"))
    }

    /// Seals what an older program left as it came. Returns how many files.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written; calling it again goes on from there.
    pub fn seal_what_is_not(&self) -> Result<usize> {
        let fail = || StoreError::file("cannot seal an older recording");
        let mut n_sealed = 0;
        for hash in self.all()? {
            let path = self.path(&hash)?;
            if sealed::is_sealed(&path).map_err(fail())? {
                continue;
            }
            let (found, _) = self.keep(File::open(&path).map_err(fail())?)?;
            if found != hash {
                self.delete(&found)?;
                return Err(StoreError::damaged(format!(
                    "the recording {hash}, which holds something else"
                )));
            }
            n_sealed += 1;
        }
        Ok(n_sealed)
    }

    /// Removes folders of work that a program left when it was killed.
    ///
    /// # Errors
    ///
    /// One cannot be removed.
    pub fn clear_what_was_left(&self, now: SystemTime) -> Result<usize> {
        let fail = || StoreError::file("cannot remove what was left of work on recordings");
        let mut n_removed = 0;
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Ok(0);
        };
        for entry in entries {
            let entry = entry.map_err(fail())?;
            let changed = entry.metadata().and_then(|about| about.modified());
            let age = changed.map(|at| now.duration_since(at).unwrap_or_default());
            let is_of_work = entry.file_name().to_string_lossy().starts_with('.');
            if is_of_work && age.map_err(fail())? >= LEFT_BEHIND {
                let path = entry.path();
                match path.is_dir() {
                    true => fs::remove_dir_all(&path),
                    false => fs::remove_file(&path),
                }
                .map_err(fail())?;
                n_removed += 1;
            }
        }
        Ok(n_removed)
    }
}

/// Names of the files that lie as recordings do.
pub(crate) fn recordings_below(folder: &Path) -> io::Result<Vec<String>> {
    let mut hashes = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(hashes);
    };
    for entry in entries {
        let below = entry?;
        if !below.file_type()?.is_dir() || below.file_name().len() != 2 {
            continue;
        }
        for file in fs::read_dir(below.path())? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if MediaFolder::below(folder, &name).is_ok() {
                hashes.push(name);
            }
        }
    }
    hashes.sort();
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::Read,
        time::{Duration, SystemTime},
    };

    use super::MediaFolder;
    use crate::{keys::Keys, location::Location};

    fn folder() -> (tempfile::TempDir, MediaFolder) {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::folder(folder.path().join("data"));
        let keys = Keys::open(&location.keys, true).unwrap();
        let media = MediaFolder::of(&location, &keys);
        (folder, media)
    }

    fn content(media: &MediaFolder, hash: &str) -> Vec<u8> {
        let mut content = Vec::new();
        media.open(hash).unwrap().read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn a_file_lies_sealed_under_its_hash_and_nowhere_else() {
        let (_folder, media) = folder();
        let (hash, n) = media.keep(&b"moving pictures"[..]).unwrap();
        assert_eq!((n, content(&media, &hash)), (15, b"moving pictures".into()));
        let path = media.path(&hash).unwrap();
        assert!(path.ends_with(&hash) && media.has(&hash));
        let on_disk = fs::read(&path).unwrap();
        assert!(!on_disk.windows(8).any(|window| window == b"pictures"));
        assert_eq!(media.all().unwrap(), std::slice::from_ref(&hash));
        media.delete(&hash).unwrap();
        media.delete(&hash).unwrap();
        assert!(!path.exists() && !media.has(&hash));
    }

    #[test]
    fn nothing_but_a_hash_becomes_a_path() {
        let (_folder, media) = folder();
        for name in ["", "../attune.db", "..", &"../".repeat(22), &"g".repeat(64)] {
            assert!(media.path(name).is_err(), "{name}");
        }
    }

    #[test]
    fn recordings_of_an_older_program_can_be_read_and_are_sealed() {
        let (_folder, media) = folder();
        let (hash, _) = media.keep(&b"moving pictures"[..]).unwrap();
        let path = media.path(&hash).unwrap();
        fs::write(&path, b"moving pictures").unwrap();
        assert_eq!(content(&media, &hash), b"moving pictures");
        assert_eq!(media.seal_what_is_not().unwrap(), 1);
        assert_eq!(media.seal_what_is_not().unwrap(), 0);
        assert_ne!(fs::read(&path).unwrap(), b"moving pictures");
        assert_eq!(content(&media, &hash), b"moving pictures");
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "how old a file is, the system's own clock tells"
    )]
    fn a_copy_in_the_clear_is_private_and_goes() {
        let (_folder, media) = folder();
        let (hash, _) = media.keep(&b"moving pictures"[..]).unwrap();
        let copy = media.in_the_clear(&hash).unwrap();
        let path = copy.path().to_owned();
        assert_eq!(fs::read(&path).unwrap(), b"moving pictures");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let folder = fs::metadata(path.parent().unwrap()).unwrap();
            assert_eq!(folder.permissions().mode() & 0o777, 0o700);
        }
        drop(copy);
        assert!(!path.exists());
        // A program that was killed leaves its folder; a day later it goes.
        let left = media.work().unwrap().keep();
        assert_eq!(media.clear_what_was_left(SystemTime::now()).unwrap(), 0);
        let tomorrow = SystemTime::now() + Duration::from_secs(90_000);
        assert_eq!(media.clear_what_was_left(tomorrow).unwrap(), 1);
        assert!(!left.exists() && media.has(&hash));
    }
}
