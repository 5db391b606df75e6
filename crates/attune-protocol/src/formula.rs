//! As much of lme4's formula language as a plan needs to be checked: which variables a model
//! names, and which terms its fixed part expands to. Making design matrices belongs to
//! `attune-statistics`.

use std::{collections::BTreeSet, ops::Range};

use crate::plan::{Term, TermPart};

mod expand;
mod parse;

/// Functions that may be applied to a variable.
pub const FUNCTIONS: &[&str] = &["log", "exp", "sqrt", "I", "factor", "poly", "scale"];

/// A model formula, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name on the left.
    pub response: Name,
    /// Every variable on the right, each time it is named.
    pub variables: Vec<Name>,
    /// Terms of the fixed part without the intercept, such as `{months, arm}` for `months:arm`.
    /// A function of a variable is one piece: `log(mother_age)`.
    pub fixed: Vec<BTreeSet<String>>,
    /// Factors that dyads or visits are grouped by, the right sides of the bars.
    pub groups: Vec<Name>,
}

/// A name and where it stands, in bytes of the formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its bytes.
    pub at: Range<usize>,
}

/// Why a formula or term is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaError {
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
    /// The bytes at fault.
    pub at: Range<usize>,
}

impl Model {
    /// Takes a formula apart.
    ///
    /// # Errors
    ///
    /// It is no formula: no `~`, an open parenthesis, two operators side by side, an unknown
    /// function, or a fixed part that expands to more than a few hundred terms.
    pub fn parse(formula: &str) -> Result<Self, FormulaError> {
        let (response, right) = parse::formula(formula)?;
        let mut names = Names::default();
        names.collect(&right);
        let fixed = expand::fixed_terms(formula, &right)?;
        Ok(Self {
            response,
            variables: names.variables,
            fixed,
            groups: names.groups,
        })
    }

    /// Whether the fixed part holds a term of just these pieces, in any order.
    pub fn has_term(&self, term: &Term) -> bool {
        let pieces = term
            .parts
            .iter()
            .map(|part| part.variable.clone())
            .collect();
        self.fixed.contains(&pieces)
    }

    /// The terms of the fixed part as one would write them.
    pub fn written_terms(&self) -> Vec<String> {
        self.fixed
            .iter()
            .map(|term| {
                term.iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(":")
            })
            .collect()
    }
}

/// Names found in an expression.
#[derive(Default)]
struct Names {
    variables: Vec<Name>,
    groups: Vec<Name>,
}

impl Names {
    fn collect(&mut self, expression: &parse::Expression) {
        use parse::Expression as E;
        match expression {
            E::Name(name) => self.variables.push(name.clone()),
            E::Number(_) => {}
            E::Call { arguments, .. } => arguments.iter().for_each(|e| self.collect(e)),
            E::Negative(inner) => self.collect(inner),
            E::Binary { left, right, .. } => {
                self.collect(left);
                self.collect(right);
            }
            E::Bar { left, group } => {
                self.collect(left);
                let before = self.variables.len();
                self.collect(group);
                self.groups.extend_from_slice(&self.variables[before..]);
            }
        }
    }
}

/// A term of a plan, such as `months:arm[intervention]`: pieces joined by `:`, each with a level in
/// brackets where it has levels.
///
/// # Errors
///
/// A piece is empty, a bracket is open, or something stands behind a bracket.
pub fn parse_term(text: &str) -> Result<Term, FormulaError> {
    let mut parts = Vec::new();
    for range in pieces(text) {
        parts.push(part(text, range)?);
    }
    Ok(Term {
        text: text.to_owned(),
        parts,
    })
}

