//! What somebody sent, read by the form's definition: answers, and everything that is to be mended at
//! once. The same checks run in the browser (`web/src/forms/check.ts`) to say so earlier; these decide.
//!
//! A question has the field `a.ITEM` for its answer (`missing:REASON` for a reason where it has options),
//! `m.ITEM` for a reason beside a number or words, and `ok.ITEM` to say that an unusual number is right.

use std::collections::BTreeMap;

use attune_protocol::{id::ItemId, missing::Missing};
use attune_store::command::AnswerValue;

use super::{
    definition::{AnswersDefinition, FormDefinition, Question, REASONS},
    sent::SentFields,
    visible::{shown, visible},
};

/// Most letters of an answer in words.
const LONGEST_TEXT: usize = 4000;

/// What whoever sends a form means to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Save what there is and come back.
    SaveForLater,
    /// The form is finished.
    Finish,
}

/// A form as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// What each question shows when the page is shown again, by field name.
    pub fields: BTreeMap<String, String>,
    /// Answers that could be read. A question without answer and reason is not among them.
    pub answers: BTreeMap<ItemId, AnswerValue>,
    /// What is to be mended, in the order of the questions.
    pub problems: Vec<FormProblem>,
}

/// Something to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The question.
    pub item: ItemId,
    /// Its number in the form.
    pub number: usize,
    /// What is wrong and how to mend it.
    pub sentence: String,
    /// Whether the number is possible but unusual, so that saying that it is right is enough.
    pub unusual: bool,
}

impl Filled {
    /// A form with these answers, as it was saved.
    pub fn saved(answers: &BTreeMap<ItemId, AnswerValue>, definition: &FormDefinition) -> Self {
        let mut fields = BTreeMap::new();
        for question in &definition.questions {
            if let Some(answer) = answers.get(&question.id) {
                fields.extend(fields_of(question, shown(answer)));
            }
        }
        Self {
            fields,
            answers: answers.clone(),
            problems: Vec::new(),
        }
    }

    /// The value of a field.
    pub fn field(&self, prefix: &str, item: &ItemId) -> &str {
        self.fields
            .get(&format!("{prefix}.{item}"))
            .map_or("", String::as_str)
    }

    /// What is wrong with a question.
    pub fn problem(&self, item: &ItemId) -> Option<&FormProblem> {
        self.problems.iter().find(|problem| problem.item == *item)
    }
}

/// Whether the form with this definition has a field of this name.
pub fn has_field(definition: &FormDefinition, name: &str) -> bool {
    name.split_once('.').is_some_and(|(prefix, item)| {
        ["a", "m", "ok"].contains(&prefix) && definition.question(item).is_some()
    })
}

/// What was sent for a question: an answer, none, or what is wrong with it and whether it may be confirmed.
type Read = Result<Option<AnswerValue>, (String, bool)>;

/// Reads what was sent.
pub fn read(definition: &FormDefinition, sent: &SentFields, intent: Intent) -> Filled {
    let mut filled = Filled::default();
    let mut found: Vec<(&Question, Read)> = Vec::new();
    for question in &definition.questions {
        for prefix in ["a", "m", "ok"] {
            let name = format!("{prefix}.{}", question.id);
            if sent.has(&name) {
                filled
                    .fields
                    .insert(name.clone(), sent.get(&name).to_owned());
            }
        }
        let answer = answer_to(question, sent);
        if let Ok(Some(answer)) = &answer {
            filled.answers.insert(question.id.clone(), answer.clone());
        }
        found.push((question, answer));
    }
    let asked = visible(definition, &filled.answers);
    for (question, answer) in found {
        if !asked.contains(&question.id) {
            let hidden = match answer {
                Ok(Some(answer)) => AnswerValue::Hidden(Box::new(answer)),
                _ => AnswerValue::Missing(Missing::HiddenByBranching),
            };
            filled.answers.insert(question.id.clone(), hidden);
            continue;
        }
        let sentence = match answer {
            Err(problem) => Some(problem),
            Ok(None) if intent == Intent::Finish && !question.optional => {
                Some((unanswered(question), false))
            }
            Ok(None) if intent == Intent::Finish => {
                // The form is complete without it; why it is empty is still not known.
                let reason = AnswerValue::Missing(Missing::NotRecorded);
                filled.answers.insert(question.id.clone(), reason);
                None
            }
            Ok(_) => None,
        };
        if let Some((sentence, unusual)) = sentence {
            filled.problems.push(FormProblem {
                item: question.id.clone(),
                number: question.number,
                sentence,
                unusual,
            });
        }
    }
    filled
}

