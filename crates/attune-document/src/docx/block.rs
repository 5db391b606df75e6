//! Blocks of a section as paragraphs, tables and pictures.

use attune_report::{Block, Figure, Format, Statement, Text, draw};

use super::{Body, table::numbered, xml::escape};
use crate::{
    DocumentError,
    checklist_table::checklist_table,
    picture::{png_with, size_of},
    runs::{Run, reference_anchor, runs, words_in},
};

/// English metric units per millimetre.
const MILLIMETRE: f64 = 36_000.0;
/// Greatest width and height of a picture in millimetres.
const LARGEST: (f64, f64) = (166.0, 190.0);
/// The same where a document must keep to two pages.
const LARGEST_OF_BRIEF: (f64, f64) = (122.0, 58.0);

impl<'a> Body<'a> {
    pub(super) fn runs(&self, text: &Text) -> Vec<Run> {
        runs(self.report, text)
    }

    pub(super) fn block(&mut self, block: &'a Block) -> Result<(), DocumentError> {
        match block {
            Block::Paragraph(text) | Block::OwnParagraph(text) => self.text("BodyText", text),
            Block::Subheading(text) => self.text("Subheading", text),
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Facts(facts) => facts.iter().for_each(|(name, text)| self.fact(name, text)),
            Block::Doubt(text) => {
                let runs = self.runs(text);
                let paragraph = self.paragraph("Doubt").strong("To bear in mind: ");
                self.xml += &paragraph.runs(&runs).xml();
            }
            Block::Answer(words) => self.say("Answer", &attune_report::unbroken(words)),
            Block::Statement(statement) => self.statement(statement),
            Block::Commands(commands) => {
                for line in commands {
                    self.say("Commands", line);
                }
            }
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure)?,
            Block::Quotation { words, speaker } => {
                self.say("Quote", &format!("“{words}”"));
                self.say("Speaker", speaker);
            }
            Block::Checklist(checklist) => self.table_with_pages(&checklist_table(checklist)),
            Block::References => self.references(),
            Block::Details { summary, blocks } => {
                self.text("Subheading", summary);
                self.blocks(blocks)?;
            }
        }
        Ok(())
    }

    fn text(&mut self, style: &'static str, text: &Text) {
        let runs = self.runs(text);
        self.xml += &self.paragraph(style).runs(&runs).xml();
    }

    fn list(&mut self, ordered: bool, items: &[Text]) {
        // Numbering 1 is that of headings, 2 that of bullets; each ordered list has its own.
        let number = match ordered {
            true => {
                self.n_ordered += 1;
                2 + self.n_ordered
            }
            false => 2,
        };
        let style = if ordered { "ListNumber" } else { "ListBullet" };
        let properties =
            format!("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{number}\"/></w:numPr>");
        for item in items {
            let runs = self.runs(item);
            self.xml += &self.paragraph(style).with(&properties).runs(&runs).xml();
        }
    }

    /// A name and what belongs to it, on one line with a tab between.
    pub(super) fn fact(&mut self, name: &Text, text: &Text) {
        let (name, text) = (self.runs(name), self.runs(text));
        let paragraph = self.paragraph("Fact").emphasised_runs(&name);
        self.xml += &paragraph.raw("<w:r><w:tab/></w:r>").runs(&text).xml();
    }

    fn statement(&mut self, statement: &Statement) {
        let role = attune_analysis::words::capitalised(&statement.role);
        self.say("Role", &format!("{role} outcome: {}", statement.outcome));
        self.say("Subheading", &statement.question);
        self.say("BodyText", &attune_report::unbroken(&statement.answer));
        for (name, text) in &statement.numbers {
            self.fact(&name.as_str().into(), text);
        }
        if self.bookmarks.name(&statement.finding).is_some() {
            let place = Text::from("Figure, tables and limits: ").and_see(&statement.finding);
            self.text("TableNote", &place);
        }
    }

    fn figure(&mut self, figure: &Figure) -> Result<(), DocumentError> {
        let title = self.runs(&figure.title);
        let mut caption = self.paragraph("Caption");
        if let Some(number) = figure.number {
            caption = caption
                .anchored(&figure.id, |paragraph| {
                    numbered(paragraph, "Figure", number)
                })
                .strong(". ");
        }
        self.xml += &caption.strong_runs(&title).xml();
        self.pictures.push(png_with(figure, self.fonts)?);
        let drawing = drawing(self.report, figure, self.pictures.len());
        self.xml += &self.paragraph("Figure").raw(&drawing).xml();
        self.text("TableNote", &figure.caption);
        Ok(())
    }

    fn references(&mut self) {
        for work in &self.report.references {
            let paragraph = self.paragraph("Bibliography");
            let words = Text::from(work.full);
            let text = match work.doi {
                Some(doi) => words
                    .and(" ")
                    .and(attune_report::Inline::Doi(doi.to_owned())),
                None => words,
            };
            let runs = runs(self.report, &text);
            let anchor = reference_anchor(work.key);
            let xml = paragraph
                .anchored(&anchor, |paragraph| paragraph.runs(&runs))
                .xml();
            self.xml += &xml;
        }
    }
}

/// The picture in its place, as wide as the text or as tall as fits.
fn drawing(report: &attune_report::Report, figure: &Figure, number: usize) -> String {
    let (width, height) = size_of(&draw(figure, Format::Wide));
    let ratio = height / width.max(1.0);
    let (widest, tallest) = match report.profile.is_brief() {
        true => LARGEST_OF_BRIEF,
        false => LARGEST,
    };
    let wide = MILLIMETRE * widest.min(tallest / ratio);
    let (wide, tall) = (wide.round() as i64, (wide * ratio).round() as i64);
    let title = words_in(report, &figure.title);
    let name = escape(
        &figure
            .number
            .map_or_else(|| title.clone(), |n| format!("Figure {n}")),
    );
    let alternative = escape(&format!("{title} {}", figure.description));
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{wide}\" cy=\"{tall}\"/><wp:docPr id=\"{number}\" name=\"{name}\" descr=\"{alternative}\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"{name}\" descr=\"{alternative}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdPicture{number}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{wide}\" cy=\"{tall}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}
