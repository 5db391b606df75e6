//! What stands around the times of events: scheme, descriptions, media, variables and the rest, part by part, and
//! which kinds of files keep it. Each writer tells by itself what it cannot hold of the times.

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodingProject, Event, Media, ModifierKind, Observation,
    ObservationKind, VariableKind,
};

use super::{
    boris::file_name,
    not_held::{Losses, NotHeld},
    write_project::Target,
};

/// Something that a project may hold.
struct Part {
    what: &'static str,
    /// Why others do not keep it, or what they do with it.
    why: &'static str,
    kept_by: &'static [Target],
    n: fn(&CodingProject) -> usize,
}

use Target::{
    Boris, BorisGz, Csv, Datavyu, DatavyuCsv, Elan, Sdis, SubRip, TextGrid, WebVtt, Xlsx,
};

static PARTS: &[Part] = &[
    Part {
        what: "name and description of the project",
        why: "such a file is about observations",
        kept_by: &[Boris, BorisGz],
        n: |project| n_filled(&[&project.name, &project.description]),
    },
    Part {
        what: "subjects without an event",
        why: "only events name subjects there; a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: subjects_without_events,
    },
    Part {
        what: "keys and descriptions of subjects",
        why: "a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: |project| {
            let subjects = project.scheme.subjects.iter();
            subjects
                .filter(|one| n_filled(&[&one.key, &one.description]) > 0)
                .count()
        },
    },
    Part {
        what: "behaviours that no event shows",
        why: "only events name behaviours there; a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: behaviours_without_events,
    },
    Part {
        what: "keys, categories, colours and definitions of behaviours",
        why: "a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: |project| n_behaviours(project, is_described),
    },
    Part {
        what: "behaviours that exclude others",
        why: "a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: |project| n_behaviours(project, |one| !one.excludes.is_empty()),
    },
    Part {
        what: "vocabularies of modifiers",
        why: "what may be chosen, with its keys: a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: |project| n_behaviours(project, has_vocabulary),
    },
    Part {
        what: "definitions of single choices of a modifier",
        why: "left out",
        kept_by: &[],
        n: |project| {
            let sets = project
                .scheme
                .behaviours
                .iter()
                .flat_map(|one| &one.modifiers);
            let choices = sets.flat_map(|set| &set.choices);
            choices.filter(|one| !one.description.is_empty()).count()
        },
    },
    Part {
        what: "definitions of variables",
        why: "a scheme is written by .boris",
        kept_by: &[Boris, BorisGz],
        n: |project| {
            let variables = project.scheme.variables.iter();
            let is_defined = |kind: VariableKind, n| kind != VariableKind::Text || n > 0;
            variables
                .filter(|one| is_defined(one.kind, n_filled(&[&one.description, &one.default])))
                .count()
        },
    },
    Part {
        what: "phases as such",
        why: "written as states",
        kept_by: &[Csv, Xlsx],
        n: |project| n_behaviours(project, |one| one.kind == BehaviourKind::Phase),
    },
    Part {
        what: "descriptions of observations",
        why: "left out; .xlsx and .boris keep them",
        kept_by: &[Boris, BorisGz, Xlsx],
        n: |project| n_of(project, |one| !one.description.is_empty()),
    },
    Part {
        what: "dates of observations",
        why: "left out",
        kept_by: &[Boris, BorisGz, Xlsx, Elan],
        n: |project| n_of(project, |one| !one.date.is_empty()),
    },
    Part {
        what: "coders",
        why: "left out: keep them in the names of the files",
        kept_by: &[Boris, BorisGz, Elan, Csv, Xlsx],
        n: |project| n_of(project, |one| one.coder.is_some()),
    },
    Part {
        what: "names of recordings beside their files",
        why: "the file of the recording stands for it",
        kept_by: &[Csv, Xlsx],
        n: |project| n_of(project, has_other_recording),
    },
    Part {
        what: "observations that are live or of pictures",
        why: "left out",
        kept_by: &[Boris, BorisGz, Xlsx],
        n: |project| n_of(project, |one| one.kind != ObservationKind::Media),
    },
    Part {
        what: "media files",
        why: "left out: open them again in the program",
        kept_by: &[Boris, BorisGz, Elan, Xlsx],
        n: |project| n_media(project, |_| true),
    },
    Part {
        what: "offsets and players of media files",
        why: "left out",
        kept_by: &[Boris, BorisGz, Elan, Xlsx],
        n: |project| n_media(project, |media| media.player > 1 || media.offset.0 != 0),
    },
    Part {
        what: "lengths, rates of frames and tracks of media files",
        why: "left out",
        kept_by: &[Boris, BorisGz, Xlsx],
        n: |project| {
            n_media(project, |media| {
                media.length.is_some()
                    || media.frames_per_second.is_some()
                    || media.has_video.is_some()
                    || media.has_audio.is_some()
            })
        },
    },
    Part {
        what: "types of media files",
        why: "left out",
        kept_by: &[Elan, Xlsx],
        n: |project| n_media(project, |media| media.media_type.is_some()),
    },
    Part {
        what: "media files with times of their frames",
        why: "left out",
        kept_by: &[],
        n: |project| n_media(project, |media| media.frame_times.is_some()),
    },
    Part {
        what: "offsets of time",
        why: "left out",
        kept_by: &[Boris, BorisGz, Xlsx],
        n: |project| n_of(project, |one| one.time_offset.0 != 0),
    },
    Part {
        what: "windows that were coded",
        why: "left out: the whole recording, or the last event, will seem to be the end",
        kept_by: &[Boris, BorisGz, Csv, Xlsx, TextGrid, Sdis],
        n: |project| n_of(project, |one| one.window.is_some()),
    },
    Part {
        what: "stretches that nobody could code",
        why: "left out; .csv and .xlsx keep them",
        kept_by: &[Csv, Xlsx],
        n: |project| n_within(project, |one| one.not_codable.len()),
    },
    Part {
        what: "samples that were answered",
        why: "left out: one that was answered with nothing looks as if nobody had looked; .csv and .xlsx keep them",
        kept_by: &[Csv, Xlsx],
        n: |project| n_within(project, |one| one.samples.len()),
    },
    Part {
        what: "people who could not be seen in a sample",
        why: "left out: they look as if nothing had been the case; .csv and .xlsx keep them",
        kept_by: &[Csv, Xlsx],
        n: |project| n_within(project, |one| one.not_seen.len()),
    },
    Part {
        what: "seconds between scans",
        why: "left out",
        kept_by: &[Boris, BorisGz, Xlsx],
        n: |project| n_of(project, |one| one.scan_every.is_some()),
    },
    Part {
        what: "variables",
        why: "left out",
        kept_by: &[Boris, BorisGz, Csv, Xlsx],
        n: |project| n_within(project, |one| one.variables.len()),
    },
    Part {
        what: "ratings",
        why: "left out; .xlsx keeps them",
        kept_by: &[Xlsx],
        n: |project| n_within(project, |one| one.ratings.len()),
    },
    Part {
        what: "samples as such",
        why: "written as bouts and points: whoever reads them cannot tell that only samples were looked at",
        kept_by: &[Csv, Xlsx],
        n: |project| n_events(project, |event| event.sampled.is_some()),
    },
    Part {
        what: "several choices of one modifier",
        why: "written as one, with a sign between them",
        kept_by: &[Boris, BorisGz, Csv, Xlsx],
        n: |project| {
            n_events(project, |event| {
                let mut modifiers = event.modifiers.as_slice().iter();
                modifiers.any(|modifier| modifier.values.len() > 1)
            })
        },
    },
    Part {
        what: "comments",
        why: "left out",
        kept_by: &[
            Boris, BorisGz, Elan, Datavyu, DatavyuCsv, WebVtt, SubRip, Csv, Xlsx,
        ],
        n: |project| n_events(project, |event| event.comment.is_some()),
    },
    Part {
        what: "comments at ends",
        why: "left out",
        kept_by: &[Boris, BorisGz, Csv, Xlsx],
        n: |project| n_events(project, |event| event.stop_comment.is_some()),
    },
    Part {
        what: "numbers of frames",
        why: "left out",
        kept_by: &[Boris, BorisGz, Csv, Xlsx],
        n: |project| n_events(project, |event| event.frames.is_some()),
    },
    Part {
        what: "tiers beside subjects",
        why: "left out: events go by their subjects",
        kept_by: &[Elan, TextGrid, Csv, Xlsx],
        n: |project| {
            n_events(project, |event| {
                event.track.is_some() && event.subject.is_some() && event.track != event.subject
            })
        },
    },
];

