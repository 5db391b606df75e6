//! What a TextGrid consists of, one value after the other; the text forms and the binary form have the same
//! values in the same order.

use super::{Marks, TextGrid, Tier};
use crate::video_coding::CodingFault;

/// The values of a file in one of the forms.
pub(super) trait Values {
    /// A number; NaN for one that is not defined.
    fn real(&mut self) -> Result<f64, CodingFault>;
    /// How many; a negative count is none.
    fn count(&mut self) -> Result<i64, CodingFault>;
    /// Whether what follows is there at all.
    fn exists(&mut self) -> Result<bool, CodingFault>;
    /// The name of a class.
    fn class(&mut self) -> Result<String, CodingFault>;
    /// A text.
    fn text(&mut self) -> Result<String, CodingFault>;
    /// A fault at the value that was read last.
    fn fault(&self, what: String) -> CodingFault;
}

/// Begin and end of the file, then its tiers.
pub(super) fn read_grid(values: &mut impl Values) -> Result<TextGrid, CodingFault> {
    let (xmin, xmax) = (values.real()?, values.real()?);
    let n_tiers = if values.exists()? { values.count()? } else { 0 };
    let mut tiers = Vec::new();
    for _ in 0..n_tiers {
        tiers.push(read_tier(values)?);
    }
    Ok(TextGrid {
        xmin,
        xmax,
        tiers,
        left: Vec::new(),
        warnings: Vec::new(),
    })
}

fn read_tier(values: &mut impl Values) -> Result<Tier, CodingFault> {
    let class = values.class()?;
    let name = values.text()?;
    let (xmin, xmax) = (values.real()?, values.real()?);
    let n = values.count()?;
    let marks = match class.as_str() {
        "IntervalTier" => {
            let mut intervals = Vec::new();
            for _ in 0..n {
                intervals.push((values.real()?, values.real()?, values.text()?));
            }
            Marks::Intervals(intervals)
        }
        "TextTier" => {
            let mut points = Vec::new();
            for _ in 0..n {
                points.push((values.real()?, values.text()?));
            }
            Marks::Points(points)
        }
        other => return Err(values.fault(format!("a tier of the unknown class `{other}`"))),
    };
    Ok(Tier {
        name,
        xmin,
        xmax,
        marks,
    })
}
