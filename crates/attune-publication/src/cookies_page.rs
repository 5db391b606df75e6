//! The Cookies page: made from the registry, it lists what these pages really use and nothing else, and it is
//! where a choice is changed.

use askama::Template;
use attune_report::escape;

use crate::{
    choice::{Choice, Signals},
    choice_form,
    cookies::{CHOICE, Category, Kind, Pages, REGISTRY, Stored, TOOL},
    links::{COOKIES, Links, site_path},
    page_words::words_in,
    settings::{Analytics, Settings},
    site_pages::site_page,
    site_words::{SiteWords, site_words},
};

#[derive(Template)]
#[template(path = "cookies.html")]
struct Body<'a> {
    title: &'a str,
    words: &'static SiteWords,
    lead: &'a str,
    choosable: bool,
    served: bool,
    chosen: &'a str,
    choice_form: String,
    has_public: bool,
    public_table: String,
    counts_visits: bool,
    counted: &'a str,
    action: String,
    /// HTML.
    counting_cookie: String,
    has_application: bool,
    application_table: String,
}

#[derive(Template)]
#[template(path = "stored_table.html")]
struct StoredTable<'a> {
    id: &'a str,
    caption: &'a str,
    words: &'static SiteWords,
    /// The language of the rows, where it is not the page's.
    in_english: bool,
    rows: Vec<[&'a str; 5]>,
}

/// What somebody can choose, and has chosen; a page that is a file knows of nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor {
    /// The choice that the browser remembers, if any.
    pub choice: Option<Choice>,
    /// What the browser itself says.
    pub signals: Signals,
}

/// The Cookies page in one of the languages in which there is one. `visitor` is known only to a server.
pub fn cookies_page(
    settings: &Settings,
    visitor: Visitor,
    language: &'static str,
    languages: &[&'static str],
) -> String {
    let links = Links::from_depth(&settings.place, 0).in_language(language);
    let words = site_words(language);
    let served = links.is_served();
    let choosable = settings.tool().is_some();
    let counts_visits = settings.analytics == Analytics::OwnCounts;
    let public = entries(settings, |pages| pages != Pages::Application);
    let application = match served {
        true => entries(settings, |pages| pages == Pages::Application),
        false => Vec::new(),
    };
    let title = &words_in(language).0.cookies;
    let own_path = site_path(COOKIES, language);
    let body = Body {
        title,
        words,
        lead: lead(words, choosable, counts_visits),
        choosable,
        served,
        chosen: chosen(words, served, visitor),
        choice_form: choice_form::form(&links, Some(&own_path), language),
        has_public: !public.is_empty(),
        public_table: table("kept", &words.list_caption, words, false, &public),
        counts_visits,
        counted: counted(words, visitor),
        action: links.cookies(),
        counting_cookie: escape(&words.counting_cookie)
            .replace("{name}", &format!("<code dir=\"ltr\">{CHOICE}</code>")),
        has_application: !application.is_empty(),
        application_table: table(
            "kept-signed-in",
            &words.application_caption,
            words,
            language != "en",
            &application,
        ),
    };
    let body = body
        .render()
        .expect("templates only write to a string, which never fails");
    site_page(settings, COOKIES, title, body, language, languages)
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

fn lead(words: &SiteWords, choosable: bool, counts_visits: bool) -> &str {
    match (choosable, counts_visits) {
        (true, _) => &words.lead_tool,
        (false, true) => &words.lead_counts,
        (false, false) => &words.lead_nothing,
    }
}

fn chosen(words: &SiteWords, served: bool, visitor: Visitor) -> &str {
    if !served {
        // The page's script says it.
        return &words.chosen_nothing;
    }
    if visitor.signals.refuse() {
        return &words.chosen_browser;
    }
    match visitor.choice.and_then(|choice| choice.analytics) {
        Some(true) => &words.chosen_yes,
        Some(false) => &words.chosen_no,
        None => &words.chosen_nothing,
    }
}

fn counted(words: &SiteWords, visitor: Visitor) -> &str {
    if visitor.signals.refuse() {
        &words.counted_browser
    } else if visitor.choice.unwrap_or_default().counts {
        &words.counted_yes
    } else {
        &words.counted_no
    }
}

/// What is kept, one row each. What only people who sign in meet is told in English, as the application is.
fn table(
    id: &str,
    caption: &str,
    words: &'static SiteWords,
    in_english: bool,
    entries: &[&'static Stored],
) -> String {
    let of_rows = match in_english {
        true => site_words("en"),
        false => words,
    };
    let rows = entries.iter().map(|stored| {
        let (purpose, lifetime) = match stored.name {
            CHOICE => (&*of_rows.choice_purpose, &*of_rows.choice_lifetime),
            TOOL => (&*of_rows.tool_purpose, &*of_rows.tool_lifetime),
            _ => (stored.purpose, stored.lifetime),
        };
        [
            stored.name,
            purpose,
            kind(of_rows, stored.kind),
            category(of_rows, stored.category),
            lifetime,
        ]
    });
    let table = StoredTable {
        id,
        caption,
        words,
        in_english,
        rows: rows.collect(),
    };
    table
        .render()
        .expect("templates only write to a string, which never fails")
}

fn kind(words: &SiteWords, kind: Kind) -> &str {
    match kind {
        Kind::Cookie => &words.kind_cookie,
        Kind::LocalStorage => &words.kind_local_storage,
        Kind::SessionStorage => &words.kind_session_storage,
        Kind::Database => &words.kind_database,
        Kind::Cache => &words.kind_cache,
        Kind::Script => &words.kind_script,
    }
}

fn category(words: &SiteWords, category: Category) -> &str {
    match category {
        Category::Necessary => &words.category_necessary,
        Category::Analytics => &words.category_analytics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookies::listed;

    #[test]
    fn the_list_in_the_code_and_the_words_of_the_page_say_the_same() {
        let words = site_words("en");
        for (name, purpose, lifetime) in [
            (CHOICE, &words.choice_purpose, &words.choice_lifetime),
            (TOOL, &words.tool_purpose, &words.tool_lifetime),
        ] {
            let stored = listed(name).expect("it is listed");
            assert_eq!((stored.purpose, stored.lifetime), (&**purpose, &**lifetime));
            assert_eq!(kind(words, stored.kind), stored.kind.words());
            assert_eq!(category(words, stored.category), stored.category.words());
        }
    }
}
