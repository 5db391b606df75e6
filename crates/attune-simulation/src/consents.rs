//! Answers about consent. In a rehearsal every family agrees to every purpose on the day of enrolment, to
//! the text that was in use then; whoever is assumed to withdraw takes back what taking part depends on.

use attune_protocol::{
    Protocol,
    consent::{ConsentPurpose, ConsentText},
    data::{DataContent, DataFile},
};
use attune_records::records::{Consent, ConsentAnswer, Dyad};
use jiff::civil::Date;

/// The answers of all families, where the study keeps a file of them.
pub fn give_consents(protocol: &Protocol, dyads: &[Dyad]) -> Vec<Consent> {
    let is_consents = |file: &DataFile| matches!(file.content, DataContent::Consents(_));
    if !protocol.data.iter().any(is_consents) {
        return Vec::new();
    }
    let mut consents = Vec::new();
    for dyad in dyads {
        for planned in &protocol.consents {
            let text = text_on(planned, dyad.enrolled);
            let given = Consent {
                dyad: dyad.id.clone(),
                purpose: planned.id.clone(),
                answer: ConsentAnswer::Given,
                date: dyad.enrolled,
                version: text.map(|text| text.version.clone()),
                language: text.map(|text| text.language.clone()),
                source: dyad.source.clone(),
            };
            let left = dyad.left.as_ref().filter(|left| left.withdrew_consent);
            let taken_back = left.filter(|_| planned.needed_to_take_part);
            let taken_back = taken_back.map(|left| Consent {
                answer: ConsentAnswer::Withdrawn,
                date: left.date,
                version: None,
                language: None,
                ..given.clone()
            });
            consents.push(given);
            consents.extend(taken_back);
        }
    }
    consents
}

/// The newest text in the study's first language that was in use on a day.
fn text_on(planned: &ConsentPurpose, day: Option<Date>) -> Option<&ConsentText> {
    let first = planned.texts.first()?;
    let is_in_use = |text: &&ConsentText| {
        text.language == first.language
            && match (text.from, day) {
                (Some(from), Some(day)) => from <= day,
                _ => true,
            }
    };
    planned.texts.iter().rfind(is_in_use)
}
