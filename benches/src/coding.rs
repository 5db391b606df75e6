//! A BORIS project from its bytes to time budgets and to the agreement of two coders over all clips that both
//! coded. The project is a file of your own, or 200 observations (100 clips, each by two coders) of 2,000
//! rows that are made up here.
//!
//! BORIS has a window and no command for the same, so it is not run beside it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, time::Instant};

use anyhow::Result;
use attune_exchange::video_coding::CodingFile;
use attune_observation::{
    Coding,
    agreement::report::{AgreeSettings, agree, agree_each},
    budget::budgets,
    from_project::{Chosen, codings},
};
use attune_records::observation::CodingProject;

/// Times each step three times and prints the fastest.
pub fn run(file: Option<&str>) -> Result<()> {
    let bytes = match file {
        Some(file) => fs::read(Path::new(file))?,
        None => made_up(100, 2_000).into_bytes(),
    };
    let (load, project) = timed(|| read(&bytes))?;
    let megabytes = bytes.len() as f64 / 1e6;
    println!(
        "load: {megabytes:.1} MB, {} observations, {} events: {load:.3} s",
        project.observations().len(),
        project.events().count()
    );
    let observations: Vec<_> = project.observations().iter().collect();
    let chosen = Chosen::default();
    let (seconds, all) = timed(|| Ok(budgets(&observations, &project, &chosen, None)))?;
    let n: usize = all.iter().map(|budget| budget.behaviours.len()).sum();
    println!("time budgets: {n} rows: {seconds:.3} s");
    let by_modifiers = Chosen {
        modifiers: true,
        ..Chosen::default()
    };
    let (seconds, all) = timed(|| Ok(budgets(&observations, &project, &by_modifiers, None)))?;
    let n: usize = all.iter().map(|budget| budget.behaviours.len()).sum();
    println!("time budgets by modifiers: {n} rows: {seconds:.3} s");
    agreement(&project, &chosen)
}

fn agreement(project: &CodingProject, chosen: &Chosen) -> Result<()> {
    let (seconds, read) = timed(|| Ok(codings(&[project], chosen)))?;
    println!("events to codings: {seconds:.3} s");
    let pairs = pairs(&read.codings);
    let settings = AgreeSettings::default();
    let (seconds, report) = timed(|| Ok(agree(&read.scheme, &pairs, &settings)))?;
    let n: usize = report
        .streams
        .iter()
        .map(|stream| stream.measures.len())
        .sum();
    println!(
        "agreement over {} clips: {} streams, {n} measures and {} amounts with intervals, {} differences: {seconds:.3} s",
        report.n_clips,
        report.streams.len(),
        report.amounts.len(),
        report.n_disagreements
    );
    let each: Vec<Vec<_>> = pairs.iter().map(|pair| vec![*pair]).collect();
    let (seconds, reports) = timed(|| Ok(agree_each(&read.scheme, &each, &settings)))?;
    println!(
        "each of the {} pairs by itself: {seconds:.3} s",
        reports.len()
    );
    Ok(())
}

/// Codings of one clip by two coders.
fn pairs(codings: &[Coding]) -> Vec<(&Coding, &Coding)> {
    let mut by_clip: BTreeMap<&str, Vec<&Coding>> = BTreeMap::new();
    for coding in codings {
        // Without a name of its own a clip is what its two observations have in common.
        let id = coding.id.trim_end_matches(['A', 'B']);
        let clip = if coding.clip == coding.id {
            id
        } else {
            &coding.clip
        };
        by_clip.entry(clip).or_default().push(coding);
    }
    by_clip
        .values()
        .filter_map(|of_clip| match of_clip.as_slice() {
            [first, second, ..] => Some((*first, *second)),
            _ => None,
        })
        .collect()
}

fn read(bytes: &[u8]) -> Result<CodingProject> {
    Ok(CodingFile::read("project.boris", bytes)?
        .to_project("project")?
        .project)
}

/// Seconds of the fastest of three runs, and what the last one gave.
fn timed<T>(work: impl Fn() -> Result<T>) -> Result<(f64, T)> {
    let mut fastest = f64::INFINITY;
    let mut last = None;
    for _ in 0..3 {
        let start = Instant::now();
        let done = work()?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
        last = Some(done);
    }
    last.map(|last| (fastest, last))
        .ok_or_else(|| anyhow::anyhow!("nothing was run"))
}

/// A project whose states and points alternate; the second coder is a little later each time.
fn made_up(n_clips: usize, n_rows: usize) -> String {
    let mut text = String::from(
        r#"{"project_format_version": "7.0", "subjects_conf": {"0": {"name": "infant"}}, "behaviors_conf": {"0": {"type": "State event", "code": "gaze", "modifiers": {"0": {"name": "at", "type": 0, "values": ["face", "toy"]}}}, "1": {"type": "Point event", "code": "voice", "modifiers": {}}}, "observations": {"#,
    );
    for observation in 0..2 * n_clips {
        let comma = if observation == 0 { "" } else { ", " };
        let (clip, coder) = (observation / 2, ["A", "B"][observation % 2]);
        let _ = write!(
            text,
            r#"{comma}"clip_{clip:03}_{coder}": {{"type": "LIVE", "events": ["#
        );
        for row in 0..n_rows {
            let (code, modifier) = match row % 3 {
                2 => ("voice", ""),
                _ => ("gaze", if row / 3 % 2 == 0 { "face" } else { "toy" }),
            };
            let comma = if row == 0 { "" } else { ", " };
            let late = if coder == "A" {
                0.0
            } else {
                0.1 * (row * row % 7) as f64
            };
            let time = row as f64 * 0.873 + late;
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
