//! From a parsed expression to the terms of a [`Formula`]: R's algebra of `+ - * : ^ / %in%`, and
//! lme4's `|`, `||` and nested groups.

use super::{Expression, Formula, FormulaError, Operator, RandomPart, Terms};

/// A sum of terms while it is being expanded; a term is a set of variables, the empty one is the intercept.
type Sum = Vec<Vec<usize>>;

struct Expansion<'a> {
    text: &'a str,
    variables: Vec<Expression>,
    offsets: Vec<Expression>,
    bars: Vec<(&'a Expression, &'a Expression, Operator)>,
    intercept: bool,
}

pub(super) fn formula(text: &str, expression: &Expression) -> Result<Formula, FormulaError> {
    let Expression::Binary {
        operator: Operator::Tilde,
        left,
        right,
        ..
    } = expression
    else {
        let position = text
            .chars()
            .position(char::is_whitespace)
            .map_or(0, |blank| blank + 1);
        return Err(fault(
            text,
            position,
            "`~` is missing: write `response ~ terms`",
        ));
    };
    let mut expansion = Expansion::new(text);
    let sum = expansion.sum(right)?;
    let bars = std::mem::take(&mut expansion.bars);
    let fixed = expansion.terms(sum);
    let mut random = Vec::new();
    for (terms, group, operator) in bars {
        random.extend(random_parts(text, terms, group, operator)?);
    }
    Ok(Formula {
        text: text.trim().to_owned(),
        response: (**left).clone(),
        fixed,
        random,
    })
}

fn fault(text: &str, position: usize, problem: impl Into<String>) -> FormulaError {
    FormulaError {
        text: text.to_owned(),
        position,
        problem: problem.into(),
    }
}

impl<'a> Expansion<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            variables: Vec::new(),
            offsets: Vec::new(),
            bars: Vec::new(),
            intercept: true,
        }
    }

    fn sum(&mut self, expression: &'a Expression) -> Result<Sum, FormulaError> {
        match expression {
            Expression::Number(1.0) => {
                self.intercept = true;
                Ok(vec![])
            }
            Expression::Number(0.0) => {
                self.intercept = false;
                Ok(vec![])
            }
            Expression::Number(value) => {
                let position = self.text.find(&value.to_string()).unwrap_or(0);
                Err(fault(
                    self.text,
                    position,
                    format!("the number {value} is not a term: only 0 and 1 are"),
                ))
            }
            Expression::Group(inner) => match inner.as_ref() {
                Expression::Binary {
                    operator: operator @ (Operator::Bar | Operator::DoubleBar),
                    left,
                    right,
                    ..
                } => {
                    self.bars.push((left, right, *operator));
                    Ok(vec![])
                }
                inner => self.sum(inner),
            },
            Expression::Call {
                function,
                arguments,
            } if function == "offset" => {
                self.offsets.push(arguments[0].clone());
                Ok(vec![])
            }
            Expression::Name(_) | Expression::Call { .. } => {
                Ok(vec![vec![self.variable(expression)]])
            }
            Expression::Minus(inner) => self.without(Vec::new(), inner),
            Expression::Binary {
                operator,
                left,
                right,
                position,
            } => self.binary(*operator, left, right, *position),
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'a Expression,
        right: &'a Expression,
        position: usize,
    ) -> Result<Sum, FormulaError> {
        match operator {
            Operator::Bar | Operator::DoubleBar => Err(fault(
                self.text,
                position,
                "put random effects in parentheses: `(terms | group)`",
            )),
            Operator::Tilde => Err(fault(self.text, position, "a formula has only one `~`")),
            Operator::Minus => {
                let sum = self.sum(left)?;
                self.without(sum, right)
            }
            Operator::Caret => self.power(left, right, position),
            Operator::Plus => {
                let mut sum = self.sum(left)?;
                sum.extend(self.sum(right)?);
                Ok(distinct(sum))
            }
            // R codes `b %in% a` like `b:a`.
            Operator::Colon | Operator::In => {
                let (left, right) = (self.sum(left)?, self.sum(right)?);
                Ok(crossed(&left, &right))
            }
            Operator::Star => {
                let (left, right) = (self.sum(left)?, self.sum(right)?);
                let both = crossed(&left, &right);
                Ok(distinct([left, right, both].concat()))
            }
            Operator::Slash => {
                let (left, right) = (self.sum(left)?, self.sum(right)?);
                let mut all_left: Vec<usize> = left.concat();
                all_left.sort_unstable();
                all_left.dedup();
                let within = crossed(&[all_left], &right);
                Ok(distinct([left, within].concat()))
            }
        }
    }

    fn power(
        &mut self,
        base: &'a Expression,
        exponent: &Expression,
        position: usize,
    ) -> Result<Sum, FormulaError> {
        let Expression::Number(times) = exponent else {
            return Err(fault(
                self.text,
                position,
                "the power of terms must be a whole number, as in `(a + b)^2`",
            ));
        };
        if times.fract() != 0.0 || !(1.0..=9.0).contains(times) {
            return Err(fault(
                self.text,
                position,
                "the power of terms must be a whole number from 1 to 9",
            ));
        }
        let base = self.sum(base)?;
        let mut sum = base.clone();
        let mut raised = 1.0;
        while raised < *times {
            let longer = crossed(&sum, &base);
            sum = distinct([sum, longer].concat());
            raised += 1.0;
        }
        Ok(sum)
    }

    fn without(&mut self, mut sum: Sum, removed: &'a Expression) -> Result<Sum, FormulaError> {
        match removed {
            Expression::Number(1.0) => self.intercept = false,
            Expression::Number(0.0) => self.intercept = true,
            removed => {
                let removed = self.sum(removed)?;
                sum.retain(|term| !removed.contains(term));
            }
        }
        Ok(sum)
    }

    fn variable(&mut self, expression: &Expression) -> usize {
        let label = expression.to_string();
        let known = self
            .variables
            .iter()
            .position(|variable| variable.to_string() == label);
        known.unwrap_or_else(|| {
            self.variables.push(expression.clone());
            self.variables.len() - 1
        })
    }

    fn terms(self, mut sum: Sum) -> Terms {
        // A stable sort keeps the order of appearance within a degree.
        sum.sort_by_key(Vec::len);
        Terms {
            intercept: self.intercept,
            variables: self.variables,
            terms: sum,
            offsets: self.offsets,
        }
    }
}

