//! `attune observe` as its users type it, on a small project of two coders.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{folder, json as answer, succeed, told};

/// Three clips of ten minutes, each coded by anna and bea in the layout of a BORIS project.
fn project() -> tempfile::TempDir {
    let behaviour = |code: &str, kind: &str, excluded: &str| {
        json!({"type": kind, "key": "", "code": code, "description": "", "color": "", "category": "",
            "modifiers": "", "excluded": excluded, "coding map": ""})
    };
    let mut observations = serde_json::Map::new();
    for clip in 1..=3_i64 {
        for (coder, late) in [("anna", 0), ("bea", clip)] {
            let at = |seconds: i64| json!((seconds + late) as f64);
            let mut events = Vec::new();
            for (start, stop, code) in [(10, 60, "face"), (60, 200, "away"), (200, 420, "face")] {
                events.push(json!([at(start), "infant", code, "", ""]));
                events.push(json!([at(stop), "infant", code, "", ""]));
            }
            for time in [30, 90, 250] {
                events.push(json!([at(time), "carer", "speaks", "", ""]));
            }
            let media = format!("clip{clip}.mp4");
            observations.insert(
                format!("{clip}-{coder}"),
                json!({"file": {"1": [media]}, "type": "MEDIA", "date": format!("2026-01-{:02}T10:00:00", 7 * clip),
                    "description": "", "time offset": 0.0, "events": events, "observation time interval": [0, 0],
                    "independent_variables": {"coder": coder},
                    "media_info": {"length": {media.clone(): 600.0}, "fps": {media: 25.0}}}),
            );
        }
    }
    let project = json!({
        "time_format": "s", "project_date": "2026-01-01T00:00:00", "project_name": "two coders", "project_description": "",
        "project_format_version": "7.0",
        "subjects_conf": {"0": {"key": "1", "name": "infant", "description": ""}, "1": {"key": "2", "name": "carer", "description": ""}},
        "behaviors_conf": {"0": behaviour("face", "State event", "away"), "1": behaviour("away", "State event", "face"),
            "2": behaviour("speaks", "Point event", "")},
        "observations": observations, "behavioral_categories": [],
        "independent_variables": {"0": {"label": "coder", "description": "", "type": "text", "default value": "", "possible values": ""}},
        "coding_map": {}, "behaviors_coding_map": [], "converters": {},
    });
    folder(&[("two.boris", &project.to_string())])
}

fn measure<'a>(stream: &'a Value, name: &str) -> &'a Value {
    let measures = stream["measures"].as_array().expect("measures");
    measures
        .iter()
        .find(|one| one["measure"] == name)
        .expect("the measure")
}

fn agreement(here: &Path, more: &[&str]) -> Value {
    answer(here, &[&["observe", "agree", "two.boris"], more].concat())
}

#[test]
fn all_clips_of_two_coders_are_compared_with_intervals() {
    let here = project();
    let document = agreement(here.path(), &[]);
    let pair = &document["pairs"][0];
    assert_eq!(
        (&pair["coders"], &pair["n_clips"]),
        (&json!(["anna", "bea"]), &json!(3))
    );
    let gaze = &pair["streams"][0];
    assert_eq!(gaze["codes"], json!(["face", "away"]));
    let kappa = measure(gaze, "boundary-weighted-kappa");
    // Late by 1, 2 and 3 s at each of four changes: 24 of 1800 s differ.
    let share = kappa["agreement"].as_f64().unwrap();
    assert!((share - (1.0 - 24.0 / 1800.0)).abs() < 1e-12);
    assert!(kappa["ci_lower"].as_f64().unwrap() < kappa["estimate"].as_f64().unwrap());
    for name in [
        "time-unit-kappa",
        "tolerant-time-unit-kappa",
        "event-alignment-kappa",
        "overlap-linking-kappa",
    ] {
        let found = measure(gaze, name);
        assert!(
            found["estimate"].is_f64()
                && found["window"].is_string()
                && found["pooling"].is_string(),
            "{found}"
        );
    }
    assert_eq!(
        pair["disagreements"][0]["end_s"].as_f64().unwrap()
            - pair["disagreements"][0]["start_s"].as_f64().unwrap(),
        3.0
    );
    assert!(
        gaze["drift"]["per_week"].as_f64().unwrap() < 0.0,
        "bea comes later every week"
    );
}