/// Where the pieces between colons are; colons inside brackets and parentheses do not count.
pub(crate) fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, character) in text.char_indices() {
        match character {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                ranges.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    ranges.push(start..text.len());
    ranges
}

fn part(text: &str, at: Range<usize>) -> Result<TermPart, FormulaError> {
    let piece = &text[at.clone()];
    let fail = |message: &str, remedy: &str| {
        Err(FormulaError {
            message: message.to_owned(),
            remedy: remedy.to_owned(),
            at: at.clone(),
        })
    };
    let (variable, level) = match piece.split_once('[') {
        None => (piece, None),
        Some((variable, rest)) => match rest.trim_end().strip_suffix(']') {
            Some(level) => (variable, Some(level.trim())),
            None => {
                return fail(
                    "a bracket is not closed",
                    "write the level as arm[intervention]",
                );
            }
        },
    };
    let variable: String = variable.chars().filter(|c| !c.is_whitespace()).collect();
    if variable.is_empty() {
        return fail(
            "a piece of this term is empty",
            "write pieces joined by :, such as months:arm[intervention]",
        );
    }
    if variable.contains(['*', '+', '~', '|', ']']) {
        return fail(
            "this is more than one term",
            "write one term: pieces joined by :, such as months:arm[intervention]",
        );
    }
    if level.is_some_and(|level| level.is_empty() || level.contains(['[', ']'])) {
        return fail(
            "the level between the brackets is missing",
            "write the level as arm[intervention]",
        );
    }
    Ok(TermPart {
        variable,
        level: level.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::{Model, parse_term};

    fn check(formula: &str, fixed: &[&str], variables: &[&str]) {
        let model = Model::parse(formula).expect(formula);
        let mut found = model.written_terms();
        found.sort();
        assert_eq!(found, fixed, "{formula}");
        let names: Vec<_> = model.variables.iter().map(|name| &*name.text).collect();
        assert_eq!(names, variables, "{formula}");
    }

    #[test]
    fn asvs_1_3_5_a_formula_names_columns_and_nothing_else() {
        for hostile in [
            "y ~ system('id')",
            "y ~ read('/etc/passwd')",
            "y ~ x; z",
            "y ~ `x`",
            "y ~ x <- 1",
            "y ~ a::b",
            "y ~ \"x\"",
            &format!("y ~ {}x{}", "(".repeat(100), ")".repeat(100)),
            &format!("y ~ x{}", " + x".repeat(2000)),
        ] {
            assert!(Model::parse(hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn fixed_parts_expand_as_in_r() {
        check(
            "mental ~ months * arm + (months | dyad)",
            &["arm", "arm:months", "months"],
            &["months", "arm", "months", "dyad"],
        );
        check(
            "y ~ a:b + (1 | site/dyad)",
            &["a:b"],
            &["a", "b", "site", "dyad"],
        );
        check(
            "y ~ (a + b + c)^2 - a:b",
            &["a", "a:c", "b", "b:c", "c"],
            &["a", "b", "c", "a", "b"],
        );
        check(
            "y ~ a*b*c - 1",
            &["a", "a:b", "a:b:c", "a:c", "b", "b:c", "c"],
            &["a", "b", "c"],
        );
        check("y ~ a / b", &["a", "a:b"], &["a", "b"]);
        check(
            "y ~ 0 + log(age + 1) * arm",
            &["arm", "arm:log(age+1)", "log(age+1)"],
            &["age", "arm"],
        );
        check(
            "y ~ poly(months, degree = 2) + (1 || dyad)",
            &["poly(months,degree=2)"],
            &["months", "dyad"],
        );
        check("y ~ 1", &[], &[]);
        check("y ~ -1 + a", &["a"], &["a"]);
        check(
            "y~I(months^2)+baseline",
            &["I(months^2)", "baseline"],
            &["months", "baseline"],
        );
    }

    #[test]
    fn groups_are_the_right_sides_of_bars() {
        let model = Model::parse("y ~ a + (1 | site/dyad) + (0 + a | b:c)").expect("a model");
        let groups: Vec<_> = model.groups.iter().map(|name| &*name.text).collect();
        assert_eq!(groups, ["site", "dyad", "b", "c"]);
    }

    #[test]
    fn terms_are_found_in_any_order() {
        let model = Model::parse("y ~ months * arm").expect("a model");
        for (term, expected) in [
            ("months:arm[intervention]", true),
            ("arm[intervention] : months", true),
            ("months", true),
            ("months:site", false),
        ] {
            assert_eq!(
                model.has_term(&parse_term(term).expect(term)),
                expected,
                "{term}"
            );
        }
    }

    #[test]
    fn faults_are_pointed_at() {
        for (formula, at) in [
            ("y", 0..1),
            ("y ~", 3..3),
            ("y ~ a +", 7..7),
            ("y ~ a + * b", 8..9),
            ("y ~ (a", 4..5),
            ("y ~ a)", 5..6),
            ("y ~ sine(a)", 4..8),
            ("y ~ a | b", 6..7),
            ("y ~ a $ b", 6..7),
            ("y + z ~ a", 2..3),
            ("y ~ a b", 6..7),
            ("1 ~ a", 0..1),
            ("y ~ a ~ b", 6..7),
            ("", 0..0),
        ] {
            let error = Model::parse(formula).expect_err(formula);
            assert_eq!(error.at, at, "{formula}: {}", error.message);
        }
        assert!(Model::parse(&format!("y ~ {}a", "(".repeat(100_000))).is_err());
        let long = (0..40)
            .map(|n| format!("v{n}"))
            .collect::<Vec<_>>()
            .join("*");
        assert!(Model::parse(&format!("y ~ {long}")).is_err());
        for term in ["", "a:", "a[", "a[]", "a*b", "a[b]c"] {
            assert!(parse_term(term).is_err(), "{term}");
        }
    }
}
