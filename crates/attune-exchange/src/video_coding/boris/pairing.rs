//! Rows to events: begin and end of a bout are paired once, by subject, code and modifiers.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{
    BehaviourKind, Event, Frames, Interval, Micros, Modifier, ModifierKind, Modifiers,
    SchemeAsRead, Span,
};
use serde_json::Value;

use super::BorisRow;
use crate::video_coding::NotTakenOver;

/// What does not change from one observation of a project to the next. Texts are shared, so that
/// their addresses tell them apart.
pub(super) struct Pairing<'a> {
    scheme: &'a SchemeAsRead,
    kinds: BTreeMap<Address, Option<BehaviourKind>>,
    modifiers: BTreeMap<(Address, Address), (u32, Modifiers)>,
    numbers: BTreeMap<Modifiers, u32>,
    /// Whether any modifier had blanks at its ends.
    pub has_stray_blanks: bool,
}

type Address = *const u8;

fn address(text: &Arc<str>) -> Address {
    text.as_ptr()
}

impl<'a> Pairing<'a> {
    pub fn new(scheme: &'a SchemeAsRead) -> Self {
        Self {
            scheme,
            kinds: BTreeMap::new(),
            modifiers: BTreeMap::new(),
            numbers: BTreeMap::new(),
            has_stray_blanks: false,
        }
    }

    /// The events of an observation.
    pub fn events(
        &mut self,
        observation: &str,
        rows: &[BorisRow],
        not_taken_over: &mut Vec<NotTakenOver>,
    ) -> Vec<Event> {
        let mut left = LeftRows::default();
        let mut events: Vec<Event> = Vec::with_capacity(rows.len() / 2 + 1);
        let mut begun: BTreeMap<(Address, Address, u32), usize> = BTreeMap::new();
        for (time, index) in in_order(rows, &mut left) {
            let row = &rows[index];
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(kind) = self.kind(&row.code) else {
                left.unknown_code(number, &row.code);
                continue;
            };
            let (key, modifiers) = self.modifiers_of(row);
            if kind == BehaviourKind::Point {
                events.push(event(row, number, Span::Point(time), modifiers));
                continue;
            }
            let key = (address(&row.subject), address(&row.code), key);
            if let Some(bout) = begun.remove(&key) {
                end(&mut events[bout], row, number, time);
            } else {
                begun.insert(key, events.len());
                events.push(event(row, number, Span::Open { start: time }, modifiers));
            }
        }
        not_taken_over.extend(left.told(observation));
        events
    }

    /// Whether a code is a state or a point; `None` for a code that the ethogram lacks.
    fn kind(&mut self, code: &Arc<str>) -> Option<BehaviourKind> {
        let scheme = self.scheme;
        *self
            .kinds
            .entry(address(code))
            .or_insert_with(|| scheme.behaviour(code).map(|behaviour| behaviour.kind))
    }

    fn modifiers_of(&mut self, row: &BorisRow) -> (u32, Modifiers) {
        let key = (address(&row.code), address(&row.modifiers));
        if let Some((number, modifiers)) = self.modifiers.get(&key) {
            return (*number, modifiers.clone());
        }
        let modifiers = read_modifiers(self.scheme, &row.code, &row.modifiers);
        let has_blanks = |part: &str| part != part.trim();
        self.has_stray_blanks |= row.modifiers.split('|').any(has_blanks);
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(modifiers.clone()).or_insert(next);
        self.modifiers.insert(key, (number, modifiers.clone()));
        (number, modifiers)
    }
}

/// Rows with a time, in the order of time; of equal times in the order of the file.
fn in_order(rows: &[BorisRow], left: &mut LeftRows) -> Vec<(Micros, usize)> {
    let mut ordered = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        match row.time.and_then(Micros::from_seconds) {
            Some(time) => ordered.push((time, index)),
            None => left
                .without_time
                .push(u32::try_from(index + 1).unwrap_or(u32::MAX)),
        }
    }
    if !ordered.is_sorted() {
        ordered.sort_unstable();
    }
    ordered
}

