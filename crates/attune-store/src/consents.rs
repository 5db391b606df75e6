//! Consent as it stands, and what a withdrawal would do, told before it is confirmed.

use attune_protocol::{
    consent::{ConsentPurpose, WithdrawnMedia},
    id::{PurposeId, StudyId},
};
use jiff::civil::Date;

use crate::{
    apply::form::is_in_force,
    command::{ConsentGiven, EarlierConsent, WithdrawalLevel},
    database::{Row, values},
    error::{Result, StoreError},
    ids::DyadKey,
    store::{Store, promised},
};

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The purpose.
    pub purpose: PurposeId,
    /// How far.
    pub level: WithdrawalLevel,
    /// When.
    pub on: Date,
    /// Why, where the family said so.
    pub why: Option<String>,
}

/// Where a family stands with a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeState {
    /// The purpose.
    pub purpose: PurposeId,
    /// Its name.
    pub label: String,
    /// Whether taking part depends on it.
    pub needed_to_take_part: bool,
    /// Where the family stands.
    pub standing: Standing,
    /// The text that the family saw last is not the newest: it is to be asked again.
    pub ask_again: bool,
    /// The answer that stands was given before this application.
    pub earlier: bool,
    /// The family came with records from elsewhere, and they hold no answer: it is kept there.
    pub kept_elsewhere: bool,
}

/// Where a family stands with a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody asked.
    NotAsked,
    /// Consent is in force.
    Given,
    /// Consent was refused, for one of the two at least.
    Refused,
    /// Consent was taken back.
    Withdrawn(WithdrawalLevel),
}

/// What a withdrawal would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// How far it would go: at least as far as the study promised.
    pub level: WithdrawalLevel,
    /// Whether the family would take part no more.
    pub ends_taking_part: bool,
    /// Planned forms that nobody would fill in any more are not counted here; these are there now.
    pub n_forms: i64,
    /// Of these, forms that would leave every analysis and export.
    pub n_forms_left_out: i64,
    /// Of these, forms that would be erased.
    pub n_forms_erased: i64,
    /// Days of attendance that would leave the analyses or be erased.
    pub n_attendances: i64,
    /// What would happen to recordings.
    pub media: WithdrawnMedia,
    /// Recordings of the family that it reaches.
    pub n_recordings: usize,
    /// The same in sentences.
    pub sentences: Vec<String>,
}

