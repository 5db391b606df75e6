//! Scores: each rule with the keys that it takes, and what is done about missing answers.

use super::{
    check_id, check_unique, find,
    interpretation::{bands, cut_offs},
    items::{item_ids, item_named},
    ranges::range,
    text, word,
};
use crate::{
    id::{ItemId, ScoreId},
    instrument::{Answers, Item, MissingRule, Score, ScoreRule},
    plan::Better,
    written::{At, Node, Reading, Value, Written},
};

/// Keys that only some rules take: each with the rules that need it and those that allow it.
const RULE_KEYS: [(&str, &[&str], &[&str]); 9] = [
    ("items", &["sum", "mean"], &[]),
    ("weights", &["weighted"], &[]),
    ("at-least", &["count-at-least", "all-at-least"], &[]),
    ("scores", &["sum-of-scores", "mean-of-scores"], &[]),
    ("of", &["lookup"], &[]),
    ("table", &["lookup"], &[]),
    ("item", &["entered"], &[]),
    ("factor", &[], &["sum", "mean"]),
    (
        "reversed",
        &[],
        &["sum", "mean", "weighted", "count-at-least"],
    ),
];

pub(super) fn check(reading: &mut Reading, written: &Written, items: &[Item]) -> Vec<Score> {
    let ids = || {
        written
            .tables("score")
            .filter_map(|score| score.text_at("id"))
    };
    check_unique(reading, "scores", ids());
    for id in ids() {
        check_id(reading, id);
    }
    let mut scores = Vec::new();
    for table in written.tables("score") {
        check_keys(reading, table);
        // A rule refers to scores above it only, so that there is no circle.
        if let Some(score) = score(reading, table, items, &scores) {
            scores.push(score);
        }
    }
    scores
}

fn check_keys(reading: &mut Reading, table: &Written) {
    let Some(rule) = table.text("rule") else {
        return;
    };
    for (key, needed_by, allowed_by) in RULE_KEYS {
        let needs = needed_by.contains(&rule);
        if needs && !table.has(key) {
            let message = format!("a score with the rule {rule} needs '{key}'");
            reading.error(table.at, message, format!("write {key} = …"));
        } else if !needs && !allowed_by.contains(&rule) && table.has(key) {
            let message = format!("the rule {rule} takes no '{key}'");
            reading.error(
                table.at_key(key),
                message,
                "remove this line, or change the rule",
            );
        }
    }
}

fn score(
    reading: &mut Reading,
    table: &Written,
    items: &[Item],
    before: &[Score],
) -> Option<Score> {
    let rule = rule(reading, table, items, before)?;
    let reversed = item_ids(reading, table.texts("reversed"), items);
    for name in table.texts("reversed") {
        let is_part = rule.items().iter().any(|item| item.as_str() == name.text);
        if !is_part && reversed.iter().any(|item| item.as_str() == name.text) {
            let message = format!(
                "'{}' is reversed but does not count in this score",
                name.text
            );
            reading.error(name.at, message, "add it to the items, or remove it here");
        }
    }
    let missing = missing_rule(reading, table, &rule, items)?;
    let (minimum, maximum) = range(&rule, items, before)?;
    Some(Score {
        id: ScoreId::new(table.text("id")?),
        label: text(table, "label"),
        bands: bands(reading, table, minimum, maximum),
        cut_offs: cut_offs(reading, table, minimum, maximum),
        better: word(table, "better").unwrap_or(Better::Neither),
        unit: table.string("unit"),
        source: table.string("source"),
        rule,
        reversed,
        missing,
        minimum,
        maximum,
    })
}

fn rule(
    reading: &mut Reading,
    table: &Written,
    items: &[Item],
    before: &[Score],
) -> Option<ScoreRule> {
    let rule = match table.text("rule")? {
        name @ ("sum" | "mean") => {
            let items = scored_items(reading, table, items)?;
            let of_mean = name == "mean";
            match (table.number("factor"), of_mean) {
                (Some(factor), _) => ScoreRule::Scaled {
                    items,
                    of_mean,
                    factor,
                },
                (None, true) => ScoreRule::Mean(items),
                (None, false) => ScoreRule::Sum(items),
            }
        }
        "weighted" => ScoreRule::Weighted(item_numbers(reading, table, "weights", items)?),
        "count-at-least" => {
            ScoreRule::CountAtLeast(item_numbers(reading, table, "at-least", items)?)
        }
        "all-at-least" => ScoreRule::AllAtLeast(score_numbers(reading, table, before)?),
        "sum-of-scores" => ScoreRule::SumOfScores(scores(reading, table, before)?),
        "mean-of-scores" => ScoreRule::MeanOfScores(scores(reading, table, before)?),
        "lookup" => lookup(reading, table, before)?,
        _ => {
            let name = table.text_at("item")?;
            let item = item_named(reading, name, items)?;
            check_can_be_scored(reading, item, name.at);
            ScoreRule::Entered(item.id.clone())
        }
    };
    Some(rule)
}

