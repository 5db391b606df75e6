//! Persons and their sealed fields.

use crate::{
    apply::{Context, misplaced},
    command::{Command, Outcome},
    database::{Db, values},
    error::{Result, StoreError},
    ids::PersonId,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let study = context.study()?;
    match command {
        Command::RegisterPerson { person, being } => {
            let sql = "INSERT INTO person (id, study, being, erased) VALUES ($1, $2, $3, 0)";
            let being = word(being);
            db.run(sql, values![*person, study, being]).await?;
        }
        Command::RecordIdentity { person, fields } => {
            not_erased(db, context, *person).await?;
            for field in fields {
                let sql = "INSERT INTO vault_field (person, field, sealed, blind) \
                     VALUES ($1, $2, $3, $4) ON CONFLICT (person, field) DO UPDATE SET \
                     sealed = excluded.sealed, blind = excluded.blind";
                let (code, blind) = (field.field.code(), field.index.clone());
                db.run(sql, values![*person, code, &field.sealed, blind])
                    .await?;
            }
        }
        Command::OpenIdentity { person, .. } => not_erased(db, context, *person).await?,
        Command::EraseIdentity { person } => {
            context.needs_reason()?;
            not_erased(db, context, *person).await?;
            let sql = "UPDATE person SET erased = 1 WHERE id = $1";
            db.run(sql, values![*person]).await?;
            let sql = "DELETE FROM vault_field WHERE person = $1";
            db.run(sql, values![*person]).await?;
            if let Some(stored) = context.stored {
                return Ok(stored.clone());
            }
            let sql = "DELETE FROM vault_key WHERE person = $1";
            db.run(sql, values![*person]).await?;
            // The sealed fields in the log cannot be opened any more; they go all the same.
            let sql = "SELECT sequence FROM command WHERE chain = $1 AND subject = $2 \
                 AND kind = 'record-identity' AND content IS NOT NULL ORDER BY sequence";
            let rows = db.rows(sql, values![context.chain, *person]).await?;
            let erased: Result<Vec<i64>> = rows.iter().map(|row| row.int(0)).collect();
            return Ok(Outcome {
                erased: erased?,
                ..Outcome::default()
            });
        }
        Command::SetResponsibility {
            infant,
            holder,
            authority,
            from,
        } => {
            let sql = "INSERT INTO responsibility (infant, from_date, holder, authority) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (infant, from_date) DO UPDATE SET \
                 holder = excluded.holder, authority = excluded.authority";
            db.run(sql, values![*infant, *from, *holder, authority])
                .await?;
        }
        _ => return Err(misplaced()),
    }
    Ok(Outcome::default())
}

async fn not_erased(db: &mut Db<'_>, context: &Context<'_>, person: PersonId) -> Result<()> {
    if !context.is_new() {
        return Ok(());
    }
    let sql = "SELECT erased FROM person WHERE id = $1 AND study = $2";
    let row = db.row(sql, values![person, context.study()?]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("person", person))?;
    context.refuse_if(row.flag(0)?, || {
        "the names of this person were erased for good".to_owned()
    })
}

/// A word of an enumeration, as its JSON writes it.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
