//! The report as one HTML page that loads nothing: styles, fonts, figures and the data behind them
//! are inside, there is no script, and the page's own policy forbids every request.
//!
//! All markup is in `templates/`; this file says what they are given. Words from outside are escaped
//! there by askama; only our own SVG and nested templates are written as they are.

mod data_address;
mod fonts;

use askama::Template;
use attune_analysis::words;

use crate::{
    Block, Checklist, Figure, Format, Inline, Profile, Report, Reported, Row, RowKind, Section,
    Table, TableStyle, Text, draw,
};

/// The page.
pub fn html(report: &Report) -> String {
    let page = Page {
        report,
        style: style(report),
    };
    page.render()
        .expect("templates only write to a string, which never fails")
}

/// One table of the report as HTML, as the page has it: for other pages that show it. They bring their own
/// stylesheet.
pub fn table_html(report: &Report, table: &Table) -> String {
    TablePart::new(report, table)
        .render()
        .expect("templates only write to a string, which never fails")
}

/// More rows than this are left to the CSV file.
const MOST_ROWS: usize = 40;
/// More rows than this are not printed on paper.
const MOST_PRINTED_ROWS: usize = 40;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    style: String,
}

#[derive(Template)]
#[template(path = "section.html")]
struct SectionPart<'a> {
    report: &'a Report,
    section: &'a Section,
    level: usize,
}

#[derive(Template)]
#[template(path = "block.html")]
struct BlockPart<'a> {
    report: &'a Report,
    block: &'a Block,
    level: usize,
}

#[derive(Template)]
#[template(path = "text.html")]
struct TextPart<'a> {
    report: &'a Report,
    text: &'a Text,
}

#[derive(Template)]
#[template(path = "table.html")]
struct TablePart<'a> {
    report: &'a Report,
    table: &'a Table,
    /// Rows shown, a heading row opening each body.
    bodies: Vec<(Option<&'a Row>, Vec<&'a Row>)>,
    /// Number of the figure behind which it stands.
    of_figure: Option<usize>,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct FigurePart<'a> {
    report: &'a Report,
    figure: &'a Figure,
}

#[derive(Template)]
#[template(path = "checklist.html")]
struct ChecklistPart<'a> {
    report: &'a Report,
    checklist: &'a Checklist,
}

impl<'a> Page<'a> {
    /// What the first section is called within a sentence.
    fn first_words(&self) -> String {
        match self.report.profile {
            Profile::Full => "the summary".to_owned(),
            _ => "the text".to_owned(),
        }
    }

    fn is_apa(&self) -> bool {
        self.report.profile.table_style() == TableStyle::Apa
    }

    fn section(&self, section: &'a Section) -> SectionPart<'a> {
        SectionPart {
            report: self.report,
            section,
            level: 2,
        }
    }

    fn text(&self, text: &'a Text) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text,
        }
    }
}

impl<'a> SectionPart<'a> {
    fn inner(&self, section: &'a Section) -> SectionPart<'a> {
        SectionPart {
            section,
            level: (self.level + 1).min(6),
            ..*self
        }
    }

    fn block(&self, block: &'a Block) -> BlockPart<'a> {
        BlockPart {
            report: self.report,
            block,
            level: (self.level + 1).min(6),
        }
    }

    fn title(&self) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text: &self.section.title,
        }
    }
}

impl<'a> BlockPart<'a> {
    fn inner(&self, block: &'a Block) -> BlockPart<'a> {
        BlockPart { block, ..*self }
    }

    fn text(&self, text: &'a Text) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text,
        }
    }

