//! What the study cannot show, whatever its numbers are.

use super::context::Context;
use crate::{Block, Section, Text};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("limits", "What this study cannot show");
    if !context.findings.cannot_show.is_empty() {
        section.say(
            "These limits follow from the design. More data of the same kind would not lift them.",
        );
        section.push(Block::List {
            ordered: false,
            items: context.findings.cannot_show.iter().map(Text::own).collect(),
        });
    }
    if section.is_empty() {
        section.say(
            "The program knows of no limit that follows from this design alone. What each finding \
             cannot show stands with it.",
        );
    }
    section
}
