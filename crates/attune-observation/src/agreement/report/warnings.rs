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
            "the codable time of {} between the coders; what both have is compared",
            clips_that(differ, "differs", "differ")
        ));
    }
    let has_time = |clip: &&(&Coding, &Coding, Window)| clip.2.length() > 0;
    let is_form = |clip: &&(&Coding, &Coding, Window)| {
        clip.0.window.length() == 0 && clip.1.window.length() == 0 && clip.0.events.is_empty()
    };
    let n_without = clips
        .iter()
        .filter(|clip| !has_time(clip) && !is_form(clip))
        .count();
    if n_without > 0 {
        warnings.push(format!(
            "{} no time that both coders could code, so nothing in {} is compared",
            clips_that(n_without, "has", "have"),
            if n_without == 1 { "it" } else { "them" }
        ));
    }
    if streams.is_empty() && clips.iter().any(|clip| has_time(&clip)) {
        warnings.push("neither coder marked an event in the time that both could code".to_owned());
    }
    warnings.extend(marked_nothing(clips, streams));
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

fn clips_that(n: usize, one: &str, several: &str) -> String {
    match n {
        1 => format!("one clip {one}"),
        n => format!("{n} clips {several}"),
    }
}

/// What one coder marked and the other never did: it may not have been looked for.
fn marked_nothing(clips: &[(&Coding, &Coding, Window)], streams: &[StreamReport]) -> Vec<String> {
    let Some((first, second, _)) = clips.first() else {
        return Vec::new();
    };
    let of_coder = |(place, coder): (usize, &str)| {
        let missed = streams.iter().filter(|stream| stream.n_events[place] == 0);
        let missed: Vec<String> = missed
            .map(|one| format!("{} ({})", one.stream.subject, one.stream.codes.join(", ")))
            .collect();
        (!missed.is_empty()).then(|| format!("{coder} marked nothing of: {}", missed.join("; ")))
    };
    [first.coder.as_str(), second.coder.as_str()]
        .into_iter()
        .enumerate()
        .filter_map(of_coder)
        .collect()
}
