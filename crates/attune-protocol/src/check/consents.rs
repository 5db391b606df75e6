//! Consent purposes and their texts.

use sha2::{Digest, Sha256};

use super::{Checking, hexadecimal};
use crate::{
    consent::{ConsentPurpose, ConsentText, WithdrawalEffect},
    id::PurposeId,
    problem::Problem,
    written::Written,
};

impl Checking<'_> {
    pub(super) fn consents(&mut self, root: &Written) -> Vec<ConsentPurpose> {
        let mut purposes = Vec::new();
        for table in root.tables("consent") {
            let texts = self.consent_texts(table);
            if !table.has("text") {
                self.reading.warning(
                    table.at,
                    "this consent purpose has no text",
                    "add [[consent.text]] before anybody is asked",
                );
            }
            let withdrawal = table.table("withdrawal").and_then(|effect| {
                Some(WithdrawalEffect {
                    records: effect.word("records")?,
                    media: effect.word_or_default("media")?,
                })
            });
            let parts = (table.text("id"), table.string("label"), withdrawal);
            if let (Some(id), Some(label), Some(withdrawal)) = parts {
                purposes.push(ConsentPurpose {
                    id: PurposeId::new(id),
                    label,
                    needed_to_take_part: table.yes_no_or_default("needed-to-take-part"),
                    tells_arms: table.yes_no_or_default("tells-arms"),
                    texts,
                    withdrawal,
                });
            }
        }
        purposes
    }

    fn consent_texts(&mut self, purpose: &Written) -> Vec<ConsentText> {
        let mut texts: Vec<ConsentText> = Vec::new();
        for table in purpose.tables("text") {
            let Some(text) = self.consent_text(table) else {
                continue;
            };
            let is_twin = |other: &&ConsentText| {
                other.version == text.version && other.language == text.language
            };
            if texts.iter().find(is_twin).is_some() {
                let problem = Problem::error(
                    self.reading.place(table.at),
                    format!(
                        "there are two texts of version '{}' in language '{}'",
                        text.version, text.language
                    ),
                )
                .with_remedy("a new wording is a new version");
                self.reading.problems.push(problem);
            }
            let before = texts
                .iter()
                .rev()
                .find(|other| other.language == text.language)
                .and_then(|other| other.from);
            if before
                .zip(text.from)
                .is_some_and(|(before, from)| from < before)
            {
                self.reading.error(
                    table.at_key("from"),
                    "this text is older than the one before it",
                    "write the texts of a language oldest first",
                );
            }
            texts.push(text);
        }
        texts
    }

    fn consent_text(&mut self, table: &Written) -> Option<ConsentText> {
        let file = table.text_at("file")?;
        let fingerprint = match self.folder.bytes(file.text) {
            Ok([]) => {
                self.reading.error(
                    file.at,
                    format!("'{}' is empty", file.text),
                    "write the text that families are to see",
                );
                return None;
            }
            Ok(bytes) => hexadecimal(&Sha256::digest(bytes)),
            Err(absence) => {
                self.cannot_read(file, &absence);
                return None;
            }
        };
        Some(ConsentText {
            version: table.string("version")?,
            language: table.text_or_default("language").to_owned(),
            file: file.text.to_owned(),
            from: table.date("from"),
            fingerprint,
        })
    }
}
