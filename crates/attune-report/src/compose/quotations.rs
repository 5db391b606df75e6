//! What those who took part say, where they agreed to be quoted. Whether they did is checked before a
//! quotation gets here; without any the section is left out.

use super::context::Context;
use crate::{Block, Section};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("quotations", "In the words of those who took part");
    for quotation in context.quotations {
        section.push(Block::Quotation {
            words: quotation.words.clone(),
            speaker: quotation.speaker.clone(),
        });
    }
    if !section.is_empty() {
        section.say("Each was quoted with the speaker’s consent. Single voices show what was felt, not how often.");
    }
    section
}
