//! The example studies from folder to findings, compared with what is expected of them. The real
//! one is also compared with the reference numbers that R made for the same model.

use std::fs;

use serde_json::Value;

use crate::support::{attune, example, succeed};

fn findings(study: &str) -> Value {
    let out = succeed(&example(study), &["analyse", ".", "--json"]);
    serde_json::from_str(&out).expect("one JSON document")
}

/// The findings without what is drawn from them and without what changes with every release.
fn expected_part(mut findings: Value) -> Value {
    findings["engine"] = "attune".into();
    // A comment in the study file changes it.
    assert_eq!(
        findings["protocol_fingerprint"].as_str().map(str::len),
        Some(64)
    );
    findings["protocol_fingerprint"] = "a fingerprint".into();
    for finding in findings["findings"].as_array_mut().expect("findings") {
        finding.as_object_mut().expect("an object").remove("figure");
        finding["model"]["optimiser"] = "as found".into();
    }
    rounded(findings)
}

/// Numbers to 7 significant digits: the last digits of a double are not the point of this test.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().expect("a double");
            format!("{number:.6e}")
                .parse::<f64>()
                .expect("a number")
                .into()
        }
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, rounded(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

#[test]
fn early_intervention_has_its_expected_findings() {
    insta::assert_json_snapshot!(expected_part(findings("early-intervention")));
}

/// Mean of a measure over the sessions of each phase, from the long table.
fn means_by_phase(study: &str, measure: &str) -> [f64; 2] {
    let table = succeed(&example(study), &["measures", "."]);
    let mut rows = csv_rows(&table);
    let headings = rows.next().expect("headings");
    let place = |name: &str| {
        headings
            .iter()
            .position(|one| one == name)
            .expect("a column")
    };
    let (phase, named, value) = (place("phase"), place("measure"), place("value"));
    let mut values = [Vec::new(), Vec::new()];
    for row in rows.filter(|row| row[named] == measure) {
        if let Ok(number) = row[value].parse::<f64>() {
            values[usize::from(row[phase] == "after")].push(number);
        }
    }
    values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
}

/// The cells of a table without quotes or line breaks in its cells.
fn csv_rows(table: &str) -> impl Iterator<Item = Vec<String>> {
    table
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect())
}

#[test]
fn the_community_clinic_is_compared_by_sessions_and_permuted() {
    let document = findings("community-clinic");
    assert_eq!(document["simulated"], true);
    let all = document["findings"].as_array().expect("findings");
    assert_eq!(all.len(), 5);
    for (finding, measure) in all.iter().zip([
        "room.across-family-share",
        "room.acts-per-minute",
        "room.to-infants-share",
        "room.words-to-infants",
        "room.to-first-engagement",
    ]) {
        let [before, after] = means_by_phase("community-clinic", measure);
        let estimate = finding["estimate"].as_f64().expect("an estimate");
        assert!((estimate - (after - before)).abs() < 1e-9, "{measure}");
        assert!(finding["ci_lower"].as_f64() < finding["ci_upper"].as_f64());
        assert_eq!(finding["n_units"], 50, "the session is the unit");
        let permuted = &finding["sensitivity"][0];
        assert_eq!(permuted["id"], "phase-permutation");
        let (model, random) = (finding["p"].as_f64(), permuted["p"].as_f64());
        assert!(
            (model.expect("p") - random.expect("p")).abs() < 0.02,
            "{measure}"
        );
        let answer = finding["answer"].as_str().expect("a sentence");
        assert!(answer.starts_with("Simulated data.") && answer.contains("cannot be told apart"));
    }
}

#[test]
fn the_report_of_the_community_clinic_says_how_far_its_coders_agree() {
    let study = example("community-clinic");
    let document = findings("community-clinic");
    let room = &document["description"]["rooms"][0];
    let cohesion = &room["comparisons"][0]["agreement"];
    let measured: Value =
        serde_json::from_str(&succeed(&study, &["observe", "agree", ".", "--json"]))
            .expect("one JSON document");
    let by_command = measured["pairs"][0]["measures"]
        .as_array()
        .expect("measures");
    let same = by_command
        .iter()
        .find(|one| one["measure"] == "room.across-family-share")
        .expect("the measure");
    let icc = same["measures"][0]["estimate"].as_f64().expect("a number");
    assert!((cohesion["estimate"].as_f64().expect("a number") - icc).abs() < 1e-9);
    assert_eq!(
        (&cohesion["measure"], &cohesion["n_sessions"]),
        (&"icc-a1".into(), &12.into())
    );
    let limits = room["cannot_show"].as_array().expect("sentences");
    let doubts = |one: &&Value| {
        one.as_str()
            .is_some_and(|one| one.contains("ICC(A,1) 0.67"))
    };
    assert_eq!(limits.iter().filter(doubts).count(), 1, "{limits:?}");
}

