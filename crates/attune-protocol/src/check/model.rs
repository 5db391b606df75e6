//! A model of the plan: every variable is known, and the term that answers the question is a term
//! of the model.

use super::Checking;
use crate::{
    formula::{Model, Name, pieces},
    near_miss::{listed, suggestion},
    plan::{Term, TermPart},
    shape::Thing,
    written::{At, NAMES_IN_FORMULAS, TextAt, Written},
};

/// Times and the baseline, which are numbers.
const NUMBERS: &[&str] = &[
    "days",
    "months",
    "years",
    "age_days",
    "age_months",
    "corrected_age_days",
    "corrected_age_months",
    "baseline",
];

/// The kind of things that a variable of a model stands for.
fn thing_of(variable: &str) -> Option<Thing> {
    match variable {
        "arm" => Some(Thing::Arm),
        "phase" => Some(Thing::Phase),
        "site" => Some(Thing::Site),
        "wave" => Some(Thing::Wave),
        _ => None,
    }
}

impl Checking<'_> {
    /// Checks the names of a model; its outcome, where that is known. Returns whether its terms are sound: a wrong
    /// outcome leaves them as they are.
    pub(super) fn check_model(&mut self, root: &Written, text: TextAt<'_>, model: &Model) -> bool {
        self.check_response(text, &model.response);
        let n_problems = self.reading.problems.len();
        for (position, name) in model.variables.iter().enumerate() {
            let is_first = model.variables[..position]
                .iter()
                .all(|other| other.text != name.text);
            if is_first {
                self.check_variable(root, text, name);
            }
        }
        for group in &model.groups {
            if NUMBERS.contains(&group.text.as_str()) {
                let at = self.reading.inside(text, group.at.clone());
                self.reading.error(
                    at,
                    format!(
                        "'{}' is a number, and nothing is grouped by a number",
                        group.text
                    ),
                    "write dyad, site or another factor behind the bar",
                );
            }
        }
        self.reading.problems.len() == n_problems
    }

    fn check_response(&mut self, text: TextAt<'_>, response: &Name) {
        if self.index.has(Thing::Outcome, &response.text) || !self.index.is_sure(Thing::Outcome) {
            return;
        }
        let known: Vec<_> = self.index.all(Thing::Outcome).collect();
        let remedy = super::index::unknown_remedy(Thing::Outcome, &response.text, &known);
        let at = self.reading.inside(text, response.at.clone());
        self.reading.error(
            at,
            format!(
                "the left side must be an outcome, and there is none with the id '{}'",
                response.text
            ),
            remedy,
        );
    }

    fn check_variable(&mut self, root: &Written, text: TextAt<'_>, name: &Name) {
        let at = self.reading.inside(text, name.at.clone());
        let variable = name.text.as_str();
        if self.index.has(Thing::Attribute, variable) {
            self.check_is_no_date(root, at, variable);
            return;
        }
        if let Some(thing) = thing_of(variable) {
            if self.index.all(thing).next().is_none() && self.index.is_sure(thing) {
                self.reading.error(
                    at,
                    format!("'{variable}' is in the model, and the study has no {variable}s"),
                    format!(
                        "define them with {}, or take it out of the model",
                        thing.heading()
                    ),
                );
            }
            return;
        }
        if NAMES_IN_FORMULAS.contains(&variable) || !self.index.is_sure(Thing::Attribute) {
            return;
        }
        let (message, remedy) = self.unknown_variable(variable);
        self.reading.error(at, message, remedy);
    }

    fn check_is_no_date(&mut self, root: &Written, at: At, variable: &str) {
        let is_date =
            attribute(root, variable).and_then(|table| table.text("kind")) == Some("date");
        if is_date {
            self.reading.error(
                at,
                format!("'{variable}' is a date, and models are made of numbers and levels"),
                "give the attribute as a number, such as an age in years",
            );
        }
    }

    fn unknown_variable(&self, variable: &str) -> (String, String) {
        if self.index.has(Thing::Outcome, variable) {
            return (
                format!("'{variable}' is an outcome, and outcomes stand on the left side only"),
                "take it out of the model, or define an attribute for it".to_owned(),
            );
        }
        let attributes: Vec<&str> = self.index.all(Thing::Attribute).collect();
        let known = attributes
            .iter()
            .copied()
            .chain(NAMES_IN_FORMULAS.iter().copied());
        let remedy = suggestion(variable, known, || {
            let own = if attributes.is_empty() {
                "the study has no [[attribute]]".to_owned()
            } else {
                format!("attributes are {}", listed(attributes.iter().copied()))
            };
            format!(
                "{own}; besides, a model may name {}",
                NAMES_IN_FORMULAS.join(", ")
            )
        });
        (format!("there is no variable '{variable}'"), remedy)
    }

    /// Checks that `term` is a term of the model and names a level where one is needed.
    pub(super) fn check_answer(
        &mut self,
        root: &Written,
        text: TextAt<'_>,
        term: &Term,
        model: &Model,
    ) {
        if !model.has_term(term) {
            let wanted: Vec<_> = term
                .parts
                .iter()
                .map(|part| part.variable.as_str())
                .collect();
            let wanted = wanted.join(":");
            let remedy = nearest_term(&wanted, &model.written_terms());
            self.reading
                .error(text.at, format!("the model has no term '{wanted}'"), remedy);
            return;
        }
        for (part, range) in term.parts.iter().zip(pieces(text.text)) {
            let at = self.reading.inside(text, range);
            self.check_level(root, at, part);
        }
    }

    fn check_level(&mut self, root: &Written, at: At, part: &TermPart) {
        let levels = match self.levels(root, &part.variable) {
            Levels::Known(levels) => levels,
            Levels::Unknown => return,
            Levels::Number => {
                if let Some(level) = &part.level {
                    self.reading.error(
                        at,
                        format!("'{}' has no levels", part.variable),
                        format!("write it without [{level}]"),
                    );
                }
                return;
            }
        };
        // With one level or none there is no comparison, which has been reported or will be.
        let [reference, others @ ..] = levels.as_slice() else {
            return;
        };
        let choices = || {
            let choices = others
                .iter()
                .map(|level| format!("{}[{level}]", part.variable));
            format!("write {}", choices.collect::<Vec<_>>().join(" or "))
        };
        match &part.level {
            None => self.reading.error(
                at,
                format!(
                    "'{}' has levels, and this does not say which is meant",
                    part.variable
                ),
                choices(),
            ),
            Some(level) if level == reference => self.reading.error(
                at,
                format!(
                    "'{level}' is the reference of '{}', which others are compared with",
                    part.variable
                ),
                choices(),
            ),
            Some(level) if !others.contains(level) => {
                let known = others.iter().map(String::as_str);
                let remedy = suggestion(level, known, choices);
                self.reading.error(
                    at,
                    format!("'{}' has no level '{level}'", part.variable),
                    remedy,
                );
            }
            Some(_) => {}
        }
    }

    fn levels(&self, root: &Written, variable: &str) -> Levels {
        if let Some(thing) = thing_of(variable) {
            if !self.index.is_sure(thing) {
                return Levels::Unknown;
            }
            return Levels::Known(self.index.all(thing).map(str::to_owned).collect());
        }
        if NUMBERS.contains(&variable) {
            return Levels::Number;
        }
        // What is neither is a function of a variable, or has been reported.
        let Some(attribute) = attribute(root, variable) else {
            return Levels::Unknown;
        };
        match attribute.text("kind") {
            Some("number") => Levels::Number,
            Some("levels") => self
                .levels_of(attribute)
                .map_or(Levels::Unknown, Levels::Known),
            _ => Levels::Unknown,
        }
    }
}

/// What levels a variable has.
enum Levels {
    /// It is a number.
    Number,
    /// These, the reference first.
    Known(Vec<String>),
    /// They could not be read.
    Unknown,
}

/// The term that was probably meant, or all of them.
fn nearest_term(wanted: &str, terms: &[String]) -> String {
    if terms.is_empty() {
        return "add the term to the model".to_owned();
    }
    let turned = terms.iter().map(|term| {
        let pieces: Vec<_> = term.split(':').rev().collect();
        pieces.join(":")
    });
    let both: Vec<String> = terms.iter().cloned().chain(turned).collect();
    suggestion(wanted, both.iter().map(String::as_str), || {
        format!("its terms are {}", listed(terms.iter().map(String::as_str)))
    })
}

fn attribute<'w>(root: &'w Written, id: &str) -> Option<&'w Written> {
    root.tables("attribute")
        .find(|table| table.text("id") == Some(id))
}
