//! XLSX workbooks: what spreadsheet programs make of numbers and dates, and files that are hostile
//! or broken.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use crate::study::{protocol, read_bytes, shown, told};

const DATA: &str = r#"
[[data]]
file = "book.xlsx"
sheet = "Families"
kind = "dyads"
columns = { dyad = "code", site = "hostel", enrolled = "enrolled", born = "born" }
attributes = { birth_weight = "weight" }

[[data]]
file = "book.xlsx"
sheet = "Index"
kind = "assessments"
instrument = "index"
columns = { dyad = "code", wave = "wave", date = "date" }
items = { mental = "mdi", motor = "pdi" }
missing = { "-99" = "refused" }
"#;

/// What a cell holds.
#[derive(Clone, Copy)]
enum Cell {
    Text(&'static str),
    Number(f64),
    Day(u16, u8, u8),
    Nothing,
}

use Cell::{Day, Nothing, Number, Text};

fn families() -> Vec<Vec<Cell>> {
    vec![
        ["code", "hostel", "enrolled", "born", "weight"]
            .map(Text)
            .to_vec(),
        vec![
            Number(1.0),
            Text(" hostel-a "),
            Day(2024, 1, 10),
            Day(2023, 12, 1),
            Number(2900.5),
        ],
        vec![
            Text("2"),
            Text("hostel-b"),
            Text("2024-02-01"),
            Number(45_296.0),
            Nothing,
        ],
    ]
}

fn index() -> Vec<Vec<Cell>> {
    vec![
        ["code", "wave", "date", "mdi", "pdi"].map(Text).to_vec(),
        vec![
            Number(1.0),
            Text("baseline"),
            Day(2024, 1, 12),
            Number(98.0),
            Text("101"),
        ],
        vec![Nothing; 5],
        vec![
            Number(2.0),
            Text("baseline"),
            Day(2024, 2, 1),
            Number(-99.0),
            Number(88.0),
        ],
        vec![Nothing; 5],
    ]
}

fn book(sheets: &[(&str, Vec<Vec<Cell>>)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name)?;
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match *cell {
                    Text(text) => sheet.write(row, column, text)?,
                    Number(number) => sheet.write(row, column, number)?,
                    Day(year, month, day) => {
                        let day = ExcelDateTime::from_ymd(year, month, day)?;
                        sheet.write_with_format(row, column, &day, &date)?
                    }
                    Nothing => sheet.write_blank(row, column, &date)?,
                };
            }
        }
    }
    workbook.save_to_buffer()
}

fn both() -> Vec<u8> {
    book(&[("Families", families()), ("Index", index())]).expect("a workbook")
}

#[test]
fn numbers_dates_and_blank_rows_of_a_workbook_are_read() {
    let read = read_bytes(&protocol(DATA), [("book.xlsx", both())]);
    let (records, warnings) = read.expect("readable");
    insta::assert_snapshot!(format!("{}\n{}", shown(&records), warnings.rendered()));
    assert_eq!(records.assessments[1].source.row, 4, "a blank row counts");
    assert_eq!(records.files.len(), 1);
    assert_eq!(records.files[0].n_rows, 4, "rows of both sheets");
}

#[test]
fn what_a_spreadsheet_program_spoiled_is_told() {
    let mut rows = index();
    rows[1][3] = Day(2024, 2, 1);
    rows[3][2] = Text("n.d.");
    rows.push(vec![
        Number(1.0),
        Text("six-months"),
        Day(2024, 7, 10),
        Text("#N/A"),
        Nothing,
        Number(3.0),
    ]);
    let book = book(&[("Families", families()), ("Index", rows)]).expect("a workbook");
    insta::assert_snapshot!(told(read_bytes(&protocol(DATA), [("book.xlsx", book)])));
}