fn unanswered(question: &Question) -> String {
    match question.answers {
        AnswersDefinition::Options { .. } => "Choose an answer, or say why there is none.",
        AnswersDefinition::Number { .. } => "Give a number, or say why there is none.",
        AnswersDefinition::Text => "Write an answer, or say why there is none.",
    }
    .to_owned()
}

/// The answer, none where nothing was given, or what is wrong (and whether it is only unusual).
fn answer_to(question: &Question, sent: &SentFields) -> Read {
    let wrong = |sentence: String| Err((sentence, false));
    let value = sent.get(&format!("a.{}", question.id));
    let reason = sent.get(&format!("m.{}", question.id));
    let reason = value.strip_prefix("missing:").unwrap_or(reason);
    let value = if value.starts_with("missing:") {
        ""
    } else {
        value
    };
    match (value, reason) {
        ("", "") => Ok(None),
        ("", reason) => match REASONS.into_iter().find(|known| known.words() == reason) {
            Some(reason) => Ok(Some(AnswerValue::Missing(reason))),
            None => wrong("Choose one of the reasons.".to_owned()),
        },
        (_, reason) if !reason.is_empty() => wrong(
            "There is an answer and a reason why there is none. Keep one of the two.".to_owned(),
        ),
        (value, _) => match &question.answers {
            AnswersDefinition::Options { options } => match number(value) {
                Some(code) if options.iter().any(|option| option.code == code) => {
                    Ok(Some(AnswerValue::Number(code)))
                }
                _ => wrong("Choose one of the answers.".to_owned()),
            },
            AnswersDefinition::Number {
                minimum,
                maximum,
                decimals,
            } => {
                let confirmed = sent.has(&format!("ok.{}", question.id));
                checked_number(question, value, (*minimum, *maximum), *decimals, confirmed)
            }
            AnswersDefinition::Text if value.chars().count() > LONGEST_TEXT => wrong(format!(
                "Shorten this to {LONGEST_TEXT} letters; it has {}.",
                value.chars().count()
            )),
            AnswersDefinition::Text => Ok(Some(AnswerValue::Text(value.to_owned()))),
        },
    }
}

fn checked_number(
    question: &Question,
    value: &str,
    (minimum, maximum): (f64, f64),
    decimals: u8,
    confirmed: bool,
) -> Result<Option<AnswerValue>, (String, bool)> {
    let Some(parsed) = number(value) else {
        return Err((
            format!("“{value}” is not a number. Write digits, such as {minimum}."),
            false,
        ));
    };
    if parsed < minimum || parsed > maximum {
        let sentence =
            format!("{value} is not possible here. Give a number from {minimum} to {maximum}.");
        return Err((sentence, false));
    }
    if decimals_of(value) > usize::from(decimals) {
        let sentence = match decimals {
            0 => "Give a whole number.".to_owned(),
            1 => "Give at most one decimal.".to_owned(),
            n => format!("Give at most {n} decimals."),
        };
        return Err((sentence, false));
    }
    if let Some((from, to)) = question.usual
        && (parsed < from || parsed > to)
        && !confirmed
    {
        let sentence = format!(
            "{value} is unusual: most lie between {from} and {to}. Correct it, or say that it is right."
        );
        return Err((sentence, true));
    }
    Ok(Some(AnswerValue::Number(parsed)))
}

