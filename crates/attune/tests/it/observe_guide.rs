//! What the guide's pages about coded video say beyond commands: options and figures in their sentences, on a project
//! that has the names of which the pages speak.

use std::{fs, path::Path};

use serde_json::json;

use crate::support::run;

/// Three clips coded by anna, clara and a trainer.
fn project() -> String {
    let mut observations = serde_json::Map::new();
    let mut add = |id: String, clip: i64, coder: &str, late: i64| {
        let at = |seconds: i64| json!((seconds + late) as f64);
        let mut events = Vec::new();
        for (start, stop, code) in [(10, 60, "face"), (60, 90, "away"), (100, 110, "face")] {
            events.push(json!([at(start), "infant", code, "", ""]));
            events.push(json!([at(stop), "infant", code, "", ""]));
        }
        let media = format!("clip_{clip:03}.mp4");
        observations.insert(
            id,
            json!({"file": {"1": [media]}, "type": "MEDIA", "date": format!("2026-01-{:02}T10:00:00", 8 * clip),
                "description": "", "time offset": 0.0, "events": events, "observation time interval": [0, 0],
                "independent_variables": {"coder": coder},
                "media_info": {"length": {media.clone(): 120.0}, "fps": {media: 25.0}}}),
        );
    };
    for clip in 1..=3 {
        add(format!("clip_{clip:03}_A"), clip, "anna", 0);
        add(format!("clip_{clip:03}_B"), clip, "clara", clip);
        add(format!("clip_{clip:03}_T"), clip, "trainer", 1);
    }
    let state = |code: &str, excluded: &str| {
        json!({"type": "State event", "key": "", "code": code, "description": "", "color": "", "category": "",
            "modifiers": "", "excluded": excluded, "coding map": ""})
    };
    json!({
        "time_format": "s", "project_date": "2026-01-01T00:00:00", "project_name": "clips", "project_description": "",
        "project_format_version": "7.0",
        "subjects_conf": {"0": {"key": "1", "name": "infant", "description": ""}},
        "behaviors_conf": {"0": state("face", "away"), "1": state("away", "face")},
        "observations": observations, "behavioral_categories": [],
        "independent_variables": {"0": {"label": "coder", "description": "", "type": "text", "default value": "", "possible values": ""}},
        "coding_map": {}, "behaviors_coding_map": [], "converters": {},
    })
    .to_string()
}

fn page(name: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    fs::read_to_string(guide.join(name)).expect("a page of the guide")
}

/// The words of a command line; quotation marks hold blanks together.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(place, part)| match place % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// A folder with the project.
fn here() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("project.boris"), project()).expect("a writable folder");
    here
}

fn succeed(here: &Path, line: &str) -> String {
    let words = words(line.strip_prefix("attune ").expect("a command of attune"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = run(here, &words);
    assert_eq!(said.code, 0, "{line}\n{}", said.err);
    said.out
}

#[test]
fn every_option_that_the_page_on_trust_names_is_one_of_agreement() {
    let here = here();
    let text = page("trust-two-coders.md");
    let options: Vec<&str> = text
        .split('`')
        .filter(|part| part.starts_with("--"))
        .collect();
    assert!(options.len() > 5, "{options:?}");
    for option in options {
        let out = succeed(
            here.path(),
            &format!("attune observe agree project.boris {option}"),
        );
        if option == "--gamma" {
            assert!(out.contains("gamma (alpha 1, beta 1, seed 1,"), "{out}");
        }
    }
    let page = fs::read_to_string(here.path().join("agreement.html")).expect("the page");
    assert!(page.contains("clip_003.mp4#t="), "differences play");
    assert!(here.path().join("strip.svg").exists());
}

#[test]
fn the_figures_of_the_page_on_boris_are_those_of_its_example() {
    // Gaze from 10 to 20 s and from 11 to 21 s in ten minutes.
    let here = tempfile::tempdir().expect("a folder");
    let table = "observation,recording,coder,subject,behaviour,kind,start_s,stop_s,window_start_s,window_stop_s\n\
                 a,clip,anna,infant,gaze,state,10,20,0,600\n\
                 b,clip,bea,infant,gaze,state,11,21,0,600\n";
    fs::write(here.path().join("gaze.csv"), table).expect("a writable folder");
    let ours = succeed(here.path(), "attune observe agree gaze.csv");
    let theirs = succeed(here.path(), "attune observe agree gaze.csv --compat boris");
    assert!(ours.contains("0.898"), "{ours}");
    assert!(theirs.contains("-0.091"), "{theirs}");
    let text = page("boris-differences.md");
    assert!(text.contains("−0.09") && text.contains("0.90"));
}
