//! Codebooks for interviews and notes: the table `[[codebook]]`.

use crate::id::CodebookId;

/// Codes with their definitions.
#[derive(Debug, Clone)]
pub struct Codebook {
    /// Short id; measures are named after it.
    pub id: CodebookId,
    /// Title.
    pub title: String,
    /// Version.
    pub version: u32,
    /// The codes, parents before children.
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone)]
pub struct Code {
    /// Short id.
    pub id: String,
    /// Name.
    pub label: String,
    /// The code above it.
    pub parent: Option<String>,
    /// What it means.
    pub definition: String,
    /// When it is used.
    pub include: Option<String>,
    /// When it is not.
    pub exclude: Option<String>,
    /// An example in the team's own words.
    pub example: Option<String>,
    /// Colour for the screen, `#rrggbb`.
    pub colour: Option<String>,
}
