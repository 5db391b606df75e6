//! A table of named columns: the form in which every method of this crate takes its data.
//!
//! A column is a list of numbers, where NaN means missing, or a factor: categories in a stated
//! order with a code per row, where `None` means missing. Reading files, and deciding which text
//! is a category, is left to the caller.

use thiserror::Error;

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    // Invariant: both lists have the same length, names are distinct, all columns have `n_rows` rows.
    names: Vec<String>,
    columns: Vec<Column>,
    n_rows: usize,
}

/// One column of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; NaN means missing.
    Numbers(Vec<f64>),
    /// Categories.
    Factor(Factor),
}

/// A categorical column: levels in order, the first is the reference level of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The categories in order.
    pub levels: Vec<String>,
    /// For each row the index of its level; `None` means missing.
    pub codes: Vec<Option<u32>>,
}

/// Why a column could not be taken into a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// The lengths differ.
    #[error(
        "column `{name}` has {found} rows, the table has {expected}: give every column the same rows"
    )]
    Length {
        /// The column.
        name: String,
        /// Its number of rows.
        found: usize,
        /// The number of rows of the columns before it.
        expected: usize,
    },
    /// The name is taken.
    #[error("two columns are called `{name}`: rename one of them")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A code points past the levels.
    #[error("factor `{name}` uses code {code} but has only {levels} levels")]
    Code {
        /// The column.
        name: String,
        /// The offending code.
        code: u32,
        /// How many levels there are.
        levels: usize,
    },
}

impl Table {
    /// An empty table; its first column decides the number of rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The table with one more column.
    ///
    /// # Errors
    /// When the name is taken, the length differs or a factor code has no level.
    pub fn with(mut self, name: &str, column: Column) -> Result<Self, TableError> {
        self.push(name, column)?;
        Ok(self)
    }

    /// Adds a column.
    ///
    /// # Errors
    /// When the name is taken, the length differs or a factor code has no level.
    pub fn push(&mut self, name: &str, column: Column) -> Result<(), TableError> {
        let name = name.to_owned();
        if self.names.contains(&name) {
            return Err(TableError::Duplicate { name });
        }
        let found = column.len();
        if !self.names.is_empty() && found != self.n_rows {
            let expected = self.n_rows;
            return Err(TableError::Length {
                name,
                found,
                expected,
            });
        }
        if let Column::Factor(factor) = &column {
            let levels = factor.levels.len();
            if let Some(code) = factor
                .codes
                .iter()
                .flatten()
                .copied()
                .find(|&code| code as usize >= levels)
            {
                return Err(TableError::Code { name, code, levels });
            }
        }
        self.n_rows = found;
        self.names.push(name);
        self.columns.push(column);
        Ok(())
    }

    /// The table with another column in the place of the one of that name; unchanged where there is none.
    ///
    /// # Panics
    /// When the column has another number of rows.
    #[must_use]
    pub(crate) fn replaced(&self, name: &str, column: Column) -> Self {
        assert_eq!(column.len(), self.n_rows, "a column of the same rows");
        let mut table = self.clone();
        if let Some(place) = self.names.iter().position(|known| known == name) {
            table.columns[place] = column;
        }
        table
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        let index = self.names.iter().position(|candidate| candidate == name)?;
        Some(&self.columns[index])
    }

    /// The names, in the order in which the columns were added.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The rows at the given positions, in that order; levels of factors stay as they are.
    ///
    /// # Panics
    /// When a position is not smaller than [`Table::n_rows`].
    #[must_use]
    pub fn rows(&self, positions: &[usize]) -> Self {
        let columns = self
            .columns
            .iter()
            .map(|column| column.rows(positions))
            .collect();
        Self {
            names: self.names.clone(),
            columns,
            n_rows: positions.len(),
        }
    }
}

impl Column {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Factor(factor) => factor.codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn rows(&self, positions: &[usize]) -> Self {
        match self {
            Self::Numbers(values) => {
                Self::Numbers(positions.iter().map(|&row| values[row]).collect())
            }
            Self::Factor(factor) => Self::Factor(Factor {
                levels: factor.levels.clone(),
                codes: positions.iter().map(|&row| factor.codes[row]).collect(),
            }),
        }
    }
}

