//! Everybody finds their way: anchors, names, titles, headings. What only a browser can tell (contrast,
//! keyboard, width) is tested in `web/tests/report.spec.ts`.

use std::collections::BTreeSet;

use attune_report::html;

use crate::{attributes, fixture, report};

#[test]
fn anchors_are_unique_and_every_reference_has_its_target() {
    for (name, study) in fixture::all() {
        let page = html(&report(&study));
        let ids = attributes(&page, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id stands twice");
        let links = attributes(&page, "href");
        let links = links.iter().filter_map(|address| address.strip_prefix('#'));
        let names = attributes(&page, "aria-labelledby");
        let names = names.iter().flat_map(|list| list.split(' '));
        for target in links.chain(names) {
            assert!(
                unique.contains(target),
                "{name}: nothing has the id {target}"
            );
        }
    }
}

#[test]
fn every_drawing_has_a_title_and_a_message() {
    for (name, study) in fixture::all() {
        let page = html(&report(&study));
        for svg in page.split("<svg ").skip(1) {
            let svg = svg.split("</svg>").next().unwrap_or_default();
            assert!(svg.contains("role=\"img\""), "{name}");
            let description = svg.split("</desc>").next().unwrap_or_default();
            assert!(description.contains("<title "), "{name}");
            assert!(
                description.len() > 300,
                "{name}: a drawing without a message"
            );
        }
    }
}

#[test]
fn there_is_one_title_and_no_heading_level_is_skipped() {
    for (name, study) in fixture::all() {
        let page = html(&report(&study));
        let levels: Vec<u32> = page
            .split("<h")
            .skip(1)
            .filter_map(|rest| rest.chars().next()?.to_digit(10))
            .collect();
        assert_eq!(
            levels.iter().filter(|level| **level == 1).count(),
            1,
            "{name}"
        );
        for pair in levels.windows(2) {
            assert!(
                pair[1] <= pair[0] + 1,
                "{name}: from h{} to h{}",
                pair[0],
                pair[1]
            );
        }
    }
}

#[test]
fn every_table_has_a_caption_and_named_columns() {
    let page = html(&report(&fixture::study()));
    for table in page.split("<table ").skip(1) {
        let table = table.split("</table>").next().unwrap_or_default();
        assert!(table.contains("<caption "));
        assert!(table.contains("scope=\"col\""));
    }
}
