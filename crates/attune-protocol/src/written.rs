//! A study file as written: a tree of tables whose keys and types fit the description in `shape`,
//! each value with its place. What did not fit has been reported and left out; nothing here says
//! yet that ids are known or that a plan makes sense.

use std::ops::Range;

use jiff::civil::Date;
use serde::de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer};

use crate::{
    problem::{Place, Problem},
    shape::{Kind, Need, Table},
    source::Source,
};

mod ids;
mod key_faults;
mod leaf;
mod text_shapes;
mod tree;
mod values;

pub(crate) use ids::{NAMES_IN_FORMULAS, is_id};
pub(crate) use tree::{read_definition_file, read_study};

/// The files that have been read and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub sources: Vec<Source>,
    pub problems: Vec<Problem>,
    /// How many problems more there are than are kept.
    n_untold: usize,
}

/// More problems than this help nobody; what is beyond is only counted.
const MOST_PROBLEMS: usize = 1000;

/// A piece of one of the files that have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    /// Position among [`Reading::sources`].
    pub source: usize,
    pub start: usize,
    pub end: usize,
}

/// One table as written.
#[derive(Debug)]
pub(crate) struct Written {
    pub shape: &'static Table,
    /// Its heading, or the whole of a table in braces.
    pub at: At,
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub key: &'static str,
    pub key_at: At,
    /// Absent when what stood there has been reported as a problem.
    pub node: Option<Node>,
}

/// A value with its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub at: At,
    pub value: Value,
    /// Whether every entry of a list or map is there; others have been reported and left out.
    pub is_whole: bool,
}

#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    YesNo(bool),
    Date(Date),
    List(Vec<Node>),
    Table(Written),
    /// Keys are texts.
    Map(Vec<(Node, Node)>),
}

/// A text with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextAt<'a> {
    pub text: &'a str,
    pub at: At,
}

impl Reading {
    /// Adds a file; its number goes into each [`At`].
    pub fn add(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    pub fn place(&self, at: At) -> Place {
        self.sources[at.source].place(at.start..at.end)
    }

    /// Whether no more problems are kept; the one at hand is then counted.
    pub fn is_full(&mut self) -> bool {
        let is_full = self.problems.len() >= MOST_PROBLEMS;
        self.n_untold += usize::from(is_full);
        is_full
    }

    /// All problems, and how many more there are.
    pub fn into_problems(mut self) -> Vec<Problem> {
        if self.n_untold > 0 {
            let place = Place::file(self.sources.first().map_or("", |source| &source.name));
            let message = format!("there are {} problems more", self.n_untold);
            let problem = Problem::error(place, message);
            self.problems
                .push(problem.with_remedy("mend those that are told, and check again"));
        }
        self.problems
    }

    pub fn error(&mut self, at: At, message: impl Into<String>, remedy: impl Into<String>) {
        if self.is_full() {
            return;
        }
        let place = self.place(at);
        self.problems
            .push(Problem::error(place, message).with_remedy(remedy));
    }

    pub fn warning(&mut self, at: At, message: impl Into<String>, remedy: impl Into<String>) {
        if self.is_full() {
            return;
        }
        let place = self.place(at);
        self.problems
            .push(Problem::warning(place, message).with_remedy(remedy));
    }

    /// The piece `inner` of a text value, for pointing at a name inside a formula. A text with
    /// escapes is pointed at as a whole.
    pub fn inside(&self, text: TextAt<'_>, inner: Range<usize>) -> At {
        let raw = &self.sources[text.at.source].text[text.at.start..text.at.end];
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") {
            3
        } else {
            1
        };
        let newline = match raw.get(quotes..) {
            Some(rest) if quotes == 3 && rest.starts_with("\r\n") => 2,
            Some(rest) if quotes == 3 && rest.starts_with('\n') => 1,
            _ => 0,
        };
        let begin = quotes + newline;
        let is_verbatim = raw
            .get(begin..)
            .is_some_and(|rest| rest.starts_with(text.text));
        if !is_verbatim {
            return text.at;
        }
        At {
            source: text.at.source,
            start: text.at.start + begin + inner.start,
            end: text.at.start + begin + inner.end,
        }
    }
}

impl Written {
    /// A table without keys, in place of one that could not be read.
    pub fn empty(root: &Self) -> Self {
        Self {
            shape: root.shape,
            at: root.at,
            entries: Vec::new(),
        }
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether the key was written, rightly or wrongly.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    pub fn node(&self, key: &str) -> Option<&Node> {
        self.entry(key)?.node.as_ref()
    }

    pub fn text_at(&self, key: &str) -> Option<TextAt<'_>> {
        self.node(key)?.text_at()
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.text_at(key).map(|text| text.text)
    }

    pub fn string(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    /// A word of the description as the value that it stands for.
    pub fn word<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.text_at(key)?.word()
    }

