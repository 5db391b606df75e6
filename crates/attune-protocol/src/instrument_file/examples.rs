//! Worked examples: answers and what follows from them. That it does follow is for the scorer's
//! tests to say; here every name is checked, and that no score is left out.

use super::{check_unique, find, text};
use crate::{
    id::{ItemId, ScoreId},
    instrument::{Instrument, Score, WorkedExample},
    missing::Missing,
    near_miss::{listed, suggestion},
    written::{Node, Reading, TextAt, Written},
};

pub(super) fn check(
    reading: &mut Reading,
    instrument: &Instrument,
    written: &Written,
) -> Vec<WorkedExample> {
    let titles = written
        .tables("example")
        .filter_map(|example| example.text_at("shows"));
    check_unique(reading, "examples that show", titles);
    let tables = written.tables("example");
    tables
        .map(|table| example(reading, instrument, table))
        .collect()
}

fn example(reading: &mut Reading, instrument: &Instrument, table: &Written) -> WorkedExample {
    let item_order = table.text_at("item-order");
    if let Some(name) = item_order {
        let orders = instrument.item_orders.iter().map(|order| order.id.as_str());
        find(reading, name, "item order", orders);
    }
    let example = WorkedExample {
        shows: text(table, "shows"),
        item_order: item_order.map(|order| order.text.to_owned()),
        answers: answers(reading, instrument, table),
        scores: scores(reading, instrument, table),
        bands: bands(reading, instrument, table),
        reached: reached(reading, instrument, table),
        alerts: alerts(reading, instrument, table),
        invalid: invalid(reading, instrument, table),
    };
    let is_expected = |score: &Score| example.scores.iter().any(|(id, _)| *id == score.id);
    for score in instrument.scores.iter().filter(|score| !is_expected(score)) {
        let message = format!("this example says nothing of the score '{}'", score.id);
        reading.error(table.at, message, "add it to scores or to no-score");
    }
    example
}

fn answers(
    reading: &mut Reading,
    instrument: &Instrument,
    table: &Written,
) -> Vec<(ItemId, Result<f64, Missing>)> {
    let codes = table.map("answers").iter();
    let codes = codes.filter_map(|(key, code)| Some((key.text_at()?, Ok(code.number()?))));
    let reasons = table.map("missing").iter();
    let reasons =
        reasons.filter_map(|(key, reason)| Some((key.text_at()?, Err(of_words(reason)?))));
    let order = table.text("item-order");
    let mut answers = Vec::new();
    for (key, answer) in codes.chain(reasons) {
        if instrument.item(order, key.text).is_none() {
            let ids = || instrument.items.iter().map(|item| item.id.as_str());
            let remedy = suggestion(key.text, ids(), || {
                format!("these are the items: {}", listed(ids()))
            });
            let message = format!("there is no item '{}'", key.text);
            reading.error(key.at, message, remedy);
        }
        answers.push((ItemId::new(key.text), answer));
    }
    answers
}

fn of_words(reason: &Node) -> Option<Missing> {
    Missing::from_words(reason.text_at()?.text)
}

fn scores(
    reading: &mut Reading,
    instrument: &Instrument,
    table: &Written,
) -> Vec<(ScoreId, Result<f64, Missing>)> {
    let values = table.map("scores").iter();
    let values = values.filter_map(|(key, value)| Some((key.text_at()?, Ok(value.number()?))));
    let reasons = table.map("no-score").iter();
    let reasons =
        reasons.filter_map(|(key, reason)| Some((key.text_at()?, Err(of_words(reason)?))));
    let all: Vec<_> = values.chain(reasons).collect();
    check_unique(reading, "results for", all.iter().map(|(name, _)| *name));
    all.into_iter()
        .filter_map(|(name, value)| Some((score_named(reading, instrument, name)?, value)))
        .collect()
}

fn score_named(
    reading: &mut Reading,
    instrument: &Instrument,
    name: TextAt<'_>,
) -> Option<ScoreId> {
    let ids = instrument.scores.iter().map(|score| score.id.as_str());
    let found = find(reading, name, "score", ids)?;
    Some(instrument.scores[found].id.clone())
}

fn bands(
    reading: &mut Reading,
    instrument: &Instrument,
    table: &Written,
) -> Vec<(ScoreId, String)> {
    let mut bands = Vec::new();
    for (key, label) in table.map("bands") {
        let (Some(key), Some(label)) = (key.text_at(), label.text_at()) else {
            continue;
        };
        let Some(id) = score_named(reading, instrument, key) else {
            continue;
        };
        let score = instrument.score(&id).expect("it was found by this id");
        find(
            reading,
            label,
            "band",
            score.bands.iter().map(|band| band.label.as_str()),
        );
        bands.push((id, label.text.to_owned()));
    }
    bands
}

fn reached(
    reading: &mut Reading,
    instrument: &Instrument,
    table: &Written,
) -> Vec<(ScoreId, String)> {
    let mut reached = Vec::new();
    for (key, labels) in table.map("reached") {
        let Some(id) = key
            .text_at()
            .and_then(|key| score_named(reading, instrument, key))
        else {
            continue;
        };
        let score = instrument.score(&id).expect("it was found by this id");
        let crate::written::Value::List(labels) = &labels.value else {
            continue;
        };
        for label in labels.iter().filter_map(Node::text_at) {
            let known = score.cut_offs.iter().map(|cut_off| cut_off.label.as_str());
            find(reading, label, "cut-off", known);
            reached.push((id.clone(), label.text.to_owned()));
        }
    }
    reached
}

fn alerts(reading: &mut Reading, instrument: &Instrument, table: &Written) -> Vec<String> {
    let mut alerts = Vec::new();
    for name in table.texts("alerts") {
        let known = instrument.alerts.iter().map(|alert| alert.id.as_str());
        find(reading, name, "alert", known);
        alerts.push(name.text.to_owned());
    }
    alerts
}

fn invalid(reading: &mut Reading, instrument: &Instrument, table: &Written) -> Vec<ItemId> {
    super::items::item_ids(reading, table.texts("invalid"), &instrument.items)
}
