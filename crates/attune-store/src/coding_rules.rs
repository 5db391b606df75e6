//! What a coding may hold by its scheme: behaviours, subjects, targets, details, ratings, times. Every
//! fault of a change is told at once.

use std::collections::BTreeMap;

use attune_protocol::scheme::{
    ActTarget, Behaviour, DirectedAct, Modifier, ModifierValues, Rating, Scheme, SubjectKind,
};

use crate::command::video::{CodedEvent, Edit, ModifierAnswer, RatingAnswer};

/// Longest recording: a day and a night.
const LONGEST: i64 = 24 * 60 * 60 * 1_000_000;
/// Most subjects of one kind, as in "infant-12".
const MOST_OF_MANY: u32 = 99;

pub use attune_records::session_coding::NOT_CODABLE;

/// The stretch in which somebody coded a session while it happened.
pub const OBSERVED: &str = "observed";
/// A sample that was answered, also where nothing was the case.
pub const SAMPLED: &str = "sampled";
/// Somebody is there, also where they do nothing that is coded.
pub const PRESENT: &str = "present";

/// Whether a code is the room's own and stands in every scheme that does not have it itself.
pub fn is_of_the_room(scheme: &Scheme, code: &str) -> bool {
    [NOT_CODABLE, OBSERVED, SAMPLED, PRESENT].contains(&code) && Coded::of(scheme, code).is_none()
}

/// What is wrong with these edits.
pub fn faults(scheme: &Scheme, edits: &[Edit]) -> Vec<String> {
    let mut faults = Vec::new();
    if edits.is_empty() {
        faults.push("the change changes nothing".to_owned());
    }
    for edit in edits {
        match edit {
            Edit::Event { id, after, .. } => {
                if id.is_empty() || id.len() > 64 || !id.chars().all(is_of_an_id) {
                    faults.push("the id of an event is 1 to 64 letters, digits and hyphens".into());
                }
                if let Some(event) = after {
                    event_faults(scheme, event, &mut faults);
                }
            }
            Edit::Rating { id, after, .. } => {
                let rating = scheme.ratings.iter().find(|rating| *rating.id == **id);
                match (rating, after) {
                    (None, _) => faults.push(format!("the scheme has no rating {id}")),
                    (Some(rating), Some(answer)) => rating_faults(rating, *answer, &mut faults),
                    (Some(_), None) => {}
                }
            }
        }
    }
    faults
}

/// Events that lack a detail that the scheme asks for of every one: each kind of event once, with the seconds at
/// which the first of them begin.
pub fn details_not_said<'a>(
    scheme: &Scheme,
    events: impl IntoIterator<Item = &'a CodedEvent>,
) -> Vec<String> {
    let mut lacking: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for event in events {
        let Some(behaviour) = Coded::of(scheme, &event.behaviour).map(Coded::behaviour) else {
            continue;
        };
        for modifier in behaviour.modifiers.iter().filter(|one| one.required) {
            let is_said = event.modifiers.get(&modifier.id).is_some_and(|answer| {
                let takes_nothing = matches!(modifier.values, ModifierValues::Several(_));
                !matches!(answer, ModifierAnswer::Words(words) if words.is_empty() && !takes_nothing)
            });
            if !is_said {
                let of = lacking.entry((&behaviour.label, &modifier.label));
                of.or_default().push(event.start);
            }
        }
    }
    let told = |((behaviour, detail), mut starts): ((&str, &str), Vec<i64>)| {
        starts.sort_unstable();
        let first: Vec<String> = starts
            .iter()
            .take(5)
            .map(|start| format!("{:.1}", *start as f64 / 1e6))
            .collect();
        let n = starts.len();
        let more = if n > first.len() { ", …" } else { "" };
        format!(
            "{detail} is not said of {n} events “{behaviour}”, at {}{more} s.",
            first.join(", ")
        )
    };
    lacking.into_iter().map(told).collect()
}

fn is_of_an_id(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-'
}

