//! BORIS, one row per event: begin and end of a state say what they are, so that nothing depends on
//! their order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    CodingProject, Event, Interval, Media, Micros, Modifier, Modifiers, Observation, Span,
    VariableDefinition,
};

use super::grid::{Columns, Grid, Row};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead,
    boris::{coder, file_name, read_modifiers, unpaired_warnings},
    intern::Interner,
    tracks::scheme_of_events,
};

/// Where BORIS says that nobody was the focal subject.
pub(super) const NO_FOCAL_SUBJECT: &str = "No focal subject";

/// Columns with a meaning of their own; others are variables.
const KNOWN: [&str; 26] = [
    "time",
    "media file path",
    "media file",
    "media file name",
    "source",
    "total length",
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
    "description",
    "time offset (s)",
    "coding duration",
    "observation duration by subject by observation",
    "image index",
    "image file path",
];

/// Reads rows below the headings; what stands above them describes the one observation.
pub(super) fn to_project(
    grid: &Grid,
    heading: usize,
    name: &str,
) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let above = Above::read(&grid.rows[..heading], name);
    let id_column = columns.place(&["observation id"]);
    let mut groups: Vec<(String, Vec<&Row>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in &grid.rows[heading + 1..] {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = match columns.cell(row, id_column) {
            "" => above.id.clone(),
            id => id.to_owned(),
        };
        let place = *places.entry(id.clone()).or_insert_with(|| {
            groups.push((id, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    if groups.is_empty() {
        groups.push((above.id.clone(), Vec::new()));
    }
    let mut faults = Vec::new();
    let mut observations = Vec::new();
    let mut all_events = Vec::new();
    let mut interner = Interner::default();
    for (id, rows) in groups {
        let events = events(&columns, &rows, &mut interner, &mut faults);
        let mut one = Observation::new(id);
        above.describe(&mut one);
        describe(&mut one, &columns, &rows);
        all_events.extend(events.iter().cloned());
        observations.push(one.with_events(events));
    }
    if let Some(faults) = CodingFaults::of(faults) {
        return Err(faults);
    }
    let mut project = CodingProject::default();
    project.scheme = scheme_of_events(&all_events);
    project.scheme.variables = definitions(&observations);
    let project = project
        .with_observations(observations)
        .expect("groups are told apart by their names");
    let mut warnings = grid.warnings.clone();
    warnings.extend(unpaired_warnings(&project));
    Ok(CodingRead {
        project,
        not_taken_over: Vec::new(),
        warnings,
    })
}

/// Definitions of all variables of observations.
pub(super) fn definitions(observations: &[Observation]) -> Vec<VariableDefinition> {
    let mut definitions: Vec<VariableDefinition> = Vec::new();
    let mut known: BTreeSet<&Arc<str>> = BTreeSet::new();
    for (name, _) in observations.iter().flat_map(|one| &one.variables) {
        if known.insert(name) {
            definitions.push(VariableDefinition {
                name: Arc::clone(name),
                ..VariableDefinition::default()
            });
        }
    }
    definitions
}

fn events(
    columns: &Columns<'_>,
    rows: &[&Row],
    interner: &mut Interner,
    faults: &mut Vec<CodingFault>,
) -> Vec<Event> {
    let time = columns.place(&["time"]);
    let status = columns.place(&["status", "behavior type"]);
    let comment = columns.place(&["comment"]);
    let mut timed = Vec::with_capacity(rows.len());
    for row in rows {
        let micros = columns.number(row, time).and_then(Micros::from_seconds);
        let status = columns.cell(row, status).to_uppercase();
        let is_known = ["START", "STOP", "POINT"].contains(&status.as_str());
        match micros {
            Some(micros) if is_known => timed.push((micros, status, *row)),
            Some(_) => faults.push(CodingFault::new(
                format!("row {}", row.number),
                format!("`{status}` is neither START, STOP nor POINT"),
                "export the events from BORIS again, or correct the cell",
            )),
            None => faults.push(CodingFault::new(
                format!("row {}, column Time", row.number),
                format!("`{}` is no time in seconds", columns.cell(row, time)),
                "export the events with times in seconds, or delete the row",
            )),
        }
    }
    timed.sort_by_key(|(time, _, _)| *time);
    let mut events: Vec<Event> = Vec::new();
    let mut begun: BTreeMap<Key, usize> = BTreeMap::new();
    for (time, status, row) in timed {
        let event = described(columns, row, interner);
        let key = (
            event.subject.clone(),
            Arc::clone(&event.behaviour),
            event.modifiers.clone(),
        );
        let text = columns.cell(row, comment);
        let text = (!text.is_empty()).then(|| interner.shared(text));
        match status.as_str() {
            "POINT" => events.push(Event {
                span: Span::Point(time),
                comment: text,
                ..event
            }),
            "START" => {
                begun.insert(key, events.len());
                events.push(Event {
                    span: Span::Open { start: time },
                    comment: text,
                    ..event
                });
            }
            _ => match begun.remove(&key) {
                Some(bout) => {
                    let bout: &mut Event = &mut events[bout];
                    if let Some(interval) = Interval::new(bout.span.begin(), time) {
                        bout.span = Span::State(interval);
                    }
                    bout.stop_comment = text;
                    bout.stop_row = Some(row.number);
                }
                None => events.push(Event {
                    span: Span::Unstarted { stop: time },
                    stop_comment: text,
                    ..event
                }),
            },
        }
    }
    events
}

/// What bouts are paired by: subject, behaviour and modifiers.
type Key = (Option<Arc<str>>, Arc<str>, Modifiers);

/// Subject, behaviour and modifiers of a row; the time comes later.
pub(super) fn described(columns: &Columns<'_>, row: &Row, interner: &mut Interner) -> Event {
    let mut cell = |names: &[&str]| interner.shared(columns.cell(row, columns.place(names)));
    let behaviour = cell(&["behavior"]);
    let subject = cell(&["subject"]);
    let modifiers = cell(&["modifiers"]);
    let numbered = columns.beginning("modifier #");
    let modifiers = if numbered.is_empty() {
        read_modifiers(
            &attune_records::observation::SchemeAsRead::default(),
            "",
            &modifiers,
        )
    } else {
        let modifier = |(place, number): &(usize, &str)| Modifier {
            set: interner.shared(&format!("Modifier #{number}")),
            values: match columns.cell(row, Some(*place)) {
                "" | "None" | "NA" => Vec::new(),
                value => vec![Arc::from(value)],
            },
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

/// What the columns of the first row say of an observation.
fn describe(one: &mut Observation, columns: &Columns<'_>, rows: &[&Row]) {
    let Some(first) = rows.first() else {
        return;
    };
    describe_by_row(one, columns, rows, first);
}

/// Date, media, variables and window from columns that repeat in every row.
pub(super) fn describe_by_row(
    one: &mut Observation,
    columns: &Columns<'_>,
    rows: &[&Row],
    first: &Row,
) {
    let cell = |names: &[&str]| columns.cell(first, columns.place(names));
    if one.date.is_empty() {
        cell(&["observation date"]).clone_into(&mut one.date);
    }
    if one.description.is_empty() {
        cell(&["description"]).clone_into(&mut one.description);
    }
    let kind = cell(&["observation type"]);
    let media_column = columns.place(&["media file path", "media file name", "media file"]);
    let mut files: Vec<&str> = Vec::new();
    for row in rows {
        let file = columns.cell(row, media_column);
        if !matches!(file, "" | "NA" | "LIVE" | "N/A") && !files.contains(&file) {
            files.push(file);
        }
    }
    let is_live = kind.to_lowercase().contains("live") || cell(&["media file"]) == "LIVE";
    if is_live {
        one.kind = attune_records::observation::ObservationKind::Live;
    }
    let rate = columns.number(first, columns.place(&["fps", "fps (frame/s)"]));
    if one.media.is_empty() {
        one.media = files.iter().map(|file| Media::new(*file)).collect();
    }
    for media in &mut one.media {
        media.frames_per_second = media.frames_per_second.or(rate);
    }
    let length = columns.number(
        first,
        columns.place(&["total length", "media duration (s)"]),
    );
    if let Some(stop) = length.and_then(Micros::from_seconds).filter(|_| !is_live) {
        one.window = one.window.or(Interval::new(Micros::ZERO, stop));
    }
    let variables = columns.others(&KNOWN_ALL, &["modifier #"]);
    for (place, heading) in variables {
        if !one.variables.iter().any(|(name, _)| **name == *heading) {
            let value = columns.cell(first, Some(place)).to_owned();
            one.variables.push((Arc::from(heading), value));
        }
    }
    one.coder = coder(&one.variables);
    one.recording = one
        .media
        .first()
        .map(|media| Arc::from(file_name(&media.file)));
}

/// Known columns of both forms.
const KNOWN_ALL: [&str; 35] = {
    let mut all = [""; 35];
    let mut place = 0;
    while place < KNOWN.len() {
        all[place] = KNOWN[place];
        place += 1;
    }
    let of_bouts = [
        "start (s)",
        "stop (s)",
        "duration (s)",
        "comment start",
        "comment stop",
        "image index start",
        "image index stop",
        "image file path start",
        "image file path stop",
    ];
    while place < all.len() {
        all[place] = of_bouts[place - KNOWN.len()];
        place += 1;
    }
    all
};

/// What older exports write above the headings.
struct Above {
    id: String,
    date: String,
    description: String,
    offset: Micros,
    media: Vec<Media>,
    variables: Vec<(Arc<str>, String)>,
}

impl Above {
    fn read(rows: &[Row], name: &str) -> Self {
        let mut above = Self {
            id: name.to_owned(),
            date: String::new(),
            description: String::new(),
            offset: Micros::ZERO,
            media: Vec::new(),
            variables: Vec::new(),
        };
        let mut in_variables = false;
        for row in rows {
            let cell = |place: usize| row.cells.get(place).map_or("", |cell| cell.trim());
            let value = cell(1);
            match super::plain(cell(0)).as_str() {
                "" => in_variables = false,
                "variable" if value == "value" => in_variables = true,
                _ if in_variables => {
                    above.variables.push((Arc::from(cell(0)), value.to_owned()));
                }
                "observation id" => value.clone_into(&mut above.id),
                "observation date" => value.clone_into(&mut above.date),
                "description" => value.clone_into(&mut above.description),
                "time offset (s)" => {
                    above.offset = Micros::from_decimal(value).unwrap_or_default();
                }
                player if player.starts_with("player #") => {
                    let number = player["player #".len()..].trim().parse().unwrap_or(1);
                    let files = row.cells[1..].iter().map(|file| file.trim());
                    above
                        .media
                        .extend(files.filter(|file| !file.is_empty()).map(|file| Media {
                            player: number,
                            ..Media::new(file)
                        }));
                }
                _ => {}
            }
        }
        above
    }

    fn describe(&self, one: &mut Observation) {
        one.date.clone_from(&self.date);
        one.description.clone_from(&self.description);
        one.time_offset = self.offset;
        one.media.clone_from(&self.media);
        one.variables.clone_from(&self.variables);
    }
}
