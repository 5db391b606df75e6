//! Records that were collected elsewhere, brought into the store: each family with its code, each
//! assessment as a form. They become commands like everything else, so the same import again changes
//! nothing, and an import that was interrupted goes on where it stopped.

use std::collections::BTreeMap;

use attune_protocol::{
    Protocol,
    id::{ItemId, StudyId},
    plan::About,
};
use attune_records::{
    Records,
    records::{Assessment, AttributeValue, Dyad as DyadRecord, When},
};

mod consents;

use crate::{
    access::Actor,
    command::{
        AnswerValue, AttributeAnswer, Being, Command, DyadEvent, FormSaved, Request,
        WithdrawalLevel,
    },
    error::{Result, StoreError},
    ids::{DyadKey, EventId, FormId, PersonId},
    moment::Moment,
    store::Store,
    vault::{Identifier, Identifying},
};

/// What an import brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Families.
    pub n_dyads: usize,
    /// Forms.
    pub n_forms: usize,
    /// Sessions of the clinic or group.
    pub n_sessions: usize,
    /// Answers about consent.
    pub n_consents: usize,
    /// Families at sessions.
    pub n_attendances: usize,
    /// Codings of recordings.
    pub n_codings: usize,
    /// Codings that the room cannot hold: with a bout that has no end, of people or to people whom the
    /// scheme does not have, or of a visit that is told by neither wave nor day. They stay in their file.
    pub n_codings_left: usize,
    /// Requests that had been stored by an earlier import.
    pub n_repeated: usize,
}

/// Commands that go together in one request.
const PIECE: usize = 100;

impl Store {
    /// Brings records of a registered study into the store.
    ///
    /// # Errors
    ///
    /// A record is against a rule of the store. What was stored before it stays, and the same import
    /// again goes on from there.
    pub async fn import(
        &self,
        actor: &Actor,
        study: &StudyId,
        records: &Records,
        at: Moment,
    ) -> Result<Imported> {
        let protocol = self.protocol(study).await?;
        let mut imported = Imported::default();
        let mut keys = BTreeMap::new();
        for record in &records.dyads {
            let key = DyadKey::of_request(&label(study, "dyad", &record.id), 0);
            keys.insert(record.id.as_str().to_owned(), key);
            let request = self.family(study, &protocol, record, key, at)?;
            let receipt = self.execute(actor, request).await?;
            imported.n_repeated += usize::from(receipt.repeated);
            imported.n_dyads += 1;
        }
        let mut commands = Vec::new();
        for session in &records.sessions {
            commands.push(Command::RecordSession {
                session: session.id.to_string(),
                on: session.date,
                site: session.site.clone(),
                families: session.families,
                measures: session
                    .measures
                    .iter()
                    .map(|(measure, value, _)| {
                        let value = match value {
                            Ok(number) => AttributeAnswer::Number(*number),
                            Err(missing) => AttributeAnswer::Missing(*missing),
                        };
                        (measure.to_string(), value)
                    })
                    .collect(),
            });
            imported.n_sessions += 1;
        }
        for (n, assessment) in records.assessments.iter().enumerate() {
            let saved = form(&protocol, records, study, &keys, (n, assessment))?;
            commands.push(Command::SaveForm(Box::new(saved)));
            imported.n_forms += 1;
        }
        for row in &records.attendance {
            let dyad = key_of(&keys, &row.dyad)?;
            commands.push(Command::RecordAttendance {
                dyad,
                on: row.date,
                site: row.site.clone(),
                minutes: row.minutes,
            });
            imported.n_attendances += 1;
        }
        self.import_consents(
            actor,
            (study, &protocol),
            (records, &keys),
            at,
            &mut imported,
        )
        .await?;
        commands.extend(withdrawals(&protocol, records, &keys, at)?);
        for (n, piece) in commands.chunks(PIECE).enumerate() {
            let request = Request::all(Some(study.clone()), piece.to_vec(), at)
                .with_key(format!("import {study} piece {n}"))
                .because("brought from elsewhere");
            let receipt = self.execute(actor, request).await?;
            imported.n_repeated += usize::from(receipt.repeated);
        }
        let of = (&*protocol, records);
        let (n, n_left) = self.import_codings(actor, study, of, &keys, at).await?;
        (imported.n_codings, imported.n_codings_left) = (n, n_left);
        Ok(imported)
    }