#[test]
fn the_room_of_the_community_clinic_is_drawn_before_and_after() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let plot = here.path().join("room.svg");
    let plot = plot.to_str().expect("a path in Unicode");
    let out = succeed(
        &example("community-clinic"),
        &["observe", "sociogram", ".", "--json", "--plot", plot],
    );
    let document: Value = serde_json::from_str(&out).expect("one JSON document");
    assert_eq!(document["simulated"], true);
    let mean = |phase: &Value| {
        let sessions = phase["sessions"].as_array().expect("sessions");
        let values = sessions
            .iter()
            .filter_map(|one| one["to_infants_share"].as_f64());
        values.sum::<f64>() / sessions.len() as f64
    };
    let phases = document["phases"].as_array().expect("phases");
    assert!(mean(&phases[0]) < mean(&phases[1]));
    let svg = fs::read_to_string(plot).expect("the figure");
    assert!(svg.contains("Simulated data") && svg.contains(">With the group<"));
}

#[test]
fn hostel_clinic_has_its_expected_findings() {
    insta::assert_json_snapshot!(expected_part(findings("hostel-clinic")));
}

/// lmerTest 3.1-3 with pbkrtest 0.5.2 on R 4.2.2, lme4 1.1-31 run to the limit of its optimiser;
/// estimate and standard error from a 60-digit program.
#[test]
fn early_intervention_agrees_with_r() {
    let findings = findings("early-intervention");
    let finding = &findings["findings"][0];
    let close = |key: &str, expected: f64, tolerance: f64| {
        let found = finding[key].as_f64().unwrap_or(f64::NAN);
        assert!(
            (found - expected).abs() <= tolerance * expected.abs(),
            "{key}: {found}, expected {expected}"
        );
    };
    close("estimate", 5.271_264_367_816_092, 1e-9);
    close("se", 2.523_049_190_460_503_6, 1e-9);
    close("df", 101.0, 1e-7);
    close("p", 0.039_198_977_874_791_055, 1e-6);
    assert_eq!(finding["model"]["singular"], true);
    assert_eq!(findings["simulated"], false);
}

#[test]
fn the_hostel_study_says_that_it_is_simulated_wherever_it_speaks() {
    let study = example("hostel-clinic");
    let out = tempfile::tempdir().expect("a temporary folder");
    let folder = out.path().to_str().expect("a Unicode path");
    succeed(&study, &["report", ".", "--out", folder]);
    let report = fs::read_to_string(out.path().join("hostel-clinic.html")).expect("the report");
    assert!(report.to_lowercase().matches("simulated").count() >= 3);
    assert!(succeed(&study, &["analyse", "."]).contains("SIMULATED DATA"));
    assert!(succeed(&study, &["check", "."]).contains("simulated"));
    assert_eq!(findings("hostel-clinic")["simulated"], true);
}

#[test]
fn findings_and_report_are_the_same_bytes_on_one_thread_and_many() {
    for study in ["early-intervention", "hostel-clinic"] {
        let with_threads = |n: &str| {
            let out = tempfile::tempdir().expect("a temporary folder");
            let folder = out.path().to_str().expect("a Unicode path");
            let mut analyse = attune(&example(study), &["analyse", ".", "--json"]);
            let findings = analyse
                .env("RAYON_NUM_THREADS", n)
                .output()
                .expect("it runs")
                .stdout;
            let mut report = attune(&example(study), &["report", ".", "--out", folder]);
            assert!(
                report
                    .env("RAYON_NUM_THREADS", n)
                    .status()
                    .expect("it runs")
                    .success()
            );
            (
                findings,
                fs::read(out.path().join(format!("{study}.html"))).expect("the report"),
            )
        };
        assert!(with_threads("1") == with_threads("4"), "{study} differs");
    }
}
