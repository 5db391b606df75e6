//! Forms: answers and their versions, locks and signatures.

use std::collections::BTreeMap;

use attune_protocol::id::{ItemId, WaveId};
use sha2::{Digest, Sha256};

use crate::{
    apply::{Context, misplaced},
    command::{AlertRaised, AnswerValue, Command, FormSaved, Outcome},
    database::{Db, Row, values},
    error::{Result, StoreError},
    hex,
    ids::{DyadKey, FormId},
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::SaveForm(saved) => save(db, context, saved).await,
        Command::MarkNotDone { .. } => mark_not_done(db, context, command).await,
        Command::LockForm { form } => {
            let state = Stored::must_be(db, context, *form).await?;
            let is_draft = state.is_some_and(|stored| stored.state == "draft");
            context.refuse_if(is_draft, || {
                "a draft cannot be locked; finish it first".to_owned()
            })?;
            set_lock(db, *form, true).await
        }
        Command::UnlockForm { form } => {
            context.needs_reason()?;
            Stored::must_be(db, context, *form).await?;
            set_lock(db, *form, false).await
        }
        Command::SignForm {
            form,
            version,
            digest,
            meaning,
        } => {
            if let Some(stored) = Stored::must_be(db, context, *form).await? {
                stored.is_at(context, *version)?;
                context.refuse_if(stored.digest != *digest, || {
                    "the answers are not those that were read for signing".to_owned()
                })?;
                context.refuse_if(stored.state != "complete", || {
                    "only a finished form can be signed".to_owned()
                })?;
            }
            let sql = "UPDATE form SET signed_by = $2, signed = $3, signed_version = $4, \
                 signed_digest = $5, signed_meaning = $6 WHERE id = $1";
            let (actor, at) = (context.actor, context.at.micros);
            let values = values![*form, actor, at, *version, digest, meaning];
            db.run(sql, values).await?;
            Ok(Outcome::default())
        }
        _ => Err(misplaced()),
    }
}

/// What is known of a stored form before a change.
pub(super) struct Stored {
    pub version: u32,
    pub state: String,
    pub locked: bool,
    pub digest: String,
    pub saved_by: String,
}

impl Stored {
    pub async fn of(db: &mut Db<'_>, study: &str, form: FormId) -> Result<Option<Self>> {
        let sql = "SELECT version, state, locked, digest, saved_by FROM form \
             WHERE id = $1 AND study = $2";
        let row = db.row(sql, values![form, study]).await?;
        row.as_ref().map(Self::read).transpose()
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            version: u32::try_from(row.int(0)?).map_err(|_| misplaced())?,
            state: row.text(1)?,
            locked: row.flag(2)?,
            digest: row.text(3)?,
            saved_by: row.text(4)?,
        })
    }

    /// The stored form; a new command about a form that is not there is refused.
    pub async fn must_be(
        db: &mut Db<'_>,
        context: &Context<'_>,
        form: FormId,
    ) -> Result<Option<Self>> {
        let stored = Self::of(db, context.study()?, form).await?;
        context.must_exist(u64::from(stored.is_some()), "form", form)?;
        Ok(stored)
    }

    pub fn is_at(&self, context: &Context<'_>, base: u32) -> Result<()> {
        if context.is_new() && self.version != base {
            let current = self.version;
            return Err(StoreError::Stale { base, current });
        }
        Ok(())
    }
}

