//! `docs/formats/study.md` speaks the truth: its examples make sound studies, its tables of keys are
//! those of the program.

use std::{collections::BTreeMap, fs, path::PathBuf};

use attune_protocol::{
    Protocol, StudyFolder,
    format_page::{missing_key_tables, with_key_tables},
    problem::{Style, render},
    shape::STUDY_TOML,
};

fn page_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/study.md")
}

fn page() -> String {
    fs::read_to_string(page_path()).expect("the page is there")
}

/// The studies of the page: a block that begins with `format` begins a study, one that begins with
/// `# file:` is a file of it, every other block continues its study file.
fn studies(page: &str) -> Vec<BTreeMap<String, String>> {
    let mut studies: Vec<BTreeMap<String, String>> = Vec::new();
    for block in page.split("```toml\n").skip(1) {
        let block = block.split("```").next().expect("a block ends");
        if block.starts_with("format") {
            studies.push(BTreeMap::new());
        }
        let study = studies.last_mut().expect("the first block begins a study");
        let name = match block.strip_prefix("# file: ") {
            Some(rest) => rest.lines().next().expect("a name"),
            None => "study.toml",
        };
        let file = study.entry(name.to_owned()).or_default();
        *file += block;
        *file += "\n";
    }
    studies
}

/// A page with every part that a study asking families needs.
const PAGE: &str = "# Title

## Background

Why.

## Methodology

How.

## Results

What.

### What was not found

Nothing else.

## Data protection

Rights.

## How to withdraw

By a word.
";

/// The study with a word in each text and table that it names and that is no block of the page.
fn completed(mut study: BTreeMap<String, String>) -> StudyFolder {
    let names: Vec<String> = study["study.toml"]
        .split('"')
        .filter(|piece| {
            [".md", ".csv", ".xlsx"]
                .iter()
                .any(|ending| piece.ends_with(ending))
                && !piece.contains(char::is_whitespace)
        })
        .map(str::to_owned)
        .collect();
    for name in names {
        let text = if name.starts_with("page") {
            PAGE
        } else {
            "text\n"
        };
        study.entry(name).or_insert_with(|| text.to_owned());
    }
    StudyFolder::from_files(study)
}

#[test]
fn the_examples_of_the_page_make_sound_studies() {
    let studies = studies(&page());
    assert_eq!(studies.len(), 2);
    for study in studies {
        match Protocol::read_folder(&completed(study)) {
            Ok((_, warnings)) => {
                assert!(warnings.is_empty(), "{}", render(&warnings, Style::Plain));
            }
            Err(problems) => panic!("{problems}"),
        }
    }
}

#[test]
fn the_examples_of_the_page_show_every_table_of_the_format() {
    let all: String = studies(&page())
        .iter()
        .flat_map(|study| study.values())
        .cloned()
        .collect();
    for table in STUDY_TOML.with_all_below().into_iter().skip(1) {
        // `[[scheme.rating]]` is `[[rating]]` in a file of its own.
        let of_a_file = table.heading.replace("[[scheme.", "[[");
        let shown = match table.heading.split_once(" = ") {
            Some((key, _)) => all.contains(&format!("{key} = ")),
            None => all.contains(table.heading) || all.contains(&of_a_file),
        };
        // A part of these stands in a table that the page shows.
        let by_text = ["age-at-enrolment = { … }", "time = { … }"].contains(&table.heading);
        assert!(
            shown || by_text,
            "the page has no example of {}",
            table.heading
        );
    }
}

#[test]
fn the_key_tables_of_the_page_are_those_of_the_program() {
    let tables = STUDY_TOML.with_all_below();
    let page = page();
    assert_eq!(missing_key_tables(&page, &tables), Vec::<&str>::new());
    let made = with_key_tables(&page, &tables);
    if made != page {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(page_path(), made).expect("the page can be written");
        } else {
            panic!("docs/formats/study.md is behind the program; run the tests with UPDATE_DOCS=1");
        }
    }
}
