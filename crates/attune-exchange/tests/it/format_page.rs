//! `docs/formats/records.md` is true: its examples are read, and it explains every message.

use std::{collections::BTreeSet, fs, path::Path};

use crate::study::{protocol, read, told};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/records.md");
    fs::read_to_string(path).expect("the page")
}

/// The text of the first block in this language.
fn block<'a>(text: &'a str, language: &str) -> &'a str {
    let start = format!("```{language}\n");
    let (_, rest) = text.split_once(&start).expect("a block");
    rest.split_once("```").expect("its end").0
}

/// What the page's answers about consent are about.
const PURPOSES: &str = r#"
[[consent]]
id = "participation"
label = "Taking part"
needed-to-take-part = true
withdrawal = { records = "leave-out", media = "delete" }
[[consent.text]]
version = "2"
file = "taking-part.md"
[[consent]]
id = "video"
label = "Being filmed"
withdrawal = { records = "keep", media = "delete" }
[[consent.text]]
version = "1"
file = "video.md"
"#;

#[test]
fn every_example_of_the_page_is_read() {
    let page = page();
    let mut parts = page.split("<!-- file: ").skip(1).map(|part| {
        let (file, rest) = part.split_once(" -->").expect("a file");
        (file, block(rest, "csv"), block(rest, "toml"))
    });
    let (_, dyads, dyads_data) = parts.next().expect("dyads come first");
    let mut n_examples = 0;
    for (file, text, data) in parts {
        let purposes = match file {
            "consents.csv" => PURPOSES,
            _ => "",
        };
        let protocol = protocol(&format!("{dyads_data}{data}{purposes}"));
        let told = told(read(&protocol, &[("dyads.csv", dyads), (file, text)]));
        assert_eq!(told, "nothing to say", "{file}");
        n_examples += 1;
    }
    assert_eq!(n_examples, 6);
}

#[test]
fn every_message_of_the_tests_is_explained() {
    let page = page();
    let (_, explained) = page
        .split_once("## What the messages mean")
        .expect("the chapter");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let mut kinds = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("snapshots") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a snapshot");
        for line in text.lines() {
            let kind = ["  error: ", "  warning: ", "  note: "]
                .iter()
                .find_map(|severity| line.strip_prefix(severity));
            kinds.extend(kind.map(str::to_owned));
        }
    }
    assert!(kinds.len() > 40, "{}", kinds.len());
    let unexplained: Vec<_> = kinds
        .iter()
        .filter(|kind| !explained.contains(kind.as_str()))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}
