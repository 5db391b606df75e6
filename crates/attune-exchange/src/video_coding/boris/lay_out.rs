//! Observations as a BORIS project.

mod ethogram;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodingProject, Interval, Micros, ModifierKind, ModifierSet,
    Modifiers, Observation, ObservationKind, Span, VariableKind,
};
use serde_json::{Map, Value, json};

use self::ethogram::{Ethogram, numbered};
use super::{BorisObservation, BorisProject, BorisRow, take_over::object};
use crate::video_coding::{
    each_once::each_once,
    intern::Interner,
    not_held::{Losses, NotHeld},
};

/// The date of what has none, since BORIS wants one.
const NO_DATE: &str = "1970-01-01T00:00:00";

impl BorisProject {
    /// The project, and what it cannot hold.
    pub fn of_project(project: &CodingProject) -> (Self, Vec<NotHeld>) {
        let ethogram = Ethogram::of(project);
        let mut interner = Interner::default();
        let mut left = LeftEvents::default();
        let observations: Vec<BorisObservation> = project
            .observations()
            .iter()
            .map(|one| BorisObservation {
                id: one.id.to_string(),
                rest: described(one),
                rows: rows(one, &ethogram, &mut interner, &mut left),
            })
            .collect();
        let date = if project.date.is_empty() {
            NO_DATE
        } else {
            &project.date
        };
        let rest = object([
            ("time_format", json!("hh:mm:ss")),
            ("project_date", json!(date.replace(' ', "T"))),
            ("project_name", json!(project.name)),
            ("project_description", json!(project.description)),
            ("project_format_version", json!("7.0")),
            ("subjects_conf", subjects(project)),
            ("behaviors_conf", ethogram.to_json()),
            ("behavioral_categories", json!(ethogram.categories())),
            ("independent_variables", variables(project)),
            ("coding_map", json!({})),
            ("behaviors_coding_map", json!([])),
            ("converters", json!({})),
        ]);
        let written = Self {
            rest,
            observations,
            mended: Vec::new(),
        };
        (written, losses(project, &left))
    }
}

fn subjects(project: &CodingProject) -> Value {
    let known = &project.scheme.subjects;
    let mut names: BTreeSet<&str> = known.iter().map(|subject| &*subject.name).collect();
    let mut others: Vec<&str> = Vec::new();
    for subject in project
        .events()
        .filter_map(|(_, event)| event.subject.as_deref())
    {
        if names.insert(subject) {
            others.push(subject);
        }
    }
    let of_scheme = known.iter().map(|subject| {
        json!({"key": subject.key, "name": &*subject.name, "description": subject.description})
    });
    let of_events = others
        .iter()
        .map(|name| json!({"key": "", "name": name, "description": ""}));
    numbered(of_scheme.chain(of_events))
}

/// Variables of an observation; coder and recording become variables where none says the same.
fn values(one: &Observation) -> Vec<(&str, &str)> {
    let mut values: Vec<(&str, &str)> = one
        .variables
        .iter()
        .map(|(name, value)| (&**name, value.as_str()))
        .collect();
    let coder = one
        .coder
        .as_deref()
        .filter(|_| super::take_over::coder(&one.variables).is_none());
    let recording = one.recording.as_deref().filter(|_| one.media.is_empty());
    for (name, value) in [("coder", coder), ("recording", recording)] {
        if let Some(value) = value
            && !values.iter().any(|(known, _)| *known == name)
        {
            values.push((name, value));
        }
    }
    values
}

