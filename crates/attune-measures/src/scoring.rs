//! Answers to scores, by the rule that the instrument's definition gives. A score is a number only
//! where the rule makes one: too many missing answers give a reason instead, and a code that is no
//! possible answer counts as missing and is reported. Which assessments are scored, and how scores
//! become measures, is left to `measures.rs` and its neighbours.

mod answers;
mod rule;

use attune_protocol::{
    id::{ItemId, ScoreId},
    instrument::{Alert, Instrument, Score},
    missing::Missing,
};
use serde::Serialize;
use thiserror::Error;

/// What the answers to one instrument come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// One for each score of the definition, in its order.
    pub scores: Vec<ScoreOfAnswers>,
    /// Alerts that the answers raise, in the order of the definition.
    pub alerts: Vec<Alert>,
    /// Alerts that cannot be judged, since their item has no valid answer.
    pub unjudged_alerts: Vec<Alert>,
    /// Answers that could not be taken as they are.
    pub problems: Vec<AnswerProblem>,
}

/// One score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreOfAnswers {
    /// Which one.
    pub score: ScoreId,
    /// Its value, or why there is none.
    pub value: Result<f64, Missing>,
    /// Answered items that it is made of; of a score made of others, theirs together.
    pub n_answered: usize,
    /// Items that its rule asks for.
    pub n_items: usize,
    /// Whether missing items were replaced by the mean of the answered ones.
    pub prorated: bool,
    /// Published band of the value.
    pub band: Option<String>,
    /// Labels of the published cut-offs that the value reaches.
    pub reached: Vec<String>,
}

/// An answer that could not be taken as it is.
#[derive(Debug, Clone, PartialEq, Error, Serialize)]
pub enum AnswerProblem {
    /// No item has this key.
    #[error("`{key}` is no item of this instrument; its items are {items}")]
    UnknownItem {
        /// The key.
        key: String,
        /// Ids of the instrument's items.
        items: String,
    },
    /// The item was answered before.
    #[error("`{item}` is answered twice; the first answer was kept")]
    AnsweredTwice {
        /// The item.
        item: ItemId,
    },
    /// The value is no possible answer; it counts as missing ("invalid").
    #[error("{value} is no possible answer to `{item}`; possible are {possible}")]
    NotPossible {
        /// The item.
        item: ItemId,
        /// The value.
        value: f64,
        /// What is possible, in words.
        possible: String,
    },
    /// The item order is not among those of the definition; nothing was scored.
    #[error("`{order}` is no item order of this instrument; it knows {known}")]
    UnknownOrder {
        /// The order.
        order: String,
        /// Those that it knows.
        known: String,
    },
}

impl Scores {
    /// The score with this id.
    pub fn score(&self, id: &str) -> Option<&ScoreOfAnswers> {
        self.scores.iter().find(|score| score.score.as_str() == id)
    }
}

/// Scores the answers to an instrument.
///
/// `answers` are the codes of the answers by item, in any order; an item that is not among them was
/// not recorded. A key is an item's id or its position in the item order `item_order` (counted from
/// 1; without an order, the definition's own).
///
/// A score is made when as many items are answered as its rule asks for. Otherwise its value is the
/// reason that all its items share, or [`Missing::TooFewAnswered`] where they have no reason in
/// common. With prorating, n items of which k are answered give n × (sum of the answered) / k, not
/// rounded. A reversed item counts lowest + highest − value. An item with a score for "not
/// applicable" counts as answered with it.
pub fn score_answers(
    instrument: &Instrument,
    item_order: Option<&str>,
    answers: &[(ItemId, Result<f64, Missing>)],
) -> Scores {
    let (answers, problems) = answers::score_items(instrument, item_order, answers);
    let mut scores: Vec<ScoreOfAnswers> = Vec::with_capacity(instrument.scores.len());
    for score in &instrument.scores {
        // The definition is checked: a score is made only of scores before it.
        scores.push(interpret(score, rule::apply(score, &answers, &scores)));
    }
    let is_raised = |alert: &&Alert| answers.value(&alert.item).map(|v| v >= alert.at_least);
    Scores {
        scores,
        alerts: alerts_where(instrument, |alert| is_raised(&alert) == Ok(true)),
        unjudged_alerts: alerts_where(instrument, |alert| is_raised(&alert).is_err()),
        problems,
    }
}

