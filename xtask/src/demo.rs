//! `cargo xtask demo`: build in release mode, then run `attune demo`.

use std::process::ExitCode;

use anyhow::Result;

use crate::{assets, run};

pub fn run(arguments: &[String]) -> Result<ExitCode> {
    assets::fetch_or_say_why_not();
    println!("Building attune in release mode …");
    let mut command = run::cargo(&[
        "run",
        "--release",
        "--locked",
        "--package",
        "attune",
        "--",
        "demo",
    ]);
    command.args(arguments);
    let status = run::status(&mut command)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
