//! What `attune inspect` counts in a spreadsheet.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Column, DatavyuFile};

impl DatavyuFile {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let columns: Vec<Value> = self.sheet.columns.iter().map(Column::counts).collect();
        let n_cells: usize = self
            .sheet
            .columns
            .iter()
            .map(|column| column.cells.len())
            .sum();
        let mut counts = self.as_table.clone().unwrap_or_default();
        let mut add = |key: &str, value: Value| {
            counts.insert(key.to_owned(), value);
        };
        if !self.members.is_empty() {
            let first_line = self
                .sheet
                .version
                .as_ref()
                .map(|version| format!("#{version}"));
            add("members", json!(self.members));
            add("db_first_line", json!(first_line));
            add("project_version", json!(self.project_value("version")));
        }
        add("db_version", json!(self.sheet.version));
        add("n_columns", json!(columns.len()));
        add("n_cells", json!(n_cells));
        add("columns", json!(columns));
        counts
    }
}

impl Column {
    fn counts(&self) -> Value {
        let lengths = self.cells.iter().map(|cell| cell.offset - cell.onset);
        let duration = lengths.fold(0, i64::saturating_add);
        let backwards = self
            .cells
            .iter()
            .filter(|cell| cell.onset > cell.offset)
            .count();
        let codes: Option<Vec<&str>> = self
            .codes
            .as_ref()
            .map(|codes| codes.iter().map(|(code, _)| code.as_str()).collect());
        let mut counts = json!({
            "column": self.name, "type": self.kind, "visible": self.visible, "codes": codes,
            "n_cells": self.cells.len(), "n_onset_after_offset": backwards,
            "sum_offset_minus_onset_ms": duration,
        });
        if self.codes.is_some() {
            let mut by_first: BTreeMap<String, (u64, i64)> = BTreeMap::new();
            for cell in &self.cells {
                let first = cell.values().into_iter().next().unwrap_or_default();
                let entry = by_first.entry(first).or_default();
                entry.0 += 1;
                entry.1 = i64::saturating_add(entry.1, cell.offset - cell.onset);
            }
            let by_first: Map<String, Value> = by_first
                .into_iter()
                .map(|(code, (n, millis))| (code, json!({"n": n, "duration_ms": millis})))
                .collect();
            counts["by_first_code"] = Value::Object(by_first);
        }
        counts
    }
}
