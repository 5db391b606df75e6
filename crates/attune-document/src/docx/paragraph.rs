//! Paragraphs and their runs. Properties stand in the order in which the schema wants them.

use super::{bookmark::Bookmarks, xml::escape};
use crate::runs::{Run, RunKind};

/// A paragraph in the making.
pub struct Paragraph<'a> {
    style: &'static str,
    bookmarks: &'a Bookmarks<'a>,
    language: Option<&'a str>,
    /// Further properties, ready to stand behind the style.
    properties: String,
    xml: String,
    /// Whether its first letter runs from right to left.
    from_right: Option<bool>,
}

impl<'a> Paragraph<'a> {
    pub fn new(
        style: &'static str,
        bookmarks: &'a Bookmarks<'a>,
        language: Option<&'a str>,
    ) -> Self {
        Self {
            style,
            bookmarks,
            language,
            properties: String::new(),
            xml: String::new(),
            from_right: None,
        }
    }

    /// With further properties, as XML in the order of the schema.
    pub fn with(mut self, properties: &str) -> Self {
        self.properties += properties;
        self
    }

    pub fn raw(mut self, xml: &str) -> Self {
        self.xml += xml;
        self
    }

    pub fn words(self, words: &str) -> Self {
        self.set(words, "")
    }

    pub fn strong(self, words: &str) -> Self {
        self.set(words, "<w:b/>")
    }

    pub fn emphasised(self, words: &str) -> Self {
        self.set(words, "<w:i/>")
    }

    /// A link to a place in the document.
    pub fn leading_to(mut self, anchor: &str, words: &str) -> Self {
        let run = self.run(words, "");
        self.xml += &match self.bookmarks.name(anchor) {
            Some(name) => {
                format!("<w:hyperlink w:anchor=\"{name}\" w:history=\"1\">{run}</w:hyperlink>")
            }
            None => run,
        };
        self
    }

    /// What `inside` adds, as the place that fields and links lead to.
    pub fn anchored(mut self, anchor: &str, inside: impl FnOnce(Self) -> Self) -> Self {
        let before = std::mem::take(&mut self.xml);
        let mut filled = inside(self);
        let inner = std::mem::take(&mut filled.xml);
        filled.xml = before + &filled.bookmarks.around(anchor, &inner);
        filled
    }

    pub fn runs(self, runs: &[Run]) -> Self {
        runs.iter().fold(self, Self::one)
    }

    /// The runs, each reference with its page, which the word processor counts when it opens the file.
    pub fn runs_with_pages(self, runs: &[Run]) -> Self {
        runs.iter().fold(self, |paragraph, run| {
            let paragraph = paragraph.one(run);
            let place = run.to.as_deref().filter(|_| run.kind == RunKind::See);
            match place.and_then(|to| paragraph.bookmarks.name(to)) {
                Some(name) => paragraph
                    .words("\u{a0}(p.\u{a0}")
                    .raw(&field::page_of(&name))
                    .words(")"),
                None => paragraph,
            }
        })
    }

    /// The runs, all of them strong.
    pub fn strong_runs(self, runs: &[Run]) -> Self {
        self.runs_as(runs, RunKind::Strong)
    }

    /// The runs, all of them set apart.
    pub fn emphasised_runs(self, runs: &[Run]) -> Self {
        self.runs_as(runs, RunKind::Emphasis)
    }

    fn runs_as(self, runs: &[Run], kind: RunKind) -> Self {
        runs.iter().fold(self, |paragraph, run| match run.kind {
            RunKind::Plain => paragraph.one(&Run {
                kind,
                ..run.clone()
            }),
            _ => paragraph.one(run),
        })
    }

