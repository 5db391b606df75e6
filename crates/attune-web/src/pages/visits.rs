//! `/visits`: how often the public pages were read, for whoever answers for the installation.

use askama::Template;
use attune_publication::served_address;
use attune_report::Format;
use axum::{extract::Path, http::header, response::IntoResponse};

use crate::{
    answer::{Answer, page as show},
    failure::Failure,
    layout::Layout,
    public_pages::ROOT,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    layout: Layout,
    total: u64,
    days: usize,
    by_page: Vec<Page>,
    summary: String,
}

struct Page {
    /// Its path within the publication, under which visits are counted.
    path: String,
    /// Where the server answers with it.
    address: String,
    visits: u64,
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
            .map(|(path, visits)| Page {
                path: path.to_owned(),
                address: served_address(ROOT, path),
                visits,
            })
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
