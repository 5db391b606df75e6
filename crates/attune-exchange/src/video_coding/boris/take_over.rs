//! A project in our words, and what it holds beyond them.

use std::{collections::BTreeSet, sync::Arc};

use attune_records::observation::{
    CodingProject, Interval, Media, Micros, Observation, ObservationKind,
};
use serde_json::{Map, Value};

use super::{BorisObservation, BorisProject, ethogram::text, pairing::Pairing};
use crate::{
    video_coding::{CodingFault, CodingFaults, CodingRead, NotTakenOver},
    wording::first_few,
};

/// Names under which coders are noted, since BORIS itself knows none.
const CODER_VARIABLES: [&str; 4] = ["coder", "observer", "rater", "annotator"];

/// Keys of an observation that are read, and switches of the screen that concern no data.
const KNOWN_KEYS: [&str; 16] = [
    "file",
    "type",
    "date",
    "description",
    "time offset",
    "observation time interval",
    "independent_variables",
    "media_info",
    "scan_sampling_time",
    "visualize_spectrogram",
    "visualize_waveform",
    "close_behaviors_between_videos",
    "start_from_current_time",
    "start_from_current_epoch_time",
    "media_creation_date_as_offset",
    "media_scan_sampling_duration",
];

impl BorisProject {
    /// Observations with paired events.
    ///
    /// # Errors
    ///
    /// Two observations have the same id.
    pub fn to_project(&self) -> Result<CodingRead, CodingFaults> {
        let scheme = self.scheme();
        let mut not_taken_over = self.left_of_project();
        let mut pairing = Pairing::new(&scheme);
        let observations: Vec<Observation> = self
            .observations
            .iter()
            .map(|one| {
                let events = pairing.events(&one.id, &one.rows, &mut not_taken_over);
                one.left(&mut not_taken_over);
                one.frame().with_events(events)
            })
            .collect();
        let has_stray_blanks = pairing.has_stray_blanks;
        let mut project = CodingProject::default();
        project.name = self.text("project_name").to_owned();
        project.description = self.text("project_description").to_owned();
        project.date = self.text("project_date").to_owned();
        project.scheme = scheme;
        let project = project
            .with_observations(observations)
            .ok_or_else(|| CodingFaults::from(self.same_ids()))?;
        let mut warnings = self.mended.clone();
        warnings.extend(unpaired_warnings(&project));
        if has_stray_blanks {
            warnings.push("blanks at the ends of modifiers were taken away".to_owned());
        }
        Ok(CodingRead {
            project,
            not_taken_over,
            warnings,
        })
    }

    fn same_ids(&self) -> CodingFault {
        let mut ids: Vec<&str> = self
            .observations
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
        CodingFault::new(
            "observations",
            format!("the id `{}` stands twice", twice.map_or("", |pair| pair[0])),
            "rename one of the two in a text editor; BORIS would show only the later one",
        )
    }

    /// Entries of the ethogram and of the list of subjects whose name an earlier one has.
    fn named_twice(&self) -> Vec<NotTakenOver> {
        let mut left = Vec::new();
        for (table, key, what) in [
            ("behaviors_conf", "code", "a second behaviour with the code"),
            ("subjects_conf", "name", "a second subject with the name"),
        ] {
            let mut names = BTreeSet::new();
            for name in self.entries(table).map(|entry| text(entry, key)) {
                if !names.insert(name.clone()) {
                    let why = "events cannot say which of the two they mean: the first counts";
                    left.push(NotTakenOver::new(format!("{what} `{name}`"), table, why));
                }
            }
        }
        left
    }

    fn left_of_project(&self) -> Vec<NotTakenOver> {
        let mut left = self.named_twice();
        for (key, what) in [
            ("coding_map", "modifier maps (pictures with areas)"),
            (
                "behaviors_coding_map",
                "behaviour maps (pictures with areas)",
            ),
            ("converters", "converters of time"),
        ] {
            let n = match self.rest.get(key) {
                Some(Value::Object(map)) => map.len(),
                Some(Value::Array(list)) => list.len(),
                _ => 0,
            };
            if n > 0 {
                let why = "observations have no place for it; a copy as .boris keeps it";
                left.push(NotTakenOver::new(format!("{what}: {n}"), key, why));
            }
        }
        left
    }
}

