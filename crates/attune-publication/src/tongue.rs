//! How a page in one language says what the study says: the study's own names in that language where the team gave
//! them, and otherwise as they are, marked with the language in which they are.

use attune_protocol::{Protocol, page::PageText};
use attune_report::{
    escape,
    result_words::{Piece, ResultWords},
};

use crate::page_words::direction;

/// The language of a page, and the study's own.
#[derive(Clone, Copy)]
pub struct Tongue<'a> {
    /// The page's.
    pub language: &'a str,
    /// That of the study's own texts.
    pub own: &'a str,
    /// The text in the page's language, with the study's names.
    page: Option<&'a PageText>,
    /// The language of the words in which results are told: the page's where there are any.
    pub words_language: &'a str,
    /// These words.
    pub words: &'static ResultWords,
}

impl<'a> Tongue<'a> {
    /// The tongue of a study's page.
    pub fn of(protocol: &'a Protocol, language: &'a str) -> Self {
        let study = &protocol.study;
        let (words_language, words) = match ResultWords::of(language) {
            Some(words) => (language, words),
            None => ("en", ResultWords::english()),
        };
        Self {
            language,
            own: &study.language,
            page: study.pages.iter().find(|page| page.language == language),
            words_language,
            words,
        }
    }

    /// Whether results are told in the page's language.
    pub fn tells_results(&self) -> bool {
        self.words_language == self.language
    }

    /// Whether the study's name is in the page's language.
    pub fn has(&self, own: &str) -> bool {
        self.language == self.own || self.translated(own).is_some()
    }

    /// The name as it stands in this language, or as it is.
    pub fn name<'n>(&self, own: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.translated(own).unwrap_or(own)
    }

    /// The unit with what is in parentheses behind it, or without, whichever has a name in this language.
    pub fn nearest_unit<'n>(&self, unit: &'n str) -> &'n str {
        let short = attune_analysis::words::unit_in_sentence(Some(unit)).unwrap_or(unit);
        match !self.has(unit) && self.has(short) {
            true => short,
            false => unit,
        }
    }

    /// The name as HTML.
    pub fn html(&self, own: &str) -> String {
        let name = escape(self.name(own));
        let language = match self.has(own) {
            true => self.language,
            false => self.own,
        };
        match language == self.language {
            true => format!("<bdi>{name}</bdi>"),
            false => {
                let direction = direction(language);
                format!(
                    "<bdi lang=\"{}\" dir=\"{direction}\">{name}</bdi>",
                    escape(language)
                )
            }
        }
    }

    /// A sentence as HTML that may stand among words of [`Tongue::words_language`].
    pub fn sentence(&self, pieces: &[Piece]) -> String {
        let html = pieces.iter().map(|piece| match piece {
            Piece::Fixed(words) => escape(words),
            Piece::Own(own) => self.html(own),
        });
        html.collect()
    }

    /// A sentence with one name in it.
    pub fn about(&self, sentence: &str, outcome: &str) -> Vec<Piece> {
        attune_report::result_words::fill(
            sentence,
            &[("outcome", vec![Piece::Own(outcome.to_owned())])],
        )
    }

    /// A sentence without markup, for pictures.
    pub fn plain(&self, pieces: &[Piece]) -> String {
        let words = pieces.iter().map(|piece| match piece {
            Piece::Fixed(words) => words.as_str(),
            Piece::Own(own) => self.name(own),
        });
        words.collect()
    }

    fn translated<'n>(&self, own: &'n str) -> Option<&'n str>
    where
        'a: 'n,
    {
        match self.language == self.own {
            true => None,
            false => self.page?.word(own),
        }
    }
}
