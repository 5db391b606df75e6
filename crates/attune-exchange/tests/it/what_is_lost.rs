//! A project with everything in it, written as every kind of file and read again: whatever does not come back was
//! told, and nothing was told that came back.

use std::fmt::Debug;

use attune_exchange::video_coding::{CodingFile, Target, write_project};
use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, CodingProject, Event, Frames, Interval, Media,
    Micros, Modifier, ModifierChoice, ModifierKind, ModifierSet, Modifiers, NotSeen, Observation,
    ObservationKind, Rated, Rating, Sample, Sampled, Span, VariableDefinition, VariableKind,
};

fn seconds(start: i64, stop: i64) -> Interval {
    Interval::new(Micros(start * 1_000_000), Micros(stop * 1_000_000)).expect("in order")
}

fn everything() -> CodingProject {
    let chosen = Modifiers::new(vec![
        Modifier {
            set: "tone".into(),
            values: vec!["warm".into()],
        },
        Modifier {
            set: "with".into(),
            values: vec!["a smile".into(), "a hand".into()],
        },
    ]);
    let talk = Event {
        subject: Some("parent".into()),
        modifiers: chosen,
        comment: Some("to the door".into()),
        stop_comment: Some("door shuts".into()),
        track: Some("the parent's tier".into()),
        sampled: Sampled::read("scan 3"),
        frames: Some(Frames {
            start: 25,
            stop: Some(50),
        }),
        ..Event::new("talk", Span::State(seconds(1, 2)))
    };
    let play = Event {
        subject: Some("parent".into()),
        ..Event::new("free play", Span::State(seconds(3, 9)))
    };
    let mut one = Observation::new("one");
    one.description = "an ordinary day".to_owned();
    one.date = "2026-01-02T03:04:05".to_owned();
    one.recording = Some("family 7".into());
    one.coder = Some("anna".into());
    one.kind = ObservationKind::Media;
    one.media = vec![Media {
        player: 2,
        offset: Micros(1_500_000),
        length: Some(Micros(60_000_000)),
        frames_per_second: Some(25.0),
        has_video: Some(true),
        media_type: Some("video/x-matroska".to_owned()),
        ..Media::new("clip.mkv")
    }];
    one.time_offset = Micros(2_000_000);
    one.window = Some(seconds(0, 30));
    one.not_codable = vec![seconds(10, 12)];
    let sample = Sample {
        sampled: Sampled::read("scan 2").expect("a sample"),
        interval: seconds(10, 20),
    };
    one.samples = vec![sample];
    one.not_seen = vec![NotSeen {
        sample,
        subject: "infant".into(),
    }];
    one.scan_every = Some(Micros(10_000_000));
    one.variables = vec![("room".into(), "small".to_owned())];
    one.ratings = vec![Rating {
        item: "warmth".into(),
        subject: None,
        phase: None,
        rated: Rated::Points(4.5),
    }];
    let mut live = Observation::new("two");
    live.kind = ObservationKind::Live;
    let mut project = CodingProject::default();
    project.name = "a project".to_owned();
    project.description = "about everything".to_owned();
    let scheme = &mut project.scheme;
    scheme.subjects = vec![
        CodedSubject {
            name: "parent".into(),
            key: "p".to_owned(),
            description: "whoever cares".to_owned(),
        },
        CodedSubject {
            name: "infant".into(),
            ..CodedSubject::default()
        },
    ];
    let mut state = CodedBehaviour::new("talk", BehaviourKind::State);
    state.key = "t".to_owned();
    state.description = "words".to_owned();
    state.category = "voice".to_owned();
    state.excludes = vec!["free play".into()];
    state.modifiers = vec![ModifierSet {
        name: "tone".into(),
        kind: ModifierKind::One,
        choices: vec![
            ModifierChoice {
                value: "warm".into(),
                key: "w".to_owned(),
                description: "as to a friend".to_owned(),
            },
            ModifierChoice {
                value: "flat".into(),
                ..ModifierChoice::default()
            },
        ],
        ..ModifierSet::default()
    }];
    let several = ["a smile", "a hand"].map(|value| ModifierChoice {
        value: value.into(),
        ..ModifierChoice::default()
    });
    state.modifiers.push(ModifierSet {
        name: "with".into(),
        kind: ModifierKind::Several,
        choices: several.to_vec(),
        ..ModifierSet::default()
    });
    scheme.behaviours = vec![
        state,
        CodedBehaviour::new("free play", BehaviourKind::Phase),
        CodedBehaviour::new("never", BehaviourKind::Point),
    ];
    scheme.variables = vec![VariableDefinition {
        name: "room".into(),
        description: "which of the two".to_owned(),
        kind: VariableKind::Choice,
        choices: vec!["small".to_owned(), "large".to_owned()],
        ..VariableDefinition::default()
    }];
    project
        .with_observations(vec![one.with_events(vec![talk, play])])
        .expect("one name each")
}

fn text(value: impl Debug) -> String {
    format!("{value:?}")
}

fn first(project: &CodingProject) -> &Observation {
    &project.observations()[0]
}

fn talk(project: &CodingProject) -> &Event {
    let events = first(project).events();
    events
        .iter()
        .find(|event| event.behaviour.contains("talk"))
        .or(events.first())
        .expect("it was written")
}

fn media<T: Debug>(project: &CodingProject, of: fn(&Media) -> T) -> String {
    text(first(project).media.iter().map(of).collect::<Vec<_>>())
}

fn coded(project: &CodingProject, code: &str) -> Option<CodedBehaviour> {
    project.scheme.behaviour(code).cloned()
}

type Shown = fn(&CodingProject) -> String;

