//! What is proposed before anybody chose: by names that are alike, by films that are the same. A person is
//! proposed only where the name is theirs; what names mean only where the scheme has them.

use std::collections::{BTreeMap, BTreeSet};

use attune_exchange::video_coding::TeamProject;
use attune_protocol::scheme::Scheme;
use attune_records::observation::Observation;
use attune_store::clips::ClipRow;

use super::{
    choices::{Choices, CoderChoice, NEW_SCHEME, OUT, ObservationChoice, RecordingChoice},
    known::Known,
    looks_like_a_name::looks_like_a_name,
};
use crate::brought::{NOBODY, behaviour_of, person_named};

/// Lengths that differ by less than a fifth of a second are of one film.
const SAME_LENGTH_MICROS: i64 = 200_000;

/// Names of behaviours that events have, and of all subjects, in the order of the project's scheme.
pub fn names(project: &TeamProject) -> (Vec<String>, Vec<String>) {
    let (mut codes, mut people) = (BTreeSet::new(), BTreeSet::new());
    for (_, event) in project.project.events() {
        codes.insert(&*event.behaviour);
        people.insert(event.subject.as_deref().unwrap_or_default());
    }
    let scheme = &project.project.scheme;
    let planned = scheme.behaviours.iter().map(|one| &*one.code);
    let planned = planned.filter(|code| codes.contains(code)).collect();
    // Who is in no event is in a new scheme all the same.
    let everybody = scheme.subjects.iter().map(|one| &*one.name).collect();
    (in_order(planned, codes), in_order(everybody, people))
}

fn in_order(planned: Vec<&str>, used: BTreeSet<&str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = planned.into_iter().chain(used);
    all.filter(|name| seen.insert(*name))
        .map(str::to_owned)
        .collect()
}

/// The first proposal.
pub fn proposal(project: &TeamProject, known: &Known) -> Choices {
    let (behaviours, _) = names(project);
    let mut choices = Choices {
        scheme: likely_scheme(&behaviours, known),
        // Not the name of the file: coders read it.
        title: "Scheme of another tool".to_owned(),
        observations: project
            .origins
            .iter()
            .map(|origin| ObservationChoice {
                recording: origin.recording.clone(),
                coder: origin.coder.clone().unwrap_or_default(),
                out: false,
            })
            .collect(),
        ..Choices::default()
    };
    complete(&mut choices, project, known);
    choices
}

/// Fills what the choices leave open: rows of coders and recordings that are new, meanings that are plain.
pub fn complete(choices: &mut Choices, project: &TeamProject, known: &Known) {
    let mut n_of_coder: BTreeMap<String, usize> = BTreeMap::new();
    let taken = choices.observations.clone();
    for one in taken.iter().filter(|one| !one.out) {
        if !one.coder.is_empty() {
            *n_of_coder.entry(one.coder.clone()).or_default() += 1;
            if !choices.coders.contains_key(&one.coder) {
                let choice = coder(&one.coder, known);
                choices.coders.insert(one.coder.clone(), choice);
            }
        }
        if !one.recording.is_empty() && !choices.recordings.contains_key(&one.recording) {
            let of_it: Vec<&Observation> = taken
                .iter()
                .zip(project.project.observations())
                .filter(|(other, _)| other.recording == one.recording)
                .map(|(_, observation)| observation)
                .collect();
            let choice = recording(&one.recording, &of_it, choices, known);
            choices.recordings.insert(one.recording.clone(), choice);
        }
    }
    choices
        .coders
        .retain(|name, _| n_of_coder.contains_key(name));
    let used: BTreeSet<&String> = taken
        .iter()
        .filter(|one| !one.out)
        .map(|one| &one.recording)
        .collect();
    choices.recordings.retain(|name, _| used.contains(name));
    if !n_of_coder.contains_key(&choices.first) {
        // Of equal numbers the first by name.
        let most = n_of_coder
            .iter()
            .min_by_key(|(_, n)| std::cmp::Reverse(**n));
        choices.first = most.map_or_else(String::new, |(name, _)| name.clone());
    }
    let (behaviours, subjects) = names(project);
    let scheme = known
        .protocol
        .schemes
        .iter()
        .find(|one| *one.id == *choices.scheme);
    match scheme {
        Some(scheme) => meanings(choices, scheme, (&behaviours, &subjects), project),
        None => new_names(choices, &subjects),
    }
}

fn meanings(
    choices: &mut Choices,
    scheme: &Scheme,
    (behaviours, subjects): (&[String], &[String]),
    project: &TeamProject,
) {
    let events = project.project.events();
    let used: BTreeSet<&str> = events
        .map(|(_, event)| event.subject.as_deref().unwrap_or_default())
        .collect();
    for name in behaviours {
        if !choices.behaviours.contains_key(name) {
            let means = behaviour_of(scheme, name).unwrap_or_default();
            choices.behaviours.insert(name.clone(), means);
        }
    }
    for name in subjects {
        if !choices.subjects.contains_key(name) {
            let sought = if name.is_empty() { NOBODY } else { name };
            let only = match scheme.subjects.as_slice() {
                [only] if !only.many => Some(only.id.clone()),
                _ => None,
            };
            let who = person_named(scheme, &[], sought).or(only);
            let who = who.unwrap_or_else(|| match used.contains(name.as_str()) {
                true => String::new(),
                false => OUT.to_owned(),
            });
            choices.subjects.insert(name.clone(), who);
        }
    }
}

