//! One whole file for each reader of coding tools' files, small and with something of everything that the format
//! knows.

use attune_exchange::video_coding::{CodingFile, Target, write_project};

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
const TEMPLATE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="2.7"><HEADER/><TIME_ORDER/><TIER TIER_ID="CHI" PARTICIPANT="c" LINGUISTIC_TYPE_REF="t"/><TIER TIER_ID="xds@CHI" PARENT_REF="CHI" LINGUISTIC_TYPE_REF="x"/><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t"/><LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="x" CONSTRAINTS="Symbolic_Association" CONTROLLED_VOCABULARY_REF="v"/><CONTROLLED_VOCABULARY CV_ID="v"><CV_ENTRY DESCRIPTION="to an adult">A</CV_ENTRY><CV_ENTRY DESCRIPTION="">C</CV_ENTRY></CONTROLLED_VOCABULARY></ANNOTATION_DOCUMENT>"#;
const VOCABULARY: &str = r#"<?xml version="1.0" encoding="UTF-8"?><CV_RESOURCE VERSION="0.2"><LANGUAGE LANG_ID="eng" LANG_LABEL="English"/><CONTROLLED_VOCABULARY CV_ID="v"><DESCRIPTION LANG_REF="eng">who is addressed</DESCRIPTION><CV_ENTRY_ML CVE_ID="e1"><CVE_VALUE LANG_REF="eng" DESCRIPTION="adult">A</CVE_VALUE></CV_ENTRY_ML></CONTROLLED_VOCABULARY></CV_RESOURCE>"#;
const SHORT_TEXT_GRID: &str = "File type = \"ooTextFile short\"\n\"TextGrid\"\n\n0\n2.5\n<exists>\n2\n\"IntervalTier\"\n\"say\"\n0\n2.5\n2\n0\n1\n\"\"\n1\n2.5\n\"talk\" ! by hand\n\"TextTier\"\n\"bell\"\n0\n2.5\n1\n3/4\n\"ding\"\n";
const OLDEST_DATAVYU: &str = "gaze (MATRIX)-at|NOMINAL,how|TEXT\n00:00:01:500,00:00:04:000,(face,long)\n00:00:05:000,00:00:06:000,(toy,)\nnote (TEXT)\n00:00:07:000,00:00:07:000,quiet\n";
const DATAVYU_CELLS: &str = "file,column,ordinal,onset,offset,hand,code01\ndyad1,child,1,1500,4000,left,x\ndyad1,child,2,5000,4000,right,\ndyad2,parent,1,0,250,both,\"a, b\"\n";

/// How the bytes of a whole file are made.
pub(super) enum Whole {
    /// They stand above.
    Plain(&'static [u8]),
    /// The project of BORIS, packed.
    Gzip,
    /// The spreadsheet of Datavyu as an archive.
    Archive,
    /// The tidy table as a workbook.
    Workbook,
}

/// Name of each reader, the ending that calls it, and a whole file.
pub(super) const READERS: [(&str, &str, Whole); 19] = [
    ("boris", "boris", Whole::Plain(BORIS.as_bytes())),
    ("boris-packed", "boris.gz", Whole::Gzip),
    ("boris-tabular", "csv", Whole::Plain(BORIS_ROWS.as_bytes())),
    (
        "boris-aggregated",
        "tsv",
        Whole::Plain(BORIS_BOUTS.as_bytes()),
    ),
    ("elan", "eaf", Whole::Plain(ELAN.as_bytes())),
    ("elan-template", "etf", Whole::Plain(TEMPLATE.as_bytes())),
    (
        "elan-vocabulary",
        "ecv",
        Whole::Plain(VOCABULARY.as_bytes()),
    ),
    ("datavyu", "opf", Whole::Archive),
    ("datavyu-text", "csv", Whole::Plain(DATAVYU.as_bytes())),
    (
        "datavyu-oldest",
        "csv",
        Whole::Plain(OLDEST_DATAVYU.as_bytes()),
    ),
    (
        "datavyu-cells",
        "csv",
        Whole::Plain(DATAVYU_CELLS.as_bytes()),
    ),
    ("textgrid", "TextGrid", Whole::Plain(TEXT_GRID.as_bytes())),
    (
        "textgrid-short",
        "TextGrid",
        Whole::Plain(SHORT_TEXT_GRID.as_bytes()),
    ),
    (
        "textgrid-binary",
        "TextGrid",
        Whole::Plain(BINARY_TEXT_GRID),
    ),
    ("webvtt", "vtt", Whole::Plain(WEB_VTT.as_bytes())),
    ("subrip", "srt", Whole::Plain(SUB_RIP.as_bytes())),
    ("tidy", "csv", Whole::Plain(TIDY.as_bytes())),
    ("tidy-text", "txt", Whole::Plain(TIDY.as_bytes())),
    ("tidy-workbook", "xlsx", Whole::Workbook),
];

impl Whole {
    /// The bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes.to_vec(),
            Self::Gzip => written("whole.boris", BORIS, Target::BorisGz),
            Self::Archive => written("whole.csv", DATAVYU, Target::Datavyu),
            Self::Workbook => written("whole.csv", TIDY, Target::Xlsx),
        }
    }
}

fn written(name: &str, text: &str, target: Target) -> Vec<u8> {
    let file = CodingFile::read(name, text.as_bytes()).expect("the example is whole");
    if let Some(copy) = file.copy_as(target) {
        return copy;
    }
    let read = file.to_project("whole").expect("the example is whole");
    write_project(&read.project, target)
        .expect("a table holds any observation")
        .bytes
}
