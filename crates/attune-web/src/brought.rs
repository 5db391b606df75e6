//! Codings of another tool as codings of the room: the tool's scheme becomes a scheme file, its events
//! become edits. What the room cannot hold is listed with its number, never guessed.

use std::collections::{BTreeMap, BTreeSet};

use attune_exchange::video_coding::{NotHeld, label_in_scheme, scheme_file};
use attune_protocol::scheme::{ModifierValues, Scheme};
use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, CodingProject, DIRECTED_TO, Event, Modifier,
    Observation, Rated, SchemeAsRead, Span,
};
use attune_store::{
    coding_rules::{self, Coded, NOT_CODABLE, OBSERVED},
    command::video::{CodedEvent, Edit, ModifierAnswer, RatingAnswer},
};

/// The subject of events for which the tool noted nobody.
pub const NOBODY: &str = "No focal subject";
/// Longest recording, in microseconds.
const A_DAY: i64 = 86_400_000_000;
/// Longest comment that the room keeps.
const LONGEST_COMMENT: usize = 2000;

/// The text of a scheme file that holds every behaviour and subject of a project, also those that only
/// its events name; and what of it has to be completed or was left.
pub fn scheme_text(project: &CodingProject) -> (String, Vec<NotHeld>) {
    let title = match project.name.trim() {
        "" => "A coder's own project",
        name => name,
    };
    scheme_text_as(project, title, &BTreeMap::new())
}

/// The same with a title, and with other names for subjects; nobody in particular is the empty name.
pub fn scheme_text_as(
    project: &CodingProject,
    title: &str,
    called: &BTreeMap<String, String>,
) -> (String, Vec<NotHeld>) {
    let mut scheme = SchemeAsRead {
        variables: Vec::new(),
        ..project.scheme.clone()
    };
    for subject in &mut scheme.subjects {
        if let Some(name) = called.get(&*subject.name) {
            subject.name = name.as_str().into();
        }
    }
    let mut seen = BTreeSet::new();
    scheme.subjects.retain(|one| seen.insert(one.name.clone()));
    let renamed = |name: &str| {
        called
            .get(name)
            .map_or_else(|| name.to_owned(), Clone::clone)
    };
    let mut without_subject = false;
    for (_, event) in project.events() {
        if scheme.behaviour(&event.behaviour).is_none() {
            let kind = match event.span.is_point() {
                true => BehaviourKind::Point,
                false => BehaviourKind::State,
            };
            scheme
                .behaviours
                .push(CodedBehaviour::new(event.behaviour.clone(), kind));
        }
        let Some(name) = &event.subject else {
            without_subject = true;
            continue;
        };
        let name = renamed(name);
        if scheme.subjects.iter().all(|one| *one.name != *name) {
            scheme.subjects.push(CodedSubject {
                name: name.into(),
                ..CodedSubject::default()
            });
        }
    }
    if without_subject || scheme.subjects.is_empty() {
        let name = called.get("").map_or(NOBODY, String::as_str);
        if scheme.subjects.iter().all(|one| *one.name != *name) {
            scheme.subjects.push(CodedSubject {
                name: name.into(),
                ..CodedSubject::default()
            });
        }
    }
    scheme_file(&scheme, title)
}

/// What names of a tool mean in a scheme, where somebody said so; other names mean what is called alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    /// Behaviours by their names in the tool; `None` leaves them out.
    pub behaviours: BTreeMap<String, Option<String>>,
    /// Subjects; nobody in particular is the empty name.
    pub subjects: BTreeMap<String, Option<String>>,
}

/// What of an observation the room takes.
#[derive(Debug, Default)]
pub struct Brought {
    /// New events.
    pub edits: Vec<Edit>,
    /// What was left or changed, with its number.
    pub notes: BTreeMap<String, usize>,
}

/// The events of an observation by a scheme; `key` makes their ids.
pub fn events(scheme: &Scheme, observation: &Observation, key: &str) -> Brought {
    events_as(scheme, &Meant::default(), observation, key)
}

