//! Answers about consent that the study's records hold, brought into the store. What a family answered in
//! the application itself stands: an import never changes it.

use std::collections::{BTreeMap, BTreeSet};

use attune_protocol::{
    Protocol,
    id::{PurposeId, StudyId},
};
use attune_records::{
    Records,
    records::{Consent, ConsentAnswer},
};

use super::{Imported, key_of, label};
use crate::{
    access::Actor,
    command::{Command, EarlierConsent, Request, WithdrawalLevel},
    error::Result,
    ids::{ConsentId, DyadKey},
    moment::Moment,
    store::Store,
};

impl Store {
    /// Brings the answers of each family in one request.
    pub(super) async fn import_consents(
        &self,
        actor: &Actor,
        (study, protocol): (&StudyId, &Protocol),
        (records, keys): (&Records, &BTreeMap<String, DyadKey>),
        at: Moment,
        imported: &mut Imported,
    ) -> Result<()> {
        for answers in records.consents.chunk_by(|a, b| a.dyad == b.dyad) {
            let code = &answers[0].dyad;
            let dyad = key_of(keys, code)?;
            imported.n_consents += answers.len();
            let known = self.purposes_answered(dyad).await?;
            let label = label(study, "consents of", code);
            let mut commands = Vec::new();
            for (n, answer) in answers.iter().enumerate() {
                if !known.contains(&answer.purpose) {
                    let id = ConsentId::of_request(&label, u32::try_from(n).unwrap_or(u32::MAX));
                    commands.extend(command(protocol, dyad, id, answer, at));
                }
            }
            if commands.is_empty() {
                imported.n_repeated += 1;
                continue;
            }
            let request = Request::all(Some(study.clone()), commands, at)
                .with_key(format!("import {label}"))
                .because("brought from elsewhere");
            let receipt = self.execute(actor, request).await?;
            imported.n_repeated += usize::from(receipt.repeated);
        }
        Ok(())
    }

    /// Purposes about which a family has answered already.
    async fn purposes_answered(&self, dyad: DyadKey) -> Result<BTreeSet<PurposeId>> {
        let here = self.consents(dyad).await?.into_iter();
        let before = self.earlier_consents(dyad).await?.into_iter();
        let taken_back = self.withdrawals(dyad).await?.into_iter();
        Ok(here
            .map(|one| one.purpose)
            .chain(before.map(|one| one.purpose))
            .chain(taken_back.map(|one| one.purpose))
            .collect())
    }
}

/// The command of an answer. That a family takes part no more is told with its leaving, not here.
fn command(
    protocol: &Protocol,
    dyad: DyadKey,
    id: ConsentId,
    answer: &Consent,
    at: Moment,
) -> Option<Command> {
    let planned = protocol
        .consents
        .iter()
        .find(|planned| planned.id == answer.purpose)?;
    if answer.answer == ConsentAnswer::Withdrawn {
        return (!planned.needed_to_take_part).then(|| Command::WithdrawConsent {
            dyad,
            purpose: answer.purpose.clone(),
            level: WithdrawalLevel::StopCollecting,
            on: answer.date.unwrap_or_else(|| at.date()),
            ends_taking_part: false,
        });
    }
    let text = planned.texts.iter().find(|text| {
        Some(&text.version) == answer.version.as_ref()
            && answer
                .language
                .as_ref()
                .is_none_or(|language| *language == text.language)
    });
    Some(Command::RecordEarlierConsent(Box::new(EarlierConsent {
        consent: id,
        dyad,
        purpose: answer.purpose.clone(),
        given: answer.answer == ConsentAnswer::Given,
        on: answer.date,
        version: answer.version.clone(),
        language: answer
            .language
            .clone()
            .or_else(|| text.map(|text| text.language.clone())),
        text: text.map(|text| text.fingerprint.clone()),
    })))
}
