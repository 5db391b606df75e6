//! Memory of a fit at a million rows, above that of the loaded data, each in a process of its own.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{
    clock::peak_above,
    process::{Peer, Program},
    tasks::{GROWTH, fitted, growth_file, growth_table},
};

/// Megabytes at the peak above the data.
pub struct Memory {
    pub program: &'static str,
    /// The amount, or why there is none.
    pub megabytes: Result<f64>,
}

/// The most that Attune may need.
pub const BAR: f64 = 300.0;

const N_ROWS: usize = 1_000_000;

/// Measures Attune, then lmer.
pub fn measure(wants: impl Fn(&str) -> bool) -> Result<Vec<Memory>> {
    if !wants("memory") {
        return Ok(Vec::new());
    }
    let rows = vec![
        Memory {
            program: "Attune",
            megabytes: in_own_process(),
        },
        Memory {
            program: "lmer",
            megabytes: of_lmer(),
        },
    ];
    for row in &rows {
        match &row.megabytes {
            Ok(megabytes) => println!("memory, {N_ROWS} rows, {}: {megabytes:.0} MB", row.program),
            Err(reason) => println!("memory, {N_ROWS} rows, {}: {reason}", row.program),
        }
    }
    Ok(rows)
}

fn in_own_process() -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .arg("memory-of-a-fit")
        .env("RAYON_NUM_THREADS", "1")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .context("this system does not state the memory of a process")
}

fn of_lmer() -> Result<f64> {
    let file = growth_file(N_ROWS)?;
    let arguments = ["lmer", &file, "growth"].map(str::to_owned).to_vec();
    let peer = Peer {
        name: "lmer",
        program: Program::R,
        arguments,
    };
    Ok(peer.start()?.memory()?.0)
}

/// What the process of its own does: fits once and prints the megabytes.
pub fn of_a_fit() -> Result<()> {
    let table = growth_table(N_ROWS)?;
    let (megabytes, model) = peak_above(|| fitted(GROWTH, &table)).context("no such clock here")?;
    model?;
    println!("{megabytes}");
    Ok(())
}
