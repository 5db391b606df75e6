//! The report as the template reads it: JSON of what each block says, with everything resolved that the
//! template cannot know (numbers, widths of columns, sizes of drawings). The names here are those that
//! `report.typ` uses.

use attune_analysis::words;
use attune_report::{
    Block, Figure, Format, Reference, Report, Row, RowKind, Section, Statement, Table, TableStyle,
    Text, draw,
};
use serde::Serialize;

use crate::{
    DocumentSettings,
    checklist_table::checklist_table,
    column_widths::column_widths,
    fonts::families,
    picture::size_of,
    runs::{Run, RunKind, reference_anchor, runs, words_in},
};

/// The data and the drawings that belong to it, by number.
pub struct Content {
    pub document: Document,
    pub figures: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
pub struct Document {
    kind: String,
    title: String,
    plain_title: Option<String>,
    people: Vec<PersonPart>,
    /// What every page says of the data: "Simulated data".
    mark: Option<&'static str>,
    /// What the data are, before the team's statement; none where the statement says it.
    data_kind: Option<String>,
    data_statement: String,
    facts: Vec<(Vec<Run>, Vec<Run>)>,
    made_by: String,
    fingerprints: String,
    /// Year, month, day.
    date: Option<(u16, u16, u16)>,
    /// Typefaces of running text, in the order in which they are asked for a letter.
    fonts: Vec<String>,
    with_contents: bool,
    brief: bool,
    apa: bool,
    sections: Vec<SectionPart>,
}

#[derive(Debug, Serialize)]
struct PersonPart {
    name: String,
    detail: String,
}

#[derive(Debug, Serialize)]
struct SectionPart {
    id: String,
    number: String,
    level: usize,
    title: Vec<Run>,
    language: Option<String>,
    blocks: Vec<BlockPart>,
    sections: Vec<SectionPart>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum BlockPart {
    Paragraph {
        runs: Vec<Run>,
    },
    Subheading {
        level: usize,
        runs: Vec<Run>,
    },
    List {
        ordered: bool,
        items: Vec<Vec<Run>>,
    },
    Facts {
        facts: Vec<(Vec<Run>, Vec<Run>)>,
    },
    Doubt {
        runs: Vec<Run>,
    },
    Answer {
        words: String,
    },
    Statement(StatementPart),
    Commands {
        text: String,
    },
    Table(TablePart),
    Figure(FigurePart),
    Quotation {
        words: String,
        speaker: String,
    },
    References {
        works: Vec<WorkPart>,
    },
    Details {
        summary: Vec<Run>,
        blocks: Vec<BlockPart>,
    },
}

#[derive(Debug, Serialize)]
struct StatementPart {
    level: usize,
    role: String,
    question: String,
    answer: String,
    numbers: Vec<(Vec<Run>, Vec<Run>)>,
    more: Vec<Run>,
}

#[derive(Debug, Serialize)]
struct TablePart {
    id: String,
    label: Option<String>,
    caption: Vec<Run>,
    mark: Option<&'static str>,
    /// Share of the table's width per column.
    shares: Vec<f64>,
    of_page: f64,
    letters: f64,
    numeric: Vec<bool>,
    groups: Vec<GroupPart>,
    headings: Vec<Vec<Run>>,
    rows: Vec<RowPart>,
    notes: Vec<Vec<Run>>,
    /// Whether references in it say on which page they are.
    with_pages: bool,
}

#[derive(Debug, Serialize)]
struct GroupPart {
    runs: Vec<Run>,
    width: usize,
}

#[derive(Debug, Serialize)]
struct RowPart {
    kind: &'static str,
    cells: Vec<Vec<Run>>,
}

#[derive(Debug, Serialize)]
struct FigurePart {
    id: String,
    label: Option<String>,
    title: Vec<Run>,
    caption: Vec<Run>,
    alternative: String,
    file: String,
    /// Height over width.
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct WorkPart {
    id: String,
    full: String,
    doi: Option<String>,
}

/// More rows than this are left to the table as a file.
const MOST_ROWS: usize = 200;

impl Content {
    /// Every letter that is typeset.
    pub fn words(&self) -> String {
        let mut words = serde_json::to_string(&self.document)
            .expect("strings, numbers and lists always have a JSON form");
        for figure in &self.figures {
            words += figure;
        }
        words
    }
}

pub fn content(report: &Report, settings: DocumentSettings<'_>) -> Content {
    let mut writer = Writer {
        report,
        figures: Vec::new(),
    };
    let sections = report.sections.iter();
    let sections = sections.map(|section| writer.section(section, 1)).collect();
    Content {
        document: document(report, settings, sections),
        figures: writer.figures,
    }
}

fn document(
    report: &Report,
    settings: DocumentSettings<'_>,
    sections: Vec<SectionPart>,
) -> Document {
    let prints = &report.fingerprints;
    Document {
        kind: report.profile.kind().to_owned(),
        title: report.title.clone(),
        plain_title: report.plain_title.clone(),
        people: people(report),
        mark: report.mark(),
        data_kind: (!report.statement_says_kind()).then(|| report.kind_of_data().to_owned()),
        data_statement: report.statement().to_owned(),
        facts: facts(report),
        made_by: format!("{}, seed {}", prints.engine, prints.seed),
        fingerprints: format!(
            "Made by {} from protocol {} and data {}.",
            prints.engine,
            short(&prints.protocol),
            short(&prints.data)
        ),
        date: settings.date.map(|date| (date.year, date.month, date.day)),
        fonts: families(settings.fonts),
        with_contents: report.profile.has_contents(),
        brief: report.profile.is_brief(),
        apa: report.profile.table_style() == TableStyle::Apa,
        sections,
    }
}

/// The beginning of a fingerprint, enough to tell two apart.
fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(12).collect()
}

fn people(report: &Report) -> Vec<PersonPart> {
    let people = report.people.iter();
    people
        .map(|person| {
            let orcid = person.orcid.as_ref().map(|orcid| format!("ORCID {orcid}"));
            let details: Vec<String> = [person.detail.clone(), orcid]
                .into_iter()
                .flatten()
                .collect();
            PersonPart {
                name: person.name.clone(),
                detail: details.join(", "),
            }
        })
        .collect()
}

fn facts(report: &Report) -> Vec<(Vec<Run>, Vec<Run>)> {
    let facts = report.facts.iter();
    facts
        .map(|(name, text)| (runs(report, &name.as_str().into()), runs(report, text)))
        .collect()
}

struct Writer<'a> {
    report: &'a Report,
    figures: Vec<String>,
}

impl Writer<'_> {
    fn runs(&self, text: &Text) -> Vec<Run> {
        runs(self.report, text)
    }

