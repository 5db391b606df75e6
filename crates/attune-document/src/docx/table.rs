//! Tables that can be edited: one grid of columns, header rows that repeat on each page, rows that are
//! not torn apart, captions with a field for their number.

use attune_report::{Row, RowKind, Table, TableStyle};

use super::{Body, paragraph::field, xml::escape};
use crate::{column_widths::column_widths, runs::words_in};

/// Width of the text in twentieths of a point: A4 less margins of 22 mm.
pub const TEXT_WIDTH: f64 = 9412.0;

impl Body<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        self.set_table(table, Pages::Untold);
    }

    /// The table with the page behind each reference in it.
    pub(super) fn table_with_pages(&mut self, table: &Table) {
        self.set_table(table, Pages::Told);
    }

    fn set_table(&mut self, table: &Table, pages: Pages) {
        self.caption(table);
        let sheet = Sheet::new(self, table, pages);
        let xml = sheet.xml(self, table);
        self.xml += &xml;
        let mut is_first = true;
        for note in &table.notes {
            let runs = self.runs(note);
            let mut paragraph = self.paragraph("TableNote");
            if is_first && self.is_apa() {
                paragraph = paragraph.emphasised("Note. ");
            }
            is_first = false;
            self.xml += &paragraph.runs(&runs).xml();
        }
        // Word joins tables that touch; a paragraph keeps them apart.
        self.say("AfterTable", "");
    }

    fn is_apa(&self) -> bool {
        self.report.profile.table_style() == TableStyle::Apa
    }

    fn caption(&mut self, table: &Table) {
        let runs = self.runs(&table.caption);
        let said = crate::runs::words_of(&runs);
        let mut caption = self.paragraph("Caption");
        if let Some(number) = table.number {
            caption = caption.anchored(&table.id, |paragraph| numbered(paragraph, "Table", number));
            if self.is_apa() {
                // APA: the number on a line of its own, the title in italics beneath.
                self.xml += &caption.xml();
                caption = self.paragraph("ApaTitle");
            } else {
                caption = caption.strong(". ");
            }
        }
        caption = caption.runs(&runs);
        if let (Some(mark), Some(_)) = (self.report.mark(), table.number) {
            let stop = if said.ends_with(['.', '?', '!']) {
                " "
            } else {
                ". "
            };
            caption = caption.words(stop).emphasised(&format!("{mark}."));
        }
        self.xml += &caption.xml();
    }
}

/// "Table 3" with its number as a field.
pub(super) fn numbered<'a>(
    paragraph: super::Paragraph<'a>,
    word: &str,
    number: usize,
) -> super::Paragraph<'a> {
    let run = format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{number}</w:t></w:r>");
    paragraph
        .strong(&format!("{word}\u{a0}"))
        .raw(&field::simple(&format!("SEQ {word} \\* ARABIC"), &run))
}

/// The measures of one table.
struct Sheet {
    widths: Vec<i64>,
    /// Style of the paragraphs in its cells.
    letters: &'static str,
    pages: Pages,
}

/// Whether references say on which page they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pages {
    Told,
    Untold,
}

/// Where a cell stands.
#[derive(Clone, Copy)]
enum Part {
    Head,
    Body,
}

const LINE: &str = "w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"1F2733\"";
const THICK: &str = "w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"1F2733\"";
const FAINT: &str = "w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"B9B5AC\"";

impl Sheet {
    fn new(body: &Body<'_>, table: &Table, pages: Pages) -> Self {
        let widths = column_widths(body.report, table);
        let whole = TEXT_WIDTH * (widths.of_page * 1.06).min(1.0);
        Self {
            widths: widths
                .shares
                .iter()
                .map(|share| (share * whole).round() as i64)
                .collect(),
            letters: match widths.letters {
                letters if letters > 0.95 => "TableText",
                letters if letters > 0.84 => "TableTextSmall",
                _ => "TableTextSmallest",
            },
            pages,
        }
    }

