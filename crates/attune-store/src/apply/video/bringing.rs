//! Projects of other tools, brought in one go by whoever leads the coding: recordings, who coded them, and
//! everything that was coded, in one request; and all of it deleted again.

use super::{Assigned, Of, add, add_coding, delete_codings, erased, json};
use crate::{
    apply::{Context, person::word},
    command::{
        Outcome,
        video::{ClipAdded, CodedEvent, CodingBrought, Doing, Edit},
    },
    database::{Db, Value, values},
    error::Result,
    ids::{BringingId, CodingId},
};

/// Rows of one statement: SQLite takes 32,766 values at once, PostgreSQL 65,535.
const ROWS_AT_ONCE: usize = 500;

pub(super) async fn begin(
    db: &mut Db<'_>,
    context: &Context<'_>,
    bringing: BringingId,
    files: &[String],
) -> Result<Outcome> {
    let sql = "INSERT INTO bringing (id, study, files, actor, at) VALUES ($1, $2, $3, $4, $5)";
    let values = values![
        bringing,
        context.study()?,
        json(files)?,
        context.actor,
        context.at.micros
    ];
    db.run(sql, values).await?;
    Ok(Outcome::default())
}

pub(super) async fn clip(
    db: &mut Db<'_>,
    context: &Context<'_>,
    bringing: BringingId,
    added: &ClipAdded,
) -> Result<Outcome> {
    let outcome = add(db, context, added).await?;
    let sql = "UPDATE clip SET bringing = $2 WHERE id = $1";
    db.run(sql, values![added.clip, bringing]).await?;
    Ok(outcome)
}

pub(super) async fn coding(
    db: &mut Db<'_>,
    context: &Context<'_>,
    brought: &CodingBrought,
) -> Result<Outcome> {
    let id = brought.coding;
    let assigned = Assigned {
        coding: id,
        clip: brought.clip,
        coder: brought.coder,
        position: brought.position,
        purpose: brought.purpose,
    };
    let is_new = |edit: &Edit| match edit {
        Edit::Event { before, after, .. } => before.is_none() && after.is_some(),
        Edit::Rating { before, after, .. } => before.is_none() && after.is_some(),
    };
    context.refuse_if(!brought.edits.iter().all(is_new), || {
        "what is brought is new and changes nothing".to_owned()
    })?;
    let open = |edit: &&Edit| matches!(edit, Edit::Event { after: Some(event), .. } if !event.point && event.stop.is_none());
    let n_open = brought.edits.iter().filter(open).count();
    context.refuse_if(brought.finished && n_open > 0, || {
        format!("{n_open} of the bouts have no end; a coding with such bouts is not finished")
    })?;
    let code = add_coding(db, context, assigned).await?;
    add_events(db, id, &brought.edits).await?;
    for edit in &brought.edits {
        if let Edit::Rating {
            id: rating,
            after: Some(answer),
            ..
        } = edit
        {
            let sql = "INSERT INTO coded_rating (coding, rating, body) VALUES ($1, $2, $3)";
            db.run(sql, values![id, rating, json(answer)?]).await?;
        }
    }
    let n_versions = u32::from(!brought.edits.is_empty());
    if n_versions > 0 {
        let sql = "INSERT INTO coding_change (coding, version, doing, edits, at) \
             VALUES ($1, 1, $2, $3, $4)";
        let edits = json(&brought.edits)?;
        let values = values![id, word(&Doing::Do), edits, context.at.micros];
        db.run(sql, values).await?;
    }
    let sql = "UPDATE coding SET version = $2, finished = $3, bringing = $4 WHERE id = $1";
    let finished = brought.finished.then_some(context.at.micros);
    let values = values![id, n_versions, finished, brought.bringing];
    db.run(sql, values).await?;
    Ok(Outcome {
        code: Some(code),
        version: Some(n_versions),
        ..Outcome::default()
    })
}

/// Many rows at a time: a project has hundreds of thousands of events.
async fn add_events(db: &mut Db<'_>, coding: CodingId, edits: &[Edit]) -> Result<()> {
    let events: Vec<(&String, &CodedEvent)> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Event {
                id,
                after: Some(event),
                ..
            } => Some((id, event)),
            _ => None,
        })
        .collect();
    for chunk in events.chunks(ROWS_AT_ONCE) {
        let rows: Vec<String> = (0..chunk.len())
            .map(|row| {
                let [a, b, c, d] = [1, 2, 3, 4].map(|place| row * 4 + place);
                format!("(${a}, ${b}, ${c}, ${d})")
            })
            .collect();
        let sql = format!(
            "INSERT INTO coded_event (coding, event, start, body) VALUES {}",
            rows.join(", ")
        );
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 4);
        for (id, event) in chunk {
            values.extend(values![coding, *id, event.start, json(event)?]);
        }
        db.run_made(sql, values).await?;
    }
    Ok(())
}

/// Codings go with everything in them, in the log too; recordings go where nothing else is known of them.
pub(super) async fn undo(
    db: &mut Db<'_>,
    context: &Context<'_>,
    bringing: BringingId,
    also_coded_on: bool,
) -> Result<Outcome> {
    let sql = "UPDATE bringing SET undone = $2 WHERE id = $1 AND study = $3 AND undone IS NULL";
    let values = values![bringing, context.at.micros, context.study()?];
    let changed = db.run(sql, values).await?;
    context.must_exist(changed, "project that was brought", bringing)?;
    let sql = "SELECT COUNT(*) FROM coding WHERE bringing = $1 AND version > 1";
    let n_coded_on = db.count(sql, values![bringing]).await?;
    context.refuse_if(n_coded_on > 0 && !also_coded_on, || {
        format!(
            "{n_coded_on} of its codings were worked on since; say that this work is to go, too"
        )
    })?;
    let erased = erased(db, context, Of::Bringing(bringing)).await?;
    delete_codings(db, Of::Bringing(bringing)).await?;
    for sql in [
        "DELETE FROM clip_dyad WHERE clip IN (SELECT id FROM clip WHERE bringing = $1 \
         AND angles = '[]' AND id NOT IN (SELECT clip FROM coding))",
        "DELETE FROM clip WHERE bringing = $1 AND angles = '[]' \
         AND id NOT IN (SELECT clip FROM coding)",
    ] {
        db.run(sql, values![bringing]).await?;
    }
    Ok(Outcome {
        erased,
        ..Outcome::default()
    })
}
