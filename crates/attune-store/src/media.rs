//! Recordings as files, in a folder of the data directory, named by the SHA-256 of what they hold: no
//! name, day or place is left in a path. New recordings wait in the inbox beside it.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    error::{Result, StoreError},
    hex,
    store::Store,
};

pub mod frame_times;
pub mod ingest;

/// The folder of recordings.
#[derive(Debug, Clone)]
pub struct MediaFolder {
    folder: PathBuf,
    inbox: PathBuf,
}

impl Store {
    /// The folder of recordings.
    pub fn media(&self) -> MediaFolder {
        MediaFolder::in_data(&self.location().data)
    }
}

impl MediaFolder {
    /// The one in a data folder.
    pub fn in_data(data: &Path) -> Self {
        Self {
            folder: data.join("media"),
            inbox: data.join("inbox"),
        }
    }

    /// The file with this hash.
    ///
    /// # Errors
    ///
    /// It is no hash: nothing else is ever made a path.
    pub fn path(&self, hash: &str) -> Result<PathBuf> {
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match is_hash {
            true => Ok(self.folder.join(&hash[..2]).join(hash)),
            false => Err(StoreError::refused("this is no name of a recording")),
        }
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
    pub fn keep(&self, mut from: impl Read) -> Result<(String, u64)> {
        let fail = || StoreError::file("cannot write into the folder of recordings");
        fs::create_dir_all(&self.folder).map_err(fail())?;
        let mut beside = tempfile::NamedTempFile::new_in(&self.folder).map_err(fail())?;
        let mut hash = Sha256::new();
        let mut n_bytes = 0u64;
        let mut buffer = vec![0; 1 << 20];
        loop {
            let n = from.read(&mut buffer).map_err(fail())?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            beside.write_all(&buffer[..n]).map_err(fail())?;
            n_bytes += n as u64;
        }
        beside.as_file().sync_all().map_err(fail())?;
        let hash = hex::encode(&hash.finalize());
        let path = self.path(&hash)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail())?;
        }
        beside.persist(&path).map_err(|error| fail()(error.error))?;
        Ok((hash, n_bytes))
    }

    /// Deletes a file; one that is not there is as good.
    ///
    /// # Errors
    ///
    /// It is there and cannot be deleted.
    pub fn delete(&self, hash: &str) -> Result<()> {
        match fs::remove_file(self.path(hash)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::file("cannot delete a recording")(error))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MediaFolder;

    #[test]
    fn a_file_lies_under_its_hash_and_nowhere_else() {
        let data = tempfile::tempdir().unwrap();
        let media = MediaFolder::in_data(data.path());
        let (hash, n) = media.keep(&b"moving pictures"[..]).unwrap();
        assert_eq!(n, 15);
        let path = media.path(&hash).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"moving pictures");
        assert!(path.ends_with(&hash));
        media.delete(&hash).unwrap();
        media.delete(&hash).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn nothing_but_a_hash_becomes_a_path() {
        let media = MediaFolder::in_data(std::path::Path::new("/srv/attune"));
        for name in ["", "../attune.db", "..", &"../".repeat(22), &"g".repeat(64)] {
            assert!(media.path(name).is_err(), "{name}");
        }
    }
}
