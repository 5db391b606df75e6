//! The JSON that others build on: its keys, in their order.

use serde_json::Value;

use crate::{early, hostel};

/// The keys of a document, one path a line; lists show their first entry.
fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                keys(value, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(list) => match list.first() {
            Some(first) => keys(first, &format!("{path}[]"), found),
            None => found.push(format!("{path}[]")),
        },
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn keys_and_their_order() {
    let json = serde_json::to_value(hostel::findings()).unwrap();
    let mut found = Vec::new();
    keys(&json, "", &mut found);
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn the_keys_of_the_interface_are_there() {
    let json = serde_json::to_value(early::findings()).unwrap();
    for key in [
        "study",
        "protocol_fingerprint",
        "data_fingerprint",
        "engine",
        "seed",
        "simulated",
        "findings",
    ] {
        assert!(!json[key].is_null(), "{key}");
    }
    let finding = &json["findings"][0];
    for key in [
        "id",
        "question",
        "answer",
        "term",
        "estimate",
        "ci_lower",
        "ci_upper",
        "df",
        "p",
        "effect_size",
        "n_units",
        "n_rows",
        "left_out",
        "method",
        "sensitivity",
        "assumptions",
        "cannot_show",
        "warnings",
    ] {
        assert!(!finding[key].is_null(), "{key}");
    }
    assert_eq!(finding["effect_size"]["kind"], "hedges-g");
    assert_eq!(finding["outcome"]["role"], "primary");
    assert!(
        finding["assumptions"][0]["name"].is_string()
            && finding["assumptions"][0]["result"].is_string()
    );
}

#[test]
fn numbers_read_back_to_the_same_double() {
    let findings = early::findings();
    let text = serde_json::to_string(&findings).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        json["findings"][0]["estimate"].as_f64(),
        findings.findings[0].estimate.estimate
    );
}
