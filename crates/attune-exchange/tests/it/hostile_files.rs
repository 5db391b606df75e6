//! Files that are empty, cut off, of another kind, in another encoding, nested without end, or packed so that they
//! would fill the memory: each reader answers with what it could read or with a fault that has a remedy, and the
//! snapshot shows the very words.

use std::{fmt::Write as _, io::Write as _};

use attune_exchange::video_coding::{CodingFaults, CodingFile, Target, write_project};
use flate2::{Compression, write::GzEncoder};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const BORIS: &str = r#"{"project_format_version": "7.0", "behaviors_conf": {"0": {"type": "State event", "code": "gazé"}}, "subjects_conf": {}, "observations": {"one": {"type": "LIVE", "events": [[1.5, "", "gazé", "", ""], [4.25, "", "gazé", "", ""]]}}}"#;
const ELAN: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="3.0"><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="900"/></TIME_ORDER><TIER TIER_ID="bébé" LINGUISTIC_TYPE_REF="t"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b"><ANNOTATION_VALUE>gazé</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t"/></ANNOTATION_DOCUMENT>"#;
const VOCABULARY: &str = r#"<?xml version="1.0" encoding="UTF-8"?><CV_RESOURCE><CONTROLLED_VOCABULARY CV_ID="v"><CV_ENTRY_ML CVE_ID="e"><CVE_VALUE LANG_REF="fra">gazé</CVE_VALUE></CV_ENTRY_ML></CONTROLLED_VOCABULARY></CV_RESOURCE>"#;
const DATAVYU: &str = "#4\ngazé (MATRIX,true,)-at|NOMINAL\n00:00:01:500,00:00:04:000,(face)\n00:00:05:000,00:00:06:000,(toy)\n";
const BORIS_ROWS: &str = "Observation id,Time,Subject,Behavior,Status\none,1.5,infant,gazé,START\none,2.5,infant,gazé,STOP\n";
const BORIS_BOUTS: &str = "Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\none\tinfant\tgazé\tSTATE\t1.5\t2\n";
const CELLS: &str = "file,column,ordinal,onset,offset,code01\none,gazé,1,1500,4000,face\n";
const TIDY: &str =
    "observation,subject,behaviour,kind,start_s,stop_s\none,infant,gazé,state,1.25,2\n";
const TEXT_GRID: &str = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n2\n<exists>\n1\n\"IntervalTier\"\n\"bébé\"\n0\n2\n1\n0\n2\n\"gazé\"\n";
const BINARY_TEXT_GRID: &[u8] = b"ooBinaryFile\x08TextGrid\0\0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0\x01\0\0\0\x01\x08TextTier\0\x04bell\0\0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0\0\0\0\x01\x3f\xe0\0\0\0\0\0\0\0\x04ding";
const WEB_VTT: &str = "WEBVTT\n\n00:01.000 --> 00:02.500\ngazé\n";
const SUB_RIP: &str = "1\n00:00:01,000 --> 00:00:02,000\ngazé\n";

/// What calls each reader, and a small whole file of its kind.
fn readers() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    vec![
        ("a BORIS project", "a.boris", BORIS.into()),
        (
            "a packed BORIS project",
            "a.boris.gz",
            gzip(BORIS.as_bytes()),
        ),
        ("a BORIS table of events", "a.csv", BORIS_ROWS.into()),
        ("a BORIS table of bouts", "a.tsv", BORIS_BOUTS.into()),
        ("an ELAN document", "a.eaf", ELAN.into()),
        ("an ELAN vocabulary", "a.ecv", VOCABULARY.into()),
        ("a Datavyu archive", "a.opf", zip("db", DATAVYU.as_bytes())),
        ("a Datavyu text", "a.csv", DATAVYU.into()),
        ("a table of Datavyu cells", "a.csv", CELLS.into()),
        ("a TextGrid", "a.TextGrid", TEXT_GRID.into()),
        ("a binary TextGrid", "a.TextGrid", BINARY_TEXT_GRID.into()),
        ("WebVTT", "a.vtt", WEB_VTT.into()),
        ("SubRip", "a.srt", SUB_RIP.into()),
        ("a tidy table", "a.csv", TIDY.into()),
        ("a tidy workbook", "a.xlsx", workbook()),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file(name, options).expect("memory");
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory").into_inner()
}

fn workbook() -> Vec<u8> {
    let table = CodingFile::read("tidy.csv", TIDY.as_bytes()).expect("whole");
    let read = table.to_project("tidy").expect("whole");
    write_project(&read.project, Target::Xlsx)
        .expect("a table")
        .bytes
}

