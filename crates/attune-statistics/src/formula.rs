//! Model formulas in the language of R and lme4: `cog ~ tos * trt + (tos | id)`.
//!
//! Parsing gives a [`Formula`]: the response, the fixed part as an ordered list of terms, and the
//! random parts by grouping factor. Which names are numbers or factors, and the columns that the
//! terms become, is decided in [`crate::model_frame`], when the data are known.

mod expand;
mod expression;
mod parser;

use std::fmt;

use thiserror::Error;

use expression::quoted_name;
pub use expression::{Expression, Operator};

/// A parsed formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The text as it was given.
    pub text: String,
    /// The left-hand side.
    pub response: Expression,
    /// The fixed effects.
    pub fixed: Terms,
    /// The random effects in the order of the text, with `/` and `||` already expanded.
    pub random: Vec<RandomPart>,
}

/// The terms of a right-hand side, in R's order: by degree, then by first appearance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Terms {
    /// Whether the model has an intercept.
    pub intercept: bool,
    /// The distinct variables in order of appearance.
    pub variables: Vec<Expression>,
    /// Each term as the sorted indices of its variables.
    pub terms: Vec<Vec<usize>>,
    /// What `offset(...)` adds to the linear predictor.
    pub offsets: Vec<Expression>,
}

/// One random part: `(terms | group)`.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomPart {
    /// What varies between the groups.
    pub terms: Terms,
    /// The names whose combination is the grouping factor, as lme4 prints them: `cask:batch`.
    pub group: Vec<String>,
    /// The printed name of the grouping factor.
    pub group_label: String,
}

/// What is wrong with a formula and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct FormulaError {
    /// The text as it was given.
    pub text: String,
    /// The position of the fault, in characters from 0.
    pub position: usize,
    /// What is wrong and what would help.
    pub problem: String,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "formula, character {}: {}",
            self.position + 1,
            self.problem
        )?;
        writeln!(f, "  {}", self.text)?;
        write!(f, "  {:width$}^", "", width = self.position)
    }
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// When the text is not a formula; the error says where and what would help.
    ///
    /// # Examples
    /// ```
    /// use attune_statistics::formula::Formula;
    /// let formula = Formula::parse("score ~ months * arm + (months | dyad)")?;
    /// assert_eq!(formula.fixed.labels(), ["months", "arm", "months:arm"]);
    /// assert_eq!(formula.random[0].group_label, "dyad");
    /// # Ok::<(), attune_statistics::formula::FormulaError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        expand::formula(text, &parser::parse(text)?)
    }

    /// The names of all columns that the formula uses, each once, in order of appearance.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.response.collect_names(&mut names);
        let parts = std::iter::once(&self.fixed).chain(self.random.iter().map(|part| &part.terms));
        for terms in parts {
            for expression in terms.variables.iter().chain(&terms.offsets) {
                expression.collect_names(&mut names);
            }
        }
        for name in self.random.iter().flat_map(|part| &part.group) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// The same formula without one fixed term, for a comparison of nested models.
    ///
    /// The label is R's (`tos:trt`); `None` when there is no such term.
    #[must_use]
    pub fn without_fixed_term(&self, label: &str) -> Option<Self> {
        let position = self
            .fixed
            .labels()
            .iter()
            .position(|candidate| candidate == label)?;
        let mut formula = self.clone();
        formula.fixed.terms.remove(position);
        formula.text = formula.written_out();
        Some(formula)
    }

    /// The text of the formula with `(1 | group)` in place of the random slopes of a grouping factor; `None` when it
    /// has none.
    ///
    /// # Examples
    /// ```
    /// use attune_statistics::formula::Formula;
    /// let formula = Formula::parse("cog ~ tos * trt + (tos | id)")?;
    /// let simpler = formula.with_random_intercept_only("id");
    /// assert_eq!(simpler.as_deref(), Some("cog ~ tos * trt + (1 | id)"));
    /// # Ok::<(), attune_statistics::formula::FormulaError>(())
    /// ```
    #[must_use]
    pub fn with_random_intercept_only(&self, group: &str) -> Option<String> {
        let slopes = |part: &&RandomPart| part.group_label == group && !part.terms.terms.is_empty();
        let part = self.random.iter().find(slopes)?;
        if !part.terms.intercept {
            return None;
        }
        let intercept = format!("(1 | {group})");
        // The words of the user where they can be found, everything spelled out otherwise.
        let as_written = self.text.match_indices('|').find_map(|(bar, _)| {
            let start = self.text[..bar].rfind('(')?;
            let end = bar + self.text[bar..].find(')')?;
            let same = self.text[bar..end].trim_start_matches('|').trim() == group;
            same.then(|| {
                format!(
                    "{}{intercept}{}",
                    &self.text[..start],
                    &self.text[end + 1..]
                )
            })
        });
        if let Some(text) = as_written.filter(|text| Self::parse(text).is_ok()) {
            return Some(text);
        }
        let mut formula = self.clone();
        formula.random.retain(|part| part.group_label != group);
        Some(format!("{} + {intercept}", formula.written_out()))
    }

    /// The formula with every term spelled out.
    #[must_use]
    pub fn written_out(&self) -> String {
        let mut parts = self.fixed.written_parts();
        parts.extend(self.random.iter().map(|part| {
            let group: Vec<String> = part.group.iter().map(|name| quoted_name(name)).collect();
            format!(
                "({} | {})",
                part.terms.written_parts().join(" + "),
                group.join(":")
            )
        }));
        format!("{:#} ~ {}", self.response, parts.join(" + "))
    }
}

