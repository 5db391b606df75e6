//! Scales, items, the orders that items come in, and alerts.

use super::{check_id, check_unique, find, text};
use crate::{
    id::ItemId,
    instrument::{
        Alert, AnswerOption, Answers, FittingCodes, Instrument, Item, ItemOrder, LicenceClass,
        OnlyIf, ScoreRule,
    },
    written::{Reading, TextAt, Written},
};

/// Stands for the answers of an item whose scale has been reported, so that nothing more is said
/// about them.
const UNKNOWN_ANSWERS: Answers = Answers::Number {
    minimum: f64::NEG_INFINITY,
    maximum: f64::INFINITY,
    decimals: 0,
};

pub(super) fn check(reading: &mut Reading, written: &Written, holds: LicenceClass) -> Vec<Item> {
    let scales = scales(reading, written, holds);
    let ids = || written.tables("item").filter_map(|item| item.text_at("id"));
    check_unique(reading, "items", ids());
    for id in ids() {
        check_id(reading, id);
    }
    if holds == LicenceClass::Slots && written.has("instruction") {
        no_text(reading, written.at_key("instruction"), "an instruction");
    }
    let mut items = Vec::new();
    for table in written.tables("item") {
        // A question may depend only on those before it, so that no two wait for each other.
        let item = item(reading, table, &scales, holds, &items);
        items.extend(item);
    }
    items
}

/// Scales by name; one that is wrong has been reported and answers nothing.
fn scales<'w>(
    reading: &mut Reading,
    written: &'w Written,
    holds: LicenceClass,
) -> Vec<(&'w str, Option<Answers>)> {
    let ids = written
        .tables("scale")
        .filter_map(|scale| scale.text_at("id"));
    check_unique(reading, "scales", ids);
    let mut scales = Vec::new();
    for table in written.tables("scale") {
        let answers = answers(reading, table, holds);
        if let Some(id) = table.text("id") {
            scales.push((id, answers));
        }
    }
    scales
}

fn answers(reading: &mut Reading, scale: &Written, holds: LicenceClass) -> Option<Answers> {
    let is_text = scale.yes_no("free-text") == Some(true);
    let is_number = scale.has("minimum") || scale.has("maximum");
    match (scale.has("options"), is_number, is_text) {
        (true, false, false) => options(reading, scale, holds),
        (false, true, false) => number(reading, scale),
        (false, false, true) => Some(Answers::Text),
        _ => {
            reading.error(
                scale.at,
                "a scale has either options, or minimum and maximum, or free-text = true",
                "keep one of the three",
            );
            None
        }
    }
}

fn number(reading: &mut Reading, scale: &Written) -> Option<Answers> {
    for key in ["minimum", "maximum"] {
        if !scale.has(key) {
            let message = format!("this scale has no '{key}'");
            reading.error(scale.at, message, format!("write {key} = …"));
        }
    }
    let minimum = scale.number("minimum")?;
    let maximum = scale.number("maximum")?;
    if minimum >= maximum {
        reading.error(
            scale.at_key("maximum"),
            format!("the maximum {maximum} is not above the minimum {minimum}"),
            "exchange or correct them",
        );
    }
    Some(Answers::Number {
        minimum,
        maximum,
        decimals: scale
            .count("decimals")
            .map_or(0, |n| u8::try_from(n).unwrap_or(6)),
    })
}

fn options(reading: &mut Reading, scale: &Written, holds: LicenceClass) -> Option<Answers> {
    let mut options: Vec<AnswerOption> = Vec::new();
    for table in scale.tables("options") {
        let Some(code) = table.number("code") else {
            continue;
        };
        if options.iter().any(|option| option.code == code) {
            let message = format!("two options of this scale have the code {code}");
            reading.error(
                table.at_key("code"),
                message,
                "give each option its own code",
            );
        }
        if holds == LicenceClass::Slots && table.has("label") {
            no_text(reading, table.at_key("label"), "a label");
        }
        options.push(AnswerOption {
            code,
            label: table.string("label"),
            score: table.number("score").unwrap_or(code),
        });
    }
    if options.is_empty() && scale.list("options").is_empty() {
        let remedy = "write at least one option: { code = 0 }";
        reading.error(scale.at_key("options"), "this scale has no option", remedy);
    }
    (!options.is_empty()).then_some(Answers::Options(options))
}

