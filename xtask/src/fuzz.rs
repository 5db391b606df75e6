//! `cargo xtask fuzz [--minutes N] [--seed N]`: looks for data that the engine does not stand.
//!
//! The generator is our own (the crate `attune-fuzz`), so that no nightly compiler is needed. Failing cases
//! are written to `fuzz/corpus`, where the ordinary tests replay them.

use std::process::ExitCode;

use anyhow::Result;

use crate::run;

pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut command = run::cargo(&[
        "run",
        "--release",
        "--package",
        "attune-fuzz",
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
