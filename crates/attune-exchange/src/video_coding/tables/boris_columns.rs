//! The columns that BORIS writes, whatever its version: which have a meaning of their own, and what a
//! row says of its event.

use std::sync::Arc;

use attune_records::observation::{Event, Micros, Modifier, Modifiers, SchemeAsRead, Span};

use super::grid::{Columns, Row};
use crate::video_coding::{
    NotTakenOver, boris::list_rows, boris::read_modifiers, intern::Interner,
};

/// Where BORIS says that nobody was the focal subject.
const NO_FOCAL_SUBJECT: &str = "No focal subject";
/// What BORIS writes where there is nothing to say.
pub(super) const NOTHING: &str = "NA";
/// Headings of modifiers begin so, one column per set.
const NUMBERED_MODIFIER: &str = "modifier #";

/// Columns with a meaning of their own, of exports with a row per event and with one per bout, from
/// version 7 to 9; others are variables.
const KNOWN: [&str; 40] = [
    "time",
    "media file path",
    "media file",
    "media file name",
    "source",
    "total length",
    "total duration",
    "media duration (s)",
    "fps",
    "fps (frame/s)",
    "subject",
    "behavior",
    "behavioral category",
    "behavior type",
    "modifiers",
    "comment",
    "status",
    "observation id",
    "observation date",
    "observation type",
    "observation duration",
    "observation interval start",
    "observation interval stop",
    "description",
    "time offset (s)",
    "coding duration",
    "observation duration by subject by observation",
    "image index",
    "image file path",
    "frame index",
    "start (s)",
    "stop (s)",
    "duration (s)",
    "comment start",
    "comment stop",
    "image index start",
    "image index stop",
    "image file path start",
    "image file path stop",
    "player",
];

/// Columns of variables with their headings.
pub(super) fn variables<'a>(columns: &Columns<'a>) -> Vec<(usize, &'a str)> {
    columns.others(&KNOWN, &[NUMBERED_MODIFIER])
}

/// Subject, behaviour and modifiers of a row; the time comes later.
pub(super) fn described(columns: &Columns<'_>, row: &Row, interner: &mut Interner) -> Event {
    let mut cell = |names: &[&str]| interner.shared(columns.cell(row, columns.place(names)));
    let behaviour = cell(&["behavior"]);
    let subject = cell(&["subject"]);
    let in_one = cell(&["modifiers"]);
    let numbered = columns.beginning(NUMBERED_MODIFIER);
    let modifiers = if numbered.is_empty() {
        read_modifiers(&SchemeAsRead::default(), "", &in_one)
    } else {
        let modifier = |(place, number): &(usize, &str)| Modifier {
            set: interner.shared(&format!("Modifier #{number}")),
            values: chosen(columns.cell(row, Some(*place))),
        };
        let all: Vec<Modifier> = numbered.iter().map(modifier).collect();
        if all.iter().all(|modifier| modifier.values.is_empty()) {
            Modifiers::NONE
        } else {
            Modifiers::new(all)
        }
    };
    let is_nobody = subject.is_empty() || *subject == *NO_FOCAL_SUBJECT;
    Event {
        subject: (!is_nobody).then_some(subject),
        modifiers,
        row: row.number,
        ..Event::new(behaviour, Span::Point(Micros::ZERO))
    }
}

/// What was chosen of a set: BORIS allows no comma within a value.
fn chosen(cell: &str) -> Vec<Arc<str>> {
    match cell {
        "" | "None" | NOTHING => Vec::new(),
        several => several
            .split(',')
            .map(|value| Arc::from(value.trim()))
            .collect(),
    }
}

/// A time: seconds, or hours, minutes and seconds with colons.
pub(super) fn time(columns: &Columns<'_>, row: &Row, place: Option<usize>) -> Option<Micros> {
    let seconds = match columns.number(row, place) {
        Some(seconds) => seconds,
        None => on_a_clock(columns.cell(row, place))?,
    };
    Micros::from_seconds(seconds)
}

/// `1:02:03.5` or `2:03.5` in seconds.
fn on_a_clock(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (last, before) = parts
        .split_last()
        .filter(|_| (2..=3).contains(&parts.len()))?;
    let is_decimal = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let seconds: f64 = last
        .parse()
        .ok()
        .filter(|s| *s < 60.0 && is_decimal(last))?;
    let mut total = 0.0;
    for part in before {
        let whole: u32 = part.parse().ok()?;
        total = total * 60.0 + f64::from(whole);
    }
    Some(sign * (total * 60.0 + seconds))
}

/// The number of a frame or picture.
pub(super) fn frame(columns: &Columns<'_>, row: &Row, names: &[&str]) -> Option<u32> {
    columns.cell(row, columns.place(names)).parse().ok()
}

/// What a table of BORIS holds and observations do not.
#[derive(Default)]
pub(super) struct Left {
    /// Rows of events without a time.
    pub without_time: Vec<u32>,
    /// Rows with the path of a picture.
    pub with_path: Vec<u32>,
}

impl Left {
    /// Notes the path of a picture.
    pub fn path(&mut self, columns: &Columns<'_>, row: &Row) {
        let place = columns.place(&["image file path", "image file path start"]);
        if !matches!(columns.cell(row, place), "" | NOTHING) {
            self.with_path.push(row.number);
        }
    }

    /// The list.
    pub fn told(&self) -> Vec<NotTakenOver> {
        let of_rows = |rows: &[u32], what: &str, why: &str| {
            (!rows.is_empty()).then(|| NotTakenOver::new(what, list_rows(rows), why))
        };
        let told = [
            of_rows(
                &self.without_time,
                "events without a time",
                "an event needs a time",
            ),
            of_rows(
                &self.with_path,
                "paths of pictures",
                "events keep the number of the picture, not its path",
            ),
        ];
        told.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::on_a_clock;

    #[test]
    fn times_on_a_clock_are_seconds() {
        for (text, seconds) in [
            ("00:01:02.500", Some(62.5)),
            ("1:00:00", Some(3600.0)),
            ("2:03", Some(123.0)),
            ("-0:01.5", Some(-1.5)),
            ("1:60", None),
            ("1:inf", None),
            ("soon:1", None),
            ("1:2:3:4", None),
        ] {
            assert_eq!(on_a_clock(text), seconds, "{text}");
        }
    }
}
