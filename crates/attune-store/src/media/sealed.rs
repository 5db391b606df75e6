//! A recording as it lies on the disk: a key of its own, wrapped under the store's master key, and the
//! content in pieces of 64 KiB that are sealed one by one (XChaCha20-Poly1305), so that a player can ask
//! for any part. A piece opens only in its place, and the last one says that it is the last: pieces
//! cannot be exchanged, left out or cut off unseen.
//!
//! Whoever overwrites the wrapped key has erased the recording, also where a copy of the file lies
//! under another name on the same disk.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit},
};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    error::{Result, StoreError},
    hex, keys,
};

const MARK: &[u8; 16] = b"attune media 1\r\n";
/// Nonce, key and tag.
const WRAPPED: usize = 24 + 32 + 16;
const HEADER: u64 = (MARK.len() + WRAPPED) as u64;
/// Bytes of the content in one piece.
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

/// The key that wraps the keys of recordings.
pub(super) type WrappingKey = Zeroizing<[u8; 32]>;

/// Seals everything that `from` gives into an empty file. Returns the SHA-256 of the content and its
/// length.
pub(super) fn seal(
    wrapping: &WrappingKey,
    mut from: impl Read,
    out: &mut File,
) -> Result<(String, u64)> {
    let fail = || StoreError::file("cannot write into the folder of recordings");
    let key = keys::random::<32>()?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    out.write_all(&[0; HEADER as usize]).map_err(fail())?;
    let mut hash = Sha256::new();
    let mut n_bytes = 0u64;
    let mut piece = Zeroizing::new(Vec::with_capacity(PIECE));
    let mut next = Zeroizing::new(Vec::with_capacity(PIECE));
    read_piece(&mut from, &mut piece).map_err(fail())?;
    for number in 0.. {
        read_piece(&mut from, &mut next).map_err(fail())?;
        let sealed = cipher
            .encrypt(&nonce(number, next.is_empty()), piece.as_slice())
            .map_err(|_| StoreError::Keys("a recording could not be sealed".to_owned()))?;
        out.write_all(&sealed).map_err(fail())?;
        hash.update(piece.as_slice());
        n_bytes += piece.len() as u64;
        if next.is_empty() {
            break;
        }
        std::mem::swap(&mut piece, &mut next);
    }
    let hash = hex::encode(&hash.finalize());
    // The key is bound to the name under which the file will lie.
    let wrapped = keys::seal(wrapping, &context(&hash), &key[..])?;
    let mut write_header = || {
        out.seek(SeekFrom::Start(0))?;
        out.write_all(MARK)?;
        out.write_all(&wrapped)
    };
    write_header().map_err(fail())?;
    Ok((hash, n_bytes))
}

/// Whether a file is sealed; older programs kept recordings as they came.
pub(super) fn is_sealed(file: &Path) -> io::Result<bool> {
    let mut mark = Vec::with_capacity(MARK.len());
    File::open(file)?
        .take(MARK.len() as u64)
        .read_to_end(&mut mark)?;
    Ok(mark == MARK)
}

/// Overwrites the key in a sealed file, so that nothing can open it any more.
pub(super) fn destroy_key(file: &Path) -> io::Result<()> {
    if !is_sealed(file)? {
        return Ok(());
    }
    let mut file = File::options().write(true).open(file)?;
    file.seek(SeekFrom::Start(MARK.len() as u64))?;
    file.write_all(&[0; WRAPPED])?;
    file.sync_data()
}

/// The content of a recording, read from any place.
pub struct Recording {
    file: File,
    /// None where an older program left the file unsealed.
    cipher: Option<XChaCha20Poly1305>,
    length: u64,
    position: u64,
    piece: Zeroizing<Vec<u8>>,
    number_of_piece: Option<u64>,
}

