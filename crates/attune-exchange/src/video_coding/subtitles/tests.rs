//! What captions hold, read and written.

use proptest::prelude::*;

use super::{SubtitleForm, Subtitles};

const WEB_VTT: &str = "WEBVTT\nKind: captions\n\nNOTE by hand\n\nfirst\n00:01.000 --> 00:02.500 align:start\n<v Anna>hello\n\n00:00:03.000 --> 00:00:04.000\ntwo\nlines\n";

#[test]
fn captions_notes_and_voices_are_read_and_written_back() {
    let file = Subtitles::read(SubtitleForm::WebVtt, WEB_VTT.as_bytes()).expect("captions");
    let written = file.to_bytes();
    let again = Subtitles::read(SubtitleForm::WebVtt, &written).expect("captions");
    assert_eq!(
        (&again.blocks.len(), &again.head),
        (&file.blocks.len(), &file.head)
    );
    let read = file.to_project("clip").expect("one observation");
    let event = &read.project.observations()[0].events()[0];
    assert_eq!(event.subject.as_deref(), Some("Anna"));
    assert_eq!(event.comment.as_deref(), Some("hello"));
    assert_eq!(event.span.begin().to_string(), "1");
}

#[test]
fn blocks_that_are_no_captions_are_told_with_their_line() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nfine\n\nlost words\n\n2\n00:00:0x,000 --> 00:00:02,000\nno\n\n3\n00:00:09,000 --> 00:00:08,000\nbackwards\n";
    let file = Subtitles::read(SubtitleForm::SubRip, text.as_bytes()).expect("captions");
    let read = file.to_project("clip").expect("one observation");
    let places: Vec<&str> = read
        .not_taken_over
        .iter()
        .map(|left| left.place.as_str())
        .collect();
    assert_eq!(places, ["line 5", "line 8", "line 12"]);
    assert_eq!(read.project.observations()[0].events().len(), 1);
}

#[test]
fn a_file_without_head_or_captions_is_refused() {
    for (form, text) in [
        (SubtitleForm::WebVtt, "00:01.000 --> 00:02.000\nx"),
        (SubtitleForm::WebVtt, ""),
        (SubtitleForm::SubRip, "1\nsome text"),
        (SubtitleForm::SubRip, ""),
    ] {
        assert!(Subtitles::read(form, text.as_bytes()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "(WEBVTT\n\n)?([0-9:.,>\\- \na-z]|\r|-->){0,80}", is_vtt in any::<bool>()) {
        let form = if is_vtt { SubtitleForm::WebVtt } else { SubtitleForm::SubRip };
        if let Ok(file) = Subtitles::read(form, text.as_bytes()) {
            let _ = file.counts();
            let _ = file.to_project("x");
        }
    }
}

#[test]
fn words_are_kept_voices_apart_and_looks_and_positions_are_told_once() {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Ben>over <i>there</i>\n<v Anna>1 &lt; 2\n\n00:02.000 --> 00:03.000 align:end\nplain\n";
    let file = Subtitles::read(SubtitleForm::WebVtt, text.as_bytes()).expect("captions");
    let read = file.to_project("clip").expect("one observation");
    let events: Vec<String> = read.project.observations()[0]
        .events()
        .iter()
        .map(|event| {
            let who = event.subject.as_deref().unwrap_or("–");
            let words = event.comment.as_deref().unwrap_or("–");
            format!("{who}: {words} at {}", event.span.begin())
        })
        .collect();
    assert_eq!(
        events,
        ["Ben: over there at 1", "Anna: 1 < 2 at 1", "–: plain at 2"]
    );
    let told: Vec<String> = read
        .not_taken_over
        .iter()
        .map(|left| format!("{} ({})", left.what, left.place))
        .collect();
    assert_eq!(
        told,
        [
            "positions of captions: 2 (lines 3, 7)",
            "looks of captions: 1 (line 3)"
        ]
    );
    let one = &read.project.observations()[0];
    let (again, _) = Subtitles::of_observation(SubtitleForm::WebVtt, one);
    let again = Subtitles::read(SubtitleForm::WebVtt, &again.to_bytes()).expect("captions");
    let again = again.to_project("clip").expect("one observation").project;
    let shown = |one: &attune_records::observation::Observation| -> Vec<_> {
        let events = one.events().iter();
        events
            .map(|event| (event.subject.clone(), event.comment.clone(), event.span))
            .collect()
    };
    assert_eq!(shown(&again.observations()[0]), shown(one));
}
