//! Why data given to a statistic cannot be used, and the checks that say so.
//!
//! Shared by the closed-form statistics; model fits have their own errors.

use thiserror::Error;

/// Data that a statistic is not defined for.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DataProblem {
    /// Fewer values than the statistic needs.
    #[error(
        "{what} has {found} values and needs at least {needed}; leave the statistic out or pool groups"
    )]
    TooFew {
        /// Which values.
        what: &'static str,
        /// How many there must be.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Values that belong together pairwise differ in number.
    #[error("{first} has {n_first} values and {second} has {n_second}; they must match one to one")]
    LengthsDiffer {
        /// Name of the first list.
        first: &'static str,
        /// Its length.
        n_first: usize,
        /// Name of the second list.
        second: &'static str,
        /// Its length.
        n_second: usize,
    },
    /// A value is NaN or infinite.
    #[error(
        "{what} holds a value that is not a finite number at position {position}; drop missing values first"
    )]
    NotFinite {
        /// Which values.
        what: &'static str,
        /// Zero-based place.
        position: usize,
    },
    /// All values are equal, so there is nothing to standardise by.
    #[error(
        "all values of {what} are equal, so its spread is zero; report the raw difference instead"
    )]
    NoVariation {
        /// Which values.
        what: &'static str,
    },
    /// A rating is not among the categories that were given.
    #[error(
        "the rating \"{label}\" is not among the given categories; add it to them or correct it"
    )]
    UnknownCategory {
        /// The rating as written.
        label: String,
    },
    /// Words where numbers are needed.
    #[error(
        "{what} are words, but this measure needs numbers; code them, or use a measure for categories"
    )]
    NotNumbers {
        /// Which values.
        what: &'static str,
    },
    /// Something that was assigned as a whole occurs on both sides.
    #[error(
        "the {what} \"{label}\" belongs to both groups, but it must lie in one to be compared as a whole; compare people within it instead"
    )]
    InBothGroups {
        /// What kind of thing.
        what: &'static str,
        /// Which one.
        label: String,
    },
    /// A number lies outside its allowed range.
    #[error("{what} is {value} but must be {allowed}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
}

/// Checks that all values are finite and that there are at least `needed`.
pub(crate) fn require(
    what: &'static str,
    values: &[f64],
    needed: usize,
) -> Result<(), DataProblem> {
    if let Some(position) = values.iter().position(|value| !value.is_finite()) {
        return Err(DataProblem::NotFinite { what, position });
    }
    if values.len() < needed {
        return Err(DataProblem::TooFew {
            what,
            needed,
            found: values.len(),
        });
    }
    Ok(())
}

/// Checks that two lists have equal lengths.
pub(crate) fn require_same_length(
    first: (&'static str, usize),
    second: (&'static str, usize),
) -> Result<(), DataProblem> {
    if first.1 == second.1 {
        return Ok(());
    }
    Err(DataProblem::LengthsDiffer {
        first: first.0,
        n_first: first.1,
        second: second.0,
        n_second: second.1,
    })
}

/// Checks a confidence level, which must lie strictly between 0 and 1.
pub(crate) fn require_level(level: f64) -> Result<(), DataProblem> {
    require_between("the confidence level", level, 0.0, 1.0, "between 0 and 1")
}

/// Checks that a number lies strictly between two bounds.
pub(crate) fn require_between(
    what: &'static str,
    value: f64,
    low: f64,
    high: f64,
    allowed: &'static str,
) -> Result<(), DataProblem> {
    if value > low && value < high {
        return Ok(());
    }
    Err(DataProblem::OutOfRange {
        what,
        value,
        allowed,
    })
}
