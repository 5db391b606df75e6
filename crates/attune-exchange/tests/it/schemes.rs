//! Schemes go from a tool's file into a study and from a study to a tool, without anybody typing: what arrives
//! passes the check of a study, comes back the same, and what a format has no word for was told.

use std::collections::BTreeSet;

use attune_exchange::video_coding::{
    CodingFile, SchemeTarget, lost_of_plan, scheme_file, write_scheme,
};
use attune_protocol::{Protocol, StudyFolder, scheme::Scheme};
use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierChoice, ModifierKind, ModifierSet,
    SchemeAsRead,
};
use proptest::prelude::*;

use crate::video_samples::expected_samples;

/// The scheme that a study has in this file.
fn in_a_study(text: &str) -> Result<Scheme, String> {
    let mut files: Vec<(String, Vec<u8>)> = attune_protocol::template()
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect();
    for (name, bytes) in &mut files {
        if name == "study.toml" {
            bytes.extend_from_slice(b"\n[[scheme]]\nid = \"brought\"\nfile = \"brought.toml\"\n");
        }
    }
    files.push(("brought.toml".to_owned(), text.as_bytes().to_vec()));
    let (protocol, _) = Protocol::read_folder(&StudyFolder::from_files(files))
        .map_err(|problems| problems.to_string())?;
    let mut schemes = protocol.schemes.into_iter();
    schemes
        .find(|scheme| *scheme.id == *"brought")
        .ok_or_else(|| "no scheme".to_owned())
}

fn read(name: &str, bytes: &[u8]) -> SchemeAsRead {
    let file = CodingFile::read(name, bytes).unwrap_or_else(|faults| panic!("{faults}"));
    let read = file.to_project("scheme").expect("a scheme");
    assert_eq!(read.project.events().count(), 0);
    read.project.scheme
}

/// Codes with their kinds, those that they exclude and their modifiers with choices, in no order.
fn shape(scheme: &SchemeAsRead) -> BTreeSet<String> {
    let behaviour = |one: &CodedBehaviour| {
        let mut excludes: Vec<&str> = one.excludes.iter().map(|code| &**code).collect();
        excludes.sort_unstable();
        let mut sets: Vec<String> = one
            .modifiers
            .iter()
            .map(|set| {
                let choices = set.choices.iter().map(|choice| choice.value.to_string());
                format!("{}: {}", set.name, choices.collect::<Vec<_>>().join("/"))
            })
            .collect();
        sets.sort();
        let description = one.description.trim();
        format!(
            "{} {:?} {excludes:?} {sets:?} {description}",
            one.code, one.kind
        )
    };
    scheme.behaviours.iter().map(behaviour).collect()
}