/// The same, with what names mean.
pub fn events_as(scheme: &Scheme, meant: &Meant, observation: &Observation, key: &str) -> Brought {
    let mut brought = Brought::default();
    for (place, event) in observation.events().iter().enumerate() {
        let Some(after) = coded(scheme, meant, event, &mut brought.notes) else {
            continue;
        };
        brought.edits.push(Edit::Event {
            id: format!("{key}-{place}"),
            before: None,
            after: Some(after),
        });
    }
    brought
}

fn coded(
    scheme: &Scheme,
    meant: &Meant,
    event: &Event,
    notes: &mut BTreeMap<String, usize>,
) -> Option<CodedEvent> {
    let mut note = |what: String| *notes.entry(what).or_default() += 1;
    let code = match meant.behaviours.get(&*event.behaviour) {
        Some(None) => {
            note(format!("left, as chosen: “{}”", event.behaviour));
            return None;
        }
        Some(Some(id)) => Some(id.clone()),
        None => behaviour_of(scheme, &event.behaviour),
    };
    let Some(code) = code else {
        note(format!(
            "left: the scheme has no behaviour “{}”",
            event.behaviour
        ));
        return None;
    };
    let coded = Coded::of(scheme, &code)?;
    let mut comments: Vec<String> = [&event.comment, &event.stop_comment]
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let (start, stop) = match event.span {
        Span::Point(at) => (at.0, None),
        Span::State(bout) if bout.is_empty() => {
            comments.push("had no length".to_owned());
            (bout.start().0, Some(bout.start().0 + 1))
        }
        Span::State(bout) => (bout.start().0, Some(bout.stop().0)),
        Span::Open { start } => (start.0, None),
        Span::Unstarted { stop } => {
            comments.push("only its end was noted, at this time".to_owned());
            (stop.0, None)
        }
    };
    if start < 0 || stop.or(Some(start)).is_some_and(|time| time > A_DAY) {
        note("left: times before the recording or after a day".to_owned());
        return None;
    }
    if event.span.is_point() != coded.is_point() {
        note(format!(
            "left: “{}” has one time here and two in the scheme, or the other way round",
            event.behaviour
        ));
        return None;
    }
    let is_stretch = matches!(coded, Coded::Stretch(_));
    let name = event.subject.as_deref().unwrap_or(NOBODY);
    let chosen = meant
        .subjects
        .get(event.subject.as_deref().unwrap_or_default());
    let subject = match chosen {
        Some(None) if !is_stretch => {
            note(format!("left, as chosen: events of “{name}”"));
            return None;
        }
        Some(Some(id)) => subject_of(scheme, coded, id),
        _ => subject_of(scheme, coded, name),
    };
    if subject.is_none() && !is_stretch {
        note(format!(
            "left: the scheme does not code “{}” for “{name}”",
            event.behaviour
        ));
        return None;
    }
    let target = match coded {
        Coded::Act(act) => {
            let noted = event.target.as_deref().or_else(|| directed_to(event));
            let wanted = noted.unwrap_or_default();
            let codes = || act.to.iter().map(|to| to.code());
            let by_code = codes().find(|code| *code == wanted).map(str::to_owned);
            let person = || {
                let actor = subject.as_deref().unwrap_or_default();
                let person = person_named(scheme, &[], wanted)?;
                let relation = scheme.relation(actor, &person)?;
                act.to.contains(&relation).then_some(person)
            };
            let only = || codes().next().filter(|_| act.to.len() == 1);
            let found = by_code
                .or_else(person)
                .or_else(|| only().map(str::to_owned));
            let Some(found) = found else {
                note(format!("left: “{}” needs to know to whom", event.behaviour));
                return None;
            };
            Some(found)
        }
        _ => None,
    };
    let is_detail = |one: &&Modifier| target.is_none() || *one.set != *DIRECTED_TO;
    let details = event.modifiers.as_slice().iter().filter(is_detail);
    let modifiers = modifiers(coded, details, &mut comments);
    let mut comment: String = comments.join("; ");
    if comment.chars().count() > LONGEST_COMMENT {
        note("comments cut to 2 000 letters".to_owned());
        comment = comment.chars().take(LONGEST_COMMENT).collect();
    }
    if event.span.is_unpaired() {
        note("bouts with one end: they wait for the other one".to_owned());
    }
    Some(CodedEvent {
        behaviour: code,
        subject: if is_stretch { None } else { subject },
        target,
        modifiers,
        start,
        stop,
        point: coded.is_point(),
        start_frame: event.frames.map(|frames| frames.start),
        stop_frame: event.frames.and_then(|frames| frames.stop),
        comment,
        sampled: None,
    })
}

