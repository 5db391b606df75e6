//! The forms in which a visitor chooses: the banner above a page, and the same two buttons on the Cookies
//! page. Both buttons send the same form; neither is first, larger or stronger.

use askama::Template;

use crate::{
    frame::CHOICE_MARK,
    links::Links,
    page_words::direction,
    settings::Settings,
    site_words::{SiteWords, site_language, site_words, with_link},
};

#[derive(Template)]
#[template(path = "choice_form.html")]
struct Form<'a> {
    action: &'a str,
    from: Option<&'a str>,
    served: bool,
    words: &'static SiteWords,
}

#[derive(Template)]
#[template(path = "choice_banner.html")]
struct Banner {
    language: &'static str,
    direction: &'static str,
    words: &'static SiteWords,
    /// HTML.
    young: String,
    form: String,
    served: bool,
}

/// The two buttons. `from` is the page to which a server sends the visitor back.
pub fn form(links: &Links, from: Option<&str>, language: &str) -> String {
    let form = Form {
        action: &links.cookies(),
        from,
        served: links.is_served(),
        words: site_words(language),
    };
    form.render()
        .expect("templates only write to a string, which never fails")
}

/// The banner above a page, in its language where there are words for it.
pub fn banner(links: &Links, page: &str, language: &str) -> String {
    let language = site_language(language);
    let words = site_words(language);
    let banner = Banner {
        language,
        direction: direction(language),
        words,
        young: with_link(&words.banner_young, &links.cookies()),
        form: form(links, Some(page), language),
        served: links.is_served(),
    };
    banner
        .render()
        .expect("templates only write to a string, which never fails")
}

/// For a server: the page with the banner, if this visitor is still to be asked.
pub fn with_banner(page: &str, path: &str, settings: &Settings, is_to_be_asked: bool) -> String {
    let Some((before, rest)) = page.split_once(CHOICE_MARK) else {
        return page.to_owned();
    };
    let (language, after) = rest.split_once(" -->").unwrap_or(("en", rest));
    let links = Links::from_depth(&settings.place, 0).in_language(language);
    let banner = match is_to_be_asked && settings.tool().is_some() {
        true => banner(&links, path, language),
        false => String::new(),
    };
    format!("{before}{banner}{after}")
}
