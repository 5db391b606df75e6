//! What `attune inspect` counts in a project.

use serde_json::{Map, Value, json};

use super::{BorisObservation, BorisProject, ethogram::text};

impl BorisProject {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let behaviours: Vec<Value> = self.entries("behaviors_conf").map(behaviour).collect();
        let subjects: Vec<String> = self
            .entries("subjects_conf")
            .map(|subject| text(subject, "name"))
            .collect();
        let observations: Map<String, Value> = self
            .observations
            .iter()
            .map(|one| (one.id.clone(), one.counts()))
            .collect();
        super::take_over::object([
            (
                "project_format_version",
                self.rest
                    .get("project_format_version")
                    .cloned()
                    .unwrap_or_default(),
            ),
            ("n_behaviours", json!(behaviours.len())),
            ("behaviours", json!(behaviours)),
            ("subjects", json!(subjects)),
            (
                "n_independent_variables",
                json!(self.entries("independent_variables").count()),
            ),
            ("n_observations", json!(self.observations.len())),
            ("observations", Value::Object(observations)),
        ])
    }
}

/// Code, type, key, category, excluded codes.
fn behaviour(value: &Value) -> Value {
    json!(["code", "type", "key", "category", "excluded"].map(|key| text(value, key)))
}

impl BorisObservation {
    fn counts(&self) -> Value {
        let times = || self.rows.iter().filter_map(|row| row.time);
        let mut rows: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        for row in &self.rows {
            *rows
                .entry(format!("{}|{}", row.subject, row.code))
                .or_default() += 1;
        }
        json!({
            "type": self.rest.get("type"),
            "n_event_rows": self.rows.len(),
            "n_media": self.media().len(),
            "time_offset": self.rest.get("time offset").and_then(Value::as_f64),
            "first": times().reduce(f64::min),
            "last": times().reduce(f64::max),
            "rows_by_subject_and_code": rows,
        })
    }
}
