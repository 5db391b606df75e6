//! What `attune inspect` counts in a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    ElanDocument,
    tier::{Tier, Times, tiers},
};
use crate::video_coding::xml::Element;

impl ElanDocument {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let root = &self.root;
        let count = |name: &str| root.named(name).count();
        let mut counts = Map::new();
        let mut add = |key: &str, value: Value| {
            counts.insert(key.to_owned(), value);
        };
        if !self.is_vocabulary() {
            let header =
                |name: &str| -> usize { root.named("HEADER").map(|h| h.named(name).count()).sum() };
            let slots = || {
                root.named("TIME_ORDER")
                    .flat_map(|order| order.named("TIME_SLOT"))
            };
            let times: BTreeMap<&str, i64> = slots()
                .filter_map(|slot| {
                    let millis = slot.attribute("TIME_VALUE")?.trim().parse().ok()?;
                    Some((slot.attribute("TIME_SLOT_ID")?, millis))
                })
                .collect();
            let tiers = tiers(root);
            let n_annotations: usize = tiers.iter().map(|tier| tier.annotations.len()).sum();
            let unit = root
                .named("HEADER")
                .next()
                .and_then(|h| h.attribute("TIME_UNITS"));
            add("root", json!(root.name));
            add("format", json!(root.attribute("FORMAT")));
            add("version", json!(root.attribute("VERSION")));
            add("time_units", json!(unit));
            add("n_media_descriptors", json!(header("MEDIA_DESCRIPTOR")));
            add("n_linked_files", json!(header("LINKED_FILE_DESCRIPTOR")));
            add("n_time_slots", json!(slots().count()));
            let without = slots()
                .filter(|slot| slot.attribute("TIME_VALUE").is_none())
                .count();
            add("n_time_slots_without_value", json!(without));
            add("n_linguistic_types", json!(count("LINGUISTIC_TYPE")));
            add("n_languages", json!(count("LANGUAGE")));
            add("n_tiers", json!(tiers.len()));
            add("n_annotations", json!(n_annotations));
            let tiers: Vec<Value> = tiers
                .iter()
                .map(|tier| counts_of_tier(tier, &times))
                .collect();
            add("tiers", json!(tiers));
        }
        add("n_external_refs", json!(count("EXTERNAL_REF")));
        let vocabularies: Map<String, Value> = root
            .named("CONTROLLED_VOCABULARY")
            .map(|list| {
                let is_entry = |entry: &&Element| entry.name.starts_with("CV_ENTRY");
                let n = list.elements().filter(is_entry).count();
                (list.attribute("CV_ID").unwrap_or("").to_owned(), json!(n))
            })
            .collect();
        add("controlled_vocabularies", Value::Object(vocabularies));
        counts
    }
}

fn counts_of_tier(tier: &Tier<'_>, times: &BTreeMap<&str, i64>) -> Value {
    let mut by_value: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
    let (mut n_ref, mut n_unset, mut total) = (0, 0, 0);
    for annotation in &tier.annotations {
        let duration = match annotation.times {
            Times::Of(_) => {
                n_ref += 1;
                0
            }
            Times::Slots(first, second) => match (times.get(first), times.get(second)) {
                (Some(start), Some(stop)) => stop.saturating_sub(*start),
                _ => {
                    n_unset += 1;
                    0
                }
            },
        };
        let entry = by_value.entry(&annotation.value).or_default();
        entry.0 += 1;
        entry.1 = entry.1.saturating_add(duration);
        total = i64::saturating_add(total, duration);
    }
    let distinct: BTreeSet<&str> = by_value.keys().copied().collect();
    let n_empty = tier
        .annotations
        .iter()
        .filter(|one| one.value.trim().is_empty())
        .count();
    let by_value: Map<String, Value> = by_value
        .into_iter()
        .map(|(value, (n, millis))| (value.to_owned(), json!({"n": n, "duration_ms": millis})))
        .collect();
    json!({
        "tier_id": tier.id,
        "participant": tier.element.attribute("PARTICIPANT"),
        "annotator": tier.element.attribute("ANNOTATOR"),
        "parent": tier.parent,
        "linguistic_type": tier.kind,
        "constraint": tier.constraint,
        "controlled_vocabulary": tier.vocabulary,
        "n_alignable": tier.annotations.len() - n_ref,
        "n_ref": n_ref,
        "n_alignable_with_unset_slot": n_unset,
        "n_empty_values": n_empty,
        "n_distinct_values": distinct.len(),
        "total_duration_ms_of_fully_timed": total,
        "by_value": by_value,
    })
}
