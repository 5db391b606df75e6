//! `/public`: the pages that anybody may read. They set no cookie while one reads; a choice on the Cookies page is a
//! form and works without script.

use attune_publication::{COOKIES, INDEX, Visitor, cookies_page, media_type};
use attune_store::Role;
use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    answer::{Answer, see},
    failure::Failure,
    form::Form,
    public_pages::{ROOT, settings, visitor},
    visit::Visit,
};

/// `GET /public`: all studies.
pub async fn index(visit: Visit, headers: HeaderMap) -> Answer {
    page(&visit, &headers, INDEX).await
}

/// `GET /public/cookies.html`: what is kept, and what this visitor chose.
pub async fn cookies(visit: Visit, headers: HeaderMap) -> Answer {
    page(&visit, &headers, COOKIES).await
}

/// `GET /public/{page}`: the page of a study, or one of the pages and files beside.
pub async fn study(visit: Visit, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    let path = match name.contains('.') {
        true => name,
        false => format!("{name}/index.html"),
    };
    page(&visit, &headers, &path).await
}

/// `GET /public/{page}/{file}`: the page of a study in another language.
pub async fn file(
    visit: Visit,
    Path((study, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    page(&visit, &headers, &format!("{study}/{file}")).await
}

/// `GET /public/{page}/figures/{file}`: a figure, or the numbers behind it.
pub async fn figure(
    visit: Visit,
    Path((study, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    page(&visit, &headers, &format!("{study}/figures/{file}")).await
}

async fn page(visit: &Visit, headers: &HeaderMap, path: &str) -> Answer {
    let (choice, signals) = visitor(headers);
    let files = visit.app.publication().await?;
    let is_about = |study: &str| path.starts_with(&format!("{study}/"));
    if let Some(person) = &visit.person {
        // Released results show arms: somebody blind who is signed in here does not come upon them by chance.
        for study in visit.app.store().studies().await? {
            let mut roles = person.roles_in(&study.id);
            let is_blind = roles.any(|role| matches!(role, Role::Assessor | Role::Observer));
            if is_about(&study.id) && is_blind {
                return Err(Failure::Blind);
            }
        }
    }
    let bytes = files.get(path).ok_or(Failure::no_such("public page"))?;
    if path.ends_with(".html") {
        visit.app.count_visit(path, choice, signals).await?;
    }
    let body = match path == COOKIES {
        true => cookies_page(&settings(), Visitor { choice, signals }).into_bytes(),
        false => bytes.clone(),
    };
    Ok(([(header::CONTENT_TYPE, media_type(path))], body).into_response())
}

/// What the forms of the Cookies page send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    analytics: Option<String>,
    counts: Option<String>,
    from: Option<String>,
}

/// `POST /public/cookies.html`: a choice, remembered in one cookie.
pub async fn choose(visit: Visit, headers: HeaderMap, Form(chosen): Form<Chosen>) -> Answer {
    let (choice, _) = visitor(&headers);
    let fields = [("analytics", &chosen.analytics), ("counts", &chosen.counts)];
    let fields = fields
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let choice = choice.unwrap_or_default().after_form(fields);
    // Back to where the form stood, if that is one of our pages.
    let files = visit.app.publication().await?;
    let from = chosen.from.filter(|from| files.contains_key(from));
    let from = from.unwrap_or_else(|| COOKIES.to_owned());
    let mut response: Response = see(&format!("{ROOT}/{from}"));
    let cookie = HeaderValue::try_from(choice.set_cookie(visit.app.is_encrypted()))
        .map_err(Failure::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