impl Factor {
    /// A factor whose levels are the distinct labels, sorted as text; `None` is missing.
    #[must_use]
    pub fn from_labels<S: AsRef<str>>(labels: &[Option<S>]) -> Self {
        let mut levels: Vec<String> = labels
            .iter()
            .flatten()
            .map(|label| label.as_ref().to_owned())
            .collect();
        levels.sort_unstable();
        levels.dedup();
        let codes = labels
            .iter()
            .map(|label| {
                label
                    .as_ref()
                    .and_then(|label| position_of(&levels, label.as_ref()))
            })
            .collect();
        Self { levels, codes }
    }

    /// A factor with stated levels in order; a label that is not among them becomes missing.
    #[must_use]
    pub fn with_levels<S: AsRef<str>>(labels: &[Option<S>], levels: &[&str]) -> Self {
        let levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
        let mut order: Vec<usize> = (0..levels.len()).collect();
        order.sort_by(|&a, &b| levels[a].cmp(&levels[b]));
        let code = |label: &str| {
            let found = order
                .binary_search_by(|&index| levels[index].as_str().cmp(label))
                .ok()?;
            u32::try_from(order[found]).ok()
        };
        let codes = labels
            .iter()
            .map(|label| label.as_ref().and_then(|label| code(label.as_ref())))
            .collect();
        Self { levels, codes }
    }

    /// A factor whose levels are the distinct numbers in increasing order, written as R writes them; NaN is missing.
    #[must_use]
    pub fn from_numbers(values: &[f64]) -> Self {
        let mut distinct: Vec<f64> = values
            .iter()
            .copied()
            .filter(|value| !value.is_nan())
            .collect();
        distinct.sort_unstable_by(f64::total_cmp);
        distinct.dedup_by(|a, b| a == b);
        let code = |value: f64| {
            let found = distinct.partition_point(|&candidate| candidate < value);
            u32::try_from(found).ok()
        };
        let codes = values
            .iter()
            .map(|&value| if value.is_nan() { None } else { code(value) })
            .collect();
        Self {
            levels: distinct.iter().map(|&value| number_label(value)).collect(),
            codes,
        }
    }
}

/// A number as the name of a level: `1`, `1.5`, `-0.25`.
pub(crate) fn number_label(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value}")
    }
}

fn position_of(sorted: &[String], label: &str) -> Option<u32> {
    let index = sorted
        .binary_search_by(|level| level.as_str().cmp(label))
        .ok()?;
    u32::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_from_labels_is_sorted_and_keeps_missing() {
        let factor = Factor::from_labels(&[Some("b"), None, Some("a"), Some("b")]);
        assert_eq!(factor.levels, ["a", "b"]);
        assert_eq!(factor.codes, [Some(1), None, Some(0), Some(1)]);
    }

    #[test]
    fn a_label_outside_the_stated_levels_is_missing() {
        let factor =
            Factor::with_levels(&[Some("visit 2"), Some("visit 9")], &["visit 2", "visit 1"]);
        assert_eq!(factor.codes, [Some(0), None]);
    }

    #[test]
    fn numbers_become_levels_in_numeric_order() {
        let factor = Factor::from_numbers(&[10.0, 1.5, f64::NAN, 10.0]);
        assert_eq!(factor.levels, ["1.5", "10"]);
        assert_eq!(factor.codes, [Some(1), Some(0), None, Some(1)]);
    }

    #[test]
    fn columns_of_another_length_and_repeated_names_are_refused() {
        let table = Table::new()
            .with("x", Column::Numbers(vec![1.0, 2.0]))
            .unwrap();
        assert!(matches!(
            table.clone().with("y", Column::Numbers(vec![1.0])),
            Err(TableError::Length { .. })
        ));
        assert!(matches!(
            table.with("x", Column::Numbers(vec![1.0, 2.0])),
            Err(TableError::Duplicate { .. })
        ));
    }
}
