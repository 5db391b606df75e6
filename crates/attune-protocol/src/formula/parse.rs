//! Tokens and grammar of a formula. Operators from loose to tight: `~`, `|` and `||` (in
//! parentheses), `+` and `-`, `*` and `/`, `:`, `^`.

use std::ops::Range;

use super::{FUNCTIONS, FormulaError, Name};
use crate::near_miss::{listed, suggestion};

/// Parentheses may be nested this deep.
const DEEPEST: usize = 50;
/// A formula of more names, numbers and signs than this is no plan.
const LONGEST: usize = 1000;

#[derive(Debug)]
pub(super) enum Expression {
    Name(Name),
    Number(f64),
    Call {
        /// As written, without blanks.
        text: String,
        arguments: Vec<Expression>,
    },
    Negative(Box<Expression>),
    Binary {
        operator: char,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    Bar {
        left: Box<Expression>,
        group: Box<Expression>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'t> {
    Name(&'t str),
    Number(f64),
    /// One character, or `D` for `||`.
    Sign(char),
    End,
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token<'t>, Range<usize>)>,
    next: usize,
    depth: usize,
}

/// The name on the left of `~` and the expression on its right.
pub(super) fn formula(text: &str) -> Result<(Name, Expression), FormulaError> {
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    let response = parser.response()?;
    let right = parser.sum()?;
    match parser.peek() {
        (Token::End, _) => Ok((response, right)),
        (Token::Sign('|' | 'D'), at) => Err(error(
            at,
            "a random part stands in parentheses",
            "write it as (months | dyad)",
        )),
        (Token::Sign(')'), at) => Err(error(
            at,
            "this parenthesis was never opened",
            "remove it, or open it before",
        )),
        (_, at) => Err(error(
            at,
            "an operator is missing before this",
            "join terms by +, * or :",
        )),
    }
}

fn error(at: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) -> FormulaError {
    FormulaError {
        message: message.into(),
        remedy: remedy.into(),
        at,
    }
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, FormulaError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let start = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            tokens.push((Token::End, text.len()..text.len()));
            return Ok(tokens);
        };
        let (token, length) = token(rest, first, start)?;
        tokens.push((token, start..start + length));
        if tokens.len() > LONGEST {
            return Err(error(
                start..start + length,
                "this formula is too long",
                "write the terms that the question needs",
            ));
        }
        rest = &rest[length..];
    }
}

fn token(rest: &str, first: char, start: usize) -> Result<(Token<'_>, usize), FormulaError> {
    let length_while =
        |accept: fn(char) -> bool| rest.find(|c: char| !accept(c)).unwrap_or(rest.len());
    if first.is_alphabetic() || first == '_' {
        let length = length_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
        return Ok((Token::Name(&rest[..length]), length));
    }
    if first.is_ascii_digit() || first == '.' {
        let length = length_while(|c| c.is_ascii_digit() || c == '.');
        return match rest[..length].parse() {
            Ok(number) => Ok((Token::Number(number), length)),
            Err(_) => Err(error(
                start..start + length,
                format!("'{}' is no number", &rest[..length]),
                "correct the number",
            )),
        };
    }
    if rest.starts_with("||") {
        return Ok((Token::Sign('D'), 2));
    }
    if "~+-*/:^()|,=".contains(first) {
        return Ok((Token::Sign(first), 1));
    }
    Err(error(
        start..start + first.len_utf8(),
        format!("'{first}' has no meaning in a formula"),
        "a model is written as score ~ months * arm + (months | dyad)",
    ))
}

impl<'t> Parser<'t> {
    fn peek(&self) -> (Token<'t>, Range<usize>) {
        // The end token is never passed.
        self.tokens[self.next].clone()
    }

    fn take(&mut self) -> (Token<'t>, Range<usize>) {
        let token = self.peek();
        if token.0 != Token::End {
            self.next += 1;
        }
        token
    }

    fn takes(&mut self, signs: &[char]) -> Option<(char, Range<usize>)> {
        match self.peek() {
            (Token::Sign(sign), at) if signs.contains(&sign) => {
                self.next += 1;
                Some((sign, at))
            }
            _ => None,
        }
    }

    fn response(&mut self) -> Result<Name, FormulaError> {
        let whole = 0..self.text.len();
        if !self
            .tokens
            .iter()
            .any(|(token, _)| *token == Token::Sign('~'))
        {
            return Err(error(
                whole,
                "a model has ~ between the outcome and its terms",
                "write it as score ~ months * arm + (months | dyad)",
            ));
        }
        let response = match self.take() {
            (Token::Name(name), at) => Name {
                text: name.to_owned(),
                at,
            },
            (_, at) => {
                return Err(error(
                    at,
                    "the left side must be an outcome",
                    "name an outcome",
                ));
            }
        };
        match self.take() {
            (Token::Sign('~'), _) => Ok(response),
            (_, at) => Err(error(
                at,
                "the left side must be one outcome and nothing else",
                "make a measure of your own for sums or transformations, and name it as outcome",
            )),
        }
    }