#[test]
fn the_scheme_of_every_sample_is_one_that_a_study_takes() {
    let mut n = 0;
    for (name, path, _) in expected_samples() {
        let Ok(read) = CodingFile::open(&path).and_then(|file| file.to_project("sample")) else {
            continue;
        };
        let scheme = read.project.scheme;
        if scheme.behaviours.is_empty() {
            continue;
        }
        let (text, _) = scheme_file(&scheme, &name);
        let taken = in_a_study(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        let of_sets = taken.states.iter().flat_map(|set| &set.states).count();
        let others = taken.points.len() + taken.spans.len();
        assert_eq!(of_sets + others, scheme.behaviours.len(), "{name}");
        n += 1;
    }
    eprintln!("{n} schemes taken");
}

/// The planned schemes of the example studies.
fn planned() -> Vec<Scheme> {
    let studies = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../studies");
    let mut schemes = Vec::new();
    for study in ["community-clinic", "hostel-clinic"] {
        let folder = StudyFolder::on_disk(&studies.join(study)).expect("readable");
        let (protocol, _) = Protocol::read_folder(&folder).expect("a sound study");
        schemes.extend(protocol.schemes);
    }
    schemes
}

#[test]
fn planned_schemes_go_to_boris_and_come_back_with_every_behaviour() {
    let mut n = 0;
    for scheme in planned() {
        let shared = SchemeAsRead::planned(&scheme);
        if shared.behaviours.is_empty() {
            continue;
        }
        for (target, name) in [
            (SchemeTarget::Boris, "s.boris"),
            (SchemeTarget::BorisGz, "s.boris.gz"),
        ] {
            let written = write_scheme(&shared, &scheme.title, target).expect("written");
            let again = read(name, &written.bytes);
            assert_eq!(
                shape(&again),
                shape(&as_boris_has_it(&shared)),
                "{}",
                scheme.id
            );
            assert_eq!(again.subjects, shared.subjects);
            let keys = |scheme: &SchemeAsRead| -> Vec<String> {
                let keys = scheme.behaviours.iter().map(|one| one.key.clone());
                keys.collect()
            };
            assert_eq!(keys(&again), keys(&shared));
            let (text, _) = scheme_file(&again, &scheme.title);
            in_a_study(&text).unwrap_or_else(|why| panic!("{}: {why}", scheme.id));
            n += 1;
        }
    }
    assert!(n > 0);
}

fn as_boris_has_it(scheme: &SchemeAsRead) -> SchemeAsRead {
    let mut scheme = scheme.clone();
    for one in &mut scheme.behaviours {
        if one.kind == BehaviourKind::Phase {
            one.kind = BehaviourKind::State;
        }
    }
    scheme
}

fn choices(values: &[&str]) -> Vec<ModifierChoice> {
    let choice = |value: &&str| ModifierChoice {
        value: (*value).into(),
        ..ModifierChoice::default()
    };
    values.iter().map(choice).collect()
}

fn coded(code: &str, kind: BehaviourKind, category: &str, excludes: &[&str]) -> CodedBehaviour {
    CodedBehaviour {
        description: format!("When it is {code}."),
        category: category.to_owned(),
        excludes: excludes.iter().map(|code| (*code).into()).collect(),
        ..CodedBehaviour::new(code, kind)
    }
}

/// An ethogram with all that BORIS can say of it.
fn ethogram() -> SchemeAsRead {
    let mut face = coded("face", BehaviourKind::State, "gaze", &["away"]);
    face.key = "f".to_owned();
    face.colour = "#ff0000".to_owned();
    face.modifiers = vec![
        ModifierSet {
            name: "how".into(),
            choices: choices(&["long", "short"]),
            ..ModifierSet::default()
        },
        ModifierSet {
            name: "with".into(),
            kind: ModifierKind::Several,
            choices: choices(&["smile", "hand"]),
            ..ModifierSet::default()
        },
        ModifierSet {
            name: "size".into(),
            kind: ModifierKind::Number,
            ..ModifierSet::default()
        },
    ];
    let subject = |name: &str| CodedSubject {
        name: name.into(),
        ..CodedSubject::default()
    };
    SchemeAsRead {
        subjects: vec![subject("infant"), subject("mother")],
        behaviours: vec![
            face,
            coded("away", BehaviourKind::State, "gaze", &["face"]),
            coded("holds", BehaviourKind::State, "touch", &[]),
            coded("talks", BehaviourKind::State, "touch", &[]),
            coded("smile", BehaviourKind::Point, "", &[]),
            coded("voice", BehaviourKind::Point, "", &[]),
        ],
        categories: vec!["gaze".to_owned(), "touch".to_owned()],
        variables: Vec::new(),
    }
}

#[test]
fn an_ethogram_goes_to_a_template_and_back() {
    let scheme = ethogram();
    let written = write_scheme(&scheme, "Play", SchemeTarget::Template).expect("written");
    let again = read("play.etf", &written.bytes);
    let names = |scheme: &SchemeAsRead| -> Vec<String> {
        let names = scheme.subjects.iter().map(|one| one.name.to_string());
        names.collect()
    };
    assert_eq!(names(&again), names(&scheme));
    // All behaviours of a tier share its modifiers.
    let mut expected = scheme.clone();
    let sets = expected.behaviours[0].modifiers.clone();
    expected.behaviours[1].modifiers = sets;
    assert_eq!(shape(&again), shape(&expected));
    let told: Vec<&str> = written.not_held.iter().map(|lost| &*lost.what).collect();
    assert_eq!(
        told,
        [
            "keys of behaviours: 1",
            "colours: 1",
            "states that may hold together: 2",
            "behaviours with a number or text as modifier: 1",
            "behaviours with several choices of one modifier: 1",
        ]
    );
    let (text, _) = scheme_file(&again, "Play");
    in_a_study(&text).expect("a scheme of a study");
}

#[test]
fn vocabularies_alone_hold_every_code_with_its_definition() {
    let written = write_scheme(&ethogram(), "Play", SchemeTarget::Vocabulary).expect("written");
    let again = read("play.ecv", &written.bytes);
    let codes: Vec<&str> = again.behaviours.iter().map(|one| &*one.code).collect();
    assert_eq!(
        codes,
        [
            "face", "away", "long", "short", "smile", "hand", "holds", "talks", "smile", "voice"
        ]
    );
    assert_eq!(again.behaviours[0].description, "When it is face.");
}

#[test]
fn a_matrix_of_exclusions_becomes_sets_and_what_is_no_set_is_told() {
    let mut scheme = ethogram();
    scheme.behaviours[2].excludes = vec!["away".into()];
    let (text, lost) = scheme_file(&scheme, "Play");
    let told: Vec<String> = lost.into_iter().map(|lost| lost.what).collect();
    let outside = "pairs of states that exclude each other outside a set: 1";
    assert!(told.iter().any(|told| told == outside), "{told:?}");
    let taken = in_a_study(&text).expect("a scheme");
    let sets: Vec<(bool, Vec<&str>)> = taken
        .states
        .iter()
        .map(|set| {
            let ids = set.states.iter().map(|state| state.id.as_str());
            (set.exclusive, ids.collect())
        })
        .collect();
    assert_eq!(
        sets,
        [
            (true, vec!["face", "away"]),
            (false, vec!["holds", "talks"])
        ]
    );
    let labels: Vec<&str> = taken.states.iter().map(|set| set.label.as_str()).collect();
    assert_eq!(labels, ["gaze", "touch"]);
}

#[test]
fn what_a_planned_scheme_has_and_no_tool_is_told_before_it_is_written() {
    let told: Vec<String> = planned()
        .iter()
        .flat_map(lost_of_plan)
        .map(|lost| lost.what)
        .collect();
    for what in [
        "ratings",
        "measures",
        "behaviours that only some",
        "acts",
        "subjects of whom",
    ] {
        assert!(
            told.iter().any(|told| told.starts_with(what)),
            "{what}: {told:?}"
        );
    }
}

/// Names as people and machines write them.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 _.:|/-]{1,12}",
        "\\PC{1,8}",
        Just("\"quoted\" \\ back".to_owned()),
        Just("two\nlines\tand a tab".to_owned()),
        Just("###".to_owned()),
        Just("ein Blick".to_owned()),
        Just("赤ちゃん".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever a lab calls its behaviours: the scheme passes the check.
    #[test]
    fn any_names_give_a_scheme_that_a_study_takes(
        codes in proptest::collection::vec(names(), 1..6),
        subjects in proptest::collection::vec(names(), 0..3),
        values in proptest::collection::vec(names(), 0..4),
        key in names(),
        title in names(),
    ) {
        let mut scheme = SchemeAsRead::default();
        for name in &subjects {
            scheme.subjects.push(CodedSubject { name: name.as_str().into(), key: key.clone(), description: String::new() });
        }
        for (place, code) in codes.iter().enumerate() {
            let kind = [BehaviourKind::State, BehaviourKind::Point, BehaviourKind::Phase][place % 3];
            let mut one = CodedBehaviour::new(code.as_str(), kind);
            one.key.clone_from(&key);
            one.category.clone_from(&title);
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            one.modifiers = vec![
                ModifierSet { name: key.as_str().into(), choices: choices(&values), ..ModifierSet::default() },
                ModifierSet { name: key.as_str().into(), kind: ModifierKind::Number, ..ModifierSet::default() },
            ];
            scheme.behaviours.push(one);
        }
        let (text, _) = scheme_file(&scheme, &title);
        if let Err(why) = in_a_study(&text) {
            prop_assert!(false, "{why}");
        }
        for (target, name) in [(SchemeTarget::Template, "a.etf"), (SchemeTarget::Boris, "a.boris"), (SchemeTarget::Vocabulary, "a.ecv")] {
            let written = write_scheme(&scheme, &title, target).expect("written");
            prop_assert!(CodingFile::read(name, &written.bytes).and_then(|file| file.to_project("a")).is_ok());
        }
    }
}
