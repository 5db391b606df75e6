//! The texts of the public page: each part is known and stands once, and what a visitor looks for
//! is there. What is missing is told from the day on which families may be asked.

use std::collections::BTreeMap;

use super::Checking;
use crate::{
    page::{PagePart, PageSection, PageText},
    source::Source,
    study::{Study, StudyStatus},
    written::{At, Written},
};

/// A page and the key that names its file.
pub(super) struct NamedPage {
    pub page: PageText,
    pub at: At,
}

impl Checking<'_> {
    /// Checks what every page says; `study` is the table `[study]`.
    pub(super) fn page_texts(&mut self, root: &Written, study: &Study, pages: &[NamedPage]) {
        self.too_early(root, study);
        for (position, named) in pages.iter().enumerate() {
            self.parts_of_page(study, &named.page);
            if position > 0 && named.page.title().is_none() {
                self.reading.warning(
                    named.at,
                    format!("the page in '{}' has no title", named.page.language),
                    "begin its file with the title in that language: # Title",
                );
            }
            if study.status != StudyStatus::Planned {
                self.missing_parts(root, study, named);
            }
        }
        if study.status != StudyStatus::Planned && !pages.is_empty() {
            self.missing_facts(root, study);
        }
    }

    /// Results that are released while families are still measured stay hidden.
    fn too_early(&mut self, root: &Written, study: &Study) {
        if study.results_released && !study.status.is_over() {
            let table = root.table("study").unwrap_or(root);
            self.reading.warning(
                table.at_key("results-released"),
                "results are released while families are still measured, so nobody is shown them yet: they would tell \
                 assessors who must not know",
                "write status = \"completed\" (or \"stopped\") when all data are in, or take this line out until then",
            );
        }
    }

    fn parts_of_page(&mut self, study: &Study, page: &PageText) {
        let sections = page.sections();
        let all = sections
            .iter()
            .flat_map(|section| std::iter::once(section).chain(&section.within));
        let mut seen: BTreeMap<PagePart, &PageSection<'_>> = BTreeMap::new();
        let mut found = Vec::new();
        for section in all {
            match section.part {
                None => found.push((section, unknown(study, section), known_marks())),
                Some(PagePart::Summary | PagePart::Other) => {}
                Some(part)
                    if part.is_within_results()
                        && sections.iter().any(|outer| std::ptr::eq(outer, section)) =>
                {
                    found.push((
                        section,
                        format!("'{}' does not stand within the results", section.heading),
                        "put it beneath the heading of the results".to_owned(),
                    ));
                }
                Some(part) if seen.contains_key(&part) => found.push((
                    section,
                    format!("the page has the part '{}' twice", part.mark()),
                    "put both under one heading".to_owned(),
                )),
                Some(part) => {
                    seen.insert(part, section);
                }
            }
        }
        if found.is_empty() {
            return;
        }
        let source = self
            .reading
            .add(Source::new(page.file.clone(), &page.markdown));
        for (section, message, remedy) in found {
            let at = At {
                source,
                start: section.at.start,
                end: section.at.end,
            };
            self.reading.warning(at, message, remedy);
        }
    }

    /// Parts that a visitor looks for.
    fn missing_parts(&mut self, root: &Written, study: &Study, named: &NamedPage) {
        let asks_families = root.has("consent");
        let wanted = [
            (PagePart::Background, true),
            (PagePart::Methodology, true),
            (PagePart::Results, study.shows_results()),
            (PagePart::NotFound, study.shows_results()),
            (PagePart::DataProtection, asks_families),
            (PagePart::Withdrawal, asks_families),
        ];
        for (part, is_wanted) in wanted {
            if is_wanted && named.page.section(part).is_none() {
                let mark = part.mark();
                self.reading.warning(
                    named.at,
                    format!("'{}' has no part '{mark}'", named.page.file),
                    format!("write it beneath a heading with this mark: ## Heading {{#{mark}}}"),
                );
            }
        }
    }

    /// Facts that a visitor looks for.
    fn missing_facts(&mut self, root: &Written, study: &Study) {
        let Some(table) = root.table("study") else {
            return;
        };
        let facts = [
            ("plain-title", "plain-title = \"a title in plain words\""),
            ("funder", "funder = \"…\"; if it is not known, say so there"),
            (
                "ethics-reference",
                "ethics-reference = \"…\"; if it is not known, say so there",
            ),
            (
                "contact",
                "contact = \"an address\"; if there is none, say so there",
            ),
            ("last-changed", "last-changed = the day, such as 2026-01-31"),
        ];
        for (key, remedy) in facts {
            if !table.has(key) {
                let at = root.at_key("study");
                let message = format!("the public page of '{}' does not say '{key}'", study.id);
                self.reading
                    .warning(at, message, format!("write under [study]: {remedy}"));
            }
        }
    }
}

fn unknown(study: &Study, section: &PageSection<'_>) -> String {
    let kept_back = match study.shows_results() {
        true => "",
        false => ", so it is kept back until results are released",
    };
    format!(
        "the heading '{}' does not say which part of the page it is{kept_back}",
        section.heading
    )
}

fn known_marks() -> String {
    let marks: Vec<String> = PagePart::ALL
        .iter()
        .map(|part| format!("{{#{}}}", part.mark()))
        .collect();
    format!("write one of these behind it: {}", marks.join(", "))
}
