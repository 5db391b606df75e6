//! The pages that belong to no study: the list of all studies, and privacy and accessibility.

use askama::Template;

use crate::{
    frame::{LanguageChoice, Page},
    links::{ABOUT, COOKIES, INDEX, Links, site_path},
    page_words::{language_name, words_in},
    results::FEWEST,
    settings::Settings,
    site_words::{SiteWords, site_words, with_link},
    study_page::{Published, in_short, status_words},
};

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    title: &'a str,
    words: &'static SiteWords,
    studies: Vec<Listed<'a>>,
}

struct Listed<'a> {
    address: String,
    language: &'a str,
    title: &'a str,
    simulated: bool,
    summary: String,
    status: &'a str,
    results: bool,
    others: Vec<LanguageChoice>,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About<'a> {
    title: &'a str,
    words: &'static SiteWords,
    /// HTML.
    kept: String,
    numbers: String,
    tool: bool,
    served: bool,
}

/// All studies: each in the page's language where it has one, otherwise in its own.
pub fn index(
    studies: &[Published<'_>],
    settings: &Settings,
    language: &'static str,
    languages: &[&'static str],
) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let (words, _) = words_in(language);
    let listed = studies.iter().map(|published| {
        let study = &published.protocol.study;
        let here = published.nearest_language(language);
        let mut others = published.switch(here, &links);
        others.retain(|choice| !choice.is_here);
        Listed {
            address: links.study(&study.id, published.other(here)),
            language: here,
            title: published.title(here),
            simulated: published.is_simulated(),
            summary: in_short(published.protocol, here),
            status: status_words(study.status, words),
            results: study.shows_results(),
            others,
        }
    });
    let body = Index {
        title: settings.title_in(language),
        words: site_words(language),
        studies: listed.collect(),
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    let title = settings.title_in(language);
    site_page(settings, INDEX, title, body, language, languages)
}

/// Privacy and accessibility.
pub fn about(settings: &Settings, language: &'static str, languages: &[&'static str]) -> String {
    let links = Links::from_depth(&settings.place, 0).in_language(language);
    let words = site_words(language);
    let title = &words_in(language).0.about;
    let body = About {
        title,
        words,
        kept: with_link(&words.privacy_kept, &links.site(COOKIES)),
        numbers: words.numbers_text.replace("{n}", &FEWEST.to_string()),
        tool: settings.tool().is_some(),
        served: links.is_served(),
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    site_page(settings, ABOUT, title, body, language, languages)
}

/// A page that belongs to no study, in one of the languages in which there is one.
pub fn site_page(
    settings: &Settings,
    page: &str,
    title: &str,
    body: String,
    language: &'static str,
    languages: &[&'static str],
) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let switch = languages.iter().map(|other| LanguageChoice {
        tag: (*other).to_owned(),
        name: language_name(other).to_owned(),
        address: links.clone().in_language(other).site(page),
        is_here: *other == language,
    });
    let page = Page {
        settings,
        links: links.clone().in_language(language),
        path: site_path(page, language),
        language,
        title: title.to_owned(),
        description: String::new(),
        simulated: false,
        switch: switch.collect(),
        changed: None,
        json_ld: String::new(),
        body,
    };
    page.html()
}
