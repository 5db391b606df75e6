//! Why a file of a coding tool could not be read or written.

use std::fmt;

use serde::Serialize;

use crate::wording::shortened;

/// One fault: where, what, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodingFault {
    /// Line, row, element, or part of an archive; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// All faults of a file, at least one, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CodingFaults(Vec<CodingFault>);

/// Longest place: some are named by what the file calls them.
const LONGEST_PLACE: usize = 120;
/// Longest sentence: what it quotes of a damaged file may be all of it.
const LONGEST: usize = 300;

impl CodingFault {
    /// A fault at a place.
    pub fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: shortened(&place.into(), LONGEST_PLACE),
            what: shortened(&what.into(), LONGEST),
            remedy: remedy.into(),
        }
    }

    /// A fault of the whole file.
    pub fn of_file(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("", what, remedy)
    }
}

impl fmt::Display for CodingFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        write!(formatter, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for CodingFault {}

impl CodingFaults {
    /// The list, unless it is empty.
    pub fn of(faults: Vec<CodingFault>) -> Option<Self> {
        (!faults.is_empty()).then_some(Self(faults))
    }

    /// The faults.
    pub fn as_slice(&self) -> &[CodingFault] {
        &self.0
    }
}

impl From<CodingFault> for CodingFaults {
    fn from(fault: CodingFault) -> Self {
        Self(vec![fault])
    }
}

/// One line per fault; of very many the first twenty.
impl fmt::Display for CodingFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        for (index, fault) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{fault}")?;
        }
        match self.0.len().checked_sub(SHOWN) {
            Some(more @ 1..) => write!(formatter, "\n… and {more} more of the kind"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for CodingFaults {}
