//! Recordings, assignments and codings.

mod bringing;
mod cameras;
mod coding;

use sha2::{Digest, Sha256};

use crate::{
    apply::{Context, dyad::of_study, misplaced, person::word},
    command::{
        Command, Outcome,
        video::{ClipAdded, CodingPurpose, VideoCommand},
    },
    database::{Db, values},
    error::{Result, StoreError},
    ids::{AccountId, BringingId, ClipId, CodingId},
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let Command::Video(command) = command else {
        return Err(misplaced());
    };
    match &**command {
        VideoCommand::AddClip(added) => add(db, context, added).await,
        VideoCommand::RemoveClip { clip, with_codes } => {
            remove(db, context, *clip, *with_codes).await
        }
        VideoCommand::AttachRecording {
            clip,
            angles,
            start,
        } => cameras::attach(db, context, *clip, (angles, *start)).await,
        VideoCommand::AlignRecording { clip, start } => {
            cameras::align(db, context, *clip, *start).await
        }
        VideoCommand::AlignCameras { clip, places } => {
            cameras::place(db, context, *clip, places).await
        }
        VideoCommand::ProposeSpeech { .. } => propose(db, context, command).await,
        VideoCommand::OfferProposals { clip, offered } => {
            let sql = "UPDATE clip SET proposals_offered = $2 WHERE id = $1 AND study = $3";
            let values = values![*clip, i64::from(*offered), context.study()?];
            let changed = db.run(sql, values).await?;
            context.must_exist(changed, "recording", clip)?;
            Ok(Outcome::default())
        }
        VideoCommand::AssignClip { .. } => assign(db, context, command).await,
        VideoCommand::TakeBackClip { coding } => take_back(db, context, *coding).await,
        VideoCommand::ChangeCoding { .. } => coding::change(db, context, command).await,
        VideoCommand::FinishCoding { coding } => coding::finish(db, context, *coding).await,
        VideoCommand::ReopenCoding { coding } => {
            coding::must_have(db, context, *coding).await?;
            let sql = "UPDATE coding SET finished = NULL WHERE id = $1";
            db.run(sql, values![*coding]).await?;
            Ok(Outcome::default())
        }
        VideoCommand::BeginBringing { bringing, files } => {
            bringing::begin(db, context, *bringing, files).await
        }
        VideoCommand::BringClip { bringing, added } => {
            bringing::clip(db, context, *bringing, added).await
        }
        VideoCommand::BringCoding(brought) => bringing::coding(db, context, brought).await,
        VideoCommand::UndoBringing {
            bringing,
            also_coded_on,
        } => bringing::undo(db, context, *bringing, *also_coded_on).await,
    }
}

async fn add(db: &mut Db<'_>, context: &Context<'_>, added: &ClipAdded) -> Result<Outcome> {
    let study = context.study()?;
    context.refuse_if(added.angles.len() > 4, || {
        "a recording has up to four cameras".to_owned()
    })?;
    // What was coded elsewhere has no recording that could be played.
    let unconsented =
        !added.dyads.is_empty() && added.purpose.is_none() && !added.angles.is_empty();
    context.refuse_if(unconsented, || {
        "a recording of families needs the purpose of consent that covers it".to_owned()
    })?;
    for dyad in &added.dyads {
        of_study(db, context, *dyad).await?;
    }
    context.refuse_if(added.begins.is_some_and(|begins| begins < 0), || {
        "a recording does not begin before its session".to_owned()
    })?;
    let sql = "INSERT INTO clip (id, study, title, scheme, scheme_version, site, wave, session, \
         purpose, stratum, recorded, dyads, angles, added, own_scheme, begins) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = values![
        added.clip,
        study,
        &added.title,
        added.scheme.as_str(),
        added.scheme_version,
        added.site.as_ref().map(attune_protocol::id::SiteId::as_str),
        added.wave.as_ref().map(attune_protocol::id::WaveId::as_str),
        added.session.as_deref(),
        added
            .purpose
            .as_ref()
            .map(attune_protocol::id::PurposeId::as_str),
        &added.stratum,
        added.recorded,
        json(&added.dyads)?,
        json(&added.angles)?,
        context.at.micros,
        added.own_scheme.as_deref(),
        added.begins,
    ];
    db.run(sql, values).await?;
    for dyad in &added.dyads {
        let sql = "INSERT INTO clip_dyad (clip, dyad) VALUES ($1, $2) \
             ON CONFLICT (clip, dyad) DO NOTHING";
        db.run(sql, values![added.clip, *dyad]).await?;
    }
    Ok(Outcome::default())
}

