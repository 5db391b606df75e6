//! A browser in miniature: asks the real application, keeps cookies, reads answers.

use attune_web::{App, Clock, Settings, app};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use tower::ServiceExt;

/// When all tests happen: 26 November 2026, 9:00 UTC.
pub const NOW: &str = "2026-11-26T09:00:00Z";

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are ASCII"))
    }
}

/// An application with the given settings.
pub fn application(settings: Settings) -> Router {
    let clock = Clock::standing_at(NOW.parse().expect("a time stamp"));
    app(&App::new(settings, clock))
}

/// Asks.
pub async fn ask(application: &Router, request: Request<Body>) -> Answer {
    let response = application
        .clone()
        .oneshot(request)
        .await
        .expect("the application always answers");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body ends");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// A request to look at something.
pub fn get(path: &str) -> Request<Body> {
    Request::get(path)
        .header(header::HOST, "localhost")
        .body(Body::empty())
        .expect("a request")
}
