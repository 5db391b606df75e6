//! Why values cannot be imputed, or completed data sets not be analysed.

use thiserror::Error;

use crate::data_problem::DataProblem;
use crate::model_frame::FrameError;
use crate::table::TableError;

/// Why there is no imputation.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ImputationProblem {
    /// No such column.
    #[error("column `{name}` is not in the data, which has: {known}")]
    UnknownColumn {
        /// The name.
        name: String,
        /// The columns there are.
        known: String,
    },
    /// A column without any value.
    #[error("`{name}` has no value at all{place}: leave it out, or impute without splitting")]
    NothingObserved {
        /// The column.
        name: String,
        /// In which part of the data, ready to be read after the name; empty for all of it.
        place: String,
    },
    /// Fewer values, or rows, than the imputation model has coefficients.
    #[error(
        "{what}{place}: {found}, but the imputation model needs {needed}; \
         leave auxiliary columns out, or impute without splitting by arm"
    )]
    TooFew {
        /// What there is too little of.
        what: String,
        /// In which part of the data.
        place: String,
        /// Values there are.
        found: usize,
        /// Values needed.
        needed: usize,
    },
    /// A method that does not belong to the kind of column.
    #[error("`{name}` is {kind}, which {method} cannot impute: use {instead}")]
    WrongMethod {
        /// The column.
        name: String,
        /// What the column is.
        kind: &'static str,
        /// What was asked for.
        method: &'static str,
        /// What would do.
        instead: &'static str,
    },
    /// A gap where none may be.
    #[error("`{name}` has {n_missing} missing value(s), but it is used {role}: {remedy}")]
    Incomplete {
        /// The column.
        name: String,
        /// How many.
        n_missing: usize,
        /// What it is used for.
        role: &'static str,
        /// What would help.
        remedy: &'static str,
    },
    /// Two values for one cell of the wide form.
    #[error("`{unit}` has more than one row at `{wave}`: keep one, or give each its own wave")]
    RepeatedWave {
        /// The unit.
        unit: String,
        /// The wave.
        wave: String,
    },
    /// A covariance matrix that is not positive definite.
    #[error(
        "the columns {columns} repeat one another{place}, so their joint distribution cannot be drawn: \
         leave one of them out"
    )]
    Collinear {
        /// The columns.
        columns: String,
        /// In which part of the data.
        place: String,
    },
    /// An infinite value.
    #[error("`{name}` is infinite in row {row}: correct the value or leave the row out")]
    Infinite {
        /// The column.
        name: String,
        /// The row in the table, from 1.
        row: usize,
    },
    /// A rule or shift for a level that does not exist.
    #[error("`{factor}` has no level `{level}`; it has: {known}")]
    UnknownLevel {
        /// The factor.
        factor: String,
        /// The level.
        level: String,
        /// The levels there are.
        known: String,
    },
    /// The analysis of a completed data set failed.
    #[error("the model could not be fitted to completed data set {imputation}: {why}")]
    Analysis {
        /// Which, from 1.
        imputation: usize,
        /// The engine's words.
        why: String,
    },
    /// The completed data sets gave different coefficients.
    #[error(
        "completed data set {imputation} has the coefficients {found} where the first has {expected}: \
         a level or column is lost in some of them; simplify the model"
    )]
    TermsDiffer {
        /// Which, from 1.
        imputation: usize,
        /// Its terms.
        found: String,
        /// Those of the first.
        expected: String,
    },
    /// A setting outside its range, or results that cannot be pooled.
    #[error(transparent)]
    Data(#[from] DataProblem),
    /// A derived column that cannot be calculated.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Columns that do not make a table.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// In which part of the data, ready to be read after a noun.
pub(super) fn place(within: Option<(&str, &str)>) -> String {
    within.map_or_else(String::new, |(factor, level)| {
        format!(" where `{factor}` is `{level}`")
    })
}