fn utf_16(text: &str, little: bool) -> Vec<u8> {
    let unit = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    let with_mark = format!("\u{feff}{text}");
    with_mark.encode_utf16().flat_map(unit).collect()
}

/// Text in an encoding in which each byte is a character.
fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

/// What people are told.
fn answer(name: &str, bytes: &[u8]) -> String {
    let read = CodingFile::read(name, bytes).and_then(|file| file.to_project("one"));
    match read {
        Ok(read) => {
            let first = read.project.events().next();
            let first = first.map_or(String::new(), |(_, event)| event.behaviour.to_string());
            let first: String = first.chars().take(20).collect();
            let n = read.project.events().count();
            let mut told = format!("read: events {n}, the first `{first}`");
            for warning in &read.warnings {
                let _ = write!(told, "\n  beware: {warning}");
            }
            for left in &read.not_taken_over {
                let _ = write!(
                    told,
                    "\n  left: {} ({}): {}",
                    left.what, left.place, left.why
                );
            }
            told
        }
        Err(faults) => format!("refused: {}", within_bounds(&faults)),
    }
}

/// The faults, each with a remedy and none with the whole of a file in it.
fn within_bounds(faults: &CodingFaults) -> String {
    for fault in faults.as_slice() {
        assert!(!fault.remedy.is_empty(), "{fault}");
        assert!(fault.to_string().chars().count() < 600, "{fault}");
    }
    faults.to_string()
}

