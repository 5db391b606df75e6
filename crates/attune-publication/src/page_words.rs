//! The fixed words of the public pages, by language, from the files in `words/`. A language without a file
//! of its own has the study's texts in that language and fixed words in English, marked as English.

use std::sync::LazyLock;

use serde::Deserialize;

/// Fixed words in one language; each field is the word that it is named after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageWords {
    pub name: String,
    pub skip: String,
    pub studies: String,
    pub cookies: String,
    pub about: String,
    pub languages: String,
    pub simulated: String,
    pub simulated_more: String,
    pub in_short: String,
    pub at_a_glance: String,
    pub status: String,
    pub planned: String,
    pub recruiting: String,
    pub follow_up: String,
    pub completed: String,
    pub stopped: String,
    pub dates: String,
    pub from_to: String,
    pub team: String,
    pub partners: String,
    pub funder: String,
    pub ethics: String,
    pub registration: String,
    pub contact: String,
    pub not_stated: String,
    pub aims: String,
    pub numbers: String,
    pub not_released: String,
    pub publications: String,
    pub data: String,
    pub changed: String,
    pub made_by: String,
    pub nothing_elsewhere: String,
    pub results: String,
    pub not_in_this_language: String,
    pub read_it_there: String,
    pub names_in_own: String,
    pub counted: String,
    pub object: String,
    pub in_their_words: String,
    pub single_voices: String,
}

static ALL: LazyLock<Vec<(&str, PageWords)>> = LazyLock::new(|| {
    [
        ("en", include_str!("../words/en.toml")),
        ("ar", include_str!("../words/ar.toml")),
        ("de", include_str!("../words/de.toml")),
        ("es", include_str!("../words/es.toml")),
        ("fr", include_str!("../words/fr.toml")),
        ("pl", include_str!("../words/pl.toml")),
        ("pt", include_str!("../words/pt.toml")),
    ]
    .into_iter()
    .map(|(language, text)| {
        let words =
            toml::from_str(text).unwrap_or_else(|error| panic!("words/{language}.toml: {error}"));
        (language, words)
    })
    .collect()
});

/// The words for a language tag: those of its first part, or English. The flag says whether they are in
/// that language.
pub fn words_in(language: &str) -> (&'static PageWords, bool) {
    let find = |tag: &str| {
        ALL.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(tag))
    };
    match find(primary(language)) {
        Some((_, words)) => (words, true),
        None => (&find("en").expect("English is among them").1, false),
    }
}

/// The languages that there are words for.
#[cfg(test)]
pub fn languages() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(language, _)| *language)
}

/// How text in a language runs.
pub fn direction(language: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 11] = [
        "ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi",
    ];
    let tag = primary(language).to_ascii_lowercase();
    if RIGHT_TO_LEFT.contains(&tag.as_str()) {
        "rtl"
    } else {
        "ltr"
    }
}

/// A language by its own name, or its tag where there are no words for it.
pub fn language_name(language: &str) -> &str {
    match words_in(language) {
        (words, true) => &words.name,
        (_, false) => language,
    }
}

/// The first part of a language tag.
pub fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_words_is_whole() {
        let with_results: Vec<&str> =
            attune_report::result_words::ResultWords::languages().collect();
        let whole: Vec<&str> = ALL.iter().map(|(language, _)| *language).collect();
        assert_eq!(whole, with_results);
    }

    #[test]
    fn a_language_without_words_has_english_ones_and_says_so() {
        assert_eq!(words_in("ar-EG").0.name, "العربية");
        let (words, is_own) = words_in("bn");
        assert_eq!((words.name.as_str(), is_own), ("English", false));
        assert_eq!(direction("ur-PK"), "rtl");
        assert_eq!(language_name("bn"), "bn");
    }
}
