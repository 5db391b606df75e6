//! All that the typesetter can see: the template, the report as data, the figures, the fonts. Every
//! other file is refused, whatever its name.

use std::{collections::BTreeMap, sync::LazyLock};

use typst::{
    Feature, Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use super::content::Content;
use crate::{MoreFonts, fonts::FONTS};

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

pub struct PaperWorld {
    template: Source,
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    files: BTreeMap<&'static str, Bytes>,
    figures: Vec<Bytes>,
}

impl PaperWorld {
    pub fn new(content: Content, more: Option<&MoreFonts>) -> Self {
        let more = more.into_iter().flat_map(MoreFonts::fonts);
        let fonts: Vec<Font> = FONTS.iter().chain(more).cloned().collect();
        let data = serde_json::to_string(&content.document)
            .expect("strings, numbers and lists always have a JSON form");
        Self {
            template: Source::new(id("report.typ"), include_str!("report.typ").to_owned()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            files: BTreeMap::from([("report.json", Bytes::from_string(data))]),
            figures: content
                .figures
                .into_iter()
                .map(Bytes::from_string)
                .collect(),
        }
    }
}

fn id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("names of our own files are valid paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match id == self.template.id() {
            true => Ok(self.template.clone()),
            false => Err(FileError::AccessDenied),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if !matches!(id.root(), VirtualRoot::Project) {
            return Err(FileError::AccessDenied);
        }
        let name = id.vpath().get_without_slash();
        let figure = || {
            let number = name.strip_prefix("figure-")?.strip_suffix(".svg")?;
            self.figures.get(number.parse::<usize>().ok()?)
        };
        let file = self.files.get(name).or_else(figure);
        file.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// Documents know no day but the one that they are given.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::content::Document;

    #[test]
    fn nothing_but_the_report_and_its_figures_can_be_read() {
        let content = Content {
            document: Document::default(),
            figures: vec!["<svg/>".to_owned()],
        };
        let world = PaperWorld::new(content, None);
        for open in ["report.json", "figure-0.svg"] {
            assert!(world.file(id(open)).is_ok(), "{open}");
        }
        for shut in [
            "figure-1.svg",
            "figure-x.svg",
            "etc/passwd",
            "report.typ.txt",
        ] {
            assert!(world.file(id(shut)).is_err(), "{shut}");
            assert!(world.source(id(shut)).is_err(), "{shut}");
        }
        assert!(world.today(None).is_none());
    }
}
