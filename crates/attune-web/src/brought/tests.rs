//! From a tool to the room and back.

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
    let written = attune_exchange::video_coding::write_project(&project, target).expect("written");
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
