//! A form as a part of a page. It works without script; with it, `web/src/form.ts` finds the questions by
//! `data-item` and the definition by its id.

use askama::Template;
use attune_protocol::id::ItemId;

use super::{
    definition::{AnswersDefinition, FormDefinition, Question, REASONS},
    filled::Filled,
    outcome::ScoreLine,
    visible::visible,
};

/// The questions of a form, its progress and its scores; the `form` element is the page's.
#[derive(Debug, Template)]
#[template(path = "form_questions.html")]
pub struct Questions<'a> {
    /// The form.
    pub definition: &'a FormDefinition,
    /// The answers so far.
    pub filled: &'a Filled,
    /// Scores so far.
    pub scores: &'a [ScoreLine],
}

/// A question as the template shows it.
struct Shown<'a> {
    question: &'a Question,
    hidden: bool,
    value: &'a str,
    reason: &'a str,
    confirmed: bool,
    hint: String,
    error: Option<&'a str>,
    unusual: bool,
}

/// The summary of what is to be mended, above the form.
#[derive(Debug, Template)]
#[template(path = "form_problems.html")]
pub struct ProblemSummary<'a> {
    /// The form as it was sent.
    pub filled: &'a Filled,
    /// Problems of fields around the questions: id on the page and sentence.
    pub around: &'a [(&'static str, String)],
}

impl ProblemSummary<'_> {
    fn title(&self) -> String {
        match self.filled.problems.len() + self.around.len() {
            1 => "There is one thing to mend".to_owned(),
            n => format!("There are {n} things to mend"),
        }
    }
}

impl Questions<'_> {
    fn shown(&self) -> Vec<Shown<'_>> {
        let asked = visible(self.definition, &self.filled.answers);
        self.definition
            .questions
            .iter()
            .map(|question| self.one(question, !asked.contains(&question.id)))
            .collect()
    }

    fn one<'a>(&'a self, question: &'a Question, hidden: bool) -> Shown<'a> {
        let value = self.filled.field("a", &question.id);
        let problem = self.filled.problem(&question.id);
        let confirmed = !self.filled.field("ok", &question.id).is_empty();
        Shown {
            question,
            hidden,
            value,
            reason: value
                .strip_prefix("missing:")
                .unwrap_or_else(|| self.filled.field("m", &question.id)),
            confirmed,
            hint: hint(question),
            error: problem.map(|problem| problem.sentence.as_str()),
            unusual: confirmed || problem.is_some_and(|problem| problem.unusual),
        }
    }

    fn n_asked(&self) -> usize {
        visible(self.definition, &self.filled.answers).len()
    }

    fn n_answered(&self) -> usize {
        let asked = visible(self.definition, &self.filled.answers);
        let is_answered = |item: &&ItemId| self.filled.answers.contains_key(*item);
        asked.iter().filter(is_answered).count()
    }
}

impl Shown<'_> {
    /// The reasons, with the one that was given.
    fn reasons(&self) -> Vec<(&'static str, bool)> {
        REASONS
            .iter()
            .map(|reason| (reason.words(), reason.words() == self.reason))
            .collect()
    }

    fn is_chosen(&self, code: &f64) -> bool {
        self.value.parse() == Ok(*code)
    }

    fn described_by(&self) -> String {
        let id = &self.question.id;
        let hint = (!self.hint.is_empty()).then(|| format!("q-{id}-hint"));
        let error = self.error.map(|_| format!("q-{id}-error"));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

fn hint(question: &Question) -> String {
    let optional = question.optional.then_some("May be left empty.");
    let range = match &question.answers {
        AnswersDefinition::Number {
            minimum,
            maximum,
            decimals,
        } => Some(match decimals {
            0 => format!("A whole number from {minimum} to {maximum}."),
            _ => format!("A number from {minimum} to {maximum}."),
        }),
        AnswersDefinition::Options { .. } | AnswersDefinition::Text => None,
    };
    range
        .into_iter()
        .chain(optional.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use attune_protocol::{
        instrument::{Instrument, LicenceClass},
        instrument_library,
    };

    use super::*;
    use crate::forms::{Intent, SentFields, filled::read};

    fn page(definition: &FormDefinition, filled: &Filled) -> String {
        Questions {
            definition,
            filled,
            scores: &[],
        }
        .render()
        .expect("a form can be shown")
    }

    #[test]
    fn a_licensed_instrument_shows_numbers_and_no_text() {
        for instrument in instrument_library::all() {
            if instrument.licence.holds != LicenceClass::Slots {
                continue;
            }
            let definition = FormDefinition::of(instrument, None);
            for question in &definition.questions {
                assert_eq!(question.text, format!("Item {}", question.number));
                if let AnswersDefinition::Options { options } = &question.answers {
                    assert!(options.iter().all(|option| option.is_code));
                }
            }
        }
    }

    #[test]
    fn the_answer_and_what_is_wrong_are_shown_at_the_question() {
        let epds = instrument_library::find("epds", None).expect("it is shipped");
        let definition = FormDefinition::of(epds, None);
        let sent = SentFields::read(b"a.q1=2&a.q2=missing:refused").expect("a form");
        let filled = read(&definition, &sent, Intent::Finish);
        let page = page(&definition, &filled);
        assert!(page.contains(r#"name="a.q1" value="2" checked"#), "{page}");
        assert!(page.contains(r#"value="missing:refused" checked"#));
        assert_eq!(
            page.matches("Choose an answer, or say why there is none.")
                .count(),
            8
        );
    }

    #[test]
    fn a_form_of_100_items_shows_each_and_tells_how_long_it_took() {
        use std::fmt::Write as _;
        let mut text = "format = 1\nid = \"long\"\nversion = 1\ntitle = \"Long\"\nshort-title = \"Long\"\nlanguage = \"en\"\nrespondents = [\"parent\"]\ncitation = \"None: made for this test\"\n".to_owned();
        let items: Vec<String> = (1..=100).map(|n| format!("\"q{n}x\"")).collect();
        write!(
            text,
            "score = [{{ id = \"sum\", label = \"Sum\", better = \"higher\", rule = \"sum\", items = [{}] }}]\n\
             [licence]\nholds = \"texts\"\nterms = \"Our own.\"\nevidence = \"Made for this test.\"\n\
             [[scale]]\nid = \"five\"\noptions = [{{ code = 0, label = \"Never\" }}, {{ code = 1, label = \"Seldom\" }}, {{ code = 2, label = \"Sometimes\" }}, {{ code = 3, label = \"Often\" }}, {{ code = 4, label = \"Always\" }}]\n",
            items.join(", ")
        )
        .expect("a string takes everything");
        for n in 1..=100 {
            writeln!(text, "[[item]]\nid = \"q{n}x\"\ntext = \"Question {n} of a long form?\"\nscale = \"five\"")
                .expect("a string takes everything");
        }
        let instrument = Instrument::read("long.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let definition = FormDefinition::of(&instrument, None);
        let filled = Filled::default();
        let mut times: Vec<_> = (0..100)
            .map(|_| {
                let start = Instant::now();
                let page = page(&definition, &filled);
                let took = start.elapsed();
                assert_eq!(page.matches("of a long form?").count() % 100, 0);
                assert!(page.contains("Question 100 of a long form?"));
                took
            })
            .collect();
        times.sort();
        // Told and not judged: a test run shares its machine. The bar is 50 ms for p99.
        println!("100 items: median {:?}, p99 {:?}", times[50], times[98]);
    }
}