/// Bouts with one end, told once per observation.
pub(in crate::video_coding) fn unpaired_warnings(project: &CodingProject) -> Vec<String> {
    let mut warnings = Vec::new();
    for one in project.observations() {
        let bouts: Vec<String> = one
            .events()
            .iter()
            .filter(|event| event.span.is_unpaired())
            .map(|event| {
                let who = event.subject.as_deref().unwrap_or("no subject");
                let end = match event.span {
                    attune_records::observation::Span::Unstarted { .. } => "no begin",
                    _ => "no end",
                };
                format!(
                    "{} of {who} at {} s (row {}) has {end}",
                    event.behaviour,
                    event.span.begin(),
                    event.row
                )
            })
            .collect();
        if !bouts.is_empty() {
            warnings.push(format!(
                "observation `{}`: {}; kept as bouts with one end, without a duration",
                one.id,
                first_few(&bouts, 5)
            ));
        }
    }
    warnings
}

impl BorisObservation {
    /// The observation without its events.
    fn frame(&self) -> Observation {
        let value = |key: &str| self.rest.get(key);
        let micros = |key: &str| {
            let seconds = value(key).and_then(Value::as_f64)?;
            Micros::from_seconds(seconds)
        };
        let rest = Value::Object(self.rest.clone());
        let media = self.media();
        let variables: Vec<(Arc<str>, String)> = value("independent_variables")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, value)| (Arc::from(name.as_str()), plain(value)))
            .collect();
        let mut one = Observation::new(self.id.as_str());
        one.description = text(&rest, "description");
        one.date = text(&rest, "date");
        one.recording = media.first().map(|first| Arc::from(file_name(&first.file)));
        one.coder = coder(&variables);
        one.kind = match text(&rest, "type").as_str() {
            "LIVE" => ObservationKind::Live,
            "IMAGES" => ObservationKind::Images,
            _ => ObservationKind::Media,
        };
        one.media = media;
        one.time_offset = micros("time offset").unwrap_or_default();
        one.window = self.window();
        one.scan_every = micros("scan_sampling_time").filter(|every| *every > Micros::ZERO);
        one.variables = variables;
        one
    }

    /// `observation time interval`; zeros mean none.
    fn window(&self) -> Option<Interval> {
        let ends = self.rest.get("observation time interval")?.as_array()?;
        let end = |index: usize| Micros::from_seconds(ends.get(index)?.as_f64()?);
        Interval::new(end(0)?, end(1)?).filter(|window| !window.is_empty())
    }

    pub(super) fn media(&self) -> Vec<Media> {
        let players = self.rest.get("file").and_then(Value::as_object);
        let info = self.rest.get("media_info");
        let of_file = |key: &str, file: &str| info?.get(key)?.get(file);
        let mut media = Vec::new();
        for (player, files) in players.into_iter().flatten() {
            let (Ok(number), Some(files)) = (player.parse(), files.as_array()) else {
                continue;
            };
            let offset = of_file("offset", player).and_then(Value::as_f64);
            for file in files.iter().filter_map(Value::as_str) {
                let number_of = |key| of_file(key, file).and_then(Value::as_f64);
                media.push(Media {
                    player: number,
                    offset: offset.and_then(Micros::from_seconds).unwrap_or_default(),
                    length: number_of("length").and_then(Micros::from_seconds),
                    frames_per_second: number_of("fps"),
                    has_video: of_file("hasVideo", file).and_then(Value::as_bool),
                    has_audio: of_file("hasAudio", file).and_then(Value::as_bool),
                    ..Media::new(file)
                });
            }
        }
        media
    }

    fn left(&self, not_taken_over: &mut Vec<NotTakenOver>) {
        let place = format!("observation `{}`", self.id);
        let is_filled = |value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            Value::Bool(true) | Value::Number(_) => true,
        };
        for (key, value) in &self.rest {
            if !KNOWN_KEYS.contains(&key.as_str()) && is_filled(value) {
                let why = "observations have no place for it; a copy as .boris keeps it";
                not_taken_over.push(NotTakenOver::new(format!("`{key}`"), place.as_str(), why));
            }
        }
        let has_path =
            |row: &&super::BorisRow| row.more.as_ref().is_some_and(|more| more.len() > 1);
        let n = self.rows.iter().filter(has_path).count();
        if n > 0 {
            not_taken_over.push(NotTakenOver::new(
                format!("paths of pictures of {n} events"),
                place,
                "events keep the number of the picture, not its path",
            ));
        }
    }
}

/// The coder, where a variable names one.
pub(in crate::video_coding) fn coder(variables: &[(Arc<str>, String)]) -> Option<Arc<str>> {
    let is_coder = |name: &str| CODER_VARIABLES.contains(&name.trim().to_lowercase().as_str());
    let (_, coder) = variables.iter().find(|(name, _)| is_coder(name))?;
    (!coder.trim().is_empty()).then(|| Arc::from(coder.trim()))
}

/// The part of a path after its last separator.
pub(in crate::video_coding) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// JSON object of the keys in order.
pub(super) fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
