//! `attune fit DATA` without a formula: what the file holds, and formulas that suit it.

use std::collections::BTreeSet;

use anyhow::Result;
use attune_analysis::words;
use serde_json::{Value, json};

use super::{Fit, columns, reading};
use crate::{
    data_file::DataFile,
    output,
    text_table::{Align, TextTable},
};

/// A column as it would be read.
struct Listed {
    name: String,
    read_as: &'static str,
    n_distinct: usize,
    n_missing: usize,
    values: String,
    is_whole: bool,
}

/// Prints the columns and examples.
pub fn run(fit: &Fit) -> Result<()> {
    let data = DataFile::read(&fit.data, fit.columns.sheet.as_deref())?;
    let listed: Vec<Listed> = data
        .headings()
        .into_iter()
        .map(|name| list(fit, &data, name))
        .collect();
    let formulas = suggestions(&listed, data.n_rows());
    if fit.output.json {
        return output::print_json(&document(&data, &listed, &formulas));
    }
    output::print_text(&text(fit, &data, &listed, &formulas))
}

fn list(fit: &Fit, data: &DataFile, name: &str) -> Listed {
    let cells = columns::cells(fit, data, name);
    let present: Vec<&str> = cells
        .iter()
        .copied()
        .filter(|cell| !crate::data_file::is_missing(cell))
        .collect();
    let distinct: BTreeSet<&str> = present.iter().copied().collect();
    let numbers = data
        .all_numbers(&cells)
        .ok()
        .filter(|_| !present.is_empty());
    let (read_as, values) = match (&numbers, present.is_empty()) {
        (_, true) => ("empty", String::new()),
        (Some(numbers), _) => ("numbers", range(numbers)),
        (None, _) => ("factor", examples(&distinct)),
    };
    let is_whole = numbers.as_ref().is_some_and(|numbers| {
        numbers
            .iter()
            .all(|value| value.is_nan() || value.fract() == 0.0)
    });
    Listed {
        name: name.to_owned(),
        read_as,
        n_distinct: distinct.len(),
        n_missing: cells.len() - present.len(),
        values,
        is_whole,
    }
}

fn range(numbers: &[f64]) -> String {
    let mut sorted: Vec<f64> = numbers
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let short = |value: f64| words::short(value, 3);
    let ends = match (sorted.first(), sorted.last()) {
        (Some(first), Some(last)) => format!("{} to {}", short(*first), short(*last)),
        _ => String::new(),
    };
    match reading::missing_codes(&sorted) {
        Some(code) => format!("{ends}; is {} a code for missing?", short(code)),
        None => ends,
    }
}

fn examples(distinct: &BTreeSet<&str>) -> String {
    let first: Vec<String> = distinct
        .iter()
        .take(4)
        .map(|cell| cell.chars().take(24).collect())
        .collect();
    let more = if distinct.len() > 4 { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

fn text(fit: &Fit, data: &DataFile, listed: &[Listed], formulas: &[String]) -> String {
    let mut table = TextTable::new(&["column", "read as", "distinct", "missing", "values"]);
    table.align(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
    ]);
    for column in listed {
        table.row([
            column.name.clone(),
            column.read_as.to_owned(),
            words::count(column.n_distinct),
            words::count(column.n_missing),
            column.values.clone(),
        ]);
    }
    let mut text = format!(
        "{} · {}\n\n{}",
        data.file(),
        words::count_of(data.n_rows(), "row", "rows"),
        table.text()
    );
    text += "\nText is read as a factor, its first level the reference. Columns of codes: --factor NAME.\n";
    if !formulas.is_empty() {
        text += "\nFormulas that this file could be fitted with:\n";
        for formula in formulas {
            text += &format!("  attune fit {} '{formula}'\n", fit.data.display());
        }
    }
    text
}

fn document(data: &DataFile, listed: &[Listed], formulas: &[String]) -> Value {
    let columns: Vec<Value> = listed
        .iter()
        .map(|column| {
            json!({
                "name": column.name, "read_as": column.read_as, "n_distinct": column.n_distinct,
                "n_missing": column.n_missing,
            })
        })
        .collect();
    json!({ "n_rows": data.n_rows(), "columns": columns, "formulas": formulas })
}

/// Formulas from what the columns look like: an outcome with many values, a factor with few levels, a
/// covariate, and what repeats like a person.
fn suggestions(listed: &[Listed], n_rows: usize) -> Vec<String> {
    let is_named_id = |column: &Listed| {
        let name = column.name.to_lowercase();
        name.split(|letter: char| !letter.is_alphanumeric())
            .any(|part| part == "id")
            || name.ends_with("id")
    };
    let repeats = |column: &&Listed| {
        let many = column.n_distinct >= 4 && column.n_distinct * 3 <= 2 * n_rows;
        many && (is_named_id(column)
            || column.read_as == "factor"
            || column.is_whole && column.n_distinct > 12)
    };
    let group = listed.iter().filter(repeats).max_by_key(|column| {
        (
            is_named_id(column),
            column.read_as == "factor",
            column.n_distinct,
        )
    });
    let is_group = |column: &Listed| group.is_some_and(|group| group.name == column.name);
    let numbers = listed
        .iter()
        .filter(|column| column.read_as == "numbers" && !is_group(column) && !is_named_id(column));
    // The last column with many values is most often what was measured.
    let Some(outcome) = numbers.clone().rfind(|column| column.n_distinct > 6) else {
        return Vec::new();
    };
    let covariate = numbers
        .filter(|column| column.name != outcome.name && column.n_distinct > 1)
        .min_by_key(|column| column.n_distinct);
    let factor = listed.iter().find(|column| {
        column.read_as == "factor" && !is_group(column) && (2..=8).contains(&column.n_distinct)
    });
    let quoted = |column: &Listed| quoted(&column.name);
    let fixed = match (covariate, factor) {
        (Some(covariate), Some(factor)) => format!("{} * {}", quoted(covariate), quoted(factor)),
        (Some(one), None) | (None, Some(one)) => quoted(one),
        (None, None) => "1".to_owned(),
    };
    let plain = format!("{} ~ {fixed}", quoted(outcome));
    match group {
        Some(group) => vec![format!("{plain} + (1 | {})", quoted(group)), plain],
        None => vec![plain],
    }
}

/// A name as formulas have it.
fn quoted(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
