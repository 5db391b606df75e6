//! Words for faults of keys and of TOML itself: what is wrong and how to mend it.

use std::ops::Range;

use super::{At, Reading};
use crate::{
    near_miss::{listed, nearest},
    shape::{FORMAT, Key, Kind, Need, STUDY_TOML, Table},
};

/// Reports a key that its table does not have; returns the one that was probably meant.
pub(super) fn unknown_key(
    reading: &mut Reading,
    shape: &'static Table,
    name: &str,
    at: At,
) -> Option<&'static str> {
    // Looking for what was meant takes time, and a file of mere nonsense has very many keys.
    if reading.is_full() {
        return None;
    }
    let message = if is_study_file(shape) {
        format!("there is no table or key '{name}' in a study file")
    } else {
        format!("{} has no key '{name}'", shape.heading)
    };
    let meant = nearest(name, shape.keys.iter().map(|key| key.name));
    let remedy = if let Some(near) = meant {
        format!("did you mean '{near}'?")
    } else {
        match homes(name).as_slice() {
            [] => format!(
                "its keys are {}",
                listed(shape.keys.iter().map(|key| key.name))
            ),
            homes => format!("this key belongs to {}", listed(homes.iter().copied())),
        }
    };
    reading.error(at, message, remedy);
    meant
}

fn is_study_file(shape: &'static Table) -> bool {
    shape.heading == STUDY_TOML.heading
}

/// The same word but for `_` and upper case.
fn is_same(key: &str, written: &str) -> bool {
    key.len() == written.len() && key == written.to_lowercase().replace('_', "-")
}

/// Headings of the tables that have a key with this name, a few at most.
fn homes(name: &str) -> Vec<&'static str> {
    STUDY_TOML
        .with_all_below()
        .into_iter()
        .filter(|table| !is_study_file(table))
        .filter(|table| table.keys.iter().any(|key| is_same(key.name, name)))
        .map(|table| table.heading)
        .take(3)
        .collect()
}

/// Message and remedy for a key that must be there and is not.
pub(super) fn missing_key(shape: &'static Table, key: &Key) -> (String, String) {
    debug_assert_eq!(key.need, Need::Required);
    let name = key.name;
    if name == "format" {
        return (
            format!("this file has no '{name}'"),
            format!("add a first line: {name} = {FORMAT}"),
        );
    }
    let owner = if is_study_file(shape) {
        "the study file"
    } else {
        shape.heading
    };
    match &key.kind {
        Kind::Table(table) | Kind::Tables(table) if table.heading.starts_with('[') => (
            format!("{owner} has no {}", table.heading),
            format!("add {}", table.heading),
        ),
        Kind::Table(table) => {
            let keys = table.keys.iter().filter(|key| key.need == Need::Required);
            let keys: Vec<_> = keys.map(|key| format!("{} = …", key.name)).collect();
            (
                format!("{owner} has no '{name}'"),
                format!("add {name} = {{ {} }}", keys.join(", ")),
            )
        }
        kind => (
            format!("{owner} has no '{name}'"),
            format!("add {name} = … ({})", kind.words()),
        ),
    }
}

/// Message and remedy for what the TOML parser says, in words for people who do not program.
pub(super) fn syntax(message: &str, text: &str, span: &Range<usize>) -> (String, String) {
    let lower = message.to_lowercase();
    let before = line_before(text, span.start);
    if lower.contains("duplicate key") {
        return (
            "this key stands twice in its table".to_owned(),
            "keep one of the two; for a second arm, site and so on begin with its heading, \
             such as [[site]]"
                .to_owned(),
        );
    }
    if lower.contains("recursion") {
        return (
            "lists or tables are nested too deeply".to_owned(),
            "write tables with headings of their own".to_owned(),
        );
    }
    let told = format!("this is not TOML: {message}");
    let remedy =
        if lower.contains("invalid basic string") || lower.contains("invalid literal string") {
            "close the text with the quote that it began with; a text over several lines stands \
         between \"\"\" and \"\"\""
        } else if lower.contains("escape") {
            "write \\\\ for a backslash, or put the text between ' and '"
        } else if lower.contains("date") || looks_like_date(text, span) {
            "write a date as 2024-01-31, without quotes"
        } else if before.trim_start().starts_with('[') && !before.contains('=') {
            "a heading is [study] or [[site]], alone in its line"
        } else if before.contains('=') {
            "text stands in quotes, a list between [ and ] with commas, one key = value in a line"
        } else {
            "each line is key = value, a heading such as [[site]], or a remark after #"
        };
    (told, remedy.to_owned())
}

fn line_before(text: &str, at: usize) -> &str {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    &text[start..at]
}

fn looks_like_date(text: &str, span: &Range<usize>) -> bool {
    let line = line_before(text, span.start);
    let value = line.rsplit('=').next().unwrap_or("");
    let rest = text.get(span.start..).unwrap_or("");
    let rest = rest.lines().next().unwrap_or("");
    let whole: String = [value, rest].concat();
    let whole = whole.trim();
    !whole.is_empty()
        && whole.contains(['/', '.', '-'])
        && whole
            .chars()
            .all(|c| c.is_ascii_digit() || "/.- ".contains(c))
}