/// The id of the behaviour that a name means: its id or its label, whatever the case.
pub fn behaviour_of(scheme: &Scheme, name: &str) -> Option<String> {
    let name = plain(name);
    let spans = scheme.spans.iter();
    let all = scheme
        .behaviours()
        .map(|(behaviour, _)| behaviour)
        .chain(spans);
    let mut labelled = None;
    for behaviour in all {
        if plain(&behaviour.label) == name {
            labelled.get_or_insert_with(|| behaviour.id.clone());
        }
        if plain(&behaviour.id) == name && labelled.is_none() {
            labelled = Some(behaviour.id.clone());
        }
    }
    labelled
}

/// To whom an act is directed in a file of a tool that has no word for it.
fn directed_to(event: &Event) -> Option<&str> {
    let target = event.modifiers.of_set(DIRECTED_TO).first()?;
    Some(target)
}

/// Who it is coded for, among those who can show it.
fn subject_of(scheme: &Scheme, coded: Coded<'_>, name: &str) -> Option<String> {
    let allowed: &[String] = match coded {
        Coded::Act(act) => &act.from,
        other => &other.behaviour().subjects,
    };
    person_named(scheme, allowed, name)
}

/// The name in the room of whoever a tool's name means: by id or label, or one of many by its number.
pub fn person_named(scheme: &Scheme, allowed: &[String], name: &str) -> Option<String> {
    let can = |id: &String| allowed.is_empty() || allowed.contains(id);
    let wanted = plain(name);
    for subject in scheme.subjects.iter().filter(|subject| can(&subject.id)) {
        for own in [plain(&subject.label), plain(&subject.id)] {
            if own == wanted {
                let number = if subject.many { "-1" } else { "" };
                return Some(format!("{}{number}", subject.id));
            }
            let number = wanted
                .strip_prefix(own.as_str())
                .map(|rest| rest.trim_start_matches([' ', '-', '_']));
            let number: Option<u32> = number.and_then(|rest| rest.parse().ok());
            if let Some(number) = number.filter(|n| subject.many && (1..=99).contains(n)) {
                return Some(format!("{}-{number}", subject.id));
            }
        }
    }
    None
}

fn modifiers<'a>(
    coded: Coded<'_>,
    noted: impl Iterator<Item = &'a Modifier>,
    comments: &mut Vec<String>,
) -> BTreeMap<String, ModifierAnswer> {
    let mut answers = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for modifier in noted.filter(|one| !one.values.is_empty()) {
        let own = &coded.behaviour().modifiers;
        let set = plain(&modifier.set);
        let found = own
            .iter()
            .find(|one| plain(&one.label) == set || plain(&one.id) == set)
            // A tool that names no sets gives them in order.
            .or_else(|| own.iter().find(|one| fits(&one.values, modifier)))
            .filter(|one| fits(&one.values, modifier) && taken.insert(one.id.clone()));
        let Some(found) = found else {
            comments.push(format!("{}: {}", modifier.set, modifier.values.join(", ")));
            continue;
        };
        let answer = match &found.values {
            ModifierValues::Number { .. } => modifier
                .values
                .first()
                .and_then(|value| value.parse().ok())
                .map(ModifierAnswer::Number),
            ModifierValues::One(_) | ModifierValues::Several(_) => Some(ModifierAnswer::Words(
                modifier.values.iter().map(ToString::to_string).collect(),
            )),
        };
        if let Some(answer) = answer {
            answers.insert(found.id.clone(), answer);
        }
    }
    answers
}

