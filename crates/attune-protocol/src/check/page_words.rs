//! The study's own names in the languages of its public page: each is a name that the study has, and those that
//! a page with results shows are there.

use super::Checking;
use crate::{near_miss, protocol::Protocol, written::Written};

/// More names than this are only counted.
const NAMED: usize = 4;

impl Checking<'_> {
    /// Checks the words of every further language.
    pub(super) fn page_words(&mut self, root: &Written, protocol: &Protocol) {
        let empty = Written::empty(root);
        let study = root.table("study").unwrap_or(&empty);
        let known = protocol.names();
        for page in study.tables("pages") {
            let words = page.map("words");
            for own in words.iter().filter_map(|(own, _)| own.text_at()) {
                if !known.iter().any(|name| name == own.text) {
                    let remedy =
                        near_miss::suggestion(own.text, known.iter().map(String::as_str), || {
                            "write it as it stands in the study file, or remove this line"
                                .to_owned()
                        });
                    self.reading.warning(
                        own.at,
                        format!("no name of this study is '{}'", own.text),
                        remedy,
                    );
                }
            }
            let has = |name: &&String| {
                let mut given = words.iter().filter_map(|(own, _)| own.text_at());
                given.any(|own| own.text == name.as_str())
            };
            let shown = protocol.names_in_results();
            let missing: Vec<&str> = shown
                .iter()
                .filter(|name| !has(name))
                .map(String::as_str)
                .collect();
            if protocol.study.shows_results() && !missing.is_empty() {
                let language = page.text("language").unwrap_or_default();
                let more = match missing.len().checked_sub(NAMED) {
                    Some(more @ 1..) => format!(" and {more} more"),
                    _ => String::new(),
                };
                let named: Vec<String> = missing
                    .iter()
                    .take(NAMED)
                    .map(|name| format!("'{name}'"))
                    .collect();
                self.reading.warning(
                    page.at_key("language"),
                    format!(
                        "the results in '{language}' will name these in another language: {}{more}",
                        named.join(", ")
                    ),
                    "write each under the page: words = { \"name as in this file\" = \"the same in that language\" }",
                );
            }
        }
    }
}