#[test]
fn the_same_call_gives_the_same_bytes() {
    let here = project();
    let call = ["observe", "agree", "two.boris", "--json"];
    assert_eq!(succeed(here.path(), &call), succeed(here.path(), &call));
}

#[test]
fn boris_rules_are_followed_when_asked() {
    let here = project();
    let document = agreement(
        here.path(),
        &[
            "--pair",
            "1-anna,1-bea",
            "--compat",
            "boris",
            "--behaviour",
            "face,away",
            "--unit",
            "1",
        ],
    );
    let pair = &document["pairs"][0];
    assert_eq!(pair["window_s"], json!([10.0, 421.0]));
    assert_eq!(pair["step_s"], json!(1.0));
    // Both ends belong to a state, so at 60 and 61 s one coder has both codes.
    assert!(pair["kappa"].as_f64().unwrap() < 0.995);
}

#[test]
fn a_summary_has_rates_and_shares_of_codable_time() {
    let here = project();
    let document = answer(
        here.path(),
        &["observe", "summary", "two.boris", "--observation", "1-anna"],
    );
    let observation = &document["observations"][0];
    assert_eq!(
        (&observation["id"], &observation["duration_s"]),
        (&json!("1-anna"), &json!(600.0))
    );
    let behaviours = observation["behaviours"].as_array().unwrap();
    let face = behaviours
        .iter()
        .find(|one| one["behaviour"] == "face")
        .unwrap();
    assert_eq!(
        (
            &face["n"],
            &face["total_s"],
            &face["share"],
            &face["rate_per_minute"]
        ),
        (&json!(2), &json!(270.0), &json!(0.45), &json!(0.2))
    );
    let speaks = behaviours
        .iter()
        .find(|one| one["behaviour"] == "speaks")
        .unwrap();
    assert_eq!(
        (&speaks["n"], &speaks["total_s"]),
        (&json!(3), &Value::Null)
    );
}

#[test]
fn what_follows_what_and_what_is_answered_is_asked_in_one_call() {
    let here = project();
    let document = answer(
        here.path(),
        &[
            "observe",
            "summary",
            "two.boris",
            "--transitions",
            "--contingency",
            "infant:face,carer:speaks",
            "--within",
            "60",
        ],
    );
    let first = &document["transitions"][0]["transitions"][0];
    assert_eq!(
        (&first["first"], &first["then"], &first["n"]),
        (&json!("face"), &json!("away"), &json!(6.0))
    );
    assert_eq!(
        (
            &document["contingency"]["n"],
            &document["contingency"]["answered"]
        ),
        (&json!(12), &json!(1.0))
    );
}

#[test]
fn slips_in_names_are_told_with_what_was_meant() {
    let here = project();
    let said = told(
        here.path(),
        &["observe", "agree", "two.boris", "--pair", "ana,bea"],
    );
    assert!(said.contains("did you mean `anna`?"), "{said}");
    let said = told(
        here.path(),
        &["observe", "summary", "two.boris", "--behaviour", "fce"],
    );
    assert!(said.contains("did you mean `face`?"), "{said}");
    let said = told(
        here.path(),
        &["observe", "agree", "two.boris", "--pair", "anna"],
    );
    assert!(said.contains("two names"), "{said}");
}

#[test]
fn figures_are_written_whole() {
    let here = project();
    succeed(
        here.path(),
        &["observe", "agree", "two.boris", "--plot", "strip.svg"],
    );
    let svg = std::fs::read_to_string(here.path().join("strip.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("differ,different,"));
}