fn event(row: &BorisRow, number: u32, span: Span, modifiers: Modifiers) -> Event {
    Event {
        subject: filled(&row.subject),
        modifiers,
        comment: filled(&row.comment),
        frames: frame(row).map(|start| Frames { start, stop: None }),
        row: number,
        ..Event::new(Arc::clone(&row.code), span)
    }
}

fn end(bout: &mut Event, row: &BorisRow, number: u32, time: Micros) {
    if let Some(interval) = Interval::new(bout.span.begin(), time) {
        bout.span = Span::State(interval);
    }
    bout.stop_row = Some(number);
    bout.stop_comment = filled(&row.comment);
    if let (Some(frames), stop) = (&mut bout.frames, frame(row)) {
        frames.stop = stop;
    }
}

fn filled(text: &Arc<str>) -> Option<Arc<str>> {
    (!text.is_empty()).then(|| Arc::clone(text))
}

/// The number of the frame or picture, where the row has one.
fn frame(row: &BorisRow) -> Option<u32> {
    let number = row.more.as_deref()?.first().and_then(Value::as_u64)?;
    u32::try_from(number).ok()
}

/// `a|b,c|None`: one part per set, `None` where nothing was chosen.
pub(in crate::video_coding) fn read_modifiers(
    scheme: &SchemeAsRead,
    code: &str,
    written: &str,
) -> Modifiers {
    if written.trim().is_empty() {
        return Modifiers::NONE;
    }
    let sets = scheme
        .behaviour(code)
        .map_or(&[][..], |behaviour| &behaviour.modifiers);
    let of_part = |(index, part): (usize, &str)| {
        let set = sets.get(index);
        let values = match part.trim() {
            "" | "None" => Vec::new(),
            part if set.is_some_and(|set| set.kind == ModifierKind::Several) => part
                .split(',')
                .map(|value| Arc::from(value.trim()))
                .collect(),
            part => vec![Arc::from(part)],
        };
        Modifier {
            set: set.map_or_else(|| Arc::from(""), |set| Arc::clone(&set.name)),
            values,
        }
    };
    Modifiers::new(written.split('|').enumerate().map(of_part).collect())
}

/// Rows that cannot become events, told once per observation.
#[derive(Default)]
struct LeftRows {
    without_time: Vec<u32>,
    unknown_codes: Vec<(Arc<str>, Vec<u32>)>,
    /// Where each code stands among them.
    places: BTreeMap<Arc<str>, usize>,
}

impl LeftRows {
    fn unknown_code(&mut self, row: u32, code: &Arc<str>) {
        let n = self.unknown_codes.len();
        let place = *self.places.entry(Arc::clone(code)).or_insert(n);
        if place == n {
            self.unknown_codes.push((Arc::clone(code), Vec::new()));
        }
        self.unknown_codes[place].1.push(row);
    }

    fn told(self, observation: &str) -> Vec<NotTakenOver> {
        let place = |rows: &[u32]| format!("observation `{observation}`, {}", list_rows(rows));
        let mut told = Vec::new();
        if !self.without_time.is_empty() {
            told.push(NotTakenOver::new(
                "events without a time",
                place(&self.without_time),
                "an event needs a time",
            ));
        }
        for (code, rows) in &self.unknown_codes {
            told.push(NotTakenOver::new(
                format!("events with the code `{code}`"),
                place(rows),
                "the ethogram does not have this code, so that nobody can tell a state from a point; add it there",
            ));
        }
        told
    }
}

/// `row 3`, `rows 3, 5, 9`, or the first ten of more.
pub(in crate::video_coding) fn list_rows(rows: &[u32]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = rows.iter().take(SHOWN).map(u32::to_string).collect();
    match rows.len() {
        1 => format!("row {}", shown[0]),
        n if n > SHOWN => format!("rows {}, … ({n} rows)", shown.join(", ")),
        _ => format!("rows {}", shown.join(", ")),
    }
}