fn crossed(left: &[Vec<usize>], right: &[Vec<usize>]) -> Sum {
    let mut sum = Vec::new();
    for a in left {
        for b in right {
            let mut term = [a.as_slice(), b.as_slice()].concat();
            term.sort_unstable();
            term.dedup();
            sum.push(term);
        }
    }
    distinct(sum)
}

fn distinct(sum: Sum) -> Sum {
    let mut kept: Sum = Vec::new();
    for term in sum {
        if !kept.contains(&term) {
            kept.push(term);
        }
    }
    kept
}

fn random_parts(
    text: &str,
    terms: &Expression,
    group: &Expression,
    operator: Operator,
) -> Result<Vec<RandomPart>, FormulaError> {
    let mut expansion = Expansion::new(text);
    let sum = expansion.sum(terms)?;
    if !expansion.bars.is_empty() {
        return Err(fault(text, 0, "a random part cannot contain another `|`"));
    }
    let terms = expansion.terms(sum);
    let pieces = match operator {
        Operator::DoubleBar => one_by_one(&terms),
        _ => vec![terms],
    };
    let groups = grouping_factors(text, group)?;
    let mut parts = Vec::new();
    for (names, label) in groups {
        for terms in &pieces {
            parts.push(RandomPart {
                terms: terms.clone(),
                group: names.clone(),
                group_label: label.clone(),
            });
        }
    }
    Ok(parts)
}

/// `(x || g)` is `(1 | g) + (0 + x | g)`.
fn one_by_one(terms: &Terms) -> Vec<Terms> {
    let mut pieces = Vec::new();
    if terms.intercept {
        pieces.push(Terms {
            intercept: true,
            variables: terms.variables.clone(),
            ..Terms::default()
        });
    }
    for term in &terms.terms {
        pieces.push(Terms {
            intercept: false,
            variables: terms.variables.clone(),
            terms: vec![term.clone()],
            offsets: Vec::new(),
        });
    }
    pieces
}

/// The names and the label of each grouping factor: `a/b` is `b:a` and `a`, in lme4's order.
fn grouping_factors(
    text: &str,
    group: &Expression,
) -> Result<Vec<(Vec<String>, String)>, FormulaError> {
    match group {
        Expression::Name(name) => Ok(vec![(vec![name.clone()], name.clone())]),
        Expression::Group(inner) => grouping_factors(text, inner),
        Expression::Binary {
            operator: Operator::Colon,
            left,
            right,
            position,
        } => {
            let left = single_group(text, left, *position)?;
            let right = single_group(text, right, *position)?;
            let label = format!("{}:{}", left.1, right.1);
            Ok(vec![([left.0, right.0].concat(), label)])
        }
        Expression::Binary {
            operator: Operator::Slash,
            left,
            right,
            position,
        } => {
            let outer = grouping_factors(text, left)?;
            let inner = single_group(text, right, *position)?;
            let around = &outer[0];
            let shown = if around.0.len() > 1 {
                format!("({})", around.1)
            } else {
                around.1.clone()
            };
            let nested = (
                [inner.0, around.0.clone()].concat(),
                format!("{}:{shown}", inner.1),
            );
            Ok(std::iter::once(nested).chain(outer).collect())
        }
        other => {
            let shown = other.to_string();
            let position = text
                .find(&shown)
                .map_or(0, |byte| text[..byte].chars().count());
            Err(fault(
                text,
                position,
                format!("`{shown}` is not a grouping factor: use a name, `a:b` or `a/b`"),
            ))
        }
    }
}

fn single_group(
    text: &str,
    group: &Expression,
    position: usize,
) -> Result<(Vec<String>, String), FormulaError> {
    let mut groups = grouping_factors(text, group)?;
    match groups.len() {
        1 => Ok(groups.remove(0)),
        _ => Err(fault(
            text,
            position,
            "nested groups cannot be combined further: spell the terms out",
        )),
    }
}
