//! The forms in which a visitor chooses: the banner above a page, and the same two buttons on the Cookies
//! page. Both buttons send the same form; neither is first, larger or stronger.

use askama::Template;

use crate::{links::Links, settings::Settings};

#[derive(Template)]
#[template(path = "choice_form.html")]
struct Form<'a> {
    action: &'a str,
    from: Option<&'a str>,
    served: bool,
}

#[derive(Template)]
#[template(path = "choice_banner.html")]
struct Banner<'a> {
    cookies: &'a str,
    form: String,
    served: bool,
}

/// The two buttons. `from` is the page to which a server sends the visitor back.
pub fn form(links: &Links, from: Option<&str>) -> String {
    let form = Form {
        action: &links.cookies(),
        from,
        served: links.is_served(),
    };
    form.render()
        .expect("templates only write to a string, which never fails")
}

/// The banner above a page.
pub fn banner(links: &Links, page: &str) -> String {
    let banner = Banner {
        cookies: &links.cookies(),
        form: form(links, Some(page)),
        served: links.is_served(),
    };
    banner
        .render()
        .expect("templates only write to a string, which never fails")
}

/// For a server: the page with the banner, if this visitor is still to be asked.
pub fn with_banner(page: &str, path: &str, settings: &Settings, is_to_be_asked: bool) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let banner = match is_to_be_asked && settings.tool().is_some() {
        true => banner(&links, path),
        false => String::new(),
    };
    page.replacen(crate::frame::CHOICE_MARK, &banner, 1)
}
