//! What stands around every page: head, banners, languages, foot. The body is made elsewhere and comes in as
//! HTML that is already safe.

use askama::Template;
use attune_report::escape;

use crate::{
    choice::{REMEMBERED_SECONDS, TEXT_VERSION},
    choice_form,
    links::{COOKIES, INDEX, Links, is_page},
    page_words::{PageWords, direction, words_in},
    settings::{Analytics, Matomo, Settings},
};

/// How the place begins where a server puts the banner of the choice, for visitors who are to be asked; the language
/// follows.
pub const CHOICE_MARK: &str = "<!-- choice in ";

/// A page without what stands around it.
pub struct Page<'a> {
    pub settings: &'a Settings,
    pub links: Links,
    /// Its path within the publication.
    pub path: String,
    pub language: &'a str,
    pub title: String,
    pub description: String,
    pub simulated: bool,
    /// The page in every language, its own among them.
    pub switch: Vec<LanguageChoice>,
    pub changed: Option<String>,
    /// Safe to stand in a script element.
    pub json_ld: String,
    /// HTML.
    pub body: String,
}

/// The page in one language.
#[derive(Debug, Clone)]
pub struct LanguageChoice {
    pub tag: String,
    pub name: String,
    pub address: String,
    pub is_here: bool,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Frame<'a> {
    language: &'a str,
    direction: &'static str,
    policy: String,
    engine: &'a str,
    site_title: &'a str,
    description: &'a str,
    title: &'a str,
    simulated: bool,
    words: &'static PageWords,
    /// Whether they are in the page's language.
    speaks: bool,
    links: &'a Links,
    alternates: Vec<(&'a str, &'a str)>,
    tool: Option<&'a Matomo>,
    text_version: u32,
    remembered_seconds: u32,
    json_ld: &'a str,
    choice_mark: String,
    choice_banner: String,
    switch: &'a [LanguageChoice],
    counts_visits: bool,
    changed: Option<&'a str>,
    is_index: bool,
    is_cookies: bool,
    body: &'a str,
}

impl Frame<'_> {
    fn fixed(&self, words: &str) -> String {
        fixed(self.language, words)
    }
}

/// Fixed words as HTML: marked as English on a page whose language has none of its own.
pub fn fixed(language: &str, words: &str) -> String {
    let escaped = escape(words);
    match words_in(language).1 {
        true => escaped,
        false => format!("<span lang=\"en\" dir=\"ltr\">{escaped}</span>"),
    }
}

impl Page<'_> {
    /// The whole page.
    pub fn html(&self) -> String {
        let others = self.switch.iter().filter(|choice| !choice.is_here);
        let frame = Frame {
            language: self.language,
            direction: direction(self.language),
            policy: self.settings.policy(),
            engine: &self.settings.engine,
            site_title: self.settings.title_in(self.language),
            description: &self.description,
            title: &self.title,
            simulated: self.simulated,
            words: words_in(self.language).0,
            speaks: words_in(self.language).1,
            links: &self.links,
            alternates: others
                .map(|choice| (choice.tag.as_str(), choice.address.as_str()))
                .collect(),
            tool: self.settings.tool(),
            text_version: TEXT_VERSION,
            remembered_seconds: REMEMBERED_SECONDS,
            json_ld: &self.json_ld,
            choice_mark: format!("{CHOICE_MARK}{} -->", self.language),
            choice_banner: choice_form::banner(&self.links, &self.path, self.language),
            switch: &self.switch,
            counts_visits: self.settings.analytics == Analytics::OwnCounts,
            changed: self.changed.as_deref(),
            is_index: is_page(&self.path, INDEX),
            is_cookies: is_page(&self.path, COOKIES),
            body: &self.body,
        };
        frame
            .render()
            .expect("templates only write to a string, which never fails")
    }
}
