//! Reporting guidelines filled in: those that ask something of a study of this kind, item by item, with
//! the place where each is met. Those that do not apply are named with the reason.

mod evidence;

use attune_analysis::words;

use super::context::Context;
use crate::{Block, Checklist, ChecklistItem, Section, Text, checklist::Guideline};
use evidence::Evidence;

/// One section per guideline that applies. `sections` are those of the report so far.
pub fn sections(context: &Context<'_>, sections: &[Section]) -> Vec<Section> {
    let mut filled: Vec<Section> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for (id, guideline) in Guideline::all() {
        match why_not(context, id) {
            None => filled.push(section(context, sections, id, guideline)),
            Some(why) => others.push(format!("{} ({why})", guideline.name)),
        }
    }
    if let Some(last) = filled.last_mut()
        && !others.is_empty()
    {
        last.say(format!("Not filled in: {}.", words::list(&others)));
    }
    filled
}

/// Why a guideline does not ask anything of this study.
fn why_not(context: &Context<'_>, id: &str) -> Option<&'static str> {
    let protocol = context.protocol;
    let is_randomised = protocol.study.allocation.is_randomised();
    match id {
        "trend" | "strobe" if is_randomised => Some("for studies without randomisation"),
        "consort-cluster" if !is_randomised => Some("for randomised trials"),
        "tidier"
            if !context.is_before_and_after()
                && !protocol.arms.iter().any(|arm| arm.receives_programme) =>
        {
            Some("no arm receives a programme")
        }
        "srqr" | "gramms" if protocol.codebooks.is_empty() => {
            Some("the study file names no codebook of a qualitative part")
        }
        _ => None,
    }
}

fn section(context: &Context<'_>, sections: &[Section], id: &str, guideline: Guideline) -> Section {
    let mut section = Section::new(id, format!("{} checklist", guideline.name));
    section.say(
        Text::from(format!(
            "{} ({}; {}), where the report meets each item. The items are in our words, last compared \
             with the original on {}; see ",
            guideline.title, guideline.edition, guideline.published, guideline.checked
        ))
        .and_cite(&guideline.source)
        .and("."),
    );
    let evidence = Evidence { context, sections };
    let items = guideline.items.iter();
    section.push(Block::Checklist(Checklist {
        id: format!("{id}-items"),
        name: guideline.name,
        items: items
            .map(|item| ChecklistItem {
                number: item.number.clone(),
                part: item.part.clone(),
                topic: item.topic.clone(),
                asks: item.asks.clone(),
                reported: evidence.reported(item),
            })
            .collect(),
    }));
    section
}
