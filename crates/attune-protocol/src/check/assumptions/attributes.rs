//! Distributions of attributes.

use super::Checking;
use crate::{
    assumptions::{AttributeAssumption, Distribution},
    id::AttributeId,
    near_miss::{listed, suggestion},
    written::Written,
};

impl Checking<'_> {
    pub(super) fn attribute_assumptions(
        &mut self,
        root: &Written,
        table: &Written,
    ) -> Vec<AttributeAssumption> {
        let mut assumptions: Vec<AttributeAssumption> = Vec::new();
        for assumption in table.tables("attribute") {
            let Some(id) = assumption.text_at("id") else {
                continue;
            };
            if assumptions.iter().any(|known| &*known.attribute == id.text) {
                self.reading.error(
                    id.at,
                    format!("'{}' has two distributions", id.text),
                    "keep one of the two",
                );
            }
            let attribute = root
                .tables("attribute")
                .find(|a| a.text("id") == Some(id.text));
            let kind = attribute.and_then(|attribute| attribute.text("kind"));
            let distribution = match kind {
                Some("number") => self.number_distribution(assumption),
                Some("levels") => self.level_distribution(assumption, attribute),
                Some(_) => {
                    self.reading.error(
                        id.at,
                        format!("'{}' is a date, which simulation does not make up", id.text),
                        "remove this table",
                    );
                    None
                }
                None => None,
            };
            if let Some(distribution) = distribution {
                assumptions.push(AttributeAssumption {
                    attribute: AttributeId::new(id.text),
                    distribution,
                });
            }
        }
        assumptions
    }

    fn number_distribution(&mut self, table: &Written) -> Option<Distribution> {
        if let Some(entry) = table.entry("levels") {
            self.reading.error(
                entry.key_at,
                "the attribute is a number and has no levels",
                "write number = { mean = …, sd = …, minimum = …, maximum = … }",
            );
            return None;
        }
        if !table.has("number") {
            self.reading.error(
                table.at,
                "the distribution is missing",
                "add number = { mean = …, sd = …, minimum = …, maximum = … }",
            );
        }
        let spread = table
            .table("number")
            .and_then(|number| self.spread(number))?;
        Some(Distribution::Number(spread))
    }

    fn level_distribution(
        &mut self,
        table: &Written,
        attribute: Option<&Written>,
    ) -> Option<Distribution> {
        if let Some(entry) = table.entry("number") {
            self.reading.error(
                entry.key_at,
                "the attribute has levels and is no number",
                "write levels = { … } with a weight for each level",
            );
            return None;
        }
        if !table.has("levels") {
            self.reading.error(
                table.at,
                "the distribution is missing",
                "add levels = { … } with a weight for each level",
            );
        }
        let known: Vec<&str> = attribute
            .into_iter()
            .flat_map(|attribute| attribute.tables("levels"))
            .filter_map(|level| level.text("id"))
            .collect();
        for (level, _) in table.map("levels") {
            let Some(level) = level.text_at() else {
                continue;
            };
            if !known.contains(&level.text) && !known.is_empty() {
                let remedy = suggestion(level.text, known.iter().copied(), || {
                    format!("its levels are {}", listed(known.iter().copied()))
                });
                self.reading.error(
                    level.at,
                    format!("the attribute has no level '{}'", level.text),
                    remedy,
                );
            }
        }
        Some(Distribution::Levels(self.weights(table, "levels")))
    }
}
