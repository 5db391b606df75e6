//! Styles, scripts and fonts, inside the program. The stylesheet is ours and always there; scripts and
//! fonts are built from `web/` by `cargo xtask assets` before the program is. Without them pages use
//! the system's fonts and work without script.
//!
//! Addresses carry a fingerprint of everything, so browsers may keep files for ever.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::{answer::Answer, failure::Failure};

#[derive(RustEmbed)]
#[folder = "assets/"]
#[include = "*.js"]
#[include = "*.woff2"]
struct Bundle;

const STYLES: &str = include_str!("../styles/attune.css");

const ROOM_STYLES: &str = include_str!("../styles/coding_room.css");

const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 20"><circle cx="10.5" cy="10" r="8.2" fill="none" stroke="#14595c" stroke-width="2.4"/><circle cx="19.5" cy="11.8" r="6.4" fill="none" stroke="#8a590d" stroke-width="2.4"/></svg>"##;

/// File, family, style, weight.
const FONTS: &[(&str, &str, &str, u16)] = &[
    (
        "atkinson-400.woff2",
        "Atkinson Hyperlegible Next",
        "normal",
        400,
    ),
    (
        "atkinson-400-italic.woff2",
        "Atkinson Hyperlegible Next",
        "italic",
        400,
    ),
    (
        "atkinson-600.woff2",
        "Atkinson Hyperlegible Next",
        "normal",
        600,
    ),
    ("source-serif-4-400.woff2", "Source Serif 4", "normal", 400),
    ("source-serif-4-600.woff2", "Source Serif 4", "normal", 600),
];

static STYLESHEET: LazyLock<String> = LazyLock::new(stylesheet::<Bundle>);

/// Our styles, with the fonts of a bundle that are there.
fn stylesheet<B: RustEmbed>() -> String {
    let faces: String = FONTS
        .iter()
        .filter(|(file, ..)| B::get(file).is_some())
        .map(|(file, family, style, weight)| {
            format!(
                "@font-face{{font-family:\"{family}\";font-style:{style};font-weight:{weight};\
                 font-display:swap;src:url({file}) format(\"woff2\")}}\n"
            )
        })
        .collect();
    faces + STYLES
}

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    hash.update(STYLESHEET.as_bytes());
    hash.update(ROOM_STYLES.as_bytes());
    let mut names: Vec<_> = Bundle::iter().collect();
    names.sort();
    for name in names {
        if let Some(file) = Bundle::get(&name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    hash.finalize()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

/// Whether scripts and fonts were built in.
pub fn bundle_is_there() -> bool {
    is_whole::<Bundle>()
}

fn is_whole<B: RustEmbed>() -> bool {
    B::get("app.js").is_some() && FONTS.iter().all(|(file, ..)| B::get(file).is_some())
}

/// The address of the folder of all of them.
pub fn folder() -> String {
    format!("/assets/{}", *FINGERPRINT)
}

/// The address of a script, where it was built in.
pub fn script(name: &str) -> Option<String> {
    Bundle::get(name).map(|_| format!("{}/{name}", folder()))
}

/// `GET /assets/{fingerprint}/{file}`.
pub async fn file(Path((_, file)): Path<(String, String)>) -> Answer {
    let (content_type, bytes): (_, Cow<'static, [u8]>) = match file.as_str() {
        "attune.css" => ("text/css; charset=utf-8", STYLESHEET.as_bytes().into()),
        "coding_room.css" => ("text/css; charset=utf-8", ROOM_STYLES.as_bytes().into()),
        "attune.svg" => ("image/svg+xml", ICON.as_bytes().into()),
        name => {
            let found = Bundle::get(name).ok_or(Failure::no_such("file"))?;
            let content_type = match name.rsplit_once('.') {
                Some((_, "js")) => "text/javascript; charset=utf-8",
                _ => "font/woff2",
            };
            (content_type, found.data)
        }
    };
    Ok(kept_for_ever(content_type, bytes))
}

fn kept_for_ever(content_type: &'static str, bytes: Cow<'static, [u8]>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    let bytes: axum::body::Body = match bytes {
        Cow::Borrowed(bytes) => bytes.into(),
        Cow::Owned(bytes) => bytes.into(),
    };
    (StatusCode::OK, headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program holds that was built without Node: nothing.
    #[derive(RustEmbed)]
    #[folder = "assets/"]
    #[include = "*.nothing"]
    struct Nothing;

    #[test]
    fn without_node_there_are_styles_and_no_address_leads_to_what_is_not_there() {
        assert_eq!(Nothing::iter().count(), 0);
        assert!(!is_whole::<Nothing>());
        let styles = stylesheet::<Nothing>();
        assert!(
            !styles.contains("@font-face") && !styles.contains("url("),
            "{styles}"
        );
        assert!(styles.contains("font-family") && styles.ends_with(STYLES));
    }
}
