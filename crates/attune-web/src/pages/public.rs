//! `/studies` and beneath: the pages that anybody may read. They set no cookie while one reads; a choice on the Cookies
//! page is a form and works without script.
//!
//! Whoever assesses or observes in a study is not shown its page, which tells its arms and its hypothesis. What is the same for everybody may be kept
//! by caches, which ask each time whether it has changed.

use attune_publication::{
    ABOUT, COOKIES, Files, ICON, INDEX, SCRIPT, STYLESHEET, Settings, Visitor, cookies_page,
    media_type, served_address, site_languages, site_path, study_path, with_banner,
};
use axum::{
    extract::{Path, Query},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    answer::{Answer, see},
    failure::Failure,
    form::Form,
    public_pages::{ROOT, visitor},
    visit::Visit,
};

/// Behind the address of a page about the site: the language in which it is wanted.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    r#in: Option<String>,
}

impl Wanted {
    /// That language where there is such a page, otherwise English.
    fn language(&self, files: &Files) -> &'static str {
        let mut languages = site_languages(files).into_iter();
        languages
            .find(|language| self.r#in.as_deref() == Some(*language))
            .unwrap_or("en")
    }
}

/// `GET /studies`: all studies.
pub async fn index(visit: Visit, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Answer {
    about_the_site(&visit, &headers, INDEX, &wanted).await
}

/// `GET /studies/about.html`: privacy and accessibility.
pub async fn about(visit: Visit, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Answer {
    about_the_site(&visit, &headers, ABOUT, &wanted).await
}

async fn about_the_site(visit: &Visit, headers: &HeaderMap, page: &str, wanted: &Wanted) -> Answer {
    let language = wanted.language(&*visit.app.publication().await?);
    open(visit, headers, &site_path(page, language)).await
}

/// `GET /studies/publication.css`.
pub async fn stylesheet(visit: Visit, headers: HeaderMap) -> Answer {
    open(&visit, &headers, STYLESHEET).await
}

/// `GET /studies/icon.svg`.
pub async fn icon(visit: Visit, headers: HeaderMap) -> Answer {
    open(&visit, &headers, ICON).await
}

/// `GET /studies/choice.js`: what loads the owner's analytics tool after a yes; not there without a tool.
pub async fn script(visit: Visit, headers: HeaderMap) -> Answer {
    open(&visit, &headers, SCRIPT).await
}

/// `GET /studies/cookies.html`: what is kept, and what this visitor chose. Nobody else may be shown their choice.
pub async fn cookies(visit: Visit, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Answer {
    let (choice, signals) = visitor(&headers);
    let files = visit.app.publication().await?;
    let language = wanted.language(&files);
    count(&visit, &headers, &site_path(COOKIES, language)).await?;
    let settings = visit.app.publishing();
    let visitor = Visitor { choice, signals };
    let body = cookies_page(&settings, visitor, language, &site_languages(&files));
    let kind = [(header::CONTENT_TYPE, media_type(COOKIES))];
    with_policy((kind, body).into_response(), &settings)
}

/// `GET /studies/{study}/{page}`: the page of a study in one of its languages; `index.html` is its own.
pub async fn page(
    visit: Visit,
    Path((study, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    of_study(&visit, &headers, &format!("{study}/{file}")).await
}

/// `GET /studies/{study}/figures/{file}`: a figure, or the numbers behind it.
pub async fn figure(
    visit: Visit,
    Path((study, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    of_study(&visit, &headers, &format!("{study}/figures/{file}")).await
}

/// The public page at the address of a study's home, for whoever has no part in the study. A study without one answers
/// them as it answers about everything else.
pub async fn instead(visit: &Visit, headers: &HeaderMap, refusal: Failure) -> Answer {
    let study = visit.study_id.as_ref().ok_or(Failure::no_such("page"))?;
    let path = study_path(study, None);
    match of_study(visit, headers, &path).await {
        Err(Failure::NotFound { .. }) => Err(refusal),
        answer => answer,
    }
}

/// A file of one study.
async fn of_study(visit: &Visit, headers: &HeaderMap, path: &str) -> Answer {
    open(visit, headers, path).await
}

/// A file of the publication.
async fn open(visit: &Visit, headers: &HeaderMap, path: &str) -> Answer {
    let files = visit.app.publication().await?;
    let bytes = files.get(path).ok_or(Failure::no_such("public page"))?;
    count(visit, headers, path).await?;
    if !path.ends_with(".html") {
        return Ok(to_be_kept(visit, headers, path, bytes));
    }
    let (choice, signals) = visitor(headers);
    let is_to_be_asked = choice.unwrap_or_default().is_to_be_asked(signals);
    let settings = visit.app.publishing();
    let page = String::from_utf8_lossy(bytes);
    let page = with_banner(&page, path, &settings, is_to_be_asked);
    let response = to_be_kept(visit, headers, path, page.as_bytes());
    with_policy(response, &settings)
}

/// The policy of every page of the application holds here too, beside the page's own; where the owner has an analytics
/// tool it is opened for that tool and for nothing else.
fn with_policy(mut response: Response, settings: &Settings) -> Answer {
    if let Some(tool) = settings.policy_for_tool() {
        let policy = HeaderValue::try_from(tool).map_err(Failure::internal)?;
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// Counts a reader. People who work here would only count themselves.
async fn count(visit: &Visit, headers: &HeaderMap, path: &str) -> Result<(), Failure> {
    let (choice, signals) = visitor(headers);
    match visit.person.is_none() && path.ends_with(".html") {
        true => visit.app.count_visit(path, choice, signals).await,
        false => Ok(()),
    }
}

/// The answer with what caches must know. Browsers ask each time, so that a study that is taken back is gone at once.
fn to_be_kept(visit: &Visit, headers: &HeaderMap, path: &str, bytes: &[u8]) -> Response {
    let digest = Sha256::digest(bytes);
    let tag: String = digest[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let has_it = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(&tag));
    let who = if visit.person.is_some() {
        "private"
    } else {
        "public"
    };
    let kept: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, media_type(path).to_owned()),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, format!("{who}, no-cache")),
        (header::VARY, "cookie".to_owned()),
    ];
    match has_it {
        true => (StatusCode::NOT_MODIFIED, kept).into_response(),
        false => (kept, bytes.to_owned()).into_response(),
    }
}

/// What the forms of the Cookies page send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    analytics: Option<String>,
    counts: Option<String>,
    from: Option<String>,
}

/// `POST /studies/cookies.html`: a choice, remembered in one cookie.
pub async fn choose(
    visit: Visit,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Answer {
    let (choice, _) = visitor(&headers);
    let fields = [("analytics", &chosen.analytics), ("counts", &chosen.counts)];
    let fields = fields
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let choice = choice.unwrap_or_default().after_form(fields);
    // Back to where the form stood, if that is one of our pages.
    let files = visit.app.publication().await?;
    let from = chosen.from.filter(|from| files.contains_key(from));
    let language = wanted.language(&files);
    let place = match from {
        Some(from) => served_address(ROOT, &from),
        None => served_address(ROOT, &site_path(COOKIES, language)),
    };
    let mut response: Response = see(&place);
    let cookie = HeaderValue::try_from(choice.set_cookie(visit.app.is_encrypted()))
        .map_err(Failure::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
