//! What ELAN documents hold, read and written.

use attune_records::observation::{
    Event, Interval, Micros, Modifier, Modifiers, Observation, Span,
};

use super::ElanDocument;

fn document(body: &str) -> ElanDocument {
    let text = format!(
        r#"<?xml version="1.0"?><ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER TIME_UNITS="milliseconds"/>{body}
        <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="true"/>
        <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="parts" CONSTRAINTS="Symbolic_Subdivision"/>
        <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="xds" CONSTRAINTS="Symbolic_Association"/></ANNOTATION_DOCUMENT>"#
    );
    ElanDocument::read(text.as_bytes()).expect("a document")
}

fn slots(times: &[Option<i64>]) -> String {
    let slot = |(index, time): (usize, &Option<i64>)| {
        let time = time.map_or(String::new(), |time| format!(" TIME_VALUE=\"{time}\""));
        format!("<TIME_SLOT TIME_SLOT_ID=\"ts{}\"{time}/>", index + 1)
    };
    format!(
        "<TIME_ORDER>{}</TIME_ORDER>",
        times.iter().enumerate().map(slot).collect::<String>()
    )
}

fn aligned(id: &str, from: u32, to: u32, value: &str) -> String {
    format!(
        r#"<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="ts{from}" TIME_SLOT_REF2="ts{to}"><ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"#
    )
}

fn below(id: &str, parent: &str, value: &str) -> String {
    format!(
        r#"<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{id}" ANNOTATION_REF="{parent}"><ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"#
    )
}

fn shown(document: &ElanDocument) -> Vec<String> {
    let read = document.to_project("clip").expect("observations");
    let events = read.project.events();
    events
        .map(|(one, event)| {
            let interval = event
                .span
                .interval()
                .map_or(String::new(), |i| i.to_string());
            format!(
                "{}: {} [{}] {interval}",
                one.id, event.behaviour, event.modifiers
            )
        })
        .collect()
}

#[test]
fn slots_without_time_lie_evenly_between_their_neighbours() {
    let body = format!(
        "{}<TIER TIER_ID=\"a\" LINGUISTIC_TYPE_REF=\"words\">{}{}{}</TIER>",
        slots(&[Some(1000), None, None, Some(4000)]),
        aligned("a1", 1, 2, "x"),
        aligned("a2", 2, 3, "y"),
        aligned("a3", 3, 4, "z"),
    );
    let document = document(&body);
    assert_eq!(
        shown(&document),
        ["clip: x [] 1–2 s", "clip: y [] 2–3 s", "clip: z [] 3–4 s"]
    );
    let read = document.to_project("clip").expect("observations");
    assert!(read.warnings[0].starts_with("2 time slots"));
}

#[test]
fn one_to_one_tiers_are_modifiers_and_parts_share_the_time() {
    let body = format!(
        "{}<TIER TIER_ID=\"CHI\" LINGUISTIC_TYPE_REF=\"words\" PARTICIPANT=\"child\">{}</TIER>
        <TIER TIER_ID=\"xds@CHI\" PARENT_REF=\"CHI\" LINGUISTIC_TYPE_REF=\"xds\">{}</TIER>
        <TIER TIER_ID=\"parts\" PARENT_REF=\"CHI\" LINGUISTIC_TYPE_REF=\"parts\">{}{}</TIER>",
        slots(&[Some(0), Some(3000)]),
        aligned("a1", 1, 2, "ba da"),
        below("a2", "a1", "to parent"),
        below("a3", "a1", "ba"),
        below("a4", "a1", "da"),
    );
    assert_eq!(
        shown(&document(&body)),
        [
            "clip: ba da [to parent] 0–3 s",
            "clip: ba [] 0–1.5 s",
            "clip: da [] 1.5–3 s"
        ]
    );
}

#[test]
fn two_annotators_are_two_observations_of_one_recording() {
    let body = format!(
        "{}<TIER TIER_ID=\"a\" ANNOTATOR=\"Ann\" LINGUISTIC_TYPE_REF=\"words\">{}</TIER><TIER TIER_ID=\"b\" ANNOTATOR=\"Ben\" LINGUISTIC_TYPE_REF=\"words\">{}</TIER>",
        slots(&[Some(0), Some(1000)]),
        aligned("a1", 1, 2, "x"),
        aligned("a2", 1, 2, "y"),
    );
    assert_eq!(
        shown(&document(&body)),
        ["clip (Ann): x [] 0–1 s", "clip (Ben): y [] 0–1 s"]
    );
}

#[test]
fn circles_and_lost_times_are_told_and_names_are_unique() {
    let body = format!(
        "{}<TIER TIER_ID=\"a\" LINGUISTIC_TYPE_REF=\"parts\">{}{}</TIER><TIER TIER_ID=\"b\" LINGUISTIC_TYPE_REF=\"words\">{}</TIER>",
        slots(&[Some(0), None]),
        below("a1", "a2", "x"),
        below("a2", "a1", "y"),
        aligned("a3", 1, 2, "z"),
    );
    let read = document(&body).to_project("clip").expect("observations");
    let whats: Vec<&str> = read
        .not_taken_over
        .iter()
        .map(|left| left.what.as_str())
        .collect();
    assert_eq!(
        whats,
        [
            "annotations without a time: 2",
            "annotations without a time: 1"
        ]
    );
    let twice = "<TIER TIER_ID=\"a\"/><TIER TIER_ID=\"a\"/>";
    assert!(document(twice).to_project("clip").is_err());
}

