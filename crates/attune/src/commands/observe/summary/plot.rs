//! One observation drawn: a row per subject and behaviour.

use std::collections::BTreeMap;

use attune_observation::from_project::{Chosen, NO_SUBJECT};
use attune_records::observation::{Observation, Span};
use attune_report::Format;
use attune_report::plots::{CodingStrip, Heading, StripRow, StripSpan, svg_file};

pub fn svg(observation: &Observation, chosen: &Chosen) -> String {
    let mut rows: BTreeMap<(&str, &str), Vec<StripSpan>> = BTreeMap::new();
    let mut codes: Vec<&str> = Vec::new();
    for event in observation
        .events()
        .iter()
        .filter(|event| chosen.takes(event))
    {
        let code = codes
            .iter()
            .position(|code| *code == &*event.behaviour)
            .unwrap_or_else(|| {
                codes.push(&event.behaviour);
                codes.len() - 1
            });
        let subject = event.subject.as_deref().unwrap_or(NO_SUBJECT);
        let (start, end) = match event.span {
            Span::State(bout) => (bout.start(), bout.stop()),
            other => (other.begin(), other.begin()),
        };
        rows.entry((subject, &event.behaviour))
            .or_default()
            .push(StripSpan {
                start_s: start.seconds(),
                end_s: end.seconds(),
                code,
            });
    }
    let end = observation.coded_window().or_else(|| observation.extent());
    let strip = CodingStrip {
        heading: Heading {
            title: format!("What was coded in {}", observation.id),
            subtitle: observation
                .coder
                .as_deref()
                .map_or(String::new(), |coder| format!("Coder {coder}")),
            description: format!(
                "{} events of {} subjects and behaviours over time",
                observation.events().len(),
                rows.len()
            ),
            note: String::new(),
        },
        start_s: end.map_or(0.0, |window| window.start().seconds()),
        end_s: end.map_or(1.0, |window| window.stop().seconds()),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        rows: rows
            .into_iter()
            .map(|((subject, behaviour), spans)| StripRow {
                label: format!("{subject}: {behaviour}"),
                spans,
                is_difference: false,
            })
            .collect(),
    };
    svg_file(&strip, Format::Wide)
}
