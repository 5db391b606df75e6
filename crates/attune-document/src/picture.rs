//! A figure as pixels, for programs that know no vectors: the SVG of the page, drawn on white.

use std::sync::Arc;

use attune_report::{Figure, Format, draw};
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg,
};

use crate::{
    DocumentError, MoreFonts,
    fonts::{DATABASE, SERIF},
};

/// Pixels of the picture per pixel of the drawing: 1800 over the text width of A4, some 280 per inch.
const SCALE: f32 = 2.5;

/// The figure as PNG.
pub fn png(figure: &Figure) -> Result<Vec<u8>, DocumentError> {
    png_with(figure, None)
}

/// The figure as PNG, with more fonts for its letters.
pub(crate) fn png_with(
    figure: &Figure,
    more: Option<&MoreFonts>,
) -> Result<Vec<u8>, DocumentError> {
    rendered(figure, more).map_err(|why| DocumentError::Picture {
        figure: figure.id.clone(),
        why,
    })
}

fn rendered(figure: &Figure, more: Option<&MoreFonts>) -> Result<Vec<u8>, String> {
    let options = usvg::Options {
        font_family: SERIF.to_owned(),
        fontdb: more.map_or_else(|| Arc::clone(&DATABASE), MoreFonts::database),
        ..usvg::Options::default()
    };
    let svg = draw(figure, Format::Wide);
    let tree = usvg::Tree::from_str(&svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let pixels = |length: f32| (length * SCALE).ceil() as u32;
    let mut picture = Pixmap::new(pixels(size.width()), pixels(size.height()))
        .ok_or_else(|| "it has no size".to_owned())?;
    picture.fill(Color::WHITE);
    let transform = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, transform, &mut picture.as_mut());
    picture.encode_png().map_err(|error| error.to_string())
}

/// Width and height of a drawing in px, as its `viewBox` has them.
pub(crate) fn size_of(svg: &str) -> (f64, f64) {
    let numbers: Vec<f64> = svg
        .split_once("viewBox=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(numbers, _)| numbers.split(' ').filter_map(|n| n.parse().ok()).collect())
        .unwrap_or_default();
    match numbers.as_slice() {
        [_, _, width, height] => (*width, *height),
        _ => (Format::Wide.width(), Format::Wide.width()),
    }
}
