//! `attune observe speech` as somebody meets it.

use std::fs;

use crate::support::{folder, json, succeed, told};

/// Sound of 16-bit samples, 16,000 a second.
fn wav(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

#[test]
fn a_silent_recording_holds_no_speech_and_its_proposals_are_a_coding_all_the_same() {
    let here = folder(&[]);
    fs::write(here.path().join("quiet.wav"), wav(&[0; 32_000])).expect("a file");
    let text = succeed(
        here.path(),
        &["observe", "speech", "quiet.wav", "--out", "machine.csv"],
    );
    assert!(text.starts_with("0 stretches of speech in 2.0 s"), "{text}");
    let report = json(here.path(), &["observe", "speech", "quiet.wav"]);
    assert_eq!(report["length_s"], 2.0);
    assert_eq!(report["stretches"].as_array().map(Vec::len), Some(0));
    let written = fs::read_to_string(here.path().join("machine.csv")).expect("a coding");
    assert_eq!(written.lines().count(), 1, "{written}");
}

#[test]
fn what_cannot_be_heard_is_told_with_the_file() {
    let here = folder(&[("notes.txt", "not a recording")]);
    let words = told(here.path(), &["observe", "speech", "notes.txt"]);
    assert!(
        words.contains("notes.txt") && words.contains("convert it first"),
        "{words}"
    );
    let words = told(
        here.path(),
        &["observe", "speech", "notes.txt", "--out", "x.doc"],
    );
    assert!(words.contains("write one of"), "{words}");
    assert!(!here.path().join("x.doc").exists());
}
