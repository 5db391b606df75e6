//! Observations as our own table: bouts as CSV, or bouts and observations as two sheets.

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodingProject, Event, Interval, Micros, Observation, ObservationKind, Rated,
    Sample, Span,
};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::tidy::{ANSWERED, MODIFIER, NOT_CODABLE, NOTHING_CHOSEN, SEVERAL, VARIABLE};
use crate::video_coding::{
    each_once::each_once,
    not_held::{Losses, NotHeld},
};

/// The bouts as CSV in UTF-8, and what it cannot hold.
pub fn tidy_csv(project: &CodingProject) -> (Vec<u8>, Vec<NotHeld>) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in bouts(project) {
        let texts = row.iter().map(|cell| match cell {
            Cell::Text(text) => without_formula(text),
            other => other.text(),
        });
        // Memory takes everything, and all rows have the same width.
        writer.write_record(texts).expect("rows of one width");
    }
    let mut losses = Losses::default();
    let empty = project
        .observations()
        .iter()
        .filter(|one| {
            one.events().is_empty() && one.not_codable.is_empty() && one.samples.is_empty()
        })
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

/// A spreadsheet would compute what begins like a formula: such texts get an apostrophe, as it writes them
/// itself, which is taken away when the table is read again.
fn without_formula(text: &str) -> String {
    let bare = text.trim_start_matches('\'');
    let is_number = bare.parse::<f64>().is_ok();
    if begins_like_a_formula(bare) && !is_number {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Whether a spreadsheet would take a text for a formula.
pub(super) fn begins_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A workbook with the sheets `bouts` and `observations`, where there are any `media` and `ratings`, and what
/// it cannot hold.
///
/// # Errors
///
/// A sheet takes 1,048,576 rows.
pub fn tidy_xlsx(project: &CodingProject) -> Result<(Vec<u8>, Vec<NotHeld>), XlsxError> {
    let mut workbook = Workbook::new();
    // Without a fixed day the file would hold the time of writing: the same codings are the same file.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for (name, rows) in [
        ("bouts", bouts(project)),
        ("observations", observations(project)),
        ("media", media(project)),
        ("ratings", ratings(project)),
    ] {
        let is_needed = rows.len() > 1 || matches!(name, "bouts" | "observations");
        if !is_needed {
            continue;
        }
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
                    Cell::Number(value) => {
                        sheet.write_number(number, column, *value)?;
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
    losses.tell_events(
        project.events().map(|(_, event)| event),
        |event| {
            let modifiers = event.modifiers.as_slice().iter();
            let mut values = modifiers.flat_map(|modifier| &modifier.values);
            values.any(|value| value.contains(SEVERAL.trim()))
        },
        "events with `;` in a choice of a modifier",
        "it parts several choices: read again as two",
    );
    losses
}

/// A cell of either form.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Empty,
    Text(String),
    Seconds(Micros),
    Number(f64),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Seconds(time) => time.to_string(),
            Self::Number(number) => number.to_string(),
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

    fn of_count(count: Option<u32>) -> Self {
        count.map_or(Self::Empty, |count| Self::Number(f64::from(count)))
    }

    fn of_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Empty, |truth| {
            Self::of(if truth { "yes" } else { "no" })
        })
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
    let is_sampled = project.events().any(|(_, event)| event.sampled.is_some())
        || project
            .observations()
            .iter()
            .any(|one| !one.samples.is_empty());
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
    let width = rows[0].len();
    for one in project.observations() {
        let named = |event: &&Event| !event.behaviour.trim().is_empty();
        for event in one.events().iter().filter(named) {
            rows.push(bout((one, event), &phases, is_sampled, (&sets, &variables)));
        }
        rows.extend(
            one.not_codable
                .iter()
                .map(|stretch| not_codable(one, *stretch, width)),
        );
        let answered = one.samples.iter().map(|sample| (None, ANSWERED, sample));
        let not_seen = one
            .not_seen
            .iter()
            .map(|it| (Some(&*it.subject), NOT_CODABLE, &it.sample));
        let of_samples = answered.chain(not_seen);
        rows.extend(of_samples.map(|of| of_sample(one, of, width)));
    }
    rows
}

/// A stretch in which nobody could code, with the behaviour that a study's file of codings has for it.
fn not_codable(one: &Observation, stretch: Interval, width: usize) -> Vec<Cell> {
    let mut row = vec![
        Cell::of(&one.id),
        Cell::of_option(one.recording.as_deref()),
        Cell::of_option(one.coder.as_deref()),
        Cell::Empty,
        Cell::Empty,
        Cell::of(NOT_CODABLE),
        Cell::of(NOT_CODABLE),
        Cell::Seconds(stretch.start()),
        Cell::Seconds(stretch.stop()),
        Cell::Seconds(stretch.length()),
    ];
    row.resize(width, Cell::Empty);
    row
}

/// That a sample was answered, or that somebody could not be seen in it.
fn of_sample(
    one: &Observation,
    (subject, kind, sample): (Option<&str>, &str, &Sample),
    width: usize,
) -> Vec<Cell> {
    let mut row = not_codable(one, sample.interval, width);
    row[3] = Cell::of_option(subject);
    (row[5], row[6]) = (Cell::of(kind), Cell::of(kind));
    row[10] = Cell::Text(sample.sampled.to_string());
    row
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
        Cell::of_count(event.frames.map(|frames| frames.start)),
        Cell::of_count(event.frames.and_then(|frames| frames.stop)),
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
            Cell::Number(one.events().len() as f64),
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

/// One row per file of each player.
fn media(project: &CodingProject) -> Vec<Vec<Cell>> {
    let mut rows = vec![heading(&[
        "observation",
        "file",
        "player",
        "offset_s",
        "length_s",
        "frames_per_second",
        "has_video",
        "has_audio",
        "media_type",
    ])];
    for one in project.observations() {
        rows.extend(one.media.iter().map(|media| {
            vec![
                Cell::of(&one.id),
                Cell::of(&media.file),
                Cell::of_count(Some(media.player)),
                Cell::Seconds(media.offset),
                Cell::of_time(media.length),
                media.frames_per_second.map_or(Cell::Empty, Cell::Number),
                Cell::of_truth(media.has_video),
                Cell::of_truth(media.has_audio),
                Cell::of_option(media.media_type.as_deref()),
            ]
        }));
    }
    rows
}

/// One row per rating.
fn ratings(project: &CodingProject) -> Vec<Vec<Cell>> {
    let mut rows = vec![heading(&[
        "observation",
        "item",
        "subject",
        "phase",
        "points",
    ])];
    for one in project.observations() {
        rows.extend(one.ratings.iter().map(|rating| {
            vec![
                Cell::of(&one.id),
                Cell::of(&rating.item),
                Cell::of_option(rating.subject.as_deref()),
                Cell::of_option(rating.phase.as_deref()),
                match rating.rated {
                    Rated::Points(points) => Cell::Number(points),
                    Rated::NotCodable => Cell::of(NOT_CODABLE),
                },
            ]
        }));
    }
    rows
}
