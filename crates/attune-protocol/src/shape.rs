//! The study format, described once, as data: which tables there are, which keys each may have,
//! what a key holds and what it means. The structural check, the JSON Schema and the key tables of
//! `docs/formats/study.md` all come from this description. What one key asks of another (a model's
//! variables, a site's arm) is in `check`.

use crate::folder::STUDY_FILE;

pub mod bounds;
pub mod codebook;
pub mod consent;
pub mod data;
pub mod definition;
pub mod design;
pub mod instrument;
pub mod plan;
pub mod scheme;
pub mod scheme_measure;
pub mod sharing;
pub mod simulation;
pub mod study;
pub mod thing;
pub mod wording;

pub use bounds::Bounds;
pub use thing::Thing;

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
        Key {
            name: "sharing",
            kind: Kind::Table(&sharing::SHARING),
            need: Need::Optional,
            doc: "By which rules data leave.",
        },
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
