//! The report as a document that belongs to no file format: sections of blocks. Composing it is in
//! `compose.rs`; writing it belongs to the outputs (`html.rs`).

use std::collections::BTreeMap;

use crate::{Checklist, Figure, Inline, Profile, Reference, Reported, Table, Text};

/// A report.
#[derive(Debug, Clone)]
pub struct Report {
    /// For whom it is made.
    pub profile: Profile,
    /// Id of the study.
    pub study: String,
    /// Title of the study.
    pub title: String,
    /// Title in plain words.
    pub plain_title: Option<String>,
    /// Whether any of the data are made up.
    pub simulated: bool,
    /// Whether anything has been recorded.
    pub has_data: bool,
    /// Whether every family stands in another one's place: a rehearsal before arms are revealed.
    pub permuted: bool,
    /// Where the data come from, in one sentence.
    pub data_sentence: String,
    /// What the team says about that.
    pub data_statement: Option<String>,
    /// Who answers for the study.
    pub people: Vec<Person>,
    /// Facts about the study: name and value.
    pub facts: Vec<(String, Text)>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Works cited, in the order of the list.
    pub references: Vec<Reference>,
    /// What the report was made from.
    pub fingerprints: Fingerprints,
    /// "Table 3", "Figure 1", "Section 4.2" by id.
    pub labels: BTreeMap<String, String>,
}

/// A person who answers for the study.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role and affiliation.
    pub detail: Option<String>,
    /// ORCID iD.
    pub orcid: Option<String>,
}

/// What the report was made from.
#[derive(Debug, Clone)]
pub struct Fingerprints {
    /// Of the protocol.
    pub protocol: String,
    /// Of the data.
    pub data: String,
    /// Program and version.
    pub engine: String,
    /// Seed of everything random.
    pub seed: u64,
}

/// What a rehearsal says of itself.
const PERMUTED: &str = "Arms are permuted: before any arm was revealed, every family was given another family’s place. \
     No number in this document is a result; it rehearses the plan.";

/// "Simulated data", "Permuted arms", or both.
pub(crate) fn mark(simulated: bool, permuted: bool) -> Option<&'static str> {
    match (simulated, permuted) {
        (true, true) => Some("Simulated data, permuted arms"),
        (true, false) => Some("Simulated data"),
        (false, true) => Some("Permuted arms"),
        (false, false) => None,
    }
}

/// A section.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Anchor, unique in the report.
    pub id: String,
    /// Number, such as "4.2"; set when the report is put together.
    pub number: String,
    /// Title.
    pub title: Text,
    /// Language, where it is not the report's.
    pub language: Option<String>,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Sections within.
    pub sections: Vec<Section>,
}

/// A block of a section.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph in Attune's words.
    Paragraph(Text),
    /// A paragraph in the words of the study's team.
    OwnParagraph(Text),
    /// A small heading within a section.
    Subheading(Text),
    /// A list.
    List {
        /// Whether the order matters.
        ordered: bool,
        /// Items.
        items: Vec<Text>,
    },
    /// Names and what belongs to each.
    Facts(Vec<(Text, Text)>),
    /// A doubt to bear in mind.
    Doubt(Text),
    /// The answer to a question, in a sentence or more.
    Answer(String),
    /// One finding in a sentence with its numbers.
    Statement(Statement),
    /// Commands to type.
    Commands(Vec<String>),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Box<Figure>),
    /// What somebody said, who agreed that it be quoted.
    Quotation {
        /// Their words.
        words: String,
        /// Who they are, in words that tell nobody's identity.
        speaker: String,
    },
    /// A reporting guideline, item by item.
    Checklist(Checklist),
    /// The works cited.
    References,
    /// What most readers may skip.
    Details {
        /// What is inside.
        summary: Text,
        /// The blocks inside.
        blocks: Vec<Block>,
    },
}

/// One finding in a sentence with its numbers.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Anchor of the finding's section.
    pub finding: String,
    /// Primary, secondary or exploratory.
    pub role: String,
    /// Outcome.
    pub outcome: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Numbers: name and value.
    pub numbers: Vec<(String, Text)>,
}

