//! Questions about forms, and alerts.

use crate::{
    apply::{Context, misplaced},
    command::{Command, Outcome},
    database::{Db, values},
    error::{Result, StoreError},
    ids::QueryId,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let study = context.study()?;
    match command {
        Command::RaiseQuery {
            query,
            form,
            item,
            text,
        } => {
            let sql = "SELECT site FROM form WHERE id = $1 AND study = $2";
            let Some(row) = db.row(sql, values![*form, study]).await? else {
                // A form that was erased since has no queries any more.
                context.must_exist(0, "form", form)?;
                return Ok(Outcome::default());
            };
            let sql = "INSERT INTO query (id, study, form, site, item, state, raised_by, raised) \
                 VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)";
            let item = item.as_ref().map(attune_protocol::id::ItemId::as_str);
            let (actor, at) = (context.actor, context.at.micros);
            let values = values![*query, study, *form, row.text(0)?, item, actor, at];
            db.run(sql, values).await?;
            say(db, context, *query, "raised", text).await?;
        }
        Command::AnswerQuery { query, text } => {
            move_to(db, context, *query, &["open"], "answered").await?;
            say(db, context, *query, "answered", text).await?;
        }
        Command::CloseQuery { query } => {
            move_to(db, context, *query, &["open", "answered"], "closed").await?;
            say(
                db,
                context,
                *query,
                "closed",
                context.reason.unwrap_or_default(),
            )
            .await?;
        }
        Command::ReopenQuery { query, text } => {
            move_to(db, context, *query, &["answered", "closed"], "open").await?;
            say(db, context, *query, "reopened", text).await?;
        }
        Command::NameClinician { site, account } => {
            let sql = "DELETE FROM site_clinician WHERE study = $1 AND site = $2";
            db.run(sql, values![study, site.as_str()]).await?;
            if let Some(account) = account {
                let sql = "INSERT INTO site_clinician (study, site, account) VALUES ($1, $2, $3)";
                db.run(sql, values![study, site.as_str(), *account]).await?;
            }
        }
        Command::AcknowledgeAlert { alert, note } => {
            let sql = "SELECT acknowledged FROM alert WHERE id = $1 AND study = $2";
            let row = db.row(sql, values![*alert, study]).await?;
            context.must_exist(u64::from(row.is_some()), "alert", alert)?;
            let is_seen = match &row {
                Some(row) => row.maybe_int(0)?.is_some(),
                None => false,
            };
            context.refuse_if(is_seen, || "the alert was acknowledged before".to_owned())?;
            let sql = "UPDATE alert SET acknowledged_by = $2, acknowledged = $3, note = $4 \
                 WHERE id = $1";
            let values = values![*alert, context.actor, context.at.micros, note];
            db.run(sql, values).await?;
        }
        _ => return Err(misplaced()),
    }
    Ok(Outcome::default())
}

async fn move_to(
    db: &mut Db<'_>,
    context: &Context<'_>,
    query: QueryId,
    from: &[&str],
    to: &str,
) -> Result<()> {
    let sql = "SELECT state FROM query WHERE id = $1 AND study = $2";
    let Some(row) = db.row(sql, values![query, context.study()?]).await? else {
        return match context.is_new() {
            true => Err(StoreError::not_found("query", query)),
            false => Ok(()),
        };
    };
    let state = row.text(0)?;
    context.refuse_if(!from.contains(&state.as_str()), || {
        format!("the query is {state}; it cannot become {to}")
    })?;
    let sql = "UPDATE query SET state = $2 WHERE id = $1";
    db.run(sql, values![query, to]).await?;
    Ok(())
}

async fn say(
    db: &mut Db<'_>,
    context: &Context<'_>,
    query: QueryId,
    what: &str,
    text: &str,
) -> Result<()> {
    // A query that was erased since has no messages any more.
    let sql = "INSERT INTO query_message (query, sequence, what, text, actor, at) \
         SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT 1 FROM query WHERE id = $1)";
    let (sequence, at) = (context.sequence, context.at.micros);
    let values = values![query, sequence, what, text, context.actor, at];
    db.run(sql, values).await?;
    Ok(())
}
