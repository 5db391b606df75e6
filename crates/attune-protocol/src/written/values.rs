//! From TOML values to the tree: lists, maps, and single values with the checks of `leaf`.

use std::{borrow::Cow, collections::BTreeSet};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{At, Entry, Node, TextAt, Value, Written, leaf, tree::Reader};
use crate::{
    near_miss::suggestion,
    shape::{Bounds, FileUse, Kind, Table},
};

impl Reader<'_> {
    /// The value of `key`; `None` when it has been reported as a problem.
    pub(super) fn value(
        &mut self,
        kind: &'static Kind,
        key: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Node> {
        let at = self.at(value.span());
        let mut n_written = 0;
        let value = match (kind, value.get_ref()) {
            (Kind::List(inner), DeValue::Array(array)) => {
                n_written = array.len();
                Value::List(self.list(inner, key, array.iter()))
            }
            (Kind::Tables(shape), DeValue::Array(array)) => {
                n_written = array.len();
                Value::List(self.tables(shape, key, array.iter()))
            }
            (Kind::Table(shape) | Kind::TableOrText(shape, _), DeValue::Table(table)) => {
                Value::Table(self.table(shape, table, at, &[]))
            }
            (Kind::TableOrText(shape, only), DeValue::String(_)) => {
                let only = shape.key(only)?;
                let node = self.value(&only.kind, key, value)?;
                Value::Table(Written {
                    shape,
                    at,
                    entries: vec![Entry {
                        key: only.name,
                        key_at: at,
                        node: Some(node),
                    }],
                })
            }
            (Kind::Map { keys, values }, DeValue::Table(table)) => {
                n_written = table.len();
                Value::Map(self.map(keys, values, key, table))
            }
            (Kind::NumberOrMap { keys, bounds }, DeValue::Table(table)) => {
                n_written = table.len();
                Value::Map(self.number_map(keys, bounds, key, table))
            }
            (kind, value) => self.leaf(kind, key, value, at)?,
        };
        let is_whole = match &value {
            Value::List(nodes) => nodes.len() == n_written,
            Value::Map(pairs) => pairs.len() == n_written,
            _ => true,
        };
        Some(Node {
            at,
            value,
            is_whole,
        })
    }

    fn leaf(
        &mut self,
        kind: &'static Kind,
        key: &str,
        value: &DeValue<'_>,
        at: At,
    ) -> Option<Value> {
        let value = match leaf::read(kind, key, value) {
            Ok(value) => value,
            Err(fault) => {
                let at = match (&fault.inside, value.as_str()) {
                    (Some(inner), Some(text)) => {
                        self.reading.inside(TextAt { text, at }, inner.clone())
                    }
                    _ => at,
                };
                self.reading.error(at, fault.message, fault.remedy);
                return None;
            }
        };
        if let (Kind::File(used_for), Value::Text(name)) = (kind, &value) {
            let is_there = self.folder.has(name);
            if !is_there && *used_for != FileUse::Records {
                let remedy = suggestion(name, self.folder.names(), || {
                    "write the file, or correct its name here".to_owned()
                });
                self.reading.error(
                    at,
                    format!("there is no file '{name}' in the study folder"),
                    remedy,
                );
                return None;
            }
        }
        Some(value)
    }

    fn list<'v, 't: 'v>(
        &mut self,
        kind: &'static Kind,
        key: &str,
        values: impl Iterator<Item = &'v Spanned<DeValue<'t>>>,
    ) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut seen = BTreeSet::new();
        let names_things = matches!(kind, Kind::Reference(_) | Kind::Word(_));
        for value in values {
            let Some(node) = self.value(kind, key, value) else {
                continue;
            };
            let text = node.text_at().map(|text| text.text.to_owned());
            if let Some(text) = text.filter(|_| names_things)
                && !seen.insert(text.clone())
            {
                self.reading.error(
                    node.at,
                    format!("'{text}' stands twice in this list"),
                    "remove one of the two",
                );
                continue;
            }
            nodes.push(node);
        }
        nodes
    }

    fn tables<'v, 't: 'v>(
        &mut self,
        shape: &'static Table,
        key: &str,
        values: impl Iterator<Item = &'v Spanned<DeValue<'t>>>,
    ) -> Vec<Node> {
        let mut nodes = Vec::new();
        for value in values {
            let at = self.at(value.span());
            if let DeValue::Table(table) = value.get_ref() {
                let value = Value::Table(self.table(shape, table, at, &[]));
                nodes.push(Node::single(at, value));
            } else {
                let message = format!("'{key}' must be written as {}", shape.heading);
                self.reading.error(
                    at,
                    message,
                    format!("write {} above its keys", shape.heading),
                );
            }
        }
        nodes
    }

    fn map(
        &mut self,
        keys: &'static Kind,
        values: &'static Kind,
        key: &str,
        table: &DeTable<'_>,
    ) -> Vec<(Node, Node)> {
        let mut pairs = Vec::new();
        for (name, value) in in_order(table) {
            let Some(name_node) = self.map_key(keys, key, name) else {
                continue;
            };
            if let Some(node) = self.value(values, name.get_ref(), value) {
                pairs.push((name_node, node));
            }
        }
        pairs
    }

    fn number_map(
        &mut self,
        keys: &'static Kind,
        bounds: &Bounds,
        key: &str,
        table: &DeTable<'_>,
    ) -> Vec<(Node, Node)> {
        let mut pairs = Vec::new();
        for (name, value) in in_order(table) {
            let at = self.at(value.span());
            let Some(name_node) = self.map_key(keys, key, name) else {
                continue;
            };
            match leaf::number(bounds, name.get_ref(), value.get_ref()) {
                Ok(value) => pairs.push((name_node, Node::single(at, value))),
                Err(fault) => self.reading.error(at, fault.message, fault.remedy),
            }
        }
        pairs
    }

    fn map_key(
        &mut self,
        kind: &'static Kind,
        key: &str,
        name: &Spanned<Cow<'_, str>>,
    ) -> Option<Node> {
        let at = self.at(name.span());
        // Any text may be a key, the empty one too: an empty cell is written "".
        if let Kind::Text = kind {
            let value = Value::Text(name.get_ref().to_string());
            return Some(Node::single(at, value));
        }
        match leaf::text(kind, key, name.get_ref()) {
            Ok(value) => Some(Node::single(at, value)),
            Err(fault) => {
                self.reading.error(at, fault.message, fault.remedy);
                None
            }
        }
    }
}

/// Keys and values in the order of the file.
pub(super) fn in_order<'a, 't>(
    table: &'a DeTable<'t>,
) -> Vec<(&'a Spanned<Cow<'t, str>>, &'a Spanned<DeValue<'t>>)> {
    let mut pairs: Vec<_> = table.iter().collect();
    pairs.sort_by_key(|(name, _)| name.span().start);
    pairs
}