async fn propose(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &VideoCommand,
) -> Result<Outcome> {
    let VideoCommand::ProposeSpeech {
        clip,
        machine,
        stretches,
    } = command
    else {
        return Err(misplaced());
    };
    let sql = "SELECT COUNT(*) FROM clip WHERE id = $1 AND study = $2 AND removed IS NULL";
    let there = db.count(sql, values![*clip, context.study()?]).await?;
    context.must_exist(there.unsigned_abs(), "recording", clip)?;
    let sql = "INSERT INTO machine_coding (clip, machine, stretches, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (clip, machine) DO UPDATE SET stretches = excluded.stretches, at = excluded.at";
    let values = values![*clip, machine, json(stretches)?, context.at.micros];
    db.run(sql, values).await?;
    Ok(Outcome::default())
}

async fn remove(
    db: &mut Db<'_>,
    context: &Context<'_>,
    clip: ClipId,
    with_codes: bool,
) -> Result<Outcome> {
    let sql = "UPDATE clip SET removed = $2 WHERE id = $1 AND study = $3 AND removed IS NULL";
    let values = values![clip, context.at.micros, context.study()?];
    let changed = db.run(sql, values).await?;
    context.must_exist(changed, "recording", clip)?;
    // What a machine heard is derived from the recording, whatever becomes of people's codes.
    let sql = "DELETE FROM machine_coding WHERE clip = $1";
    db.run(sql, values![clip]).await?;
    if !with_codes {
        return Ok(Outcome::default());
    }
    let erased = erased(db, context, Of::Clip(clip)).await?;
    delete_codings(db, Of::Clip(clip)).await?;
    Ok(Outcome {
        erased,
        ..Outcome::default()
    })
}

/// Codings of one recording, or of one bringing.
#[derive(Clone, Copy)]
enum Of {
    Clip(ClipId),
    Bringing(BringingId),
}

/// Places in the log of everything that was coded in these codings.
async fn erased(db: &mut Db<'_>, context: &Context<'_>, of: Of) -> Result<Vec<i64>> {
    if let Some(stored) = context.stored {
        return Ok(stored.erased.clone());
    }
    let (sql, id) = match of {
        Of::Clip(clip) => (
            "SELECT sequence FROM command WHERE chain = $1 AND kind = 'video' \
             AND subject IN (SELECT id FROM coding WHERE clip = $2) \
             AND (content LIKE '%\"what\":\"change-coding\"%' \
             OR content LIKE '%\"what\":\"bring-coding\"%') ORDER BY sequence",
            clip.to_string(),
        ),
        Of::Bringing(bringing) => (
            "SELECT sequence FROM command WHERE chain = $1 AND kind = 'video' \
             AND subject IN (SELECT id FROM coding WHERE bringing = $2) \
             AND (content LIKE '%\"what\":\"change-coding\"%' \
             OR content LIKE '%\"what\":\"bring-coding\"%') ORDER BY sequence",
            bringing.to_string(),
        ),
    };
    let rows = db.rows(sql, values![context.chain, id]).await?;
    rows.iter().map(|row| row.int(0)).collect()
}

/// Deletes these codings with everything in them.
async fn delete_codings(db: &mut Db<'_>, of: Of) -> Result<()> {
    let (statements, id) = match of {
        Of::Clip(clip) => (
            [
                "DELETE FROM coded_event WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
                "DELETE FROM coded_rating WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
                "DELETE FROM coding_change WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
                "DELETE FROM coding WHERE clip = $1",
            ],
            clip.to_string(),
        ),
        Of::Bringing(bringing) => (
            [
                "DELETE FROM coded_event WHERE coding IN \
                 (SELECT id FROM coding WHERE bringing = $1)",
                "DELETE FROM coded_rating WHERE coding IN \
                 (SELECT id FROM coding WHERE bringing = $1)",
                "DELETE FROM coding_change WHERE coding IN \
                 (SELECT id FROM coding WHERE bringing = $1)",
                "DELETE FROM coding WHERE bringing = $1",
            ],
            bringing.to_string(),
        ),
    };
    for sql in statements {
        db.run(sql, values![id.as_str()]).await?;
    }
    Ok(())
}