/// What a code of the scheme stands for.
#[derive(Debug, Clone, Copy)]
pub enum Coded<'a> {
    /// A state.
    State(&'a Behaviour),
    /// A point.
    Point(&'a Behaviour),
    /// An act from somebody to somebody.
    Act(&'a DirectedAct),
    /// A named stretch of the recording.
    Stretch(&'a Behaviour),
}

impl<'a> Coded<'a> {
    /// What the scheme means by the code.
    pub fn of(scheme: &'a Scheme, code: &str) -> Option<Self> {
        let is_it = |behaviour: &&Behaviour| behaviour.id == code;
        let states = scheme.states.iter().flat_map(|set| &set.states);
        states
            .into_iter()
            .find(is_it)
            .map(Self::State)
            .or_else(|| scheme.points.iter().find(is_it).map(Self::Point))
            .or_else(|| scheme.spans.iter().find(is_it).map(Self::Stretch))
            .or_else(|| {
                let act = scheme.acts.iter().find(|act| act.behaviour.id == code);
                act.map(Self::Act)
            })
    }

    /// Its definition.
    pub fn behaviour(self) -> &'a Behaviour {
        match self {
            Self::State(behaviour) | Self::Point(behaviour) | Self::Stretch(behaviour) => behaviour,
            Self::Act(act) => &act.behaviour,
        }
    }

    /// Whether it has one time instead of two.
    pub fn is_point(self) -> bool {
        match self {
            Self::Point(_) => true,
            Self::Act(act) => !act.has_duration,
            Self::State(_) | Self::Stretch(_) => false,
        }
    }
}

fn event_faults(scheme: &Scheme, event: &CodedEvent, faults: &mut Vec<String>) {
    let code = &event.behaviour;
    if is_of_the_room(scheme, code) {
        return room_faults(scheme, event, faults);
    }
    let Some(coded) = Coded::of(scheme, code) else {
        faults.push(format!("the scheme has no behaviour {code}"));
        return;
    };
    if event.sampled.is_some() {
        if event.point || event.stop.is_none() {
            faults.push(format!(
                "{code} answers a sample and reaches over its interval"
            ));
        }
    } else if event.point != coded.is_point() {
        let (is, other) = match coded.is_point() {
            true => ("a point", "a begin and an end"),
            false => ("a state", "one time only"),
        };
        faults.push(format!("{code} is {is} and came with {other}"));
    }
    times_of(event, faults);
    who(scheme, coded, event, faults);
    let behaviour = coded.behaviour();
    for (id, answer) in &event.modifiers {
        match behaviour.modifiers.iter().find(|one| one.id == *id) {
            None => faults.push(format!("{code} has no detail {id}")),
            Some(modifier) => modifier_faults(code, modifier, answer, faults),
        }
    }
    if event.comment.chars().count() > 2000 {
        faults.push("a comment has at most 2 000 letters".to_owned());
    }
}

/// Faults of a stretch of the room's own.
fn room_faults(scheme: &Scheme, event: &CodedEvent, faults: &mut Vec<String>) {
    let code = &event.behaviour;
    times_of(event, faults);
    if code == PRESENT {
        let subject = event.subject.as_deref();
        let is_one = subject.and_then(|name| subject_of(scheme, name)).is_some();
        let is_plain = event.target.is_none() && event.modifiers.is_empty();
        if !is_one || !is_plain || !event.point || event.sampled.is_some() {
            faults.push(format!("{code} has one time, a subject, and nothing else"));
        }
        return;
    }
    if code == NOT_CODABLE && event.subject.is_some() {
        let subject = event.subject.as_deref();
        let is_one = subject.and_then(|name| subject_of(scheme, name)).is_some();
        let is_plain = event.target.is_none() && event.modifiers.is_empty() && !event.point;
        if !is_one || !is_plain || event.sampled.is_none() || event.stop.is_none() {
            faults.push(format!(
                "{code} of a person has a sample with its times, and nothing else"
            ));
        }
        return;
    }
    let is_plain = event.subject.is_none()
        && event.target.is_none()
        && event.modifiers.is_empty()
        && !event.point;
    if !is_plain {
        faults.push(format!("{code} has a begin, an end, and nothing else"));
    }
    if (event.behaviour == SAMPLED) != event.sampled.is_some() {
        faults.push(format!(
            "{code} and the number of a sample do not fit together"
        ));
    }
}

fn times_of(event: &CodedEvent, faults: &mut Vec<String>) {
    let code = &event.behaviour;
    if !(0..=LONGEST).contains(&event.start) {
        faults.push(format!("{code} begins outside of any recording"));
    }
    match event.stop {
        Some(_) if event.point => faults.push(format!("{code} is a point and has no end")),
        Some(stop) if stop <= event.start => {
            faults.push(format!("{code} must end after it begins"));
        }
        Some(stop) if stop > LONGEST => {
            faults.push(format!("{code} ends outside of any recording"));
        }
        _ => {}
    }
}

fn who(scheme: &Scheme, coded: Coded<'_>, event: &CodedEvent, faults: &mut Vec<String>) {
    let code = &event.behaviour;
    let allowed: &[String] = match coded {
        Coded::Act(act) => &act.from,
        other => &other.behaviour().subjects,
    };
    match &event.subject {
        Some(name) => match subject_of(scheme, name) {
            None => faults.push(format!("the scheme has no subject {name}")),
            Some(subject) if !allowed.is_empty() && !allowed.contains(&subject.id) => {
                faults.push(format!("{code} is not coded for {name}"));
            }
            Some(_) => {}
        },
        None if matches!(coded, Coded::Stretch(_)) => {}
        None => faults.push(format!("{code} needs to know who")),
    }
    match (coded, &event.target) {
        (Coded::Act(act), Some(target)) => {
            if !may_reach(act, scheme, event, target) {
                faults.push(format!("{code} cannot be directed to {target}"));
            }
        }
        (Coded::Act(_), None) => faults.push(format!("{code} needs to know to whom")),
        (_, Some(_)) => faults.push(format!("{code} is not directed to anybody")),
        (_, None) => {}
    }
}

/// The subject of the scheme that a coded name stands for: itself, or one of many ("infant-2").
pub fn subject_of<'a>(
    scheme: &'a Scheme,
    name: &str,
) -> Option<&'a attune_protocol::scheme::Subject> {
    let exact = scheme.subjects.iter().find(|subject| subject.id == name);
    exact.or_else(|| {
        let (id, number) = name.rsplit_once('-')?;
        let number: u32 = number.parse().ok()?;
        let subject = scheme.subjects.iter().find(|subject| subject.id == id)?;
        (subject.many && (1..=MOST_OF_MANY).contains(&number)).then_some(subject)
    })
}

