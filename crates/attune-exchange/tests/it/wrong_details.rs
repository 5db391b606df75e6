//! Every kind of wrong input in details, samples and recordings of files of codings, with the message that people
//! get.

use attune_exchange::codings_file::session_codings;
use attune_protocol::{Protocol, scheme::SampleWay};
use attune_records::{observation::Sampled, records::SessionCoding};

use crate::study::{protocol_of, read, told};

const STUDY: &str = r#"
format = 1

[study]
id = "details"
title = "Details"
allocation = "none"
status = "completed"

[[site]]
id = "clinic"
label = "Clinic"
[[outcome]]
id = "held"
label = "Held"
measure = "room.held-share"
role = "primary"
better = "higher"

[[scheme]]
id = "room"
title = "The room"
version = 1
about = "session"
sampling = ["continuous", { kind = "interval", seconds = 10 }, { kind = "whole-interval", seconds = 30 }, { kind = "scan", seconds = 20 }]
subject = [{ id = "carer", label = "Carer", kind = "carer", many = true }, { id = "infant", label = "Infant", kind = "infant", many = true }]
span = [{ id = "song", label = "Song", definition = "The song." }]
rating = [{ id = "mood", label = "Mood", definition = "In all.", minimum = 1, maximum = 3 }]

[[scheme.point]]
id = "speaks"
label = "Speaks"
definition = "Words."
modifiers = [{ id = "tone", label = "Tone", one-of = ["warm", "flat"], required = true }, { id = "with", label = "With", several-of = ["toy", "book"] }, { id = "loudness", label = "Loudness", minimum = 0, maximum = 5 }]

[[scheme.states]]
id = "place"
label = "Place"
state = [{ id = "held", label = "Held", definition = "In arms.", subjects = ["infant"] }, { id = "floor", label = "On the floor", definition = "On the mat.", subjects = ["infant"] }]

[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "room.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", recording = "clip", recording-begins = "from", length = "length", sample = "sample", subject = "who", behaviour = "what", start = "start", stop = "stop", value = "value" }
modifiers = { tone = "modifier: tone", with = "modifier: with", loudness = "modifier: loudness" }
"#;

const FILES: [(&str, &str); 2] = [
    ("sessions.csv", "session,date\nS1,2024-01-17\n"),
    (
        "room.csv",
        "session,clip,from,length,sample,who,what,start,stop,modifier: tone,modifier: with,modifier: loudness,value\n\
         S1,a,0,60,,carer 1,,,,,,,\n\
         S1,a,0,60,,carer 1,speaks,12.4,,warm,toy; book,2.5,\n\
         S1,a,0,60,,carer 1,speaks,20,,flat,–,,\n\
         S1,a,0,60,,infant 1,held,0,30,,,,\n\
         S1,a,0,60,interval 1,infant 1,held,,,,,,\n\
         S1,a,0,60,interval 1,infant 1,floor,,,,,,\n\
         S1,a,0,60,interval 2,,,,,,,,\n\
         S1,a,0,60,interval 3,,not-codable,,,,,,\n\
         S1,a,0,60,interval 4,infant 1,not-codable,,,,,,\n\
         S1,a,0,60,whole-interval 1,infant 1,held,,,,,,\n\
         S1,a,0,60,scan 1,infant 1,held,0,20,,,,\n\
         S1,a,0,60,,,song,30,60,,,,\n\
         S1,a,0,60,,,mood,,,,,,2\n\
         S1,b,90,30,,infant 1,floor,0,10,,,,\n",
    ),
];

#[test]
fn codings_written_as_a_file_are_read_as_the_same_codings() {
    let protocol = protocol_of(STUDY);
    let (records, _) = read(&protocol, &FILES).expect("readable");
    let codings: Vec<&SessionCoding> = records.codings.iter().collect();
    let file = session_codings("room.csv", &protocol.schemes[0], &codings);
    let head = STUDY
        .split("[[data]]\nfile = \"room.csv\"")
        .next()
        .expect("a head");
    let again = protocol_of(&format!("{head}{}", file.table));
    let text = String::from_utf8(file.csv).expect("text");
    let (back, warnings) = read(&again, &[FILES[0], ("room.csv", &text)]).expect("readable");
    assert!(warnings.is_empty(), "{warnings}");
    // The rows stand elsewhere; everything else is the same.
    let told = |codings: &[SessionCoding]| -> Vec<String> {
        let told = codings.iter().map(|coding| {
            let mut coding = coding.clone();
            coding.source.row = 0;
            coding.samples.sort_unstable();
            coding.not_seen.sort_unstable();
            coding.events.iter_mut().for_each(|event| event.row = 0);
            format!("{coding:?}")
        });
        told.collect()
    };
    assert_eq!(told(&back.codings), told(&records.codings));
}

fn check(group: &str, cases: &[(&str, &str, &str)]) {
    let protocol = protocol_of(STUDY);
    let mut text = String::new();
    for (name, from, to) in cases {
        let [sessions, (file, rows)] = FILES;
        assert!(rows.contains(from), "{name}: {from} is not there");
        let rows = rows.replacen(from, to, 1);
        let told = told(read(&protocol, &[sessions, (file, &rows)]));
        text += &format!("## {name}\n{from:?} -> {to:?}\n\n{told}\n\n");
    }
    insta::assert_snapshot!(group, text);
}

