//! The expressions of a formula: names, numbers, operators and calls, and how R would print them.

use std::fmt;

/// An expression with the place where it starts.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column.
    Name(String),
    /// A literal number.
    Number(f64),
    /// A function of its arguments.
    Call {
        /// The function.
        function: String,
        /// Its arguments.
        arguments: Vec<Expression>,
    },
    /// Two operands.
    Binary {
        /// What joins them.
        operator: Operator,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
        /// Where the operator stands, in characters.
        position: usize,
    },
    /// A minus sign before an expression.
    Minus(Box<Expression>),
    /// An expression in parentheses.
    Group(Box<Expression>),
}

/// The operators of formulas and of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `~`
    Tilde,
    /// `|`
    Bar,
    /// `||`
    DoubleBar,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%in%`
    In,
    /// `:`
    Colon,
    /// `^`
    Caret,
}

impl Operator {
    /// How tightly the operator binds, and whether R prints blanks around it.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Tilde => 1,
            Self::Bar | Self::DoubleBar => 2,
            Self::Plus | Self::Minus => 3,
            Self::Star | Self::Slash => 4,
            Self::In => 5,
            Self::Colon => 6,
            Self::Caret => 8,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Self::Tilde => " ~ ",
            Self::Bar => " | ",
            Self::DoubleBar => " || ",
            Self::Plus => " + ",
            Self::Minus => " - ",
            Self::Star => " * ",
            Self::Slash => "/",
            Self::In => " %in% ",
            Self::Colon => ":",
            Self::Caret => "^",
        }
    }
}

impl Expression {
    /// Adds the column names in the expression to the list, each once.
    pub fn collect_names(&self, names: &mut Vec<String>) {
        match self {
            Self::Name(name) if !names.contains(name) => names.push(name.clone()),
            Self::Name(_) | Self::Number(_) => {}
            Self::Call { arguments, .. } => arguments
                .iter()
                .for_each(|argument| argument.collect_names(names)),
            Self::Binary { left, right, .. } => {
                left.collect_names(names);
                right.collect_names(names);
            }
            Self::Minus(inner) | Self::Group(inner) => inner.collect_names(names),
        }
    }
}

/// As R prints it; with `{:#}` as a formula must be written, names that are no words in backticks.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let as_formula = f.alternate();
        let text = |inner: &Self| match as_formula {
            true => format!("{inner:#}"),
            false => inner.to_string(),
        };
        match self {
            Self::Name(name) if as_formula => f.write_str(&quoted_name(name)),
            Self::Name(name) => f.write_str(name),
            Self::Number(value) => write!(f, "{value}"),
            Self::Call {
                function,
                arguments,
            } => {
                let arguments: Vec<String> = arguments.iter().map(text).collect();
                write!(f, "{function}({})", arguments.join(", "))
            }
            Self::Binary {
                operator,
                left,
                right,
                ..
            } => write!(f, "{}{}{}", text(left), operator.symbol(), text(right)),
            Self::Minus(inner) => write!(f, "-{}", text(inner)),
            Self::Group(inner) => write!(f, "({})", text(inner)),
        }
    }
}

/// A column name as a formula writes it: in backticks when it is not a word.
pub(super) fn quoted_name(name: &str) -> String {
    let is_word = name
        .starts_with(|first: char| first.is_alphabetic() || first == '.' || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '.' || letter == '_');
    match is_word {
        true => name.to_owned(),
        false => format!("`{name}`"),
    }
}
