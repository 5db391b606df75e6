//! The typefaces inside documents and pictures: Libertinus Serif and DejaVu Sans Mono, which come with
//! Typst's assets (OFL-1.1 and the Bitstream Vera licence), Noto Naskh Arabic (OFL-1.1) where `cargo xtask assets`
//! has fetched it before the build, and those that somebody gives. The machine's own fonts are never used, so that
//! a document has the same bytes everywhere.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use resvg::usvg::fontdb;
use rust_embed::RustEmbed;
use typst::{foundations::Bytes, text::Font};

/// The serif of running text and of figures.
pub const SERIF: &str = "Libertinus Serif";
/// The typeface of formulas and commands.
pub const MONO: &str = "DejaVu Sans Mono";

#[derive(RustEmbed)]
#[folder = "assets/fonts/"]
#[include = "*.ttf"]
struct Embedded;

fn embedded() -> impl Iterator<Item = Vec<u8>> {
    let mut names: Vec<_> = Embedded::iter().collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| Embedded::get(&name))
        .map(|file| file.data.into_owned())
}

/// For the typesetter.
pub static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let of_typst = typst_assets::fonts()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .filter(|font| [SERIF, MONO].contains(&font.info().family.as_str()));
    let ours = embedded().flat_map(|data| Font::iter(Bytes::new(data)));
    of_typst.chain(ours).collect()
});

/// For pictures.
pub static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for data in typst_assets::fonts() {
        database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    for data in embedded() {
        database.load_font_data(data);
    }
    database.set_serif_family(SERIF);
    database.set_monospace_family(MONO);
    Arc::new(database)
});

/// Fonts that somebody gives for letters which ours do not have.
#[derive(Debug, Clone)]
pub struct MoreFonts {
    fonts: Vec<Font>,
    database: Arc<fontdb::Database>,
}

impl MoreFonts {
    /// The fonts in these files (TrueType or OpenType), each with its name.
    ///
    /// # Errors
    ///
    /// Every file that holds no font, by its name.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, Vec<String>> {
        let mut more = Self {
            fonts: Vec::new(),
            database: Arc::clone(&DATABASE),
        };
        let mut not_fonts = Vec::new();
        for (name, bytes) in files {
            let before = more.fonts.len();
            more.fonts.extend(Font::iter(Bytes::new(bytes.clone())));
            match more.fonts.len() > before {
                true => Arc::make_mut(&mut more.database).load_font_data(bytes),
                false => not_fonts.push(name),
            }
        }
        match not_fonts.is_empty() {
            true => Ok(more),
            false => Err(not_fonts),
        }
    }

    pub(crate) fn fonts(&self) -> &[Font] {
        &self.fonts
    }

    pub(crate) fn database(&self) -> Arc<fontdb::Database> {
        Arc::clone(&self.database)
    }
}

/// The families for running text, the first that has a letter draws it.
pub fn families(more: Option<&MoreFonts>) -> Vec<String> {
    let mut families = vec![SERIF.to_owned()];
    let all = FONTS
        .iter()
        .chain(more.into_iter().flat_map(MoreFonts::fonts));
    for family in all.map(|font| &font.info().family) {
        if family != MONO && !families.contains(family) {
            families.push(family.clone());
        }
    }
    families.push(MONO.to_owned());
    families
}

/// The letters of a text that no font here has, in their order, each once.
pub fn without_shape(text: &str, more: Option<&MoreFonts>) -> Vec<char> {
    let letters: BTreeSet<char> = text.chars().filter(|letter| is_drawn(*letter)).collect();
    let fonts: Vec<&Font> = FONTS
        .iter()
        .chain(more.into_iter().flat_map(MoreFonts::fonts))
        .collect();
    let is_lacking = |letter: &char| {
        let code = *letter as u32;
        !fonts.iter().any(|font| font.info().coverage.contains(code))
    };
    letters.into_iter().filter(is_lacking).collect()
}

/// Whether a letter has a shape at all: marks of direction and joining have none.
fn is_drawn(letter: char) -> bool {
    let is_format = matches!(
        letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    !(letter.is_control() || letter.is_whitespace() || is_format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn european_letters_have_a_shape_and_bengali_ones_are_named() {
        let polish = "Zażółć gęślą jaźń. Größe, façade, ¿niño?, ação, “–” ≤ ● ■";
        assert_eq!(without_shape(polish, None), Vec::<char>::new());
        assert_eq!(without_shape("a শিশু\u{200d}", None), ['শ', 'ি', 'ু']);
    }

    #[test]
    fn a_file_that_is_no_font_is_named() {
        let files = [("notes.ttf".to_owned(), b"not a font".to_vec())];
        assert_eq!(
            MoreFonts::read(files).err(),
            Some(vec!["notes.ttf".to_owned()])
        );
        assert!(MoreFonts::read([]).is_ok());
    }
}
