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