    /// A word, or what the description says that it is when left out.
    pub fn word_or_default<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = self.text_or_default(key);
        TextAt { text, at: self.at }.word()
    }

    pub fn text_or_default(&self, key: &str) -> &str {
        self.text(key).unwrap_or_else(|| self.default_of(key))
    }

    pub fn number_or_default(&self, key: &str) -> f64 {
        let default = || self.default_of(key).parse().unwrap_or_default();
        self.number(key).unwrap_or_else(default)
    }

    pub fn yes_no_or_default(&self, key: &str) -> bool {
        let default = || self.default_of(key) == "true";
        self.yes_no(key).unwrap_or_else(default)
    }

    /// What the description says that a key is when it is left out.
    fn default_of(&self, key: &str) -> &'static str {
        match self.shape.key(key).map(|key| key.need) {
            Some(Need::Default(default)) => default,
            _ => "",
        }
    }

    /// All words of a list.
    pub fn words<T: DeserializeOwned>(&self, key: &str) -> Vec<T> {
        self.texts(key).filter_map(TextAt::word).collect()
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.node(key)?.number()
    }

    /// A whole number; bounds of the description keep it within `u32`.
    pub fn count(&self, key: &str) -> Option<u32> {
        match self.node(key)?.value {
            Value::Integer(integer) => u32::try_from(integer).ok(),
            _ => None,
        }
    }

    pub fn yes_no(&self, key: &str) -> Option<bool> {
        match self.node(key)?.value {
            Value::YesNo(yes) => Some(yes),
            _ => None,
        }
    }

    pub fn date(&self, key: &str) -> Option<Date> {
        match self.node(key)?.value {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    pub fn table(&self, key: &str) -> Option<&Written> {
        self.node(key)?.table()
    }

    /// The tables or entries of a list; none when the key is absent.
    pub fn list(&self, key: &str) -> &[Node] {
        match self.node(key).map(|node| &node.value) {
            Some(Value::List(nodes)) => nodes,
            _ => &[],
        }
    }

    pub fn tables(&self, key: &str) -> impl Iterator<Item = &Written> {
        self.list(key).iter().filter_map(Node::table)
    }

    pub fn texts(&self, key: &str) -> impl Iterator<Item = TextAt<'_>> {
        self.list(key).iter().filter_map(Node::text_at)
    }

    pub fn map(&self, key: &str) -> &[(Node, Node)] {
        match self.node(key).map(|node| &node.value) {
            Some(Value::Map(pairs)) => pairs,
            _ => &[],
        }
    }

    /// Whether the key holds a list or map without any entry.
    pub fn is_empty_at(&self, key: &str) -> bool {
        self.node(key).is_some_and(Node::is_written_empty)
    }

    /// Whether all entries of the key's list or map could be read.
    pub fn is_whole_at(&self, key: &str) -> bool {
        self.node(key).is_some_and(|node| node.is_whole)
    }

    /// Where to point for a problem with this key: its value, its name, or the table.
    pub fn at_key(&self, key: &str) -> At {
        match self.entry(key) {
            Some(entry) => entry.node.as_ref().map_or(entry.key_at, |node| node.at),
            None => self.at,
        }
    }
}

impl TextAt<'_> {
    /// The value that serde names so; words of the description are serde's names.
    pub fn word<T: DeserializeOwned>(self) -> Option<T> {
        let deserializer: StrDeserializer<'_, serde::de::value::Error> =
            self.text.into_deserializer();
        T::deserialize(deserializer).ok()
    }
}

impl Node {
    /// A value that is no list or map.
    pub fn single(at: At, value: Value) -> Self {
        Self {
            at,
            value,
            is_whole: true,
        }
    }

    /// Whether it is a list or map that was written without any entry.
    pub fn is_written_empty(&self) -> bool {
        let is_empty = match &self.value {
            Value::List(nodes) => nodes.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
            _ => false,
        };
        is_empty && self.is_whole
    }

    pub fn text_at(&self) -> Option<TextAt<'_>> {
        match &self.value {
            Value::Text(text) => Some(TextAt { text, at: self.at }),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts in a study file are small"
            )]
            Value::Integer(integer) => Some(integer as f64),
            _ => None,
        }
    }

    pub fn table(&self) -> Option<&Written> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

impl Written {
    /// Shows `see` every single value below this table with what the description says of it: text
    /// of a list, keys and values of a map. Tables and lists themselves are not shown.
    pub fn visit<'w>(&'w self, see: &mut impl FnMut(&'static Kind, &'w Node)) {
        for entry in &self.entries {
            if let (Some(key), Some(node)) = (self.shape.key(entry.key), &entry.node) {
                visit_node(&key.kind, node, see);
            }
        }
    }
}

fn visit_node<'w>(
    kind: &'static Kind,
    node: &'w Node,
    see: &mut impl FnMut(&'static Kind, &'w Node),
) {
    match (kind, &node.value) {
        (_, Value::Table(table)) => table.visit(see),
        (Kind::List(inner), Value::List(nodes)) => {
            nodes.iter().for_each(|node| visit_node(inner, node, see));
        }
        (_, Value::List(nodes)) => nodes.iter().for_each(|node| visit_node(kind, node, see)),
        (Kind::Map { keys, values }, Value::Map(pairs)) => {
            for (key, value) in pairs {
                see(keys, key);
                visit_node(values, value, see);
            }
        }
        (Kind::NumberOrMap { keys, .. }, Value::Map(pairs)) => {
            pairs.iter().for_each(|(key, _)| see(keys, key));
        }
        _ => see(kind, node),
    }
}
