//! `/visits`: how often the public pages were read, for whoever answers for the installation.

use askama::Template;
use attune_report::Format;
use axum::{extract::Path, http::header, response::IntoResponse};

use crate::{
    answer::{Answer, page as show},
    failure::Failure,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    layout: Layout,
    total: u64,
    days: usize,
    by_page: Vec<(String, u64)>,
    summary: String,
}

/// `GET /visits`.
pub async fn page(visit: Visit) -> Answer {
    let visits = visit.app.visits().await?;
    let by_day = visits.by_day();
    let total: u64 = by_day.iter().map(|(_, n)| n).sum();
    let summary = match (by_day.first(), by_day.last()) {
        (Some((first, _)), Some((last, _))) => format!("{total} visits from {first} to {last}"),
        _ => String::new(),
    };
    show(&VisitsPage {
        total,
        days: by_day.len(),
        by_page: visits
            .by_page()
            .into_iter()
            .map(|(page, n)| (page.to_owned(), n))
            .collect(),
        summary,
        layout: Layout::of(&visit, "Visits"),
    })
}

/// `GET /visits/{figure}`: `wide.svg` or `narrow.svg`.
pub async fn figure(visit: Visit, Path(name): Path<String>) -> Answer {
    let format = match name.as_str() {
        "wide.svg" => Format::Wide,
        "narrow.svg" => Format::Narrow,
        _ => return Err(Failure::no_such("figure")),
    };
    let figure = visit.app.visits().await?.figure(format);
    let figure = figure.ok_or(Failure::no_such("figure"))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], figure).into_response())
}