impl Store {
    /// Consents and refusals of a dyad, in the order in which they were stored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn consents(&self, dyad: DyadKey) -> Result<Vec<ConsentGiven>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT content FROM consent WHERE dyad = $1 ORDER BY sequence";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// Answers of a dyad from before this application, in the order in which they were stored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn earlier_consents(&self, dyad: DyadKey) -> Result<Vec<EarlierConsent>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT content FROM earlier_consent WHERE dyad = $1 ORDER BY sequence";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// Withdrawals of a dyad, in the order in which they were stored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn withdrawals(&self, dyad: DyadKey) -> Result<Vec<Withdrawal>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT purpose, level, on_date, why FROM withdrawal WHERE dyad = $1 \
             ORDER BY sequence";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        let one = |row: &Row| {
            Ok(Withdrawal {
                purpose: PurposeId::from(row.text(0)?),
                level: row.word(1)?,
                on: row.parsed(2)?,
                why: row.maybe_text(3)?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Where a family stands with each purpose of the study, in the order of the study file.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn purposes(&self, study: &StudyId, dyad: DyadKey) -> Result<Vec<PurposeState>> {
        let protocol = self.protocol(study).await?;
        let consents = self.consents(dyad).await?;
        let earlier = self.earlier_consents(dyad).await?;
        let withdrawals = self.withdrawals(dyad).await?;
        let sql = "SELECT COUNT(*) FROM dyad WHERE id = $1 AND elsewhere = 1";
        let mut reader = self.reader().await?;
        let from_elsewhere = reader.db().count(sql, values![dyad]).await? > 0;
        drop(reader);
        let mut states = Vec::with_capacity(protocol.consents.len());
        for planned in &protocol.consents {
            let given = self.consent_in_force(dyad, &planned.id).await?;
            let last = consents.iter().rfind(|one| one.purpose == planned.id);
            let withdrawn = withdrawals.iter().rfind(|one| one.purpose == planned.id);
            let before = earlier.iter().rfind(|one| one.purpose == planned.id);
            let was_asked = last.is_some() || before.is_some();
            let standing = match (given, withdrawn, was_asked) {
                (true, _, _) => Standing::Given,
                (false, Some(withdrawal), _) => Standing::Withdrawn(withdrawal.level),
                (false, None, true) => Standing::Refused,
                (false, None, false) => Standing::NotAsked,
            };
            let outdated = match (last, before) {
                (Some(last), _) => is_outdated(planned, &last.language, Some(&last.text)),
                (None, Some(before)) => is_outdated_earlier(planned, before),
                (None, None) => false,
            };
            states.push(PurposeState {
                purpose: planned.id.clone(),
                label: planned.label.clone(),
                needed_to_take_part: planned.needed_to_take_part,
                ask_again: standing == Standing::Given && outdated,
                kept_elsewhere: from_elsewhere && standing == Standing::NotAsked,
                earlier: last.is_none() && before.is_some(),
                standing,
            });
        }
        Ok(states)
    }

    /// Whether consent to a purpose is in force.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn consent_in_force(&self, dyad: DyadKey, purpose: &PurposeId) -> Result<bool> {
        let mut reader = self.reader().await?;
        is_in_force(&mut reader.db(), dyad, purpose.as_str()).await
    }

    /// Quotations of a family that a withdrawal of this purpose takes back.
    async fn n_quotations(&self, dyad: DyadKey, purpose: &PurposeId, all: bool) -> Result<i64> {
        let mut reader = self.reader().await?;
        let sql = "SELECT COUNT(*) FROM quotation WHERE dyad = $1 AND (purpose = $2 OR $3 = 1)";
        let values = values![dyad, purpose.as_str(), i64::from(all)];
        reader.db().count(sql, values).await
    }

    /// What a withdrawal would do, computed and not done.
    ///
    /// # Errors
    ///
    /// The study does not know the purpose, or the database cannot be read.
    pub async fn effect_of_withdrawal(
        &self,
        study: &StudyId,
        dyad: DyadKey,
        purpose: &PurposeId,
        level: WithdrawalLevel,
    ) -> Result<Effect> {
        let protocol = self.protocol(study).await?;
        let planned = protocol.consents.iter().find(|one| one.id == *purpose);
        let planned = planned.ok_or_else(|| StoreError::not_found("consent purpose", purpose))?;
        let level = level.max(promised(planned.withdrawal.records));
        let ends_taking_part = planned.needed_to_take_part;
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT COUNT(*) FROM form WHERE dyad = $1";
        let n_forms = db.count(sql, values![dyad]).await?;
        let sql = "SELECT COUNT(*) FROM attendance WHERE dyad = $1";
        let n_days = db.count(sql, values![dyad]).await?;
        let touched = |wanted: WithdrawalLevel, n: i64| match ends_taking_part && level >= wanted {
            true => n,
            false => 0,
        };
        drop(reader);
        let n_recordings = self
            .n_recordings_touched(study, dyad, purpose, ends_taking_part)
            .await?;
        let mut effect = Effect {
            level,
            ends_taking_part,
            n_forms,
            n_forms_left_out: touched(WithdrawalLevel::LeaveOut, n_forms),
            n_forms_erased: touched(WithdrawalLevel::Erase, n_forms),
            n_attendances: touched(WithdrawalLevel::LeaveOut, n_days),
            media: reached(planned.withdrawal.media, level),
            n_recordings,
            sentences: Vec::new(),
        };
        effect.sentences = sentences(&effect, planned);
        let n_quoted = self.n_quotations(dyad, purpose, ends_taking_part).await?;
        if n_quoted > 0 {
            effect.sentences.push(format!(
                "Quoted words leave every report that is made from now on, and are erased here: {n_quoted}."
            ));
        }
        Ok(effect)
    }
}

fn is_outdated(planned: &ConsentPurpose, language: &str, read: Option<&String>) -> bool {
    let newest = planned.texts.iter().rfind(|text| text.language == language);
    newest.is_some_and(|text| Some(&text.fingerprint) != read)
}

/// Whether a text from before is known not to be the newest: without its version nothing is known.
fn is_outdated_earlier(planned: &ConsentPurpose, before: &EarlierConsent) -> bool {
    let first = planned.texts.first().map(|text| &text.language);
    match (&before.version, before.language.as_ref().or(first)) {
        (Some(_), Some(language)) => is_outdated(planned, language, before.text.as_ref()),
        _ => false,
    }
}

fn sentences(effect: &Effect, planned: &ConsentPurpose) -> Vec<String> {
    let forms = match effect.n_forms {
        1 => "the 1 form that there is".to_owned(),
        n => format!("the {n} forms that there are"),
    };
    let mut sentences = Vec::new();
    if effect.ends_taking_part {
        sentences.push("Nothing more is collected from this family, from now on.".to_owned());
        sentences.push(match effect.level {
            WithdrawalLevel::StopCollecting => {
                format!("What was collected stays in analyses and exports ({forms}).")
            }
            WithdrawalLevel::LeaveOut => format!(
                "What was collected is kept and leaves every analysis and export ({forms}); \
                 analyses are to be run again."
            ),
            WithdrawalLevel::Erase => format!(
                "What was collected is erased for good ({forms}, {} days of attendance, \
                 attributes); analyses are to be run again. Backups from before keep it until \
                 they are deleted.",
                effect.n_attendances
            ),
        });
    } else {
        sentences.push(format!(
            "\"{}\" ends from now on; the family goes on taking part in the rest.",
            planned.label
        ));
    }
    sentences.push(about_recordings(effect));
    sentences
}

/// What happens to recordings: whoever asks for erasure keeps none.
fn reached(planned: WithdrawnMedia, level: WithdrawalLevel) -> WithdrawnMedia {
    match (planned, level) {
        (WithdrawnMedia::Keep, WithdrawalLevel::Erase) => WithdrawnMedia::Delete,
        (planned, _) => planned,
    }
}

fn about_recordings(effect: &Effect) -> String {
    let recordings = match effect.n_recordings {
        0 => return "There is no recording that this reaches.".to_owned(),
        1 => "1 recording".to_owned(),
        n => format!("{n} recordings"),
    };
    let deleted = "at once, with all copies and pictures that were made from them, here and in the \
         backups on this server";
    match effect.media {
        WithdrawnMedia::Keep => format!("Recordings stay ({recordings})."),
        WithdrawnMedia::Delete => {
            format!(
                "Recordings are deleted ({recordings}), {deleted}; what was coded from them stays."
            )
        }
        WithdrawnMedia::DeleteWithCodes => {
            format!(
                "Recordings are deleted ({recordings}), {deleted}, and what was coded from them, too."
            )
        }
    }
}
