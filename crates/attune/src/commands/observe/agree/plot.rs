//! Both coders of one clip, and where they differ.

use anyhow::{Context, Result};
use attune_observation::agreement::report::PairReport;
use attune_observation::coding::Stream;
use attune_observation::timeline::{Labels, for_each_common, timeline};
use attune_observation::window::seconds;
use attune_observation::{Coding, Event, Scheme, Window};
use attune_report::Format;
use attune_report::plots::{CodingStrip, Heading, StripRow, StripSpan, svg_file};

/// The clip with the least kappa in any stream of states.
fn least(reports: &[PairReport]) -> Option<(usize, usize)> {
    let mut worst: Option<(f64, usize, usize)> = None;
    for (group, report) in reports.iter().enumerate() {
        for stream in report.streams.iter().filter(|one| one.stream.states) {
            for (clip, kappa) in stream.by_clip.iter().enumerate() {
                let Some(kappa) = kappa.kappa else { continue };
                if worst.is_none_or(|(least, ..)| kappa < least) {
                    worst = Some((kappa, group, clip));
                }
            }
        }
    }
    worst.map(|(_, group, clip)| (group, clip))
}

pub fn svg(
    scheme: &Scheme,
    groups: &[Vec<(&Coding, &Coding)>],
    reports: &[PairReport],
) -> Result<String> {
    let (group, clip) = least(reports).unwrap_or((0, 0));
    let (first, second) = *groups
        .get(group)
        .and_then(|pairs| pairs.get(clip))
        .context("there is no clip to draw")?;
    let window = first.window.and(&second.window);
    let mut codes: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for stream in Stream::all(scheme, [first, second]) {
        let offset = codes.len();
        codes.extend(stream.codes.clone());
        let window = stream.window([first, second], &window);
        let events = [first, second].map(|coding| stream.events(coding, &window));
        for (coding, events) in [first, second].into_iter().zip(&events) {
            rows.push(StripRow {
                label: format!("{} · {}", stream.subject, coding.coder),
                spans: events.iter().map(|event| span(*event, offset)).collect(),
                is_difference: false,
            });
        }
        if stream.states {
            rows.push(differences(&stream, &events, &window));
        }
    }
    let bounds = |pick: fn(&(i64, i64)) -> i64, last: bool| {
        let part = if last {
            window.segments().last()
        } else {
            window.segments().first()
        };
        part.map_or(0.0, |part| seconds(pick(part)))
    };
    let strip = CodingStrip {
        heading: Heading {
            title: format!(
                "Where {} and {} differ in {}",
                first.coder, second.coder, first.clip
            ),
            subtitle: "Each coder's codes over codable time, and beneath them where they differ"
                .to_owned(),
            description: format!(
                "Rows of two coders for each subject of the clip {}",
                first.clip
            ),
            note: String::new(),
        },
        start_s: bounds(|part| part.0, false),
        end_s: bounds(|part| part.1, true).max(1e-3),
        codes,
        rows,
    };
    Ok(svg_file(&strip, Format::Wide))
}

fn span(event: Event, offset: usize) -> StripSpan {
    StripSpan {
        start_s: seconds(event.start),
        end_s: seconds(event.end),
        code: offset + event.code,
    }
}

fn differences(stream: &Stream, events: &[Vec<Event>; 2], window: &Window) -> StripRow {
    let mut labels = Labels::new(stream.codes.len());
    let [a, b] = [0, 1].map(|coder| timeline(window, &events[coder], &mut labels));
    let mut spans = Vec::new();
    for_each_common(&a, &b, |start, end, first, second| {
        if first != second {
            spans.push(StripSpan {
                start_s: seconds(start),
                end_s: seconds(end),
                code: 0,
            });
        }
    });
    StripRow {
        label: "differ".to_owned(),
        spans,
        is_difference: true,
    }
}
