//! Agreement on amounts: how often and how long each code was, clip by clip, by intraclass
//! correlation. The clip is the unit, as it is in the analysis of such amounts.

use serde::Serialize;

use super::ratings::{Measured, intraclass_of};
use crate::coding::{Coding, Stream};
use crate::window::{Window, seconds};

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
    for (place, code) in stream.codes.iter().enumerate() {
        let amounts = |coding: &Coding, window: &Window| amounts_of(stream, coding, window, place);
        let pairs: Vec<_> = clips
            .iter()
            .filter(|(_, _, window)| window.length() > 0)
            .map(|(first, second, window)| (amounts(first, window), amounts(second, window)))
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

/// Rate per minute and share of the window.
fn amounts_of(stream: &Stream, coding: &Coding, window: &Window, code: usize) -> (f64, f64) {
    let events = stream.events(coding, window);
    let of_code = events.iter().filter(|event| event.code == code);
    let n = of_code.clone().count() as f64;
    let stretches = of_code.map(|event| (event.start, event.end)).collect();
    let length = seconds(window.length());
    (
        n / (length / 60.0),
        seconds(Window::of(stretches).length()) / length,
    )
}
