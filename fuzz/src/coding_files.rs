//! Damaged files of coding tools: one whole file of each kind, then bytes changed, cut, repeated or put in from
//! elsewhere. Readers must answer with a file or a reason, and what was read must be countable, become
//! observations or a reason, and be written to every other kind.

use attune_exchange::video_coding::{CodingFile, Target, write_project};

use crate::messy::Dice;

const BORIS: &str = r#"{"project_format_version": "7.0", "behaviors_conf": {"0": {"type": "State event", "key": "g", "code": "gaze", "modifiers": {"0": {"name": "at", "type": 1, "values": ["face (f)", "toy"]}}, "excluded": "gaze,talk"}, "1": {"type": "Point event", "code": "voice", "modifiers": ""}}, "subjects_conf": {"0": {"key": "i", "name": "infant"}}, "observations": {"one": {"type": "MEDIA", "file": {"1": ["a.mp4"]}, "media_info": {"length": {"a.mp4": 60.5}, "offset": {"1": -1.5}}, "observation time interval": [0, 30], "events": [[1.5, "infant", "gaze", "face|None", ""], [2, "", "voice", "", "x", 50], [4.25, "infant", "gaze", "face|None", "end"], [NaN, "", "voice", "", ""]]}}}"#;
const ELAN: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="a.mp4" TIME_ORIGIN="40"/></HEADER><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="ts2"/><TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="900"/></TIME_ORDER><TIER TIER_ID="CHI" PARTICIPANT="c" LINGUISTIC_TYPE_REF="t"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>a &lt; b</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3"><ANNOTATION_VALUE>c</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER><TIER TIER_ID="xds@CHI" PARENT_REF="CHI" LINGUISTIC_TYPE_REF="x"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1"><ANNOTATION_VALUE>A</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t"/><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="x" CONSTRAINTS="Symbolic_Association" CONTROLLED_VOCABULARY_REF="v"/><CONTROLLED_VOCABULARY CV_ID="v"><CV_ENTRY_ML CVE_ID="e"><CVE_VALUE LANG_REF="eng" DESCRIPTION="adult">A</CVE_VALUE></CV_ENTRY_ML></CONTROLLED_VOCABULARY></ANNOTATION_DOCUMENT>"#;
const TEXT_GRID: &str = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = 2.5\ntiers? <exists>\nsize = 2\nitem []:\n    item [1]:\n        class = \"IntervalTier\"\n        name = \"say \"\"hi\"\"\"\n        xmin = 0\n        xmax = 2.5\n        intervals: size = 2\n        intervals [1]:\n            xmin = 0\n            xmax = 1\n            text = \"\"\n        intervals [2]:\n            xmin = 1\n            xmax = 2.5\n            text = \"talk\"\n    item [2]:\n        class = \"TextTier\"\n        name = \"bell\"\n        xmin = 0\n        xmax = 2.5\n        points: size = 1\n        points [1]:\n            number = 50%\n            mark = \"ding\"\n";
const BINARY_TEXT_GRID: &[u8] = b"ooBinaryFile\x08TextGrid\0\0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0\x01\0\0\0\x01\x08TextTier\0\x04bell\0\0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0\0\0\0\x01\x3f\xe0\0\0\0\0\0\0\xff\xff\0\x01\x00\xe9";
const WEB_VTT: &str = "WEBVTT - by hand\nKind: captions\n\nNOTE x\n\nSTYLE\n::cue {}\n\n1\n00:01.000 --> 00:02.500 align:start\n<v Anna>hello\n\n01:00:03.000 --> 01:00:04.000\ntwo\nlines\n";
const SUB_RIP: &str = "1\r\n00:00:01,000 --> 00:00:02,000\r\nfine\r\n\r\n2\r\n00:00:02,000 --> 00:00:01.000\r\nodd\r\n";
const DATAVYU: &str = "#4\n0:p-a|FLOAT\ngaze (MATRIX,true,by hand)-at|NOMINAL,how\\-long|NOMINAL\n00:00:01:500,00:00:04:000,(face\\, eyes,2)\n00:00:05:000,00:00:00:000,(toy,)\nnote (TEXT,true,)\n00:01:00:000,00:01:00:000,two\\\nlines\n";
const BORIS_ROWS: &str = "Observation id,one,,,\nPlayer #1,a.mp4,,,\nindependent variables,,,,\nvariable,value,,,\nrater,Ann,,,\n,,,,\nTime,Subject,Behavior,Modifiers,Status\n2.0,infant,gaze,face|None,START\n1.0,No focal subject,clap,,POINT\n4,infant,gaze,face|None,STOP\n";
const BORIS_BOUTS: &str = "Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\tModifier #1\tcoder\tTotal length\nA\tinfant\tgaze\tSTATE\t1.5\t2\tface\tAnn\t60\nA\tNo focal subject\tclap\tPOINT\t3\t3\tNone\tAnn\t60\n";
const TIDY: &str = "observation,coder,subject,target,behaviour,kind,start_s,stop_s,modifier: tone,comment,variable: phase\nA,Ann,parent,infant,talk,state,1.25,2,warm; soft,\"yes, so\",before\nA,Ann,infant,,voice,point,3,,,,before\nB,Ben,infant,,gaze,unstarted,,5,–,,after\n";