fn variables(project: &CodingProject) -> Value {
    let known = &project.scheme.variables;
    let defined: BTreeSet<&str> = known.iter().map(|variable| &*variable.name).collect();
    let values = project.observations().iter().flat_map(values);
    let others = values.map(|(name, _)| name);
    let others = each_once(others.filter(|name| !defined.contains(name)));
    let of_scheme = known.iter().map(|variable| {
        let kind = match variable.kind {
            VariableKind::Number => "numeric",
            VariableKind::Text => "text",
            VariableKind::Choice => "value from set",
            VariableKind::Timestamp => "timestamp",
        };
        json!({
            "label": &*variable.name, "description": variable.description, "type": kind,
            "default value": variable.default, "possible values": variable.choices.join(","),
        })
    });
    let of_observations = others.iter().map(|name| {
        json!({"label": name, "description": "", "type": "text", "default value": "", "possible values": ""})
    });
    numbered(of_scheme.chain(of_observations))
}

/// Everything of an observation but its rows.
fn described(one: &Observation) -> Map<String, Value> {
    let kind = match one.kind {
        ObservationKind::Media if one.media.is_empty() => "LIVE",
        ObservationKind::Media => "MEDIA",
        ObservationKind::Live => "LIVE",
        ObservationKind::Images => "IMAGES",
    };
    let window = one.window.map_or([0.0, 0.0], |window| {
        [window.start().seconds(), window.stop().seconds()]
    });
    let mut files: BTreeMap<u32, Vec<&str>> = (1..=8).map(|player| (player, vec![])).collect();
    let (mut length, mut rate) = (Map::new(), Map::new());
    let (mut has_video, mut has_audio, mut offset) = (Map::new(), Map::new(), Map::new());
    for media in &one.media {
        files.entry(media.player).or_default().push(&media.file);
        offset.insert(media.player.to_string(), json!(media.offset.seconds()));
        let add = |map: &mut Map<String, Value>, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(media.file.clone(), value);
            }
        };
        add(
            &mut length,
            media.length.map(|length| json!(length.seconds())),
        );
        add(&mut rate, media.frames_per_second.map(|rate| json!(rate)));
        add(&mut has_video, media.has_video.map(|has| json!(has)));
        add(&mut has_audio, media.has_audio.map(|has| json!(has)));
    }
    let files: Map<String, Value> = files
        .into_iter()
        .map(|(player, files)| (player.to_string(), json!(files)))
        .collect();
    let values: Map<String, Value> = values(one)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let date = if one.date.is_empty() {
        NO_DATE
    } else {
        &one.date
    };
    object([
        ("file", Value::Object(files)),
        ("type", json!(kind)),
        ("date", json!(date.replace(' ', "T"))),
        ("description", json!(one.description)),
        ("time offset", json!(one.time_offset.seconds())),
        ("observation time interval", json!(window)),
        ("independent_variables", Value::Object(values)),
        ("visualize_spectrogram", json!(false)),
        ("visualize_waveform", json!(false)),
        ("close_behaviors_between_videos", json!(false)),
        (
            "scan_sampling_time",
            json!(one.scan_every.unwrap_or_default().seconds()),
        ),
        ("start_from_current_time", json!(false)),
        (
            "media_info",
            json!({
                "length": length, "fps": rate, "hasVideo": has_video, "hasAudio": has_audio,
                "offset": offset,
            }),
        ),
    ])
}

/// Events that no rows of BORIS can stand for.
#[derive(Default)]
struct LeftEvents {
    overlapping: usize,
    unpaired: usize,
    other_kind: usize,
    barred: usize,
}

