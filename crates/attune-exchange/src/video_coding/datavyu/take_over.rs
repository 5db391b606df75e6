//! A spreadsheet as an observation: a column is a behaviour and its codes are modifiers; a column
//! with a code named `behaviour` is a subject.

use std::sync::Arc;

use attune_records::observation::{
    Event, Interval, Micros, Modifier, Modifiers, Observation, Span,
};

use super::{Cell, Column, DatavyuFile, spreadsheet::unescaped};
use crate::video_coding::{
    CodingFaults, CodingRead, NotTakenOver, boris::list_rows, one_observation::project_of,
    tracks::scheme_of_events,
};

/// The code that holds the behaviour of a subject's column.
pub(super) const BEHAVIOUR: &str = "behaviour";
/// The code that holds a comment.
pub(super) const COMMENT: &str = "comment";

impl DatavyuFile {
    /// The observation with this name.
    ///
    /// # Errors
    ///
    /// None; the shape is that of the other kinds.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        let mut read = (Vec::new(), Vec::new());
        let mut warnings = self.warnings.clone();
        for column in &self.sheet.columns {
            take_over(column, &mut read.0, &mut read.1, &mut warnings);
        }
        if !self.sheet.definitions.is_empty() {
            read.1.push(NotTakenOver::new(
                format!(
                    "definitions of predicates: {}",
                    self.sheet.definitions.len()
                ),
                "before the first column",
                "old files have them; Datavyu itself no longer uses them",
            ));
        }
        let scheme = scheme_of_events(&read.0);
        let mut one = Observation::new(name);
        one.media = self.media();
        Ok(CodingRead {
            project: project_of(one.with_events(read.0), scheme),
            not_taken_over: read.1,
            warnings,
        })
    }
}

fn take_over(
    column: &Column,
    events: &mut Vec<Event>,
    left: &mut Vec<NotTakenOver>,
    warnings: &mut Vec<String>,
) {
    let name = unescaped(&column.name);
    let track: Arc<str> = Arc::from(name.as_str());
    let codes: Vec<Arc<str>> = match &column.codes {
        Some(codes) => codes
            .iter()
            .map(|(code, _)| Arc::from(unescaped(code)))
            .collect(),
        None => vec![Arc::from("")],
    };
    let (mut backwards, mut unset) = (Vec::new(), Vec::new());
    for cell in &column.cells {
        let times = (
            Micros::from_millis(cell.onset),
            Micros::from_millis(cell.offset),
        );
        let (Some(onset), Some(offset)) = times else {
            backwards.push(cell.line);
            continue;
        };
        let span = match Interval::new(onset, offset) {
            Some(interval) if interval.is_empty() => Span::Point(onset),
            Some(interval) => Span::State(interval),
            None => {
                // An offset of zero is one that was never set.
                if cell.offset == 0 {
                    &mut unset
                } else {
                    &mut backwards
                }
                .push(cell.line);
                Span::Open { start: onset }
            }
        };
        events.push(event(cell, &track, &codes, span));
    }
    if !unset.is_empty() {
        warnings.push(format!(
            "column `{name}`, {}: the offset was never set; kept as bouts with one end, without a duration",
            list_rows(&unset)
        ));
    }
    if !backwards.is_empty() {
        left.push(NotTakenOver::new(
            "the offset of cells",
            format!("column `{name}`, {}", list_rows(&backwards)),
            "it lies before the onset; the cells are kept as bouts with one end",
        ));
    }
}

fn event(cell: &Cell, track: &Arc<str>, codes: &[Arc<str>], span: Span) -> Event {
    let mut event = Event::new(Arc::clone(track), span);
    event.track = Some(Arc::clone(track));
    event.row = cell.line;
    let mut modifiers = Vec::new();
    for (index, value) in cell.values().into_iter().enumerate() {
        let set = codes.get(index).cloned().unwrap_or_else(|| Arc::from(""));
        match &*set {
            BEHAVIOUR => {
                event.subject = Some(Arc::clone(track));
                event.behaviour = Arc::from(value);
            }
            COMMENT if !value.is_empty() => event.comment = Some(Arc::from(value)),
            COMMENT => {}
            _ => modifiers.push(Modifier {
                set,
                values: if value.is_empty() {
                    vec![]
                } else {
                    vec![Arc::from(value)]
                },
            }),
        }
    }
    event.modifiers = Modifiers::new(modifiers);
    event
}
