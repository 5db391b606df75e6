//! The Word file: its parts, its fields, and what LibreOffice makes of it.

use std::{collections::BTreeMap, io::Read};

use attune_document::{Date, DocumentSettings, docx};
use attune_report::{Profile, Report, compose_for};

use crate::{
    HOSTILE, fixture,
    programs::{ask, file, text_of_pdf},
    report,
};

fn written(report: &Report) -> Vec<u8> {
    docx(report, DocumentSettings::default()).expect("a composed report can be written")
}

/// The parts of the file by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip file");
    (0..zip.len())
        .map(|place| {
            let mut part = zip.by_index(place).expect("a part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("its bytes");
            let name = part.name().expect("a name in UTF-8").into_owned();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

/// The values of an attribute, in order.
fn attributes<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    xml.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn headings_captions_and_tables_have_styles_that_exist() {
    let parts = parts(&written(&report(&fixture::study())));
    let (document, styles) = (&parts["word/document.xml"], &parts["word/styles.xml"]);
    let known = attributes(styles, "w:styleId");
    for element in ["w:pStyle", "w:tblStyle", "w:rStyle"] {
        for used in attributes(
            &document.replace(&format!("<{element} w:val"), "< used"),
            "used",
        ) {
            assert!(known.contains(&used), "style `{used}` is not in the file");
        }
    }
    for style in [
        "Title",
        "Heading1",
        "Heading2",
        "Caption",
        "AttuneTable",
        "ListBullet",
    ] {
        assert!(
            document.contains(&format!("w:val=\"{style}\"")),
            "{style} is not used"
        );
    }
    assert!(!styles.contains('{'), "a place in the styles was left open");
    assert!(styles.contains("<w:lang w:val=\"en-GB\""));
}

#[test]
fn every_field_and_link_leads_to_a_bookmark() {
    for profile in Profile::ALL {
        let study = fixture::study();
        let report = compose_for(&study.protocol, &study.findings, profile, &[]);
        let document = &parts(&written(&report))["word/document.xml"];
        let places = attributes(document, "w:name");
        for anchor in attributes(document, "w:anchor") {
            assert!(places.contains(&anchor), "{profile:?}: {anchor}");
        }
        for instruction in attributes(document, "w:instr") {
            if let Some(target) = instruction.trim().strip_prefix("REF ") {
                let target = target.split(' ').next().unwrap_or_default();
                assert!(places.contains(&target), "{profile:?}: {target}");
            }
        }
        let numbers = document.matches(" SEQ Table ").count();
        let tables = report
            .labels
            .values()
            .filter(|label| label.starts_with("Table "))
            .count();
        assert_eq!(numbers, tables, "{profile:?}");
    }
}

#[test]
fn header_rows_repeat_and_pictures_say_what_they_show() {
    let parts = parts(&written(&report(&fixture::study())));
    let document = &parts["word/document.xml"];
    assert!(document.matches("<w:tblHeader/>").count() >= document.matches("<w:tbl>").count());
    let pictures = document.matches("<w:drawing>").count();
    assert!(pictures > 3);
    assert_eq!(
        parts.keys().filter(|name| name.ends_with(".png")).count(),
        pictures
    );
    for said in attributes(document, "descr") {
        assert!(said.len() > 40, "`{said}` says too little");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes_and_a_day_is_told_where_one_is_given() {
    let report = report(&fixture::study());
    let made = written(&report);
    assert_eq!(made, written(&report));
    assert!(!parts(&made)["docProps/core.xml"].contains("dcterms:created"));
    let date = Date::new(2026, 3, 1);
    let dated = docx(
        &report,
        DocumentSettings {
            date,
            ..DocumentSettings::default()
        },
    )
    .expect("it can be written");
    assert!(parts(&dated)["docProps/core.xml"].contains("2026-03-01T00:00:00Z"));
}

#[test]
fn texts_of_the_study_are_never_markup() {
    let mut study = fixture::empty();
    study.protocol.study.title = HOSTILE.to_owned();
    study.protocol.study.aims = vec![HOSTILE.to_owned(), "ما الذي تغيّر؟".to_owned()];
    let parts = parts(&written(&report(&study)));
    let document = &parts["word/document.xml"];
    assert!(
        !document.contains("<w:b/> &"),
        "markup of a text became markup of the file"
    );
    assert!(document.contains("&lt;w:b/&gt; &amp; @preview"));
    assert!(
        document.contains("<w:rtl/>"),
        "words from right to left are marked"
    );
}

#[test]
fn a_journal_gets_apa_tables_and_double_spacing() {
    let study = fixture::study();
    let report = compose_for(&study.protocol, &study.findings, Profile::Journal, &[]);
    let parts = parts(&written(&report));
    let document = &parts["word/document.xml"];
    assert!(document.contains("w:val=\"ApaTable\"") && !document.contains("w:val=\"AttuneTable\""));
    assert!(document.contains("w:val=\"ApaTitle\"") && document.contains(">Note. </w:t>"));
    assert!(parts["word/styles.xml"].contains("w:line=\"480\""));
}

#[test]
fn libreoffice_opens_it_with_everything_in_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(
        folder.path(),
        "report.docx",
        &written(&report(&fixture::study())),
    );
    let profile = format!(
        "-env:UserInstallation=file://{}/office",
        folder.path().display()
    );
    let out = folder.path().display().to_string();
    let arguments = [
        &profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        &out,
        "FILE",
    ];
    let Some(_) = ask("soffice", &arguments, &path) else {
        return;
    };
    let Some(text) = text_of_pdf(&folder.path().join("report.pdf")) else {
        return;
    };
    for said in [
        "Evaluation report",
        "6.1 Mental development (primary)",
        "Table 1. Participant flow by site, arm and wave",
        "0.66 (0.20 to 1.12)",
        "TREND, item by item",
        "Kenward MG, Roger JH.",
    ] {
        let blank = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            blank(&text.replace(['\u{a0}', '\u{2002}'], " ")).contains(said),
            "`{said}` is not in the text"
        );
    }
    assert!(!text.contains("Error: Reference source not found"));
}