    fn xml(&self, body: &Body<'_>, table: &Table) -> String {
        let style = if body.is_apa() {
            "ApaTable"
        } else {
            "AttuneTable"
        };
        let total: i64 = self.widths.iter().sum();
        let caption = escape(&words_in(body.report, &table.caption));
        let grid: String = self
            .widths
            .iter()
            .map(|width| format!("<w:gridCol w:w=\"{width}\"/>"))
            .collect();
        let mut xml = format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"{style}\"/><w:tblW w:w=\"{total}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"00A0\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"1\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/><w:tblCaption w:val=\"{caption}\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>\n"
        );
        if table.has_groups() {
            xml += &self.group_row(body, table);
        }
        xml += &self.heading_row(body, table);
        for (place, row) in table.rows.iter().enumerate() {
            let is_last = place + 1 == table.rows.len();
            xml += &self.row(body, table, row, is_last);
        }
        xml + "</w:tbl>\n"
    }

    fn group_row(&self, body: &Body<'_>, table: &Table) -> String {
        let mut cells = String::new();
        let mut from = 0;
        for (text, width) in table.groups() {
            let runs = text.map_or_else(Vec::new, |text| body.runs(&text));
            let under = if runs.is_empty() {
                "w:val=\"nil\""
            } else {
                FAINT
            };
            let borders = format!("<w:top {THICK}/><w:bottom {under}/>");
            let paragraph = body
                .paragraph(self.letters)
                .with("<w:keepNext/><w:jc w:val=\"center\"/>")
                .strong_runs(&runs);
            cells += &self.cell(Part::Head, from, width, &borders, &paragraph.xml());
            from += width;
        }
        format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>\n")
    }

    fn heading_row(&self, body: &Body<'_>, table: &Table) -> String {
        let over = if table.has_groups() { "" } else { THICK };
        let top = match over {
            "" => String::new(),
            over => format!("<w:top {over}/>"),
        };
        let borders = format!("{top}<w:bottom {LINE}/>");
        let mut cells = String::new();
        for (place, column) in table.columns.iter().enumerate() {
            let runs = body.runs(&column.heading);
            let paragraph = body
                .paragraph(self.letters)
                .with(&format!("<w:keepNext/>{}", alignment(column.numeric)))
                .strong_runs(&runs);
            cells += &self.cell(Part::Head, place, 1, &borders, &paragraph.xml());
        }
        format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>\n")
    }

    fn row(&self, body: &Body<'_>, table: &Table, row: &Row, is_last: bool) -> String {
        let borders = match is_last {
            true => format!("<w:bottom {THICK}/>"),
            false => String::new(),
        };
        let mut cells = String::new();
        if row.kind == RowKind::Heading {
            let text = row.cells.first().cloned().unwrap_or_default();
            let paragraph = body
                .paragraph(self.letters)
                .with("<w:keepNext/><w:spacing w:before=\"100\" w:after=\"20\"/>")
                .strong_runs(&body.runs(&text));
            cells += &self.cell(
                Part::Body,
                0,
                table.columns.len(),
                &borders,
                &paragraph.xml(),
            );
        } else {
            for (place, column) in table.columns.iter().enumerate() {
                let text = row.cells.get(place).cloned().unwrap_or_default();
                let indent = match row.kind {
                    RowKind::Indented if place == 0 => "<w:ind w:left=\"220\"/>",
                    _ => "",
                };
                let runs = body.runs(&text);
                let paragraph = body
                    .paragraph(self.letters)
                    .with(&format!("{indent}{}", alignment(column.numeric)));
                let paragraph = match row.kind {
                    RowKind::Emphasised => paragraph.strong_runs(&runs),
                    _ if self.pages == Pages::Told => paragraph.runs_with_pages(&runs),
                    _ => paragraph.runs(&runs),
                };
                cells += &self.cell(Part::Body, place, 1, &borders, &paragraph.xml());
            }
        }
        format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>\n")
    }

    /// A cell over `width` columns from the one at `place`.
    fn cell(
        &self,
        part: Part,
        place: usize,
        width: usize,
        borders: &str,
        paragraph: &str,
    ) -> String {
        let wide: i64 = self.widths.iter().skip(place).take(width).sum();
        let span = match width {
            1 => String::new(),
            width => format!("<w:gridSpan w:val=\"{width}\"/>"),
        };
        let borders = match borders {
            "" => String::new(),
            borders => format!("<w:tcBorders>{borders}</w:tcBorders>"),
        };
        let low = match part {
            Part::Head => "<w:vAlign w:val=\"bottom\"/>",
            Part::Body => "",
        };
        format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{wide}\" w:type=\"dxa\"/>{span}{borders}{low}</w:tcPr>{paragraph}</w:tc>"
        )
    }
}

fn alignment(numeric: bool) -> &'static str {
    match numeric {
        true => "<w:jc w:val=\"right\"/>",
        false => "",
    }
}
