//! Recordings that come through the browser, piece by piece: each piece is checked by its SHA-256 and
//! appended, so that an upload that broke off goes on where it stopped, and a recording of any size
//! needs the memory of one piece. What is complete is checked once more as a whole and moves to the
//! inbox.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::MediaFolder;
use crate::{
    error::{Result, StoreError},
    hex,
};

/// Bytes of a piece; the last one of a recording is shorter.
pub const PIECE: u64 = 4 * 1024 * 1024;
/// Largest recording: 64 GiB.
const LARGEST: u64 = 64 * 1024 * 1024 * 1024;

/// A recording that is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Made from what follows: the same file of the same study goes on where it stopped.
    pub id: String,
    /// The study.
    pub study: String,
    /// Name of the file.
    pub name: String,
    /// Bytes in all.
    pub size: u64,
    /// Bytes that have come.
    #[serde(skip)]
    pub received: u64,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// It was appended.
    Taken,
    /// It does not continue what is there: go on from `received`.
    Elsewhere,
    /// Its bytes are not those that were sent.
    Damaged,
}

impl MediaFolder {
    fn uploads(&self) -> Result<PathBuf> {
        let folder = self.inbox.with_file_name("uploads");
        fs::create_dir_all(&folder).map_err(failed())?;
        Ok(folder)
    }

    /// Begins an upload, or finds the one that broke off. `changed` tells one version of a file from
    /// another of the same name and size.
    ///
    /// # Errors
    ///
    /// The name or the size is none of a recording, or nothing can be written.
    pub fn begin_upload(
        &self,
        study: &str,
        name: &str,
        size: u64,
        changed: &str,
    ) -> Result<Upload> {
        let name = plain_name(name)
            .ok_or_else(|| StoreError::refused("the file needs a name, such as session-3.mp4"))?;
        if size == 0 || size > LARGEST {
            return Err(StoreError::refused(
                "a recording has between one byte and 64 GiB; this file is empty or larger",
            ));
        }
        let hash = Sha256::new()
            .chain_update(b"attune upload 1")
            .chain_update(format!("{study}\n{name}\n{size}\n{changed}"))
            .finalize();
        let upload = Upload {
            id: hex::encode(&hash[..16]),
            study: study.to_owned(),
            name,
            size,
            received: 0,
        };
        let folder = self.uploads()?;
        let about = folder.join(format!("{}.json", upload.id));
        if !about.exists() {
            File::create(folder.join(format!("{}.part", upload.id))).map_err(failed())?;
            let mut beside = tempfile::NamedTempFile::new_in(&folder).map_err(failed())?;
            serde_json::to_writer(&mut beside, &upload)
                .map_err(|error| failed()(io::Error::other(error)))?;
            beside
                .persist(about)
                .map_err(|error| failed()(error.error))?;
        }
        self.upload(study, &upload.id)
    }

    /// An upload of a study.
    ///
    /// # Errors
    ///
    /// There is none with this id, or it cannot be read.
    pub fn upload(&self, study: &str, id: &str) -> Result<Upload> {
        let missing = || StoreError::not_found("upload", id);
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id {
            return Err(missing());
        }
        let folder = self.uploads()?;
        let about = fs::read(folder.join(format!("{id}.json"))).map_err(|_| missing())?;
        let mut upload: Upload = serde_json::from_slice(&about).map_err(|_| missing())?;
        if upload.study != study {
            return Err(missing());
        }
        let part = fs::metadata(folder.join(format!("{id}.part"))).map_err(failed())?;
        upload.received = part.len().min(upload.size);
        Ok(upload)
    }

