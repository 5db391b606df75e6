//! The Cookies page: made from the registry, it lists what these pages really use and nothing else, and it is
//! where a choice is changed.

use askama::Template;

use crate::{
    choice::{Choice, Signals},
    choice_form,
    cookies::{CHOICE, Pages, REGISTRY, Stored},
    links::{COOKIES, Links},
    settings::{Analytics, Settings},
    site_pages::site_page,
};

#[derive(Template)]
#[template(path = "cookies.html")]
struct Body<'a> {
    lead: &'a str,
    choosable: bool,
    served: bool,
    chosen: &'a str,
    choice_form: String,
    public: Vec<&'static Stored>,
    public_table: String,
    counts_visits: bool,
    counted: &'a str,
    action: String,
    choice_cookie: &'static str,
    application: Vec<&'static Stored>,
    application_table: String,
}

#[derive(Template)]
#[template(path = "stored_table.html")]
struct StoredTable<'a> {
    id: &'a str,
    caption: &'a str,
    entries: &'a [&'static Stored],
}

/// What somebody can choose, and has chosen; a page that is a file knows of nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor {
    /// The choice that the browser remembers, if any.
    pub choice: Option<Choice>,
    /// What the browser itself says.
    pub signals: Signals,
}

/// The Cookies page. `visitor` is known only to a server.
pub fn cookies_page(settings: &Settings, visitor: Visitor) -> String {
    let links = Links::from_depth(&settings.place, 0);
    let served = links.is_served();
    let choosable = settings.tool().is_some();
    let counts_visits = settings.analytics == Analytics::OwnCounts;
    let public = entries(settings, |pages| pages != Pages::Application);
    let application = match served {
        true => entries(settings, |pages| pages == Pages::Application),
        false => Vec::new(),
    };
    let body = Body {
        lead: lead(choosable, counts_visits),
        choosable,
        served,
        chosen: chosen(served, visitor),
        choice_form: choice_form::form(&links, Some(COOKIES)),
        public_table: table("kept", "Kept by the public pages", &public),
        public,
        counts_visits,
        counted: counted(visitor),
        action: links.cookies(),
        choice_cookie: CHOICE,
        application_table: table(
            "kept-signed-in",
            "Kept for people who sign in",
            &application,
        ),
        application,
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    site_page(settings, COOKIES, "Cookies", body)
}

/// What these settings use, of the pages that are asked for.
pub fn entries(settings: &Settings, of: impl Fn(Pages) -> bool) -> Vec<&'static Stored> {
    let has_tool = settings.tool().is_some();
    let has_choice = has_tool || settings.analytics == Analytics::OwnCounts;
    let is_used = |stored: &&Stored| match stored.pages {
        Pages::Public => has_choice,
        Pages::PublicWithTool => has_tool,
        Pages::Application => true,
    };
    let all = REGISTRY.iter().filter(|stored| of(stored.pages));
    all.filter(is_used).collect()
}

fn lead(choosable: bool, counts_visits: bool) -> &'static str {
    match (choosable, counts_visits) {
        (true, _) => {
            "These pages need no cookies to work. One optional thing waits for your yes; until then, and after a no, \
             nothing optional is set or loaded."
        }
        (false, true) => {
            "These pages set no cookies while you read. There is nothing to accept. The only cookie there can be is one \
             that remembers an objection of yours."
        }
        (false, false) => {
            "These pages set no cookies and keep nothing on your device. There is nothing to accept or reject, and so \
             there is no banner."
        }
    }
}

fn chosen(served: bool, visitor: Visitor) -> &'static str {
    if !served {
        // The page's script says it.
        return "You have not chosen. Analytics are off.";
    }
    if visitor.signals.refuse() {
        return "Your browser says no for you. Analytics are off.";
    }
    match visitor.choice.and_then(|choice| choice.analytics) {
        Some(true) => "You accepted analytics.",
        Some(false) => "You rejected analytics. Nothing optional is set or loaded.",
        None => "You have not chosen. Analytics are off.",
    }
}

fn counted(visitor: Visitor) -> &'static str {
    if visitor.signals.refuse() {
        "Your browser says no for you. Your visits are not counted."
    } else if visitor.choice.unwrap_or_default().counts {
        "Your visits are counted, by day and page."
    } else {
        "You objected. Your visits are not counted."
    }
}

fn table(id: &str, caption: &str, entries: &[&'static Stored]) -> String {
    let table = StoredTable {
        id,
        caption,
        entries,
    };
    table
        .render()
        .expect("templates only write to a string, which never fails")
}
