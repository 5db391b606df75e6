//! `attune inspect` and `attune observe convert`.

use crate::support::{folder, json, run, succeed, told};

const PROJECT: &str = r#"{"project_format_version": "7.0", "project_name": "play",
"subjects_conf": {"0": {"key": "i", "name": "infant", "description": ""}},
"behaviors_conf": {
  "0": {"type": "State event", "key": "g", "code": "gaze", "description": "", "category": "", "modifiers": {"0": {"name": "at", "type": 0, "values": ["face (f)", "toy (t)"]}}, "excluded": "", "coding map": ""},
  "1": {"type": "Point event", "key": "v", "code": "voice", "description": "", "category": "", "modifiers": {}, "excluded": "", "coding map": ""}},
"independent_variables": {}, "behavioral_categories": [], "coding_map": {},
"observations": {
  "one": {"type": "MEDIA", "date": "2026-01-01T00:00:00", "description": "", "time offset": 0.0, "file": {"1": ["clip.mp4"]},
    "media_info": {"length": {"clip.mp4": 60.0}, "fps": {"clip.mp4": 25.0}}, "independent_variables": {"coder": "Ann"},
    "events": [[1.5, "infant", "gaze", "face", ""], [2.0, "infant", "voice", "", ""], [4.25, "infant", "gaze", "face", ""], [7.0, "infant", "gaze", "toy", ""]]},
  "two": {"type": "LIVE", "date": "", "description": "", "time offset": 0.0, "file": {}, "independent_variables": {}, "events": []}}}"#;

#[test]
fn inspect_counts_a_project_and_tells_its_open_bout() {
    let here = folder(&[("play.boris", PROJECT)]);
    let document = json(here.path(), &["inspect", "play.boris"]);
    assert_eq!(document["kind"], "boris");
    assert_eq!(document["n_observations"], 2);
    assert_eq!(document["observations"]["one"]["n_event_rows"], 4);
    assert_eq!(document["not_taken_over"], serde_json::json!([]));
    let warning = document["warnings"][0].as_str().expect("a warning");
    assert!(
        warning.contains("gaze of infant at 7 s (row 4) has no end"),
        "{warning}"
    );
    let text = succeed(here.path(), &["inspect", "play.boris"]);
    assert!(
        text.starts_with("kind: boris\n") && text.contains("subjects: infant"),
        "{text}"
    );
}