/// Ending and text of each kind.
const WHOLE: [(&str, &[u8]); 11] = [
    ("boris", BORIS.as_bytes()),
    ("eaf", ELAN.as_bytes()),
    ("TextGrid", TEXT_GRID.as_bytes()),
    ("TextGrid", BINARY_TEXT_GRID),
    ("vtt", WEB_VTT.as_bytes()),
    ("srt", SUB_RIP.as_bytes()),
    ("csv", DATAVYU.as_bytes()),
    ("csv", BORIS_ROWS.as_bytes()),
    ("tsv", BORIS_BOUTS.as_bytes()),
    ("csv", TIDY.as_bytes()),
    ("opf", b""),
];

/// Pieces that mean something in one of the formats.
const PIECES: [&[u8]; 14] = [
    b"\"",
    b"<",
    b">",
    b"&x;",
    b"<!DOCTYPE a>",
    b"[",
    b"{",
    b"\n\n",
    b"\0",
    b"\xff\xfe",
    b"\\",
    b"NaN",
    b"-99999999999999999999",
    b",",
];

/// The name and the bytes of a seed.
pub fn bytes(seed: u64) -> (String, Vec<u8>) {
    let mut dice = Dice::new(seed);
    let (ending, whole) = dice.one_of(&WHOLE);
    let mut bytes = if ending == "opf" {
        packed()
    } else {
        whole.to_vec()
    };
    for _ in 0..dice.below(5) {
        if bytes.is_empty() {
            break;
        }
        let place = dice.below(bytes.len());
        let end = (place + 1 + dice.below(60)).min(bytes.len());
        match dice.below(6) {
            0 => bytes[place] = dice.below(256) as u8,
            1 => bytes.truncate(place),
            2 => drop(bytes.drain(place..end)),
            3 => drop(bytes.splice(place..place, dice.one_of(&PIECES).iter().copied())),
            4 => {
                let repeated = bytes[place..end].to_vec();
                bytes.splice(place..place, repeated);
            }
            _ => {
                let other = dice.one_of(&WHOLE).1;
                let from = dice.below(other.len() + 1);
                let piece = other[from..(from + 40).min(other.len())].to_vec();
                bytes.splice(place..end, piece);
            }
        }
    }
    (format!("file.{ending}"), bytes)
}

/// The spreadsheet as an archive.
fn packed() -> Vec<u8> {
    match CodingFile::read("whole.csv", DATAVYU.as_bytes()) {
        Ok(file) => file.copy_as(Target::Datavyu).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// Everything that is done with a file.
///
/// # Errors
/// A fault without words, or a file that its own reader refuses after it was written.
pub fn check(name: &str, bytes: &[u8]) -> Result<(), String> {
    let file = match CodingFile::read(name, bytes) {
        Ok(file) => file,
        Err(faults) if faults.to_string().is_empty() => {
            return Err("a fault without words".to_owned());
        }
        Err(_) => return Ok(()),
    };
    file.counts();
    let Ok(read) = file.to_project("file") else {
        return Ok(());
    };
    for (target, ending) in [
        (Target::Boris, "boris"),
        (Target::BorisGz, "boris.gz"),
        (Target::Elan, "eaf"),
        (Target::TextGrid, "TextGrid"),
        (Target::WebVtt, "vtt"),
        (Target::Datavyu, "opf"),
        (Target::DatavyuCsv, "csv"),
        (Target::Csv, "csv"),
        (Target::Xlsx, "xlsx"),
    ] {
        if let Some(copy) = file.copy_as(target) {
            reads(ending, &copy)?;
        }
        if let Ok(written) = write_project(&read.project, target) {
            reads(ending, &written.bytes)?;
        }
    }
    Ok(())
}

fn reads(ending: &str, bytes: &[u8]) -> Result<(), String> {
    let name = format!("written.{ending}");
    let file = CodingFile::read(&name, bytes).map_err(|faults| format!("{name}: {faults}"))?;
    file.to_project("written")
        .map(drop)
        .map_err(|faults| format!("{name}: {faults}"))
}
