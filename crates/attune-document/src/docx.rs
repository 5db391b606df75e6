//! The report for Word and LibreOffice (Office Open XML, ISO/IEC 29500, transitional), written so that a
//! co-author can work on in it: headings, captions, quotations and tables have styles of their own,
//! "Table 3" and "Section 4.2" are fields that follow when something is inserted, header rows repeat,
//! pictures have their message as alternative text.
//!
//! The XML is our own (`package.rs` holds the parts, `parts/` those that never change): the library that
//! was weighed knows neither alternative text nor repeated header rows. All words are escaped in one
//! place, `xml.rs`.

mod block;
mod bookmark;
mod package;
mod paragraph;
mod table;
mod xml;

use attune_report::{Block, Report, Section};

use crate::{DocumentError, DocumentSettings, MoreFonts};
use bookmark::Bookmarks;
use paragraph::{Paragraph, field};

/// The report as a DOCX file.
pub fn docx(report: &Report, settings: DocumentSettings<'_>) -> Result<Vec<u8>, DocumentError> {
    let mut body = Body::new(report, settings.fonts);
    body.front();
    if report.profile.has_contents() {
        body.contents();
    }
    for section in &report.sections {
        body.section(section, 1)?;
    }
    body.foot();
    package::package(report, settings, &body)
}

/// The body of the document in the making.
struct Body<'a> {
    report: &'a Report,
    fonts: Option<&'a MoreFonts>,
    bookmarks: Bookmarks<'a>,
    /// Paragraphs and tables so far.
    xml: String,
    /// PNG pictures, in order of their numbers.
    pictures: Vec<Vec<u8>>,
    /// How many ordered lists there are: each begins at one.
    n_ordered: usize,
    /// Language of the section, where it is not the document's.
    language: Option<&'a str>,
}

impl<'a> Body<'a> {
    fn new(report: &'a Report, fonts: Option<&'a MoreFonts>) -> Self {
        Self {
            report,
            fonts,
            bookmarks: Bookmarks::of(report),
            xml: String::new(),
            pictures: Vec::new(),
            n_ordered: 0,
            language: None,
        }
    }

    fn paragraph(&self, style: &'static str) -> Paragraph<'_> {
        Paragraph::new(style, &self.bookmarks, self.language)
    }

    /// Adds a paragraph of plain words.
    fn say(&mut self, style: &'static str, words: &str) {
        self.xml += &self.paragraph(style).words(words).xml();
    }

    fn front(&mut self) {
        let report = self.report;
        self.say("Kind", report.profile.kind());
        self.say("Title", &report.title);
        if let Some(plain) = &report.plain_title {
            self.say("Subtitle", plain);
        }
        if report.profile.is_brief() {
            let names: Vec<&str> = report.people.iter().map(|p| p.name.as_str()).collect();
            self.say("People", &names.join(", "));
        }
        let people = report.people.iter().filter(|_| !report.profile.is_brief());
        for person in people {
            let mut paragraph = self.paragraph("People").strong(&person.name);
            if let Some(detail) = &person.detail {
                paragraph = paragraph.words(&format!(", {detail}"));
            }
            if let Some(orcid) = &person.orcid {
                paragraph = paragraph.words(&format!(", ORCID {orcid}"));
            }
            self.xml += &paragraph.xml();
        }
        let mut statement = self.paragraph("Doubt");
        if !report.statement_says_kind() {
            statement = statement.strong(&format!("{}. ", report.kind_of_data()));
        }
        self.xml += &statement.words(report.statement()).xml();
        for (name, text) in &report.facts {
            self.fact(&name.as_str().into(), text);
        }
        if !report.profile.is_brief() {
            let prints = &report.fingerprints;
            let made_by = format!("{}, seed {}", prints.engine, prints.seed);
            self.fact(&"Made by".into(), &made_by.into());
        }
    }

    /// A list of the headings that leads to them; the word processor makes it anew when asked.
    fn contents(&mut self) {
        self.say("ContentsTitle", "Contents");
        let entries: Vec<(usize, &Section)> = self
            .report
            .sections
            .iter()
            .flat_map(|section| {
                let inner = section.sections.iter().map(|inner| (2, inner));
                std::iter::once((1, section)).chain(inner)
            })
            .collect();
        let last = entries.len().saturating_sub(1);
        for (place, (level, section)) in entries.into_iter().enumerate() {
            let style = if level == 1 { "TOC1" } else { "TOC2" };
            let mut entry = self.paragraph(style);
            if place == 0 {
                entry = entry.raw(&field::begin("TOC \\o \"1-2\" \\h \\n"));
            }
            let title = crate::runs::words_in(self.report, &section.title);
            let words = format!("{}\u{2003}{title}", section.number);
            entry = entry.leading_to(&section.id, &words);
            if place == last {
                entry = entry.raw(field::END);
            }
            self.xml += &entry.xml();
        }
    }

    fn section(&mut self, section: &'a Section, level: usize) -> Result<(), DocumentError> {
        let outer = self.language;
        self.language = section.language.as_deref().or(outer);
        let style = match level {
            1 => "Heading1",
            2 => "Heading2",
            3 => "Heading3",
            _ => "Heading4",
        };
        let runs = self.runs(&section.title);
        self.xml += &self
            .paragraph(style)
            .anchored(&section.id, |p| p.runs(&runs))
            .xml();
        for block in &section.blocks {
            self.block(block)?;
        }
        for inner in &section.sections {
            self.section(inner, level + 1)?;
        }
        self.language = outer;
        Ok(())
    }

    fn blocks(&mut self, blocks: &'a [Block]) -> Result<(), DocumentError> {
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn foot(&mut self) {
        let prints = &self.report.fingerprints;
        let begin = |print: &str| print.chars().take(12).collect::<String>();
        let words = format!(
            "{}Made by {} from protocol {} and data {}.",
            self.report
                .mark()
                .map_or_else(String::new, |mark| format!("{mark}. ")),
            prints.engine,
            begin(&prints.protocol),
            begin(&prints.data)
        );
        self.say("TableNote", &words);
    }
}
