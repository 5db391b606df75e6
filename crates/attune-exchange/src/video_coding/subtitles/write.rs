//! Captions as text, and an observation as captions.

use std::fmt::Write as _;

use attune_records::observation::{Event, Micros, Observation, Span};

use super::{Block, Cue, SubtitleForm, Subtitles, markup::plain, take_over::CAPTION};
use crate::video_coding::{
    label,
    not_held::{Losses, NotHeld},
};

/// How long the caption of a point event is shown.
const POINT_SHOWN: Micros = Micros(1_000_000);

impl Subtitles {
    /// The file's bytes, in UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        if self.form == SubtitleForm::WebVtt {
            text.push_str("WEBVTT");
            for (index, line) in self.head.iter().enumerate() {
                // What stood beside the word goes there again unless it looks like a header.
                let is_beside = index == 0 && !line.contains(':');
                let _ = write!(text, "{}{line}", if is_beside { " " } else { "\n" });
            }
            text.push_str("\n\n");
        }
        let mut number = 0;
        for block in &self.blocks {
            match block {
                Block::Other(other) => {
                    let _ = writeln!(text, "{other}\n");
                }
                Block::Cue(cue) => {
                    number += 1;
                    self.write_cue(&mut text, cue, number);
                }
            }
        }
        text.into_bytes()
    }

    fn write_cue(&self, text: &mut String, cue: &Cue, number: usize) {
        let (id, mark) = match self.form {
            SubtitleForm::WebVtt => (cue.id.clone(), '.'),
            SubtitleForm::SubRip => (number.to_string(), ','),
        };
        if !id.is_empty() {
            let _ = writeln!(text, "{id}");
        }
        let (start, stop) = (clock(cue.start, mark), clock(cue.stop, mark));
        let settings = if cue.settings.is_empty() { "" } else { " " };
        let _ = writeln!(text, "{start} --> {stop}{settings}{}", cue.settings);
        let _ = writeln!(text, "{}\n", cue.text);
    }

    /// The captions of an observation, and what they cannot hold.
    pub fn of_observation(form: SubtitleForm, observation: &Observation) -> (Self, Vec<NotHeld>) {
        let events = observation.events();
        let (mut blocks, mut losses) = (Vec::new(), Losses::default());
        for event in events {
            let Some((start, stop)) = shown(event) else {
                continue;
            };
            blocks.push(Block::Cue(Cue {
                id: String::new(),
                start,
                stop,
                settings: String::new(),
                text: caption(form, event),
                line: event.row,
            }));
        }
        losses.tell_events(
            events,
            |event| shown(event).is_none(),
            "events before 0 and bouts with one end",
            "a caption has two ends, at 0 or later; left out",
        );
        losses.tell_events(
            events,
            |event| event.span.is_point(),
            "point events",
            "a caption has a length: shown for one second",
        );
        losses.tell_events(
            events,
            |event| *event.behaviour != *CAPTION,
            "subjects, behaviours and modifiers as such",
            "a caption has only text: written into it",
        );
        losses.tell_events(
            events,
            |event| !event.span.begin().is_whole_millis() || !event.span.end().is_whole_millis(),
            "times finer than a millisecond",
            "rounded to the nearest",
        );
        let file = Self {
            form,
            head: Vec::new(),
            blocks,
            left: Vec::new(),
            warnings: Vec::new(),
        };
        (file, losses.into_list())
    }
}

fn shown(event: &Event) -> Option<(Micros, Micros)> {
    let (start, stop) = match event.span {
        Span::State(interval) => (interval.start(), interval.stop()),
        Span::Point(at) => (at, at + POINT_SHOWN),
        Span::Open { .. } | Span::Unstarted { .. } => return None,
    };
    (start >= Micros::ZERO).then_some((start, stop))
}

/// Text of a caption; no empty lines, which would end it.
fn caption(form: SubtitleForm, event: &Event) -> String {
    let comment = event.comment.as_deref();
    let text = match (&*event.behaviour, comment) {
        (CAPTION, Some(comment)) => comment.to_owned(),
        (_, comment) => {
            let comment = comment.map_or(String::new(), |comment| format!(" ({comment})"));
            format!("{}{comment}", label(event))
        }
    };
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let text = plain(form, &lines.join("\n"));
    match (form, event.subject.as_deref()) {
        (SubtitleForm::WebVtt, Some(subject)) => {
            format!("<v {}>{text}", plain(form, &subject.replace('\n', " ")))
        }
        (SubtitleForm::SubRip, Some(subject)) => format!("{}: {text}", plain(form, subject)),
        (_, None) => text,
    }
}

/// `00:01:02.500`, rounded to the millisecond.
pub(super) fn clock(time: Micros, mark: char) -> String {
    let millis = time.millis();
    let (seconds, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}{mark}{millis:03}",
        seconds % 60
    )
}
