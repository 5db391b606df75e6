//! Bytes to text: UTF-8, UTF-16, and Windows-1252 where nothing else fits.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::data_fault::DataFault;

/// Text of a file, and whether its encoding had to be assumed. A byte order mark decides; without
/// one, text that is valid UTF-8 is UTF-8, text with a zero in every second byte is UTF-16.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), DataFault> {
    let (encoding, is_assumed) = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => (encoding, false),
        None if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) => (UTF_8, false),
        None => match without_mark(bytes) {
            Some(encoding) => (encoding, false),
            None => (WINDOWS_1252, true),
        },
    };
    let (text, has_errors) = encoding.decode_with_bom_removal(bytes);
    if text.contains('\0') || (has_errors && encoding != WINDOWS_1252) {
        return Err(DataFault::NotText);
    }
    Ok((text, is_assumed))
}

/// UTF-16 without a mark: Latin letters and digits have a zero byte each.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(1000) & !1];
    let n_zero = |offset: usize| {
        start
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (n_first, n_second, n_pairs) = (n_zero(0), n_zero(1), start.len() / 2);
    if n_second * 10 > n_pairs * 7 && n_first == 0 {
        Some(UTF_16LE)
    } else if n_first * 10 > n_pairs * 7 && n_second == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::data_fault::DataFault;

    fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_usual_encodings_are_found() {
        let text = "dyad,name\nD1,Zoë\n";
        for (what, bytes, is_assumed) in [
            ("UTF-8", text.as_bytes().to_vec(), false),
            ("with mark", format!("\u{feff}{text}").into_bytes(), false),
            (
                "UTF-16LE",
                utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes),
                false,
            ),
            (
                "UTF-16BE",
                utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes),
                false,
            ),
            ("UTF-16LE, no mark", utf_16(text, u16::to_le_bytes), false),
            ("UTF-16BE, no mark", utf_16(text, u16::to_be_bytes), false),
            ("Windows-1252", b"dyad,name\nD1,Zo\xEB\n".to_vec(), true),
        ] {
            let (decoded, assumed) = decode(&bytes).expect(what);
            assert_eq!((decoded.as_ref(), assumed), (text, is_assumed), "{what}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        for bytes in [
            &b"dyad,\0\0\x01\x02"[..],
            b"\xFF\xFEa",
            b"\xEF\xBB\xBF\xFF\xFF",
        ] {
            assert_eq!(decode(bytes).map(|_| ()), Err(DataFault::NotText));
        }
    }
}