    fn section(&mut self, section: &Section, level: usize) -> SectionPart {
        let blocks = section.blocks.iter();
        let blocks = blocks.map(|block| self.block(block, level + 1)).collect();
        let inner = section.sections.iter();
        SectionPart {
            id: section.id.clone(),
            number: match self.report.profile.numbers_sections() {
                true => section.number.clone(),
                false => String::new(),
            },
            level,
            title: self.runs(&section.title),
            language: section.language.clone(),
            blocks,
            sections: inner.map(|inner| self.section(inner, level + 1)).collect(),
        }
    }

    /// `level` is that of a heading within the section.
    fn block(&mut self, block: &Block, level: usize) -> BlockPart {
        match block {
            Block::Paragraph(text) | Block::OwnParagraph(text) => BlockPart::Paragraph {
                runs: self.runs(text),
            },
            Block::Subheading(text) => BlockPart::Subheading {
                level,
                runs: self.runs(text),
            },
            Block::List { ordered, items } => BlockPart::List {
                ordered: *ordered,
                items: items.iter().map(|item| self.runs(item)).collect(),
            },
            Block::Facts(facts) => BlockPart::Facts {
                facts: facts
                    .iter()
                    .map(|(name, text)| (self.runs(name), self.runs(text)))
                    .collect(),
            },
            Block::Doubt(text) => BlockPart::Doubt {
                runs: self.runs(text),
            },
            Block::Answer(words) => BlockPart::Answer {
                words: attune_report::unbroken(words),
            },
            Block::Statement(statement) => BlockPart::Statement(self.statement(statement, level)),
            Block::Commands(commands) => BlockPart::Commands {
                text: commands.join("\n"),
            },
            Block::Table(table) => BlockPart::Table(self.table(table, false)),
            Block::Figure(figure) => BlockPart::Figure(self.figure(figure)),
            Block::Quotation { words, speaker } => BlockPart::Quotation {
                words: words.clone(),
                speaker: speaker.clone(),
            },
            Block::Checklist(checklist) => {
                let table = checklist_table(checklist);
                BlockPart::Table(self.table(&table, true))
            }
            Block::References => BlockPart::References {
                works: self.report.references.iter().map(work).collect(),
            },
            Block::Details { summary, blocks } => BlockPart::Details {
                summary: self.runs(summary),
                blocks: blocks
                    .iter()
                    .map(|inner| self.block(inner, level))
                    .collect(),
            },
        }
    }