async fn assign(db: &mut Db<'_>, context: &Context<'_>, command: &VideoCommand) -> Result<Outcome> {
    let VideoCommand::AssignClip {
        coding,
        clip,
        coder,
        position,
        purpose,
    } = command
    else {
        return Err(misplaced());
    };
    let assigned = Assigned {
        coding: *coding,
        clip: *clip,
        coder: *coder,
        position: *position,
        purpose: *purpose,
    };
    let code = add_coding(db, context, assigned).await?;
    Ok(Outcome {
        code: Some(code),
        ..Outcome::default()
    })
}

/// Who is to code what.
struct Assigned {
    coding: CodingId,
    clip: ClipId,
    coder: AccountId,
    position: u32,
    purpose: CodingPurpose,
}

/// A coding without anything in it, and its neutral name.
async fn add_coding(db: &mut Db<'_>, context: &Context<'_>, assigned: Assigned) -> Result<String> {
    let Assigned {
        coding,
        clip,
        coder,
        position,
        purpose,
    } = assigned;
    let study = context.study()?;
    let sql = "SELECT COUNT(*) FROM clip WHERE id = $1 AND study = $2 AND removed IS NULL";
    let there = db.count(sql, values![clip, study]).await?;
    context.must_exist(there.unsigned_abs(), "recording", clip)?;
    let sql = "SELECT COUNT(*) FROM coding WHERE clip = $1 AND coder = $2";
    let twice = context.is_new() && db.count(sql, values![clip, coder]).await? > 0;
    context.refuse_if(twice, || {
        "this person codes this recording already".to_owned()
    })?;
    let code = match context.stored.and_then(|stored| stored.code.clone()) {
        Some(code) => code,
        None => neutral_name(db, study, coding).await?,
    };
    let sql = "INSERT INTO coding (id, study, clip, coder, position, purpose, code, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
    let values = values![coding, study, clip, coder, position, word(&purpose), &code];
    db.run(sql, values).await?;
    Ok(code)
}

/// A name that tells nothing: of each coding its own, so that coders who compare names learn nothing.
async fn neutral_name(db: &mut Db<'_>, study: &str, coding: CodingId) -> Result<String> {
    // Without letters and digits that look alike.
    const LETTERS: &[u8; 28] = b"ABCDEFGHJKMNPQRTUVWXYZ346789";
    for attempt in 0u32.. {
        let hash = Sha256::new()
            .chain_update(b"attune neutral name 1")
            .chain_update(coding.to_string())
            .chain_update(attempt.to_le_bytes())
            .finalize();
        let name: String = hash[..4]
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect();
        let sql = "SELECT COUNT(*) FROM coding WHERE study = $1 AND code = $2";
        if db.count(sql, values![study, &name]).await? == 0 {
            return Ok(name);
        }
        if attempt > 100 {
            break;
        }
    }
    Err(StoreError::refused("the study has no neutral names left"))
}

async fn take_back(db: &mut Db<'_>, context: &Context<'_>, coding: CodingId) -> Result<Outcome> {
    let sql = "SELECT version FROM coding WHERE id = $1 AND study = $2";
    let row = db.row(sql, values![coding, context.study()?]).await?;
    context.must_exist(u64::from(row.is_some()), "coding", coding)?;
    let begun = match &row {
        Some(row) => row.int(0)? > 0,
        None => false,
    };
    context.refuse_if(begun, || {
        "something was coded already; it cannot be taken back".to_owned()
    })?;
    let sql = "DELETE FROM coding WHERE id = $1";
    db.run(sql, values![coding]).await?;
    Ok(Outcome::default())
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(|_| misplaced())
}
