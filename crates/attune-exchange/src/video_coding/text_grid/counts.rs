//! What `attune inspect` counts in a TextGrid.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Marks, TextGrid, Tier};

impl TextGrid {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let tiers: Vec<Value> = self.tiers.iter().map(Tier::counts).collect();
        [
            ("xmin", json!(self.xmin)),
            ("xmax", json!(self.xmax)),
            ("n_tiers", json!(tiers.len())),
            ("tiers", json!(tiers)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}

impl Tier {
    fn counts(&self) -> Value {
        match &self.marks {
            Marks::Points(points) => json!({
                "name": self.name, "cls": "TextTier", "n": points.len(), "points": points,
            }),
            Marks::Intervals(intervals) => {
                let mut by_label: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
                let (mut labelled, mut n_labelled) = (0.0, 0);
                for (begin, end, label) in intervals {
                    let entry = by_label.entry(label).or_default();
                    entry.0 += 1;
                    entry.1 += end - begin;
                    if !label.is_empty() {
                        labelled += end - begin;
                        n_labelled += 1;
                    }
                }
                let by_label: Map<String, Value> = by_label
                    .into_iter()
                    .map(|(label, (n, duration))| {
                        (
                            label.to_owned(),
                            json!({"n": n, "duration_s": rounded(duration)}),
                        )
                    })
                    .collect();
                json!({
                    "name": self.name, "cls": "IntervalTier", "n": intervals.len(),
                    "n_nonempty": n_labelled, "labelled_duration_s": rounded(labelled),
                    "by_label": by_label,
                })
            }
        }
    }
}

/// To the microsecond, so that sums of decimals look like decimals.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}
