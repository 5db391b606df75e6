//! The typefaces inside documents and pictures: Libertinus Serif and DejaVu Sans Mono, which come with
//! Typst's assets (OFL-1.1 and the Bitstream Vera licence). The machine's own fonts are never used, so
//! that a document has the same bytes everywhere.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb;
use typst::{foundations::Bytes, text::Font};

/// The serif of running text and of figures.
pub const SERIF: &str = "Libertinus Serif";
/// The typeface of formulas and commands.
pub const MONO: &str = "DejaVu Sans Mono";

/// For the typesetter.
pub static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    typst_assets::fonts()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .filter(|font| [SERIF, MONO].contains(&font.info().family.as_str()))
        .collect()
});

/// For pictures.
pub static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for data in typst_assets::fonts() {
        database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    database.set_serif_family(SERIF);
    database.set_monospace_family(MONO);
    Arc::new(database)
});
