//! Nothing is loaded, nothing from outside becomes markup, the page stays small, and the same
//! findings give the same bytes.

use attune_report::{Format, draw, figures, html, tables};

use crate::{attributes, fixture, report};

#[test]
fn nothing_is_loaded_and_links_lead_inside_or_to_a_doi() {
    for (name, study) in fixture::all() {
        let page = html(&report(&study));
        assert!(!page.contains("<script"), "{name}: a script");
        assert!(attributes(&page, "src").is_empty(), "{name}: a source");
        assert!(
            attributes(&page, "style").is_empty(),
            "{name}: a style attribute"
        );
        for address in attributes(&page, "href") {
            let is_safe = ["#", "https://doi.org/10.", "data:,", "data:text/csv;"]
                .iter()
                .any(|beginning| address.starts_with(beginning));
            assert!(is_safe, "{name}: a link to {address}");
        }
        for address in page.split("url(").skip(1) {
            assert!(
                address.starts_with("data:font/woff2"),
                "{name}: {address:.40}"
            );
        }
        assert!(page.contains("default-src 'none'"), "{name}: no policy");
    }
}

#[test]
fn words_from_outside_never_become_markup() {
    let page = html(&report(&fixture::nasty()));
    for escaped in [
        "<img",
        "onerror=\"",
        "javascript:",
        "</style> ]]",
        "<b ",
        "example.org/b.png\"",
    ] {
        assert!(!page.contains(escaped), "{escaped} is in the page");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&#60;script&#62;alert(1)"));
}

#[test]
fn every_element_that_opens_closes() {
    for (name, study) in fixture::all() {
        let report = report(&study);
        check_nesting(name, &html(&report));
        for (file, svg) in figures(&report) {
            check_nesting(&format!("{name}, {file}"), &svg);
        }
    }
}

/// Walks through the tags; void elements of HTML and self-closing ones of SVG need no end.
fn check_nesting(name: &str, page: &str) {
    const VOID: [&str; 4] = ["meta", "link", "!DOCTYPE", "br"];
    let without_style = match (page.find("<style>"), page.find("</style>")) {
        (Some(from), Some(to)) => format!("{}{}", &page[..from], &page[to + 8..]),
        _ => page.to_owned(),
    };
    let mut open: Vec<String> = Vec::new();
    for tag in without_style.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let element = tag
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(element), "{name}: </{element}>");
        } else if !tag.ends_with('/') && !VOID.contains(&element) {
            open.push(element.to_owned());
        }
    }
    assert!(open.is_empty(), "{name}: left open {open:?}");
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    for (name, study) in fixture::all() {
        assert!(html(&report(&study)) == html(&report(&study)), "{name}");
    }
}

#[test]
fn pages_stay_small_enough_to_mail() {
    for (name, study) in fixture::all() {
        let kilobytes = html(&report(&study)).len() / 1024;
        let most = match name {
            "crowd" | "nasty" => 650,
            _ => 420,
        };
        assert!(kilobytes < most, "{name} has {kilobytes} kB");
    }
}

#[test]
fn every_csv_row_has_as_many_cells_as_its_heading() {
    for (name, study) in fixture::all() {
        for (file, csv) in tables(&report(&study)) {
            let counts: Vec<usize> = records(&csv).iter().map(Vec::len).collect();
            assert!(
                counts.iter().all(|count| *count == counts[0]),
                "{name}, {file}: {counts:?}"
            );
        }
    }
}

/// A reader of RFC 4180 of its own, so that the writer is not tested by itself.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = csv.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            letter => cell.push(letter),
        }
    }
    records
}

#[test]
fn drawings_stay_within_their_borders() {
    for (name, study) in fixture::all() {
        let report = report(&study);
        let sections = report
            .sections
            .iter()
            .flat_map(|s| std::iter::once(s).chain(&s.sections));
        for block in sections.flat_map(|section| &section.blocks) {
            let attune_report::Block::Figure(figure) = block else {
                continue;
            };
            for format in [Format::Wide, Format::Narrow] {
                let svg = draw(figure, format);
                for path in attributes(&svg, "d") {
                    assert!(!path.contains(['N', 'i']), "{name}, {}: {path}", figure.id);
                }
                for x in attributes(&svg, "x") {
                    let x: f64 = x.parse().expect("a number");
                    assert!(
                        (0.0..=format.width()).contains(&x),
                        "{name}, {}: x = {x}",
                        figure.id
                    );
                }
            }
        }
    }
}