async fn save(db: &mut Db<'_>, context: &Context<'_>, saved: &FormSaved) -> Result<Outcome> {
    let study = context.study()?;
    if context.is_new() {
        may_save(db, context, saved).await?;
    }
    let state = if saved.complete { "complete" } else { "draft" };
    let version = saved.base + 1;
    let answers = Answers::of(&saved.answers)?;
    let sql = "INSERT INTO form (id, study, unit, dyad, instrument, wave, site, on_date, \
         days_after_enrolment, assessor, state, version, answers, n_answered, n_missing, digest, \
         saved_by, saved, locked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16, $17, $18, 0) ON CONFLICT (id) DO UPDATE SET on_date = excluded.on_date, \
         days_after_enrolment = excluded.days_after_enrolment, assessor = excluded.assessor, \
         state = excluded.state, version = excluded.version, answers = excluded.answers, \
         n_answered = excluded.n_answered, n_missing = excluded.n_missing, \
         digest = excluded.digest, saved_by = excluded.saved_by, saved = excluded.saved, \
         not_done_reason = NULL, signed_by = NULL, signed = NULL, signed_version = NULL, \
         signed_digest = NULL, signed_meaning = NULL";
    let values = values![
        saved.form,
        study,
        &saved.unit,
        saved.dyad,
        saved.instrument.as_str(),
        saved.wave.as_ref().map(WaveId::as_str),
        saved.site.as_str(),
        saved.on,
        saved.days_after_enrolment.map(|days| days.to_string()),
        saved.assessor.clone(),
        state,
        version,
        answers.text,
        answers.n_answered,
        answers.n_missing,
        answers.digest,
        context.actor,
        context.at.micros,
    ];
    db.run(sql, values).await?;
    for alert in &saved.alerts {
        raise(db, context, saved, alert).await?;
    }
    Ok(Outcome {
        version: Some(version),
        ..Outcome::default()
    })
}

async fn may_save(db: &mut Db<'_>, context: &Context<'_>, saved: &FormSaved) -> Result<()> {
    let study = context.study()?;
    match Stored::of(db, study, saved.form).await? {
        Some(stored) => {
            stored.is_at(context, saved.base)?;
            context.refuse_if(stored.locked, || {
                "the form is locked; ask the data manager to unlock it".to_owned()
            })?;
            if stored.state != "draft" {
                context.needs_reason()?;
                context.refuse_if(!saved.complete, || {
                    "a finished form cannot become a draft again".to_owned()
                })?;
            }
        }
        None => {
            if saved.base != 0 {
                return Err(StoreError::not_found("form", saved.form));
            }
            is_the_only_one(db, context, saved).await?;
        }
    }
    match saved.dyad {
        Some(dyad) => may_collect(db, context, dyad).await,
        None => Ok(()),
    }
}

/// One unit has an instrument once in a wave, or once on a day.
async fn is_the_only_one(db: &mut Db<'_>, context: &Context<'_>, saved: &FormSaved) -> Result<()> {
    let sql = "SELECT id FROM form WHERE study = $1 AND unit = $2 AND instrument = $3 \
         AND COALESCE(wave, '') = $4 AND (wave IS NOT NULL OR (COALESCE(on_date, '') = $5 \
         AND COALESCE(days_after_enrolment, '') = $6))";
    let wave = saved.wave.as_ref().map_or("", |wave| wave.as_str());
    let on = saved.on.map(|date| date.to_string()).unwrap_or_default();
    let days = saved.days_after_enrolment;
    let days = days.map(|days| days.to_string()).unwrap_or_default();
    let values = values![
        context.study()?,
        &saved.unit,
        saved.instrument.as_str(),
        wave,
        on,
        days
    ];
    let other = db.row(sql, values).await?;
    context.refuse_if(other.is_some(), || {
        format!(
            "{} has {} at this time already; open that form and change it",
            saved.unit, saved.instrument
        )
    })
}

/// Whether answers of a dyad may be collected: it did not withdraw, and every consent that taking
/// part needs is in force. A dyad that came with a code from elsewhere may have its consents there: then
/// no answer is none that forbids it, but a refusal is.
async fn may_collect(db: &mut Db<'_>, context: &Context<'_>, dyad: DyadKey) -> Result<()> {
    let sql = "SELECT elsewhere, withdrawal FROM dyad WHERE id = $1 AND study = $2";
    let row = db.row(sql, values![dyad, context.study()?]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("dyad", dyad))?;
    context.refuse_if(row.maybe_text(1)?.is_some(), || {
        "the family withdrew from taking part; nothing more may be collected".to_owned()
    })?;
    let Some(protocol) = context.protocol else {
        return Ok(());
    };
    let from_elsewhere = row.flag(0)?;
    for purpose in protocol
        .consents
        .iter()
        .filter(|one| one.needed_to_take_part)
    {
        let sql = "SELECT COUNT(*) FROM consent_answer WHERE dyad = $1 AND purpose = $2";
        if from_elsewhere && db.count(sql, values![dyad, purpose.id.as_str()]).await? == 0 {
            continue;
        }
        let is_given = is_in_force(db, dyad, purpose.id.as_str()).await?;
        context.refuse_if(!is_given, || {
            format!(
                "there is no consent in force to \"{}\"; record it before the first form",
                purpose.label
            )
        })?;
    }
    Ok(())
}

