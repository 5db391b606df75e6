//! `cargo xtask studies`: simulate the example studies that are simulated, and write the findings
//! that the end-to-end tests expect. What changes is then to be read in the diff.

use std::process::ExitCode;

use anyhow::Result;

use crate::run;

pub fn renew() -> Result<ExitCode> {
    let attune = [
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "attune",
        "--",
    ];
    for study in ["studies/hostel-clinic", "studies/community-clinic"] {
        let simulate = ["simulate", study, "--seed", "1"];
        let status = run::status(run::cargo(&attune).args(simulate))?;
        if !status.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    let mut tests = run::cargo(&[
        "test",
        "--locked",
        "--package",
        "attune",
        "--test",
        "it",
        "studies",
    ]);
    tests.env("INSTA_UPDATE", "always");
    let status = run::status(&mut tests)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