fn no_text(reading: &mut Reading, at: crate::written::At, what: &str) {
    reading.error(
        at,
        format!("a definition that holds slots has {what}"),
        "remove it; or, if you hold the permission, write holds = \"texts\" and say in evidence \
         where the permission is written",
    );
}

fn item(
    reading: &mut Reading,
    table: &Written,
    scales: &[(&str, Option<Answers>)],
    holds: LicenceClass,
    before: &[Item],
) -> Option<Item> {
    match (holds, table.has("text")) {
        (LicenceClass::Slots, true) => no_text(reading, table.at_key("text"), "an item text"),
        (LicenceClass::Texts | LicenceClass::ScoresOnly, false) => reading.error(
            table.at,
            "this item has no text",
            "write text = \"…\"; a definition without texts has holds = \"slots\"",
        ),
        _ => {}
    }
    let scale = table.text_at("scale");
    let found = scale.and_then(|name| {
        let names = scales.iter().map(|(name, _)| *name);
        find(reading, name, "scale", names)
    });
    let id = ItemId::new(table.text("id")?);
    let answers = found.and_then(|position| scales[position].1.clone());
    let answers = answers.unwrap_or(UNKNOWN_ANSWERS);
    let not_applicable = table.number("not-applicable");
    if let Some(value) = not_applicable {
        let (lowest, highest) = answers.range().unwrap_or((value, value));
        if value < lowest || value > highest {
            let at = table.at_key("not-applicable");
            let message = format!("not-applicable counts {value}, outside {lowest} to {highest}");
            reading.error(at, message, "give a score that the item can have");
        }
    }
    Some(Item {
        id,
        text: table.string("text"),
        answers,
        optional: table.yes_no("optional") == Some(true),
        not_applicable,
        usual: usual(
            reading,
            table,
            found.and_then(|position| scales[position].1.as_ref()),
        ),
        only_if: table
            .table("only-if")
            .and_then(|condition| only_if(reading, condition, before)),
    })
}

/// The usual range, which must lie within the possible one.
fn usual(reading: &mut Reading, table: &Written, answers: Option<&Answers>) -> Option<(f64, f64)> {
    if !table.has("usual-from") && !table.has("usual-to") {
        return None;
    }
    let Some(Answers::Number {
        minimum, maximum, ..
    }) = answers
    else {
        if answers.is_some() {
            let at = table.at_key(if table.has("usual-from") {
                "usual-from"
            } else {
                "usual-to"
            });
            let remedy = "remove it, or give the item a scale with minimum and maximum";
            reading.error(at, "only numbers have a usual range", remedy);
        }
        return None;
    };
    let from = table.number("usual-from").unwrap_or(*minimum);
    let to = table.number("usual-to").unwrap_or(*maximum);
    if from < *minimum || to > *maximum || from >= to {
        let at = table.at_key(if table.has("usual-from") {
            "usual-from"
        } else {
            "usual-to"
        });
        let message = format!(
            "the usual range {from} to {to} does not lie within the possible one, {minimum} to {maximum}"
        );
        reading.error(at, message, "correct it");
    }
    Some((from, to))
}

fn only_if(reading: &mut Reading, condition: &Written, before: &[Item]) -> Option<OnlyIf> {
    let item = condition
        .text_at("item")
        .and_then(|name| item_named(reading, name, before))?;
    let codes: Vec<f64> = condition
        .list("one-of")
        .iter()
        .filter_map(super::super::written::Node::number)
        .collect();
    let codes = match (condition.has("one-of"), condition.number("at-least")) {
        (true, None) => FittingCodes::OneOf(codes),
        (false, Some(least)) => FittingCodes::AtLeast(least),
        _ => {
            let remedy = "keep one of the two";
            reading.error(
                condition.at,
                "a condition has either one-of or at-least",
                remedy,
            );
            return None;
        }
    };
    let can_fit = match (&item.answers, &codes) {
        (Answers::Text, _) => false,
        (answers, FittingCodes::OneOf(codes)) => {
            !codes.is_empty() && codes.iter().all(|code| answers.score(*code).is_some())
        }
        (Answers::Options(options), FittingCodes::AtLeast(least)) => {
            options.iter().any(|option| option.code >= *least)
        }
        (Answers::Number { maximum, .. }, FittingCodes::AtLeast(least)) => least <= maximum,
    };
    if !can_fit {
        let message = format!("no such answer to '{}' is possible", item.id);
        reading.error(condition.at, message, "give codes of that item's scale");
    }
    Some(OnlyIf {
        item: item.id.clone(),
        codes,
    })
}

