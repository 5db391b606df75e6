//! What a command says about a quotation: the words, whose they are, under which consent.

use attune_protocol::id::PurposeId;
use serde::{Deserialize, Serialize};

use crate::ids::{DyadKey, QuotationId};

/// Longer quotations tell too much, and are not read.
pub const MOST_LETTERS_QUOTED: usize = 400;

/// Words of a family that reports may quote. They hold nothing that identifies anybody: whoever chooses them
/// answers for that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotationChosen {
    /// Id.
    pub quotation: QuotationId,
    /// Whose words they are.
    pub dyad: DyadKey,
    /// The consent under which they are quoted.
    pub purpose: PurposeId,
    /// The words.
    pub words: String,
    /// Who said them, in words that tell nobody's identity.
    pub speaker: String,
}
