//! The study format, described once, as data: which tables there are, which keys each may have,
//! what a key holds and what it means. The structural check, the JSON Schema and the key tables of
//! `docs/formats/study.md` all come from this description. What one key asks of another (a model's
//! variables, a site's arm) is in `check`.

use crate::folder::STUDY_FILE;

pub mod codebook;
pub mod consent;
pub mod data;
pub mod definition;
pub mod design;
pub mod instrument;
pub mod plan;
pub mod scheme;
pub mod simulation;
pub mod study;

/// The version of the format that this program reads and writes.
pub const FORMAT: i64 = 1;

/// One table of the format.
#[derive(Debug)]
pub struct Table {
    /// How its heading is written: `[study]`, `[[site]]`, `withdrawal = { … }`.
    pub heading: &'static str,
    /// What it is for, one or two sentences.
    pub doc: &'static str,
    /// Its keys in the order in which one would write them.
    pub keys: &'static [Key],
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be left out.
    pub need: Need,
    /// What it means, one sentence.
    pub doc: &'static str,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be there.
    Required,
    /// It may be left out.
    Optional,
    /// It may be left out, and then counts as this.
    Default(&'static str),
}

/// What a key holds.
#[derive(Debug)]
pub enum Kind {
    /// Text that is not empty.
    Text,
    /// A whole number.
    Integer(Bounds),
    /// A number, whole or not.
    Number(Bounds),
    /// `true` or `false`.
    YesNo,
    /// A day, written without quotes: `2024-01-31`.
    Date,
    /// One of these words.
    Word(&'static [Word]),
    /// The id under which a thing is defined here.
    Id(Thing),
    /// The id of a thing that is defined elsewhere.
    Reference(Thing),
    /// A measure: `instrument.score`, `scheme.rating`, `attendance.sessions`.
    Measure,
    /// An item of the instrument that the table is about.
    Item,
    /// A planned time: `6 months after enrolment`.
    When,
    /// Allowed days around a planned time: `14 days before to 30 days after`.
    Window,
    /// A model in lme4's formula language.
    Formula,
    /// A term of a model, with a level in brackets.
    Term,
    /// A file inside the study folder.
    File(FileUse),
    /// A column heading of a data file.
    Column,
    /// A colour, `#2a9d8f`.
    Colour,
    /// One key of the keyboard.
    KeyboardKey,
    /// An ORCID iD with its check digit.
    Orcid,
    /// A DOI without the resolver's address.
    Doi,
    /// A web address.
    Url,
    /// A BCP 47 language tag.
    Language,
    /// A list.
    List(&'static Kind),
    /// One table.
    Table(&'static Table),
    /// Several tables, in order.
    Tables(&'static Table),
    /// A table, or a text that stands for a table with this key alone.
    TableOrText(&'static Table, &'static str),
    /// A table whose keys the study chooses.
    Map {
        /// What the keys are.
        keys: &'static Kind,
        /// What the values are.
        values: &'static Kind,
    },
    /// A number for all, or a map with one number for each.
    NumberOrMap {
        /// Bounds of the numbers.
        bounds: Bounds,
        /// What the keys of the map are.
        keys: &'static Kind,
    },
}

/// One word that a key may hold, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// As written.
    pub word: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// What a file is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileUse {
    /// Its content belongs to the protocol.
    Read,
    /// It holds the other keys of the table that names it.
    Rest,
    /// It holds records; whether it is there is all that the protocol wants to know.
    Records,
}

/// Kinds of things that a study file defines and refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// The study.
    Study,
    /// An arm.
    Arm,
    /// A phase.
    Phase,
    /// A site.
    Site,
    /// A wave.
    Wave,
    /// A consent purpose.
    Purpose,
    /// An attribute.
    Attribute,
    /// An instrument.
    Instrument,
    /// A coding scheme.
    Scheme,
    /// A codebook.
    Codebook,
    /// An outcome.
    Outcome,
    /// An analysis.
    Analysis,
    /// A subject of one scheme.
    Subject,
    /// A behaviour of one scheme: state, point, act or span.
    Behaviour,
    /// A set of states of one scheme.
    StateSet,
    /// A rating of one scheme.
    Rating,
    /// A composite of one scheme.
    Composite,
    /// A modifier of one behaviour.
    Modifier,
    /// A code of one codebook.
    Code,
    /// A level of one attribute.
    Level,
}

/// Bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest value.
    pub from: Option<f64>,
    /// Largest value.
    pub to: Option<f64>,
    /// Whether the bounds themselves are allowed.
    pub included: bool,
}

impl Bounds {
    /// Any number.
    pub const ANY: Self = Self {
        from: None,
        to: None,
        included: true,
    };
    /// 0 or more.
    pub const NOT_NEGATIVE: Self = Self::at_least(0.0);
    /// More than 0.
    pub const POSITIVE: Self = Self {
        from: Some(0.0),
        to: None,
        included: false,
    };
    /// From 0 to 1.
    pub const SHARE: Self = Self::from_to(0.0, 1.0);
    /// From −1 to 1, both left out.
    pub const CORRELATION: Self = Self {
        from: Some(-1.0),
        to: Some(1.0),
        included: false,
    };

