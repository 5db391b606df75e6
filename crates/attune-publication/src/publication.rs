//! A publication as a whole: the pages of all studies, the list of them, the Cookies page, and the files that
//! they need, each by its path.

use std::collections::BTreeMap;

use crate::{
    cookies_page::{Visitor, cookies_page},
    links::{ABOUT, COOKIES, ICON, INDEX, SCRIPT, STYLESHEET, site_path},
    settings::Settings,
    site_pages::{about, index},
    site_words::{all_site_languages, site_language},
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
    let languages = languages_of(studies);
    for language in &languages {
        let mut add = |page: &str, text: String| add(&site_path(page, language), text);
        let visitor = Visitor::default();
        add(INDEX, index(studies, settings, language, &languages));
        add(
            COOKIES,
            cookies_page(settings, visitor, language, &languages),
        );
        add(ABOUT, about(settings, language, &languages));
    }
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

/// The languages of the pages about the site: English, and every one of a study for which there are words.
fn languages_of(studies: &[Published<'_>]) -> Vec<&'static str> {
    let mut languages = vec!["en"];
    for language in studies.iter().flat_map(Published::languages) {
        let language = site_language(language);
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

/// The languages in which these files have the pages about the site.
pub fn site_languages(files: &Files) -> Vec<&'static str> {
    all_site_languages()
        .filter(|language| files.contains_key(&site_path(INDEX, language)))
        .collect()
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
