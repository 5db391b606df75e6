//! The study in the team's own words: the text of its public page.

use super::context::Context;
use crate::{Block, Section, Text, markdown};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("background", "The study in the team’s words");
    let Some(page) = context.protocol.study.pages.first() else {
        return Section::default();
    };
    let (blocks, sections) = markdown::sections(&page.markdown, "background");
    section.blocks = blocks;
    section.sections = sections;
    let is_english = page.language.split('-').next() == Some("en");
    section.language = (!is_english).then(|| page.language.clone());
    section
}

/// The section of the page whose heading, or a heading within it, has one of these words.
pub fn heading_with(sections: &[Section], words: &[&str]) -> Option<String> {
    let page = sections.iter().find(|section| section.id == "background")?;
    page.sections
        .iter()
        .find(|section| {
            headings(section).any(|heading| {
                let heading = heading.words(&str::to_owned).to_lowercase();
                words.iter().any(|word| heading.contains(word))
            })
        })
        .map(|section| section.id.clone())
}

/// The heading of a section and those within it.
fn headings(section: &Section) -> impl Iterator<Item = &Text> {
    let within = section.blocks.iter().filter_map(|block| match block {
        Block::Subheading(text) => Some(text),
        _ => None,
    });
    std::iter::once(&section.title).chain(within)
}

/// Whether the team wrote a page at all.
pub fn is_among(sections: &[Section]) -> bool {
    sections.iter().any(|section| section.id == "background")
}
