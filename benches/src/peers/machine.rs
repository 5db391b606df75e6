//! The machine in general words, and what Attune was built with.

use std::{fs, process::Command, thread};

/// Cores, kind of processor, system and compiler.
pub fn description() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split(':').nth(1)?.trim().to_owned())
        })
        .unwrap_or(std::env::consts::ARCH.to_owned());
    let system = std::env::consts::OS;
    let compiler = first_line("rustc", &["--version"]).unwrap_or("unknown rustc".to_owned());
    format!("{cores} cores ({processor}), {system}; {compiler}")
}

/// The day, from the system's clock.
pub fn today() -> String {
    first_line("date", &["+%Y-%m-%d"]).unwrap_or("an unknown day".to_owned())
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .next()?
            .to_owned(),
    )
}
