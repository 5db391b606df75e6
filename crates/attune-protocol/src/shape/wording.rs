//! Words for what a key holds, for messages and for the tables of keys in the documentation.

use super::{Bounds, Kind};

impl Kind {
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