/// A number written with a point or a comma. Words such as `inf`, and exponents, are none.
fn number(text: &str) -> Option<f64> {
    let plain = text.replace(',', ".").replace('\u{2212}', "-");
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    let is_plain = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .chars()
            .all(|sign| sign.is_ascii_digit() || sign == '.');
    is_plain.then(|| plain.parse().ok()).flatten()
}

fn decimals_of(text: &str) -> usize {
    text.find([',', '.'])
        .map_or(0, |point| text[point + 1..].trim_end_matches('0').len())
}

fn fields_of(question: &Question, answer: &AnswerValue) -> Vec<(String, String)> {
    let is_options = matches!(question.answers, AnswersDefinition::Options { .. });
    let a = format!("a.{}", question.id);
    match answer {
        AnswerValue::Number(number) => {
            // A number that was saved although unusual was said to be right.
            let confirmed = question
                .usual
                .is_some_and(|(from, to)| *number < from || *number > to)
                .then(|| (format!("ok.{}", question.id), "yes".to_owned()));
            std::iter::once((a, number.to_string()))
                .chain(confirmed)
                .collect()
        }
        AnswerValue::Text(text) => vec![(a, text.clone())],
        AnswerValue::Missing(reason) if !REASONS.contains(reason) => Vec::new(),
        AnswerValue::Missing(reason) if is_options => {
            vec![(a, format!("missing:{}", reason.words()))]
        }
        AnswerValue::Missing(reason) => {
            vec![(format!("m.{}", question.id), reason.words().to_owned())]
        }
        AnswerValue::Hidden(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::instrument::Instrument;
    use proptest::prelude::*;

    use super::*;

    /// Two questions with options of which the second depends on the first, a number with a usual
    /// range, and words.
    pub(crate) const VISIT: &str = r#"
        format = 1
        id = "visit"
        version = 1
        title = "Visit"
        short-title = "Visit"
        language = "en"
        respondents = ["parent"]
        citation = "None: made for this test"
        score = [{ id = "sum", label = "Sum", better = "higher", rule = "sum", items = ["wakes", "weight"] }]
        [licence]
        holds = "texts"
        terms = "Our own."
        evidence = "Made for this test."
        [[scale]]
        id = "yes"
        options = [{ code = 0, label = "No" }, { code = 1, label = "Yes" }]
        [[scale]]
        id = "kilograms"
        minimum = 0.5
        maximum = 30
        decimals = 2
        [[scale]]
        id = "words"
        free-text = true
        [[item]]
        id = "wakes"
        text = "Does your baby wake at night?"
        scale = "yes"
        [[item]]
        id = "often"
        text = "More than twice?"
        scale = "yes"
        optional = true
        only-if = { item = "wakes", one-of = [1] }
        [[item]]
        id = "weight"
        text = "Weight today"
        scale = "kilograms"
        usual-from = 2
        usual-to = 15
        [[item]]
        id = "remark"
        text = "Anything else?"
        scale = "words"
        optional = true
    "#;

    fn form() -> FormDefinition {
        let instrument = Instrument::read("visit.toml", VISIT).unwrap_or_else(|e| panic!("{e}"));
        FormDefinition::of(&instrument, None)
    }

    fn filled(sent: &str, intent: Intent) -> Filled {
        read(
            &form(),
            &SentFields::read(sent.as_bytes()).expect("a form"),
            intent,
        )
    }

    fn told(sent: &str) -> String {
        let filled = filled(sent, Intent::Finish);
        let told: Vec<String> = filled
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.item, problem.sentence))
            .collect();
        told.join("\n")
    }

    #[test]
    fn all_problems_are_told_at_once_with_what_to_do() {
        insta::assert_snapshot!(told("a.wakes=7&a.weight=heavy"), @r"
        wakes: Choose one of the answers.
        weight: “heavy” is not a number. Write digits, such as 0.5.
        ");
        insta::assert_snapshot!(told("a.weight=31"), @r"
        wakes: Choose an answer, or say why there is none.
        weight: 31 is not possible here. Give a number from 0.5 to 30.
        ");
        insta::assert_snapshot!(told("a.wakes=0&a.weight=6.425"), @"weight: Give at most 2 decimals.");
        insta::assert_snapshot!(told("a.wakes=0&a.weight=6&m.weight=refused"), @"weight: There is an answer and a reason why there is none. Keep one of the two.");
    }

    #[test]
    fn an_unusual_number_is_taken_when_somebody_says_that_it_is_right() {
        insta::assert_snapshot!(told("a.wakes=0&a.weight=1,6"), @"weight: 1,6 is unusual: most lie between 2 and 15. Correct it, or say that it is right.");
        assert_eq!(told("a.wakes=0&a.weight=1,6&ok.weight=yes"), "");
        let saved = filled("a.wakes=0&a.weight=1,6&ok.weight=yes", Intent::Finish).answers;
        let again = Filled::saved(&saved, &form());
        assert_eq!(again.field("ok", &"weight".into()), "yes");
    }

    #[test]
    fn what_falls_away_is_hidden_and_not_erased() {
        let answers = filled("a.wakes=0&a.often=1&a.weight=6", Intent::Finish).answers;
        let hidden = AnswerValue::Hidden(Box::new(AnswerValue::Number(1.0)));
        assert_eq!(answers[&ItemId::new("often")], hidden);
        // It comes back on the page as it was.
        assert_eq!(
            Filled::saved(&answers, &form()).field("a", &"often".into()),
            "1"
        );
        let never = filled("a.wakes=0&a.weight=6", Intent::Finish).answers;
        let reason = AnswerValue::Missing(Missing::HiddenByBranching);
        assert_eq!(never[&ItemId::new("often")], reason);
    }

    #[test]
    fn a_draft_keeps_what_there_is_and_makes_up_nothing() {
        let draft = filled("a.weight=6", Intent::SaveForLater);
        assert!(draft.problems.is_empty());
        let kept: Vec<&str> = draft.answers.keys().map(|item| &**item).collect();
        assert_eq!(kept, ["often", "weight"]);
    }

    #[test]
    fn every_reason_that_the_form_offers_is_taken_and_no_other() {
        for reason in REASONS {
            let sent = format!(
                "a.wakes=missing:{0}&m.weight={0}",
                reason.words().replace(' ', "+")
            );
            let answers = filled(&sent, Intent::Finish).answers;
            for item in ["wakes", "weight"] {
                assert_eq!(answers[&ItemId::new(item)], AnswerValue::Missing(reason));
            }
        }
        assert_eq!(
            told("a.wakes=0&m.weight=withdrawn"),
            "weight: Choose one of the reasons."
        );
    }

    proptest! {
        #[test]
        fn an_answer_that_was_taken_comes_back_as_it_was(
            wakes in 0u8..2, weight in 50u32..3000, often in 0u8..2, remark in "[a-z ]{0,20}",
        ) {
            let kilograms = f64::from(weight) / 100.0;
            let sent = format!(
                "a.wakes={wakes}&a.often={often}&a.weight={kilograms}&ok.weight=yes&a.remark={}",
                remark.replace(' ', "+")
            );
            let first = filled(&sent, Intent::Finish);
            prop_assert!(first.problems.is_empty());
            let shown = Filled::saved(&first.answers, &form());
            let again: Vec<String> = shown
                .fields
                .iter()
                .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
                .collect();
            prop_assert_eq!(filled(&again.join("&"), Intent::Finish).answers, first.answers);
        }

        #[test]
        fn whatever_is_sent_is_answered_without_a_fall(text in "\\PC{0,40}") {
            let sent = serde_html_form::to_string([("a.weight", &text), ("a.wakes", &text)]).expect("a form");
            let _ = filled(&sent, Intent::Finish);
        }
    }
}
