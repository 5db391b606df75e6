//! Observations as our own table: bouts as CSV, or bouts and observations as two sheets.

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodingProject, Event, Interval, Micros, Observation, ObservationKind, Span,
};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::tidy::{MODIFIER, NOTHING_CHOSEN, SEVERAL, VARIABLE};
use crate::video_coding::{
    each_once::each_once,
    not_held::{Losses, NotHeld},
};

/// The bouts as CSV in UTF-8, and what it cannot hold.
pub fn tidy_csv(project: &CodingProject) -> (Vec<u8>, Vec<NotHeld>) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in bouts(project) {
        let texts = row.into_iter().map(|cell| cell.text());
        // Memory takes everything, and all rows have the same width.
        writer.write_record(texts).expect("rows of one width");
    }
    let mut losses = Losses::default();
    let empty = project
        .observations()
        .iter()
        .filter(|one| one.events().is_empty())
        .count();
    losses.tell(
        empty,
        "observations without events",
        "the table has one row per bout; .xlsx keeps them",
    );
    (
        writer.into_inner().unwrap_or_default(),
        common_losses(project, losses).into_list(),
    )
}

/// A workbook with the sheets `bouts` and `observations`, and what it cannot hold.
///
/// # Errors
///
/// A sheet takes 1,048,576 rows.
pub fn tidy_xlsx(project: &CodingProject) -> Result<(Vec<u8>, Vec<NotHeld>), XlsxError> {
    let mut workbook = Workbook::new();
    for (name, rows) in [
        ("bouts", bouts(project)),
        ("observations", observations(project)),
    ] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        for (number, row) in rows.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            for (column, cell) in row.iter().enumerate() {
                let column = u16::try_from(column).unwrap_or(u16::MAX);
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => {
                        sheet.write_string(number, column, text)?;
                    }
                    Cell::Seconds(time) => {
                        sheet.write_number(number, column, time.seconds())?;
                    }
                    Cell::Count(count) => {
                        sheet.write_number(number, column, f64::from(*count))?;
                    }
                }
            }
        }
    }
    Ok((
        workbook.save_to_buffer()?,
        common_losses(project, Losses::default()).into_list(),
    ))
}

fn common_losses(project: &CodingProject, mut losses: Losses) -> Losses {
    losses.tell_events(
        project.events().map(|(_, event)| event),
        |event| event.behaviour.trim().is_empty(),
        "events without a behaviour",
        "a row names one; left out",
    );
    losses
}

/// A cell of either form.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Empty,
    Text(String),
    Seconds(Micros),
    Count(u32),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Seconds(time) => time.to_string(),
            Self::Count(count) => count.to_string(),
        }
    }

    fn of(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.replace('\0', "\u{fffd}"))
        }
    }

    fn of_option(text: Option<&str>) -> Self {
        Self::of(text.unwrap_or(""))
    }

    fn of_time(time: Option<Micros>) -> Self {
        time.map_or(Self::Empty, Self::Seconds)
    }
}

fn heading(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|name| Cell::of(name)).collect()
}

fn variables(project: &CodingProject) -> Vec<&str> {
    let variables = project.observations().iter().flat_map(|one| &one.variables);
    each_once(variables.map(|(name, _)| &**name))
}

fn bouts(project: &CodingProject) -> Vec<Vec<Cell>> {
    let modifiers = project
        .events()
        .flat_map(|(_, event)| event.modifiers.as_slice());
    let sets = each_once(modifiers.map(|modifier| &*modifier.set));
    let variables = variables(project);
    let mut head = heading(&[
        "observation",
        "recording",
        "coder",
        "subject",
        "target",
        "behaviour",
        "kind",
        "start_s",
        "stop_s",
        "duration_s",
    ]);
    let is_sampled = project.events().any(|(_, event)| event.sampled.is_some());
    head.extend(is_sampled.then(|| Cell::of("sample")));
    head.extend(
        sets.iter()
            .map(|set| Cell::Text(format!("{MODIFIER} {set}").trim().to_owned())),
    );
    head.extend(heading(&[
        "comment",
        "stop_comment",
        "track",
        "start_frame",
        "stop_frame",
        "window_start_s",
        "window_stop_s",
    ]));
    head.extend(
        variables
            .iter()
            .map(|name| Cell::Text(format!("{VARIABLE} {name}"))),
    );
    let mut rows = vec![head];
    let behaviours = project.scheme.behaviours.iter();
    let phases = behaviours.filter(|behaviour| behaviour.kind == BehaviourKind::Phase);
    let phases: BTreeSet<&str> = phases.map(|phase| &*phase.code).collect();
    for pair in project
        .events()
        .filter(|(_, event)| !event.behaviour.trim().is_empty())
    {
        rows.push(bout(pair, &phases, is_sampled, (&sets, &variables)));
    }
    rows
}