    /// One family: two persons, the infant's dates sealed, the dyad, its facts.
    fn family(
        &self,
        study: &StudyId,
        protocol: &Protocol,
        record: &DyadRecord,
        key: DyadKey,
        at: Moment,
    ) -> Result<Request> {
        let label = label(study, "dyad", &record.id);
        let infant = PersonId::of_request(&label, 1);
        let carer = PersonId::of_request(&label, 2);
        let mut commands = vec![
            Command::RegisterPerson {
                person: infant,
                being: Being::Infant,
            },
            Command::RegisterPerson {
                person: carer,
                being: Being::Carer,
            },
            Command::RegisterDyad {
                dyad: key,
                infant,
                carer,
                site: record.site.clone(),
                code: Some(record.id.to_string()),
                on: record.enrolled,
            },
            Command::RecordEvent {
                event: EventId::of_request(&label, 3),
                dyad: key,
                what: DyadEvent::Enrolled,
                on: record.enrolled,
                why: None,
            },
        ];
        let infant_key = self.new_person_key(infant)?;
        let dates = [
            (Identifier::BirthDate, record.born),
            (Identifier::DueDate, record.due),
        ];
        let mut fields = Vec::new();
        for (field, date) in dates {
            if let Some(date) = date {
                fields.push(infant_key.seal(field, &Identifying::new(date.to_string()))?);
            }
        }
        if !fields.is_empty() {
            commands.push(Command::RecordIdentity {
                person: infant,
                fields,
            });
        }
        if let (Some(arm), true) = (&record.arm, protocol.study.allocation.is_by_dyad()) {
            commands.push(Command::AssignArm {
                dyad: key,
                arm: arm.clone(),
                from: record.enrolled,
                why: None,
            });
        }
        commands.push(Command::SetAttributes {
            dyad: key,
            values: record
                .attributes
                .iter()
                .map(|(id, value)| (id.clone(), attribute(value)))
                .collect(),
            age_at_enrolment_days: record.age_at_enrolment_days,
        });
        let left = record.left.as_ref();
        if let Some(left) = left.filter(|left| !left.withdrew_consent || left.reason.is_some()) {
            commands.push(Command::RecordEvent {
                event: EventId::of_request(&label, 4),
                dyad: key,
                what: DyadEvent::Left,
                on: left.date,
                // An empty text: the records give no reason.
                why: Some(left.reason.clone().unwrap_or_default()),
            });
        }
        Ok(Request::all(Some(study.clone()), commands, at)
            .with_key(format!("import {label}"))
            .with_secret(infant_key.secret()))
    }
}

fn label(study: &StudyId, kind: &str, id: &str) -> String {
    format!("{study} {kind} {id}")
}

fn attribute(
    value: &std::result::Result<AttributeValue, attune_protocol::missing::Missing>,
) -> AttributeAnswer {
    match value {
        Ok(AttributeValue::Number(number)) => AttributeAnswer::Number(*number),
        Ok(AttributeValue::Level(level)) => AttributeAnswer::Level(level.to_string()),
        Ok(AttributeValue::Date(date)) => AttributeAnswer::Date(*date),
        Err(missing) => AttributeAnswer::Missing(*missing),
    }
}

fn key_of(keys: &BTreeMap<String, DyadKey>, code: &str) -> Result<DyadKey> {
    let key = keys.get(code).copied();
    key.ok_or_else(|| StoreError::not_found("dyad", code))
}

fn form(
    protocol: &Protocol,
    records: &Records,
    study: &StudyId,
    keys: &BTreeMap<String, DyadKey>,
    (n, assessment): (usize, &Assessment),
) -> Result<FormSaved> {
    let instrument = &assessment.instrument;
    let planned = protocol
        .instrument(instrument)
        .ok_or_else(|| StoreError::not_found("instrument", instrument))?;
    let dyad = match planned.about {
        About::Dyad | About::Infant | About::Carer => Some(key_of(keys, &assessment.unit)?),
        About::StaffMember | About::Session | About::Clinic => None,
    };
    let site = records
        .site_of(protocol, planned.about, &assessment.unit)
        .ok_or_else(|| StoreError::not_found("site of", &assessment.unit))?;
    let answers = assessment.answers.iter().map(|answer| {
        let value = match answer.value {
            Ok(number) => AnswerValue::Number(number),
            Err(missing) => AnswerValue::Missing(missing),
        };
        (answer.item.clone(), value)
    });
    let answers: BTreeMap<ItemId, AnswerValue> = answers.collect();
    let (on, days_after_enrolment) = match assessment.when {
        When::On(date) => (Some(date), None),
        When::DaysAfterEnrolment(days) => (None, Some(days)),
        When::NotSaid => (None, None),
    };
    Ok(FormSaved {
        form: FormId::of_request(&label(study, "form", &n.to_string()), 0),
        unit: assessment.unit.to_string(),
        dyad,
        instrument: instrument.clone(),
        wave: assessment.wave.clone(),
        site: site.id.clone(),
        on,
        days_after_enrolment,
        assessor: assessment.assessor.as_ref().map(ToString::to_string),
        base: 0,
        complete: true,
        answers,
        alerts: Vec::new(),
    })
}

/// Withdrawals come last: nothing may be collected after them.
fn withdrawals(
    protocol: &Protocol,
    records: &Records,
    keys: &BTreeMap<String, DyadKey>,
    at: Moment,
) -> Result<Vec<Command>> {
    let needed = protocol.consents.iter().find(|one| one.needed_to_take_part);
    let mut commands = Vec::new();
    for record in &records.dyads {
        let Some(left) = record.left.as_ref().filter(|left| left.withdrew_consent) else {
            continue;
        };
        let Some(purpose) = needed else {
            return Err(StoreError::refused(format!(
                "{} withdrew consent, and the study has no purpose that taking part depends on",
                record.id
            )));
        };
        commands.push(Command::WithdrawConsent {
            dyad: key_of(keys, &record.id)?,
            purpose: purpose.id.clone(),
            level: WithdrawalLevel::StopCollecting,
            on: left.date.unwrap_or_else(|| at.date()),
            ends_taking_part: true,
        });
    }
    Ok(commands)
}
