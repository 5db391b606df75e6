//! Taking a film in: what is played tells nothing of when, where, with what and by whom it was filmed. Where
//! ffmpeg is not installed there is nothing to take in, and the test says so.

use std::{fs, io::Read, path::Path, process::Command};

use attune_store::media::ingest;

use crate::support::World;

/// What a camera writes beside its picture, and what people call their files.
const TELLING: &[&str] = &[
    "2024",
    "march",
    "before",
    "hostel",
    "GoPro",
    "HERO",
    "+52.5200",
    "ger",
    "Room 4",
    "secret chapter",
];

fn filmed(file: &Path) {
    let chapters = file.with_extension("txt");
    fs::write(
        &chapters,
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=secret chapter\n",
    )
    .expect("written");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i"])
        .arg("testsrc=duration=1:size=160x120:rate=25")
        .args(["-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-i"])
        .arg(&chapters)
        .args(["-map", "0:v", "-map", "1:a", "-map_metadata", "2"])
        .args(["-metadata", "creation_time=2024-03-12T10:00:00Z"])
        .args(["-metadata", "title=hostel before"])
        .args(["-metadata", "location=+52.5200+013.4050/"])
        .args(["-metadata", "make=GoPro", "-metadata", "model=HERO12"])
        .args(["-metadata:s:v", "handler_name=GoPro AVC"])
        .args(["-metadata:s:v", "creation_time=2024-03-12T10:00:00Z"])
        .args(["-metadata:s:a", "language=ger"])
        .args(["-metadata:s:a", "handler_name=Room 4"])
        .args(["-timecode", "10:00:00:00"])
        .args(["-movflags", "use_metadata_tags"])
        .arg(file)
        .status()
        .expect("ffmpeg runs");
    assert!(made.success());
}

fn probed(file: &Path) -> String {
    let told = Command::new("ffprobe")
        .args(["-v", "error", "-show_format", "-show_streams"])
        .args(["-show_chapters", "-of", "json"])
        .arg(file)
        .output()
        .expect("ffprobe runs");
    String::from_utf8(told.stdout).expect("JSON")
}

#[tokio::test]
async fn what_is_played_tells_nothing_of_day_place_device_and_language() {
    if !ingest::missing_programs().is_empty() {
        eprintln!("skipped: ffmpeg is not on this machine");
        return;
    }
    let world = World::lite().await;
    let media = world.store.media();
    let file = world.folder.path().join("march-before-hostel.mov");
    filmed(&file);
    let as_it_came = probed(&file);
    let told = TELLING.iter().filter(|word| as_it_came.contains(**word));
    assert!(told.count() >= 7, "the camera told: {as_it_came}");

    let angle = ingest::take_in(&media, &file, 0).expect("taken in");
    let mut bytes = Vec::new();
    let mut playing = media.open(&angle.playing).expect("there");
    playing.read_to_end(&mut bytes).expect("read");
    let copy = world.folder.path().join("copy.mp4");
    fs::write(&copy, &bytes).expect("written");
    let text = String::from_utf8_lossy(&bytes);
    let about = probed(&copy).replace(copy.to_str().expect("a path"), "");
    for word in TELLING {
        assert!(!text.contains(word), "{word} is in the bytes of the copy");
        assert!(!about.contains(word), "{word} is told: {about}");
    }
    // Days in the boxes of an MP4 are numbers of seconds since 1904: none may be there.
    for (name, n_times) in [(&b"mvhd"[..], 2), (b"tkhd", 2), (b"mdhd", 2)] {
        let boxes: Vec<usize> = (0..bytes.len() - 24)
            .filter(|at| bytes[*at..].starts_with(name))
            .collect();
        assert!(!boxes.is_empty());
        for at in boxes {
            // After the name: version and flags, then the times.
            let times = &bytes[at + 8..at + 8 + 4 * n_times];
            assert!(times.iter().all(|byte| *byte == 0), "{times:?}");
        }
    }
    assert_eq!(angle.frames, 25);
    assert!(angle.peaks.is_some() && angle.spectrum.is_some());
}
