//! What the coding room plays: the recording by ranges, the times of its frames, the loudness of its
//! sound. Addresses hold the coding's id and a number; whether it may be played is asked every time, so a
//! withdrawal ends it in the middle of a recording.

use attune_store::command::video::Angle;
use axum::{
    extract::{Path, Request},
    http::HeaderMap,
};

use crate::{
    access::Action, answer::Answer, failure::Failure, media_answer, pages::coding_room::Opened,
    visit::Visit, watching,
};

type Where = Path<(String, String, String)>;

/// `GET /studies/{study}/coding/{coding}/media/{angle}`.
pub async fn media(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let angle = number(&opened, &angle)?;
    watching::note_once(&visit, Action::CodeVideo, opened.id.to_string()).await?;
    let hash = &opened.content.angles[angle].playing;
    media_answer::answer(visit.app.store(), hash, "video/mp4", request.headers()).await
}

/// `GET /studies/{study}/coding/{coding}/frames/{angle}`: 64-bit little-endian microseconds.
pub async fn frames(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    bytes(&visit, (&id, &angle), request.headers(), |angle| {
        Some(&angle.frame_times)
    })
    .await
}

/// `GET /studies/{study}/coding/{coding}/loudness/{angle}`: a byte for every fiftieth of a second.
pub async fn loudness(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    bytes(&visit, (&id, &angle), request.headers(), |angle| {
        angle.peaks.as_ref()
    })
    .await
}

/// `GET /studies/{study}/coding/{coding}/spectrum/{angle}`: the columns of the sound's spectrum.
pub async fn spectrum(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    bytes(&visit, (&id, &angle), request.headers(), |angle| {
        angle.spectrum.as_ref()
    })
    .await
}

/// What was made of a camera's recording; without sound there is nothing of it.
async fn bytes(
    visit: &Visit,
    (id, angle): (&str, &str),
    asked: &HeaderMap,
    of: fn(&Angle) -> Option<&String>,
) -> Answer {
    let opened = Opened::by(visit, id).await?;
    let angle = number(&opened, angle)?;
    let hash = of(&opened.content.angles[angle]).ok_or(Failure::no_such("sound"))?;
    let kind = "application/octet-stream";
    media_answer::answer(visit.app.store(), hash, kind, asked).await
}

fn number(opened: &Opened, angle: &str) -> Result<usize, Failure> {
    let known = 0..opened.content.angles.len();
    let angle: Option<usize> = angle.parse().ok().filter(|angle| known.contains(angle));
    angle.ok_or(Failure::no_such("camera"))
}
