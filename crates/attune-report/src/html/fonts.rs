//! The report's own serif, embedded where `cargo xtask assets` has fetched it before the build.
//! Without it the stylesheet's other families are used.

use rust_embed::RustEmbed;

use super::data_address;

#[derive(RustEmbed)]
#[folder = "assets/fonts/"]
#[include = "*.woff2"]
struct Fonts;

/// `@font-face` rules with the fonts inside; empty without fonts.
pub fn faces() -> String {
    [
        ("source-serif-4-400.woff2", "normal", 400),
        ("source-serif-4-400-italic.woff2", "italic", 400),
        ("source-serif-4-600.woff2", "normal", 600),
    ]
    .into_iter()
    .filter_map(|(file, style, weight)| Some((Fonts::get(file)?, style, weight)))
    .map(|(font, style, weight)| {
        format!(
            "@font-face{{font-family:\"Source Serif 4\";font-style:{style};font-weight:{weight};\
             font-display:block;src:url({}) format(\"woff2\")}}\n",
            data_address::font(&font.data)
        )
    })
    .collect()
}
