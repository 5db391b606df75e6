//! The key tables of `docs/formats/study.md`, made from the description in `shape`. Everything else
//! on the page is written by hand; a test compares, and rewrites when `UPDATE_DOCS=1` is set.

use crate::shape::{Bounds, Key, Kind, Need, Table, Word};

const BEGIN: &str = "<!-- keys of ";
const END: &str = "<!-- end of keys -->";

/// The page with each block between `<!-- keys of HEADING -->` and `<!-- end of keys -->` made
/// anew; a heading that is not among `tables` is left as it is.
pub fn with_key_tables(page: &str, tables: &[&'static Table]) -> String {
    let mut lines = page.lines();
    let mut made = String::new();
    while let Some(line) = lines.next() {
        made += line;
        made.push('\n');
        let heading = line
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(" -->"));
        let table = heading.and_then(|h| tables.iter().find(|table| table.heading == h));
        if let Some(table) = table {
            made += &key_table(table);
            for old in lines.by_ref() {
                if old == END {
                    break;
                }
            }
            made += END;
            made.push('\n');
        }
    }
    made
}

/// Headings whose key tables the page does not have.
pub fn missing_key_tables(page: &str, tables: &[&'static Table]) -> Vec<&'static str> {
    tables
        .iter()
        .map(|table| table.heading)
        .filter(|heading| !page.contains(&format!("{BEGIN}{heading} -->")))
        .collect()
}

/// The keys of a table as a Markdown table.
pub fn key_table(table: &Table) -> String {
    let mut text = format!("\n**`{}`** {}\n\n", table.heading, table.doc);
    text += "| key | holds | meaning |\n|---|---|---|\n";
    for key in table.keys {
        text += &format!(
            "| `{}`{} | {} | {} |\n",
            key.name,
            need(key.need),
            in_a_cell(&holds(&key.kind)),
            in_a_cell(&meaning(key)),
        );
    }
    text.push('\n');
    text
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Required => " **\\***",
        Need::Optional | Need::Default(_) => "",
    }
}

fn holds(kind: &Kind) -> String {
    let bounded = |noun: &str, bounds: &Bounds| match bounds.words().as_str() {
        "" => noun.to_owned(),
        words => format!("{noun}, {words}"),
    };
    match kind {
        Kind::Integer(bounds) => bounded("whole number", bounds),
        Kind::Number(bounds) => bounded("number", bounds),
        Kind::NumberOrMap { bounds, keys } => {
            let number = bounded("number", bounds);
            format!("{number}, or {} = number", keys.short())
        }
        Kind::Table(table) | Kind::Tables(table) => format!("`{}`", table.heading),
        Kind::TableOrText(table, only) => format!("{only}, or `{}`", table.heading),
        Kind::List(inner) => match inner {
            Kind::Number(bounds) => bounded("list of numbers", bounds),
            Kind::Table(table) => format!("list of `{}`", table.heading),
            Kind::TableOrText(table, only) => format!("list of {only}s, or `{}`", table.heading),
            inner => format!("list of {}", inner.several()),
        },
        kind => kind.short(),
    }
}

fn meaning(key: &Key) -> String {
    let mut text = key.doc.to_owned();
    if let Some(words) = words(&key.kind) {
        let words = words
            .iter()
            .map(|word| format!("`{}` ({})", word.word, word.doc));
        text += &format!(" {}.", words.collect::<Vec<_>>().join("; "));
    }
    if let Need::Default(default) = key.need {
        text += &format!(" When left out: `{default}`.");
    }
    text
}

fn words(kind: &Kind) -> Option<&'static [Word]> {
    match kind {
        Kind::Word(words) => Some(words),
        Kind::List(inner) => words(inner),
        Kind::Map { keys, values } => words(keys).or_else(|| words(values)),
        _ => None,
    }
}

fn in_a_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::with_key_tables;
    use crate::shape::STUDY_TOML;

    #[test]
    fn blocks_are_made_anew_and_the_rest_stays() {
        let tables = STUDY_TOML.with_all_below();
        let page = "# Page\n<!-- keys of [[team]] -->\nold\n<!-- end of keys -->\nafter\n";
        let made = with_key_tables(page, &tables);
        assert!(made.starts_with("# Page\n<!-- keys of [[team]] -->\n\n**`[[team]]`** A person"));
        assert!(made.contains("| `name` **\\*** | text | Name as it is to be printed. |"));
        assert!(made.ends_with("<!-- end of keys -->\nafter\n"));
        assert_eq!(with_key_tables(&made, &tables), made);
    }
}
