//! The binary form: big-endian numbers, texts with their lengths.

use super::{Marks, TextGrid, Tier};
use crate::video_coding::CodingFault;

/// Reads bytes that begin with `ooBinaryFile`.
pub(super) fn read(bytes: &[u8]) -> Result<TextGrid, CodingFault> {
    let mut bytes = Bytes {
        bytes,
        place: "ooBinaryFile".len(),
    };
    let class = bytes.short_text()?;
    if class != "TextGrid" {
        return Err(CodingFault::of_file(
            format!("a Praat object of the class `{class}`"),
            "save the TextGrid itself; collections and sounds are not read",
        ));
    }
    let (xmin, xmax) = (bytes.real()?, bytes.real()?);
    let n_tiers = if bytes.take(1)?[0] == 1 {
        bytes.count()?
    } else {
        0
    };
    let mut tiers = Vec::new();
    for _ in 0..n_tiers {
        tiers.push(read_tier(&mut bytes)?);
    }
    Ok(TextGrid {
        xmin,
        xmax,
        tiers,
        left: Vec::new(),
        warnings: Vec::new(),
    })
}

fn read_tier(bytes: &mut Bytes<'_>) -> Result<Tier, CodingFault> {
    let class = bytes.short_text()?;
    let name = bytes.text()?;
    let (xmin, xmax) = (bytes.real()?, bytes.real()?);
    let n = bytes.count()?;
    let marks = match class.as_str() {
        "IntervalTier" => {
            let mut intervals = Vec::new();
            for _ in 0..n {
                intervals.push((bytes.real()?, bytes.real()?, bytes.text()?));
            }
            Marks::Intervals(intervals)
        }
        "TextTier" => {
            let mut points = Vec::new();
            for _ in 0..n {
                points.push((bytes.real()?, bytes.text()?));
            }
            Marks::Points(points)
        }
        other => {
            return Err(CodingFault::new(
                format!("byte {}", bytes.place),
                format!("a tier of the unknown class `{other}`"),
                "save the TextGrid in Praat as a text file",
            ));
        }
    };
    Ok(Tier {
        name,
        xmin,
        xmax,
        marks,
    })
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

    fn real(&mut self) -> Result<f64, CodingFault> {
        Ok(f64::from_be_bytes(self.number()?))
    }

    fn count(&mut self) -> Result<i32, CodingFault> {
        Ok(i32::from_be_bytes(self.number()?))
    }

    /// A text with its length in one byte.
    fn short_text(&mut self) -> Result<String, CodingFault> {
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
}

/// Each byte is a character.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
