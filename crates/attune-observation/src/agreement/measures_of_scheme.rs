//! Agreement on what a study analyses: the measures that its scheme makes of a coding (rates, shares,
//! those of the sociogram, those that it declares), its ratings and their composites. Kappa of single
//! events says little about these; the recording is their unit, and so it is here.

use attune_measures::measure::measures_of_coding;
use attune_protocol::scheme::Scheme;
use attune_records::records::SessionCoding;
use serde::Serialize;

use super::by_clip::{Draws, Resampling};
use super::ratings::{Measured, intraclass_of};

/// Agreement on one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureAgreement {
    /// The measure, by the name that a plan uses: `room.density`.
    pub measure: String,
    /// What the scheme calls it.
    pub label: String,
    /// Recordings in which both codings have a value.
    pub n_clips: usize,
    /// Mean of the first coder over these.
    pub first_mean: f64,
    /// Mean of the second coder.
    pub second_mean: f64,
    /// ICC(A,1) and ICC(C,1).
    pub measures: [Measured; 2],
}

/// Agreement of two coders on every measure of a scheme, recording by recording. What neither has in
/// any recording is left out.
pub fn agree_on_measures(
    scheme: &Scheme,
    pairs: &[(&SessionCoding, &SessionCoding)],
    resampling: &Resampling,
) -> Vec<MeasureAgreement> {
    let draws = Draws::new(pairs.len(), resampling);
    let values = |coding: &SessionCoding| -> Vec<(String, Option<f64>)> {
        let all = measures_of_coding(scheme, coding).into_iter();
        all.map(|(measure, value)| (measure.to_string(), value.ok()))
            .collect()
    };
    let by_clip: Vec<_> = pairs
        .iter()
        .map(|(first, second)| (values(first), values(second)))
        .collect();
    let Some((first, _)) = by_clip.first() else {
        return Vec::new();
    };
    let of_measure = |(place, (measure, _)): (usize, &(String, Option<f64>))| {
        let pairs: Vec<Option<(f64, f64)>> = by_clip
            .iter()
            .map(|(a, b)| Some((a.get(place)?.1?, b.get(place)?.1?)))
            .collect();
        let both: Vec<(f64, f64)> = pairs.iter().flatten().copied().collect();
        let n = both.len() as f64;
        (!both.is_empty()).then(|| MeasureAgreement {
            measure: measure.clone(),
            label: scheme.label_of_measure(measure),
            n_clips: both.len(),
            first_mean: both.iter().map(|(a, _)| a).sum::<f64>() / n,
            second_mean: both.iter().map(|(_, b)| b).sum::<f64>() / n,
            measures: intraclass_of(&pairs, &draws),
        })
    };
    first.iter().enumerate().filter_map(of_measure).collect()
}
