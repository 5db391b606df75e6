//! Taking a recording in: the time stamps of its frames, a copy that plays everywhere and steps
//! backwards quickly, and the loudness of its sound. The programs `ffprobe` and `ffmpeg` do the reading;
//! where they are not installed, the message says so and nothing is taken in.
//!
//! The copy keeps the time stamps of the frames, has a key frame at least every half second, and
//! nothing of what cameras write beside the picture: day, place, device, titles.

use std::{
    ffi::OsStr,
    fs,
    io::{BufReader, Read},
    path::Path,
    process::{Command, Stdio},
};

use super::{
    MediaFolder,
    frame_times::FrameTimes,
    sound_pictures::{SAMPLES_PER_SECOND, SoundPictures},
};
use crate::{
    command::video::Angle,
    error::{Result, StoreError},
};

/// Takes a recording in. Takes long; not for a thread that serves.
///
/// # Errors
///
/// `ffmpeg` is not installed, or the file is no recording that it can read. Nothing is left behind
/// then but sealed files that nothing names.
pub fn take_in(media: &MediaFolder, file: &Path, offset: i64) -> Result<Angle> {
    let original_times = frame_times(file)?;
    let folder = media.work()?;
    let copy = folder.path().join("copy.mp4");
    make_copy(file, &copy)?;
    let times = frame_times(&copy)?;
    let pictures = sound_pictures(&copy)?;
    let (original, _) = media.take_in(file)?;
    let (original_frame_times, _) = media.keep(&original_times.to_bytes()[..])?;
    let (playing, playing_bytes) = media.take_in(&copy)?;
    let (frame_times, _) = media.keep(&times.to_bytes()[..])?;
    let (peaks, spectrum) = match pictures {
        Some((loudness, spectrum)) => (
            Some(media.keep(&loudness[..])?.0),
            Some(media.keep(&spectrum[..])?.0),
        ),
        None => (None, None),
    };
    Ok(Angle {
        original,
        original_frame_times,
        playing,
        playing_bytes,
        frame_times,
        frames: u32::try_from(times.as_slice().len()).unwrap_or(u32::MAX),
        length: times.end(),
        offset,
        drift: 0,
        peaks,
        spectrum,
    })
}

/// The times of the frames of a file.
///
/// # Errors
///
/// `ffprobe` is not installed or does not understand the file.
pub fn frame_times(file: &Path) -> Result<FrameTimes> {
    let base = run(
        "ffprobe",
        [
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "stream=time_base",
            "-of",
            "csv=p=0",
        ],
        file,
    )?;
    let base = base.trim().trim_end_matches(',');
    let (numerator, denominator) = base
        .split_once('/')
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
        .ok_or_else(|| StoreError::refused("this file has no picture that could be coded"))?;
    let packets = run(
        "ffprobe",
        [
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "packet=pts,flags",
            "-of",
            "csv=p=0",
        ],
        file,
    )?;
    FrameTimes::from_packets(&packets, (numerator, denominator))
}

fn make_copy(file: &Path, copy: &Path) -> Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error", "-nostdin", "-y", "-i"])
        .arg(file)
        .args([
            "-map",
            "0:v:0",
            "-map",
            "0:a:0?",
            "-map_metadata",
            "-1",
            "-map_chapters",
            "-1",
            "-metadata:s:a:0",
            "language=und",
            "-metadata:s:v:0",
            "language=und",
        ])
        .args([
            "-fps_mode",
            "passthrough",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "21",
        ])
        .args([
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "0",
            // Neither captions that the camera wrote into the picture nor the encoder's own remarks.
            "-a53cc",
            "0",
            "-bsf:v",
            "filter_units=remove_types=6",
            "-enc_time_base",
            "1:90000",
        ])
        .args(["-force_key_frames", "expr:gte(t,n_forced*0.5)"])
        .args(["-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2"])
        .args(["-c:a", "aac", "-b:a", "128k", "-ac", "2"])
        .args([
            "-fflags",
            "+bitexact",
            "-flags:v",
            "+bitexact",
            "-flags:a",
            "+bitexact",
        ])
        .args(["-movflags", "+faststart", "-video_track_timescale", "90000"])
        .arg(copy);
    let output = ffmpeg
        .output()
        .map_err(|error| not_there("ffmpeg", error))?;
    match output.status.success() && copy.exists() {
        true => Ok(()),
        false => Err(unreadable(&output.stderr)),
    }
}

/// Loudness and spectrum of the first sound track; `None` where there is no sound.
fn sound_pictures(file: &Path) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let tracks = run(
        "ffprobe",
        [
            "-v",
            "error",
            "-select_streams",
            "a:0",
            "-show_entries",
            "stream=index",
            "-of",
            "csv=p=0",
        ],
        file,
    )?;
    if tracks.trim().is_empty() {
        return Ok(None);
    }
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file)
        .args(["-vn", "-ac", "1", "-ar"])
        .arg(SAMPLES_PER_SECOND.to_string())
        .args(["-f", "s16le", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = ffmpeg.spawn().map_err(|error| not_there("ffmpeg", error))?;
    let mut pictures = SoundPictures::default();
    if let Some(sound) = child.stdout.take() {
        let mut sound = BufReader::with_capacity(1 << 16, sound);
        let mut sample = [0; 2];
        // A stream that ends within a sample ends there.
        while sound.read_exact(&mut sample).is_ok() {
            pictures.push(i16::from_le_bytes(sample));
        }
    }
    let ended = child
        .wait()
        .map_err(StoreError::file("cannot read the sound"))?;
    Ok(ended.success().then(|| pictures.done()))
}

fn run<const N: usize>(program: &'static str, args: [&str; N], file: &Path) -> Result<String> {
    let args = args.iter().map(OsStr::new).chain([file.as_os_str()]);
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_there(program, error))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(unreadable(&output.stderr)),
    }
}

fn not_there(program: &'static str, error: std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::NotFound {
        let without = match program {
            "ffprobe" => "the times of the frames cannot be read",
            _ => "no copy for playing can be made",
        };
        return StoreError::Refused(format!(
            "the program {program} is not installed on the server, so {without}; install ffmpeg, \
             which brings ffprobe along (on Debian and Ubuntu: apt install ffmpeg), and take the \
             recording in again"
        ));
    }
    StoreError::File {
        what: format!("cannot start {program}"),
        error,
    }
}

/// The last line of what the program complained about; paths are left out of it.
fn unreadable(complaint: &[u8]) -> StoreError {
    let text = String::from_utf8_lossy(complaint);
    let last = text.lines().last().unwrap_or_default();
    let last = last.rsplit(": ").next().unwrap_or_default();
    StoreError::Refused(format!(
        "this file is no recording that can be read ({last}); try to play it on this machine, and \
         save it again as MP4"
    ))
}

/// Programs that reading a recording needs and that this machine does not have: none, `ffmpeg`, `ffprobe`
/// or both.
pub fn missing_programs() -> Vec<&'static str> {
    let there = |program: &&str| {
        let mut program = Command::new(program);
        program
            .arg("-version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        program.status().is_ok_and(|status| status.success())
    };
    let needed = ["ffmpeg", "ffprobe"];
    needed.into_iter().filter(|name| !there(name)).collect()
}

/// Removes a file from the inbox after it was taken in.
///
/// # Errors
///
/// It cannot be removed.
pub fn remove_from_inbox(file: &Path) -> Result<()> {
    fs::remove_file(file).map_err(StoreError::file("cannot remove the file from the inbox"))
}
