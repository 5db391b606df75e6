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
    /// Checks the names of a model; its outcome, where that is known.
    pub(super) fn check_model(&mut self, root: &Written, text: TextAt<'_>, model: &Model) {
        self.check_response(text, &model.response);
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
            let terms = model.written_terms();
            let terms = || terms.iter().map(String::as_str);
            let remedy = match listed(terms()).as_str() {
                "" => "add the term to the model".to_owned(),
                all => format!("its terms are {all}"),
            };
            self.reading.error(
                text.at,
                format!("the model has no term '{}'", wanted.join(":")),
                remedy,
            );
            return;
        }
        for (part, range) in term.parts.iter().zip(pieces(text.text)) {
            let at = self.reading.inside(text, range);
            self.check_level(root, at, part);
        }
    }

    fn check_level(&mut self, root: &Written, at: At, part: &TermPart) {
        let Some(levels) = self.levels(root, &part.variable) else {
            if let Some(level) = &part.level
                && !part.variable.contains('(')
            {
                self.reading.error(
                    at,
                    format!("'{}' has no levels", part.variable),
                    format!("write it without [{level}]"),
                );
            }
            return;
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

    /// Levels of a variable, the reference first; `None` for a number, and for what could not be
    /// read.
    fn levels(&self, root: &Written, variable: &str) -> Option<Vec<String>> {
        if let Some(thing) = thing_of(variable) {
            let is_sure = self.index.is_sure(thing);
            return is_sure.then(|| self.index.all(thing).map(str::to_owned).collect());
        }
        let attribute = attribute(root, variable)?;
        if attribute.text("kind") != Some("levels") {
            return None;
        }
        let levels = attribute
            .tables("levels")
            .filter_map(|level| level.string("id"));
        Some(levels.collect())
    }
}

fn attribute<'w>(root: &'w Written, id: &str) -> Option<&'w Written> {
    root.tables("attribute")
        .find(|table| table.text("id") == Some(id))
}