    fn table(&self, table: &'a Table) -> TablePart<'a> {
        TablePart::new(self.report, table)
    }

    fn figure(&self, figure: &'a Figure) -> FigurePart<'a> {
        FigurePart {
            report: self.report,
            figure,
        }
    }

    fn checklist(&self, checklist: &'a Checklist) -> ChecklistPart<'a> {
        ChecklistPart {
            report: self.report,
            checklist,
        }
    }
}

/// Filters of the templates.
mod filters {
    /// Keeps together what must not be torn apart at the end of a line: "95 % CI", "p = 0.013".
    #[askama::filter_fn]
    pub fn unbroken(
        words: impl std::fmt::Display,
        _: &dyn askama::Values,
    ) -> askama::Result<String> {
        Ok(crate::unbroken(&words.to_string()))
    }

    /// Keeps all words on one line: "Table 3".
    #[askama::filter_fn]
    pub fn one_line(
        words: impl std::fmt::Display,
        _: &dyn askama::Values,
    ) -> askama::Result<String> {
        Ok(words.to_string().replace(' ', "\u{a0}"))
    }
}

impl TextPart<'_> {
    /// Whether words may run from right to left, so that they must be kept apart from their
    /// neighbours. Letters below Hebrew's never do.
    fn may_turn(&self, words: &str) -> bool {
        words.chars().any(|letter| {
            let code = letter as u32;
            code >= 0x590 && !(0x2000..=0x2bff).contains(&code)
        })
    }

    fn number(&self, value: &f64, decimals: &usize) -> String {
        words::fixed(*value, *decimals)
    }

    fn citation(&self, key: &str) -> &str {
        let references = &self.report.references;
        references
            .iter()
            .find(|reference| reference.key == key)
            .map_or("", |reference| reference.short)
    }
}

impl<'a> TablePart<'a> {
    fn new(report: &'a Report, table: &'a Table) -> Self {
        let mut bodies: Vec<(Option<&Row>, Vec<&Row>)> = Vec::new();
        for row in table.rows.iter().take(MOST_ROWS) {
            match (row.kind, bodies.last_mut()) {
                (RowKind::Heading, _) => bodies.push((Some(row), Vec::new())),
                (_, Some((_, rows))) => rows.push(row),
                (_, None) => bodies.push((None, vec![row])),
            }
        }
        Self {
            report,
            table,
            bodies,
            of_figure: None,
        }
    }

    fn text(&self, text: &'a Text) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text,
        }
    }

    fn row_class(&self, row: &Row) -> &'static str {
        match row.kind {
            RowKind::Plain | RowKind::Heading => "",
            RowKind::Indented => "indented",
            RowKind::Emphasised => "emphasised",
        }
    }

    /// Numbers are what most cells hold; only words are marked.
    fn is_words(&self, column: &usize) -> bool {
        let column = self.table.columns.get(*column);
        column.is_some_and(|column| !column.numeric)
    }

    /// How many rows are not shown.
    fn n_left_out(&self) -> usize {
        self.table.rows.len().saturating_sub(MOST_ROWS)
    }
}

impl<'a> FigurePart<'a> {
    fn text(&self, text: &'a Text) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text,
        }
    }

    fn data(&self) -> TablePart<'a> {
        TablePart {
            of_figure: self.figure.number,
            ..TablePart::new(self.report, &self.figure.data)
        }
    }

    fn svg(&self, format: Format) -> String {
        draw(self.figure, format)
    }

    fn csv_address(&self) -> String {
        data_address::csv(&self.figure.data.csv())
    }

    fn file_name(&self) -> String {
        crate::table::file_name(self.report, &self.figure.id, "csv")
    }

    fn is_too_long_for_paper(&self) -> bool {
        self.figure.data.rows.len() > MOST_PRINTED_ROWS
    }
}

impl<'a> ChecklistPart<'a> {
    fn text(&self, text: &'a Text) -> TextPart<'a> {
        TextPart {
            report: self.report,
            text,
        }
    }

    /// Whether the item opens a new part of the guideline.
    fn opens_part(&self, index: &usize) -> bool {
        let items = &self.checklist.items;
        *index == 0 || items[*index].part != items[index - 1].part
    }
}

/// Fonts, the stylesheet, and the running foot of printed pages, which holds the title.
fn style(report: &Report) -> String {
    let foot = css_string(&match report.mark() {
        Some(mark) => format!("{mark} · {}", report.title),
        None => report.title.clone(),
    });
    let head = css_string(report.mark().unwrap_or_default());
    let pages = format!(
        "@page{{@top-right{{content:{head}}}@bottom-left{{content:{foot}}}}}\n\
         @page:first{{@top-right{{content:none}}}}\n"
    );
    format!("{}{STYLE}{pages}", fonts::faces())
}

const STYLE: &str = include_str!("../assets/report.css");

/// A text as a CSS string that cannot end the string, the style element, or the line.
fn css_string(text: &str) -> String {
    let mut string = String::from("\"");
    for letter in text.chars() {
        match letter {
            letter if letter.is_alphanumeric() || " .,:;·–-()".contains(letter) => {
                string.push(letter);
            }
            letter => string.push_str(&format!("\\{:x} ", letter as u32)),
        }
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_css_string_cannot_be_left() {
        assert_eq!(
            css_string("A \"b\" </style> \\ c\n"),
            "\"A \\22 b\\22  \\3c \\2f style\\3e  \\5c  c\\a \""
        );
    }
}
