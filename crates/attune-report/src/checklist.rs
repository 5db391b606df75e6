//! Reporting guidelines as data: one TOML file each in `checklists/`, with edition and date, every
//! item in our own words. Where the report meets an item is judged in `compose/checklist.rs`.

use serde::Deserialize;

use crate::Text;

/// A guideline with what the report says to each item.
#[derive(Debug, Clone)]
pub struct Checklist {
    /// Anchor.
    pub id: String,
    /// Short name, such as "TREND".
    pub name: String,
    /// Items in order.
    pub items: Vec<ChecklistItem>,
}

/// One item.
#[derive(Debug, Clone)]
pub struct ChecklistItem {
    /// Number in the guideline, such as "7" or "7a".
    pub number: String,
    /// Part of a paper.
    pub part: String,
    /// Topic.
    pub topic: String,
    /// What it asks, in our words.
    pub asks: String,
    /// Whether and where the report has it.
    pub reported: Reported,
}

/// Whether and where an item is reported.
#[derive(Debug, Clone)]
pub enum Reported {
    /// Reported there.
    At(Text),
    /// Reported there, but something is lacking.
    InPart {
        /// Where.
        at: Text,
        /// What is lacking.
        lacks: String,
    },
    /// Not reported, because of this.
    No(String),
    /// Not asked of a study of this kind, because of this.
    NotApplicable(String),
}

/// A guideline as its file has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Guideline {
    pub name: String,
    pub title: String,
    pub edition: String,
    /// Year and month in which the edition appeared.
    pub published: String,
    /// Day on which our wording was last compared with it.
    pub checked: String,
    /// Key of the work in the reference list.
    pub source: String,
    #[serde(rename = "item")]
    pub items: Vec<GuidelineItem>,
}

/// An item as its file has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct GuidelineItem {
    pub number: String,
    pub part: String,
    pub topic: String,
    pub asks: String,
    /// Which part of the report answers it.
    pub evidence: String,
}

impl Guideline {
    /// TREND, for evaluations that were not randomised.
    pub fn trend() -> Self {
        toml::from_str(include_str!("../checklists/trend.toml"))
            .expect("the shipped checklist is well-formed: a test reads it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::references;

    #[test]
    fn trend_has_its_22_items_in_order_and_a_known_source() {
        let trend = Guideline::trend();
        let numbers: Vec<&str> = trend
            .items
            .iter()
            .map(|item| item.number.as_str())
            .collect();
        let expected: Vec<String> = (1..=22).map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected);
        assert!(references::find(&trend.source).is_some());
    }
}
