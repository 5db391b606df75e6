//! How long a BORIS project takes from its bytes to paired observations. The project is a file of your own, or
//! 200 observations of 2,000 rows that are made up here.

use std::{fmt::Write as _, fs, path::Path, time::Instant};

use anyhow::Result;
use attune_exchange::video_coding::CodingFile;

/// Times the load five times and prints the fastest.
pub fn run(file: Option<&str>) -> Result<()> {
    let bytes = match file {
        Some(file) => fs::read(Path::new(file))?,
        None => made_up(200, 2_000).into_bytes(),
    };
    let mut fastest = f64::INFINITY;
    let mut n = (0, 0);
    for _ in 0..5 {
        let start = Instant::now();
        let project = CodingFile::read("project.boris", &bytes)?
            .to_project("project")?
            .project;
        fastest = fastest.min(start.elapsed().as_secs_f64());
        n = (project.observations().len(), project.events().count());
    }
    let megabytes = bytes.len() as f64 / 1e6;
    println!(
        "{megabytes:.1} MB, {} observations, {} events: {fastest:.3} s",
        n.0, n.1
    );
    Ok(())
}

/// A project whose states and points alternate.
fn made_up(n_observations: usize, n_rows: usize) -> String {
    let mut text = String::from(
        r#"{"project_format_version": "7.0", "subjects_conf": {"0": {"name": "infant"}}, "behaviors_conf": {"0": {"type": "State event", "code": "gaze", "modifiers": {"0": {"name": "at", "type": 0, "values": ["face", "toy"]}}}, "1": {"type": "Point event", "code": "voice", "modifiers": {}}}, "observations": {"#,
    );
    for observation in 0..n_observations {
        let comma = if observation == 0 { "" } else { ", " };
        let _ = write!(
            text,
            r#"{comma}"clip {observation}": {{"type": "LIVE", "events": ["#
        );
        for row in 0..n_rows {
            let (code, modifier) = match row % 3 {
                2 => ("voice", ""),
                _ => ("gaze", if row / 3 % 2 == 0 { "face" } else { "toy" }),
            };
            let comma = if row == 0 { "" } else { ", " };
            let time = row as f64 * 0.873;
            let _ = write!(
                text,
                r#"{comma}[{time:.3}, "infant", "{code}", "{modifier}", ""]"#
            );
        }
        text.push_str("]}");
    }
    text.push_str("}}");
    text
}