/// The items of a sum or mean: each once, none of free text.
fn scored_items(reading: &mut Reading, table: &Written, items: &[Item]) -> Option<Vec<ItemId>> {
    check_unique(reading, "entries", table.texts("items"));
    for name in table.texts("items") {
        if let Some(item) = items.iter().find(|item| item.id.as_str() == name.text) {
            check_can_be_scored(reading, item, name.at);
        }
    }
    let found = item_ids(reading, table.texts("items"), items);
    let is_empty_list = table.node("items").is_some() && table.list("items").is_empty();
    if is_empty_list {
        reading.error(
            table.at_key("items"),
            "this list is empty",
            "list the items",
        );
    }
    (!found.is_empty()).then_some(found)
}

fn check_can_be_scored(reading: &mut Reading, item: &Item, at: At) {
    if item.answers == Answers::Text {
        let message = format!("'{}' is free text, which is never scored", item.id);
        reading.error(at, message, "remove it from the score");
    }
}

/// Pairs of item and number, in the order of the items.
fn item_numbers(
    reading: &mut Reading,
    table: &Written,
    key: &str,
    items: &[Item],
) -> Option<Vec<(ItemId, f64)>> {
    let mut pairs = Vec::new();
    for (name, value) in table.map(key) {
        let Some(item) = name
            .text_at()
            .and_then(|name| item_named(reading, name, items))
        else {
            continue;
        };
        check_can_be_scored(reading, item, name.at);
        pairs.push((item.id.clone(), value.number()?));
    }
    let position = |id: &ItemId| items.iter().position(|item| item.id == *id);
    pairs.sort_by_key(|(id, _)| position(id));
    (!pairs.is_empty()).then_some(pairs)
}

fn score_numbers(
    reading: &mut Reading,
    table: &Written,
    before: &[Score],
) -> Option<Vec<(ScoreId, f64)>> {
    let mut pairs = Vec::new();
    for (name, value) in table.map("at-least") {
        if let Some(score) = score_named(reading, name, before) {
            pairs.push((score.id.clone(), value.number()?));
        }
    }
    let position = |id: &ScoreId| before.iter().position(|score| score.id == *id);
    pairs.sort_by_key(|(id, _)| position(id));
    (!pairs.is_empty()).then_some(pairs)
}

fn scores(reading: &mut Reading, table: &Written, before: &[Score]) -> Option<Vec<ScoreId>> {
    check_unique(reading, "entries", table.texts("scores"));
    let mut found = Vec::new();
    for name in table.list("scores") {
        found.extend(score_named(reading, name, before).map(|score| score.id.clone()));
    }
    (!found.is_empty()).then_some(found)
}

fn score_named<'s>(reading: &mut Reading, name: &Node, before: &'s [Score]) -> Option<&'s Score> {
    let ids = before.iter().map(|score| score.id.as_str());
    let found = find(reading, name.text_at()?, "earlier score", ids);
    found.map(|position| &before[position])
}

fn lookup(reading: &mut Reading, table: &Written, before: &[Score]) -> Option<ScoreRule> {
    let of = score_named(reading, table.node("of")?, before)?;
    let rows = rows(reading, table.list("table"));
    let is_sorted = rows.is_sorted_by(|a, b| a.0 < b.0);
    if is_sorted && rows.len() == table.list("table").len() {
        check_table_covers(reading, table.at_key("table"), of, &rows);
    }
    (!rows.is_empty()).then_some(ScoreRule::Lookup {
        of: of.id.clone(),
        table: rows,
    })
}

