//! Timed event sequences for GSEQ (`.sds`): one session per observation, codes with onset and offset.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use attune_records::observation::{CodingProject, Event, Micros, Span};

use super::not_held::{Losses, NotHeld};

/// Longest code that is written.
const LONGEST: usize = 60;

/// The file's bytes, and what it cannot hold.
pub(super) fn of_project(project: &CodingProject) -> (Vec<u8>, Vec<NotHeld>) {
    let mut text = String::from("Timed <seconds>;\n");
    for one in project.observations() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "\n<{}>", one.id.replace(['<', '>', '\n'], "_"));
        for event in one.events() {
            if let Some((start, stop)) = shown(event) {
                let code = code(event);
                let _ = writeln!(text, "{code},{}-{}", seconds(start), seconds(stop));
            }
        }
        text.push_str("/\n");
    }
    (text.into_bytes(), losses(project))
}

fn shown(event: &Event) -> Option<(Micros, Micros)> {
    match event.span {
        Span::State(interval) => Some((interval.start(), interval.stop())),
        Span::Point(at) => Some((at, at + Micros(1000))),
        Span::Open { .. } | Span::Unstarted { .. } => None,
    }
}

fn seconds(time: Micros) -> String {
    let millis = time.millis();
    let sign = if millis < 0 { "-" } else { "" };
    format!(
        "{sign}{}.{:03}",
        millis.unsigned_abs() / 1000,
        millis.unsigned_abs() % 1000
    )
}

/// `subject_behaviour_modifiers`, letters and digits only.
fn code(event: &Event) -> String {
    let mut words = vec![
        event.subject.as_deref().unwrap_or("nobody"),
        &event.behaviour,
    ];
    let values = event
        .modifiers
        .as_slice()
        .iter()
        .flat_map(|modifier| &modifier.values);
    words.extend(values.map(|value| &**value));
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    words.join("_").chars().map(plain).take(LONGEST).collect()
}

fn losses(project: &CodingProject) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    let events = || project.events().map(|(_, event)| event);
    losses.tell_events(
        events(),
        |event| event.span.is_unpaired(),
        "bouts with one end",
        "a timed code has an onset and an offset; left out",
    );
    losses.tell_events(
        events(),
        |event| event.span.is_point(),
        "point events",
        "written with a length of one millisecond",
    );
    losses.tell(
        events().count(),
        "subjects, behaviours and modifiers as such",
        "a code of GSEQ is one word of letters and digits: they are put together with `_`",
    );
    losses.tell(
        shared_codes(events()),
        "codes that stand for different events",
        "letters and digits alone do not tell them apart: rename a subject, behaviour or modifier",
    );
    losses.tell_events(
        events(),
        |event| !event.span.begin().is_whole_millis() || !event.span.end().is_whole_millis(),
        "times finer than a millisecond",
        "rounded to the nearest",
    );
    let observations = project.observations();
    losses.tell(
        observations
            .iter()
            .filter(|one| one.coded_window().is_some())
            .count(),
        "windows that were coded",
        "GSEQ takes a session to end with its last code unless you tell it",
    );
    losses.into_list()
}

/// Codes that more than one subject, behaviour and choice of modifiers becomes.
fn shared_codes<'a>(events: impl Iterator<Item = &'a Event>) -> usize {
    let mut meanings: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for event in events.filter(|event| shown(event).is_some()) {
        let meaning = (&event.subject, &event.behaviour, &event.modifiers);
        if seen.insert(meaning) {
            meanings.entry(code(event)).or_default().insert(meaning);
        }
    }
    meanings
        .values()
        .filter(|meanings| meanings.len() > 1)
        .count()
}

#[cfg(test)]
mod tests {
    use attune_records::observation::{CodingProject, Event, Micros, Observation, Span};

    use super::of_project;

    fn told(codes: [&str; 2]) -> Vec<String> {
        let point = |code: &str| Event::new(code, Span::Point(Micros(1_000_000)));
        let one = Observation::new("one").with_events(codes.map(point).to_vec());
        let project = CodingProject::default();
        let project = project.with_observations(vec![one]).expect("one");
        let lost = of_project(&project).1.into_iter();
        lost.map(|lost| lost.what).collect()
    }

    #[test]
    fn codes_that_letters_and_digits_cannot_tell_apart_are_told() {
        let shared = "codes that stand for different events: 1".to_owned();
        assert!(told(["looks at", "looks-at"]).contains(&shared));
        assert!(!told(["looks at", "looks away"]).contains(&shared));
    }
}