impl Recording {
    /// Opens the file with this hash.
    pub(super) fn open(wrapping: &WrappingKey, path: &Path, hash: &str) -> Result<Self> {
        let fail = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::not_found("file of a recording", hash),
            _ => StoreError::file("cannot read a recording")(error),
        };
        let mut file = File::open(path).map_err(fail)?;
        let on_disk = file.metadata().map_err(fail)?.len();
        let (cipher, length) = if is_sealed(path).map_err(fail)? {
            let mut wrapped = [0; WRAPPED];
            file.seek(SeekFrom::Start(MARK.len() as u64))
                .map_err(fail)?;
            file.read_exact(&mut wrapped).map_err(fail)?;
            let key = keys::open(wrapping, &context(hash), &wrapped)?;
            let key = <[u8; 32]>::try_from(&key[..])
                .map(Zeroizing::new)
                .map_err(|_| StoreError::damaged("the key of a recording"))?;
            let cipher = XChaCha20Poly1305::new(&(*key).into());
            (Some(cipher), length_of_content(on_disk)?)
        } else {
            (None, on_disk)
        };
        Ok(Self {
            file,
            cipher,
            length,
            position: 0,
            piece: Zeroizing::new(Vec::new()),
            number_of_piece: None,
        })
    }

    /// Bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether all of it opens and is what its name says.
    pub(crate) fn reads_as(mut self, hash: &str) -> io::Result<bool> {
        let mut found = Sha256::new();
        let mut buffer = Zeroizing::new(vec![0; PIECE]);
        self.seek(SeekFrom::Start(0))?;
        // An empty recording has a piece, too.
        self.open_piece(0)?;
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(hex::encode(&found.finalize()) == hash),
                n => found.update(&buffer[..n]),
            }
        }
    }

    fn open_piece(&mut self, number: u64) -> io::Result<()> {
        let Some(cipher) = &self.cipher else {
            return Ok(());
        };
        if self.number_of_piece == Some(number) {
            return Ok(());
        }
        self.number_of_piece = None;
        let place = HEADER + number * (PIECE + TAG) as u64;
        self.file.seek(SeekFrom::Start(place))?;
        let mut sealed = Vec::with_capacity(PIECE + TAG);
        (&mut self.file)
            .take((PIECE + TAG) as u64)
            .read_to_end(&mut sealed)?;
        let is_last = (number + 1) * PIECE as u64 >= self.length;
        let opened = cipher.decrypt(&nonce(number, is_last), sealed.as_slice());
        let opened = opened.map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "a piece of a recording was changed or moved",
            )
        })?;
        self.piece.zeroize();
        self.piece = Zeroizing::new(opened);
        self.number_of_piece = Some(number);
        Ok(())
    }
}

impl Read for Recording {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        if self.cipher.is_none() {
            self.file.seek(SeekFrom::Start(self.position))?;
            let n = self.file.read(buffer)?;
            self.position += n as u64;
            return Ok(n);
        }
        self.open_piece(self.position / PIECE as u64)?;
        let within = (self.position % PIECE as u64) as usize;
        let rest = self.piece.get(within..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for Recording {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

fn read_piece(from: &mut impl Read, piece: &mut Vec<u8>) -> io::Result<()> {
    piece.clear();
    from.take(PIECE as u64).read_to_end(piece).map(drop)
}

/// Each recording has a key of its own, so the place of a piece is nonce enough.
fn nonce(number: u64, is_last: bool) -> XNonce {
    let mut nonce = [0u8; 24];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce[8] = u8::from(is_last);
    XNonce::from(nonce)
}

fn context(hash: &str) -> Vec<u8> {
    format!("attune media key 1 {hash}").into_bytes()
}

fn length_of_content(on_disk: u64) -> Result<u64> {
    let cut_off = || StoreError::damaged("a recording that was cut off");
    let sealed = on_disk.checked_sub(HEADER).ok_or_else(cut_off)?;
    let n_pieces = sealed.div_ceil((PIECE + TAG) as u64);
    match sealed.checked_sub(n_pieces * TAG as u64) {
        Some(length) if n_pieces > 0 => Ok(length),
        _ => Err(cut_off()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Seek, SeekFrom},
        path::{Path, PathBuf},
    };

    use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};
    use zeroize::Zeroizing;

    use super::{HEADER, PIECE, Recording, TAG, WrappingKey, destroy_key, seal};

    fn key() -> WrappingKey {
        Zeroizing::new([7; 32])
    }

    fn sealed(folder: &Path, content: &[u8]) -> (PathBuf, String) {
        let path = folder.join("sealed");
        let mut file = fs::File::create(&path).expect("made");
        let (hash, n) = seal(&key(), content, &mut file).expect("sealed");
        assert_eq!(n, content.len() as u64);
        (path, hash)
    }

    fn content(n: usize) -> Vec<u8> {
        (0..n).map(|at| (at * 31 % 251) as u8).collect()
    }

    #[test]
    fn every_length_around_a_piece_comes_back_and_nothing_of_it_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        for n in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5] {
            let content = content(n);
            let (path, hash) = sealed(folder.path(), &content);
            let mut recording = Recording::open(&key(), &path, &hash).expect("opens");
            let mut read = Vec::new();
            recording.read_to_end(&mut read).expect("read");
            assert!(read == content, "{n} bytes");
            assert!(recording.reads_as(&hash).expect("read"), "{n} bytes");
            let on_disk = fs::read(&path).expect("read");
            let seen =
                content.len() >= 16 && on_disk.windows(16).any(|window| window == &content[..16]);
            assert!(!seen, "{n} bytes");
        }
    }

