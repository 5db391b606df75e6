//! The text of the public page: one Markdown file per language, in parts. A heading of the second
//! level begins a part; which one it is says a mark behind the heading, `## Hintergrund {#background}`,
//! or, in English, the heading itself. What a part says is left to whoever sets it.

use std::{collections::BTreeMap, ops::Range};

/// Text of the public page in one language.
#[derive(Debug, Clone)]
pub struct PageText {
    /// BCP 47 language tag.
    pub language: String,
    /// File beside the study file.
    pub file: String,
    /// The Markdown in it.
    pub markdown: String,
    /// The study's own names in this language, by how they stand in the study file.
    pub words: BTreeMap<String, String>,
}

/// What a part of the page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PagePart {
    /// The study in short, in plain words. What stands before the first heading belongs here.
    Summary,
    /// Why the study was done.
    Background,
    /// What it wants to find out, where the page says it in words of its own.
    Aims,
    /// How it was done.
    Methodology,
    /// What came out. Shown only when results are released.
    Results,
    /// Within the results: what was found.
    Found,
    /// Within the results: what was looked for and not found.
    NotFound,
    /// What happens with families' data, and what right they have.
    DataProtection,
    /// How a family stops taking part.
    Withdrawal,
    /// Anything else.
    Other,
}

/// A part of the page.
#[derive(Debug, Clone)]
pub struct PageSection<'a> {
    /// What it is about; `None` where the heading does not say it.
    pub part: Option<PagePart>,
    /// The heading without its mark; empty for what stands before the first one.
    pub heading: &'a str,
    /// Where the heading stands in the file, in bytes.
    pub at: Range<usize>,
    /// The Markdown beneath it, without the sections within.
    pub markdown: &'a str,
    /// Sections within the results: what was found and what was not.
    pub within: Vec<PageSection<'a>>,
}

impl PagePart {
    /// All parts, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Summary,
        Self::Background,
        Self::Aims,
        Self::Methodology,
        Self::Results,
        Self::Found,
        Self::NotFound,
        Self::DataProtection,
        Self::Withdrawal,
        Self::Other,
    ];

    /// The mark in braces behind a heading.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Background => "background",
            Self::Aims => "aims",
            Self::Methodology => "methodology",
            Self::Results => "results",
            Self::Found => "found",
            Self::NotFound => "not-found",
            Self::DataProtection => "data-protection",
            Self::Withdrawal => "withdrawal",
            Self::Other => "other",
        }
    }

    /// The part that a heading names in English.
    fn of_heading(heading: &str) -> Option<Self> {
        Some(match heading.to_lowercase().as_str() {
            "summary" | "in short" => Self::Summary,
            "background" => Self::Background,
            "aims" => Self::Aims,
            "methodology" | "methods" => Self::Methodology,
            "results" => Self::Results,
            "what was found" => Self::Found,
            "what was not found" => Self::NotFound,
            "data protection" => Self::DataProtection,
            "how to withdraw" => Self::Withdrawal,
            _ => return None,
        })
    }

    fn of_mark(mark: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.mark() == mark)
    }

    /// Whether it stands within the results.
    pub fn is_within_results(self) -> bool {
        matches!(self, Self::Found | Self::NotFound)
    }
}

impl PageText {
    /// A name of the study in this language; none where the team gave none.
    pub fn word(&self, own: &str) -> Option<&str> {
        self.words.get(own).map(String::as_str)
    }

    /// The title of the page in its language: its heading of the first level.
    pub fn title(&self) -> Option<&str> {
        headings(&self.markdown)
            .into_iter()
            .find(|heading| heading.level == 1)
            .map(|heading| heading.words)
            .filter(|title| !title.is_empty())
    }

    /// The parts in the order of the file. Text before the first heading is a summary.
    pub fn sections(&self) -> Vec<PageSection<'_>> {
        let headings = headings(&self.markdown);
        let mut sections: Vec<PageSection<'_>> = Vec::new();
        let first = headings
            .first()
            .map_or(self.markdown.len(), |h| h.line.start);
        push_text(&mut sections, &self.markdown[..first]);
        for (position, heading) in headings.iter().enumerate() {
            let next = headings.get(position + 1);
            let end = next.map_or(self.markdown.len(), |next| next.line.start);
            let beneath = &self.markdown[heading.line.end..end];
            if heading.level == 1 {
                push_text(&mut sections, beneath);
                continue;
            }
            let section = PageSection {
                part: heading.part(),
                heading: heading.words,
                at: heading.at.clone(),
                markdown: beneath,
                within: Vec::new(),
            };
            let of_results = section.part.is_some_and(PagePart::is_within_results);
            match sections.last_mut() {
                Some(results) if of_results && results.part == Some(PagePart::Results) => {
                    results.within.push(section);
                }
                _ => sections.push(section),
            }
        }
        sections
    }

    /// The section of a part, wherever it stands.
    pub fn section(&self, part: PagePart) -> Option<PageSection<'_>> {
        let mut all = self.sections().into_iter().flat_map(|section| {
            let within = section.within.clone();
            std::iter::once(section).chain(within)
        });
        all.find(|section| section.part == Some(part))
    }
}