/// Whether a coded name is an infant.
pub fn is_infant(scheme: &Scheme, name: &str) -> bool {
    subject_of(scheme, name).is_some_and(|subject| subject.kind == SubjectKind::Infant)
}

/// Whether an act may be directed so: to one of its words, or to a person whom one of its words means.
fn may_reach(act: &DirectedAct, scheme: &Scheme, event: &CodedEvent, target: &str) -> bool {
    let words = &act.to;
    if ActTarget::of_code(target).is_some_and(|word| words.contains(&word)) {
        return true;
    }
    let actor = event.subject.as_deref().unwrap_or_default();
    target != actor
        && subject_of(scheme, target).is_some()
        && scheme
            .relation(actor, target)
            .is_some_and(|relation| words.contains(&relation))
}

fn modifier_faults(
    code: &str,
    modifier: &Modifier,
    answer: &ModifierAnswer,
    faults: &mut Vec<String>,
) {
    let label = &modifier.label;
    let (words, at_most) = match (&modifier.values, answer) {
        (ModifierValues::Number { minimum, maximum }, ModifierAnswer::Number(number)) => {
            if !(minimum..=maximum).contains(&number) {
                faults.push(format!(
                    "{label} of {code} runs from {minimum} to {maximum}, not {number}"
                ));
            }
            return;
        }
        (ModifierValues::One(words), ModifierAnswer::Words(chosen)) => ((words, chosen), Some(1)),
        (ModifierValues::Several(words), ModifierAnswer::Words(chosen)) => ((words, chosen), None),
        _ => {
            faults.push(format!("{label} of {code} came in another form"));
            return;
        }
    };
    let (known, chosen) = words;
    if at_most.is_some_and(|most| chosen.len() > most) {
        faults.push(format!("{label} of {code} is one of its words"));
    }
    let unknown = chosen.iter().filter(|word| !known.contains(word));
    faults.extend(unknown.map(|word| format!("{label} of {code} has no word {word}")));
}

fn rating_faults(rating: &Rating, answer: RatingAnswer, faults: &mut Vec<String>) {
    match answer {
        RatingAnswer::NotCodable if !rating.may_be_not_codable => {
            faults.push(format!("{} must be rated", rating.label));
        }
        RatingAnswer::NotCodable => {}
        RatingAnswer::Rated(value) => {
            let steps = (value - rating.minimum) / rating.step;
            let is_on_scale = (rating.minimum..=rating.maximum).contains(&value)
                && (steps - steps.round()).abs() < 1e-9;
            if !is_on_scale {
                faults.push(format!(
                    "{} runs from {} to {} in steps of {}",
                    rating.label, rating.minimum, rating.maximum, rating.step
                ));
            }
        }
    }
}
