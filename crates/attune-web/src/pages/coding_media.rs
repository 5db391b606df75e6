//! What the coding room plays: the recording by ranges, the times of its frames, the loudness of its
//! sound. Addresses hold the coding's id and a number; whether it may be played is asked every time, so a
//! withdrawal ends it in the middle of a recording.

use axum::{
    body::Body,
    extract::{Path, Request},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use crate::{answer::Answer, failure::Failure, pages::coding_room::Opened, visit::Visit};

type Where = Path<(String, String, String)>;

/// `GET /studies/{study}/coding/{coding}/media/{angle}`.
pub async fn media(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let angle = number(&opened, &angle)?;
    let hash = &opened.content.angles[angle].playing;
    let path = visit.app.store().media().path(hash)?;
    file(path, "video/mp4", request).await
}

/// `GET /studies/{study}/coding/{coding}/frames/{angle}`: 64-bit little-endian microseconds.
pub async fn frames(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let angle = number(&opened, &angle)?;
    let hash = &opened.content.angles[angle].frame_times;
    let path = visit.app.store().media().path(hash)?;
    file(path, "application/octet-stream", request).await
}

/// `GET /studies/{study}/coding/{coding}/loudness/{angle}`: a byte for every fiftieth of a second.
pub async fn loudness(visit: Visit, Path((_, id, angle)): Where, request: Request) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let angle = number(&opened, &angle)?;
    let peaks = opened.content.angles[angle].peaks.as_ref();
    let hash = peaks.ok_or(Failure::no_such("sound"))?;
    let path = visit.app.store().media().path(hash)?;
    file(path, "application/octet-stream", request).await
}

fn number(opened: &Opened, angle: &str) -> Result<usize, Failure> {
    let known = 0..opened.content.angles.len();
    let angle: Option<usize> = angle.parse().ok().filter(|angle| known.contains(angle));
    angle.ok_or(Failure::no_such("camera"))
}

/// A file by ranges, without anything that tells when it was made.
async fn file(path: std::path::PathBuf, kind: &'static str, request: Request) -> Answer {
    let mut asked = Request::new(Body::empty());
    *asked.method_mut() = request.method().clone();
    if let Some(range) = request.headers().get(header::RANGE) {
        asked.headers_mut().insert(header::RANGE, range.clone());
    }
    let answered = ServeFile::new(path).oneshot(asked).await;
    let mut response: Response = answered.map_err(Failure::internal)?.into_response();
    if response.status() == axum::http::StatusCode::NOT_FOUND {
        return Err(Failure::no_such("recording"));
    }
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}
