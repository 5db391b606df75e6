//! ELAN: documents (`.eaf`), templates (`.etf`) and controlled vocabularies (`.ecv`).
//!
//! The document is kept as it is, so that it can be written back. As an observation a tier's
//! annotations are bouts of the behaviour that they name; annotations of tiers that stand to them one
//! to one are their modifiers.

mod counts;
mod lay_out;
mod scheme;
mod slots;
mod take_over;
mod template;
mod tier;

use super::{
    CodingFault,
    text::text_of,
    xml::{Element, parse},
};

/// Most tiers and most vocabularies of a document: each is compared with each.
const MOST_TIERS: usize = 2_000;

/// A document, template or vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct ElanDocument {
    pub(super) root: Element,
    /// Whether it was read in another encoding than the one that it states.
    pub(super) encoding_is_assumed: bool,
}

impl ElanDocument {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// No well-formed XML, or not one of ELAN's documents.
    pub fn read(bytes: &[u8]) -> Result<Self, CodingFault> {
        let (text, encoding_is_assumed) = text_of(bytes)?;
        let root = parse(text.trim_start_matches('\u{feff}'))?;
        match root.name.as_str() {
            "ANNOTATION_DOCUMENT" | "CV_RESOURCE" => {
                let document = Self {
                    root,
                    encoding_is_assumed,
                };
                document.check_number_of_tiers()?;
                Ok(document)
            }
            other => Err(CodingFault::of_file(
                format!("XML, but no document of ELAN: it begins with `{other}`"),
                "see whether it is another kind of file",
            )),
        }
    }

    /// Whether anybody would read it.
    pub(super) fn check_number_of_tiers(&self) -> Result<(), CodingFault> {
        for name in ["TIER", "CONTROLLED_VOCABULARY"] {
            let n = self.root.named(name).count();
            if n > MOST_TIERS {
                return Err(CodingFault::of_file(
                    format!("{n} elements `{name}`; at most {MOST_TIERS} are read and written"),
                    "no study needs as many: see where it comes from, or split it in ELAN",
                ));
            }
        }
        Ok(())
    }

    /// Whether it is a vocabulary alone.
    pub fn is_vocabulary(&self) -> bool {
        self.root.name == "CV_RESOURCE"
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.root.to_xml().into_bytes()
    }
}

#[cfg(test)]
mod tests;