/// The parts of a project that such a file does not keep.
pub(super) fn lost_around_events(project: &CodingProject, target: Target) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    for part in PARTS.iter().filter(|part| !part.kept_by.contains(&target)) {
        losses.tell((part.n)(project), part.what, part.why);
    }
    losses.into_list()
}

fn n_filled(texts: &[&str]) -> usize {
    texts.iter().filter(|text| !text.is_empty()).count()
}

fn n_of(project: &CodingProject, is_lost: impl Fn(&Observation) -> bool) -> usize {
    project
        .observations()
        .iter()
        .filter(|one| is_lost(one))
        .count()
}

fn n_within(project: &CodingProject, n: impl Fn(&Observation) -> usize) -> usize {
    project.observations().iter().map(n).sum()
}

fn n_media(project: &CodingProject, is_lost: impl Fn(&Media) -> bool) -> usize {
    let media = project.observations().iter().flat_map(|one| &one.media);
    media.filter(|media| is_lost(media)).count()
}

fn n_events(project: &CodingProject, is_lost: impl Fn(&Event) -> bool) -> usize {
    project.events().filter(|(_, event)| is_lost(event)).count()
}

fn n_behaviours(project: &CodingProject, is_lost: impl Fn(&CodedBehaviour) -> bool) -> usize {
    let behaviours = project.scheme.behaviours.iter();
    behaviours.filter(|behaviour| is_lost(behaviour)).count()
}

