//! The study in plain words, for families and everybody else: what was asked, who took part, what was
//! found and what was not, what nobody knows yet. Our sentences name no statistic; the team's words are
//! those of its public page.

use attune_analysis::words;
use attune_protocol::page::PagePart;

use super::{context::Context, participants, plain, quotations};
use crate::{Block, Section, Text, design_limits, markdown, result_words::ResultWords};

pub fn sections(context: &Context<'_>) -> Vec<Section> {
    vec![
        of_page(context, PagePart::Summary, "in-short", "In short"),
        asked(context),
        of_page(context, PagePart::Methodology, "how", "How it was done"),
        took_part(context),
        found(context),
        told(
            context,
            PagePart::Found,
            "team-found",
            "What the team found",
        ),
        told(
            context,
            PagePart::NotFound,
            "team-not-found",
            "What the team looked for and did not find",
        ),
        quotations::section(context),
        unknown(context),
        of_page(
            context,
            PagePart::DataProtection,
            "data-protection",
            "What happens with families’ data",
        ),
        of_page(
            context,
            PagePart::Withdrawal,
            "withdrawal",
            "How to stop taking part",
        ),
    ]
}

/// A part of the team's page as a section; empty where the page does not have it.
pub fn of_page(context: &Context<'_>, part: PagePart, id: &str, title: &str) -> Section {
    let Some(page) = context.protocol.study.pages.first() else {
        return Section::default();
    };
    let Some(found) = page.section(part) else {
        return Section::default();
    };
    let (blocks, sections) = markdown::sections(found.markdown, id);
    if blocks.is_empty() && sections.is_empty() {
        return Section::default();
    }
    let is_english = page.language.split('-').next() == Some("en");
    Section {
        blocks,
        sections,
        language: (!is_english).then(|| page.language.clone()),
        ..Section::new(id, title)
    }
}

/// Results in the team's words, where there are none from data and the team has released them.
fn told(context: &Context<'_>, part: PagePart, id: &str, title: &str) -> Section {
    let has_findings = !context.findings.findings.is_empty();
    match has_findings || !context.protocol.study.shows_results() {
        true => Section::default(),
        false => of_page(context, part, id, title),
    }
}

pub fn asked(context: &Context<'_>) -> Section {
    let mut section = Section::new("asked", "What the study asked");
    let analyses = &context.protocol.analyses;
    let aims = &context.protocol.study.aims;
    if analyses.is_empty() && aims.is_empty() {
        section.say("The study file names no question.");
        return section;
    }
    let items: Vec<Text> = match analyses.is_empty() {
        true => aims.iter().map(Text::own).collect(),
        false => analyses
            .iter()
            .map(|analysis| Text::own(&analysis.question))
            .collect(),
    };
    section.push(Block::List {
        ordered: false,
        items,
    });
    section
}

fn took_part(context: &Context<'_>) -> Section {
    let mut section = Section::new("who", "Who took part");
    let enrolled = context.enrolled();
    if enrolled == 0 {
        section.say("No participant is recorded in the study folder.");
        return section;
    }
    let mut text = Text::from(format!(
        "{} took part.",
        words::count_of(enrolled, "family", "families")
    ));
    for arm in &context.protocol.arms {
        if let Some(n) = context.enrolled_in(&arm.id) {
            text = text
                .and(format!(" {} were in the group “", words::count(n)))
                .and_own(&arm.label)
                .and("”.");
        }
    }
    section.push(Block::Paragraph(text));
    if let Some((wave, measured)) = participants::measured_last(context) {
        let mut text = Text::from(format!(
            "{} of the {} could be seen at the last planned time (",
            words::count(measured),
            words::count(enrolled)
        ))
        .and_own(wave)
        .and(").");
        let reasons = participants::reasons_for_leaving(context);
        if !reasons.is_empty() {
            let named: Vec<String> = reasons
                .into_iter()
                .map(|(reason, _)| reason)
                .take(3)
                .collect();
            text = text
                .and(" Some left before the end, for reasons such as: ")
                .and_own(words::list(&named))
                .and(".");
        }
        section.push(Block::Paragraph(text));
    }
    section
}

fn found(context: &Context<'_>) -> Section {
    let mut section = Section::new("found", "What was found, and what was not");
    let findings = &context.findings.findings;
    if findings.is_empty() {
        section.say(
            "No result has been counted from data here. What the team reports in words, where it has released \
             it, stands below.",
        );
        return section;
    }
    for finding in findings {
        section.push(Block::Subheading(Text::own(&finding.question)));
        let said = plain::sentences(context, finding);
        section.push(Block::Paragraph(Text::own(said)));
    }
    section
}

fn unknown(context: &Context<'_>) -> Section {
    let mut section = Section::new("unknown", "What is not known");
    let items = limits(context);
    match items.is_empty() {
        true => section.say("The full report tells what each result cannot show."),
        false => section.push(Block::List {
            ordered: false,
            items,
        }),
    }
    section
}

/// What the design leaves open, one plain sentence or two each.
pub fn limits(context: &Context<'_>) -> Vec<Text> {
    let words = ResultWords::english();
    let limits = design_limits::of(context).into_iter();
    limits
        .map(|limit| words.limit(limit).as_str().into())
        .collect()
}