#[test]
fn an_observation_becomes_a_document_and_comes_back() {
    let interval = Interval::new(Micros(1_000_000), Micros(2_000_000)).expect("in order");
    let modifiers = Modifiers::new(vec![Modifier {
        set: "to".into(),
        values: vec!["infant".into()],
    }]);
    let events = vec![
        Event {
            subject: Some("parent".into()),
            modifiers: modifiers.clone(),
            comment: Some("a <b> & c".into()),
            ..Event::new("talk", Span::State(interval))
        },
        Event {
            subject: Some("parent".into()),
            ..Event::new("touch", Span::Point(Micros(1_500_000)))
        },
    ];
    let mut observation = Observation::new("one").with_events(events);
    observation.coder = Some("Ann".into());
    let (document, lost) = ElanDocument::of_observation(&observation, "");
    assert_eq!(lost.len(), 1, "points: {lost:?}");
    let again = ElanDocument::read(&document.to_bytes()).expect("a document");
    assert_eq!(again.root.name, document.root.name);
    let read = again.to_project("one").expect("observations");
    let one = &read.project.observations()[0];
    assert_eq!(one.coder.as_deref(), Some("Ann"));
    let events = one.events();
    assert_eq!(
        (&events[0].modifiers, events[0].comment.as_deref()),
        (&modifiers, Some("a <b> & c"))
    );
    assert_eq!(events[1].span, Span::Point(Micros(1_500_000)));
    assert_eq!(events[1].subject.as_deref(), Some("parent"));
}

/// What of a document is told as not taken over.
fn left(document: &ElanDocument) -> Vec<String> {
    let read = document.to_project("clip").expect("observations");
    let left = read.not_taken_over.into_iter();
    left.map(|left| format!("{} ({})", left.what, left.place))
        .collect()
}

#[test]
fn tiers_that_hang_on_each_other_or_on_nothing_lose_no_detail_in_silence() {
    let tier = |name: &str, parent: &str, annotations: &str| {
        format!(
            r#"<TIER TIER_ID="{name}" LINGUISTIC_TYPE_REF="xds" PARENT_REF="{parent}">{annotations}</TIER>"#
        )
    };
    let body = format!(
        "{}<TIER TIER_ID=\"CHI\" LINGUISTIC_TYPE_REF=\"words\">{}</TIER>{}{}{}{}",
        slots(&[Some(0), Some(1000)]),
        aligned("a1", 1, 2, "x"),
        tier("one", "two", &below("b1", "c1", "ring")),
        tier("two", "one", &below("c1", "b1", "ring")),
        tier("lost", "nowhere", &below("d1", "a1", "alone")),
        tier(
            "xds@CHI",
            "CHI",
            &[
                below("e1", "a1", "A"),
                below("e2", "a1", "C"),
                below("e3", "gone", "T")
            ]
            .concat()
        ),
    );
    let document = document(&body);
    assert_eq!(shown(&document), ["clip: x [C] 0–1 s"]);
    assert_eq!(
        left(&document),
        [
            "details of annotations: 1 (tier `one`, `b1`)",
            "details of annotations: 1 (tier `two`, `c1`)",
            "details of annotations: 1 (tier `lost`, `d1`)",
            "details of annotations: 2 (tier `xds@CHI`, `e1`)",
        ]
    );
}

#[test]
fn annotations_that_run_backwards_and_slots_that_are_there_twice_are_told() {
    let tier = |annotations: &str| {
        format!("<TIER TIER_ID=\"a\" LINGUISTIC_TYPE_REF=\"words\">{annotations}</TIER>")
    };
    let both = [aligned("a1", 2, 1, "back"), aligned("a2", 1, 2, "on")].concat();
    let body = format!("{}{}", slots(&[Some(0), Some(1000)]), tier(&both));
    let one = document(&body);
    assert_eq!(shown(&one), ["clip: on [] 0–1 s"]);
    assert_eq!(
        left(&one),
        ["annotations that end before they begin: 1 (tier `a`, `a1`)"]
    );
    let twice = document(&body.replace("\"ts2\" TIME_VALUE", "\"ts1\" TIME_VALUE"));
    let faults = twice.to_project("clip").expect_err("a fault").to_string();
    assert!(
        faults.starts_with("TIME_ORDER: the time slot `ts1` is there twice"),
        "{faults}"
    );
}

#[test]
fn a_vocabulary_is_taken_in_the_language_of_its_tiers_and_others_are_told() {
    let text = r#"<?xml version="1.0"?><ANNOTATION_DOCUMENT FORMAT="3.0"><TIME_ORDER/>
        <TIER TIER_ID="a" LINGUISTIC_TYPE_REF="gaze" LANG_REF="fra"/>
        <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="gaze" TIME_ALIGNABLE="true" CONTROLLED_VOCABULARY_REF="v"/>
        <CONTROLLED_VOCABULARY CV_ID="v">
        <CV_ENTRY_ML CVE_ID="1"><CVE_VALUE LANG_REF="eng">away</CVE_VALUE><CVE_VALUE LANG_REF="fra" DESCRIPTION="les yeux">ailleurs</CVE_VALUE></CV_ENTRY_ML>
        <CV_ENTRY_ML CVE_ID="2"><CVE_VALUE LANG_REF="eng">face</CVE_VALUE></CV_ENTRY_ML>
        </CONTROLLED_VOCABULARY></ANNOTATION_DOCUMENT>"#;
    let document = ElanDocument::read(text.as_bytes()).expect("a document");
    let scheme = document.scheme();
    let codes: Vec<(&str, &str)> = scheme
        .behaviours
        .iter()
        .map(|one| (&*one.code, one.description.as_str()))
        .collect();
    assert_eq!(codes, [("ailleurs", "les yeux"), ("face", "")]);
    assert_eq!(
        left(&document),
        ["entries of vocabularies in further languages: 1 (CV_ENTRY_ML)"]
    );
}
