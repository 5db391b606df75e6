//! The application as one service: the table of routes, each behind its guard, and around all of them
//! the layers that every request passes. Nothing can be asked for that is not in the table.

use std::convert::Infallible;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::any,
};
use tower_http::{csrf::CsrfLayer, timeout::TimeoutLayer};

use crate::{
    failure::Failure,
    failure_page,
    guard::{Watch, guard},
    request_log,
    route::{Arms, Needs, Takes},
    routes, security_headers,
    settings::Transport,
    state::App,
    visit::Visit,
};

/// Builds the application.
pub fn app(app: &App) -> Router {
    let mut router = Router::new();
    for route in routes::table() {
        let limit = match route.takes {
            Takes::AForm => app.settings().largest_request,
            Takes::AnUpload => app.settings().largest_upload,
        };
        let watch = Watch {
            app: app.clone(),
            needs: route.needs,
            arms: route.arms,
        };
        let handler = route
            .handler
            .layer::<_, Infallible>(from_fn_with_state(watch, guard))
            .layer::<_, Infallible>(DefaultBodyLimit::max(limit));
        router = router.route(route.path, handler);
    }
    let everything_else = Watch {
        app: app.clone(),
        needs: Needs::Nothing,
        arms: Arms::Untold,
    };
    router
        .fallback_service(
            any(no_such_page)
                .layer::<_, Infallible>(from_fn_with_state(everything_else, guard))
                .with_state(app.clone()),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .layer(csrf(app))
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            app.settings().request_limit,
        ))
        .layer(from_fn(failure_page::for_bare_statuses))
        .layer(from_fn_with_state(app.clone(), security_headers::add))
        .layer(from_fn(request_log::note))
        .with_state(app.clone())
}

/// A change is taken only from our own pages: the browser's `Sec-Fetch-Site` or `Origin` must say so.
fn csrf(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    match &app.settings().transport {
        Transport::Encrypted {
            public_address: Some(address),
        } => layer
            .add_trusted_origin(address)
            .expect("the public address was checked when it was given"),
        _ => layer,
    }
}

async fn no_such_page(_visit: Visit, _request: Request) -> Response {
    Failure::no_such("page").into_response()
}

async fn method_not_allowed() -> Response {
    Failure::MethodNotAllowed.into_response()
}
