//! What a reader of the report should mind.

use std::collections::BTreeMap;

use super::StreamReport;
use crate::coding::Coding;
use crate::window::Window;

pub(super) fn warnings(
    clips: &[(&Coding, &Coding, Window)],
    streams: &[StreamReport],
) -> Vec<String> {
    let mut warnings = Vec::new();
    match clips.len() {
        0 => warnings.push("the two coders have no clip in common".to_owned()),
        1 => warnings.push(
            "one clip only: there is no interval, because seconds of one clip are not independent; \
             let both code more clips"
                .to_owned(),
        ),
        2..=9 => warnings.push(format!(
            "{} clips only: intervals from so few clips are too short",
            clips.len()
        )),
        _ => {}
    }
    if clips.len() > 1 {
        let once = streams.iter().filter(|one| one.n_clips == 1);
        let mut subjects: Vec<&str> = once.map(|one| one.stream.subject.as_str()).collect();
        subjects.dedup();
        if !subjects.is_empty() {
            warnings.push(format!(
                "{}: there in one clip only, so there is no interval",
                subjects.join(", ")
            ));
        }
    }
    let differ = clips
        .iter()
        .filter(|(a, b, _)| a.window != b.window)
        .count();
    if differ > 0 {
        warnings.push(format!(
            "the codable time of {differ} clips differs between the coders; what both have is compared"
        ));
    }
    let mut rare: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stream in streams
        .iter()
        .filter(|one| one.stream.states && one.stream.codes.len() == 1)
    {
        let of = &stream.prevalence[0];
        if of.first.max(of.second) < 0.05 {
            rare.entry(&stream.stream.subject)
                .or_default()
                .push(&of.code);
        }
    }
    for (subject, codes) in rare {
        warnings.push(format!(
            "{subject}: {} fills less than 5 % of the time; agreement on time is mostly on its absence, so read \
             the event-based measures",
            codes.join(", ")
        ));
    }
    warnings
}
