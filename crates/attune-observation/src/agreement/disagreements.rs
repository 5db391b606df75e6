//! Where two coders differ: stretches with different labels, the longest first, and points that only
//! one of them has. Each has its clip and times, so that it can be played.

use serde::Serialize;

use super::alignment::Aligned;
use crate::coding::Stream;
use crate::timeline::{Labelled, Labels, for_each_common};
use crate::window::seconds;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disagreement {
    /// The clip.
    pub clip: String,
    /// Who was coded.
    pub subject: String,
    /// Begin in seconds.
    pub start_s: f64,
    /// End in seconds; equal to the begin for a point.
    pub end_s: f64,
    /// What the first coder has.
    pub first: String,
    /// What the second coder has.
    pub second: String,
}

/// Stretches of one clip in which the labels differ.
pub fn of_stretches(
    (clip, stream): (&str, &Stream),
    (first, second): (&[Labelled], &[Labelled]),
    labels: &Labels,
) -> Vec<Disagreement> {
    let mut found: Vec<(i64, i64, usize, usize)> = Vec::new();
    for_each_common(first, second, |start, end, a, b| {
        if a != b {
            match found.last_mut() {
                Some(last) if last.1 == start && (last.2, last.3) == (a, b) => last.1 = end,
                _ => found.push((start, end, a, b)),
            }
        }
    });
    let disagreement = |(start, end, a, b)| Disagreement {
        clip: clip.to_owned(),
        subject: stream.subject.clone(),
        start_s: seconds(start),
        end_s: seconds(end),
        first: labels.name(a, &stream.codes),
        second: labels.name(b, &stream.codes),
    };
    found.into_iter().map(disagreement).collect()
}

/// Points of one clip that only one coder has, or that have different codes.
pub fn of_points((clip, stream): (&str, &Stream), aligned: &[Aligned]) -> Vec<Disagreement> {
    let differs = |(a, b): &&Aligned| a.map(|a| a.code) != b.map(|b| b.code);
    let name = |code: Option<usize>| {
        code.map_or_else(|| "nothing".to_owned(), |code| stream.codes[code].clone())
    };
    let disagreement = |(a, b): &Aligned| {
        let times = || [*a, *b].into_iter().flatten().map(|event| event.start);
        Disagreement {
            clip: clip.to_owned(),
            subject: stream.subject.clone(),
            start_s: times().min().map_or(0.0, seconds),
            end_s: times().max().map_or(0.0, seconds),
            first: name(a.map(|event| event.code)),
            second: name(b.map(|event| event.code)),
        }
    };
    aligned.iter().filter(differs).map(disagreement).collect()
}
