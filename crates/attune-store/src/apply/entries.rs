//! Double entry: the same paper form typed in by two people, compared, and settled.

use crate::{
    apply::{
        Context,
        form::{Answers, Stored},
        misplaced,
    },
    command::{Command, Outcome},
    database::{Db, values},
    error::Result,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::SaveSecondEntry { form, answers } => {
            if let Some(stored) = Stored::must_be(db, context, *form).await? {
                context.refuse_if(stored.saved_by == context.actor, || {
                    "the second entry is made by somebody else than the first".to_owned()
                })?;
                context.refuse_if(stored.locked || stored.state != "complete", || {
                    "a second entry needs a finished form that is not locked".to_owned()
                })?;
            }
            let answers = Answers::of(answers)?;
            let sql = "UPDATE form SET second_entry = $2, second_by = $3, settled = NULL \
                 WHERE id = $1";
            db.run(sql, values![*form, answers.text, context.actor])
                .await?;
            Ok(Outcome::default())
        }
        Command::SettleEntries {
            form,
            base,
            answers,
        } => {
            context.needs_reason()?;
            if let Some(stored) = Stored::must_be(db, context, *form).await? {
                stored.is_at(context, *base)?;
                context.refuse_if(stored.locked, || "the form is locked".to_owned())?;
            }
            let answers = Answers::of(answers)?;
            let version = base + 1;
            let sql = "UPDATE form SET version = $2, answers = $3, n_answered = $4, \
                 n_missing = $5, digest = $6, saved_by = $7, saved = $8, settled = $8, \
                 signed_by = NULL, signed = NULL, signed_version = NULL, signed_digest = NULL, \
                 signed_meaning = NULL WHERE id = $1";
            let values = values![
                *form,
                version,
                answers.text,
                answers.n_answered,
                answers.n_missing,
                answers.digest,
                context.actor,
                context.at.micros,
            ];
            db.run(sql, values).await?;
            Ok(Outcome {
                version: Some(version),
                ..Outcome::default()
            })
        }
        _ => Err(misplaced()),
    }
}