/// Text without a heading of its own is the summary, unless it is blank.
fn push_text<'a>(sections: &mut Vec<PageSection<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        sections.push(PageSection {
            part: Some(PagePart::Summary),
            heading: "",
            at: 0..0,
            markdown: text,
            within: Vec::new(),
        });
    }
}

/// A heading of level 1 or 2, or of level 3 where it names a part within the results.
struct Heading<'a> {
    level: usize,
    words: &'a str,
    mark: Option<&'a str>,
    /// The words in the file.
    at: Range<usize>,
    /// The whole line with its end.
    line: Range<usize>,
}

impl Heading<'_> {
    fn part(&self) -> Option<PagePart> {
        match self.mark {
            Some(mark) => PagePart::of_mark(mark),
            None => PagePart::of_heading(self.words),
        }
    }
}

/// Headings in `#` form, outside of code. Others are text of a part.
fn headings(markdown: &str) -> Vec<Heading<'_>> {
    let mut headings = Vec::new();
    let mut in_code = false;
    let mut start = 0;
    for line in markdown.split_inclusive('\n') {
        let end = start + line.len();
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_code = !in_code;
        }
        if let Some(heading) = heading(line, start).filter(|_| !in_code) {
            let is_part = heading.part().is_some_and(PagePart::is_within_results);
            if heading.level < 3 || is_part {
                headings.push(heading);
            }
        }
        start = end;
    }
    headings
}

fn heading(line: &str, start: usize) -> Option<Heading<'_>> {
    let text = line.trim_end();
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = text.get(hashes..)?;
    if !(1..=3).contains(&hashes) || !(rest.starts_with([' ', '\t']) || rest.is_empty()) {
        return None;
    }
    let rest = rest.trim_end_matches('#');
    let (words, mark) = match rest
        .strip_suffix('}')
        .and_then(|rest| rest.rsplit_once("{#"))
    {
        Some((words, mark)) => (words.trim(), Some(mark.trim())),
        None => (rest.trim(), None),
    };
    let offset = text.len() - text[hashes..].trim_start().len();
    Some(Heading {
        level: hashes,
        words,
        mark,
        at: start + offset..start + text.len(),
        line: start..start + line.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(markdown: &str) -> PageText {
        PageText {
            language: "en".to_owned(),
            file: "page.md".to_owned(),
            markdown: markdown.to_owned(),
            words: BTreeMap::new(),
        }
    }

    fn check(markdown: &str, expected: &[(Option<PagePart>, &str, &str)]) {
        let page = page(markdown);
        let sections = page.sections();
        let seen: Vec<_> = sections
            .iter()
            .flat_map(|section| std::iter::once(section).chain(&section.within))
            .map(|section| (section.part, section.heading, section.markdown.trim()))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn english_headings_name_their_part_and_marks_name_it_in_any_language() {
        check(
            "# Title\n\nShort.\n\n## Background\nA\n## Méthode {#methodology}\nB\n## Team tea\nC\n",
            &[
                (Some(PagePart::Summary), "", "Short."),
                (Some(PagePart::Background), "Background", "A"),
                (Some(PagePart::Methodology), "Méthode", "B"),
                (None, "Team tea", "C"),
            ],
        );
    }

    #[test]
    fn what_was_found_and_what_was_not_stand_within_the_results() {
        check(
            "## Results\nAll.\n### What was found\nA\n#### Detail\nB\n### What was not found ###\nC\n### Else\nD\n",
            &[
                (Some(PagePart::Results), "Results", "All."),
                (Some(PagePart::Found), "What was found", "A\n#### Detail\nB"),
                (
                    Some(PagePart::NotFound),
                    "What was not found",
                    "C\n### Else\nD",
                ),
            ],
        );
    }

    #[test]
    fn hashes_in_code_and_without_a_space_are_no_headings() {
        check(
            "```\n## Results\n```\n#tag\n",
            &[(Some(PagePart::Summary), "", "```\n## Results\n```\n#tag")],
        );
    }

    #[test]
    fn the_title_is_the_heading_of_the_first_level() {
        assert_eq!(page("# Ein Titel\n## Results\n").title(), Some("Ein Titel"));
        assert_eq!(page("## Results\n").title(), None);
    }

    #[test]
    fn a_place_covers_the_words_and_their_mark() {
        let page = page("## Other words {#nonsense}\n");
        let at = page.sections()[0].at.clone();
        assert_eq!(&page.markdown[at], "Other words {#nonsense}");
    }
}
