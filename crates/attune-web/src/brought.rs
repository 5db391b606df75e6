//! Codings of another tool as codings of the room: the tool's scheme becomes a scheme file, its events
//! become edits. What the room cannot hold is listed with its number, never guessed.

use std::collections::{BTreeMap, BTreeSet};

use attune_exchange::video_coding::{NotHeld, label_in_scheme, scheme_file};
use attune_protocol::scheme::{ModifierValues, Scheme};
use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, CodingProject, DIRECTED_TO, Event, Modifier,
    Observation, SchemeAsRead, Span,
};
use attune_store::{
    coding_rules::Coded,
    command::video::{CodedEvent, Edit, ModifierAnswer},
};

/// The subject of events for which the tool noted nobody.
const NOBODY: &str = "No focal subject";
/// Longest comment that the room keeps.
const LONGEST_COMMENT: usize = 2000;

/// The text of a scheme file that holds every behaviour and subject of a project, also those that only
/// its events name; and what of it has to be completed or was left.
pub fn scheme_text(project: &CodingProject) -> (String, Vec<NotHeld>) {
    let mut scheme = SchemeAsRead {
        variables: Vec::new(),
        ..project.scheme.clone()
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
        match &event.subject {
            Some(name) if scheme.subjects.iter().all(|one| one.name != *name) => {
                scheme.subjects.push(CodedSubject {
                    name: name.clone(),
                    ..CodedSubject::default()
                });
            }
            Some(_) => {}
            None => without_subject = true,
        }
    }
    if without_subject || scheme.subjects.is_empty() {
        scheme.subjects.push(CodedSubject {
            name: NOBODY.into(),
            ..CodedSubject::default()
        });
    }
    let title = match project.name.trim() {
        "" => "A coder's own project",
        name => name,
    };
    scheme_file(&scheme, title)
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
    let mut brought = Brought::default();
    for (place, event) in observation.events().iter().enumerate() {
        let Some(after) = coded(scheme, event, &mut brought.notes) else {
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
    event: &Event,
    notes: &mut BTreeMap<String, usize>,
) -> Option<CodedEvent> {
    let mut note = |what: String| *notes.entry(what).or_default() += 1;
    let Some(code) = behaviour_of(scheme, &event.behaviour) else {
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
    if start < 0
        || stop
            .or(Some(start))
            .is_some_and(|time| time > 86_400_000_000)
    {
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
    let subject = subject_of(scheme, coded, name);
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
fn behaviour_of(scheme: &Scheme, name: &str) -> Option<String> {
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
fn person_named(scheme: &Scheme, allowed: &[String], name: &str) -> Option<String> {
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

/// A name as it is compared: without line breaks, case or blanks at its ends.
fn plain(name: &str) -> String {
    label_in_scheme(name)
        .replace(['\n', '\r', '\t', '\0'], " ")
        .trim()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use attune_exchange::video_coding::CodingFile;
    use attune_store::{coding_rules, own_scheme};

    use super::*;

    const BORIS: &str = r#"{"project_format_version": "7.0", "project_name": "Play",
        "observations": {"home 1": {"type": "LIVE", "date": "2026-01-02T03:04:05", "description": "", "time offset": 0.0,
            "file": {}, "media_info": {}, "independent_variables": {}, "events": [
            [1.0, "Baby", "face", "", "", 25], [2.5, "Baby", "face", "", "end"], [3.0, "", "voice", "loud", "x"],
            [4.0, "Mother", "1st talk", "infant", ""], [9.0, "Stranger", "waves", "", ""]]}},
        "subjects_conf": {"0": {"key": "i", "name": "Baby", "description": ""}, "1": {"key": "m", "name": "Mother", "description": ""}},
        "behaviors_conf": {
            "0": {"type": "State event", "key": "f", "code": "face", "description": "Looks", "category": "", "excluded": "", "modifiers": {}},
            "1": {"type": "State event", "key": "f", "code": "1st talk", "description": "", "category": "", "excluded": "",
                "modifiers": {"0": {"name": "to", "type": 0, "values": ["infant (i)", "staff"]}}},
            "2": {"type": "Point event", "key": "v", "code": "voice", "description": "", "category": "", "excluded": "", "modifiers": {}}}}"#;

    #[test]
    fn every_event_of_a_project_is_found_in_the_room_under_the_rules_of_its_scheme() {
        let file = CodingFile::read("play.boris", BORIS.as_bytes()).expect("a project");
        let project = file.to_project("play").expect("observations").project;
        let (text, _) = scheme_text(&project);
        let scheme =
            own_scheme::read(&"own-1".into(), &text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let observation = &project.observations()[0];
        let brought = events(&scheme, observation, "e");
        assert_eq!(brought.edits.len(), observation.events().len());
        assert_eq!(
            coding_rules::faults(&scheme, &brought.edits),
            Vec::<String>::new()
        );
        let after: Vec<&CodedEvent> = brought
            .edits
            .iter()
            .filter_map(|edit| match edit {
                Edit::Event { after, .. } => after.as_ref(),
                Edit::Rating { .. } => None,
            })
            .collect();
        assert_eq!(
            (after[0].start, after[0].stop),
            (1_000_000, Some(2_500_000))
        );
        assert!(after[1].comment.contains("loud"), "{:?}", after[1]);
        assert_eq!(
            after[2].modifiers.values().next(),
            Some(&ModifierAnswer::Words(vec!["infant".to_owned()]))
        );
        assert_eq!(after[2].stop, None, "a bout with one end stays one");
        assert_eq!(
            brought.notes.keys().collect::<Vec<_>>(),
            ["bouts with one end: they wait for the other one"]
        );
    }

    #[test]
    fn what_a_scheme_of_the_study_does_not_hold_is_left_and_told() {
        let file = CodingFile::read("play.boris", BORIS.as_bytes()).expect("a project");
        let project = file.to_project("play").expect("observations").project;
        let text = "title = \"T\"\nversion = 1\nabout = \"dyad\"\nsampling = [\"continuous\"]\n\
            [[subject]]\nid = \"infant\"\nlabel = \"Baby\"\nkind = \"infant\"\nmany = true\n\
            [[states]]\nid = \"gaze\"\nlabel = \"Gaze\"\nexclusive = true\n\
            [[states.state]]\nid = \"at-face\"\nlabel = \"Face\"\ndefinition = \"Looks.\"\n";
        let scheme = own_scheme::read(&"own-1".into(), text).unwrap_or_else(|why| panic!("{why}"));
        let brought = events(&scheme, &project.observations()[0], "e");
        assert_eq!(brought.edits.len(), 1);
        let Edit::Event {
            after: Some(event), ..
        } = &brought.edits[0]
        else {
            panic!("an event");
        };
        assert_eq!(
            (event.behaviour.as_str(), event.subject.as_deref()),
            ("at-face", Some("infant-1"))
        );
        let n_left = project.observations()[0].events().len() - 1;
        assert_eq!(brought.notes.values().sum::<usize>(), n_left);
    }

    #[test]
    fn acts_of_the_room_come_back_from_boris_with_whom_they_are_directed_to() {
        let text = "title = \"T\"\nversion = 1\nabout = \"dyad\"\nsampling = [\"continuous\"]\n\
            [[subject]]\nid = \"carer\"\nlabel = \"Carer\"\nkind = \"carer\"\n\
            [[act]]\nid = \"talks\"\nlabel = \"Talks to\"\ndefinition = \"Any word.\"\nfrom = [\"carer\"]\n\
            to = [\"own-infant\", \"group\"]\nhas-duration = true\n\
            modifiers = [{ id = \"tone\", label = \"Tone\", one-of = [\"warm\", \"flat\"] }]\n";
        let scheme = own_scheme::read(&"own-1".into(), text).unwrap_or_else(|why| panic!("{why}"));
        let bout = attune_records::observation::Interval::new(
            attune_records::observation::Micros(1_000_000),
            attune_records::observation::Micros(2_000_000),
        );
        let act = Event {
            subject: Some("carer".into()),
            target: Some("group".into()),
            modifiers: attune_records::observation::Modifiers::new(vec![Modifier {
                set: "tone".into(),
                values: vec!["warm".into()],
            }]),
            ..Event::new("talks", Span::State(bout.expect("in order")))
        };
        let mut project = CodingProject::default();
        project.scheme = SchemeAsRead::planned(&scheme);
        let one = Observation::new("one").with_events(vec![act]);
        let project = project.with_observations(vec![one]).expect("one");
        let target = attune_exchange::video_coding::Target::Boris;
        let written =
            attune_exchange::video_coding::write_project(&project, target).expect("written");
        let file = CodingFile::read("a.boris", &written.bytes).expect("a project");
        let again = file.to_project("a").expect("observations").project;
        let brought = events(&scheme, &again.observations()[0], "e");
        assert_eq!(brought.notes, BTreeMap::new());
        let Edit::Event {
            after: Some(event), ..
        } = &brought.edits[0]
        else {
            panic!("an event");
        };
        assert_eq!(event.target.as_deref(), Some("group"));
        assert_eq!(event.comment, "");
        let tone = ModifierAnswer::Words(vec!["warm".to_owned()]);
        assert_eq!(event.modifiers.get("tone"), Some(&tone));
    }
}
