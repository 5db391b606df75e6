//! What `attune inspect` counts in a table.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{CodingTable, TableForm, grid::Columns};

/// Cells of the first row that are shown.
const CELLS_SHOWN: usize = 12;

impl CodingTable {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let mut counts = Map::new();
        let mut add = |key: &str, value: Value| {
            counts.insert(key.to_owned(), value);
        };
        let rows = &self.grid.rows;
        add("n_rows", json!(rows.len()));
        add(
            "n_columns_max",
            json!(rows.iter().map(|row| row.cells.len()).max()),
        );
        if !self.grid.sheets.is_empty() {
            add("sheets", json!(self.grid.sheets));
        }
        if let Some(first) = rows.first() {
            add(
                "first_row",
                json!(first.cells.iter().take(CELLS_SHOWN).collect::<Vec<_>>()),
            );
        }
        let Some((heading, holds)) = self.heading() else {
            add("holds", json!("a table without columns of events"));
            return counts;
        };
        let data = &rows[heading + 1..];
        let is_blank =
            |row: &&super::grid::Row| row.cells.iter().all(|cell| cell.trim().is_empty());
        add("holds", json!(holds));
        add("header", json!(rows[heading].cells));
        add("header_row", json!(heading + 1));
        add(
            "n_data_rows",
            json!(data.iter().filter(|row| !is_blank(row)).count()),
        );
        let columns = Columns::new(&self.grid, &rows[heading]);
        let behaviour = columns.place(&["behavior", "behaviour", "column"]);
        let status = columns.place(&["status", "behavior type", "kind"]);
        let duration = columns.place(&["duration (s)", "duration_s"]);
        let (mut by_behaviour, mut by_status) = (BTreeMap::new(), BTreeMap::new());
        let mut durations: BTreeMap<&str, f64> = BTreeMap::new();
        for row in data.iter().filter(|row| !is_blank(row)) {
            let behaviour = columns.cell(row, behaviour);
            *by_behaviour.entry(behaviour).or_insert(0_u64) += 1;
            *by_status.entry(columns.cell(row, status)).or_insert(0_u64) += 1;
            *durations.entry(behaviour).or_default() +=
                columns.number(row, duration).unwrap_or_default();
        }
        add("rows_by_behaviour", json!(by_behaviour));
        if status.is_some() {
            add("rows_by_status", json!(by_status));
        }
        if duration.is_some() {
            let rounded = |seconds: f64| (seconds * 1e6).round() / 1e6;
            let durations: BTreeMap<&str, f64> = durations
                .into_iter()
                .map(|(code, seconds)| (code, rounded(seconds)))
                .collect();
            add("duration_s_by_behaviour", json!(durations));
        }
        counts
    }

    /// The row of headings, and what they say.
    fn heading(&self) -> Option<(usize, &'static str)> {
        match self.form {
            TableForm::BorisRows(row) => Some((row, "events exported by BORIS, one row per event")),
            TableForm::BorisBouts(row) => Some((row, "events exported by BORIS, one row per bout")),
            TableForm::DatavyuCells(row) => Some((row, "cells of Datavyu, one per row")),
            TableForm::Tidy(row) => Some((row, "one row per bout")),
            TableForm::Other => None,
        }
    }
}