/// The words of each loss, and what shows whether it came back.
const PARTS: &[(&str, Shown)] = &[
    ("name and description of the project", |p| {
        text((&p.name, &p.description))
    }),
    ("subjects without an event", |p| {
        text(p.scheme.subjects.iter().any(|one| *one.name == *"infant"))
    }),
    ("keys and descriptions of subjects", |p| {
        text(
            p.scheme
                .subjects
                .iter()
                .any(|one| one.key == "p" && !one.description.is_empty()),
        )
    }),
    ("behaviours that no event shows", |p| {
        text(coded(p, "never").is_some())
    }),
    (
        "keys, categories, colours and definitions of behaviours",
        |p| text(coded(p, "talk").map(|one| (one.key, one.category, one.description))),
    ),
    ("behaviours that exclude others", |p| {
        text(coded(p, "talk").map(|one| one.excludes))
    }),
    ("vocabularies of modifiers", |p| {
        let sets = coded(p, "talk")
            .map(|one| one.modifiers)
            .unwrap_or_default();
        let choices = sets.into_iter().flat_map(|set| set.choices);
        text(choices.map(|one| (one.value, one.key)).collect::<Vec<_>>())
    }),
    ("definitions of single choices of a modifier", |p| {
        text(coded(p, "talk").is_some_and(|one| {
            let mut choices = one.modifiers.iter().flat_map(|set| &set.choices);
            choices.any(|choice| !choice.description.is_empty())
        }))
    }),
    ("definitions of variables", |p| {
        let room = p.scheme.variables.iter().find(|one| *one.name == *"room");
        text(room.map(|one| (&one.description, &one.choices)))
    }),
    ("phases as such", |p| {
        text(coded(p, "free play").map(|one| one.kind))
    }),
    ("descriptions of observations", |p| {
        first(p).description.clone()
    }),
    ("dates of observations", |p| {
        // A document of ELAN has its own date, which is the observation's.
        let date = if first(p).date.is_empty() {
            &p.date
        } else {
            &first(p).date
        };
        date.replace('T', " ")
    }),
    ("coders", |p| text(&first(p).coder)),
    ("names of recordings beside their files", |p| {
        text(&first(p).recording)
    }),
    ("media files", |p| media(p, |one| one.file.clone())),
    ("offsets and players of media files", |p| {
        media(p, |one| one.offset)
    }),
    ("lengths, rates of frames and tracks of media files", |p| {
        media(p, |one| (one.length, one.frames_per_second, one.has_video))
    }),
    ("types of media files", |p| {
        media(p, |one| one.media_type.clone())
    }),
    ("offsets of time", |p| text(first(p).time_offset)),
    ("windows that were coded", |p| text(first(p).window)),
    ("stretches that nobody could code", |p| {
        text(&first(p).not_codable)
    }),
    ("seconds between scans", |p| text(first(p).scan_every)),
    ("variables", |p| {
        let mut variables = first(p).variables.iter();
        text(variables.any(|(name, value)| **name == *"room" && value == "small"))
    }),
    ("ratings", |p| text(&first(p).ratings)),
    ("samples as such", |p| text(talk(p).sampled)),
    ("samples that were answered", |p| text(&first(p).samples)),
    ("people who could not be seen in a sample", |p| {
        text(&first(p).not_seen)
    }),
    ("several choices of one modifier", |p| {
        let event = talk(p);
        let mut modifiers = event.modifiers.as_slice().iter();
        text(modifiers.any(|modifier| modifier.values.len() > 1))
    }),
    ("comments", |p| {
        // A caption's text holds it.
        let one = talk(p);
        text(
            one.comment
                .as_deref()
                .is_some_and(|comment| comment.contains("to the door")),
        )
    }),
    ("comments at ends", |p| text(&talk(p).stop_comment)),
    ("numbers of frames", |p| text(talk(p).frames)),
    ("tiers beside subjects", |p| {
        text(talk(p).track.as_deref() == Some("the parent's tier"))
    }),
];

#[test]
fn what_does_not_come_back_was_told_and_nothing_else() {
    let project = everything();
    let mut wrong = Vec::new();
    for (target, ending) in [
        (Target::Boris, "boris"),
        (Target::BorisGz, "boris.gz"),
        (Target::Elan, "eaf"),
        (Target::TextGrid, "TextGrid"),
        (Target::WebVtt, "vtt"),
        (Target::SubRip, "srt"),
        (Target::Datavyu, "opf"),
        (Target::DatavyuCsv, "csv"),
        (Target::Csv, "csv"),
        (Target::Xlsx, "xlsx"),
    ] {
        let written = write_project(&project, target).expect("written");
        let file = CodingFile::read(&format!("one.{ending}"), &written.bytes).expect("readable");
        let again = file.to_project("one").expect("observations").project;
        for (part, shown) in PARTS {
            let is_lost = shown(&project) != shown(&again);
            let is_told = written
                .not_held
                .iter()
                .any(|lost| lost.what.starts_with(&format!("{part}: ")));
            if is_lost != is_told {
                wrong.push(format!(
                    "{target:?}: {part}: lost {is_lost}, told {is_told}: {} / {}",
                    shown(&project),
                    shown(&again)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_gseq_cannot_hold_is_told_though_nobody_reads_it_here() {
    let written = write_project(&everything(), Target::Sdis).expect("written");
    let told: Vec<&str> = written
        .not_held
        .iter()
        .map(|lost| lost.what.as_str())
        .collect();
    for part in [
        "coders",
        "comments",
        "comments at ends",
        "media files",
        "ratings",
        "variables",
        "behaviours that no event shows",
    ] {
        assert!(
            told.iter()
                .any(|what| what.starts_with(&format!("{part}: "))),
            "{part}: {told:?}"
        );
    }
}
