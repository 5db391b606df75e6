//! How often intervals hold the truth, by simulation: `attune-coverage [--quick] [--only WORD]`.
//!
//! Each scenario draws data from a known truth some thousand times and counts how often the 95 % interval
//! holds it. The share must lie in the band that theory allows, widened by the Monte-Carlo error. The draws
//! are seeded, so a run gives the same table each time; a full run writes the page.

mod agreement;
mod clusters;
mod draws;
mod groups;
mod imputation;
mod mixed_models;
mod page;
mod scenario;

use std::process::ExitCode;

use anyhow::{Result, bail};

use scenario::Scenario;

fn main() -> Result<ExitCode> {
    let (mut share, mut only) = (1.0, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => share = 0.1,
            "--only" => only = arguments.next(),
            other => bail!("`{other}` is not known here; there are --quick and --only WORD"),
        }
    }
    let wanted = |scenario: &Scenario| {
        only.as_ref()
            .is_none_or(|word| scenario.method.contains(word.as_str()))
    };
    let mut table = Vec::new();
    for scenario in all().iter().filter(|scenario| wanted(scenario)) {
        let coverage = scenario.run(share);
        println!("{}", page::line(&coverage));
        table.push(coverage);
    }
    if share == 1.0 && only.is_none() {
        page::write(&table)?;
        println!("\nwritten: {}", page::PATH);
    }
    let n_outside = table
        .iter()
        .filter(|coverage| !coverage.is_within())
        .count();
    println!("{} intervals, {n_outside} outside their band", table.len());
    Ok(if n_outside == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Every scenario, in the order of the table.
fn all() -> Vec<Scenario> {
    [
        mixed_models::scenarios(),
        clusters::scenarios(),
        imputation::scenarios(),
        groups::scenarios(),
        agreement::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
