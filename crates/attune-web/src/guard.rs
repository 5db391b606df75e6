//! Stands before every handler: finds out who asks, lets nobody past whom the route does not name,
//! and turns a failure that comes back into its page.

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, FromRequestParts, RawPathParams, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    access::{Action, may},
    answer::see,
    failure::Failure,
    failure_page,
    request_log::RequestId,
    route::{Arms, Needs},
    state::App,
    visit::Visit,
};

/// What the guard of one route knows.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The application.
    pub app: App,
    /// Who may come in.
    pub needs: Needs,
    /// What is told of arms.
    pub arms: Arms,
}

/// The guard.
pub async fn guard(State(watch): State<Watch>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let wants_json = failure_page::wants_json(&parts.headers);
    let (study, site) = match RawPathParams::from_request_parts(&mut parts, &watch.app).await {
        Ok(params) => (value_of(&params, "study"), value_of(&params, "site")),
        Err(_) => (None, None),
    };
    let mut visit = Visit {
        app: watch.app.clone(),
        at: watch.app.now(),
        path: parts.uri.path().to_owned(),
        address: parts
            .extensions
            .get::<ConnectInfo<std::net::SocketAddr>>()
            .map(|address| address.0.ip().to_string())
            .unwrap_or_default(),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        person: None,
        study_id: study,
        site,
        study: None,
    };
    if let Err(failure) = admit(&mut visit, &watch) {
        return refuse(&visit, failure, &parts.method, wants_json);
    }
    parts.extensions.insert(visit.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions().get::<Failure>() {
        Some(failure) => failure_page::answer(&visit, &failure.clone(), wants_json),
        None => response,
    }
}

fn value_of(params: &RawPathParams, name: &str) -> Option<Arc<str>> {
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| Arc::from(value))
}

/// Whether the visitor may come in.
fn admit(visit: &mut Visit, watch: &Watch) -> Result<(), Failure> {
    match watch.needs {
        Needs::Nothing => return Ok(()),
        Needs::SignedIn => {
            visit.person()?;
        }
        Needs::May(action) => {
            let person = visit.person()?;
            may(person, action, visit.scope())
                .map_err(|refusal| Failure::refused(action, refusal))?;
        }
    }
    if watch.arms == Arms::Shown && visit.is_blind() {
        return Err(Failure::NotAllowed {
            action: Action::SeeFindings,
        });
    }
    Ok(())
}

/// Whoever is not signed in and wants to look at a page is shown the way in; everything else gets the
/// failure's page.
fn refuse(
    visit: &Visit,
    failure: Failure,
    method: &axum::http::Method,
    wants_json: bool,
) -> Response {
    let looks = method == axum::http::Method::GET && !wants_json;
    match failure {
        Failure::SignInNeeded if looks => {
            see(&format!("/sign-in?then={}", visit.path)).into_response()
        }
        failure => failure_page::answer(visit, &failure, wants_json),
    }
}