#[test]
fn details_samples_and_recordings_without_a_fault_are_read() {
    let (records, warnings) = read(&protocol_of(STUDY), &FILES).expect("readable");
    assert!(warnings.is_empty(), "{warnings}");
    let [first, second] = records.codings.as_slice() else {
        panic!("a coding of each recording");
    };
    let said: Vec<String> = first
        .events
        .iter()
        .map(|one| one.modifiers.to_string())
        .collect();
    assert_eq!(said[..2], ["warm | toy, book | 2.5", "flat | –"]);
    let answered: Vec<String> = first
        .samples
        .iter()
        .map(|one| one.sampled.to_string())
        .collect();
    assert_eq!(
        answered,
        [
            "interval 1",
            "interval 2",
            "interval 4",
            "whole-interval 1",
            "scan 1"
        ]
    );
    let not_seen = first.not_seen.iter();
    let not_seen: Vec<String> = not_seen
        .map(|one| format!("{} {}", one.subject, one.sample.sampled))
        .collect();
    assert_eq!(not_seen, ["infant 1 interval 4"]);
    assert_eq!(first.not_codable.len(), 1, "the others could be seen");
    let third = Sampled {
        way: SampleWay::Interval,
        number: 2,
    };
    let third = third.interval(attune_records::observation::Micros(10_000_000));
    assert_eq!(Some(first.not_codable[0]), third);
    let begins = second
        .begins
        .map(attune_records::observation::Micros::seconds);
    assert_eq!(
        (second.recording.as_deref(), begins),
        (Some("b"), Some(90.0))
    );
}

#[test]
fn faults_of_details_are_told() {
    check(
        "details",
        &[
            ("a word that is none of them", "12.4,,warm", "12.4,,warn"),
            (
                "two of which one is chosen",
                "12.4,,warm",
                "12.4,,warm; flat",
            ),
            ("one of several that is unknown", "toy; book", "toy; bock"),
            ("beyond the number's bounds", "2.5", "25"),
            ("no number", "2.5", "loud"),
            ("a detail that must be said", "12.4,,warm", "12.4,,"),
            (
                "a detail of a behaviour without any",
                "held,0,30,,",
                "held,0,30,warm,",
            ),
            (
                "several at once",
                "12.4,,warm,toy; book,2.5",
                "12.4,,warn,toys,-1",
            ),
        ],
    );
}

#[test]
fn faults_of_samples_are_told() {
    check(
        "samples",
        &[
            ("behind the end", "interval 2", "interval 7"),
            ("before the first", "interval 2", "interval 0"),
            ("a way that the scheme has not", "scan 1", "momentary 1"),
            ("which way is not said", "scan 1", "1"),
            ("a time instead of a number", "scan 1", "0:20"),
            ("not its begin", "held,0,20", "held,10,20"),
            ("not its end", "held,0,20", "held,0,30"),
            ("a part of the recording", "60,,,song", "60,scan 2,,song"),
            ("a rating", "60,,,mood", "60,scan 2,,mood"),
            (
                "somebody seen who could not be seen",
                "S1,a,0,60,,,song",
                "S1,a,0,60,interval 4,infant 1,floor,,,,,,\nS1,a,0,60,,,song",
            ),
            (
                "one time in a whole interval",
                "S1,a,0,60,,,song",
                "S1,a,0,60,whole-interval 2,carer 1,speaks,,,flat,,,\nS1,a,0,60,,,song",
            ),
            (
                "two states all the time",
                "S1,a,0,60,,,song",
                "S1,a,0,60,whole-interval 1,infant 1,floor,,,,,,\nS1,a,0,60,,,song",
            ),
            (
                "two states at one moment",
                "S1,a,0,60,,,song",
                "S1,a,0,60,scan 1,infant 1,floor,,,,,,\nS1,a,0,60,,,song",
            ),
        ],
    );
}

#[test]
fn faults_of_recordings_are_told() {
    check(
        "recordings",
        &[
            ("two recordings of the same minutes", "S1,b,90", "S1,b,30"),
            (
                "two begins of one recording",
                "S1,a,0,60,,,song",
                "S1,a,5,60,,,song",
            ),
            ("a begin before the session", "S1,b,90", "S1,b,-90"),
        ],
    );
}

#[test]
fn columns_that_do_not_fit_the_scheme_are_told_all_at_once() {
    let wrong = STUDY
        .replace("sampling = [\"continuous\", { kind = \"interval\", seconds = 10 }, { kind = \"whole-interval\", seconds = 30 }, { kind = \"scan\", seconds = 20 }]", "sampling = [\"continuous\"]")
        .replace("recording = \"clip\", ", "")
        .replace("tone = \"modifier: tone\", with", "tones = \"modifier: tone\", with");
    let problems = Protocol::read_folder(&attune_protocol::StudyFolder::from_files(
        FILES
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into_iter()
            .chain([("study.toml".to_owned(), wrong.into_bytes())]),
    ))
    .expect_err("the columns do not fit");
    insta::assert_snapshot!(problems.to_string());
}
