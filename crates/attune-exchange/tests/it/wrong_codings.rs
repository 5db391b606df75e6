//! Every kind of wrong input in files of codings and rating forms, with the message that people get.

use attune_protocol::Protocol;

use crate::study::{protocol_of, read, told};

const STUDY: &str = r#"
format = 1

[study]
id = "codings"
title = "Codings"
allocation = "none"
status = "completed"

[[site]]
id = "clinic"
label = "Clinic"
[[wave]]
id = "baseline"
label = "Enrolment"
when = "at enrolment"
window = "14 days before to 14 days after"
[[outcome]]
id = "density"
label = "Density"
measure = "room.density"
role = "primary"
better = "higher"

[[scheme]]
id = "room"
title = "The room"
version = 1
about = "session"
sampling = ["continuous"]
subject = [{ id = "carer", label = "Carer", kind = "carer", many = true }, { id = "infant", label = "Infant", kind = "infant", many = true }, { id = "nurse", label = "Nurse", kind = "staff-member", many = true }]
act = [{ id = "speaks", label = "Speaks", definition = "Words.", from = ["carer", "nurse"], to = ["own-infant", "other-parent"] }]
states = [{ id = "alert", label = "Alertness", exhaustive = true, state = [{ id = "awake", label = "Awake", definition = "Eyes open.", subjects = ["infant"] }, { id = "asleep", label = "Asleep", definition = "Eyes closed.", subjects = ["infant"] }] }]

[[scheme]]
id = "form"
title = "A form"
version = 1
about = "dyad"
rating = [{ id = "warmth", label = "Warmth", definition = "Warm.", minimum = 1, maximum = 5, step = 0.5, may-be-not-codable = true }, { id = "pace", label = "Pace", definition = "Quick.", minimum = 1, maximum = 5 }]

[[scheme]]
id = "voice"
title = "Voices"
version = 1
about = "dyad"
sampling = ["continuous"]
subject = [{ id = "infant", label = "Infant", kind = "infant" }]
point = [{ id = "sound", label = "Sound", definition = "Any." }]
rating = [{ id = "mood", label = "Mood", definition = "In all.", minimum = 1, maximum = 3 }]

[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", enrolled = "enrolled", born = "born" }
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "room.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", coder = "coder", length = "length", subject = "who", behaviour = "what", target = "whom", start = "start", stop = "stop" }
[[data]]
file = "form.csv"
kind = "codings"
scheme = "form"
columns = { dyad = "code", wave = "wave", coder = "rater", behaviour = "scale", value = "rating" }
[[data]]
file = "voice.csv"
kind = "codings"
scheme = "voice"
columns = { dyad = "code", wave = "wave", length = "length", behaviour = "what", start = "at" }
"#;

const FILES: [(&str, &str); 5] = [
    (
        "dyads.csv",
        "code,enrolled,born\nD1,2024-01-10,2023-12-01\n",
    ),
    ("sessions.csv", "session,date\nS1,2024-01-17\n"),
    (
        "room.csv",
        "session,coder,length,who,what,whom,start,stop\n\
         S1,anna,60,carer 1,,,,\n\
         S1,anna,60,carer 2,speaks,infant 2,12.4,\n\
         S1,anna,60,nurse 1,speaks,carer 1,13,\n\
         S1,anna,60,infant 2,awake,,0,40.5\n\
         S1,anna,60,infant 2,asleep,,40.5,60\n",
    ),
    (
        "form.csv",
        "code,wave,rater,scale,rating\nD1,baseline,ben,warmth,4.5\nD1,baseline,ben,pace,2\n",
    ),
    (
        "voice.csv",
        "code,wave,length,what,at\nD1,baseline,60,sound,12\n",
    ),
];

fn study() -> Protocol {
    protocol_of(STUDY)
}

/// One case: its name, the file, what is replaced in it, and by what.
fn check(group: &str, cases: &[(&str, &str, &str, &str)]) {
    let protocol = study();
    let mut text = String::new();
    for (name, file, from, to) in cases {
        let changed = FILES.map(|(one, content)| {
            if one != *file {
                return (one, content.to_owned());
            }
            assert!(content.contains(from), "{name}: {from} is not in {file}");
            (one, content.replacen(from, to, 1))
        });
        let files: Vec<(&str, &str)> = changed
            .iter()
            .map(|(name, content)| (*name, content.as_str()))
            .collect();
        let told = told(read(&protocol, &files));
        text += &format!("## {name}\n{file}: {from:?} -> {to:?}\n\n{told}\n\n");
    }
    insta::assert_snapshot!(group, text);
}

