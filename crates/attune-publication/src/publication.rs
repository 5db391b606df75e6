//! A publication as a whole: the pages of all studies, the list of them, the Cookies page, and the files that
//! they need, each by its path.

use std::collections::BTreeMap;

use crate::{
    cookies_page::{Visitor, cookies_page},
    links::{ABOUT, COOKIES, ICON, INDEX, SCRIPT, STYLESHEET},
    settings::Settings,
    site_pages::{about, index},
    study_page::Published,
};

/// Files by their path, with `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// All pages of these studies and what they need. The same studies and settings give the same bytes.
pub fn publish(studies: &[Published<'_>], settings: &Settings) -> Files {
    let mut files = Files::new();
    for published in studies {
        for language in published.languages() {
            let page = published.page(language, settings);
            files.insert(page.path, page.html.into_bytes());
            files.extend(page.files);
        }
    }
    let mut add = |path: &str, text: String| files.insert(path.to_owned(), text.into_bytes());
    add(INDEX, index(studies, settings));
    add(COOKIES, cookies_page(settings, Visitor::default()));
    add(ABOUT, about(settings));
    add(
        STYLESHEET,
        include_str!("../assets/publication.css").to_owned(),
    );
    add(ICON, include_str!("../assets/icon.svg").to_owned());
    if settings.tool().is_some() {
        add(SCRIPT, include_str!("../assets/choice.js").to_owned());
    }
    files
}

/// The kind of a file by its ending, for a server.
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}
