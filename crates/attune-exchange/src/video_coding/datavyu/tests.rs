//! What Datavyu spreadsheets hold, read and written.

use attune_records::observation::Span;
use proptest::prelude::*;

use super::{DatavyuFile, Spreadsheet};

const SHEET: &str = "#4\ngaze (MATRIX,true,by hand)-at|NOMINAL,how\\-long|NOMINAL\n00:00:01:500,00:00:04:000,(face\\, eyes,2)\n00:00:05:000,00:00:00:000,(toy,)\n00:00:09:000,00:00:08:000,(toy,)\nnote (TEXT,true,)\n00:01:00:000,00:01:00:000,two\\\nlines\n";

#[test]
fn columns_cells_escapes_and_line_breaks_are_kept() {
    let file = DatavyuFile::read_text(SHEET).expect("a spreadsheet");
    assert_eq!(file.sheet.to_text(), SHEET);
    let archive = file.to_archive("play");
    let again = DatavyuFile::read_archive(&archive).expect("an archive");
    assert_eq!(again.sheet, file.sheet);
    assert_eq!(again.project_value("name"), Some("play"));
}

#[test]
fn a_cell_without_an_end_stays_without_one() {
    let file = DatavyuFile::read_text(SHEET).expect("a spreadsheet");
    let read = file.to_project("play").expect("one observation");
    let events = read.project.observations()[0].events();
    let shown: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "{} [{}] {}",
                event.behaviour,
                event.modifiers,
                event.span.begin()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "gaze [face, eyes | 2] 1.5",
            "gaze [toy | –] 5",
            "gaze [toy | –] 9",
            "note [two\nlines] 60"
        ]
    );
    assert!(matches!(events[1].span, Span::Open { .. }) && events[3].span.is_point());
    assert_eq!(read.not_taken_over[0].place, "column `gaze`, row 5");
    assert!(read.warnings[0].contains("row 4"));
}

#[test]
fn what_is_no_spreadsheet_is_told_with_its_line() {
    for (text, says) in [
        (
            "#4\n00:00:01:000,00:00:02:000,(a)",
            "line 2: a cell stands before any column",
        ),
        (
            "#4\ngaze (MATRIX,true,)-a|NOMINAL\nwhat is this",
            "line 3: neither a column nor a cell",
        ),
    ] {
        let fault = DatavyuFile::read_text(text).expect_err(says).to_string();
        assert!(fault.contains(says), "{fault}");
    }
    assert!(DatavyuFile::read_archive(b"PK\x03\x04cut").is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "(#4\n)?(x \\(MATRIX,true,\\)-a\\|B\n)?([0-9:,()\\\\|a \n-]|00:00:01:000,){0,60}") {
        let _ = Spreadsheet::looks_like_one(&text);
        if let Ok(file) = DatavyuFile::read_text(&text) {
            let _ = file.counts();
            let _ = file.to_project("x");
        }
    }
}
