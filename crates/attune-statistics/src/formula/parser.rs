//! From text to an [`Expression`], with R's precedence of operators.
//!
//! A small tokeniser and an operator-precedence parser; every fault carries its position.

use super::{Expression, FormulaError, Operator};

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Number(f64),
    Operator(Operator),
    Open,
    Close,
    Comma,
    End,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
}

// Deeper nesting than this is not a model; the limit keeps hostile input from exhausting the stack.
const DEEPEST: usize = 100;

pub(super) fn parse(text: &str) -> Result<Expression, FormulaError> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        depth: 0,
    };
    let expression = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(expression),
        Token::Close => {
            Err(parser.fault("this parenthesis was never opened: remove it or add `(`"))
        }
        _ => Err(parser.fault("an operator such as `~`, `+` or `*` is missing here")),
    }
}

fn fault(text: &str, position: usize, problem: impl Into<String>) -> FormulaError {
    FormulaError {
        text: text.to_owned(),
        position,
        problem: problem.into(),
    }
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn position(&self) -> usize {
        self.tokens[self.next].1
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.next].0.clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        token
    }

    fn fault(&self, problem: &str) -> FormulaError {
        fault(self.text, self.position(), problem)
    }

    fn expression(&mut self, weakest: u8) -> Result<Expression, FormulaError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault("the formula is nested too deeply"));
        }
        let mut left = self.operand()?;
        while let Token::Operator(operator) = *self.peek() {
            let precedence = operator.precedence();
            if precedence < weakest {
                break;
            }
            let position = self.position();
            self.advance();
            // Only `^` groups to the right.
            let right = self.expression(if operator == Operator::Caret {
                precedence
            } else {
                precedence + 1
            })?;
            left = Expression::Binary {
                operator,
                left: Box::new(left),
                right: Box::new(right),
                position,
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expression, FormulaError> {
        let position = self.position();
        match self.advance() {
            Token::Number(value) => Ok(Expression::Number(value)),
            Token::Name(name) if *self.peek() == Token::Open => self.call(name, position),
            Token::Name(name) => Ok(Expression::Name(name)),
            Token::Open => {
                let inner = self.expression(0)?;
                if self.advance() != Token::Close {
                    return Err(fault(
                        self.text,
                        position,
                        "this parenthesis is never closed: add `)`",
                    ));
                }
                Ok(Expression::Group(Box::new(inner)))
            }
            // A sign binds more tightly than `:` and less than `^`, as in R.
            Token::Operator(Operator::Minus) => {
                Ok(Expression::Minus(Box::new(self.expression(7)?)))
            }
            Token::Operator(Operator::Plus) => self.expression(7),
            Token::Operator(Operator::Tilde) if position == self.tokens[0].1 => Err(fault(
                self.text,
                position,
                "the response is missing: write `response ~ terms`",
            )),
            Token::End => Err(fault(
                self.text,
                position,
                "the formula ends where a term was expected",
            )),
            Token::Close => Err(fault(
                self.text,
                position,
                "a term or a grouping factor is missing before this parenthesis",
            )),
            Token::Comma | Token::Operator(_) => {
                Err(fault(self.text, position, "a term is missing before this"))
            }
        }
    }

    fn call(&mut self, function: String, position: usize) -> Result<Expression, FormulaError> {
        const KNOWN: [&str; 12] = [
            "I",
            "abs",
            "as.factor",
            "cbind",
            "exp",
            "factor",
            "log",
            "log10",
            "log2",
            "offset",
            "poly",
            "scale",
        ];
        if !KNOWN.contains(&function.as_str()) && function != "sqrt" {
            let known = KNOWN.join(", ");
            let problem = format!("function `{function}` is not known: use one of {known}, sqrt");
            return Err(fault(self.text, position, problem));
        }
        let opening = self.position();
        self.advance();
        let mut arguments = vec![self.expression(0)?];
        loop {
            match self.advance() {
                Token::Comma => arguments.push(self.expression(0)?),
                Token::Close => break,
                _ => {
                    return Err(fault(
                        self.text,
                        opening,
                        "this parenthesis is never closed: add `)`",
                    ));
                }
            }
        }
        let wanted = if matches!(function.as_str(), "cbind" | "poly") {
            2
        } else {
            1
        };
        if arguments.len() != wanted {
            let problem = format!(
                "`{function}` takes {wanted} argument(s), not {}",
                arguments.len()
            );
            return Err(fault(self.text, position, problem));
        }
        Ok(Expression::Call {
            function,
            arguments,
        })
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FormulaError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        let character = characters[at];
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let (token, end) = token_at(text, &characters, start)?;
        at = end;
        tokens.push((token, start));
    }
    tokens.push((Token::End, characters.len()));
    Ok(tokens)
}

fn token_at(text: &str, characters: &[char], start: usize) -> Result<(Token, usize), FormulaError> {
    let following = characters.get(start + 1).copied();
    let operator = |operator| Ok((Token::Operator(operator), start + 1));
    match characters[start] {
        '~' => operator(Operator::Tilde),
        '+' => operator(Operator::Plus),
        '-' => operator(Operator::Minus),
        '*' if following == Some('*') => Ok((Token::Operator(Operator::Caret), start + 2)),
        '*' => operator(Operator::Star),
        '/' => operator(Operator::Slash),
        ':' => operator(Operator::Colon),
        '^' => operator(Operator::Caret),
        '|' if following == Some('|') => Ok((Token::Operator(Operator::DoubleBar), start + 2)),
        '|' => operator(Operator::Bar),
        '(' => Ok((Token::Open, start + 1)),
        ')' => Ok((Token::Close, start + 1)),
        ',' => Ok((Token::Comma, start + 1)),
        '%' if characters[start..].starts_with(&['%', 'i', 'n', '%']) => {
            Ok((Token::Operator(Operator::In), start + 4))
        }
        '`' => quoted_name(text, characters, start),
        character if character.is_ascii_digit() => number(text, characters, start),
        '.' if following.is_some_and(|next| next.is_ascii_digit()) => {
            number(text, characters, start)
        }
        character if character.is_alphabetic() || character == '.' || character == '_' => {
            let part = |c: &char| c.is_alphanumeric() || *c == '.' || *c == '_';
            let length = characters[start..].iter().take_while(|c| part(c)).count();
            Ok((
                Token::Name(characters[start..start + length].iter().collect()),
                start + length,
            ))
        }
        other => Err(fault(
            text,
            start,
            format!("`{other}` is not part of the formula language"),
        )),
    }
}

fn quoted_name(
    text: &str,
    characters: &[char],
    start: usize,
) -> Result<(Token, usize), FormulaError> {
    let length = characters[start + 1..].iter().position(|&c| c == '`');
    let Some(length) = length.filter(|&length| length > 0) else {
        return Err(fault(
            text,
            start,
            "this quoted name is empty or never closed: add the second `",
        ));
    };
    let name = characters[start + 1..start + 1 + length].iter().collect();
    Ok((Token::Name(name), start + length + 2))
}

fn number(text: &str, characters: &[char], start: usize) -> Result<(Token, usize), FormulaError> {
    let mut end = start;
    while end < characters.len() {
        let character = characters[end];
        let exponent_sign = end > start
            && matches!(character, '+' | '-')
            && matches!(characters[end - 1], 'e' | 'E');
        if !(character.is_ascii_digit() || matches!(character, '.' | 'e' | 'E') || exponent_sign) {
            break;
        }
        end += 1;
    }
    let written: String = characters[start..end].iter().collect();
    let value = written
        .parse()
        .map_err(|_| fault(text, start, format!("`{written}` is not a number")))?;
    Ok((Token::Number(value), end))
}
