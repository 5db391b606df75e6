//! `cargo xtask coverage [--quick] [--only WORD]`: how often intervals hold what they say, by simulation.
//!
//! A chore for the night: it takes some minutes, fails when a coverage lies outside its band, and writes
//! `docs/methods/coverage-of-intervals.md`. The simulations are in the crate `attune-coverage`.

use std::process::ExitCode;

use anyhow::Result;

use crate::run;

pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut command = run::cargo(&[
        "run",
        "--release",
        "--package",
        "attune-coverage",
        "--quiet",
        "--",
    ]);
    let status = run::status(command.args(arguments))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