#[test]
fn merged_cells_are_told() {
    let mut workbook = Workbook::new();
    let sheet = workbook
        .add_worksheet()
        .set_name("Families")
        .expect("a name");
    for (column, heading) in (0..).zip(["code", "hostel", "enrolled", "born", "weight"]) {
        sheet.write(0, column, heading).expect("a cell");
    }
    sheet
        .merge_range(1, 0, 2, 0, "D1", &Format::new())
        .expect("merged");
    sheet.write(1, 1, "hostel-a").expect("a cell");
    sheet.write(2, 1, "hostel-a").expect("a cell");
    workbook
        .add_worksheet()
        .set_name("Index")
        .expect("a name")
        .write(0, 0, "x")
        .expect("a cell");
    let book = workbook.save_to_buffer().expect("a workbook");
    let told = told(read_bytes(&protocol(DATA), [("book.xlsx", book)]));
    assert!(
        told.contains("part of the merged cells A2:A3, so empty"),
        "{told}"
    );
}

#[test]
fn a_sheet_that_is_not_there_is_told() {
    let book = book(&[("Family", families()), ("Index", index())]).expect("a workbook");
    insta::assert_snapshot!(told(read_bytes(&protocol(DATA), [("book.xlsx", book)])));
}

#[test]
fn a_workbook_that_counts_from_1904_gives_the_same_dates() {
    let bytes = with_1904_dates(&both());
    let read = read_bytes(&protocol(DATA), [("book.xlsx", bytes)]);
    let (records, _) = read.expect("readable");
    // The same serial numbers count from four years and a day later.
    assert_eq!(
        records.dyads[0]
            .enrolled
            .map(|day| day.to_string())
            .as_deref(),
        Some("2028-01-11")
    );
    assert_eq!(
        records.dyads[1].born.map(|day| day.to_string()).as_deref(),
        Some("2028-01-06")
    );
}

/// The workbook with its dates counted from 1904, as Excel for Macintosh once did.
fn with_1904_dates(bytes: &[u8]) -> Vec<u8> {
    rewritten(bytes, |name, text| match name {
        "xl/workbook.xml" => text.replace("<workbookPr", "<workbookPr date1904=\"1\""),
        _ => text,
    })
}

/// A workbook with its parts changed.
fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let (name, mut text) = (part.name().expect("a name").to_string(), String::new());
        part.read_to_string(&mut text).expect("a text");
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name.clone(), options).expect("a part");
        writer
            .write_all(change(&name, text).as_bytes())
            .expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn damaged_and_hostile_workbooks_are_refused_with_a_reason() {
    let whole = both();
    let far_cell = rewritten(&whole, |name, text| match name {
        "xl/worksheets/sheet1.xml" => text.replace("</row>", "<c r=\"XFD1\"><v>1</v></c></row>"),
        _ => text,
    });
    let no_number = rewritten(&whole, |name, text| match name {
        "xl/worksheets/sheet1.xml" => text.replace("<v>2900.5</v>", "<v>many</v>"),
        _ => text,
    });
    let mut text = String::new();
    for (name, bytes) in [
        ("cut off in the middle", whole[..whole.len() / 2].to_vec()),
        ("cut off at the end", whole[..whole.len() - 10].to_vec()),
        ("only the first bytes", b"PK\x03\x04".to_vec()),
        ("a text named .xlsx", b"code,hostel\n1,2\n".to_vec()),
        ("a number that is none", no_number),
        ("a cell at the end of the sheet", far_cell),
    ] {
        let told = told(read_bytes(&protocol(DATA), [("book.xlsx", bytes)]));
        text += &format!("## {name}\n\n{told}\n\n");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn random_damage_never_stops_the_program() {
    let (protocol, whole) = (protocol(DATA), both());
    // A fixed walk over the bytes: the same damage in every run.
    let mut state = 1_u64;
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..4 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 33) as usize % bytes.len();
            bytes[place] ^= (state >> 25) as u8;
        }
        let _ = told(read_bytes(&protocol, [("book.xlsx", bytes)]));
    }
}
