//! Values that go into statements and rows that come out of them.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use sqlx::{
    Postgres, Sqlite, postgres::PgArguments, query::Query as SqlQuery, sqlite::SqliteArguments,
};

use crate::error::{Result, StoreError};

/// A value, or that there is none, with its type: PostgreSQL wants to know the type of nothing, too.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(Option<i64>),
    /// A floating-point number.
    Real(Option<f64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// The values of a statement in their order.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::database::Value::from($value)),*]
    };
}
pub(crate) use values;

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Text(Some(value.to_string()))
    }
}

impl From<Option<Date>> for Value {
    fn from(value: Option<Date>) -> Self {
        Self::Text(value.map(|date| date.to_string()))
    }
}

pub(super) fn bind_lite(
    mut query: SqlQuery<'_, Sqlite, SqliteArguments>,
    values: Vec<Value>,
) -> SqlQuery<'_, Sqlite, SqliteArguments> {
    for value in values {
        query = match value {
            Value::Int(value) => query.bind(value),
            Value::Real(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        };
    }
    query
}

pub(super) fn bind_postgres(
    mut query: SqlQuery<'_, Postgres, PgArguments>,
    values: Vec<Value>,
) -> SqlQuery<'_, Postgres, PgArguments> {
    for value in values {
        query = match value {
            Value::Int(value) => query.bind(value),
            Value::Real(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        };
    }
    query
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    cells: Vec<Value>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Value>) -> Self {
        Self { cells }
    }

    /// All cells, in the order of the question.
    pub(crate) fn into_cells(self) -> Vec<Value> {
        self.cells
    }

    /// A whole number.
    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        self.maybe_int(index)?.ok_or_else(|| self.unfit(index))
    }

    /// A whole number, where there is one.
    pub(crate) fn maybe_int(&self, index: usize) -> Result<Option<i64>> {
        match self.cells.get(index) {
            Some(Value::Int(value)) => Ok(*value),
            Some(Value::Text(None)) => Ok(None),
            _ => Err(self.unfit(index)),
        }
    }

    /// A flag, stored as 0 or 1.
    pub(crate) fn flag(&self, index: usize) -> Result<bool> {
        Ok(self.int(index)? != 0)
    }

    /// A text.
    pub(crate) fn text(&self, index: usize) -> Result<String> {
        self.maybe_text(index)?.ok_or_else(|| self.unfit(index))
    }

    /// A text, where there is one.
    pub(crate) fn maybe_text(&self, index: usize) -> Result<Option<String>> {
        match self.cells.get(index) {
            Some(Value::Text(value)) => Ok(value.clone()),
            _ => Err(self.unfit(index)),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>> {
        self.maybe_bytes(index)?.ok_or_else(|| self.unfit(index))
    }

    /// Bytes, where there are some.
    pub(crate) fn maybe_bytes(&self, index: usize) -> Result<Option<Vec<u8>>> {
        match self.cells.get(index) {
            Some(Value::Bytes(value)) => Ok(value.clone()),
            Some(Value::Text(None)) => Ok(None),
            _ => Err(self.unfit(index)),
        }
    }

    /// Something that is written as text: an id, a date.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, index: usize) -> Result<T> {
        self.text(index)?.parse().map_err(|_| self.unfit(index))
    }

    /// Something that is written as text, where there is one.
    pub(crate) fn maybe_parsed<T: std::str::FromStr>(&self, index: usize) -> Result<Option<T>> {
        match self.maybe_text(index)? {
            Some(text) => text.parse().map(Some).map_err(|_| self.unfit(index)),
            None => Ok(None),
        }
    }

    /// A word of an enumeration, as its JSON writes it.
    pub(crate) fn word<T: DeserializeOwned>(&self, index: usize) -> Result<T> {
        let text = self.text(index)?;
        serde_json::from_value(serde_json::Value::String(text)).map_err(|_| self.unfit(index))
    }

    /// JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, index: usize) -> Result<T> {
        let text = self.text(index)?;
        serde_json::from_str(&text).map_err(|_| self.unfit(index))
    }

    /// JSON, where there is some.
    pub(crate) fn maybe_json<T: DeserializeOwned>(&self, index: usize) -> Result<Option<T>> {
        match self.maybe_text(index)? {
            Some(_) => self.json(index).map(Some),
            None => Ok(None),
        }
    }

    /// The content of a cell stays out of the message: it may not be for everybody's eyes.
    fn unfit(&self, index: usize) -> StoreError {
        StoreError::damaged(format!(
            "column {} of a row holds something else",
            index + 1
        ))
    }
}