    fn sum(&mut self) -> Result<Expression, FormulaError> {
        let mut left = self.product()?;
        while let Some((operator, _)) = self.takes(&['+', '-']) {
            let right = self.product()?;
            left = binary(operator, left, right);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, FormulaError> {
        let mut left = self.interaction()?;
        while let Some((operator, _)) = self.takes(&['*', '/']) {
            let right = self.interaction()?;
            left = binary(operator, left, right);
        }
        Ok(left)
    }

    fn interaction(&mut self) -> Result<Expression, FormulaError> {
        let mut left = self.power()?;
        while let Some((operator, _)) = self.takes(&[':']) {
            let right = self.power()?;
            left = binary(operator, left, right);
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<Expression, FormulaError> {
        if self.takes(&['-']).is_some() {
            let inner = self.atom()?;
            return Ok(Expression::Negative(Box::new(inner)));
        }
        let left = self.atom()?;
        match self.takes(&['^']) {
            None => Ok(left),
            Some((operator, _)) => {
                let right = self.atom()?;
                Ok(binary(operator, left, right))
            }
        }
    }

    fn atom(&mut self) -> Result<Expression, FormulaError> {
        match self.take() {
            (Token::Name(name), at) => {
                if let Some((_, open)) = self.takes(&['(']) {
                    return self.call(name, at, open);
                }
                Ok(Expression::Name(Name {
                    text: name.to_owned(),
                    at,
                }))
            }
            (Token::Number(number), _) => Ok(Expression::Number(number)),
            (Token::Sign('('), open) => self.parenthesis(open),
            (Token::End, at) => Err(error(
                at,
                "something is missing at the end of the formula",
                "add a term, or remove the last operator",
            )),
            (_, at) => Err(error(
                at,
                "a term is missing before this",
                "add a term, or remove this",
            )),
        }
    }

    fn deeper(&mut self, open: &Range<usize>) -> Result<(), FormulaError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(
                open.clone(),
                "parentheses are nested too deeply",
                "write the formula with fewer parentheses",
            ));
        }
        Ok(())
    }

    fn close(&mut self, open: Range<usize>) -> Result<(), FormulaError> {
        self.depth -= 1;
        if self.takes(&[')']).is_some() {
            return Ok(());
        }
        match self.peek() {
            (Token::End, _) => Err(error(
                open,
                "this parenthesis is never closed",
                "add ) where it ends",
            )),
            (_, at) => Err(error(
                at,
                "an operator or ) is missing before this",
                "join terms by +, * or :, or close the parenthesis",
            )),
        }
    }

    fn parenthesis(&mut self, open: Range<usize>) -> Result<Expression, FormulaError> {
        self.deeper(&open)?;
        let left = self.sum()?;
        let inner = match self.takes(&['|', 'D']) {
            None => left,
            Some(_) => Expression::Bar {
                left: Box::new(left),
                group: Box::new(self.product()?),
            },
        };
        self.close(open)?;
        Ok(inner)
    }

    fn call(
        &mut self,
        name: &str,
        at: Range<usize>,
        open: Range<usize>,
    ) -> Result<Expression, FormulaError> {
        if !FUNCTIONS.contains(&name) {
            let remedy = suggestion(name, FUNCTIONS.iter().copied(), || {
                format!("the functions are {}", listed(FUNCTIONS.iter().copied()))
            });
            return Err(error(at, format!("there is no function '{name}'"), remedy));
        }
        self.deeper(&open)?;
        let mut arguments = vec![self.argument()?];
        while self.takes(&[',']).is_some() {
            arguments.push(self.argument()?);
        }
        self.close(open)?;
        let end = self.tokens[self.next - 1].1.end;
        let text = self.text[at.start..end]
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        Ok(Expression::Call { text, arguments })
    }

    /// One argument of a function, with or without a name in front.
    fn argument(&mut self) -> Result<Expression, FormulaError> {
        let is_named = matches!(self.peek().0, Token::Name(_))
            && self.tokens[self.next + 1].0 == Token::Sign('=');
        if is_named {
            self.next += 2;
        }
        self.sum()
    }
}

fn binary(operator: char, left: Expression, right: Expression) -> Expression {
    Expression::Binary {
        operator,
        left: Box::new(left),
        right: Box::new(right),
    }
}
