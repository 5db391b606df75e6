//! A study of which only the team's words are in the folder: a page, and neither groups nor outcomes nor
//! records. Its reports hold these words and say what is not there; the program adds no sentence about a
//! design that it does not know.

use attune_protocol::page::PagePart;

use super::{annex, background, context::Context, lay, publications, quotations, reproduce};
use crate::{Block, Profile, Section, Text};

/// The sections for these readers.
pub fn sections(context: &Context<'_>, profile: Profile, of_annex: Vec<Section>) -> Vec<Section> {
    let mut sections = match profile {
        Profile::Full => vec![opening(), background::section(context), not_here()],
        Profile::Journal => vec![no_results_section()],
        Profile::Commissioner | Profile::Lay => told(context),
        Profile::Annex => annex::without_data(of_annex),
    };
    if profile != Profile::Annex {
        sections.push(publications::section(context));
    }
    if profile == Profile::Annex {
        sections.push(not_here());
    }
    if profile.has_contents() {
        sections.push(reproduce::section(context, profile));
    }
    sections
}

fn opening() -> Section {
    let mut section = Section::new("summary", "What this report is made from");
    section.say(
        Text::from("The study folder holds the team’s words and no data. They stand in ")
            .and_see("background")
            .and(", unchanged; ")
            .and_see("not-here")
            .and(" says what cannot be told from them."),
    );
    section
}

/// What the team tells, in the order in which somebody asks who pays or took part.
fn told(context: &Context<'_>) -> Vec<Section> {
    let part = |part, id, title| lay::of_page(context, part, id, title);
    let mut sections = vec![
        part(PagePart::Summary, "in-short", "In short"),
        part(PagePart::Background, "background", "Why it was done"),
        lay::asked(context),
        part(PagePart::Methodology, "how", "How it was done"),
    ];
    if context.protocol.study.shows_results() {
        sections.push(part(PagePart::Found, "team-found", "What was found"));
        sections.push(part(
            PagePart::NotFound,
            "team-not-found",
            "What was looked for and not found",
        ));
    } else {
        let mut section = Section::new("team-found", "What was found");
        section.say("Results have not been released.");
        sections.push(section);
    }
    sections.push(quotations::section(context));
    sections.push(part(
        PagePart::DataProtection,
        "data-protection",
        "What happens with families’ data",
    ));
    sections.push(part(
        PagePart::Withdrawal,
        "withdrawal",
        "How to stop taking part",
    ));
    sections.push(not_here());
    sections
}

fn not_here() -> Section {
    let mut section = Section::new("not-here", "What is not here");
    section.say("The study folder has no records and its study file names no groups, outcomes or analyses. So there are here:");
    section.push(Block::List {
        ordered: false,
        items: [
            "no number that is not in the team’s words, and no way to check those that are;",
            "no table, figure or test, and no statement of how sure one can be;",
            "no judgement of the program on what the design shows and cannot show, and no reporting checklist: \
             both rest on the design as a study file has it.",
        ]
        .map(Text::from)
        .to_vec(),
    });
    section
}

fn no_results_section() -> Section {
    let mut section = Section::new("results", "Results");
    section.say(
        "The study folder has no records and its study file names no outcomes or analyses, so there is no results section \
         to be written from it. What the team tells is in the full report and in the summary in plain words.",
    );
    section
}
