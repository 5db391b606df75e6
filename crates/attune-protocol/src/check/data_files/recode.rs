//! `recode`: cells that stand for an id of the study or for a value of an item.

use super::{Checking, texts};
use crate::{
    data::Recode,
    instrument::PlannedInstrument,
    near_miss::{listed, suggestion},
    shape::Thing,
    written::{TextAt, Written},
};

/// What a recoded column holds.
struct Target {
    /// Headings of the columns; several in a wide file.
    columns: Vec<String>,
    /// What a cell may become; any text when absent.
    allowed: Option<Vec<String>>,
}

impl Checking<'_> {
    pub(super) fn recode(
        &mut self,
        root: &Written,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
    ) -> Vec<Recode> {
        let mut recodes = Vec::new();
        for (part, cells) in table.map("recode") {
            let (Some(part), crate::written::Value::Map(cells)) = (part.text_at(), &cells.value)
            else {
                continue;
            };
            let Some(target) = self.target(root, table, instrument, part) else {
                continue;
            };
            for (cell, value) in texts(cells) {
                self.check_recoded(part, value, &target);
                recodes.extend(target.columns.iter().map(|column| Recode {
                    column: column.clone(),
                    cell: cell.text.to_owned(),
                    value: value.text.to_owned(),
                }));
            }
        }
        recodes
    }

    fn target(
        &mut self,
        root: &Written,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
        part: TextAt<'_>,
    ) -> Option<Target> {
        let columns = columns_of_part(table, part.text);
        if columns.is_empty() {
            let known = parts_with_columns(table);
            let known = || known.iter().map(String::as_str);
            let remedy = suggestion(part.text, known(), || {
                format!("this file has columns for {}", listed(known()))
            });
            self.reading.error(
                part.at,
                format!("no column of this file holds '{}'", part.text),
                remedy,
            );
            return None;
        }
        let ids = |thing| {
            let ids = self.index.all(thing).map(str::to_owned).collect();
            self.index.is_sure(thing).then_some(ids)
        };
        let allowed = match part.text {
            "arm" => ids(Thing::Arm),
            "site" => ids(Thing::Site),
            "wave" => ids(Thing::Wave),
            "answer" => Some(
                ["given", "refused", "withdrawn"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            "item" => instrument.map(|planned| {
                let items = planned.definition.items.iter();
                items.map(|item| item.id.to_string()).collect()
            }),
            other => attribute_with_levels(root, other).and_then(|table| self.levels_of(table)),
        };
        Some(Target { columns, allowed })
    }

    fn check_recoded(&mut self, part: TextAt<'_>, value: TextAt<'_>, target: &Target) {
        let Some(allowed) = &target.allowed else {
            return;
        };
        let known = || allowed.iter().map(String::as_str);
        if known().any(|id| id == value.text) {
            return;
        }
        let remedy = suggestion(value.text, known(), || {
            format!("it can be {}", listed(known()))
        });
        self.reading.error(
            value.at,
            format!("'{}' is nothing that '{}' can be", value.text, part.text),
            remedy,
        );
    }
}

/// Headings of the columns that hold a part, an attribute or an item.
fn columns_of_part(table: &Written, part: &str) -> Vec<String> {
    let own = table.table("columns").and_then(|columns| {
        let in_table = columns.table(part).and_then(|time| time.string("column"));
        columns.string(part).or(in_table)
    });
    let mapped = |table: &Written, key: &str| {
        texts(table.map(key))
            .find(|(name, _)| name.text == part)
            .map(|(_, column)| column.text.to_owned())
    };
    let of_waves = table
        .tables("wave")
        .filter_map(|wave| mapped(wave, "items"));
    own.into_iter()
        .chain(
            ["attributes", "items", "measures"]
                .into_iter()
                .filter_map(|key| mapped(table, key)),
        )
        .chain(of_waves)
        .collect()
}

fn parts_with_columns(table: &Written) -> Vec<String> {
    let own = table
        .table("columns")
        .into_iter()
        .flat_map(|columns| &columns.entries);
    let mut parts: Vec<String> = own.map(|entry| entry.key.to_owned()).collect();
    for key in ["attributes", "items", "measures"] {
        parts.extend(texts(table.map(key)).map(|(name, _)| name.text.to_owned()));
    }
    for wave in table.tables("wave") {
        parts.extend(texts(wave.map("items")).map(|(name, _)| name.text.to_owned()));
    }
    parts.sort();
    parts.dedup();
    parts
}

/// The attribute with this id, if it has levels.
fn attribute_with_levels<'w>(root: &'w Written, id: &str) -> Option<&'w Written> {
    root.tables("attribute")
        .find(|table| table.text("id") == Some(id) && table.text("kind") == Some("levels"))
}
