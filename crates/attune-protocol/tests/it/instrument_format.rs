//! `docs/formats/instrument.md` speaks the truth: its pieces make sound definitions, its tables of
//! keys are those of the program, and its list of the library is complete.

use std::{fmt::Write, fs, path::PathBuf};

use attune_protocol::{
    format_page::{missing_key_tables, with_key_tables},
    instrument::{Answers, Instrument, LicenceClass},
    instrument_file::read_examples,
    instrument_library,
    shape::definition::DEFINITION,
};

fn page_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/instrument.md")
}

fn page() -> String {
    fs::read_to_string(page_path()).expect("the page is there")
}

/// The definitions of the page: a block that begins with `format` begins a file.
fn definitions(page: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for block in page.split("```toml\n").skip(1) {
        let block = block.split("```").next().expect("a block ends");
        if block.starts_with("format") {
            files.push(String::new());
        }
        let file = files.last_mut().expect("the first block begins a file");
        writeln!(file, "{block}").expect("a string takes everything");
    }
    files
}

#[test]
fn the_pieces_of_the_page_make_sound_definitions() {
    let files = definitions(&page());
    assert_eq!(files.len(), 2);
    for file in files {
        let instrument = Instrument::read("settling.toml", &file).unwrap_or_else(|e| panic!("{e}"));
        assert!(!instrument.scores.is_empty());
    }
}

#[test]
fn the_key_tables_of_the_page_are_those_of_the_program() {
    let tables = DEFINITION.with_all_below();
    let page = page();
    assert!(missing_key_tables(&page, &tables).is_empty());
    let made = with_key_tables(&page, &tables);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page_path(), &made).expect("the page can be written");
        return;
    }
    assert!(
        page == made,
        "run this test with UPDATE_DOCS=1 to write the key tables anew"
    );
}

#[test]
fn the_page_lists_the_library() {
    let page = page();
    for instrument in instrument_library::all() {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", instrument.id)));
        let row = row.unwrap_or_else(|| panic!("the page lacks {}", instrument.id));
        for score in &instrument.scores {
            assert!(
                row.contains(&format!("`{}`", score.id)),
                "{row} lacks {}",
                score.id
            );
        }
    }
}

#[test]
fn every_shipped_instrument_has_its_line_in_the_licence_file() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../instruments/LICENCE.md");
    let licence = fs::read_to_string(path).expect("the folder has a licence file");
    for instrument in instrument_library::all() {
        let holds = match instrument.licence.holds {
            LicenceClass::Texts => "texts",
            LicenceClass::Slots => "slots",
            LicenceClass::ScoresOnly => "scores-only",
        };
        let row = format!("| `{}` | {holds} |", instrument.id);
        assert!(
            licence.contains(&row),
            "LICENCE.md has no line that begins with {row}"
        );
    }
}

/// The steps that the page gives to a site with a permission, on the EPDS with invented words.
#[test]
fn a_site_with_permission_adds_texts_and_the_examples_still_hold() {
    let shipped = instrument_library::definition_text("epds", None).expect("it is shipped");
    let with_texts = shipped
        .replace("holds = \"slots\"", "holds = \"texts\"")
        .replace(", scale = ", ", text = \"A question\", scale = ")
        .replace("{ code = ", "{ label = \"An answer\", code = ");
    let of_site =
        Instrument::read("epds-with-texts.toml", &with_texts).unwrap_or_else(|e| panic!("{e}"));
    assert!(of_site.items.iter().all(|item| item.text.is_some()));
    let Answers::Options(options) = &of_site.items[0].answers else {
        panic!("the items have options");
    };
    assert_eq!(options[0].label.as_deref(), Some("An answer"));

    let examples =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../instruments/examples/epds.toml");
    let examples = fs::read_to_string(examples).expect("there are examples");
    let examples =
        read_examples(&of_site, "epds.toml", &examples).unwrap_or_else(|e| panic!("{e}"));
    assert!(examples.len() >= 20);
}
