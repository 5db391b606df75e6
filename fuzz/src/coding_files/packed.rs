//! Damage to what is packed: unpacked, changed, and packed again so that every checksum is right.

use std::io::{Cursor, Read as _, Write as _};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// A gzip file with its contents changed.
pub(super) fn damage_inside_gzip(
    packed: &[u8],
    change: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(packed)
        .read_to_end(&mut plain)
        .expect("we packed it");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&change(plain)).expect("memory");
    encoder.finish().expect("memory")
}

/// An archive with one of its parts changed, chosen by the seed.
pub(super) fn damage_inside_archive(
    packed: &[u8],
    seed: u64,
    change: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(packed)).expect("we packed it");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("we packed it");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("we packed it");
        let name = part.name().expect("we named it").into_owned();
        parts.push((name, content));
    }
    let chosen = usize::try_from(seed / 2).unwrap_or(0) % parts.len();
    let content = std::mem::take(&mut parts[chosen].1);
    parts[chosen].1 = change(content);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default();
        writer.start_file(name, options).expect("memory");
        writer.write_all(&content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