    /// The uploads of a study that are not complete, by name.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn unfinished_uploads(&self, study: &str) -> Result<Vec<Upload>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.uploads()?).map_err(failed())? {
            let name = entry.map_err(failed())?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
                continue;
            };
            if let Ok(upload) = self.upload(study, id) {
                found.push(upload);
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Appends a piece that begins at `offset` and has this SHA-256.
    ///
    /// # Errors
    ///
    /// It cannot be written, or is more than the file has.
    pub fn append(&self, upload: &Upload, offset: u64, piece: &[u8], hash: &str) -> Result<Piece> {
        if offset != upload.received {
            return Ok(Piece::Elsewhere);
        }
        if hex::encode(&Sha256::digest(piece)) != hash.to_ascii_lowercase() {
            return Ok(Piece::Damaged);
        }
        let length = piece.len() as u64;
        if length == 0 || length > PIECE || offset + length > upload.size {
            return Err(StoreError::refused("this piece is not one of the file"));
        }
        let part = self.uploads()?.join(format!("{}.part", upload.id));
        let mut file = OpenOptions::new()
            .append(true)
            .open(part)
            .map_err(failed())?;
        file.write_all(piece).map_err(failed())?;
        Ok(Piece::Taken)
    }

    /// Moves a complete upload to the inbox and returns its name there. `hash` is the SHA-256 of the
    /// pieces' SHA-256s one after the other, made by the browser from the file: it is made again from
    /// the disk.
    ///
    /// # Errors
    ///
    /// It is not complete, or its bytes are not those of the file: then it begins anew.
    pub fn finish_upload(&self, upload: &Upload, hash: &str) -> Result<String> {
        if upload.received != upload.size {
            return Err(StoreError::Refused(format!(
                "{} of {} bytes have come; send the rest first",
                upload.received, upload.size
            )));
        }
        let folder = self.uploads()?;
        let part = folder.join(format!("{}.part", upload.id));
        if hash_of_pieces(File::open(&part).map_err(failed())?)? != hash.to_ascii_lowercase() {
            self.give_up(upload)?;
            return Err(StoreError::refused(
                "what was written is not what the browser read from the file; send it again",
            ));
        }
        File::open(&part)
            .and_then(|file| file.sync_all())
            .map_err(failed())?;
        let name = self.free_name(&upload.name)?;
        fs::rename(&part, self.inbox()?.join(&name)).map_err(failed())?;
        self.give_up(upload)?;
        Ok(name)
    }

    /// Forgets an upload and what came of it.
    ///
    /// # Errors
    ///
    /// It cannot be deleted.
    pub fn give_up(&self, upload: &Upload) -> Result<()> {
        let folder = self.uploads()?;
        for ending in ["part", "json"] {
            match fs::remove_file(folder.join(format!("{}.{ending}", upload.id))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed()(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The name in the inbox: with a number where another file has it.
    fn free_name(&self, name: &str) -> Result<String> {
        let inbox = self.inbox()?;
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        for n in 1u32.. {
            let found = match (n, ending) {
                (1, _) => name.to_owned(),
                (_, "") => format!("{stem}-{n}"),
                _ => format!("{stem}-{n}.{ending}"),
            };
            if !inbox.join(&found).exists() {
                return Ok(found);
            }
        }
        Ok(name.to_owned())
    }
}

fn hash_of_pieces(mut file: File) -> Result<String> {
    let mut whole = Sha256::new();
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let n = (&mut file)
            .take(PIECE)
            .read_to_end(&mut piece)
            .map_err(failed())?;
        if n == 0 {
            return Ok(hex::encode(&whole.finalize()));
        }
        whole.update(Sha256::digest(&piece));
    }
}

/// The last part of a path, without what no file name should have; `None` where nothing is left.
fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !":*?\"<>|".contains(*letter))
        .take(120)
        .collect();
    let kept = kept.trim().trim_start_matches('.').to_owned();
    (!kept.is_empty()).then_some(kept)
}

fn failed() -> impl Fn(io::Error) -> StoreError {
    |error| StoreError::file("cannot keep what is uploaded")(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{keys::Keys, location::Location};

    fn folder() -> (tempfile::TempDir, MediaFolder) {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::folder(folder.path().join("data"));
        let keys = Keys::open(&location.keys, true).unwrap();
        let media = MediaFolder::of(&location, &keys);
        (folder, media)
    }

    fn hash(bytes: &[u8]) -> String {
        hex::encode(&Sha256::digest(bytes))
    }

    fn whole(bytes: &[u8]) -> String {
        let mut whole = Sha256::new();
        for piece in bytes.chunks(PIECE as usize) {
            whole.update(Sha256::digest(piece));
        }
        hex::encode(&whole.finalize())
    }

    #[test]
    fn an_upload_that_broke_off_goes_on_where_it_stopped() {
        let (_data, media) = folder();
        let bytes: Vec<u8> = (0..PIECE + 1000).map(|n| (n % 251) as u8).collect();
        let (first, second) = bytes.split_at(PIECE as usize);
        let begin = || {
            media
                .begin_upload("study", "C:\\films\\session 3.mp4", bytes.len() as u64, "7")
                .unwrap()
        };
        let upload = begin();
        assert_eq!(
            (upload.name.as_str(), upload.received),
            ("session 3.mp4", 0)
        );
        let took = media.append(&upload, 0, first, &hash(first)).unwrap();
        assert_eq!(took, Piece::Taken);
        let again = begin();
        assert_eq!((&again.id, again.received), (&upload.id, PIECE));
        let lost = media.append(&again, 0, first, &hash(first)).unwrap();
        assert_eq!(lost, Piece::Elsewhere, "a piece that came twice");
        let bad = media.append(&again, PIECE, second, &hash(first)).unwrap();
        assert_eq!(bad, Piece::Damaged);
        assert!(media.finish_upload(&begin(), &whole(&bytes)).is_err());
        media.append(&again, PIECE, second, &hash(second)).unwrap();
        assert_eq!(media.unfinished_uploads("study").unwrap().len(), 1);
        assert_eq!(media.unfinished_uploads("other").unwrap(), []);
        let name = media.finish_upload(&begin(), &whole(&bytes)).unwrap();
        let inbox = media.inbox().unwrap().join(name);
        assert_eq!(fs::read(inbox).unwrap(), bytes);
        assert_eq!(media.unfinished_uploads("study").unwrap(), []);
    }

    #[test]
    fn bytes_that_changed_on_the_disk_never_reach_the_inbox() {
        let (_data, media) = folder();
        let upload = media.begin_upload("study", "a.mp4", 5, "1").unwrap();
        media.append(&upload, 0, b"moved", &hash(b"moved")).unwrap();
        let upload = media.upload("study", &upload.id).unwrap();
        assert!(media.finish_upload(&upload, &whole(b"moves")).is_err());
        assert_eq!(media.waiting().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_second_file_of_the_same_name_gets_a_number_and_no_name_is_a_path() {
        let (_data, media) = folder();
        for (changed, wanted) in [("1", "a.mp4"), ("2", "a-2.mp4")] {
            let upload = media
                .begin_upload("study", "../../a.mp4", 1, changed)
                .unwrap();
            media.append(&upload, 0, b"x", &hash(b"x")).unwrap();
            let upload = media.upload("study", &upload.id).unwrap();
            assert_eq!(media.finish_upload(&upload, &whole(b"x")).unwrap(), wanted);
        }
        assert!(media.begin_upload("study", "..", 1, "1").is_err());
        assert!(media.upload("study", "../../attune").is_err());
    }
}
