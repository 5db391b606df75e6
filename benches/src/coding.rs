//! A BORIS project from its bytes to time budgets and to the agreement of two coders over all clips that both
//! coded. The project is a file of your own, such as `peers/large_project.py` writes, or 200 observations (100 clips,
//! each by two coders) of 2,000 rows that are made up here.
//!
//! Where `ATTUNE_BORIS_PYTHON` names a Python with BORIS, its own functions do the same on the same file, in the same
//! run, and both times and their ratio are printed. Of the pairs it does three: each takes it seconds.

use std::{
    collections::BTreeMap, env, fmt::Write as _, fs, path::Path, process::Command, time::Instant,
};

use anyhow::{Context as _, Result, bail};
use attune_exchange::video_coding::CodingFile;
use attune_observation::{
    Coding,
    agreement::report::{AgreeSettings, agree, agree_each},
    boris::{BorisObservation, BorisSettings, time_unit_kappa},
    budget::budgets,
    from_project::{Chosen, boris_observation, codings},
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
    let (budgets_seconds, all) = timed(|| Ok(budgets(&observations, &project, &chosen, None)))?;
    let n: usize = all.iter().map(|budget| budget.behaviours.len()).sum();
    println!("time budgets: {n} rows: {budgets_seconds:.3} s");
    let with_modifiers = Chosen {
        modifiers: true,
        ..Chosen::default()
    };
    let (by_modifiers, all) =
        timed(|| Ok(budgets(&observations, &project, &with_modifiers, None)))?;
    let n: usize = all.iter().map(|budget| budget.behaviours.len()).sum();
    println!("time budgets by modifiers: {n} rows: {by_modifiers:.3} s");
    let each_pair = agreement(&project, &chosen)?;
    if let Some(python) = env::var_os("ATTUNE_BORIS_PYTHON") {
        let own = Own {
            load,
            budgets: budgets_seconds,
            by_modifiers,
            each_pair,
        };
        beside(Path::new(&python), file, &bytes, &project, &own)?;
    }
    Ok(())
}

/// Seconds of our steps.
struct Own {
    load: f64,
    budgets: f64,
    by_modifiers: f64,
    /// Of one pair, with every measure and its interval.
    each_pair: f64,
}

/// Pairs of which BORIS is asked for its kappa.
const PAIRS_OF_BORIS: usize = 3;

/// The same by BORIS's own functions.
fn beside(
    python: &Path,
    file: Option<&str>,
    bytes: &[u8],
    project: &CodingProject,
    own: &Own,
) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/boris_peer.py");
    let made_up = tempfile::Builder::new().suffix(".boris").tempfile()?;
    let file = match file {
        Some(file) => Path::new(file),
        None => {
            fs::write(made_up.path(), bytes)?;
            made_up.path()
        }
    };
    let output = Command::new(python)
        .arg(script)
        .arg(file)
        .arg(PAIRS_OF_BORIS.to_string())
        .env("QT_QPA_PLATFORM", "offscreen")
        .output();
    let output = output.with_context(|| format!("{} does not run", python.display()))?;
    if !output.status.success() {
        bail!("BORIS: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let (kappa, kappas) = kappas_as_boris(project)?;
    let text = String::from_utf8(output.stdout)?;
    println!(
        "\n{:<24} {:>10} {:>10} {:>8}",
        "wall-clock seconds", "BORIS", "here", "times"
    );
    for line in text.lines() {
        let mut parts = line.splitn(3, '\t');
        let (step, seconds, words) = (parts.next(), parts.next(), parts.next());
        let (Some(step), Some(seconds)) = (step, seconds) else {
            continue;
        };
        let here = match step {
            "load" => own.load,
            "budgets" => own.budgets,
            "budgets by modifiers" => own.by_modifiers,
            "kappa" => kappa,
            _ => {
                println!("{seconds}");
                continue;
            }
        };
        let boris: f64 = seconds.parse()?;
        let words = words.unwrap_or_default();
        println!(
            "{step:<24} {boris:>10.3} {here:>10.3} {:>8.0}   {words}",
            boris / here
        );
        if step == "kappa" {
            println!(
                "{:<24} {:>10} {:>10} {:>8}   here: {kappas}",
                "", "", "", ""
            );
            let of_each = boris / PAIRS_OF_BORIS as f64;
            println!(
                "{:<24} {of_each:>10.3} {:>10.4} {:>8.0}   one pair: its kappa there, every measure with its interval here",
                "a pair",
                own.each_pair,
                of_each / own.each_pair
            );
        }
    }
    Ok(())
}

/// BORIS's kappa of the same pairs, computed here: the seconds and the numbers, which must be BORIS's.
fn kappas_as_boris(project: &CodingProject) -> Result<(f64, String)> {
    let observations: Vec<_> = project
        .observations()
        .iter()
        .map(boris_observation)
        .collect();
    let mut clips: BTreeMap<&str, Vec<&BorisObservation>> = BTreeMap::new();
    for one in &observations {
        let clip = one.id.get(..one.id.len().saturating_sub(1)).unwrap_or("");
        clips.entry(clip).or_default().push(one);
    }
    let pairs: Vec<_> = clips.values().filter(|pair| pair.len() == 2).collect();
    let settings = BorisSettings {
        subjects: Vec::new(),
        behaviours: Vec::new(),
        modifiers: false,
        step: 1_000_000,
    };
    timed(|| {
        let kappas = pairs.iter().take(PAIRS_OF_BORIS).map(|pair| {
            let found = time_unit_kappa::agreement(pair[0], pair[1], &settings);
            found.map_or("none".to_owned(), |found| format!("{:.3}", found.kappa))
        });
        Ok(kappas.collect::<Vec<_>>().join(" "))
    })
}

/// Answers with the seconds of one pair.
fn agreement(project: &CodingProject, chosen: &Chosen) -> Result<f64> {
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
    Ok(seconds / reports.len().max(1) as f64)
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