#[test]
fn whole_files_are_read_and_broken_ones_get_a_reason_and_a_remedy() {
    let mut text = String::new();
    for (reader, name, whole) in readers() {
        let text_of_whole = String::from_utf8(whole.clone()).ok();
        let mut cases = vec![
            ("whole", whole.clone()),
            ("empty", Vec::new()),
            ("zeros", vec![0; 4096]),
            (
                "a photograph",
                b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01".repeat(20),
            ),
            ("cut in half", whole[..whole.len() / 2].to_vec()),
            ("its last byte missing", whole[..whole.len() - 1].to_vec()),
            ("of another kind", b"{\\rtf1 A letter.}".to_vec()),
        ];
        if let Some(whole) = text_of_whole.filter(|whole| !whole.contains('\0')) {
            cases.push(("UTF-16, little end first", utf_16(&whole, true)));
            cases.push(("UTF-16, big end first", utf_16(&whole, false)));
            cases.push(("an old encoding", latin_1(&whole)));
        }
        let _ = writeln!(text, "# {reader} ({name})");
        for (case, bytes) in cases {
            let _ = writeln!(text, "{case}\n  {}", answer(name, &bytes));
        }
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

fn many_attributes() -> String {
    (0..100_000).map(|n| format!(" a{n}=\"\"")).collect()
}

#[test]
fn entities_nesting_and_bombs_are_refused() {
    let lol =
        r#"<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>"#;
    let outside = r#"<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>"#;
    let within = |head: &str| ELAN.replace("?>", &format!("?>{head}")).into_bytes();
    let deep = "<TIER>".repeat(200_000).into_bytes();
    let lists = "[".repeat(1_000_000);
    let deep_json = BORIS.replace(
        "\"subjects_conf\": {}",
        &format!("\"subjects_conf\": {lists}"),
    );
    let deep_events = BORIS.replace("[[1.5,", &format!("{lists}[1.5,"));
    let sheet = |xml: &str| zip("xl/worksheets/sheet1.xml", xml.as_bytes());
    let zeros = vec![0; 3_000_000];
    let blanks = vec![b' '; 3_000_000];
    let claims = TEXT_GRID.replace("<exists>\n1", "<exists>\n2000000000");
    let mut claims_binary = BINARY_TEXT_GRID.to_vec();
    // The count of points as the largest whole number.
    let at = claims_binary.len() - 18;
    claims_binary[at..at + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    let many_parts = {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in 0..1_500 {
            let options = SimpleFileOptions::default();
            writer
                .start_file(part.to_string(), options)
                .expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    };
    let cases = [
        ("entities within entities", "a.eaf", within(lol)),
        ("an entity that names a file", "a.etf", within(outside)),
        (
            "the same in a vocabulary",
            "a.ecv",
            VOCABULARY.replace("?>", &format!("?>{lol}")).into(),
        ),
        ("elements within elements", "a.eaf", deep),
        ("lists within lists", "a.boris", deep_json.into_bytes()),
        ("lists within events", "a.boris", deep_events.into_bytes()),
        ("a project of zeros, packed", "a.boris.gz", gzip(&zeros)),
        ("blanks, packed", "a.boris.gz", gzip(&blanks)),
        ("packed twice", "a.boris.gz", gzip(&gzip(BORIS.as_bytes()))),
        ("an archive of blanks", "a.opf", zip("db", &blanks)),
        ("an archive of very many parts", "a.opf", many_parts),
        (
            "an archive within an archive",
            "a.opf",
            zip("db", &zip("db", DATAVYU.as_bytes())),
        ),
        (
            "a workbook within an archive",
            "a.xlsx",
            zip("xl/workbook.xml", &workbook()),
        ),
        (
            "an element of very many attributes",
            "a.eaf",
            within(&format!("<a{}/>", many_attributes())),
        ),
        (
            "the same attribute twice",
            "a.eaf",
            ELAN.replace("TIER_ID=", "TIER_ID=\"b\" TIER_ID=")
                .into_bytes(),
        ),
        (
            "more values than anybody codes",
            "a.boris",
            BORIS
                .replace(
                    "\"subjects_conf\": {}",
                    &format!("\"subjects_conf\": [{}0]", "0,".repeat(10_000_001)),
                )
                .into_bytes(),
        ),
        (
            "times that are no times",
            "a.boris",
            BORIS
                .replace("1.5", "-Infinity")
                .replace("4.25", "1e308")
                .into_bytes(),
        ),
        (
            "a behaviour twice",
            "a.boris",
            BORIS
                .replace(
                    "\"code\": \"gazé\"}",
                    "\"code\": \"gazé\"}, \"1\": {\"type\": \"Point event\", \"code\": \"gazé\"}",
                )
                .into_bytes(),
        ),
        (
            "an observation twice",
            "a.boris",
            BORIS
                .replace(
                    "\"observations\": {",
                    "\"observations\": {\"one\": {\"type\": \"LIVE\", \"events\": []},",
                )
                .into_bytes(),
        ),
        (
            "bouts that run backwards",
            "a.tsv",
            BORIS_BOUTS.replace("1.5\t2", "2\t-1.5").into_bytes(),
        ),
        (
            "a path out of the archive",
            "a.opf",
            zip("../../db", DATAVYU.as_bytes()),
        ),
        (
            "a workbook of blanks",
            "a.xlsx",
            zip("xl/workbook.xml", &blanks),
        ),
        (
            "a workbook without its parts",
            "a.xlsx",
            sheet("<worksheet/>"),
        ),
        (
            "a TextGrid that claims two thousand million tiers",
            "a.TextGrid",
            claims.into_bytes(),
        ),
        (
            "a binary TextGrid that claims as many points",
            "a.TextGrid",
            claims_binary,
        ),
        (
            "a Datavyu cell before a column",
            "a.csv",
            b"#4\n00:00:00:000,00:00:01:000,(a)\n".to_vec(),
        ),
        (
            "one line of two million letters",
            "a.srt",
            vec![b'a'; 2_000_000],
        ),
        (
            "one caption time without end",
            "a.vtt",
            format!("WEBVTT\n\n{}:00.000 --> 1\nx\n", "9".repeat(100_000)).into_bytes(),
        ),
        (
            "one cell of two million letters",
            "a.csv",
            format!("behaviour,start_s,stop_s\n{},0,1\n", "a".repeat(2_000_000)).into_bytes(),
        ),
        (
            "times beyond all clocks",
            "a.csv",
            b"behaviour,start_s,stop_s\na,1e300,1e301\nb,-1e300,nan\nc,0,inf\n".to_vec(),
        ),
    ];
    let mut text = String::new();
    for (case, name, bytes) in cases {
        let answer = answer(name, &bytes);
        let shown: String = answer.chars().take(400).collect();
        let _ = writeln!(text, "{case} ({name})\n  {shown}");
    }
    insta::assert_snapshot!(text);
}

/// Cut off anywhere, a file is refused with a remedy, or what is left of it is read and means a part of the whole.
#[test]
fn a_file_cut_at_any_byte_is_read_in_part_or_refused_with_a_remedy() {
    let (mut n_read, mut n_refused) = (0, 0);
    for (reader, name, whole) in readers() {
        let all = CodingFile::read(name, &whole).and_then(|file| file.to_project("one"));
        let n_events = all.expect(reader).project.events().count();
        for length in 0..whole.len() {
            let part = CodingFile::read(name, &whole[..length]);
            match part.and_then(|file| file.to_project("one")) {
                Ok(read) => {
                    let n = read.project.events().count();
                    assert!(n <= n_events, "{reader}, {length} bytes: {n} events");
                    n_read += 1;
                }
                Err(faults) => {
                    within_bounds(&faults);
                    n_refused += 1;
                }
            }
        }
    }
    println!("{n_read} read in part, {n_refused} refused");
}

/// Any one byte another: nothing falls over, and what is said of it stays short.
#[test]
fn a_file_with_any_byte_changed_is_read_or_refused_in_few_words() {
    for (_, name, whole) in readers() {
        // Of a workbook, which is long to unpack, some bytes; `attune-fuzz damaged` tries more.
        let step = whole.len() / 700 + 1;
        for place in (0..whole.len()).step_by(step) {
            for byte in [0, b'9', b'"', b'-', 0xFF] {
                let mut changed = whole.clone();
                changed[place] = byte;
                let read = CodingFile::read(name, &changed);
                if let Err(faults) = read.and_then(|file| file.to_project("one")) {
                    within_bounds(&faults);
                }
            }
        }
    }
}

/// A search through everything before it for each of these would take hours.
#[test]
fn very_many_different_names_come_to_an_end() {
    const N: usize = 5_000;
    let rows = |line: fn(usize) -> String| (0..N).map(line).collect::<String>();
    let cases = [
        ("a.csv", format!("observation,subject,behaviour,kind,start_s,stop_s\n{}", rows(|n| format!("o{n},s{n},b{n},phase,{n},{n}\n")))),
        ("a.csv", format!("Observation id,Time,Subject,Behavior,Status\n{}", rows(|n| format!("o{n},{n},s{n},b{n},POINT\n")))),
        ("a.tsv", format!("Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\n{}", rows(|n| format!("o{n}\ts{n}\tb{n}\tSTATE\t1\t2\n")))),
        ("a.csv", format!("file,column,ordinal,onset,offset,code01\n{}", rows(|n| format!("f{n},c{n},1,1,2,x\n")))),
        ("a.csv", format!("#4\n{}", rows(|n| format!("c{n} (MATRIX,true,)-at|NOMINAL\n00:00:01:000,00:00:02:000,(x)\n")))),
        ("a.vtt", format!("WEBVTT\n\n{}", rows(|n| format!("00:01.000 --> 00:02.000\n<v s{n}>b{n}\n\n")))),
        ("a.srt", rows(|n| format!("{n}\n00:00:01,000 --> 00:00:02,000\nb{n}\n\n"))),
        ("a.boris", format!("{{\"behaviors_conf\": {{}}, \"observations\": {{\"a\": {{\"type\": \"LIVE\", \"events\": [{}[0, \"\", \"x\", \"\", \"\"]]}}}}}}", rows(|n| format!("[{n}, \"s{n}\", \"b{n}\", \"m{n}\", \"\"],")))),
        ("a.TextGrid", format!("\"ooTextFile\" \"TextGrid\" 0 1 <exists> {N}\n{}", rows(|n| format!("\"TextTier\" \"t{n}\" 0 1 1 0.5 \"b{n}\"\n")))),
        ("a.eaf", ELAN.replace("<LINGUISTIC", &format!("{}<LINGUISTIC", rows(|n| format!("<TIER TIER_ID=\"t{n}\" PARTICIPANT=\"p{n}\" ANNOTATOR=\"a{n}\" LINGUISTIC_TYPE_REF=\"t\"/>"))))),
    ];
    for (name, text) in cases {
        let start = std::time::Instant::now();
        let file = match CodingFile::read(name, text.as_bytes()) {
            Ok(file) => file,
            Err(faults) => {
                println!("{name}: {}", within_bounds(&faults));
                continue;
            }
        };
        file.counts();
        let answer = match file.to_project("one") {
            Ok(read) => {
                let one = write_project(&read.project, Target::Csv).expect("a table");
                for target in [
                    Target::Boris,
                    Target::Elan,
                    Target::TextGrid,
                    Target::Datavyu,
                ] {
                    // Those of one observation refuse several.
                    drop(write_project(&read.project, target));
                }
                format!("{} bytes as a table", one.bytes.len())
            }
            Err(faults) => within_bounds(&faults),
        };
        let begin: String = text.chars().take(50).collect();
        println!(
            "{name} {begin:?}: {answer}, {:.1} s",
            start.elapsed().as_secs_f64()
        );
    }
}
