//! Studies: the folder and its versions, the sealed plan, unblinding.

use crate::{
    apply::{Context, misplaced},
    command::{Command, Outcome},
    database::{Db, values},
    error::{Result, StoreError},
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let study = context.study()?;
    match command {
        Command::RegisterStudy {
            title,
            fingerprint,
            simulated,
            files,
            others,
        } => {
            let sql = "SELECT version FROM study WHERE id = $1";
            let before = db.row(sql, values![study]).await?;
            let version = match &before {
                Some(row) => row.int(0)? + 1,
                None => 1,
            };
            if before.is_some() {
                context.needs_reason()?;
            }
            let sql = "INSERT INTO study_version (study, version, fingerprint, files, others, at) \
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let files = serde_json::to_string(files).map_err(|_| misplaced())?;
            let others = serde_json::to_string(others).map_err(|_| misplaced())?;
            let at = context.at.micros;
            let values = values![study, version, fingerprint, files, others, at];
            db.run(sql, values).await?;
            let sql = "INSERT INTO study (id, title, version, fingerprint, simulated, registered) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
                 title = excluded.title, version = excluded.version, \
                 fingerprint = excluded.fingerprint, simulated = excluded.simulated";
            let values = values![study, title, version, fingerprint, *simulated, at];
            db.run(sql, values).await?;
            let version = u32::try_from(version).map_err(|_| misplaced())?;
            Ok(Outcome {
                version: Some(version),
                ..Outcome::default()
            })
        }
        Command::SealPlan { fingerprint } => {
            let sql = "SELECT fingerprint, sealed, unblinded FROM study WHERE id = $1";
            let row = db.row(sql, values![study]).await?;
            let row = row.ok_or_else(|| StoreError::not_found("study", study))?;
            let is_other = row.text(0)? != *fingerprint;
            context.refuse_if(is_other, || {
                "the protocol was changed meanwhile; read it again before the plan is sealed"
                    .to_owned()
            })?;
            let is_sealed = row.maybe_int(1)?.is_some();
            context.refuse_if(is_sealed, || "the plan is sealed already".to_owned())?;
            let is_open = row.maybe_int(2)?.is_some();
            context.refuse_if(is_open, || {
                "arms were revealed before; a plan cannot be sealed after that".to_owned()
            })?;
            let sql = "UPDATE study SET sealed_fingerprint = $2, sealed = $3 WHERE id = $1";
            db.run(sql, values![study, fingerprint, context.at.micros])
                .await?;
            Ok(Outcome::default())
        }
        Command::Unblind { dyad } => {
            context.needs_reason()?;
            let sql = "SELECT sealed FROM study WHERE id = $1";
            let row = db.row(sql, values![study]).await?;
            let row = row.ok_or_else(|| StoreError::not_found("study", study))?;
            let is_early = dyad.is_none() && row.maybe_int(0)?.is_none();
            context.refuse_if(is_early, || {
                "arms are revealed after the plan is sealed; seal the plan first".to_owned()
            })?;
            let sql = "INSERT INTO unblinding (study, sequence, dyad, actor, at, reason) \
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let (at, reason) = (context.at.micros, context.reason.unwrap_or_default());
            let values = values![study, context.sequence, *dyad, context.actor, at, reason];
            db.run(sql, values).await?;
            if dyad.is_none() {
                let sql = "UPDATE study SET unblinded = COALESCE(unblinded, $2) WHERE id = $1";
                db.run(sql, values![study, at]).await?;
            }
            Ok(Outcome::default())
        }
        _ => Err(misplaced()),
    }
}