fn alerts_where(instrument: &Instrument, wanted: impl Fn(&Alert) -> bool) -> Vec<Alert> {
    let alerts = instrument.alerts.iter();
    alerts.filter(|alert| wanted(alert)).cloned().collect()
}

/// The value with the band and the cut-offs that the definition publishes for it.
fn interpret(score: &Score, made: rule::Made) -> ScoreOfAnswers {
    let known = made.value.ok();
    let reached = score.cut_offs.iter();
    ScoreOfAnswers {
        score: score.id.clone(),
        value: made.value,
        n_answered: made.n_answered,
        n_items: made.n_items,
        prorated: made.prorated,
        band: known
            .and_then(|value| score.band(value))
            .map(|band| band.label.clone()),
        reached: known.map_or_else(Vec::new, |value| {
            reached
                .filter(|cut_off| cut_off.is_reached(value))
                .map(|cut_off| cut_off.label.clone())
                .collect()
        }),
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::{
        id::ItemId, instrument::Instrument, instrument_library, missing::Missing,
    };

    use super::{Scores, score_answers};

    /// Items a, b, c from 0 to 4 (c counts ten times its code), and one score of each rule.
    const ALL_RULES: &str = r#"
        format = 1
        id = "all-rules"
        version = 1
        title = "One score of each rule"
        short-title = "Rules"
        language = "en"
        respondents = ["parent"]
        citation = "None: made for this test"
        score = [
            { id = "sum", label = "s", better = "higher", rule = "sum", items = ["a", "b"], minimum-answered = 1, prorate = true },
            { id = "mean", label = "m", better = "higher", rule = "mean", items = ["a", "b"], minimum-answered = 1, reversed = ["b"] },
            { id = "times-four", label = "x", better = "higher", rule = "sum", items = ["a", "b"], factor = 4 },
            { id = "mean-times-ten", label = "x", better = "higher", rule = "mean", items = ["a", "b"], factor = 10 },
            { id = "weighted", label = "w", better = "higher", rule = "weighted", weights = { a = 2, b = -1, c = 0.5 }, reversed = ["a"] },
            { id = "count", label = "c", better = "higher", rule = "count-at-least", at-least = { a = 1, b = 3, c = 20 } },
            { id = "both", label = "b", better = "higher", rule = "all-at-least", at-least = { sum = 4, count = 2 } },
            { id = "together", label = "t", better = "higher", rule = "sum-of-scores", scores = ["sum", "count"] },
            { id = "between", label = "t", better = "higher", rule = "mean-of-scores", scores = ["sum", "count"], minimum-answered = 1 },
            { id = "converted", label = "t", better = "higher", rule = "lookup", of = "sum", table = [[0, 0], [1, 0.5], [2, 1.5], [3, 2], [4, 5], [5, 6], [6, 6], [7, 7], [8, 9]] },
            { id = "typed", label = "t", better = "higher", rule = "entered", item = "b" },
        ]
        [licence]
        holds = "slots"
        terms = "Our own."
        evidence = "Made for this test."
        [[scale]]
        id = "number"
        minimum = 0
        maximum = 4
        [[scale]]
        id = "tens"
        options = [{ code = 0 }, { code = 1, score = 10 }, { code = 2, score = 20 }]
        [[item]]
        id = "a"
        scale = "number"
        [[item]]
        id = "b"
        scale = "number"
        [[item]]
        id = "c"
        scale = "tens"
    "#;

    type Value = Result<f64, Missing>;

    fn score(answers: &[(&str, Value)]) -> Scores {
        let instrument = Instrument::read("all-rules.toml", ALL_RULES).expect("it is sound");
        let answers: Vec<(ItemId, Value)> = answers
            .iter()
            .map(|(key, value)| (ItemId::new(key), *value))
            .collect();
        score_answers(&instrument, None, &answers)
    }

    fn check(answers: &[(&str, Value)], expected: &[(&str, Value)]) {
        let scores = score(answers);
        for (id, value) in expected {
            let found = scores.score(id).expect("a score").value;
            assert_eq!(found, *value, "{id} of {answers:?}");
        }
    }

    #[test]
    fn each_rule_does_what_its_name_says() {
        check(
            &[("a", Ok(3.0)), ("b", Ok(1.0)), ("c", Ok(2.0))],
            &[
                ("sum", Ok(4.0)),
                ("mean", Ok(3.0)),
                ("times-four", Ok(16.0)),
                ("mean-times-ten", Ok(20.0)),
                // 2 × (4 − 3) − 1 + 0.5 × 20
                ("weighted", Ok(11.0)),
                ("count", Ok(2.0)),
                ("both", Ok(1.0)),
                ("together", Ok(6.0)),
                ("between", Ok(3.0)),
                ("converted", Ok(5.0)),
                ("typed", Ok(1.0)),
            ],
        );
    }

    #[test]
    fn a_rule_makes_no_number_of_too_few_answers() {
        let too_few = Err(Missing::TooFewAnswered);
        check(
            &[("a", Ok(3.0)), ("b", Err(Missing::Refused)), ("c", Ok(0.0))],
            &[
                ("sum", Ok(6.0)),
                ("mean", Ok(3.0)),
                ("times-four", too_few),
                ("weighted", too_few),
                ("count", too_few),
                ("both", too_few),
                ("together", too_few),
                ("between", Ok(6.0)),
                ("converted", Ok(6.0)),
                ("typed", Err(Missing::Refused)),
            ],
        );
    }

    #[test]
    fn a_table_gives_nothing_between_its_rows() {
        check(
            &[("a", Ok(1.25))],
            &[
                ("sum", Ok(2.5)),
                ("converted", Err(Missing::TooFewAnswered)),
            ],
        );
    }

    #[test]
    fn a_common_reason_is_kept_and_different_ones_are_not() {
        let withdrawn = Err(Missing::Withdrawn);
        check(
            &[
                ("a", withdrawn),
                ("b", withdrawn),
                ("c", Err(Missing::Refused)),
            ],
            &[
                ("sum", withdrawn),
                ("count", Err(Missing::TooFewAnswered)),
                ("converted", withdrawn),
                ("between", Err(Missing::TooFewAnswered)),
            ],
        );
        check(
            &[],
            &[
                ("sum", Err(Missing::NotRecorded)),
                ("together", Err(Missing::NotRecorded)),
            ],
        );
    }

    #[test]
    fn prorating_is_said() {
        let scores = score(&[("a", Ok(3.0)), ("c", Ok(1.0))]);
        let said: Vec<(bool, usize, usize)> = ["sum", "mean", "converted", "typed"]
            .map(|id| scores.score(id).expect("a score"))
            .map(|score| (score.prorated, score.n_answered, score.n_items))
            .to_vec();
        assert_eq!(
            said,
            [(true, 1, 2), (false, 1, 2), (true, 1, 2), (false, 0, 1)]
        );
    }

    #[test]
    fn answers_that_cannot_be_taken_are_reported() {
        let scores = score(&[
            ("a", Ok(4.5)),
            ("c", Ok(10.0)),
            ("d", Ok(1.0)),
            ("2", Ok(1.0)),
            ("b", Ok(2.0)),
            ("0", Ok(2.0)),
        ]);
        let said: Vec<String> = scores.problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        4.5 is no possible answer to `a`; possible are 0 to 4
        10 is no possible answer to `c`; possible are 0, 1, 2
        `d` is no item of this instrument; its items are a, b, c
        `b` is answered twice; the first answer was kept
        `0` is no item of this instrument; its items are a, b, c
        ");
        assert_eq!(scores.score("typed").expect("a score").value, Ok(1.0));
    }

    #[test]
    fn an_unknown_order_scores_nothing_and_says_so() {
        let rosenberg = instrument_library::find("rosenberg", None).expect("it is shipped");
        let answers = [(ItemId::new("satisfied"), Ok(3.0))];
        let scores = score_answers(rosenberg, Some("alphabetical"), &answers);
        assert_eq!(
            scores.problems[0].to_string(),
            "`alphabetical` is no item order of this instrument; it knows maryland, worth-first"
        );
        assert_eq!(scores.scores[0].value, Err(Missing::NotRecorded));
    }
}
