//! What becomes of a coding: every change from the version that its coder saw, then its end. Only its coder
//! changes it, and only while it is open and its recording is there.

use super::json;
use crate::{
    apply::{Context, misplaced, person::word},
    command::{
        Outcome,
        video::{CodedEvent, Edit, VideoCommand},
    },
    database::{Db, values},
    error::{Result, StoreError},
    ids::CodingId,
};

/// The coding as a new command finds it; `None` where it was erased since.
pub(super) struct Found {
    version: u32,
}

pub(super) async fn must_have(
    db: &mut Db<'_>,
    context: &Context<'_>,
    coding: CodingId,
) -> Result<Option<Found>> {
    let sql = "SELECT coding.version, coding.coder, coding.finished, clip.removed FROM coding \
         JOIN clip ON clip.id = coding.clip WHERE coding.id = $1 AND coding.study = $2";
    let row = db.row(sql, values![coding, context.study()?]).await?;
    context.must_exist(u64::from(row.is_some()), "coding", coding)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let is_removed = row.maybe_int(3)?.is_some();
    context.refuse_if(is_removed, || {
        "the recording was removed; its coding is closed".to_owned()
    })?;
    let version = u32::try_from(row.int(0)?).map_err(|_| misplaced())?;
    Ok(Some(Found { version }))
}

/// The same, for a change that only its coder may make and only while it is open.
async fn must_be_own(
    db: &mut Db<'_>,
    context: &Context<'_>,
    coding: CodingId,
) -> Result<Option<Found>> {
    let found = must_have(db, context, coding).await?;
    if context.is_new() {
        let sql = "SELECT coder, finished FROM coding WHERE id = $1";
        if let Some(row) = db.row(sql, values![coding]).await? {
            let is_other = row.text(0)? != context.actor;
            context.refuse_if(is_other, || {
                "only the person who codes it may change it".to_owned()
            })?;
            let is_finished = row.maybe_int(1)?.is_some();
            context.refuse_if(is_finished, || {
                "this coding is finished; open it again to change it".to_owned()
            })?;
        }
    }
    Ok(found)
}

pub(super) async fn change(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &VideoCommand,
) -> Result<Outcome> {
    let VideoCommand::ChangeCoding {
        coding,
        base,
        doing,
        edits,
    } = command
    else {
        return Err(misplaced());
    };
    let Some(found) = must_be_own(db, context, *coding).await? else {
        return Ok(Outcome::default());
    };
    if context.is_new() && found.version != *base {
        return Err(StoreError::Stale {
            base: *base,
            current: found.version,
        });
    }
    for edit in edits {
        apply_edit(db, context, *coding, edit).await?;
    }
    let version = base + 1;
    let sql = "INSERT INTO coding_change (coding, version, doing, edits, at) \
         VALUES ($1, $2, $3, $4, $5)";
    let values = values![
        *coding,
        version,
        word(doing),
        json(edits)?,
        context.at.micros
    ];
    db.run(sql, values).await?;
    let sql = "UPDATE coding SET version = $2 WHERE id = $1";
    db.run(sql, values![*coding, version]).await?;
    Ok(Outcome {
        version: Some(version),
        ..Outcome::default()
    })
}

async fn apply_edit(
    db: &mut Db<'_>,
    context: &Context<'_>,
    coding: CodingId,
    edit: &Edit,
) -> Result<()> {
    match edit {
        Edit::Event { id, before, after } => {
            let sql = "SELECT body FROM coded_event WHERE coding = $1 AND event = $2";
            let stored = match db.row(sql, values![coding, id]).await? {
                Some(row) => Some(row.json(0)?),
                None => None,
            };
            context.refuse_if(stored != *before, || moved_on("event", id))?;
            match after {
                Some(event) => {
                    let sql = "INSERT INTO coded_event (coding, event, start, body) \
                         VALUES ($1, $2, $3, $4) ON CONFLICT (coding, event) \
                         DO UPDATE SET start = excluded.start, body = excluded.body";
                    db.run(sql, values![coding, id, event.start, json(event)?])
                        .await?;
                }
                None => {
                    let sql = "DELETE FROM coded_event WHERE coding = $1 AND event = $2";
                    db.run(sql, values![coding, id]).await?;
                }
            }
        }
        Edit::Rating { id, before, after } => {
            let sql = "SELECT body FROM coded_rating WHERE coding = $1 AND rating = $2";
            let stored = match db.row(sql, values![coding, id]).await? {
                Some(row) => Some(row.json(0)?),
                None => None,
            };
            context.refuse_if(stored != *before, || moved_on("rating", id))?;
            match after {
                Some(answer) => {
                    let sql = "INSERT INTO coded_rating (coding, rating, body) \
                         VALUES ($1, $2, $3) ON CONFLICT (coding, rating) \
                         DO UPDATE SET body = excluded.body";
                    db.run(sql, values![coding, id, json(answer)?]).await?;
                }
                None => {
                    let sql = "DELETE FROM coded_rating WHERE coding = $1 AND rating = $2";
                    db.run(sql, values![coding, id]).await?;
                }
            }
        }
    }
    Ok(())
}

fn moved_on(what: &str, id: &str) -> String {
    format!("the {what} {id} is no longer what this change was made to; load the coding again")
}

pub(super) async fn finish(
    db: &mut Db<'_>,
    context: &Context<'_>,
    coding: CodingId,
) -> Result<Outcome> {
    must_be_own(db, context, coding).await?;
    if context.is_new() {
        let sql = "SELECT body FROM coded_event WHERE coding = $1";
        let mut n_open = 0usize;
        for row in db.rows(sql, values![coding]).await? {
            let event: CodedEvent = row.json(0)?;
            n_open += usize::from(!event.point && event.stop.is_none());
        }
        context.refuse_if(n_open > 0, || {
            format!("{n_open} of the bouts have no end yet; end or delete them first")
        })?;
    }
    let sql = "UPDATE coding SET finished = $2 WHERE id = $1";
    db.run(sql, values![coding, context.at.micros]).await?;
    Ok(Outcome::default())
}