pub(super) fn orders(reading: &mut Reading, written: &Written, items: &[Item]) -> Vec<ItemOrder> {
    let ids = written
        .tables("item-order")
        .filter_map(|order| order.text_at("id"));
    check_unique(reading, "item orders", ids);
    let mut orders = Vec::new();
    for table in written.tables("item-order") {
        check_unique(reading, "items", table.texts("items"));
        let in_order = item_ids(reading, table.texts("items"), items);
        let is_complete = in_order.len() == table.texts("items").count();
        let left_out = items.iter().find(|item| !in_order.contains(&item.id));
        let is_that_of_the_file = in_order.iter().eq(items.iter().map(|item| &item.id));
        if let Some(item) = left_out.filter(|_| is_complete) {
            let message = format!("this order leaves out '{}'", item.id);
            reading.error(table.at_key("items"), message, "list every item once");
        } else if is_complete && orders.is_empty() && !is_that_of_the_file {
            reading.error(
                table.at_key("items"),
                "the first order is not that of the items in this file",
                "list them as the file does, or move this order down",
            );
        }
        orders.push(ItemOrder {
            id: text(table, "id"),
            source: text(table, "source"),
            items: in_order,
        });
    }
    orders
}

/// The items with these names; a problem for each that is not there.
pub(super) fn item_ids<'a>(
    reading: &mut Reading,
    names: impl Iterator<Item = TextAt<'a>>,
    items: &[Item],
) -> Vec<ItemId> {
    names
        .filter_map(|name| item_named(reading, name, items))
        .map(|item| item.id.clone())
        .collect()
}

pub(super) fn item_named<'i>(
    reading: &mut Reading,
    name: TextAt<'_>,
    items: &'i [Item],
) -> Option<&'i Item> {
    let ids = items.iter().map(|item| item.id.as_str());
    find(reading, name, "item", ids).map(|position| &items[position])
}

pub(super) fn alerts(reading: &mut Reading, written: &Written, items: &[Item]) -> Vec<Alert> {
    let ids = written
        .tables("alert")
        .filter_map(|alert| alert.text_at("id"));
    check_unique(reading, "alerts", ids);
    let mut alerts = Vec::new();
    for table in written.tables("alert") {
        let item = table
            .text_at("item")
            .and_then(|name| item_named(reading, name, items));
        let (Some(item), Some(at_least)) = (item, table.number("at-least")) else {
            continue;
        };
        let can_be_raised = item
            .answers
            .range()
            .is_some_and(|(_, highest)| at_least <= highest);
        if !can_be_raised {
            let message = format!("no answer to '{}' counts {at_least} or more", item.id);
            reading.error(table.at_key("at-least"), message, "lower the threshold");
        }
        alerts.push(Alert {
            id: text(table, "id"),
            message: text(table, "message"),
            item: item.id.clone(),
            at_least,
        });
    }
    alerts
}

/// A warning for each item that is asked of everybody and counts in no score.
pub(super) fn check_that_each_counts(
    reading: &mut Reading,
    written: &Written,
    instrument: &Instrument,
) {
    let rules: Vec<&ScoreRule> = instrument.scores.iter().map(|score| &score.rule).collect();
    let counts = |item: &Item| rules.iter().any(|rule| rule.items().contains(&&item.id));
    let tables: Vec<&Written> = written.tables("item").collect();
    for item in &instrument.items {
        if item.optional || item.answers == Answers::Text || counts(item) {
            continue;
        }
        let is_it = |table: &&&Written| table.text("id") == Some(item.id.as_str());
        if let Some(table) = tables.iter().find(is_it) {
            reading.warning(
                table.at,
                format!("'{}' counts in no score", item.id),
                "add it to a score, or write optional = true",
            );
        }
    }
}
