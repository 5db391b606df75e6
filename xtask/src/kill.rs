//! `cargo xtask kill [ROUNDS]`: the test that kills a writing process, with 500 rounds or as many as
//! are asked for; a fifth as many more on PostgreSQL, where every second one stops the server first.

use std::process::ExitCode;

use anyhow::Result;

use crate::run;

pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let rounds = arguments.first().map_or("500", String::as_str);
    let mut command = run::cargo(&[
        "test",
        "--locked",
        "--package",
        "attune-store",
        "--test",
        "kill",
    ]);
    let status = run::status(command.env("ATTUNE_KILL_ROUNDS", rounds))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
