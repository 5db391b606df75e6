//! The pages that belong to no study: the list of all studies, and privacy and accessibility.

use askama::Template;

use crate::{
    frame::{LanguageChoice, Page},
    links::{ABOUT, INDEX, Links},
    page_words::words_in,
    results::FEWEST,
    settings::Settings,
    study_page::{Published, in_short, status_words},
};

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    title: &'a str,
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
    links: &'a Links,
    tool: bool,
    served: bool,
    smallest: usize,
}

/// All studies.
pub fn index(studies: &[Published<'_>], settings: &Settings) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let (words, _) = words_in("en");
    let listed = studies.iter().map(|published| {
        let study = &published.protocol.study;
        let mut others = published.switch(&study.language, &links);
        others.retain(|choice| !choice.is_here);
        Listed {
            address: links.study(&study.id, None),
            language: &study.language,
            title: published.title(&study.language),
            simulated: published.is_simulated(),
            summary: in_short(published.protocol),
            status: status_words(study.status, words),
            results: study.shows_results(),
            others,
        }
    });
    let body = Index {
        title: &settings.title,
        studies: listed.collect(),
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    site_page(settings, INDEX, &settings.title, body)
}

/// Privacy and accessibility.
pub fn about(settings: &Settings) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let body = About {
        links: &links,
        tool: settings.tool().is_some(),
        served: links.is_served(),
        smallest: FEWEST,
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    site_page(settings, ABOUT, "Privacy and accessibility", body)
}

/// A page in English that belongs to no study.
pub fn site_page(settings: &Settings, path: &str, title: &str, body: String) -> String {
    let page = Page {
        settings,
        links: Links::from_depth(&settings.place, 0),
        path: path.to_owned(),
        language: "en",
        title: title.to_owned(),
        description: String::new(),
        simulated: false,
        switch: Vec::new(),
        changed: None,
        json_ld: String::new(),
        body,
    };
    page.html()
}
