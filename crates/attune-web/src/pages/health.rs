//! `GET /healthz`: whether the store can be written.

use axum::{http::StatusCode, response::IntoResponse};

use crate::{answer::Answer, failure::Failure, visit::Visit};

/// 200 when something could be stored now, 503 otherwise.
pub async fn answer(visit: Visit) -> Answer {
    visit
        .app
        .store()
        .check_writing()
        .await
        .map_err(|error| Failure::StoreClosed {
            reason: error.to_string(),
        })?;
    Ok((StatusCode::OK, "ready\n").into_response())
}
