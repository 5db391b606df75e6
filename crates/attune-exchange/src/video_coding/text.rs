//! Bytes of a coding tool to text.

use super::CodingFault;
use crate::table::decode;

/// The text, and whether its encoding had to be assumed.
pub(super) fn text_of(bytes: &[u8]) -> Result<(String, bool), CodingFault> {
    let (text, is_assumed) = decode(bytes).map_err(|_| {
        CodingFault::of_file(
            "the file is no text in UTF-8, UTF-16 or Latin-1",
            "save it again in its program, as UTF-8 where it asks",
        )
    })?;
    Ok((text.into_owned(), is_assumed))
}

/// What is said where the encoding was assumed.
pub(super) const ENCODING_ASSUMED: &str =
    "the encoding is not stated and not UTF-8: read as Latin-1; look whether accents are right";
