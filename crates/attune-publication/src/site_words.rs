//! The words of the pages about the site (all studies, cookies, privacy and accessibility) and of the banner of the
//! choice, by language, from the files in `site_words/`. There is one for each language that has words for study
//! pages.

use std::sync::LazyLock;

use attune_report::escape;
use serde::Deserialize;

use crate::page_words::{primary, words_in};

/// Words in one language; each field is what it is named after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteWords {
    pub results_released: String,
    pub results_not_released: String,
    pub simulated: String,
    pub banner_heading: String,
    pub banner_text: String,
    pub banner_young: String,
    pub reject: String,
    pub accept: String,
    pub lead_tool: String,
    pub lead_counts: String,
    pub lead_nothing: String,
    pub choice_heading: String,
    pub choice_text: String,
    pub chosen_nothing: String,
    pub chosen_browser: String,
    pub chosen_yes: String,
    pub chosen_no: String,
    pub no_script: String,
    pub browser_heading: String,
    pub browser_text: String,
    pub list_heading: String,
    pub list_nothing: String,
    pub list_caption: String,
    pub list_necessary: String,
    pub list_analytics: String,
    pub column_name: String,
    pub column_purpose: String,
    pub column_kind: String,
    pub column_category: String,
    pub column_lifetime: String,
    pub kind_cookie: String,
    pub kind_local_storage: String,
    pub kind_session_storage: String,
    pub kind_database: String,
    pub kind_cache: String,
    pub kind_script: String,
    pub category_necessary: String,
    pub category_analytics: String,
    pub choice_purpose: String,
    pub choice_lifetime: String,
    pub tool_purpose: String,
    pub tool_lifetime: String,
    pub counting_heading: String,
    pub counting_text: String,
    pub counting_why: String,
    pub counted_yes: String,
    pub counted_no: String,
    pub counted_browser: String,
    pub count_no: String,
    pub count_yes: String,
    pub counting_cookie: String,
    pub application_heading: String,
    pub application_text: String,
    pub application_caption: String,
    pub young_heading: String,
    pub young_choice: String,
    pub young_nothing: String,
    pub clear_heading: String,
    pub clear_text: String,
    pub clear_chrome: String,
    pub clear_firefox: String,
    pub safari_mac: String,
    pub clear_safari_mac: String,
    pub safari_phone: String,
    pub clear_safari_phone: String,
    pub clear_edge: String,
    pub clear_after: String,
    pub clear_choice: String,
    pub privacy_heading: String,
    pub privacy_nothing: String,
    pub privacy_tool: String,
    pub privacy_kept: String,
    pub privacy_address: String,
    pub privacy_served: String,
    pub privacy_files: String,
    pub privacy_families: String,
    pub numbers_heading: String,
    pub numbers_text: String,
    pub accessibility_heading: String,
    pub accessibility_lead: String,
    pub accessibility_items: Vec<String>,
    pub accessibility_tested: String,
    pub accessibility_known: String,
    pub accessibility_tell: String,
}

static ALL: LazyLock<Vec<(&str, SiteWords)>> = LazyLock::new(|| {
    [
        ("en", include_str!("../site_words/en.toml")),
        ("ar", include_str!("../site_words/ar.toml")),
        ("de", include_str!("../site_words/de.toml")),
        ("es", include_str!("../site_words/es.toml")),
        ("fr", include_str!("../site_words/fr.toml")),
        ("pl", include_str!("../site_words/pl.toml")),
        ("pt", include_str!("../site_words/pt.toml")),
    ]
    .into_iter()
    .map(|(language, text)| {
        let words = toml::from_str(text)
            .unwrap_or_else(|error| panic!("site_words/{language}.toml: {error}"));
        (language, words)
    })
    .collect()
});

/// The language of the site's pages for a language of a study: its first part where there are words for it,
/// otherwise English.
pub fn site_language(language: &str) -> &'static str {
    let known = ALL.iter().map(|(known, _)| *known);
    let mut same = known.filter(|known| known.eq_ignore_ascii_case(primary(language)));
    match words_in(language).1 {
        true => same.next().unwrap_or("en"),
        false => "en",
    }
}

/// The words for the site's pages in a language, or English ones.
pub fn site_words(language: &str) -> &'static SiteWords {
    let language = site_language(language);
    let found = ALL.iter().find(|(known, _)| *known == language);
    &found.expect("English is among them").1
}

/// The languages that there are words for.
pub fn all_site_languages() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(language, _)| *language)
}

/// As HTML; what stands in square brackets leads to the address.
pub fn with_link(words: &str, address: &str) -> String {
    let whole = escape(words);
    let parts = whole
        .split_once('[')
        .and_then(|(before, rest)| Some((before, rest.split_once(']')?)));
    match parts {
        Some((before, (label, after))) => {
            format!("{before}<a href=\"{}\">{label}</a>{after}", escape(address))
        }
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_study_pages_has_site_pages_and_links_where_english_has_them() {
        let of_pages: Vec<&str> = crate::page_words::languages().collect();
        assert_eq!(all_site_languages().collect::<Vec<_>>(), of_pages);
        for language in of_pages {
            let words = site_words(language);
            assert!(words.privacy_kept.contains('['), "{language}");
            assert!(words.banner_young.contains('['), "{language}");
            assert!(words.numbers_text.contains("{n}"), "{language}");
            assert!(words.counting_cookie.contains("{name}"), "{language}");
            assert_eq!(words.accessibility_items.len(), 4, "{language}");
        }
        assert_eq!(site_language("pt-BR"), "pt");
        assert_eq!(site_language("bn"), "en");
    }

    #[test]
    fn what_stands_in_brackets_is_the_link_and_nothing_is_markup() {
        assert_eq!(
            with_link("See <b> [the page].", "a&b"),
            "See &lt;b&gt; <a href=\"a&amp;b\">the page</a>."
        );
        assert_eq!(with_link("None", "x"), "None");
    }
}
