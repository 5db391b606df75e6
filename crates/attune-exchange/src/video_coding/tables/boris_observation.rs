//! What a table of BORIS says of an observation: in columns that repeat in every row, or, in older
//! exports, above the headings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    Event, Interval, Media, Micros, Observation, ObservationKind, SchemeAsRead, VariableDefinition,
};

use super::{
    boris_columns::{NOTHING, variables},
    grid::{Columns, Row},
};
use crate::{
    cell::read_number,
    video_coding::{
        boris::{coder, file_name},
        tracks::scheme_of_events,
    },
};

/// Date, media, variables and window from columns that repeat in every row.
pub(super) fn describe_by_rows(one: &mut Observation, columns: &Columns<'_>, rows: &[&Row]) {
    let Some(first) = rows.first() else {
        return;
    };
    let cell = |names: &[&str]| columns.cell(first, columns.place(names));
    if one.date.is_empty() {
        cell(&["observation date"]).clone_into(&mut one.date);
    }
    if one.description.is_empty() {
        cell(&["description"]).clone_into(&mut one.description);
    }
    if let Some(offset) = micros(columns, first, "time offset (s)") {
        one.time_offset = offset;
    }
    let kind = cell(&["observation type"]).to_lowercase();
    let is_live = kind.contains("live") || cell(&["media file"]) == "LIVE";
    if is_live {
        one.kind = ObservationKind::Live;
    } else if kind.contains("picture") || kind.contains("image") {
        one.kind = ObservationKind::Images;
    }
    if one.media.is_empty() && one.kind == ObservationKind::Media {
        one.media = media(columns, rows, first);
    }
    let rate = columns.number(first, columns.place(&["fps", "fps (frame/s)"]));
    for media in &mut one.media {
        media.frames_per_second = media.frames_per_second.or(rate);
    }
    let interval = (
        micros(columns, first, "observation interval start"),
        micros(columns, first, "observation interval stop"),
    );
    let length = micros(columns, first, "total length")
        .or_else(|| micros(columns, first, "media duration (s)"))
        .filter(|_| !is_live);
    one.window = match interval {
        (Some(start), Some(stop)) => Interval::new(start, stop),
        _ => length.and_then(|stop| Interval::new(Micros::ZERO, stop)),
    };
    let mut known: BTreeSet<Arc<str>> =
        one.variables.iter().map(|(name, _)| name.clone()).collect();
    for (place, heading) in variables(columns) {
        let name: Arc<str> = Arc::from(heading);
        if known.insert(Arc::clone(&name)) {
            let value = columns.cell(first, Some(place)).to_owned();
            one.variables.push((name, value));
        }
    }
    one.coder = coder(&one.variables);
    one.recording = one
        .media
        .first()
        .map(|media| Arc::from(file_name(&media.file)));
}

fn micros(columns: &Columns<'_>, row: &Row, name: &str) -> Option<Micros> {
    columns
        .number(row, columns.place(&[name]))
        .and_then(Micros::from_seconds)
}

/// Every file of every player from `Source`; otherwise those that rows name.
fn media(columns: &Columns<'_>, rows: &[&Row], first: &Row) -> Vec<Media> {
    let cell = |names: &[&str]| columns.cell(first, columns.place(names));
    let mut media = of_source(cell(&["source"]));
    if media.is_empty() {
        let place = columns.place(&["media file path", "media file name", "media file"]);
        let mut files: Vec<&str> = Vec::new();
        for row in rows {
            let file = columns.cell(row, place);
            if !matches!(file, "" | NOTHING | "LIVE" | "N/A" | "Not found")
                && !files.contains(&file)
            {
                files.push(file);
            }
        }
        return files.into_iter().map(Media::new).collect();
    }
    let lengths = of_files(cell(&["media duration (s)"]));
    let rates = of_files(cell(&["fps", "fps (frame/s)"]));
    if lengths.len() == media.len() {
        for (one, length) in media.iter_mut().zip(lengths) {
            one.length = length.and_then(Micros::from_seconds);
        }
    }
    if rates.len() == media.len() {
        for (one, rate) in media.iter_mut().zip(rates) {
            one.frames_per_second = rate;
        }
    }
    media
}

/// `player #1:a.mp4;b.mp4|player #2:c.mp4`.
fn of_source(text: &str) -> Vec<Media> {
    let mut media = Vec::new();
    for part in text.split("player #").skip(1) {
        let Some((number, files)) = part.split_once(':') else {
            continue;
        };
        let Ok(player) = number.trim().parse() else {
            continue;
        };
        let files = files.trim_end_matches(['|', ' ']).split(';').map(str::trim);
        media.extend(files.filter(|file| !file.is_empty()).map(|file| Media {
            player,
            ..Media::new(file)
        }));
    }
    media
}

/// Numbers of files in the order of `Source`: `10.000;20.000|30.000`.
fn of_files(text: &str) -> Vec<Option<f64>> {
    let parts = text.split(['|', ';']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| read_number(part, true).ok())
        .collect()
}

/// The scheme that rows imply, with the categories that they name.
pub(super) fn scheme(
    events: &[Event],
    categories: &BTreeMap<Arc<str>, Arc<str>>,
    observations: &[Observation],
) -> SchemeAsRead {
    let mut scheme = scheme_of_events(events);
    for behaviour in &mut scheme.behaviours {
        if let Some(category) = categories.get(&behaviour.code) {
            behaviour.category = category.to_string();
            if !scheme.categories.contains(&behaviour.category) {
                scheme.categories.push(behaviour.category.clone());
            }
        }
    }
    scheme.variables = definitions(observations);
    scheme
}

/// Notes the category of a row's behaviour.
pub(super) fn category(
    columns: &Columns<'_>,
    row: &Row,
    behaviour: &Arc<str>,
    categories: &mut BTreeMap<Arc<str>, Arc<str>>,
) {
    let category = columns.cell(row, columns.place(&["behavioral category"]));
    if !matches!(category, "" | "Not defined" | NOTHING) && !categories.contains_key(behaviour) {
        categories.insert(Arc::clone(behaviour), Arc::from(category));
    }
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

/// What older exports write above the headings.
pub(super) struct Above {
    /// Of the observation; the name of the file where none is written.
    pub id: String,
    date: String,
    description: String,
    offset: Micros,
    media: Vec<Media>,
    variables: Vec<(Arc<str>, String)>,
}

impl Above {
    /// Reads the rows above the headings.
    pub fn read(rows: &[Row], name: &str) -> Self {
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

    /// Says it of the observation.
    pub fn describe(&self, one: &mut Observation) {
        one.date.clone_from(&self.date);
        one.description.clone_from(&self.description);
        one.time_offset = self.offset;
        one.media.clone_from(&self.media);
        one.variables.clone_from(&self.variables);
    }
}
