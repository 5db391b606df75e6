//! Where a value comes from: the file, the row and the column that a reader can open again.

use std::{fmt, sync::Arc};

use serde::Serialize;

/// One cell or row of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Source {
    /// File as the study file names it.
    pub file: Arc<str>,
    /// Row as a spreadsheet counts it: the heading is row 1.
    pub row: u32,
    /// Column heading.
    pub column: Option<Arc<str>>,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, row {}", self.file, self.row)?;
        match &self.column {
            Some(column) => write!(formatter, ", column {column}"),
            None => Ok(()),
        }
    }
}

/// A file that records were read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// File as the study file names it.
    pub file: Arc<str>,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub fingerprint: String,
    /// Rows below the heading.
    pub n_rows: u32,
    /// Whether `attune simulate` made it.
    pub simulated: bool,
}