/// In a new scheme a subject keeps its name, unless it may be the name of a person.
fn new_names(choices: &mut Choices, subjects: &[String]) {
    let mut n = 0;
    for name in subjects {
        let is_name = looks_like_a_name(name);
        n += usize::from(is_name);
        choices
            .subjects
            .entry(name.clone())
            .or_insert_with(|| match is_name {
                true => format!("Person {n}"),
                false if name.is_empty() => NOBODY.to_owned(),
                false => name.clone(),
            });
    }
}

/// The study's scheme that has at least half of the behaviours, or a new one.
fn likely_scheme(behaviours: &[String], known: &Known) -> String {
    let n_had = |scheme: &Scheme| {
        let had = behaviours
            .iter()
            .filter(|name| behaviour_of(scheme, name).is_some());
        had.count()
    };
    let best = known.protocol.schemes.iter().map(|one| (n_had(one), one));
    let best = best.max_by_key(|(n, _)| *n);
    match best {
        Some((n, scheme)) if n > 0 && n * 2 >= behaviours.len() => scheme.id.to_string(),
        _ => NEW_SCHEME.to_owned(),
    }
}

/// Whoever is called so: by the whole name, or by a part of it that nobody else has.
fn coder(name: &str, known: &Known) -> CoderChoice {
    let wanted = name.trim().to_lowercase();
    let whole = known
        .coders
        .iter()
        .find(|(_, own)| own.to_lowercase() == wanted);
    let by_part = || {
        let has = |own: &&String| own.to_lowercase().split(' ').any(|part| part == wanted);
        let mut found = known.coders.iter().filter(|(_, own)| has(own));
        found.next().filter(|_| found.next().is_none())
    };
    CoderChoice {
        who: whole
            .or_else(by_part)
            .map_or_else(String::new, |(id, _)| id.to_string()),
        purpose: String::new(),
    }
}

fn recording(
    name: &str,
    of_it: &[&Observation],
    choices: &Choices,
    known: &Known,
) -> RecordingChoice {
    let texts: Vec<String> = of_it
        .iter()
        .flat_map(|one| {
            let variables = one.variables.iter().map(|(_, value)| value.clone());
            [one.id.to_string()].into_iter().chain(variables)
        })
        .chain([name.to_owned()])
        .collect();
    let holds = |code: &str| texts.iter().any(|text| holds_word(text, code));
    let only = |mut found: Vec<String>| match found.len() {
        1 => found.remove(0),
        _ => String::new(),
    };
    let families = known
        .dyads
        .keys()
        .filter(|code| holds(code))
        .cloned()
        .collect();
    let sessions = known
        .sessions
        .iter()
        .filter(|code| holds(code))
        .cloned()
        .collect();
    let waves = known.protocol.waves.iter();
    let waves = waves.filter(|wave| holds(&wave.id) || holds(&wave.label));
    RecordingChoice {
        clip: film(name, of_it, choices, known)
            .map_or_else(String::new, |clip| clip.id.to_string()),
        session: only(sessions),
        families: only(families),
        wave: only(waves.map(|wave| wave.id.to_string()).collect()),
        day: String::new(),
        stratum: String::new(),
    }
}

/// The recording of the study: the same file by its hash, else the same name, else the only one of the same
/// length.
fn film<'a>(
    name: &str,
    of_it: &[&Observation],
    choices: &Choices,
    known: &'a Known,
) -> Option<&'a ClipRow> {
    let films: Vec<&str> = of_it
        .iter()
        .flat_map(|one| &one.media)
        .map(|media| media.file.rsplit(['/', '\\']).next().unwrap_or_default())
        .collect();
    let mut may = known
        .clips
        .iter()
        .filter(|clip| *clip.scheme == *choices.scheme);
    let by_hash = may.clone().find(|clip| {
        let mut angles = clip.angles.iter();
        angles.any(|angle| {
            films
                .iter()
                .any(|film| known.hashes.get(*film) == Some(&angle.original))
        })
    });
    let wanted = name.to_lowercase();
    let called = |clip: &&ClipRow| {
        let title = clip.title.to_lowercase();
        title == wanted || films.iter().any(|film| film.to_lowercase() == title)
    };
    let length = of_it.iter().find_map(|one| one.media_length());
    let by_length = |mut clips: Vec<&'a ClipRow>| {
        let length = length?.0;
        clips.retain(|clip| {
            let angle = clip.angles.first();
            angle.is_some_and(|angle| (angle.length - length).abs() < SAME_LENGTH_MICROS)
        });
        (clips.len() == 1).then(|| clips[0])
    };
    by_hash
        .or_else(|| may.clone().find(called))
        .or_else(|| by_length(may.by_ref().collect()))
}

/// Whether a text holds a code as a word of its own, whatever the case.
fn holds_word(text: &str, code: &str) -> bool {
    let (text, code) = (text.to_lowercase(), code.to_lowercase());
    let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    !code.is_empty()
        && text.match_indices(&code).any(|(at, found)| {
            is_edge(text[..at].chars().next_back())
                && is_edge(text[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::holds_word;

    #[test]
    fn a_code_is_found_as_a_word_of_its_own() {
        assert!(holds_word("visit_H-012_ann", "h-012"));
        assert!(!holds_word("visit_H-0123", "H-012"));
        assert!(!holds_word("anything", ""));
    }
}