    fn statement(&self, statement: &Statement, level: usize) -> StatementPart {
        let numbers = statement.numbers.iter();
        let place = Text::default().and_see(&statement.finding);
        let place = self.runs(&place);
        StatementPart {
            level,
            role: format!(
                "{} outcome: {}",
                words::capitalised(&statement.role),
                statement.outcome
            ),
            question: statement.question.clone(),
            answer: attune_report::unbroken(&statement.answer),
            numbers: numbers
                .map(|(name, text)| (self.runs(&name.as_str().into()), self.runs(text)))
                .collect(),
            more: place
                .into_iter()
                .filter(|run| run.kind == RunKind::See)
                .collect(),
        }
    }

    fn table(&self, table: &Table, with_pages: bool) -> TablePart {
        let widths = column_widths(self.report, table);
        let groups = match table.has_groups() {
            true => table.groups(),
            false => Vec::new(),
        };
        let rows = table.rows.iter().take(MOST_ROWS);
        TablePart {
            id: table.id.clone(),
            label: table.number.map(|number| format!("Table {number}")),
            caption: self.runs(&table.caption),
            mark: self.report.mark().filter(|_| table.number.is_some()),
            shares: widths.shares,
            of_page: widths.of_page,
            letters: widths.letters,
            numeric: table.columns.iter().map(|column| column.numeric).collect(),
            groups: groups
                .into_iter()
                .map(|(text, width)| GroupPart {
                    runs: text.map_or_else(Vec::new, |text| self.runs(&text)),
                    width,
                })
                .collect(),
            headings: table
                .columns
                .iter()
                .map(|c| self.runs(&c.heading))
                .collect(),
            rows: rows.map(|row| self.row(row, table.columns.len())).collect(),
            notes: self.notes(table),
            with_pages,
        }
    }

    fn notes(&self, table: &Table) -> Vec<Vec<Run>> {
        let mut notes: Vec<Vec<Run>> = table.notes.iter().map(|note| self.runs(note)).collect();
        if let Some(more) = table.rows.len().checked_sub(MOST_ROWS).filter(|n| *n > 0) {
            let words = format!("{more} further rows are in the table as a file.");
            notes.push(self.runs(&words.into()));
        }
        notes
    }

    /// A row with a cell per column, whatever the table's maker gave.
    fn row(&self, row: &Row, n_columns: usize) -> RowPart {
        let mut cells: Vec<Vec<Run>> = row.cells.iter().map(|cell| self.runs(cell)).collect();
        let wanted = match row.kind {
            RowKind::Heading => 1,
            RowKind::Plain | RowKind::Indented | RowKind::Emphasised => n_columns,
        };
        cells.resize(wanted, Vec::new());
        RowPart {
            kind: match row.kind {
                RowKind::Plain => "plain",
                RowKind::Heading => "heading",
                RowKind::Indented => "indented",
                RowKind::Emphasised => "emphasised",
            },
            cells,
        }
    }

    fn figure(&mut self, figure: &Figure) -> FigurePart {
        let svg = draw(figure, Format::Wide);
        let (width, height) = size_of(&svg);
        let file = format!("figure-{}.svg", self.figures.len());
        self.figures.push(svg);
        FigurePart {
            id: figure.id.clone(),
            label: figure.number.map(|number| format!("Figure {number}")),
            title: self.runs(&figure.title),
            caption: self.runs(&figure.caption),
            alternative: format!(
                "{} {}",
                words_in(self.report, &figure.title),
                figure.description
            ),
            file,
            ratio: height / width.max(1.0),
        }
    }
}

fn work(reference: &Reference) -> WorkPart {
    WorkPart {
        id: reference_anchor(reference.key),
        full: reference.full.to_owned(),
        doi: reference.doi.map(|doi| format!("https://doi.org/{doi}")),
    }
}