impl Terms {
    /// R's label of each term: variables joined by `:`.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let label = |term: &Vec<usize>| {
            let names: Vec<String> = term
                .iter()
                .map(|&index| self.variables[index].to_string())
                .collect();
            names.join(":")
        };
        self.terms.iter().map(label).collect()
    }

    fn written_parts(&self) -> Vec<String> {
        let mut parts = vec![if self.intercept {
            "1".to_owned()
        } else {
            "0".to_owned()
        }];
        parts.extend(self.terms.iter().map(|term| {
            let names: Vec<String> = term
                .iter()
                .map(|&index| format!("{:#}", self.variables[index]))
                .collect();
            names.join(":")
        }));
        parts.extend(
            self.offsets
                .iter()
                .map(|offset| format!("offset({offset:#})")),
        );
        parts
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed_labels(text: &str, expected: &[&str]) {
        let formula = Formula::parse(text).unwrap();
        let mut found: Vec<String> = vec![if formula.fixed.intercept {
            "1".into()
        } else {
            "0".into()
        }];
        found.extend(formula.fixed.labels());
        assert_eq!(found, expected, "{text}");
    }

    fn random_labels(text: &str, expected: &[(&str, &str)]) {
        let formula = Formula::parse(text).unwrap();
        let found: Vec<(String, String)> = formula
            .random
            .iter()
            .map(|part| {
                (
                    part.terms.written_parts().join(" + "),
                    part.group_label.clone(),
                )
            })
            .collect();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|&(a, b)| (a.to_owned(), b.to_owned()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    fn problem(text: &str, position: usize, words: &str) {
        let error = Formula::parse(text).unwrap_err();
        assert_eq!(error.position, position, "{error}");
        assert!(error.problem.contains(words), "{error}");
    }

    #[test]
    fn terms_come_in_the_order_of_r() {
        fixed_labels("y ~ 1", &["1"]);
        fixed_labels("y ~ a * b + c", &["1", "a", "b", "c", "a:b"]);
        fixed_labels("y ~ a:b + a", &["1", "a", "a:b"]);
        fixed_labels("y ~ 0 + a", &["0", "a"]);
        fixed_labels("y ~ a - 1", &["0", "a"]);
        fixed_labels(
            "y ~ a * b * c - a:b:c",
            &["1", "a", "b", "c", "a:b", "a:c", "b:c"],
        );
        fixed_labels(
            "y ~ (a + b + c)^2",
            &["1", "a", "b", "c", "a:b", "a:c", "b:c"],
        );
        fixed_labels("y ~ a / b", &["1", "a", "a:b"]);
        fixed_labels("y ~ b %in% a", &["1", "b:a"]);
        fixed_labels("y ~ a + a", &["1", "a"]);
        fixed_labels(
            "log(y+1) ~ I(x^2) + log( x ) + poly(x,2)",
            &["1", "I(x^2)", "log(x)", "poly(x, 2)"],
        );
        fixed_labels("y ~ x + offset(log(t))", &["1", "x"]);
    }

    #[test]
    fn random_parts_are_expanded_as_in_lme4() {
        random_labels("y ~ 1 + (x | g)", &[("1 + x", "g")]);
        random_labels("y ~ (0 + x | g) + (1 | g)", &[("0 + x", "g"), ("1", "g")]);
        random_labels("y ~ (x || g)", &[("1", "g"), ("0 + x", "g")]);
        random_labels("y ~ (1 | a/b)", &[("1", "b:a"), ("1", "a")]);
        random_labels(
            "y ~ (1 | a/b/c)",
            &[("1", "c:(b:a)"), ("1", "b:a"), ("1", "a")],
        );
        random_labels("y ~ (1 | a:b) + (1 | a)", &[("1", "a:b"), ("1", "a")]);
        random_labels("y ~ (1 | a) + (1 + x | b)", &[("1", "a"), ("1 + x", "b")]);
    }

    #[test]
    fn mistakes_are_pointed_at() {
        problem("cog tos", 4, "`~`");
        problem("cog ~ tos * (trt", 12, "never closed");
        problem("cog ~ tos +", 11, "ends");
        problem("cog ~ tos | id", 10, "parentheses");
        problem("cog ~ (tos | )", 13, "grouping");
        problem("cog ~ tos $ trt", 10, "not part of");
        problem("~ tos", 0, "response");
        problem("cog ~ frob(tos)", 6, "frob");
    }

    #[test]
    fn an_error_shows_the_place() {
        insta::assert_snapshot!(Formula::parse("cog ~ tos * (trt").unwrap_err(), @r"
        formula, character 13: this parenthesis is never closed: add `)`
          cog ~ tos * (trt
                      ^
        ");
    }
}