    #[test]
    fn a_recording_that_was_changed_cut_off_or_mixed_up_does_not_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, hash) = sealed(folder.path(), &content(3 * PIECE + 9));
        let good = fs::read(&path).expect("read");
        let piece = |n: usize| {
            let begin = HEADER as usize + n * (PIECE + TAG);
            begin..(begin + PIECE + TAG).min(good.len())
        };
        let mut flipped = good.clone();
        flipped[piece(1).start + 5] ^= 1;
        let mut exchanged = good.clone();
        exchanged[piece(0)].copy_from_slice(&good[piece(1)]);
        exchanged[piece(1)].copy_from_slice(&good[piece(0)]);
        let without_last = good[..piece(3).start].to_vec();
        let without_second = [&good[..piece(1).start], &good[piece(2).start..]].concat();
        for (what, bad) in [
            ("a flipped bit", flipped),
            ("exchanged pieces", exchanged),
            ("the last piece gone", without_last),
            ("a piece left out", without_second),
            ("a half tag", good[..piece(3).start + 7].to_vec()),
            ("the header alone", good[..HEADER as usize].to_vec()),
        ] {
            fs::write(&path, bad).expect("written");
            let is_whole = Recording::open(&key(), &path, &hash)
                .is_ok_and(|recording| recording.reads_as(&hash).unwrap_or(false));
            assert!(!is_whole, "{what} was not seen");
        }
        fs::write(&path, good).expect("written");
        assert!(Recording::open(&Zeroizing::new([8; 32]), &path, &hash).is_err());
        assert!(Recording::open(&key(), &path, &"0".repeat(64)).is_err());
    }

    #[test]
    fn without_its_key_a_copy_on_the_same_disk_opens_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, hash) = sealed(folder.path(), b"moving pictures");
        let copy = folder.path().join("copy");
        fs::hard_link(&path, &copy).expect("linked");
        destroy_key(&path).expect("destroyed");
        fs::remove_file(&path).expect("gone");
        assert!(Recording::open(&key(), &copy, &hash).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_part_is_the_same_as_of_the_content(
            n in 0usize..200_000,
            parts in prop::collection::vec((any::<u32>(), 1usize..90_000), 1..4),
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let content = content(n);
            let (path, hash) = sealed(folder.path(), &content);
            let mut recording = Recording::open(&key(), &path, &hash).expect("opens");
            prop_assert_eq!(recording.len(), n as u64);
            for (place, length) in parts {
                let begin = place as usize % (n + 1);
                let mut part = Vec::new();
                recording.seek(SeekFrom::Start(begin as u64)).expect("found");
                (&mut recording).take(length as u64).read_to_end(&mut part).expect("read");
                prop_assert!(part == content[begin..(begin + length).min(n)]);
            }
        }
    }
}