fn rows(
    one: &Observation,
    ethogram: &Ethogram,
    interner: &mut Interner,
    left: &mut LeftEvents,
) -> Vec<BorisRow> {
    // Of each subject, code and modifiers: until when the last bout lasts, and whether it is open.
    let mut last: BTreeMap<(Option<&str>, &str, &Modifiers), (Micros, bool)> = BTreeMap::new();
    let mut rows: Vec<(Micros, BorisRow)> = Vec::new();
    for event in one.events() {
        let Some(behaviour) = ethogram.of_code(&event.behaviour) else {
            continue;
        };
        if event.span.is_point() != (behaviour.kind == BehaviourKind::Point) {
            left.other_kind += 1;
            continue;
        }
        let key = (
            event.subject.as_deref(),
            &*event.behaviour,
            &event.modifiers,
        );
        let (ends, is_open) = match event.span {
            Span::Point(at) => (vec![at], false),
            Span::State(interval) => (vec![interval.start(), interval.stop()], false),
            Span::Open { start } => (vec![start], true),
            Span::Unstarted { .. } => {
                left.unpaired += 1;
                continue;
            }
        };
        if !event.span.is_point() {
            match last.get(&key) {
                Some((_, true)) => {
                    left.unpaired += 1;
                    continue;
                }
                Some((until, false)) if *until > ends[0] => {
                    left.overlapping += 1;
                    continue;
                }
                _ => last.insert(key, (event.span.end(), is_open)),
            };
        }
        let modifiers = modifiers_text(behaviour, &event.modifiers, &mut left.barred);
        for (place, time) in ends.into_iter().enumerate() {
            let comment = if place == 0 {
                &event.comment
            } else {
                &event.stop_comment
            };
            let frame = event.frames.and_then(|frames| match place {
                0 => Some(frames.start),
                _ => frames.stop,
            });
            let row = BorisRow {
                time: Some(time.seconds()),
                subject: interner.shared(event.subject.as_deref().unwrap_or("")),
                code: Arc::clone(&event.behaviour),
                modifiers: interner.shared(&modifiers),
                comment: interner.shared(comment.as_deref().unwrap_or("")),
                more: frame.map(|frame| vec![json!(frame)].into()),
            };
            rows.push((time, row));
        }
    }
    rows.sort_by_key(|(time, _)| *time);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// `a|b,c|None`, set by set of the behaviour.
fn modifiers_text(behaviour: &CodedBehaviour, modifiers: &Modifiers, barred: &mut usize) -> String {
    if modifiers.as_slice().is_empty() {
        return String::new();
    }
    let mut of_set = |set: &ModifierSet| match modifiers.of_set(&set.name) {
        [] => "None".to_owned(),
        values if set.kind == ModifierKind::Several => {
            let parted: Vec<String> = values.iter().map(|value| value.replace(',', ";")).collect();
            *barred += usize::from(values.iter().any(|value| value.contains(',')));
            parted.join(",")
        }
        values => values.join(","),
    };
    let parts: Vec<String> = behaviour.modifiers.iter().map(&mut of_set).collect();
    if parts.iter().any(|part| part.contains('|')) {
        *barred += 1;
    }
    let parts: Vec<String> = parts.iter().map(|part| part.replace('|', "/")).collect();
    parts.join("|")
}

fn losses(project: &CodingProject, left: &LeftEvents) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    losses.tell(
        left.overlapping,
        "bouts that overlap another of the same subject, behaviour and modifiers",
        "BORIS tells begin and end apart only by their order; left out",
    );
    losses.tell(
        left.unpaired,
        "bouts with one end among others of the same kind",
        "BORIS would pair them with the next bout; left out",
    );
    losses.tell(
        left.other_kind,
        "points of a state, or bouts of a point event",
        "a behaviour of BORIS is one of the two; left out",
    );
    losses.tell(
        left.barred,
        "modifiers with `|`, or with a comma among several",
        "written with `/` and `;`, since `|` parts sets and a comma parts choices",
    );
    let observations = project.observations();
    let finer = |one: &Observation| {
        let is_finer = |time: Micros| !time.is_whole_millis();
        one.events()
            .iter()
            .filter(|event| is_finer(event.span.begin()) || is_finer(event.span.end()))
            .count()
    };
    losses.tell(
        observations.iter().map(finer).sum(),
        "times finer than a millisecond",
        "kept in the file; BORIS shows milliseconds",
    );
    losses.tell_events(
        project.events().map(|(_, event)| event),
        |event| event.span.interval().is_some_and(Interval::is_empty),
        "states without length",
        "kept as two rows at the same time",
    );
    losses.into_list()
}
