//! What holds for every answer sheet of every shipped instrument, whatever the answers.

use attune_measures::scoring::{Scores, score_answers};
use attune_protocol::{
    id::ItemId,
    instrument::{Answers, Instrument, Item},
    instrument_library,
    missing::Missing,
};
use proptest::prelude::*;

type Answer = (ItemId, Result<f64, Missing>);

/// An answer sheet: mostly possible answers, some missing, in the order of the items.
fn sheet() -> impl Strategy<Value = (&'static Instrument, Vec<Answer>)> {
    let instruments = instrument_library::all();
    (0..instruments.len()).prop_flat_map(|number| {
        let instrument = &instrument_library::all()[number];
        let answers: Vec<_> = instrument.items.iter().map(answer).collect();
        (Just(instrument), answers)
    })
}

fn answer(item: &Item) -> impl Strategy<Value = Answer> + use<> {
    let codes: Vec<f64> = match &item.answers {
        Answers::Options(options) => options.iter().map(|option| option.code).collect(),
        Answers::Number {
            minimum, maximum, ..
        } => vec![*minimum, (minimum + maximum) / 2.0, *maximum],
        Answers::Text => vec![0.0],
    };
    let id = item.id.clone();
    let value = prop_oneof![
        12 => prop::sample::select(codes).prop_map(Ok),
        1 => prop::sample::select(Missing::ALL.to_vec()).prop_map(Err),
    ];
    value.prop_map(move |value| (id.clone(), value))
}

fn values(scores: &Scores) -> Vec<Result<f64, Missing>> {
    scores.scores.iter().map(|score| score.value).collect()
}

proptest! {
    #[test]
    fn the_order_of_the_answers_does_not_matter((instrument, answers) in sheet(), turn in 0usize..30) {
        let mut turned = answers.clone();
        turned.rotate_left(turn % answers.len());
        if turn % 2 == 0 {
            turned.reverse();
        }
        let first = score_answers(instrument, None, &answers);
        let second = score_answers(instrument, None, &turned);
        prop_assert_eq!(first, second);
    }

    #[test]
    fn a_score_lies_in_its_range_or_has_a_reason((instrument, answers) in sheet()) {
        let scores = score_answers(instrument, None, &answers);
        prop_assert_eq!(scores.scores.len(), instrument.scores.len());
        for (score, rule) in scores.scores.iter().zip(&instrument.scores) {
            prop_assert!(score.n_answered <= score.n_items);
            match score.value {
                Ok(value) => prop_assert!(
                    (rule.minimum..=rule.maximum).contains(&value),
                    "{} of {} is {value}", rule.id, instrument.id
                ),
                Err(_) => prop_assert!(
                    score.n_answered < score.n_items && score.band.is_none() && score.reached.is_empty()
                ),
            }
        }
    }

    #[test]
    fn every_value_of_a_score_with_bands_has_one((instrument, answers) in sheet()) {
        let scores = score_answers(instrument, None, &answers);
        for (score, rule) in scores.scores.iter().zip(&instrument.scores) {
            if score.value.is_ok() {
                prop_assert_eq!(score.band.is_some(), !rule.bands.is_empty());
            }
        }
    }

    #[test]
    fn answers_by_position_in_an_order_score_as_answers_by_item(
        (instrument, answers) in sheet(), which in 0usize..2
    ) {
        let orders = &instrument.item_orders;
        let order = orders.get(which).map(|order| order.id.as_str());
        let in_order = instrument.in_order(order).expect("the order is the instrument's own");
        let by_position: Vec<Answer> = in_order
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let (_, value) = answers.iter().find(|(id, _)| *id == item.id).expect("answered");
                (ItemId::new((place + 1).to_string()), *value)
            })
            .collect();
        let by_item = score_answers(instrument, order, &answers);
        let by_position = score_answers(instrument, order, &by_position);
        prop_assert_eq!(values(&by_item), values(&by_position));
        prop_assert_eq!(by_item.alerts, by_position.alerts);
    }

    #[test]
    fn an_alert_is_raised_not_raised_or_unjudged((instrument, answers) in sheet()) {
        let scores = score_answers(instrument, None, &answers);
        for alert in &instrument.alerts {
            let (_, answer) = answers.iter().find(|(id, _)| *id == alert.item).expect("answered");
            let item = instrument.item(None, &alert.item).expect("the alert's item");
            let counts = answer.ok().and_then(|code| item.answers.score(code));
            let is_raised = counts.is_some_and(|score| score >= alert.at_least);
            prop_assert_eq!(scores.alerts.contains(alert), is_raised);
            prop_assert_eq!(scores.unjudged_alerts.contains(alert), answer.is_err());
        }
    }
}
