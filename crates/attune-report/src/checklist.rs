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
    /// Words of a heading in the team's text, where that is what answers it.
    #[serde(default)]
    pub words: Vec<String>,
    /// What is lacking where it is answered in part or not at all.
    #[serde(default)]
    pub lacks: String,
}

/// The shipped guidelines: the anchor of each and its file.
const FILES: [(&str, &str); 6] = [
    ("trend", include_str!("../checklists/trend.toml")),
    (
        "consort-cluster",
        include_str!("../checklists/consort-cluster.toml"),
    ),
    ("strobe", include_str!("../checklists/strobe.toml")),
    ("tidier", include_str!("../checklists/tidier.toml")),
    ("srqr", include_str!("../checklists/srqr.toml")),
    ("gramms", include_str!("../checklists/gramms.toml")),
];

impl Guideline {
    /// All of them, each with its anchor.
    pub fn all() -> impl Iterator<Item = (&'static str, Self)> {
        FILES.into_iter().map(|(id, text)| {
            let guideline = toml::from_str(text)
                .expect("the shipped checklists are well-formed: a test reads them");
            (id, guideline)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::references;

    #[test]
    fn every_guideline_has_all_its_items_in_order_and_a_known_source() {
        let counts: Vec<(&str, usize)> = Guideline::all()
            .map(|(id, guideline)| (id, guideline.items.len()))
            .collect();
        let expected = [
            ("trend", 22),
            ("consort-cluster", 39),
            ("strobe", 22),
            ("tidier", 12),
            ("srqr", 21),
            ("gramms", 6),
        ];
        assert_eq!(counts, expected);
        for (id, guideline) in Guideline::all() {
            assert!(references::find(&guideline.source).is_some(), "{id}");
            let numbers: Vec<u32> = guideline
                .items
                .iter()
                .map(|item| {
                    let digits = item.number.trim_start_matches('S');
                    let digits = digits.trim_end_matches(['a', 'b', 'c']);
                    digits.parse().expect("a number with a letter at most")
                })
                .collect();
            assert!(numbers.is_sorted(), "{id}: {numbers:?}");
            assert_eq!(numbers.first(), Some(&1), "{id}");
        }
    }

    #[test]
    fn items_that_rest_on_a_heading_say_which_and_what_is_lacking_without_it() {
        for (id, guideline) in Guideline::all() {
            for item in guideline.items {
                let place = format!("{id} {}", item.number);
                let needs_reason = ["page", "absent", "not-applicable"];
                if needs_reason.contains(&item.evidence.as_str()) {
                    assert!(!item.lacks.is_empty(), "{place}");
                }
                assert_eq!(item.evidence == "page", !item.words.is_empty(), "{place}");
            }
        }
    }
}
