//! A study whose scheme went from version 1 to version 2: what was coded by the first is read and measured by it.

use attune_exchange::{RecordFiles, read_records_from};
use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, StudyFolder, missing::Missing};
use attune_records::Records;

const STUDY: &str = r#"
format = 1
[study]
id = "room"
title = "The room"
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
file = "room-2.toml"
earlier = ["room-1.toml"]
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "first.csv"
kind = "codings"
scheme = "room"
scheme-version = 1
columns = { session = "session", coder = "coder", length = "length", subject = "who", behaviour = "what", start = "start", stop = "stop" }
[[data]]
file = "second.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", coder = "coder", length = "length", subject = "who", behaviour = "what", start = "start", stop = "stop" }
"#;

fn scheme(version: u32, more: &str) -> String {
    format!(
        "title = \"The room\"\nversion = {version}\nabout = \"session\"\nsampling = [\"continuous\"]\n\
         subject = [{{ id = \"infant\", label = \"Infant\", kind = \"infant\", many = true }}]\n\
         states = [{{ id = \"place\", label = \"Place\", state = [{{ id = \"held\", label = \"Held\", definition = \"In arms.\" }}{more}] }}]\n"
    )
}

/// What the earlier version had and the present one has not.
const FLOOR: &str = ", { id = \"floor\", label = \"Floor\", definition = \"On the mat.\" }";

const HEADINGS: &str = "session,coder,length,who,what,start,stop\n";

fn folder(schemes: [String; 2], rows: [&str; 2]) -> StudyFolder {
    let [one, two] = schemes;
    let [first, second] = rows.map(|rows| format!("{HEADINGS}{rows}"));
    let sessions = "session,date\nS1,2024-01-17\nS2,2024-02-17\n".to_owned();
    StudyFolder::from_files([
        ("study.toml", STUDY.to_owned()),
        ("room-1.toml", one),
        ("room-2.toml", two),
        ("sessions.csv", sessions),
        ("first.csv", first),
        ("second.csv", second),
    ])
}

fn read(schemes: [String; 2], rows: [&str; 2]) -> (Protocol, Records, String) {
    let folder = folder(schemes, rows);
    let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|why| panic!("{why}"));
    let files = ["sessions.csv", "first.csv", "second.csv"];
    let files = files.map(|name| (name.to_owned(), folder.bytes(name).expect("there").to_vec()));
    let read = read_records_from(&protocol, &RecordFiles::from_files(files));
    let (records, warnings) = read.unwrap_or_else(|why| panic!("{why}"));
    (protocol, records, warnings.to_string())
}

fn held(measures: &Measures, session: &str) -> Result<f64, Missing> {
    let mut rows = measures.rows.iter();
    let row =
        rows.find(|row| &*row.measure == "room.held-share" && *measures.unit(row).id == *session);
    row.expect("a row of each session").value
}

#[test]
fn old_codings_are_read_by_their_version_and_measured_where_it_has_everything() {
    let rows = [
        "S1,ann,60,infant 1,floor,0,45\nS1,ann,60,infant 1,held,45,60\n",
        "S2,ann,60,infant 1,held,0,30\n",
    ];
    let (protocol, records, _) = read([scheme(1, FLOOR), scheme(2, "")], rows);
    let versions: Vec<u32> = records
        .codings
        .iter()
        .map(|coding| coding.version)
        .collect();
    assert_eq!(versions, [1, 2]);
    let measures = measure(&protocol, &records);
    assert_eq!(held(&measures, "S1"), Ok(0.25));
    assert_eq!(held(&measures, "S2"), Ok(0.5));
}

#[test]
fn what_the_earlier_version_did_not_ask_for_is_no_zero() {
    let rows = [
        "S1,ann,60,infant 1,held,45,60\n",
        "S2,ann,60,infant 1,floor,0,30\n",
    ];
    let (protocol, records, _) = read([scheme(1, ""), scheme(2, FLOOR)], rows);
    let measures = measure(&protocol, &records);
    assert_eq!(held(&measures, "S1"), Err(Missing::NotAsked));
    assert_eq!(held(&measures, "S2"), Ok(0.0));
}

#[test]
fn two_coders_by_two_versions_are_told_and_not_compared() {
    let rows = [
        "S1,ann,60,infant 1,held,0,60\n",
        "S1,ben,60,infant 1,held,0,30\nS2,ben,60,infant 1,held,0,30\n",
    ];
    let (protocol, records, told) = read([scheme(1, FLOOR), scheme(2, "")], rows);
    assert!(told.contains("two coders by different rules"), "{told}");
    assert_eq!(held(&measure(&protocol, &records), "S1"), Ok(1.0));
}

#[test]
fn faults_of_earlier_versions_are_told_with_their_files() {
    let told = |one: String| {
        let folder = folder([one, scheme(2, "")], ["", ""]);
        let problems = Protocol::read_folder(&folder).expect_err("refused");
        problems.to_string()
    };
    let newer = told(scheme(3, ""));
    assert!(
        newer.contains("this is version 3, and the present one is 2"),
        "{newer}"
    );
    assert!(
        newer.contains("does not have version 1 of the scheme"),
        "{newer}"
    );
    let broken = told(scheme(1, "").replace("label = \"Place\", ", ""));
    assert!(
        broken.contains("room-1.toml") && broken.contains("label"),
        "{broken}"
    );
}
