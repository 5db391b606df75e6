//! Running text in pieces that every output format can set in its own way. Words that the study's
//! team wrote are marked as such: they are never taken as markup, and may run from right to left.

use attune_analysis::words;

/// A run of text: a sentence, a paragraph, a cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text(pub Vec<Inline>);

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Attune's own words.
    Plain(String),
    /// Words of the study's files, in any language and direction.
    Own(String),
    /// Set apart strongly.
    Strong(String),
    /// Set apart.
    Emphasis(String),
    /// A formula, command, fingerprint or file name.
    Code(String),
    /// A number; data files get all of its digits.
    Number {
        /// The value.
        value: f64,
        /// Decimals in print.
        decimals: usize,
    },
    /// "Table 3", "Figure 1" or "Section 4.2", by the id of what is meant.
    Reference(String),
    /// A work on the reference list, by its key.
    Citation(&'static str),
    /// A link to a work by its DOI.
    Doi(String),
    /// The mark and colour of an arm, before its name.
    Arm(crate::ArmMark),
}

impl Text {
    /// Words of the study's files.
    pub fn own(words: impl Into<String>) -> Self {
        Self(vec![Inline::Own(words.into())])
    }

    /// A formula or command.
    pub fn code(code: impl Into<String>) -> Self {
        Self(vec![Inline::Code(code.into())])
    }

    /// A number with so many decimals.
    pub fn number(value: f64, decimals: usize) -> Self {
        Self(vec![Inline::Number { value, decimals }])
    }

    /// A number, or a dash where there is none.
    pub fn number_or_dash(value: Option<f64>, decimals: usize) -> Self {
        value.map_or_else(|| Self::from("–"), |value| Self::number(value, decimals))
    }

    /// A count.
    pub fn count(n: usize) -> Self {
        Self::number(n as f64, 0)
    }

    /// This text with a piece more.
    #[must_use]
    pub fn and(mut self, inline: impl Into<Inline>) -> Self {
        self.0.push(inline.into());
        self
    }

    /// This text with another behind it.
    #[must_use]
    pub fn then(mut self, text: Self) -> Self {
        self.0.extend(text.0);
        self
    }

    /// This text with words of the study's files.
    #[must_use]
    pub fn and_own(self, words: impl Into<String>) -> Self {
        self.and(Inline::Own(words.into()))
    }

    /// This text with a reference to a table, figure or section.
    #[must_use]
    pub fn and_see(self, id: impl Into<String>) -> Self {
        self.and(Inline::Reference(id.into()))
    }

    /// This text with a citation; a key that is not on the list is left out.
    #[must_use]
    pub(crate) fn and_cite(self, key: &str) -> Self {
        match crate::references::find(key) {
            Some(reference) => self.and(Inline::Citation(reference.key)),
            None => self,
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words without any marks, references as `label` gives them.
    pub fn words(&self, label: &dyn Fn(&str) -> String) -> String {
        self.0
            .iter()
            .map(|inline| match inline {
                Inline::Plain(words)
                | Inline::Own(words)
                | Inline::Strong(words)
                | Inline::Emphasis(words)
                | Inline::Code(words) => words.clone(),
                Inline::Number { value, decimals } => words::fixed(*value, *decimals),
                Inline::Reference(id) => label(id),
                Inline::Citation(key) => (*key).to_owned(),
                Inline::Doi(doi) => format!("https://doi.org/{doi}"),
                Inline::Arm(_) => String::new(),
            })
            .collect()
    }
}

/// Keeps together what must not be torn apart at the end of a line: "95 % CI", "p = 0.013".
pub fn unbroken(words: &str) -> String {
    words
        .replace(" % CI", "\u{a0}%\u{a0}CI")
        .replace(" %", "\u{a0}%")
        .replace("p = ", "p\u{a0}=\u{a0}")
        .replace("p < ", "p\u{a0}<\u{a0}")
        .replace("n = ", "n\u{a0}=\u{a0}")
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self(vec![words.into()])
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self(vec![words.into()])
    }
}

impl From<Inline> for Text {
    fn from(inline: Inline) -> Self {
        Self(vec![inline])
    }
}

impl From<&str> for Inline {
    fn from(words: &str) -> Self {
        Self::Plain(words.to_owned())
    }
}

impl From<String> for Inline {
    fn from(words: String) -> Self {
        Self::Plain(words)
    }
}