    /// This or more.
    pub const fn at_least(from: f64) -> Self {
        Self {
            from: Some(from),
            to: None,
            included: true,
        }
    }

    /// Between the two, both included.
    pub const fn from_to(from: f64, to: f64) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
            included: true,
        }
    }

    /// Between the two, both left out.
    pub const fn between(from: f64, to: f64) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
            included: false,
        }
    }

    /// Whether `value` is within.
    pub fn allow(&self, value: f64) -> bool {
        let above = self
            .from
            .is_none_or(|from| value > from || self.included && value == from);
        let below = self
            .to
            .is_none_or(|to| value < to || self.included && value == to);
        above && below
    }

    /// As a phrase: "between 0 and 1", "more than 0"; empty when any number will do.
    pub fn words(&self) -> String {
        match (self.from, self.to, self.included) {
            (None, None, _) => String::new(),
            (Some(from), Some(to), true) if from == to => from.to_string(),
            (Some(from), Some(to), true) => format!("from {from} to {to}"),
            (Some(from), Some(to), false) => {
                format!("more than {from} and less than {to}")
            }
            (Some(from), None, true) => format!("{from} or more"),
            (Some(from), None, false) => format!("more than {from}"),
            (None, Some(to), true) => format!("{to} or less"),
            (None, Some(to), false) => format!("less than {to}"),
        }
    }
}

