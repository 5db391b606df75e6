//! `cargo xtask test`: every test there is, in the order in which they are cheapest to fail.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{
    assets, browser, crate_readers, handed_on, postgres, private_postgres::PrivatePostgres, run,
    strace, tidy,
};

/// What one step of the test run came to.
pub enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

pub fn run() -> Result<ExitCode> {
    assets::fetch_or_say_why_not();
    let postgres = postgres::install_or_say_why_not()?;
    let strace = strace::install_or_say_why_not()?;
    let private = PrivatePostgres::start();
    let mut oracles = OracleCount::default();
    let steps: Vec<(&str, Outcome)> = vec![
        ("format", cargo_step(&["fmt", "--all", "--check"])?),
        ("tidy", tidy::check()?),
        ("readers of crates", crate_readers::install()?),
        ("rust tests", rust_tests(&mut oracles)?),
        ("web tests on PostgreSQL", web_tests_on_postgres(&private)?),
        (
            "documentation tests",
            cargo_step(&["test", "--workspace", "--locked", "--doc"])?,
        ),
        (
            "lints",
            cargo_step(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "--deny",
                "warnings",
            ])?,
        ),
        ("documents", handed_on::check()?),
        ("browser", browser::check(private.as_ref().ok())?),
        ("store on PostgreSQL", postgres),
        ("store with failing calls", strace),
    ];
    println!("\nAll steps:");
    for (name, outcome) in &steps {
        match outcome {
            Outcome::Passed => println!("  passed   {name}"),
            Outcome::Failed(why) => println!("  FAILED   {name}: {why}"),
            Outcome::Skipped(why) => println!("  skipped  {name}: {why}"),
        }
    }
    println!(
        "  oracle cases: {} passed, {} failed",
        oracles.passed, oracles.failed
    );
    let failed = steps
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
        .count();
    let passed = steps
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Passed))
        .count();
    let skipped = steps.len() - failed - passed;
    println!("steps: {passed} passed, {failed} failed, {skipped} skipped");
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One step alone.
pub fn one(name: &str, step: impl FnOnce() -> Result<Outcome>) -> Result<ExitCode> {
    Ok(match step()? {
        Outcome::Passed => {
            println!("passed   {name}");
            ExitCode::SUCCESS
        }
        Outcome::Skipped(why) => {
            println!("skipped  {name}: {why}");
            ExitCode::SUCCESS
        }
        Outcome::Failed(why) => {
            println!("FAILED   {name}: {why}");
            ExitCode::FAILURE
        }
    })
}

/// Reference cases of the statistics engine, counted as they go by.
#[derive(Default)]
struct OracleCount {
    passed: usize,
    failed: usize,
}

impl OracleCount {
    fn see(&mut self, line: &str) {
        if !line.contains("oracle_") {
            return;
        }
        let line = line.trim_start();
        if line.starts_with("PASS") || line.ends_with("... ok") {
            self.passed += 1;
        } else if line.starts_with("FAIL") || line.ends_with("... FAILED") {
            self.failed += 1;
        }
    }
}

fn rust_tests(oracles: &mut OracleCount) -> Result<Outcome> {
    let mut command = if run::exists("cargo-nextest", "--version") {
        run::cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
        ])
    } else {
        run::cargo(&[
            "test",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            "--bins",
            "--lib",
            "--tests",
        ])
    };
    command.env("INSTA_UPDATE", "no");
    let status = run::status_with_lines(&mut command, |line| oracles.see(line))?;
    Ok(outcome_of(status.success(), &command))
}

/// The application's tests again, every one on PostgreSQL.
fn web_tests_on_postgres(private: &Result<PrivatePostgres>) -> Result<Outcome> {
    let private = match private {
        Ok(private) => private,
        Err(why) => {
            return Ok(Outcome::Skipped(format!(
                "the application was tested on SQLite alone: {why:#}"
            )));
        }
    };
    let mut command = run::cargo(&[
        "test",
        "--locked",
        "--package",
        "attune-web",
        "--test",
        "it",
    ]);
    command
        .env("INSTA_UPDATE", "no")
        .env("ATTUNE_TEST_DATABASE", "postgres")
        .env("ATTUNE_TEST_POSTGRES", &private.server);
    let status = run::status(&mut command)?;
    Ok(outcome_of(status.success(), &command))
}

fn cargo_step(arguments: &[&str]) -> Result<Outcome> {
    let mut command = run::cargo(arguments);
    let status = run::status(&mut command)?;
    Ok(outcome_of(status.success(), &command))
}

fn outcome_of(success: bool, command: &Command) -> Outcome {
    if success {
        Outcome::Passed
    } else {
        Outcome::Failed(format!("{command:?}"))
    }
}