fn fits(values: &ModifierValues, modifier: &Modifier) -> bool {
    match values {
        ModifierValues::One(words) => {
            modifier.values.len() == 1 && words.iter().any(|word| **word == *modifier.values[0])
        }
        ModifierValues::Several(words) => modifier
            .values
            .iter()
            .all(|value| words.iter().any(|word| **word == **value)),
        ModifierValues::Number { minimum, maximum } => {
            modifier.values.len() == 1
                && modifier.values[0]
                    .parse::<f64>()
                    .is_ok_and(|number| (minimum..=maximum).contains(&&number))
        }
    }
}

/// What stands around the events: how long was coded, what nobody could code, ratings. A recording with film
/// tells by itself how long it is.
pub fn around(
    scheme: &Scheme,
    observation: &Observation,
    has_film: bool,
    notes: &mut BTreeMap<String, usize>,
) -> Vec<Edit> {
    let mut note = |what: &str| *notes.entry(what.to_owned()).or_default() += 1;
    let window = match (observation.window, has_film) {
        (Some(window), _) => Some((window.start().0, window.stop().0)),
        (None, true) => None,
        (None, false) => {
            let known = observation.coded_window();
            let last = observation.extent().map(|extent| extent.stop().0);
            if known.is_none() && last.is_some() {
                note("its length is not known: the time from 0 to its last event counts as coded");
            }
            known
                .map(|window| (window.start().0, window.stop().0))
                .or(last.map(|last| (0, last)))
        }
    };
    let is_sound = |(start, stop): &(i64, i64)| *start >= 0 && start < stop && *stop <= A_DAY;
    let mut stretches = Vec::new();
    if coding_rules::is_of_the_room(scheme, OBSERVED) {
        let window = window.filter(is_sound);
        stretches.extend(window.map(|(start, stop)| CodedEvent::stretch(OBSERVED, start, stop)));
    }
    if coding_rules::is_of_the_room(scheme, NOT_CODABLE) {
        let parts = observation.not_codable.iter();
        let parts = parts.map(|part| (part.start().0, part.stop().0));
        let parts = parts.filter(is_sound);
        stretches.extend(parts.map(|(start, stop)| CodedEvent::stretch(NOT_CODABLE, start, stop)));
    }
    if !observation.samples.is_empty() || observation.scan_every.is_some() {
        note("samples of time: what was coded at them is kept, not that they were samples");
    }
    let edits = stretches.into_iter().enumerate();
    let mut edits: Vec<Edit> = edits
        .map(|(place, after)| Edit::Event {
            id: format!("around-{place}"),
            before: None,
            after: Some(after),
        })
        .collect();
    for rating in &observation.ratings {
        let own = scheme.ratings.iter().find(|one| {
            rating.phase.is_none()
                && [plain(&one.id), plain(&one.label)].contains(&plain(&rating.item))
        });
        let after = match rating.rated {
            Rated::Points(points) => RatingAnswer::Rated(points),
            Rated::NotCodable => RatingAnswer::NotCodable,
        };
        let edit = own.map(|own| Edit::Rating {
            id: own.id.to_string(),
            before: None,
            after: Some(after),
        });
        let fits =
            |edit: &Edit| coding_rules::faults(scheme, std::slice::from_ref(edit)).is_empty();
        match edit.filter(fits) {
            Some(edit) => edits.push(edit),
            None => note("ratings that the scheme does not have"),
        }
    }
    edits
}

/// A name as it is compared: without line breaks, case or blanks at its ends.
fn plain(name: &str) -> String {
    label_in_scheme(name)
        .replace(['\n', '\r', '\t', '\0'], " ")
        .trim()
        .to_lowercase()
}

#[cfg(test)]
mod tests;
