//! Timed event sequences for GSEQ (`.sds`): one session per observation, codes with onset and offset.

use std::fmt::Write as _;

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
