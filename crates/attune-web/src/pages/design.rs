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
    parts: &'static [(&'static str, &'static str)],
    spaces: &'static [(&'static str, &'static str)],
    colours: &'static [(&'static str, &'static str)],
    bundle_is_there: bool,
}

/// The parts of the page: anchor and words.
const PARTS: &[(&str, &str)] = &[
    ("type", "Type"),
    ("space", "Space"),
    ("colour", "Colour, light and dark"),
    ("button", "Buttons"),
    ("field", "Fields"),
    ("problems", "Error summary"),
    ("notice", "Notices"),
    ("numbers", "Numbers that matter"),
    ("table", "Tables"),
    ("filters", "Filters"),
    ("cards", "Cards"),
    ("places", "Places"),
    ("questions", "Questions"),
    ("figures", "Figures"),
    ("facts", "Facts, steps, folds, empty states"),
];

/// Step of the rhythm and what it keeps apart.
const SPACES: &[(&str, &str)] = &[
    ("s1", "label and hint, hint and field"),
    ("s2", "paragraphs"),
    ("s3", "questions, parts"),
    ("s4", "groups of parts"),
    ("s6", "sections"),
    ("s8", "the end of the page"),
];

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
        parts: PARTS,
        spaces: SPACES,
        colours: COLOURS,
        bundle_is_there: assets::bundle_is_there(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const STYLES: &str = include_str!("../../styles/attune.css");

    /// The tokens of the block that begins with this selector.
    fn tokens(selector: &str) -> BTreeMap<&'static str, &'static str> {
        let (_, rest) = STYLES
            .split_once(selector)
            .unwrap_or_else(|| panic!("no `{selector}`"));
        let block = rest.split('}').next().unwrap_or_default();
        block
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
            .collect()
    }

    #[test]
    fn dark_is_the_same_whether_the_system_or_the_page_asks_for_it() {
        let by_page = tokens(".in-dark {");
        let by_system = tokens("@media (prefers-color-scheme: dark) {\n  :root {");
        assert_eq!(by_page, by_system);
        let light = tokens(":root, .in-light {");
        assert!(light.keys().eq(by_page.keys()));
    }

    #[test]
    fn each_colour_that_the_page_shows_is_a_token() {
        let light = tokens(":root, .in-light {");
        for (token, _) in COLOURS {
            assert!(light.contains_key(token), "{token}");
            assert!(STYLES.contains(&format!(".fill-{token} {{")), "{token}");
        }
    }

    #[test]
    fn no_part_of_the_stylesheet_has_a_colour_of_its_own() {
        let (_, parts) = STYLES
            .split_once("/* Ground */")
            .expect("the ground follows the tokens");
        let (screen, _) = parts.split_once("@media print").expect("print comes last");
        let own: Vec<&str> = screen
            .lines()
            .filter(|line| {
                line.split('#').skip(1).any(|rest| {
                    rest.len() >= 3 && rest.chars().take(3).all(|sign| sign.is_ascii_hexdigit())
                })
            })
            .collect();
        assert_eq!(own, Vec::<&str>::new());
    }

    #[test]
    fn text_can_be_read_on_each_ground_in_light_and_in_dark() {
        for selector in [":root, .in-light {", ".in-dark {"] {
            let all = tokens(selector);
            let colour = |token: &str| luminance(all[token].trim_end_matches(';'));
            for ground in [
                "paper",
                "sheet",
                "wash",
                "hover",
                "caution-wash",
                "risk-wash",
                "good-wash",
            ] {
                for text in ["ink", "soft"] {
                    let ratio = contrast(colour(text), colour(ground));
                    assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2} {selector}");
                }
            }
            for text in ["action", "risk", "caution", "good"] {
                for ground in ["paper", "sheet", "hover"] {
                    let ratio = contrast(colour(text), colour(ground));
                    assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2} {selector}");
                }
            }
            assert!(contrast(colour("on-action"), colour("action")) >= 4.5);
            assert!(contrast(colour("edge"), colour("paper")) >= 3.0);
        }
    }

    /// Relative luminance of `#rrggbb` (WCAG 2.2).
    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour is #rrggbb");
            let share = f64::from(value) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}