/// The rows of a table that are rows.
fn rows(reading: &mut Reading, written: &[Node]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> = Vec::new();
    for row in written {
        let Some(pair) = pair(row) else {
            let remedy = "write [raw, result], such as [7, 9.51]";
            reading.error(row.at, "a row of the table is two numbers", remedy);
            continue;
        };
        if rows.last().is_some_and(|last| pair.0 <= last.0) {
            let message = "raw values of the table must ascend";
            let remedy = "sort the rows, and give each raw value once";
            reading.error(row.at, message, remedy);
        }
        rows.push(pair);
    }
    rows
}

fn pair(row: &Node) -> Option<(f64, f64)> {
    match &row.value {
        Value::List(nodes) => match nodes.as_slice() {
            [raw, result] => Some((raw.number()?, result.number()?)),
            _ => None,
        },
        _ => None,
    }
}

/// Tables of scores with more values than this are not checked for gaps.
const MOST_ROWS: f64 = 10_000.0;

/// Every whole raw value of the score has a row, and no row lies outside.
fn check_table_covers(reading: &mut Reading, at: At, of: &Score, rows: &[(f64, f64)]) {
    let n_values = of.maximum - of.minimum + 1.0;
    if rows.is_empty() || n_values > MOST_ROWS {
        return;
    }
    let has = |raw: f64| rows.iter().any(|(from, _)| *from == raw);
    let mut raw = of.minimum;
    while raw <= of.maximum {
        if !has(raw) {
            let message = format!("the table has no row for {raw} of '{}'", of.id);
            reading.error(
                at,
                message,
                "give a row for every value that the score can have",
            );
            return;
        }
        raw += 1.0;
    }
    let outside = rows
        .iter()
        .find(|(raw, _)| *raw < of.minimum || *raw > of.maximum);
    if let Some((raw, _)) = outside {
        let message = format!(
            "the table has a row for {raw}, but '{}' runs from {} to {}",
            of.id, of.minimum, of.maximum
        );
        reading.error(at, message, "remove the row");
    }
}

/// How many answers are enough. What is not answered must be made good by a rule that says how.
fn missing_rule(
    reading: &mut Reading,
    table: &Written,
    rule: &ScoreRule,
    items: &[Item],
) -> Option<MissingRule> {
    let n_parts = rule.items().len() + rule.scores().len();
    let minimum_answered = table
        .count("minimum-answered")
        .map_or(n_parts, |n| n as usize);
    let prorate = table.yes_no("prorate") == Some(true);
    let at = table.at_key(if table.has("minimum-answered") {
        "minimum-answered"
    } else {
        "prorate"
    });
    let complaint = if minimum_answered > n_parts {
        Some((
            "more answers are asked for than the score has items",
            "lower it",
        ))
    } else if minimum_answered < n_parts {
        complaint_about_fewer(rule, prorate, items)
    } else if prorate {
        Some((
            "prorate changes nothing, since every item is needed",
            "write minimum-answered, or remove prorate",
        ))
    } else {
        None
    };
    if let Some((message, remedy)) = complaint {
        reading.error(at, message, remedy);
        return None;
    }
    Some(MissingRule {
        minimum_answered,
        prorate,
    })
}

fn complaint_about_fewer(
    rule: &ScoreRule,
    prorate: bool,
    items: &[Item],
) -> Option<(&'static str, &'static str)> {
    let range = |id: &ItemId| items.iter().find(|item| item.id == *id)?.answers.range();
    let mut ranges = rule.items().into_iter().map(range);
    let first = ranges.next().flatten();
    let is_known = |range: &Option<(f64, f64)>| range.is_some_and(|(low, _)| low.is_finite());
    let ranges_differ = is_known(&first) && ranges.any(|other| is_known(&other) && other != first);
    match rule {
        ScoreRule::Sum(_) | ScoreRule::Scaled { of_mean: false, .. } if !prorate => Some((
            "a sum over fewer answers than items would be too small",
            "write prorate = true, or remove minimum-answered",
        )),
        ScoreRule::Sum(_) | ScoreRule::Mean(_) | ScoreRule::Scaled { .. } if ranges_differ => {
            Some((
                "the items have different ranges, so that one cannot stand for another",
                "ask for all items: remove minimum-answered",
            ))
        }
        ScoreRule::Sum(_)
        | ScoreRule::Mean(_)
        | ScoreRule::Scaled { .. }
        | ScoreRule::MeanOfScores(_) => None,
        _ => Some((
            "this rule needs every item that it names",
            "remove minimum-answered",
        )),
    }
}