#[test]
fn codings_without_a_fault_are_read_with_what_the_scheme_needs() {
    let (records, warnings) = read(&study(), &FILES).expect("readable");
    assert!(warnings.is_empty(), "{warnings}");
    let [form, voice] = records.dyad_codings.as_slice() else {
        panic!("two codings of dyads");
    };
    assert!(
        form.coding.windows.is_empty(),
        "a rating form has no length"
    );
    assert_eq!(form.coding.ratings.len(), 2);
    let sound = &voice.coding.events[0];
    assert_eq!(
        sound.subject.as_deref(),
        Some("infant"),
        "the only one who can have made it"
    );
    assert_eq!(records.codings[0].people.len(), 4);
}

#[test]
fn faults_of_events_are_told() {
    check(
        "events",
        &[
            ("an unknown behaviour", "room.csv", "speaks", "speeks"),
            (
                "an unknown subject",
                "room.csv",
                "carer 2,speaks",
                "carrer 2,speaks",
            ),
            (
                "a subject without a family's number",
                "room.csv",
                "carer 2,speaks",
                "carer,speaks",
            ),
            (
                "an act of somebody who does not do it",
                "room.csv",
                "carer 2,speaks",
                "infant 2,speaks",
            ),
            (
                "a state of somebody who has none",
                "room.csv",
                "infant 2,awake",
                "carer 1,awake",
            ),
            (
                "an act to an infant of another family",
                "room.csv",
                "speaks,infant 2",
                "speaks,infant 1",
            ),
            (
                "an act to everybody, which the scheme has not",
                "room.csv",
                "speaks,infant 2",
                "speaks,group",
            ),
            ("an act to nobody", "room.csv", "speaks,infant 2", "speaks,"),
            (
                "a begin after the end of the recording",
                "room.csv",
                "12.4",
                "124",
            ),
            ("an end before the begin", "room.csv", "40.5,60", "40.5,6"),
            ("a state without an end", "room.csv", "40.5,60", "40.5,"),
            ("no begin", "room.csv", "12.4", ""),
            ("a begin that is no number", "room.csv", "12.4", "0:12"),
            ("two states at once", "room.csv", "40.5,60", "30,60"),
            ("time without a state", "room.csv", "40.5,60", "42,60"),
            (
                "another length of the same recording",
                "room.csv",
                "60,infant 2,awake",
                "61,infant 2,awake",
            ),
            ("no length", "room.csv", "60,carer 1", ",carer 1"),
            ("a length of nothing", "voice.csv", "60", "0"),
            (
                "an unknown session",
                "room.csv",
                "S1,anna,60,carer 2",
                "S2,anna,60,carer 2",
            ),
            ("an unknown dyad", "voice.csv", "D1", "D9"),
            (
                "a visit that is not planned",
                "voice.csv",
                "baseline",
                "base",
            ),
            (
                "no behaviour where nobody is named",
                "voice.csv",
                "sound",
                "",
            ),
            ("a missing column", "room.csv", "who", "whoever"),
            (
                "everything in a row at once",
                "room.csv",
                "S1,anna,60,carer 2,speaks,infant 2,12.4,",
                ",anna,-1,cat,speeks,dog,soon,",
            ),
        ],
    );
}

#[test]
fn faults_of_ratings_are_told() {
    check(
        "ratings",
        &[
            ("beyond the scale", "form.csv", "4.5", "6"),
            ("between two ratings", "form.csv", "4.5", "4.25"),
            (
                "a half point where there is none",
                "form.csv",
                "pace,2",
                "pace,2.5",
            ),
            (
                "not codable, where the form allows that",
                "form.csv",
                "4.5",
                "",
            ),
            (
                "not codable, where it does not",
                "form.csv",
                "pace,2",
                "pace,",
            ),
            ("words", "form.csv", "4.5", "warm"),
            ("rated twice", "form.csv", "pace,2", "warmth,2"),
            (
                "a rating that the form has not",
                "form.csv",
                "pace,2",
                "peace,2",
            ),
            ("a decimal comma", "form.csv", "4.5", "\"4,5\""),
            ("an undeclared code", "form.csv", "4.5", "-99"),
            (
                "a rating and no column for it",
                "voice.csv",
                "sound",
                "mood",
            ),
            (
                "several at once",
                "form.csv",
                "ben,warmth,4.5\nD1,baseline,ben,pace,2",
                "ben,warmth,9\nD1,baseline,ben,pace,much",
            ),
        ],
    );
}

#[test]
fn columns_that_the_scheme_needs_are_asked_for_all_at_once() {
    let lacks = STUDY.replace(
        "coder = \"coder\", length = \"length\", subject = \"who\", behaviour = \"what\", target = \"whom\", start = \"start\", stop = \"stop\"",
        "behaviour = \"what\"",
    );
    let problems = Protocol::read_folder(&attune_protocol::StudyFolder::from_files(
        FILES
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into_iter()
            .chain([("study.toml".to_owned(), lacks.into_bytes())]),
    ))
    .expect_err("columns are missing");
    insta::assert_snapshot!(problems.to_string());
}