fn is_described(behaviour: &CodedBehaviour) -> bool {
    let texts = [
        behaviour.key.as_str(),
        &behaviour.category,
        &behaviour.colour,
        &behaviour.description,
    ];
    n_filled(&texts) > 0
}

/// Whether more is known of its modifiers than events show.
fn has_vocabulary(behaviour: &CodedBehaviour) -> bool {
    let mut sets = behaviour.modifiers.iter();
    sets.any(|set| !set.choices.is_empty() || set.kind != ModifierKind::Text)
}

fn subjects_without_events(project: &CodingProject) -> usize {
    let seen = project
        .events()
        .filter_map(|(_, event)| event.subject.as_deref());
    let seen: BTreeSet<&str> = seen.collect();
    let subjects = project.scheme.subjects.iter();
    subjects.filter(|one| !seen.contains(&*one.name)).count()
}

fn behaviours_without_events(project: &CodingProject) -> usize {
    let seen: BTreeSet<&str> = project
        .events()
        .map(|(_, event)| &*event.behaviour)
        .collect();
    n_behaviours(project, |one| !seen.contains(&*one.code))
}

/// Whether the recording has a name that is not that of its file.
fn has_other_recording(one: &Observation) -> bool {
    let of_file = |media: &Media, name: &str| {
        let file = file_name(&media.file);
        file == name || file.rsplit_once('.').is_some_and(|(stem, _)| stem == name)
    };
    one.recording
        .as_deref()
        .is_some_and(|name| name != &*one.id && !one.media.iter().any(|media| of_file(media, name)))
}
