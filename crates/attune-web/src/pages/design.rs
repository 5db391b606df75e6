//! `GET /design`: the design system on one page, made of the same styles that every page uses. Whoever
//! adds a page looks here first.

use askama::Template;

use crate::{
    answer::{Answer, page as show},
    assets,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "design.html")]
struct Design {
    layout: Layout,
    colours: &'static [(&'static str, &'static str)],
    bundle_is_there: bool,
}

/// Token and what it is for.
const COLOURS: &[(&str, &str)] = &[
    ("paper", "the page"),
    ("sheet", "what lies on it"),
    ("wash", "a quiet emphasis"),
    ("ink", "text"),
    ("soft", "hints, secondary text"),
    ("rule", "lines"),
    ("action", "what can be done; the programme's arm"),
    ("comparison", "the comparison arm; caution"),
    ("risk", "risk and errors, nothing else"),
    ("good", "done, verified"),
];

/// `GET /design`.
pub async fn page(visit: Visit) -> Answer {
    show(&Design {
        layout: Layout::of(&visit, "How Attune looks"),
        colours: COLOURS,
        bundle_is_there: assets::bundle_is_there(),
    })
}
