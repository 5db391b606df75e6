//! Reading an oracle case and comparing numbers with it.
//!
//! The cases under `tests/oracles/` say which program and version made each number.

use std::path::PathBuf;

use serde_json::Value;

/// One case: its reference numbers, and the data files it names.
pub struct Oracle {
    name: String,
    reference: Value,
}

impl Oracle {
    pub fn read(name: &str) -> Self {
        let text = read_file(&format!("cases/{name}.json"));
        let case: Value = serde_json::from_str(&text).expect("an oracle case is JSON");
        assert_eq!(case["case"], name);
        Oracle {
            name: name.to_owned(),
            reference: case["reference"].clone(),
        }
    }

    /// The reference value at a path like "t/ci95/0".
    pub fn value(&self, path: &str) -> &Value {
        let pointer = format!("/{path}");
        self.reference
            .pointer(&pointer)
            .unwrap_or_else(|| panic!("{}: no reference at {path}", self.name))
    }

    /// The same, where it may be absent or null.
    pub fn find(&self, path: &str) -> Option<&Value> {
        self.reference
            .pointer(&format!("/{path}"))
            .filter(|value| !value.is_null())
    }

    pub fn number(&self, path: &str) -> f64 {
        as_number(self.value(path))
            .unwrap_or_else(|| panic!("{}: {path} is not a number", self.name))
    }

    pub fn numbers(&self, path: &str) -> Vec<f64> {
        let list = self
            .value(path)
            .as_array()
            .unwrap_or_else(|| panic!("{}: {path} is not a list", self.name));
        list.iter()
            .map(|value| as_number(value).expect("a list of numbers"))
            .collect()
    }

    /// Asserts that a value agrees to a relative tolerance (absolute where the reference is 0).
    pub fn agrees(&self, path: &str, value: f64, tolerance: f64) {
        let expected = self.number(path);
        let error = if expected == 0.0 || expected.is_infinite() {
            if value == expected {
                0.0
            } else {
                (value - expected).abs()
            }
        } else {
            ((value - expected) / expected).abs()
        };
        assert!(
            error <= tolerance,
            "{} {path}: {value:?}, reference {expected:?}, off by {error:e}",
            self.name
        );
    }

    /// As [`Oracle::agrees`] for a list.
    pub fn all_agree(&self, path: &str, values: &[f64], tolerance: f64) {
        assert_eq!(
            self.numbers(path).len(),
            values.len(),
            "{} {path}: length",
            self.name
        );
        for (place, value) in values.iter().enumerate() {
            self.agrees(&format!("{path}/{place}"), *value, tolerance);
        }
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) if text == "Inf" => Some(f64::INFINITY),
        Value::String(text) if text == "-Inf" => Some(f64::NEG_INFINITY),
        other => other.as_f64(),
    }
}

pub fn read_file(path: &str) -> String {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// A data file of the oracles as columns of text; an empty cell is missing.
pub struct OracleData {
    columns: Vec<(String, Vec<String>)>,
}

impl OracleData {
    pub fn read(file: &str) -> Self {
        let text = read_file(&format!("data/{file}"));
        let mut lines = text.lines();
        let header = lines.next().expect("a data file has a header");
        let mut columns: Vec<(String, Vec<String>)> = header
            .split(',')
            .map(|name| (name.to_owned(), Vec::new()))
            .collect();
        for line in lines {
            for ((_, cells), cell) in columns.iter_mut().zip(line.split(',')) {
                cells.push(cell.to_owned());
            }
        }
        OracleData { columns }
    }

    pub fn text(&self, name: &str) -> &[String] {
        let column = self.columns.iter().find(|(column, _)| column == name);
        &column.unwrap_or_else(|| panic!("no column {name}")).1
    }

    /// A number column; empty cells are `None`.
    pub fn optional_numbers(&self, name: &str) -> Vec<Option<f64>> {
        self.text(name)
            .iter()
            .map(|cell| cell.parse().ok())
            .collect()
    }

    /// A number column without missing values.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.optional_numbers(name)
            .into_iter()
            .map(|value| value.expect("no missing value"))
            .collect()
    }

    /// The rows of a number column where another column has the given text.
    pub fn numbers_where(&self, name: &str, column: &str, equals: &str) -> Vec<f64> {
        let marks = self.text(column);
        self.numbers(name)
            .into_iter()
            .zip(marks)
            .filter(|(_, mark)| *mark == equals)
            .map(|(value, _)| value)
            .collect()
    }
}