impl Table {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// This table and all tables below it, parents first, each once.
    pub fn with_all_below(&'static self) -> Vec<&'static Table> {
        let mut tables = vec![self];
        let mut next = 0;
        while next < tables.len() {
            for below in tables[next].keys.iter().filter_map(|key| key.kind.table()) {
                if !tables.iter().any(|table| table.heading == below.heading) {
                    tables.push(below);
                }
            }
            next += 1;
        }
        tables
    }
}

impl Kind {
    /// The table inside, where there is one.
    pub fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) | Self::Tables(table) | Self::TableOrText(table, _) => Some(table),
            Self::List(kind) | Self::Map { values: kind, .. } => kind.table(),
            _ => None,
        }
    }

    /// What may stand here, as a phrase that follows "this must be".
    pub fn words(&self) -> String {
        match self {
            Self::Text => "text in quotes".to_owned(),
            Self::Integer(bounds) => phrase("a whole number", bounds),
            Self::Number(bounds) => phrase("a number", bounds),
            Self::YesNo => "true or false".to_owned(),
            Self::Date => "a date without quotes, such as 2024-01-31".to_owned(),
            Self::Word(words) => {
                let words: Vec<_> = words.iter().map(|w| format!("\"{}\"", w.word)).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Id(_) => "a new id in quotes".to_owned(),
            Self::Reference(thing) => format!("the id of {}, in quotes", thing.with_article()),
            Self::Measure => "a measure, such as \"instrument.score\"".to_owned(),
            Self::Item => "an item of the instrument, in quotes".to_owned(),
            Self::When => "a time, such as \"6 months after enrolment\"".to_owned(),
            Self::Window => "days around, such as \"14 days before to 30 days after\"".to_owned(),
            Self::Formula => "a model, such as \"score ~ months * arm + (1 | dyad)\"".to_owned(),
            Self::Term => "a term of the model, such as \"months:arm[intervention]\"".to_owned(),
            Self::File(_) => "the name of a file in the study folder, in quotes".to_owned(),
            Self::Column => "a column heading in quotes".to_owned(),
            Self::Colour => "a colour, such as \"#2a9d8f\"".to_owned(),
            Self::KeyboardKey => "one key of the keyboard, in quotes".to_owned(),
            Self::Orcid => "an ORCID iD, such as \"0000-0002-1825-0097\"".to_owned(),
            Self::Doi => "a DOI, such as \"10.1000/182\"".to_owned(),
            Self::Url => "an address that begins with https:// or http://".to_owned(),
            Self::Language => "a language tag, such as \"en\" or \"bn\"".to_owned(),
            Self::List(kind) => match kind {
                Self::Word(words) => {
                    let words: Vec<_> = words.iter().map(|w| format!("\"{}\"", w.word)).collect();
                    format!("a list in [ ], of {}", words.join(", "))
                }
                kind => format!("a list of {}, in [ ]", kind.several()),
            },
            Self::Table(table) => format!("one table: {}", table.heading),
            Self::Tables(table) => format!("a list of tables: {}", table.heading),
            Self::TableOrText(_, key) => format!("text in quotes, or {{ {key} = … }}"),
            Self::Map { keys, values } => {
                format!("{{ … }} with {} = {}", keys.short(), values.short())
            }
            Self::NumberOrMap { bounds, keys } => format!(
                "{}, or {{ … }} with {} = number",
                phrase("a number", bounds),
                keys.short()
            ),
        }
    }

    /// One or two words for what it is, for tables and messages.
    pub fn short(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Integer(_) => "whole number".to_owned(),
            Self::Number(_) => "number".to_owned(),
            Self::YesNo => "true or false".to_owned(),
            Self::Date => "date".to_owned(),
            Self::Word(_) => "word".to_owned(),
            Self::Id(_) => "new id".to_owned(),
            Self::Reference(thing) => thing.noun().to_owned(),
            Self::Measure => "measure".to_owned(),
            Self::Item => "item".to_owned(),
            Self::When => "time".to_owned(),
            Self::Window => "window".to_owned(),
            Self::Formula => "formula".to_owned(),
            Self::Term => "term".to_owned(),
            Self::File(_) => "file".to_owned(),
            Self::Column => "column".to_owned(),
            Self::Colour => "colour".to_owned(),
            Self::KeyboardKey => "key of the keyboard".to_owned(),
            Self::Orcid => "ORCID iD".to_owned(),
            Self::Doi => "DOI".to_owned(),
            Self::Url => "address".to_owned(),
            Self::Language => "language tag".to_owned(),
            Self::List(kind) => format!("list of {}", kind.several()),
            Self::Table(_) => "table".to_owned(),
            Self::Tables(_) => "tables".to_owned(),
            Self::TableOrText(_, key) => format!("{key} or table"),
            Self::Map { keys, values } => format!("{} = {}", keys.short(), values.short()),
            Self::NumberOrMap { keys, .. } => format!("number, or {} = number", keys.short()),
        }
    }
}

impl Kind {
    /// What several of them are called.
    pub fn several(&self) -> String {
        match self {
            Self::Text => "texts".to_owned(),
            Self::Reference(thing) => thing.plural(),
            Self::Table(_) => "tables".to_owned(),
            Self::TableOrText(_, key) => format!("{key}s or tables"),
            kind => format!("{}s", kind.short()),
        }
    }
}

fn phrase(noun: &str, bounds: &Bounds) -> String {
    let words = bounds.words();
    if words.is_empty() {
        noun.to_owned()
    } else {
        format!("{noun}, {words}")
    }
}