/// Whether consent to a purpose is in force: the last answer for each person was yes, and it was
/// not taken back since.
pub(crate) async fn is_in_force(db: &mut Db<'_>, dyad: DyadKey, purpose: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*), COALESCE(MIN(given), 0) FROM consent_answer AS answer \
         WHERE dyad = $1 AND purpose = $2 \
         AND NOT EXISTS (SELECT 1 FROM consent_answer AS later WHERE later.dyad = answer.dyad \
         AND later.purpose = answer.purpose \
         AND (later.person = answer.person OR answer.person = '') \
         AND later.sequence > answer.sequence) \
         AND NOT EXISTS (SELECT 1 FROM withdrawal WHERE withdrawal.dyad = answer.dyad \
         AND withdrawal.purpose = answer.purpose AND withdrawal.sequence > answer.sequence)";
    let row = db.row(sql, values![dyad, purpose]).await?;
    Ok(match row {
        Some(row) => row.int(0)? > 0 && row.flag(1)?,
        None => false,
    })
}

async fn raise(
    db: &mut Db<'_>,
    context: &Context<'_>,
    saved: &FormSaved,
    alert: &AlertRaised,
) -> Result<()> {
    let sql = "INSERT INTO alert (id, study, form, dyad, site, item, rule, message, to_account, \
         raised) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        alert.alert,
        context.study()?,
        saved.form,
        saved.dyad,
        saved.site.as_str(),
        alert.item.as_str(),
        &alert.rule,
        &alert.message,
        alert.to,
        context.at.micros,
    ];
    db.run(sql, values).await?;
    Ok(())
}

async fn mark_not_done(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let Command::MarkNotDone {
        form,
        unit,
        dyad,
        instrument,
        wave,
        site,
    } = command
    else {
        return Err(misplaced());
    };
    context.needs_reason()?;
    let study = context.study()?;
    let stored = Stored::of(db, study, *form).await?;
    context.refuse_if(stored.is_some(), || {
        "the form has answers; it cannot be marked as not done".to_owned()
    })?;
    if let (true, Some(dyad)) = (context.is_new(), dyad) {
        super::dyad::of_study(db, context, *dyad).await?;
    }
    let answers = Answers::of(&BTreeMap::new())?;
    let sql = "INSERT INTO form (id, study, unit, dyad, instrument, wave, site, state, version, \
         answers, n_answered, n_missing, digest, saved_by, saved, not_done_reason, locked) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'not-done', 1, $8, 0, 0, $9, $10, $11, $12, 0)";
    let values = values![
        *form,
        study,
        unit,
        *dyad,
        instrument.as_str(),
        wave.as_ref().map(WaveId::as_str),
        site.as_str(),
        answers.text,
        answers.digest,
        context.actor,
        context.at.micros,
        context.reason,
    ];
    db.run(sql, values).await?;
    Ok(Outcome {
        version: Some(1),
        ..Outcome::default()
    })
}

async fn set_lock(db: &mut Db<'_>, form: FormId, locked: bool) -> Result<Outcome> {
    let sql = "UPDATE form SET locked = $2 WHERE id = $1";
    db.run(sql, values![form, locked]).await?;
    Ok(Outcome::default())
}

/// Answers as they are stored.
pub(super) struct Answers {
    pub text: String,
    pub digest: String,
    pub n_answered: i64,
    pub n_missing: i64,
}

impl Answers {
    pub fn of(answers: &BTreeMap<ItemId, AnswerValue>) -> Result<Self> {
        let text = serde_json::to_string(answers).map_err(|_| misplaced())?;
        let n_missing = answers
            .values()
            .filter(|answer| answer.missing().is_some())
            .count();
        Ok(Self {
            digest: hex::encode(&Sha256::digest(&text)),
            text,
            n_answered: (answers.len() - n_missing) as i64,
            n_missing: n_missing as i64,
        })
    }
}