impl Section {
    /// A section without content.
    pub fn new(id: impl Into<String>, title: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a block.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Adds a paragraph.
    pub fn say(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Shows `see` every piece of text in the section and in those within.
    pub(crate) fn each_inline<'a>(&'a self, see: &mut impl FnMut(&'a Inline)) {
        self.title.0.iter().for_each(&mut *see);
        for block in &self.blocks {
            for text in block.texts() {
                text.0.iter().for_each(&mut *see);
            }
        }
        for section in &self.sections {
            section.each_inline(see);
        }
    }

    fn permute_figures(&mut self) {
        self.blocks.iter_mut().for_each(Block::permute_figures);
        for section in &mut self.sections {
            section.permute_figures();
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.sections.is_empty()
    }
}

impl Block {
    fn permute_figures(&mut self) {
        match self {
            Self::Figure(figure) => figure.permuted = true,
            Self::Details { blocks, .. } => blocks.iter_mut().for_each(Self::permute_figures),
            _ => {}
        }
    }

    /// Every text in it.
    fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Paragraph(text)
            | Self::OwnParagraph(text)
            | Self::Subheading(text)
            | Self::Doubt(text) => vec![text],
            Self::List { items, .. } => items.iter().collect(),
            Self::Facts(facts) => facts.iter().flat_map(|(name, text)| [name, text]).collect(),
            Self::Statement(statement) => statement.numbers.iter().map(|(_, text)| text).collect(),
            Self::Table(table) => table.texts(),
            Self::Figure(figure) => vec![&figure.title, &figure.caption],
            Self::Checklist(checklist) => {
                let places = checklist
                    .items
                    .iter()
                    .filter_map(|item| match &item.reported {
                        Reported::At(at) | Reported::InPart { at, .. } => Some(at),
                        Reported::No(_) | Reported::NotApplicable(_) => None,
                    });
                places.collect()
            }
            Self::Details { summary, blocks } => {
                let inner = blocks.iter().flat_map(Self::texts);
                std::iter::once(summary).chain(inner).collect()
            }
            Self::Answer(_) | Self::Commands(_) | Self::Quotation { .. } | Self::References => {
                Vec::new()
            }
        }
    }
}

impl Report {
    /// "Table 3", "Figure 1", "Section 4.2" for an id; the id itself when nothing has it.
    pub fn label(&self, id: &str) -> String {
        self.labels
            .get(id)
            .map_or_else(|| id.to_owned(), Clone::clone)
    }

    /// What a reader of any page, table or figure must know of the data, wherever it ends up.
    pub fn mark(&self) -> Option<&'static str> {
        mark(self.simulated, self.permuted)
    }

    /// What file names begin with.
    pub fn file_mark(&self) -> &'static str {
        match (self.simulated, self.permuted) {
            (_, true) => "permuted-",
            (true, false) => "simulated-",
            (false, false) => "",
        }
    }

    /// The same report of a rehearsal: the findings were made with every family in another one's place.
    #[must_use]
    pub fn with_permuted_arms(mut self) -> Self {
        self.permuted = true;
        self.data_statement = Some(format!("{PERMUTED} {}", self.statement()));
        for section in &mut self.sections {
            section.permute_figures();
        }
        self
    }

    /// What the data are, in two words.
    pub fn kind_of_data(&self) -> &'static str {
        match (self.simulated, self.has_data) {
            (true, _) => "Simulated data",
            (false, true) => "Real data",
            (false, false) => "No data",
        }
    }

    /// What is said about the data: the team's statement, or our sentence.
    pub fn statement(&self) -> &str {
        self.data_statement
            .as_deref()
            .unwrap_or(&self.data_sentence)
    }

    /// Whether the team's statement begins with the words that we would put before it.
    pub fn statement_says_kind(&self) -> bool {
        let statement = self.data_statement.as_deref().unwrap_or_default();
        let beginning: String = statement.chars().take(self.kind_of_data().len()).collect();
        beginning.eq_ignore_ascii_case(self.kind_of_data())
    }

    /// Numbers sections, tables and figures, and remembers what each is called.
    pub(crate) fn number(&mut self) {
        let mut counts = Counts {
            numbers_sections: self.profile.numbers_sections(),
            ..Counts::default()
        };
        for (position, section) in self.sections.iter_mut().enumerate() {
            number_section(section, &(position + 1).to_string(), &mut counts);
        }
        self.labels = counts.labels;
    }

    /// The anchors that exist.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        self.labels.keys().map(String::as_str)
    }
}

#[derive(Default)]
struct Counts {
    /// Sections without a number are called by their title.
    numbers_sections: bool,
    tables: usize,
    figures: usize,
    labels: BTreeMap<String, String>,
}

fn number_section(section: &mut Section, number: &str, counts: &mut Counts) {
    section.number = number.to_owned();
    let label = match counts.numbers_sections {
        true => format!("Section {number}"),
        false => format!("“{}”", section.title.words(&str::to_owned)),
    };
    counts.labels.insert(section.id.clone(), label);
    for block in &mut section.blocks {
        number_block(block, counts);
    }
    for (position, inner) in section.sections.iter_mut().enumerate() {
        number_section(inner, &format!("{number}.{}", position + 1), counts);
    }
}

fn number_block(block: &mut Block, counts: &mut Counts) {
    match block {
        Block::Table(table) => {
            counts.tables += 1;
            table.number = Some(counts.tables);
            let label = format!("Table {}", counts.tables);
            counts.labels.insert(table.id.clone(), label);
        }
        Block::Figure(figure) => {
            counts.figures += 1;
            figure.number = Some(counts.figures);
            let label = format!("Figure {}", counts.figures);
            counts.labels.insert(figure.id.clone(), label);
        }
        Block::Details { blocks, .. } => {
            for block in blocks {
                number_block(block, counts);
            }
        }
        _ => {}
    }
}
