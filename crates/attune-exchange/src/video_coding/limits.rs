//! Bounds for what an archive or a packed file may unpack to, so that a small file cannot fill the
//! memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::CodingFault;
use crate::wording::packing_fault;

/// Most bytes that one packed part may unpack to.
const LARGEST_UNPACKED_MEGABYTES: u64 = 256;
/// Packed text of coding tools is 5 to 40 times smaller than the text itself; the format allows 1032.
const LARGEST_RATIO: u64 = 400;
/// What is smaller than this may have any ratio.
const ALWAYS_SMALL_BYTES: u64 = 1_000_000;
/// Most parts of an archive.
const MOST_PARTS: usize = 1_000;

/// Unpacks a gzip file.
pub(super) fn unpack_gzip(bytes: &[u8]) -> Result<Vec<u8>, CodingFault> {
    read_bounded(
        flate2::read::MultiGzDecoder::new(bytes),
        bytes.len() as u64,
        "",
    )
}

/// The parts of a zip archive with their names, folders left out.
pub(super) fn unpack_zip(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, CodingFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged("", &error))?;
    if archive.len() > MOST_PARTS {
        return Err(CodingFault::of_file(
            format!("the archive has {} parts", archive.len()),
            format!("files of coding tools have a few; at most {MOST_PARTS} are read"),
        ));
    }
    let mut parts = Vec::new();
    let mut left = LARGEST_UNPACKED_MEGABYTES * 1_000_000;
    for index in 0..archive.len() {
        let part = archive
            .by_index(index)
            .map_err(|error| damaged("", &error))?;
        if part.is_dir() {
            continue;
        }
        let name = part
            .name()
            .map_err(|error| damaged("", &error))?
            .into_owned();
        let packed = part.compressed_size();
        let content = read_bounded(part.take(left + 1), packed, &name)?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| too_large(&name))?;
        parts.push((name, content));
    }
    Ok(parts)
}

fn read_bounded(source: impl Read, packed: u64, name: &str) -> Result<Vec<u8>, CodingFault> {
    let most = LARGEST_UNPACKED_MEGABYTES * 1_000_000;
    let limit = most.min(ALWAYS_SMALL_BYTES.max(packed.saturating_mul(LARGEST_RATIO)));
    let mut content = Vec::new();
    source
        .take(limit + 1)
        .read_to_end(&mut content)
        .map_err(|error| damaged(name, &error))?;
    if content.len() as u64 > limit {
        return Err(too_large(name));
    }
    Ok(content)
}

fn too_large(name: &str) -> CodingFault {
    CodingFault::new(
        name,
        format!(
            "unpacks to more than {LARGEST_UNPACKED_MEGABYTES} MB or more than {LARGEST_RATIO} times its size"
        ),
        "unpack it and look whether it is what it claims to be",
    )
}

fn damaged(name: &str, error: &impl ToString) -> CodingFault {
    CodingFault::new(
        name,
        format!(
            "the packed file is damaged: {}",
            packing_fault(&error.to_string())
        ),
        "copy it again from where it was made, or save it again in its program",
    )
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{unpack_gzip, unpack_zip};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn zip(n_parts: usize, bytes: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..n_parts {
            let options = SimpleFileOptions::default();
            writer
                .start_file(format!("part{index}"), options)
                .expect("memory");
            writer.write_all(bytes).expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    }

    #[test]
    fn what_is_plausible_unpacks() {
        assert_eq!(unpack_gzip(&gzip(b"plain")).as_deref(), Ok(&b"plain"[..]));
        assert_eq!(
            unpack_zip(&zip(2, b"plain")).map(|parts| parts.len()),
            Ok(2)
        );
    }

    #[test]
    fn bombs_many_parts_and_cut_files_are_refused() {
        let zeros = vec![0; 3_000_000];
        for (what, result) in [
            ("gzip bomb", unpack_gzip(&gzip(&zeros)).map(|_| ())),
            ("zip bomb", unpack_zip(&zip(1, &zeros)).map(|_| ())),
            ("many parts", unpack_zip(&zip(1_001, b"")).map(|_| ())),
            (
                "cut gzip",
                unpack_gzip(&gzip(b"plain text")[..20]).map(|_| ()),
            ),
            (
                "cut zip",
                unpack_zip(&zip(1, b"plain text")[..40]).map(|_| ()),
            ),
        ] {
            assert!(result.is_err(), "{what}");
        }
    }
}
