//! Means and sums of the ratings of one recording.

use attune_protocol::{
    id::ScoreId,
    missing::Missing,
    scheme::{Composite, Scheme},
};

/// A composite from what each of its ratings came to. With fewer ratings than it needs it is missing; a sum
/// of some of its ratings is their mean times the number of all of them, so that a rating that could not be
/// made never counts as zero.
///
/// # Errors
///
/// Why it is missing: the reason of its ratings where they all have the same one.
pub fn composite(
    scheme: &Scheme,
    composite: &Composite,
    rated: impl Fn(&str) -> Result<f64, Missing>,
) -> Result<f64, Missing> {
    let value = |id: &ScoreId| {
        let value = rated(id)?;
        let rating = scheme.rating(id).ok_or(Missing::NotRecorded)?;
        Ok(match composite.reversed.contains(id) {
            true => rating.minimum + rating.maximum - value,
            false => value,
        })
    };
    let all: Vec<Result<f64, Missing>> = composite.of.iter().map(value).collect();
    let known: Vec<f64> = all.iter().filter_map(|value| value.ok()).collect();
    if known.is_empty() || known.len() < composite.minimum_codable {
        let reasons: Vec<Missing> = all.iter().filter_map(|value| value.err()).collect();
        let first = reasons.first().copied().unwrap_or(Missing::TooFewAnswered);
        let same = known.is_empty() && reasons.iter().all(|reason| *reason == first);
        return Err(if same { first } else { Missing::TooFewAnswered });
    }
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    Ok(match composite.summed {
        true => mean * composite.of.len() as f64,
        false => mean,
    })
}