#[test]
fn convert_lists_what_the_other_format_cannot_hold() {
    let here = folder(&[("play.boris", PROJECT)]);
    let said = run(
        here.path(),
        &[
            "observe",
            "convert",
            "play.boris",
            "one.eaf",
            "--observation",
            "one",
        ],
    );
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(
        said.err.contains("not held: bouts with one end: 1"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("one.eaf: 1 observation, 3 events"),
        "{}",
        said.err
    );
    let back = run(here.path(), &["observe", "convert", "one.eaf", "back.csv"]);
    assert_eq!(back.code, 0, "{}", back.err);
    let bouts = std::fs::read_to_string(here.path().join("back.csv")).expect("a table");
    assert!(
        bouts.contains("infant,,gaze,state,1.5,4.25,2.75,face"),
        "{bouts}"
    );
    assert!(bouts.contains("infant,,voice,point,2,"), "{bouts}");
}

#[test]
fn several_observations_are_chosen_or_written_one_by_one() {
    let here = folder(&[("play.boris", PROJECT)]);
    let complaint = told(
        here.path(),
        &["observe", "convert", "play.boris", "out.TextGrid"],
    );
    assert!(
        complaint.contains("choose one of `one`, `two`"),
        "{complaint}"
    );
    assert!(
        !here.path().join("out.TextGrid").exists(),
        "nothing is half-written"
    );
    succeed(
        here.path(),
        &["observe", "convert", "play.boris", "out.TextGrid", "--each"],
    );
    assert!(here.path().join("out.one.TextGrid").exists());
    assert!(here.path().join("out.two.TextGrid").exists());
    let complaint = told(
        here.path(),
        &[
            "observe",
            "convert",
            "play.boris",
            "x.eaf",
            "--observation",
            "onee",
        ],
    );
    assert!(complaint.contains("did you mean `one`?"), "{complaint}");
}

#[test]
fn what_cannot_be_read_or_written_is_told_and_nothing_is_written() {
    let here = folder(&[
        ("cut.boris", &PROJECT[..200]),
        ("evil.eaf", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        ("play.boris", PROJECT),
        (
            "faults.csv",
            "observation,behaviour,kind,start_s,stop_s\nA,talk,state,2,1\nA,,state,1,2\n",
        ),
    ]);
    for (arguments, says) in [
        (vec!["inspect", "cut.boris"], "ends in the middle"),
        (vec!["inspect", "evil.eaf"], "document type definition"),
        (vec!["inspect", "faults.csv"], "row 3: no behaviour"),
        (
            vec!["observe", "convert", "play.boris", "x.docx"],
            "cannot be written",
        ),
        (
            vec!["observe", "convert", "play.boris", "play.boris"],
            "same file",
        ),
    ] {
        let complaint = told(here.path(), &arguments);
        assert!(complaint.contains(says), "{complaint}");
    }
}

#[test]
fn any_table_is_counted() {
    let here = folder(&[("table.csv", "a;b\n1,5;2\n3;4\n")]);
    let document = json(here.path(), &["inspect", "table.csv"]);
    assert_eq!(
        (&document["kind"], &document["n_rows"]),
        (&"csv".into(), &3.into())
    );
}

#[test]
fn an_ethogram_is_printed_as_a_scheme_file() {
    let here = folder(&[("play.boris", PROJECT)]);
    let said = run(here.path(), &["observe", "scheme", "play.boris"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.starts_with("title = \"play\"\nversion = 1\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("one-of = [\"face\", \"toy\"]"),
        "{}",
        said.out
    );
    assert!(
        said.err.contains("behaviours without a definition: 2"),
        "{}",
        said.err
    );
}

#[test]
fn a_scheme_goes_from_boris_into_a_study_and_from_the_study_back_to_boris_and_elan() {
    let here = folder(&[("play.boris", PROJECT)]);
    let into = ["observe", "scheme", "play.boris", "--out", "play.toml"];
    assert_eq!(run(here.path(), &into).code, 0);
    for (name, kind) in [
        ("back.boris", "boris"),
        ("back.etf", "eaf"),
        ("back.ecv", "ecv"),
    ] {
        let said = run(
            here.path(),
            &["observe", "scheme", "play.toml", "--out", name],
        );
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
        let document = json(here.path(), &["inspect", name]);
        assert_eq!(document["kind"], kind);
    }
    let document = json(here.path(), &["inspect", "back.boris"]);
    assert_eq!(document["n_behaviours"], 2);
    assert_eq!(document["n_observations"], 0);
    let said = run(here.path(), &["observe", "scheme", "play.toml"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("ending in .boris"), "{}", said.err);
}

#[test]
fn a_study_gives_the_scheme_that_is_named() {
    let study = format!(
        "{}/../../studies/community-clinic",
        env!("CARGO_MANIFEST_DIR")
    );
    let here = folder(&[]);
    let ask = |rest: &[&str]| {
        run(
            here.path(),
            &[&["observe", "scheme", &study], rest].concat(),
        )
    };
    let said = ask(&[]);
    assert!(
        said.err
            .contains("ending in .boris, .boris.gz, .etf or .ecv"),
        "{}",
        said.err
    );
    let said = ask(&["--out", "a.boris", "--scheme", "nothing"]);
    assert!(
        said.err.contains("the study has no scheme `nothing`"),
        "{}",
        said.err
    );
    let said = ask(&["--out", "a.boris", "--scheme", "room"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err
            .contains("note: acts: 2 (written with the modifier `to`"),
        "{}",
        said.err
    );
    assert_eq!(
        json(here.path(), &["inspect", "a.boris"])["n_behaviours"],
        5
    );
}

#[test]
fn an_observation_that_a_format_has_no_file_for_keeps_no_other_from_being_written() {
    let here = folder(&[("play.boris", PROJECT)]);
    let said = run(
        here.path(),
        &["observe", "convert", "play.boris", "a.srt", "--each"],
    );
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err
            .contains("not written: two: there is nothing to show"),
        "{}",
        said.err
    );
    assert!(here.path().join("a.one.srt").is_file());
    assert!(!here.path().join("a.two.srt").exists());
}

const TEAM: &str = r#"{"project_format_version": "7.0", "project_name": "team",
"subjects_conf": {}, "behaviors_conf": {
  "0": {"type": "Point event", "key": "v", "code": "voice", "description": "", "category": "", "modifiers": {}, "excluded": "", "coding map": ""}},
"independent_variables": {}, "behavioral_categories": [], "coding_map": {},
"observations": {
  "clip 1 ann": {"type": "LIVE", "date": "", "description": "", "time offset": 0.0, "file": {}, "independent_variables": {}, "events": [[1.0, "", "voice", "", ""]]},
  "clip 1 ben": {"type": "LIVE", "date": "", "description": "", "time offset": 0.0, "file": {}, "independent_variables": {}, "events": [[2.0, "", "voice", "", ""]]},
  "clip 2 ann": {"type": "LIVE", "date": "", "description": "", "time offset": 0.0, "file": {}, "independent_variables": {}, "events": [[3.0, "", "voice", "", ""]]}}}"#;

#[test]
fn a_team_s_project_becomes_one_table_with_recordings_and_coders_by_a_list() {
    let here = folder(&[("team.boris", TEAM)]);
    let convert = ["observe", "convert", "team.boris"];
    let asked = |more: &[&'static str]| [&convert[..], more].concat();
    let listed = run(here.path(), &asked(&["--write-list", "list.csv"]));
    assert_eq!(listed.code, 0, "{}", listed.err);
    let list = std::fs::read_to_string(here.path().join("list.csv")).expect("written");
    assert!(
        list.contains("clip 1 ben,clip 1,ben,,team.boris,"),
        "{list}"
    );
    let corrected = list.replace("clip 2 ann,clip 2,ann,,", "clip 2 ann,clip 2,ann,yes,");
    std::fs::write(here.path().join("list.csv"), corrected).expect("written");
    let told = run(here.path(), &asked(&["codings.csv", "--list", "list.csv"]));
    assert_eq!(told.code, 0, "{}", told.err);
    let table = std::fs::read_to_string(here.path().join("codings.csv")).expect("written");
    assert!(table.contains("clip 1 ben,clip 1,ben,"), "{table}");
    assert!(!table.contains("clip 2"), "{table}");
}

#[test]
fn everything_that_is_wrong_with_a_list_is_told_and_nothing_is_written() {
    let list = "observation,recording,coder,colour\nclip 1 ann,a,x,\n";
    let twice = "observation,recording,coder\nclip 1 ann,a,x\nclip 1 ben,a,x\nclip 9,b,x\n";
    let here = folder(&[("team.boris", TEAM), ("a.csv", list), ("b.csv", twice)]);
    let mut said = String::new();
    for list in ["a.csv", "b.csv"] {
        let args = [
            "observe",
            "convert",
            "team.boris",
            "out.csv",
            "--list",
            list,
        ];
        let told = run(here.path(), &args);
        assert_ne!(told.code, 0);
        said += &told.err;
    }
    assert!(!here.path().join("out.csv").exists());
    insta::assert_snapshot!(said);
}
