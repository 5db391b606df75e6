//! What handlers answer: a page, a redirect, a file, or a [`Failure`].

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{failure::Failure, security_headers::POLICY_WITH_FILM};

/// What every handler returns.
pub type Answer = Result<Response, Failure>;

/// A page.
pub fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// A page that plays recordings of this server.
pub fn page_with_film(template: &impl Template) -> Answer {
    let mut response = page(template)?;
    let policy = HeaderValue::from_static(POLICY_WITH_FILM);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// A page that says that the form on it is not right yet.
pub fn page_to_correct(template: &impl Template) -> Answer {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with a status.
pub fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(Failure::internal)?;
    Ok((
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response())
}

/// After something was done: look at this page. The browser asks for it by GET, so that going back or
/// reloading does nothing twice.
pub fn see(path: &str) -> Response {
    // A path from outside may hold what no header may; then the first page is as good.
    let location = HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A file to save. The name is ours: letters, digits, points and hyphens.
pub fn download(name: &str, content_type: &'static str, bytes: impl Into<Body>) -> Answer {
    let safe: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
            _ => '-',
        })
        .collect();
    Ok((
        [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{safe}\""),
            ),
        ],
        bytes.into(),
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::download;

    #[test]
    fn asvs_5_4_2_a_file_name_cannot_break_out_of_its_header() {
        let name = "clip\"; filename=\"evil.exe\r\nSet-Cookie: a=b\u{202e}/../x.csv";
        let answer = download(name, "text/csv", "a").unwrap();
        let shown = answer.headers()[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap();
        assert!(shown.starts_with("attachment; filename=\"clip-"), "{shown}");
        assert_eq!(shown.matches('"').count(), 2, "{shown}");
        assert_eq!(shown.matches(';').count(), 1, "{shown}");
        assert!(!shown.contains('/'), "{shown}");
        assert!(answer.headers().get(header::SET_COOKIE).is_none());
    }
}
