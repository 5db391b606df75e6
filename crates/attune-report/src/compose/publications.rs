//! What the team has published of the study.

use super::context::Context;
use crate::{Block, Inline, Section, Text};

pub fn section(context: &Context<'_>) -> Section {
    let publications = &context.protocol.publications;
    if publications.is_empty() {
        return Section::default();
    }
    let mut section = Section::new("publications", "Publications of the study");
    let items = publications.iter().map(|publication| {
        let mut text = Text::own(&publication.citation);
        if let Some(doi) = &publication.doi {
            text = text.and(" ");
            text.0.push(Inline::Doi(doi.clone()));
        }
        text
    });
    section.push(Block::List {
        ordered: false,
        items: items.collect(),
    });
    section
}
