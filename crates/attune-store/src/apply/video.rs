//! Recordings, assignments and codings.

use sha2::{Digest, Sha256};

use crate::{
    apply::{Context, dyad::of_study, misplaced, person::word},
    command::{
        Command, Outcome,
        video::{Angle, CameraPlace, ClipAdded, Edit, VideoCommand},
    },
    database::{Db, values},
    error::{Result, StoreError},
    ids::{ClipId, CodingId},
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
        } => attach(db, context, *clip, (angles, *start)).await,
        VideoCommand::AlignRecording { clip, start } => align(db, context, *clip, *start).await,
        VideoCommand::AlignCameras { clip, places } => place(db, context, *clip, places).await,
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
        VideoCommand::ChangeCoding { .. } => change(db, context, command).await,
        VideoCommand::FinishCoding { coding } => finish(db, context, *coding).await,
        VideoCommand::ReopenCoding { coding } => {
            must_have(db, context, *coding).await?;
            let sql = "UPDATE coding SET finished = NULL WHERE id = $1";
            db.run(sql, values![*coding]).await?;
            Ok(Outcome::default())
        }
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

/// The cameras of a session that was coded without them.
async fn attach(
    db: &mut Db<'_>,
    context: &Context<'_>,
    clip: ClipId,
    (angles, start): (&[Angle], i64),
) -> Result<Outcome> {
    context.refuse_if(!(1..=4).contains(&angles.len()), || {
        "a recording has one to four cameras".to_owned()
    })?;
    let sql = "SELECT COUNT(*) FROM clip WHERE id = $1 AND purpose IS NULL AND dyads <> '[]'";
    let unconsented = db.count(sql, values![clip]).await? > 0;
    context.refuse_if(unconsented, || {
        "no consent is named that covers a recording of the families in it".to_owned()
    })?;
    let there = cameras(db, context, clip).await?;
    context.refuse_if(!there.is_empty(), || {
        "this session has its recording already".to_owned()
    })?;
    let shifted = |angle: &Angle| Angle {
        offset: angle.offset.saturating_add(start),
        ..angle.clone()
    };
    let angles: Vec<Angle> = angles.iter().map(shifted).collect();
    keep_cameras(db, clip, &angles).await
}

/// All cameras move along the clock until the first one begins at `start`.
async fn align(
    db: &mut Db<'_>,
    context: &Context<'_>,
    clip: ClipId,
    start: i64,
) -> Result<Outcome> {
    let mut angles = cameras(db, context, clip).await?;
    let Some(first) = angles.first().map(|angle| angle.offset) else {
        context.refuse_if(true, || "this session has no recording yet".to_owned())?;
        return Ok(Outcome::default());
    };
    for angle in &mut angles {
        angle.offset = angle.offset.saturating_add(start.saturating_sub(first));
    }
    keep_cameras(db, clip, &angles).await
}

/// No two clocks differ by more than a hundredth: what seems so is another moment.
const MOST_DRIFT: i64 = 10_000;
/// A day: no recording begins further from where coding began.
const FURTHEST: i64 = 86_400_000_000;

/// Every camera has its own place and rate.
async fn place(
    db: &mut Db<'_>,
    context: &Context<'_>,
    clip: ClipId,
    places: &[CameraPlace],
) -> Result<Outcome> {
    let mut angles = cameras(db, context, clip).await?;
    context.refuse_if(angles.is_empty() || angles.len() != places.len(), || {
        format!(
            "{} places were given for {} cameras",
            places.len(),
            angles.len()
        )
    })?;
    let far = |place: &CameraPlace| place.offset.abs() > FURTHEST;
    context.refuse_if(places.iter().any(far), || {
        "a camera begins within a day of the coding".to_owned()
    })?;
    let odd = |place: &CameraPlace| place.drift.abs() > MOST_DRIFT;
    context.refuse_if(places.iter().any(odd), || {
        "clocks differ by 10,000 millionths at most; the two moments are not the same".to_owned()
    })?;
    for (angle, place) in angles.iter_mut().zip(places) {
        (angle.offset, angle.drift) = (place.offset, place.drift);
    }
    keep_cameras(db, clip, &angles).await
}

async fn cameras(db: &mut Db<'_>, context: &Context<'_>, clip: ClipId) -> Result<Vec<Angle>> {
    let sql = "SELECT angles FROM clip WHERE id = $1 AND study = $2 AND removed IS NULL";
    let row = db.row(sql, values![clip, context.study()?]).await?;
    context.must_exist(u64::from(row.is_some()), "session", clip)?;
    row.map_or_else(|| Ok(Vec::new()), |row| row.json(0))
}

async fn keep_cameras(db: &mut Db<'_>, clip: ClipId, angles: &[Angle]) -> Result<Outcome> {
    let sql = "UPDATE clip SET angles = $2 WHERE id = $1";
    db.run(sql, values![clip, json(angles)?]).await?;
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
    let erased = match context.stored {
        Some(stored) => stored.erased.clone(),
        None => {
            let sql = "SELECT sequence FROM command WHERE chain = $1 AND kind = 'video' \
                 AND subject IN (SELECT id FROM coding WHERE clip = $2) \
                 AND content LIKE '%\"what\":\"change-coding\"%' ORDER BY sequence";
            let rows = db.rows(sql, values![context.chain, clip]).await?;
            rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?
        }
    };
    for sql in [
        "DELETE FROM coded_event WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
        "DELETE FROM coded_rating WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
        "DELETE FROM coding_change WHERE coding IN (SELECT id FROM coding WHERE clip = $1)",
        "DELETE FROM coding WHERE clip = $1",
    ] {
        db.run(sql, values![clip]).await?;
    }
    Ok(Outcome {
        erased,
        ..Outcome::default()
    })
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
    let study = context.study()?;
    let sql = "SELECT COUNT(*) FROM clip WHERE id = $1 AND study = $2 AND removed IS NULL";
    let there = db.count(sql, values![*clip, study]).await?;
    context.must_exist(there.unsigned_abs(), "recording", clip)?;
    let sql = "SELECT COUNT(*) FROM coding WHERE clip = $1 AND coder = $2";
    let twice = context.is_new() && db.count(sql, values![*clip, *coder]).await? > 0;
    context.refuse_if(twice, || {
        "this person codes this recording already".to_owned()
    })?;
    let code = match context.stored.and_then(|stored| stored.code.clone()) {
        Some(code) => code,
        None => neutral_name(db, study, *coding).await?,
    };
    let sql = "INSERT INTO coding (id, study, clip, coder, position, purpose, code, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
    let values = values![
        *coding,
        study,
        *clip,
        *coder,
        *position,
        word(purpose),
        &code
    ];
    db.run(sql, values).await?;
    Ok(Outcome {
        code: Some(code),
        ..Outcome::default()
    })
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

/// The coding as a new command finds it; `None` where it was erased since.
struct Found {
    version: u32,
}

async fn must_have(
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

async fn change(db: &mut Db<'_>, context: &Context<'_>, command: &VideoCommand) -> Result<Outcome> {
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

async fn finish(db: &mut Db<'_>, context: &Context<'_>, coding: CodingId) -> Result<Outcome> {
    must_be_own(db, context, coding).await?;
    if context.is_new() {
        let sql = "SELECT body FROM coded_event WHERE coding = $1";
        let mut n_open = 0usize;
        for row in db.rows(sql, values![coding]).await? {
            let event: crate::command::video::CodedEvent = row.json(0)?;
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

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(|_| misplaced())
}
