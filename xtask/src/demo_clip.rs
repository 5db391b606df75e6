//! The demonstration's recording: forty seconds of a drawn clinic room. Two carers with an infant each
//! and a member of staff turn to one another, speak, reach out; the infants look, play and cry. Figures and
//! voices are computed; no real person is in it.
//!
//! It is written as the coding room plays recordings (a key frame every second, the times of all
//! frames beside it), because the demonstration must work where there is no `ffmpeg`.

mod picture;
mod scene;
mod voices;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::run;

const FILM: &str = "crates/attune/assets/drawn-clinic.mp4";
/// Who does what to whom, from and to which second: the standard of the made-up codings.
const SCRIPT: &str = "crates/attune/assets/drawn-clinic.script";
const FRAMES: &str = "crates/attune/assets/drawn-clinic.frames";
/// Largest film that is kept in the repository.
const LARGEST: u64 = 400 * 1024;
const FRAMES_PER_SECOND: u32 = 25;
const SECONDS: u32 = 40;

/// Draws it again and writes the times of its frames beside it.
pub fn renew() -> Result<ExitCode> {
    let film = run::root().join(FILM);
    let folder = film.parent().context("the film lies in a folder")?;
    fs::create_dir_all(folder)?;
    let sound = run::root().join("target/drawn-clinic.s16");
    fs::write(&sound, voices::samples(f64::from(SECONDS)))?;
    draw(&film, &sound)?;
    fs::remove_file(&sound)?;
    fs::write(run::root().join(FRAMES), frame_times(&film)?)?;
    fs::write(run::root().join(SCRIPT), scene::script_by_the_scheme())?;
    let size = fs::metadata(&film)?.len();
    if size > LARGEST {
        bail!(
            "{} has {} KiB, more than the {} that are kept",
            film.display(),
            size / 1024,
            LARGEST / 1024
        );
    }
    println!("drawn: {} ({} KiB)", film.display(), size / 1024);
    Ok(ExitCode::SUCCESS)
}

fn draw(film: &Path, sound: &Path) -> Result<()> {
    let size = format!("{}x{}", picture::WIDTH, picture::HEIGHT);
    let rate = FRAMES_PER_SECOND.to_string();
    let mut ffmpeg = run::program(
        "ffmpeg",
        &["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"],
    );
    ffmpeg
        .args(["-s", &size, "-r", &rate, "-i", "-"])
        .args(["-f", "s16le", "-ar", "16000", "-ac", "1", "-i"])
        .arg(sound)
        .args([
            "-map_metadata",
            "-1",
            "-c:v",
            "libx264",
            "-preset",
            "veryslow",
        ])
        .args([
            "-crf",
            "38",
            "-tune",
            "animation",
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "0",
        ])
        .args(["-force_key_frames", "expr:gte(t,n_forced*1)"])
        .args(["-c:a", "aac", "-b:a", "24k", "-fflags", "+bitexact"])
        .args(["-flags:v", "+bitexact", "-flags:a", "+bitexact"])
        .args(["-movflags", "+faststart", "-video_track_timescale", "90000"])
        .args(["-threads", "1"])
        .arg(film)
        .stdin(Stdio::piped());
    let mut ffmpeg = ffmpeg
        .spawn()
        .context("ffmpeg is needed to draw the film")?;
    let mut pictures = ffmpeg.stdin.take().context("ffmpeg takes pictures")?;
    for frame in 0..FRAMES_PER_SECOND * SECONDS {
        let time = f64::from(frame) / f64::from(FRAMES_PER_SECOND);
        pictures.write_all(scene::at(time).bytes())?;
    }
    drop(pictures);
    if !ffmpeg.wait()?.success() {
        bail!("ffmpeg could not write the film");
    }
    Ok(())
}

/// Times of the frames in microseconds, 64 bits each, as the store keeps them.
fn frame_times(film: &Path) -> Result<Vec<u8>> {
    let mut ffprobe = run::program("ffprobe", &["-v", "error", "-select_streams", "v:0"]);
    ffprobe.args(["-show_entries", "packet=pts", "-of", "csv=p=0"]);
    let output = ffprobe.arg(film).output().context("ffprobe is needed")?;
    let mut times = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let stamp: i64 = line.trim().trim_end_matches(',').parse()?;
        // 90,000 a second, as asked for above.
        times.push((stamp * 1_000_000 + 45_000) / 90_000);
    }
    times.sort_unstable();
    Ok(times.into_iter().flat_map(i64::to_le_bytes).collect())
}
