//! Bookmarks: the places that fields and links lead to. Word allows 40 letters, digits and underscores,
//! so anchors of the report get numbers; names that begin with an underscore are not shown to users.

use std::collections::BTreeMap;

use attune_report::Report;

use crate::runs::reference_anchor;

pub struct Bookmarks<'a> {
    numbers: BTreeMap<String, usize>,
    /// What each place is called: "Table 3".
    labels: &'a BTreeMap<String, String>,
}

impl<'a> Bookmarks<'a> {
    pub fn of(report: &'a Report) -> Self {
        let works = report.references.iter();
        let works = works.map(|work| reference_anchor(work.key));
        let anchors = report.labels.keys().cloned().chain(works);
        Self {
            numbers: anchors
                .enumerate()
                .map(|(number, id)| (id, number))
                .collect(),
            labels: &report.labels,
        }
    }

    /// The name of the place, where the report has it.
    pub fn name(&self, anchor: &str) -> Option<String> {
        let number = self.numbers.get(anchor)?;
        Some(format!("_Ref{number:06}"))
    }

    /// The place around some runs.
    pub fn around(&self, anchor: &str, runs: &str) -> String {
        let (Some(name), Some(number)) = (self.name(anchor), self.numbers.get(anchor)) else {
            return runs.to_owned();
        };
        format!(
            "<w:bookmarkStart w:id=\"{number}\" w:name=\"{name}\"/>{runs}<w:bookmarkEnd w:id=\"{number}\"/>"
        )
    }

    /// The number of a section that has one: "4.2" of "Section 4.2".
    pub fn section_number(&self, anchor: &str) -> Option<&str> {
        self.labels.get(anchor)?.strip_prefix("Section ")
    }
}