fn bout(
    (one, event): (&Observation, &Event),
    phases: &BTreeSet<&str>,
    is_sampled: bool,
    (sets, variables): (&[&str], &[&str]),
) -> Vec<Cell> {
    let (kind, start, stop) = match event.span {
        Span::State(interval) => {
            let kind = if phases.contains(&*event.behaviour) {
                "phase"
            } else {
                "state"
            };
            (kind, Some(interval.start()), Some(interval.stop()))
        }
        Span::Point(at) => ("point", Some(at), None),
        Span::Open { start } => ("open", Some(start), None),
        Span::Unstarted { stop } => ("unstarted", None, Some(stop)),
    };
    let duration = event.span.interval().map(Interval::length);
    let mut row = vec![
        Cell::of(&one.id),
        Cell::of_option(one.recording.as_deref()),
        Cell::of_option(one.coder.as_deref()),
        Cell::of_option(event.subject.as_deref()),
        Cell::of_option(event.target.as_deref()),
        Cell::of(&event.behaviour),
        Cell::of(kind),
        Cell::of_time(start),
        Cell::of_time(stop),
        Cell::of_time(duration),
    ];
    if is_sampled {
        let sample = event.sampled.map(|sampled| sampled.to_string());
        row.push(Cell::of_option(sample.as_deref()));
    }
    row.extend(sets.iter().map(|set| {
        let found = event
            .modifiers
            .as_slice()
            .iter()
            .find(|modifier| *modifier.set == **set);
        match found {
            None => Cell::Empty,
            Some(modifier) if modifier.values.is_empty() => Cell::of(NOTHING_CHOSEN),
            Some(modifier) => Cell::Text(modifier.values.join(SEVERAL)),
        }
    }));
    row.extend([
        Cell::of_option(event.comment.as_deref()),
        Cell::of_option(event.stop_comment.as_deref()),
        Cell::of_option(event.track.as_deref()),
        event
            .frames
            .map_or(Cell::Empty, |frames| Cell::Count(frames.start)),
        event
            .frames
            .and_then(|frames| frames.stop)
            .map_or(Cell::Empty, Cell::Count),
        Cell::of_time(one.window.map(Interval::start)),
        Cell::of_time(one.window.map(Interval::stop)),
    ]);
    row.extend(
        variables
            .iter()
            .map(|name| Cell::of_option(one.variable(name))),
    );
    row
}

fn observations(project: &CodingProject) -> Vec<Vec<Cell>> {
    let variables = variables(project);
    let mut head = heading(&[
        "observation",
        "description",
        "date",
        "recording",
        "coder",
        "kind",
        "media",
        "media_length_s",
        "time_offset_s",
        "window_start_s",
        "window_stop_s",
        "scan_every_s",
        "n_events",
    ]);
    head.extend(
        variables
            .iter()
            .map(|name| Cell::Text(format!("{VARIABLE} {name}"))),
    );
    let mut rows = vec![head];
    for one in project.observations() {
        let files: Vec<&str> = one.media.iter().map(|media| media.file.as_str()).collect();
        let kind = match one.kind {
            ObservationKind::Media => "media",
            ObservationKind::Live => "live",
            ObservationKind::Images => "images",
        };
        let mut row = vec![
            Cell::of(&one.id),
            Cell::of(&one.description),
            Cell::of(&one.date),
            Cell::of_option(one.recording.as_deref()),
            Cell::of_option(one.coder.as_deref()),
            Cell::of(kind),
            Cell::of(&files.join(SEVERAL)),
            Cell::of_time(one.media_length()),
            Cell::Seconds(one.time_offset),
            Cell::of_time(one.window.map(Interval::start)),
            Cell::of_time(one.window.map(Interval::stop)),
            Cell::of_time(one.scan_every),
            Cell::Count(u32::try_from(one.events().len()).unwrap_or(u32::MAX)),
        ];
        row.extend(
            variables
                .iter()
                .map(|name| Cell::of_option(one.variable(name))),
        );
        rows.push(row);
    }
    rows
}
