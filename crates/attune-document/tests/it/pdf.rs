//! The PDF: asked by other programs and by its own bytes.

use attune_document::{Date, DocumentSettings, Pdf, pdf};
use attune_report::Report;

use crate::{
    HOSTILE, fixture,
    programs::{ask, file, text_of_pdf},
    report,
};

fn typeset(report: &Report) -> Pdf {
    pdf(report, DocumentSettings::default()).expect("a composed report can be typeset")
}

#[test]
fn the_report_of_a_study_is_an_accessible_pdf_that_other_programs_read() {
    let report = report(&fixture::study());
    let made = typeset(&report);
    assert!(
        made.short_of_accessible.is_empty(),
        "{:?}",
        made.short_of_accessible
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(folder.path(), "report.pdf", &made.bytes);

    ask("qpdf", &["--check", "FILE"], &path);
    if let Some(fonts) = ask("pdffonts", &["FILE"], &path) {
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!fonts.is_empty());
        for font in fonts {
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            // From the right: generation, object, unicode, subset, embedded.
            assert_eq!((columns[2], columns[4]), ("yes", "yes"), "{font}");
        }
    }
    if let Some(text) = text_of_pdf(&path) {
        for said in [
            "Evaluation report",
            "Participant flow by site, arm and wave",
            "0.66 (0.20 to 1.12)",
            "TREND, item by item",
            "Kenward MG, Roger JH.",
            "Simulated data",
        ] {
            assert!(text.contains(said), "`{said}` is not in the text");
        }
    }
    if let Some(info) = ask("pdfinfo", &["FILE"], &path) {
        assert!(info.contains("Tagged:          yes"), "{info}");
        assert!(info.contains(&report.title), "{info}");
        assert!(
            info.contains(&format!("Pages:           {}", made.n_pages)),
            "{info}"
        );
    }
}

#[test]
fn the_same_report_gives_the_same_bytes_and_another_day_gives_others() {
    let report = report(&fixture::empty());
    let made = typeset(&report).bytes;
    assert_eq!(made, typeset(&report).bytes);
    let date = Date::new(2026, 3, 1);
    let dated = pdf(
        &report,
        DocumentSettings {
            date,
            ..DocumentSettings::default()
        },
    )
    .expect("it can be typeset");
    assert_ne!(made, dated.bytes);
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    assert!(holds(&dated.bytes, b"D:20260301"));
    assert!(!holds(&made, b"CreationDate"));
}

#[test]
fn texts_of_the_study_are_never_markup() {
    let mut study = fixture::empty();
    study.protocol.study.title = HOSTILE.to_owned();
    study.protocol.study.aims = vec![HOSTILE.to_owned()];
    let made = typeset(&report(&study));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(folder.path(), "hostile.pdf", &made.bytes);
    if let Some(text) = text_of_pdf(&path) {
        assert!(
            text.matches("#panic(\"no\") *stars* $x$ <w:b/> & @preview")
                .count()
                >= 2,
            "{text}"
        );
    }
}

#[test]
fn letters_without_a_font_are_told_of_and_the_document_is_still_made() {
    let mut study = fixture::empty();
    study.protocol.study.aims = vec!["শিশুরা কী শিখল?".to_owned()];
    let made = typeset(&report(&study));
    assert!(made.bytes.starts_with(b"%PDF-1.7"));
    assert!(!made.short_of_accessible.is_empty());
    assert!(
        made.without_shape.contains(&'শ'),
        "{:?}",
        made.without_shape
    );
}

#[test]
fn arabic_and_polish_are_typeset_with_every_letter() {
    let mut study = fixture::empty();
    study.protocol.study.aims = vec![
        "ما الذي تغيّر في نموّ الرضيع؟".to_owned(),
        "Czy żłobek wpłynął na rozwój dzieci? Źrebię, łąka, śnięcie, ćma.".to_owned(),
    ];
    let made = typeset(&report(&study));
    assert_eq!(made.without_shape, Vec::<char>::new());
    assert_eq!(made.short_of_accessible, Vec::<String>::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(folder.path(), "letters.pdf", &made.bytes);
    if let Some(text) = text_of_pdf(&path) {
        assert!(text.contains("Źrebię, łąka, śnięcie, ćma."), "{text}");
    }
}
