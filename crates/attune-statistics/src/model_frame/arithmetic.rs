//! Arithmetic on columns inside a formula: `log(x + 1)`, `I(x^2)`, `scale(x)`.
//!
//! What depends on the data, such as the mean in `scale`, is fixed when the model is built, so that
//! new rows are treated alike.

use super::FrameError;
use crate::formula::{Expression, Operator};
use crate::matrix::sum;
use crate::table::{Column, Table};

/// An expression that can be evaluated for the rows of any table.
#[derive(Debug, Clone)]
pub(crate) enum Arithmetic {
    Column(String),
    Constant(f64),
    Function(fn(f64) -> f64, Box<Arithmetic>),
    Binary(Operator, Box<Arithmetic>, Box<Arithmetic>),
    Standardised {
        inner: Box<Arithmetic>,
        mean: f64,
        sd: f64,
    },
}

impl Arithmetic {
    pub(crate) fn new(expression: &Expression, table: &Table) -> Result<Self, FrameError> {
        let not_arithmetic = || FrameError::NotArithmetic {
            expression: expression.to_string(),
        };
        let inner = |argument: &Expression| Ok(Box::new(Self::new(argument, table)?));
        match expression {
            Expression::Name(name) => {
                numbers(name, expression, table)?;
                Ok(Self::Column(name.clone()))
            }
            Expression::Number(value) => Ok(Self::Constant(*value)),
            Expression::Group(group) => Self::new(group, table),
            Expression::Minus(operand) => Ok(Self::Function(|value| -value, inner(operand)?)),
            Expression::Binary {
                operator,
                left,
                right,
                ..
            } => match operator {
                Operator::Plus
                | Operator::Minus
                | Operator::Star
                | Operator::Slash
                | Operator::Caret => Ok(Self::Binary(*operator, inner(left)?, inner(right)?)),
                _ => Err(not_arithmetic()),
            },
            Expression::Call {
                function,
                arguments,
            } => {
                let inner = inner(&arguments[0])?;
                match function.as_str() {
                    "I" => Ok(*inner),
                    "scale" => Ok(standardised(inner, table)),
                    name => Ok(Self::Function(
                        function_named(name).ok_or_else(not_arithmetic)?,
                        inner,
                    )),
                }
            }
        }
    }

    /// The value for each row; NaN where something is missing or not defined.
    pub(crate) fn evaluate(&self, table: &Table) -> Result<Vec<f64>, FrameError> {
        match self {
            Self::Column(name) => {
                Ok(numbers(name, &Expression::Name(name.clone()), table)?.to_vec())
            }
            Self::Constant(value) => Ok(vec![*value; table.n_rows()]),
            Self::Function(function, inner) => {
                Ok(inner.evaluate(table)?.into_iter().map(function).collect())
            }
            Self::Standardised { inner, mean, sd } => Ok(inner
                .evaluate(table)?
                .into_iter()
                .map(|value| (value - mean) / sd)
                .collect()),
            Self::Binary(operator, left, right) => {
                let (left, right) = (left.evaluate(table)?, right.evaluate(table)?);
                Ok(left
                    .into_iter()
                    .zip(right)
                    .map(|(a, b)| apply(*operator, a, b))
                    .collect())
            }
        }
    }
}

/// The numbers of a column.
pub(super) fn numbers<'a>(
    name: &str,
    used_in: &Expression,
    table: &'a Table,
) -> Result<&'a [f64], FrameError> {
    match table.column(name) {
        Some(Column::Numbers(values)) => Ok(values),
        Some(Column::Factor(_)) => Err(FrameError::NotNumeric {
            name: name.to_owned(),
            used_in: used_in.to_string(),
        }),
        None => Err(unknown(name, table)),
    }
}

pub(super) fn unknown(name: &str, table: &Table) -> FrameError {
    FrameError::UnknownColumn {
        name: name.to_owned(),
        known: table.names().join(", "),
    }
}

fn standardised(inner: Box<Arithmetic>, table: &Table) -> Arithmetic {
    let mut values = inner.evaluate(table).unwrap_or_default();
    values.retain(|value| !value.is_nan());
    let n = values.len() as f64;
    let mean = sum(&values) / n;
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .collect();
    let sd = (sum(&squares) / (n - 1.0)).sqrt();
    Arithmetic::Standardised { inner, mean, sd }
}

fn function_named(name: &str) -> Option<fn(f64) -> f64> {
    match name {
        "log" => Some(libm::log),
        "log2" => Some(libm::log2),
        "log10" => Some(libm::log10),
        "exp" => Some(libm::exp),
        "sqrt" => Some(f64::sqrt),
        "abs" => Some(f64::abs),
        _ => None,
    }
}

fn apply(operator: Operator, a: f64, b: f64) -> f64 {
    match operator {
        Operator::Plus => a + b,
        Operator::Minus => a - b,
        Operator::Star => a * b,
        Operator::Slash => a / b,
        // The common powers are products, exact to the last digit.
        _ if b == 2.0 => a * a,
        _ if b == 3.0 => a * a * a,
        _ => libm::pow(a, b),
    }
}
