//! Cameras of a session: laid under what was coded without them, moved along its clock, each at its own
//! place and rate.

use super::json;
use crate::{
    apply::Context,
    command::{
        Outcome,
        video::{Angle, CameraPlace},
    },
    database::{Db, values},
    error::Result,
    ids::ClipId,
};

/// The cameras of a session that was coded without them.
pub(super) async fn attach(
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
pub(super) async fn align(
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
pub(super) async fn place(
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
