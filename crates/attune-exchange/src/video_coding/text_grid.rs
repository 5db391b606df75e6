//! Praat TextGrids: the long and the short text form and the binary form.
//!
//! Text is read as Praat reads it: words, comments and punctuation between values mean nothing, only
//! numbers, texts in quotation marks and `<exists>` count. Tiers of intervals are exhaustive: an
//! interval without a label was not coded.

mod binary;
mod counts;
mod lay_out;
mod long_text;
mod number;
mod take_over;
mod tokens;
mod values;

use std::collections::BTreeSet;

use super::{CodingFault, NotTakenOver, text::text_of};

/// A TextGrid.
#[derive(Debug, Clone, PartialEq)]
pub struct TextGrid {
    /// Begin in seconds; NaN where the file writes no number.
    pub xmin: f64,
    /// End in seconds.
    pub xmax: f64,
    /// Tiers in the order of the file.
    pub tiers: Vec<Tier>,
    /// What Praat itself leaves out.
    pub(super) left: Vec<NotTakenOver>,
    /// What was assumed.
    pub(super) warnings: Vec<String>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Name.
    pub name: String,
    /// Begin in seconds.
    pub xmin: f64,
    /// End in seconds.
    pub xmax: f64,
    /// Its intervals or points.
    pub marks: Marks,
}

/// What a tier holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Marks {
    /// Begin, end, label.
    Intervals(Vec<(f64, f64, String)>),
    /// Time, label.
    Points(Vec<(f64, String)>),
}

impl TextGrid {
    /// Reads a TextGrid.
    ///
    /// # Errors
    ///
    /// No TextGrid, cut off, or a number where a text belongs and the other way round.
    pub fn read(bytes: &[u8]) -> Result<Self, CodingFault> {
        let mut grid = if bytes.starts_with(b"ooBinaryFile") {
            binary::read(bytes)?
        } else {
            let (text, is_assumed) = text_of(bytes)?;
            let mut grid = tokens::read(&text)?;
            if is_assumed {
                grid.warnings.push(super::text::ENCODING_ASSUMED.to_owned());
            }
            grid
        };
        grid.leave_out_what_praat_leaves_out();
        Ok(grid)
    }

    /// Praat keeps no two intervals of a tier with the same begin, and no mark without a time.
    fn leave_out_what_praat_leaves_out(&mut self) {
        for tier in &mut self.tiers {
            let place = format!("tier `{}`", tier.name);
            let mut begins: BTreeSet<u64> = BTreeSet::new();
            // Zero and minus zero are the same begin.
            let mut keeps = |time: f64| !time.is_nan() && begins.insert((time + 0.0).to_bits());
            let before = tier.marks.len();
            match &mut tier.marks {
                Marks::Intervals(intervals) => intervals.retain(|(begin, _, _)| keeps(*begin)),
                Marks::Points(points) => points.retain(|(at, _)| keeps(*at)),
            }
            let n = before - tier.marks.len();
            if n > 0 {
                self.left.push(NotTakenOver::new(
                    format!("marks: {n}"),
                    place,
                    "they have no time, or begin where an earlier one of the tier does; Praat leaves them out too",
                ));
            }
        }
        if self.xmin.is_nan() || self.xmax.is_nan() {
            self.warnings.push(
                "begin or end of the file is written in a way that Praat reads as undefined"
                    .to_owned(),
            );
        }
    }
}

impl Marks {
    fn len(&self) -> usize {
        match self {
            Self::Intervals(intervals) => intervals.len(),
            Self::Points(points) => points.len(),
        }
    }
}

#[cfg(test)]
mod tests;
