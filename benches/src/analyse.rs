//! The whole way from study folder to findings on many rows, step by step, with lmer on the same
//! rows beside it where R and lme4 are installed.

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Result, anyhow};
use attune_analysis::{Settings, analyse};
use attune_measures::measure;
use attune_protocol::Protocol;

use crate::growth_study;

/// Runs once to warm up the file cache, then measures five times; prints the medians.
pub fn run(n_dyads: usize) -> Result<()> {
    let folder = growth_study::write(n_dyads)?;
    once(&folder)?;
    let mut runs: Vec<[f64; 4]> = (0..5).map(|_| once(&folder)).collect::<Result<_>>()?;
    println!(
        "{} rows, {n_dyads} dyads; seconds, median of {} (least to most)",
        3 * n_dyads,
        runs.len()
    );
    for (step, name) in ["read and check", "measure", "analyse", "whole"]
        .into_iter()
        .enumerate()
    {
        runs.sort_by(|a, b| a[step].total_cmp(&b[step]));
        let (least, median, most) = (
            runs[0][step],
            runs[runs.len() / 2][step],
            runs[runs.len() - 1][step],
        );
        println!("  {name:<15} {median:.3} ({least:.3} to {most:.3})");
    }
    if let Some(peak) = peak_memory_mb() {
        println!("  peak memory     {peak:.0} MB");
    }
    runs.sort_by(|a, b| a[2].total_cmp(&b[2]));
    beside_lmer(&folder, runs[runs.len() / 2][2])
}

fn once(folder: &Path) -> Result<[f64; 4]> {
    let start = Instant::now();
    let (protocol, _) = Protocol::read(folder).map_err(|problems| anyhow!("{problems}"))?;
    let (records, _) = attune_exchange::read_records(&protocol, folder)
        .map_err(|problems| anyhow!("{problems}"))?;
    let read = start.elapsed().as_secs_f64();
    let measures = measure(&protocol, &records);
    let measured = start.elapsed().as_secs_f64();
    let findings = analyse(&protocol, &measures, &Settings::default());
    let whole = start.elapsed().as_secs_f64();
    assert_eq!(findings.findings.len(), 1, "the plan has one analysis");
    Ok([read, measured - read, whole - measured, whole])
}

/// Largest resident memory of this process so far.
pub fn peak_memory_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<f64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024.0)
}

fn beside_lmer(folder: &Path, analyse_seconds: f64) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/analyse.R");
    let Ok(output) = Command::new("Rscript").arg(script).arg(folder).output() else {
        println!("  lmer            not measured: R is not installed");
        return Ok(());
    };
    if !output.status.success() {
        println!(
            "  lmer            not measured: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds: f64 = text
        .trim()
        .parse()
        .map_err(|_| anyhow!("analyse.R printed `{text}`"))?;
    println!(
        "  lmer + lmerTest {seconds:.3} (the model alone) = {:.1} × Attune's whole analysis",
        seconds / analyse_seconds
    );
    Ok(())
}
