//! Recordings that come through the browser: begin, one piece after the other, done. The room's lead
//! sends them with `web/src/clips.ts`; a recording that broke off goes on from the number of bytes that
//! the first answer tells.

use attune_store::media::upload::{Piece, Upload};
use axum::{
    Json,
    body::Bytes,
    extract::Path,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::{
    answer::{Answer, see},
    failure::Failure,
    visit::Visit,
};

/// What is sent before the first piece.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begun {
    name: String,
    size: u64,
    changed: String,
}

/// What is sent after the last one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    hash: String,
}

fn read<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::Unreadable {
        reason: error.to_string(),
    })
}

/// `POST /studies/{study}/clips/uploads`: begins one, or finds the one that broke off.
pub async fn begin(visit: Visit, body: Bytes) -> Answer {
    let begun: Begun = read(&body)?;
    let study = visit.study()?.id.to_string();
    let media = visit.app.store().media();
    let upload = media.begin_upload(&study, &begun.name, begun.size, &begun.changed)?;
    Ok(told(&upload))
}

/// `POST /studies/{study}/clips/uploads/{upload}/{offset}`: one piece. The answer tells how much has come,
/// whether this piece was taken or is to be sent again.
pub async fn piece(
    visit: Visit,
    Path((_, id, offset)): Path<(String, String, u64)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let hash = headers
        .get("x-piece-sha256")
        .and_then(|hash| hash.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let study = visit.study()?.id.to_string();
    let media = visit.app.store().media();
    let taken = spawn_blocking(move || {
        let upload = media.upload(&study, &id)?;
        let piece = media.append(&upload, offset, &body, &hash)?;
        Ok((piece, media.upload(&study, &id)?))
    });
    let (piece, upload) = taken
        .await
        .map_err(Failure::internal)?
        .map_err(|error: attune_store::StoreError| Failure::from(error))?;
    if piece == Piece::Damaged {
        tracing::warn!(upload = upload.id, "a piece came damaged");
    }
    Ok(told(&upload))
}

/// `POST /studies/{study}/clips/uploads/{upload}/done`: the whole is checked and waits in the inbox.
pub async fn done(visit: Visit, Path((_, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let done: Done = read(&body)?;
    let study = visit.study()?.id.to_string();
    let media = visit.app.store().media();
    let finished = spawn_blocking(move || {
        let upload = media.upload(&study, &id)?;
        media.finish_upload(&upload, &done.hash)
    });
    let name = finished.await.map_err(Failure::internal)??;
    Ok(Json(json!({ "name": name })).into_response())
}

/// `POST /studies/{study}/clips/uploads/{upload}/forget`.
pub async fn forget(visit: Visit, Path((study, id)): Path<(String, String)>) -> Answer {
    let media = visit.app.store().media();
    let upload = media.upload(&visit.study()?.id.to_string(), &id)?;
    media.give_up(&upload)?;
    Ok(see(&format!("/studies/{study}/clips")))
}

fn told(upload: &Upload) -> Response {
    Json(json!({ "id": upload.id, "received": upload.received })).into_response()
}