impl Thing {
    /// What it is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Arm => "arm",
            Self::Phase => "phase",
            Self::Site => "site",
            Self::Wave => "wave",
            Self::Purpose => "consent purpose",
            Self::Attribute => "attribute",
            Self::Instrument => "instrument",
            Self::Scheme => "scheme",
            Self::Codebook => "codebook",
            Self::Outcome => "outcome",
            Self::Analysis => "analysis",
            Self::Subject => "subject",
            Self::Behaviour => "behaviour",
            Self::StateSet => "set of states",
            Self::Rating => "rating",
            Self::Composite => "composite",
            Self::Modifier => "modifier",
            Self::Code => "code",
            Self::Level => "level",
        }
    }

    /// What several are called.
    pub fn plural(self) -> String {
        match self {
            Self::Analysis => "analyses".to_owned(),
            Self::StateSet => "sets of states".to_owned(),
            other => format!("{}s", other.noun()),
        }
    }

    /// "an arm", "a site".
    pub fn with_article(self) -> String {
        let noun = self.noun();
        let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {noun}")
    }

    /// How a table that defines one begins.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Study => "[study]",
            Self::Arm => "[[arm]]",
            Self::Phase => "[[phase]]",
            Self::Site => "[[site]]",
            Self::Wave => "[[wave]]",
            Self::Purpose => "[[consent]]",
            Self::Attribute => "[[attribute]]",
            Self::Instrument => "[[instrument]]",
            Self::Scheme => "[[scheme]]",
            Self::Codebook => "[[codebook]]",
            Self::Outcome => "[[outcome]]",
            Self::Analysis => "[[analysis]]",
            Self::Subject => "[[scheme.subject]]",
            Self::Behaviour => "[[scheme.point]]",
            Self::StateSet => "[[scheme.states]]",
            Self::Rating => "[[scheme.rating]]",
            Self::Composite => "[[scheme.composite]]",
            Self::Modifier => "modifiers = [{ … }]",
            Self::Code => "[[codebook.code]]",
            Self::Level => "levels = [{ … }]",
        }
    }

    /// Whether its id is a name in formulas and therefore has `_` and no hyphen.
    pub fn is_name_in_formulas(self) -> bool {
        matches!(self, Self::Attribute | Self::Outcome)
    }
}

/// The study file as a whole.
pub static STUDY_TOML: Table = Table {
    heading: STUDY_FILE,
    doc: "The study file as a whole.",
    keys: &[
        Key {
            name: "format",
            kind: Kind::Integer(Bounds::from_to(FORMAT as f64, FORMAT as f64)),
            need: Need::Required,
            doc: "Version of this format, the first line of the file: 1.",
        },
        Key {
            name: "study",
            kind: Kind::Table(&study::STUDY),
            need: Need::Required,
            doc: "The study itself.",
        },
        tables("team", &study::TEAM, "Who answers for the study."),
        tables("partner", &study::PARTNER, "Organisations that take part."),
        tables("publication", &study::PUBLICATION, "What it has published."),
        tables("arm", &design::ARM, "Conditions that are compared."),
        tables("phase", &design::PHASE, "Periods that are compared."),
        tables("site", &design::SITE, "Settings."),
        tables("wave", &design::WAVE, "Planned times of measuring."),
        tables("consent", &consent::CONSENT, "What families may agree to."),
        tables("attribute", &plan::ATTRIBUTE, "Facts about units."),
        tables(
            "instrument",
            &instrument::INSTRUMENT,
            "Questionnaires, tests and ratings.",
        ),
        tables("scheme", &scheme::SCHEME, "Coding schemes for video."),
        tables("codebook", &codebook::CODEBOOK, "Codebooks for interviews."),
        tables("data", &data::DATA, "Files of records."),
        tables("outcome", &plan::OUTCOME, "What is looked at."),
        tables("analysis", &plan::ANALYSIS, "The plan."),
        Key {
            name: "multiplicity",
            kind: Kind::Table(&plan::MULTIPLICITY),
            need: Need::Optional,
            doc: "Analyses that are read together.",
        },
        Key {
            name: "simulation",
            kind: Kind::Table(&simulation::SIMULATION),
            need: Need::Optional,
            doc: "Assumptions for simulation.",
        },
        tables("deviation", &study::DEVIATION, "Departures from the plan."),
    ],
};

const fn tables(name: &'static str, table: &'static Table, doc: &'static str) -> Key {
    Key {
        name,
        kind: Kind::Tables(table),
        need: Need::Optional,
        doc,
    }
}

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        need: Need::Required,
        doc,
    }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        need: Need::Optional,
        doc,
    }
}

const fn with_default(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Key {
    Key {
        name,
        kind,
        need: Need::Default(default),
        doc,
    }
}

const fn word(word: &'static str, doc: &'static str) -> Word {
    Word { word, doc }
}
