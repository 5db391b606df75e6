//! Stands before every handler: finds out who asks, lets nobody past whom the route does not name,
//! and turns a failure that comes back into its page.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use attune_protocol::id::StudyId;
use attune_store::{Moment, StoreError, sessions::Session};
use axum::{
    extract::{ConnectInfo, FromRequestParts, RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};

use crate::{
    access::{Grant, Person, Proof, Within},
    answer::see,
    cookies::Cookie,
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
        address: address_of(
            parts.extensions.get::<ConnectInfo<SocketAddr>>(),
            &parts.headers,
            &watch.app.settings().trusted_proxies,
        ),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        person: None,
        session: None,
        study_id: study.map(StudyId::new),
        site,
        study: None,
        outside: None,
    };
    if let Err(failure) = admit(&mut visit, &watch, &parts.headers).await {
        return refuse(&visit, &failure, &parts.method, wants_json);
    }
    parts.extensions.insert(visit.clone());
    let method = parts.method.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let mut response = match response.extensions().get::<Failure>() {
        // Where the public finds nothing, members are asked to sign in.
        Some(failure) if matches!(watch.needs, Needs::MayOrAnybody(_)) => {
            refuse(&visit, &failure.clone(), &method, wants_json)
        }
        Some(failure) => failure_page::answer(&visit, &failure.clone(), wants_json),
        None => response,
    };
    if matches!(watch.needs, Needs::MayOrAnybody(_)) {
        response
            .headers_mut()
            .insert(header::VARY, HeaderValue::from_static("cookie"));
    }
    response
}

/// Address of the browser: of whoever is connected, or what a proxy that is trusted says of it. Of
/// several addresses the last one is the proxy's own word; those before it anybody may have written.
fn address_of(
    peer: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
    trusted: &[IpAddr],
) -> String {
    let Some(ConnectInfo(peer)) = peer else {
        return String::new();
    };
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    let peer = peer.ip();
    match forwarded {
        Some(address) if trusted.contains(&peer) => address.to_string(),
        _ => peer.to_string(),
    }
}

fn value_of(params: &RawPathParams, name: &str) -> Option<Arc<str>> {
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| Arc::from(value))
}

/// Whether the visitor may come in.
async fn admit(visit: &mut Visit, watch: &Watch, headers: &HeaderMap) -> Result<(), Failure> {
    let secret = Cookie::Session.read(headers, &watch.app.settings().transport);
    if let Some(secret) = secret {
        identify(visit, &secret).await?;
    }
    if watch.arms == Arms::ToThePublic && visit.is_blind_reader() {
        return Err(Failure::Blind);
    }
    match watch.needs {
        Needs::Nothing => return Ok(()),
        Needs::SignedIn => {
            visit.person()?;
        }
        Needs::May(action) => visit.may(action, visit.scope())?,
        Needs::MayOrAnybody(action) => {
            if let Err(refusal) = visit.may(action, visit.scope()) {
                visit.outside = Some(refusal);
                return Ok(());
            }
        }
    }
    if let Some(id) = &visit.study_id {
        let store = visit.app.store().clone();
        let mut study = match store.study(id).await {
            Ok(study) => study,
            Err(StoreError::NotFound { .. }) => return Err(Failure::no_such("study")),
            Err(error) => return Err(error.into()),
        };
        if visit.person()?.is_blind_in(id, study.unblinded.is_some()) {
            // The title stands on every page, and may tell what is compared.
            let protocol = store.protocol(id).await?;
            protocol.title_for_the_blind().clone_into(&mut study.title);
        }
        visit.study = Some(Arc::new(study));
    }
    if watch.arms == Arms::AsFindings && visit.is_blind_for_good() {
        return Err(Failure::Blind);
    }
    if watch.arms == Arms::AsFindings && visit.is_blind() && shows_phases(visit).await? {
        return Err(Failure::NotRevealed);
    }
    Ok(())
}

/// Whether findings of the study show what somebody blind must not know: phases are not permuted as arms are,
/// since the days of sessions would tell them all the same.
async fn shows_phases(visit: &Visit) -> Result<bool, Failure> {
    if visit.study_id.is_none() {
        return Ok(false);
    }
    let protocol = visit.protocol().await?;
    Ok(protocol.arms.is_empty() && !protocol.phases.is_empty())
}

/// Who the session belongs to, with the roles that hold today.
async fn identify(visit: &mut Visit, secret: &str) -> Result<(), Failure> {
    let (store, at) = (visit.app.store().clone(), visit.at);
    let Some(session) = store.session(secret, at).await? else {
        return Ok(());
    };
    let account = store.account(session.account).await?;
    let today = at.date();
    let grants = store.grants_of(account.id).await?;
    let grants = grants
        .into_iter()
        .filter(|grant| grant.holds_on(today))
        .map(|grant| Grant {
            role: grant.role,
            within: match grant.study {
                None => Within::Installation,
                Some(study) => Within::Study {
                    study,
                    sites: grant.sites,
                },
            },
        })
        .collect();
    visit.person = Some(Arc::new(Person {
        id: account.id,
        name: account.name,
        grants,
        proof: proof(&visit.app, &session, at),
    }));
    visit.session = Some(Arc::new(session));
    Ok(())
}

fn proof(app: &App, session: &Session, at: Moment) -> Proof {
    let shown = session
        .second_factor_at
        .map_or(session.password_at, |factor| {
            factor.max(session.password_at)
        });
    let fresh_for = i64::try_from(app.settings().fresh_for.as_secs()).unwrap_or(i64::MAX);
    Proof {
        second_factor: session.second_factor_at.is_some(),
        fresh: at.seconds_since(shown) < fresh_for,
    }
}

/// Whoever wants to look at a page and lacks only a proof is shown where to give it; everything else
/// gets the failure's page.
fn refuse(visit: &Visit, failure: &Failure, method: &Method, wants_json: bool) -> Response {
    let looks = method == Method::GET && !wants_json;
    let way = match failure {
        Failure::SignInNeeded => "/sign-in",
        Failure::SecondFactorNeeded => "/account/second-factor",
        Failure::FreshSignInNeeded => "/sign-in/again",
        _ => "",
    };
    if looks && !way.is_empty() {
        return see(&format!("{way}?then={}", visit.path));
    }
    failure_page::answer(visit, failure, wants_json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_4_1_3_only_a_trusted_proxy_says_where_a_browser_is() {
        let mut headers = HeaderMap::new();
        let said = "203.0.113.9, 198.51.100.7".parse().unwrap();
        headers.insert("x-forwarded-for", said);
        let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 5000)));
        let proxy: IpAddr = [192, 0, 2, 1].into();
        assert_eq!(address_of(Some(&peer), &headers, &[]), "192.0.2.1");
        assert_eq!(address_of(Some(&peer), &headers, &[proxy]), "198.51.100.7");
        assert_eq!(address_of(None, &headers, &[proxy]), "");
    }
}
