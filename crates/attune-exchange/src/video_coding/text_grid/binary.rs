//! The binary form: big-endian numbers, texts with their lengths.

use super::{
    TextGrid,
    values::{Values, read_grid},
};
use crate::video_coding::CodingFault;

/// Reads bytes that begin with `ooBinaryFile`.
pub(super) fn read(bytes: &[u8]) -> Result<TextGrid, CodingFault> {
    let mut bytes = Bytes {
        bytes,
        place: "ooBinaryFile".len(),
    };
    let class = bytes.class()?;
    if class != "TextGrid" {
        return Err(CodingFault::of_file(
            format!("a Praat object of the class `{class}`"),
            "save the TextGrid itself; collections and sounds are not read",
        ));
    }
    read_grid(&mut bytes)
}

struct Bytes<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], CodingFault> {
        let end = self.place.saturating_add(n);
        let taken = self.bytes.get(self.place..end).ok_or_else(|| {
            CodingFault::new(
                format!("byte {}", self.place),
                "the file ends in the middle of a value",
                "copy it again from where it was made",
            )
        })?;
        self.place = end;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], CodingFault> {
        let mut number = [0; N];
        number.copy_from_slice(self.take(N)?);
        Ok(number)
    }
}

impl Values for Bytes<'_> {
    fn real(&mut self) -> Result<f64, CodingFault> {
        Ok(f64::from_be_bytes(self.number()?))
    }

    fn count(&mut self) -> Result<i64, CodingFault> {
        Ok(i32::from_be_bytes(self.number()?).into())
    }

    fn exists(&mut self) -> Result<bool, CodingFault> {
        Ok(self.take(1)?[0] == 1)
    }

    /// A text with its length in one byte.
    fn class(&mut self) -> Result<String, CodingFault> {
        let length = usize::from(self.take(1)?[0]);
        Ok(latin(self.take(length)?))
    }

    /// A text with its length in two bytes; a length of 65,535 announces UTF-16.
    fn text(&mut self) -> Result<String, CodingFault> {
        let length = u16::from_be_bytes(self.number()?);
        if length != u16::MAX {
            return Ok(latin(self.take(usize::from(length))?));
        }
        let length = usize::from(u16::from_be_bytes(self.number()?));
        let units = self.take(2 * length)?.chunks_exact(2);
        let units: Vec<u16> = units
            .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
            .collect();
        Ok(String::from_utf16_lossy(&units))
    }

    fn fault(&self, what: String) -> CodingFault {
        CodingFault::new(
            format!("byte {}", self.place),
            what,
            "save the TextGrid in Praat as a text file",
        )
    }
}

/// Each byte is a character.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
