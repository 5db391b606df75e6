//! `cargo xtask clip`: the drawn clip of the coding room's tests. Three adults
//! and three infants are circles that move; there is a tone now and then; and every frame holds its number,
//! as digits for people and as sixteen squares for programs. No real person is in it.
//!
//! Its frames are not evenly spaced, as those of telephones are not, and it carries a title and a date,
//! which no coder may get to see.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::run;

/// Where the clip lies.
const FILE: &str = "web/fixtures/drawn.mp4";
const WIDTH: usize = 384;
const HEIGHT: usize = 216;
/// Side of the squares that hold the bits of the frame number; the tests know it, too.
const SQUARE: usize = 20;
const N_FRAMES: u32 = 1200;

/// Digits of 3 × 5 points, row by row.
const DIGITS: [u16; 10] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_001_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
];

/// Draws the clip again.
pub fn renew() -> Result<ExitCode> {
    let file = run::root().join(FILE);
    fs::create_dir_all(file.parent().context("the clip lies in a folder")?)?;
    draw(&file)?;
    println!("drawn: {}", file.display());
    Ok(ExitCode::SUCCESS)
}

/// Half of the frames at 30 a second, the others at 24.
fn draw(file: &Path) -> Result<()> {
    let half = N_FRAMES / 2;
    let spacing =
        format!("settb=1/90000,setpts='if(lt(N,{half}),N/30,{half}/30+(N-{half})/24)/TB'");
    let seconds = half / 30 + half / 24;
    let sound = format!(
        "aevalsrc='0.4*sin(2*PI*(240+60*sin(t))*t)*gt(sin(t*1.7),0.3)':s=16000:d={seconds}"
    );
    let size = format!("{WIDTH}x{HEIGHT}");
    let mut ffmpeg = run::program(
        "ffmpeg",
        &[
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", &size, "-r", "30",
        ],
    );
    ffmpeg
        .args(["-i", "-", "-f", "lavfi", "-i", &sound, "-vf", &spacing])
        .args([
            "-fps_mode",
            "passthrough",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
        ])
        .args([
            "-enc_time_base",
            "1:90000",
            "-crf",
            "30",
            "-c:a",
            "aac",
            "-b:a",
            "32k",
        ])
        .args(["-metadata", "title=Before the clinic", "-threads", "1"])
        .args(["-metadata", "creation_time=2024-03-12T10:11:12Z"])
        .arg(file)
        .stdin(Stdio::piped());
    let mut ffmpeg = ffmpeg
        .spawn()
        .context("ffmpeg is needed to draw the clip")?;
    let mut pictures = ffmpeg.stdin.take().context("ffmpeg takes pictures")?;
    let mut picture = vec![0u8; WIDTH * HEIGHT];
    for frame in 0..N_FRAMES {
        draw_frame(&mut picture, frame);
        pictures.write_all(&picture)?;
    }
    drop(pictures);
    if !ffmpeg.wait()?.success() {
        bail!("ffmpeg could not write the clip");
    }
    Ok(())
}

fn draw_frame(picture: &mut [u8], frame: u32) {
    picture.fill(70);
    let turn = f64::from(frame) / 40.0;
    for n in 0..3 {
        let own = f64::from(n);
        let x = 70.0 + 120.0 * own + 22.0 * (turn * 0.7 + own).sin();
        circle(picture, (x, 95.0), 28.0, 200);
        circle(
            picture,
            (x + 46.0 * (turn * 0.4 + own).cos(), 138.0),
            15.0,
            150,
        );
    }
    for bit in 0..16 {
        let white = if frame >> bit & 1 == 1 { 235 } else { 16 };
        rectangle(
            picture,
            (bit as usize * SQUARE + 8, 8),
            (SQUARE, SQUARE),
            white,
        );
    }
    for (place, digit) in format!("{frame:05}").bytes().enumerate() {
        let points = DIGITS[usize::from(digit - b'0')];
        for point in (0..15).filter(|point| points >> (14 - point) & 1 == 1) {
            let at = (12 + place * 26 + point % 3 * 7, 172 + point / 3 * 7);
            rectangle(picture, at, (7, 7), 235);
        }
    }
}

fn rectangle(picture: &mut [u8], at: (usize, usize), size: (usize, usize), shade: u8) {
    for row in at.1..at.1 + size.1 {
        picture[row * WIDTH + at.0..row * WIDTH + at.0 + size.0].fill(shade);
    }
}

fn circle(picture: &mut [u8], middle: (f64, f64), radius: f64, shade: u8) {
    for row in 0..HEIGHT {
        for column in 0..WIDTH {
            let (x, y) = (column as f64 - middle.0, row as f64 - middle.1);
            if x * x + y * y <= radius * radius {
                picture[row * WIDTH + column] = shade;
            }
        }
    }
}
