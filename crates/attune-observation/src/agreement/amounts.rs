//! Agreement on amounts: how often and how long each code was, clip by clip, by intraclass
//! correlation. The clip is the unit, as it is in the analysis of such amounts.

use rayon::prelude::*;
use serde::Serialize;

use super::ratings::{Measured, intraclass_of};
use crate::coding::{Coding, Stream};
use crate::window::{Micros, Window, seconds};

/// Agreement on one amount of one code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AmountAgreement {
    /// Who showed it.
    pub subject: String,
    /// The code.
    pub code: String,
    /// `rate-per-minute` or `share-of-codable-time`.
    pub amount: &'static str,
    /// Clips.
    pub n_clips: usize,
    /// Mean of the first coder.
    pub first_mean: f64,
    /// Mean of the second coder.
    pub second_mean: f64,
    /// ICC(A,1) and ICC(C,1).
    pub measures: [Measured; 2],
}

/// Agreement on the amounts of each code of a stream over clips that both coded, each with the
/// window that both share.
pub fn agree_on_amounts(
    stream: &Stream,
    clips: &[(&Coding, &Coding, Window)],
    level: f64,
) -> Vec<AmountAgreement> {
    let mut all = Vec::new();
    // Each clip's events are looked up once, for all codes.
    let by_clip: Vec<[Vec<(f64, f64)>; 2]> = clips
        .par_iter()
        .filter(|(_, _, window)| window.length() > 0)
        .map(|(first, second, window)| {
            [first, second].map(|coding| amounts_of(stream, coding, window))
        })
        .collect();
    for (place, code) in stream.codes.iter().enumerate() {
        let pairs: Vec<_> = by_clip
            .iter()
            .map(|[first, second]| (first[place], second[place]))
            .collect();
        let rates: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a.0, b.0)).collect();
        let shares: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a.1, b.1)).collect();
        let mut add = |amount, values: &[(f64, f64)]| {
            let n = values.len() as f64;
            if values.iter().all(|(a, b)| *a == 0.0 && *b == 0.0) {
                return;
            }
            all.push(AmountAgreement {
                subject: stream.subject.clone(),
                code: code.clone(),
                amount,
                n_clips: values.len(),
                first_mean: values.iter().map(|(a, _)| a).sum::<f64>() / n,
                second_mean: values.iter().map(|(_, b)| b).sum::<f64>() / n,
                measures: intraclass_of(values, level),
            });
        };
        add("rate-per-minute", &rates);
        if stream.states {
            add("share-of-codable-time", &shares);
        }
    }
    all
}

/// For each code its rate per minute and its share of the window.
fn amounts_of(stream: &Stream, coding: &Coding, window: &Window) -> Vec<(f64, f64)> {
    let mut of_codes: Vec<(f64, Vec<(Micros, Micros)>)> =
        vec![(0.0, Vec::new()); stream.codes.len()];
    for event in stream.events(coding, window) {
        let (n, stretches) = &mut of_codes[event.code];
        *n += 1.0;
        stretches.push((event.start, event.end));
    }
    let length = seconds(window.length());
    of_codes
        .into_iter()
        .map(|(n, stretches)| {
            (
                n / (length / 60.0),
                seconds(Window::of(stretches).length()) / length,
            )
        })
        .collect()
}
