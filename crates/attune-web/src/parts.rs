//! Parts of pages that many pages have: a field with its question, hint, answer and error; the summary
//! of what is to be mended; a page that is nothing but one form.

use askama::Template;

use crate::{
    answer::{Answer, page as show, page_to_correct},
    layout::Layout,
    settings::Demonstration,
};

/// What is to be mended: field and sentence.
#[derive(Debug, Clone, Default)]
pub struct Problems(Vec<(&'static str, String)>);

impl Problems {
    /// Adds one. A field of no name is the whole form.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.push((field, sentence.into()));
    }

    /// Adds a complaint, where there is one.
    pub fn add_unless_ok(&mut self, field: &'static str, checked: Result<(), String>) {
        if let Err(sentence) = checked {
            self.add(field, sentence);
        }
    }

    /// Whether all is right.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every sentence, whatever field it is at.
    pub fn sentences(self) -> Vec<String> {
        self.0.into_iter().map(|(_, sentence)| sentence).collect()
    }

    /// The sentence at a field.
    pub fn of(&self, field: &str) -> Option<String> {
        let found = self.0.iter().find(|(at, _)| *at == field);
        found.map(|(_, sentence)| sentence.clone())
    }
}

/// One question of a form.
#[derive(Debug, Clone, Template)]
#[template(path = "field.html")]
pub struct Field {
    /// Name in the form, and id on the page.
    pub name: &'static str,
    /// The question.
    pub label: &'static str,
    /// What helps to answer it.
    pub hint: Option<String>,
    /// The answer so far.
    pub value: String,
    /// How it is answered.
    pub kind: FieldKind,
    /// What browsers and password managers may fill in.
    pub autocomplete: &'static str,
    /// What is wrong with the answer.
    pub error: Option<String>,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Digits or a code.
    Code,
    /// One line that is not shown.
    Password,
    /// A day.
    Day,
    /// Several lines.
    Long,
    /// One of several: value and words.
    OneOf(Vec<(String, String)>),
    /// Any of several: value, words, chosen or not.
    AnyOf(Vec<(String, String, bool)>),
}

impl Field {
    /// A line of text.
    pub fn text(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            hint: None,
            value: String::new(),
            kind: FieldKind::Text,
            autocomplete: "off",
            error: None,
        }
    }

    /// A password that the person has.
    pub fn password(name: &'static str, label: &'static str) -> Self {
        Self {
            kind: FieldKind::Password,
            autocomplete: "current-password",
            ..Self::text(name, label)
        }
    }

    /// A password that the person chooses now.
    pub fn new_password(name: &'static str, label: &'static str) -> Self {
        Self {
            kind: FieldKind::Password,
            autocomplete: "new-password",
            hint: Some(
                "At least 12 characters. Four words that do not belong together are easy to remember and hard to guess."
                    .to_owned(),
            ),
            ..Self::text(name, label)
        }
    }

    /// A code.
    pub fn code(name: &'static str, label: &'static str) -> Self {
        Self {
            kind: FieldKind::Code,
            autocomplete: "one-time-code",
            ..Self::text(name, label)
        }
    }

    /// Another kind of answer.
    #[must_use]
    pub fn of_kind(self, kind: FieldKind) -> Self {
        Self { kind, ..self }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// With the answer so far.
    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            ..self
        }
    }

    /// With what browsers may fill in.
    #[must_use]
    pub fn filled_as(self, autocomplete: &'static str) -> Self {
        Self {
            autocomplete,
            ..self
        }
    }

    /// Whether there is anything to choose.
    pub fn has_choices(&self) -> bool {
        match &self.kind {
            FieldKind::OneOf(choices) => !choices.is_empty(),
            FieldKind::AnyOf(choices) => !choices.is_empty(),
            _ => true,
        }
    }

    fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// A page that is one form.
#[derive(Debug, Template)]
#[template(path = "form_page.html")]
pub struct FormPage {
    /// The frame; its title is the heading.
    pub layout: Layout,
    /// What it is for, a paragraph each.
    pub lead: Vec<String>,
    /// What is to be mended.
    pub problems: Problems,
    /// Where it is sent.
    pub action: String,
    /// What is sent without being asked.
    pub hidden: Vec<(&'static str, String)>,
    /// The questions.
    pub fields: Vec<Field>,
    /// Words of the button.
    pub submit: &'static str,
    /// Another way: address and words.
    pub other_way: Option<(String, &'static str)>,
    /// In a demonstration: who can sign in, beside the form.
    pub demonstration: Option<Demonstration>,
}

impl FormPage {
    /// A form without questions yet.
    pub fn new(layout: Layout, action: impl Into<String>, submit: &'static str) -> Self {
        Self {
            layout,
            lead: Vec::new(),
            problems: Problems::default(),
            action: action.into(),
            hidden: Vec::new(),
            fields: Vec::new(),
            submit,
            other_way: None,
            demonstration: None,
        }
    }

    /// With a paragraph above.
    #[must_use]
    pub fn lead(mut self, paragraph: impl Into<String>) -> Self {
        self.lead.push(paragraph.into());
        self
    }

    /// With a question.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// With a value that is sent without being asked.
    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    /// With another way below.
    #[must_use]
    pub fn other_way(self, path: impl Into<String>, words: &'static str) -> Self {
        Self {
            other_way: Some((path.into(), words)),
            ..self
        }
    }

    /// With the people of a demonstration beside it.
    #[must_use]
    pub fn beside(self, demonstration: Option<Demonstration>) -> Self {
        Self {
            demonstration,
            ..self
        }
    }

    /// The page: as it is, or with what is to be mended.
    pub fn show(mut self, problems: Problems) -> Answer {
        for field in &mut self.fields {
            field.error = problems.of(field.name);
        }
        self.problems = problems;
        match self.problems.is_empty() {
            true => show(&self),
            false => page_to_correct(&self),
        }
    }

    fn problem_title(&self) -> String {
        match self.problems.0.len() {
            1 => "There is one thing to mend".to_owned(),
            n => format!("There are {n} things to mend"),
        }
    }
}
