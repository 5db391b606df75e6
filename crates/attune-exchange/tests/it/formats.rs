//! The same table in the forms in which programs of the world write text.

use crate::study::{protocol, read_bytes, shown};

const DATA: &str = r#"
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", site = "hostel", enrolled = "enrolled", left-reason = "why", left = "left" }
attributes = { birth_weight = "weight" }
"#;

const PLAIN: &str = "code,hostel,enrolled,left,why,weight\n\
                     D1,hostel-a,2024-01-10,2024-05-01,\"moved, to \"\"Zoë\"\"\",2900.5\n\
                     D2,hostel-b,2024-02-01,,,\n";

#[test]
fn every_form_gives_the_same_records() {
    let protocol = protocol(DATA);
    let read = |bytes: Vec<u8>| {
        let read = read_bytes(&protocol, [("dyads.csv", bytes)]);
        shown(&read.unwrap_or_else(|problems| panic!("{problems}")).0)
    };
    let expected = read(PLAIN.as_bytes().to_vec());
    insta::assert_snapshot!(expected);
    let with_mark = format!("\u{feff}{PLAIN}");
    let semicolons = PLAIN
        .replace("\"moved, to", "\"moved# to")
        .replace(',', ";");
    let semicolons = semicolons.replace('#', ",").replace("2900.5", "2900,5");
    let utf_16 =
        |to_bytes: fn(u16) -> [u8; 2]| with_mark.encode_utf16().flat_map(to_bytes).collect();
    for (form, bytes) in [
        ("byte order mark", with_mark.clone().into_bytes()),
        ("CRLF", PLAIN.replace('\n', "\r\n").into_bytes()),
        ("semicolons and decimal comma", semicolons.into_bytes()),
        (
            "tabs",
            PLAIN
                .replace("moved, to", "moved# to")
                .replace(',', "\t")
                .replace('#', ",")
                .into_bytes(),
        ),
        ("UTF-16, little end first", utf_16(u16::to_le_bytes)),
        ("UTF-16, big end first", utf_16(u16::to_be_bytes)),
        (
            "Windows-1252",
            PLAIN
                .chars()
                .map(|c| u8::try_from(u32::from(c)).expect("Latin"))
                .collect(),
        ),
        (
            "no line end at the end",
            PLAIN.trim_end().as_bytes().to_vec(),
        ),
        (
            "blank and empty rows",
            format!("\n{PLAIN}\n,,,,,\n\n").into_bytes(),
        ),
        (
            "spaces around cells",
            PLAIN
                .replace("D1,hostel-a,", " D1 ,\u{a0}hostel-a ,")
                .into_bytes(),
        ),
    ] {
        assert_eq!(read(bytes), expected, "{form}");
    }
}