    fn one(mut self, run: &Run) -> Self {
        let to = run.to.as_deref().unwrap_or_default();
        match run.kind {
            RunKind::Plain => self.words(&run.words),
            RunKind::Strong => self.strong(&run.words),
            RunKind::Emphasis => self.emphasised(&run.words),
            RunKind::Code => self.set(&run.words, "<w:rStyle w:val=\"CodeWords\"/>"),
            RunKind::Cite => self.leading_to(to, &run.words),
            RunKind::See => self.reference(to, &run.words),
            RunKind::Link => {
                let run = self.run(&run.words, "<w:rStyle w:val=\"Hyperlink\"/>");
                let instruction = format!("HYPERLINK \"{to}\"");
                self.xml += &field::simple(&instruction, &run);
                self
            }
            RunKind::Mark => {
                let colour = to.trim_start_matches('#');
                self.set(
                    &format!("{}\u{a0}", run.words),
                    &format!("<w:color w:val=\"{colour}\"/>"),
                )
            }
        }
    }

    /// A field that follows when what it names gets another number.
    fn reference(mut self, anchor: &str, words: &str) -> Self {
        let Some(name) = self.bookmarks.name(anchor) else {
            return self.words(words);
        };
        match self.bookmarks.section_number(anchor).map(str::to_owned) {
            Some(number) => {
                let run = self.run(&number, "");
                self = self.words("Section\u{a0}");
                self.xml += &field::simple(&format!("REF {name} \\r \\h"), &run);
            }
            // A section without a number is named by its title, a table by its number.
            None => {
                let is_numbered = words.starts_with("Table") || words.starts_with("Figure");
                if !is_numbered {
                    return self.leading_to(anchor, words);
                }
                let run = self.run(words, "");
                self.xml += &field::simple(&format!("REF {name} \\h"), &run);
            }
        }
        self
    }

    fn set(mut self, words: &str, properties: &str) -> Self {
        let run = self.run(words, properties);
        self.xml += &run;
        self
    }

    fn run(&mut self, words: &str, properties: &str) -> String {
        let from_right = first_direction(words);
        self.from_right = self.from_right.or(from_right);
        let turned = match from_right {
            Some(true) => "<w:rtl/>",
            _ => "",
        };
        let language = self.language.map_or_else(String::new, |language| {
            let language = escape(language);
            format!("<w:lang w:val=\"{language}\" w:bidi=\"{language}\"/>")
        });
        let properties = format!("{properties}{turned}{language}");
        let properties = match properties.as_str() {
            "" => String::new(),
            properties => format!("<w:rPr>{properties}</w:rPr>"),
        };
        format!(
            "<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
            escape(words)
        )
    }

    pub fn xml(self) -> String {
        // The schema wants `bidi` behind keepNext and numPr, and before the measures.
        let late = ["<w:spacing", "<w:ind", "<w:jc"];
        let at = late
            .iter()
            .filter_map(|name| self.properties.find(name))
            .min();
        let (early, late) = self
            .properties
            .split_at(at.unwrap_or(self.properties.len()));
        let bidi = if self.from_right == Some(true) {
            "<w:bidi/>"
        } else {
            ""
        };
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{}\"/>{early}{bidi}{late}</w:pPr>{}</w:p>\n",
            self.style, self.xml
        )
    }
}

/// Whether the first letter that has a direction runs from right to left.
fn first_direction(words: &str) -> Option<bool> {
    words
        .chars()
        .find(|letter| letter.is_alphabetic())
        .map(|letter| matches!(letter as u32, 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff))
}

/// Fields: what a word processor computes itself.
pub mod field {
    use crate::docx::xml::escape;

    /// The end of a field that was begun.
    pub const END: &str = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";

    /// A field with what it gives at the moment.
    pub fn simple(instruction: &str, runs: &str) -> String {
        let instruction = escape(instruction);
        format!("<w:fldSimple w:instr=\" {instruction} \">{runs}</w:fldSimple>")
    }

    /// The page of a bookmark. Nobody knows it before the pages are set, so it is to be counted at once.
    pub fn page_of(bookmark: &str) -> String {
        format!(
            "<w:fldSimple w:instr=\" PAGEREF {bookmark} \\h \" w:dirty=\"true\"><w:r><w:t>…</w:t></w:r></w:fldSimple>"
        )
    }

    /// The beginning of a field that reaches over paragraphs.
    pub fn begin(instruction: &str) -> String {
        let instruction = escape(instruction);
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>"
        )
    }
}
