//! Side-by-side benchmarks. Each is one command:
//!
//!     cargo run --release -p attune-benches -- analyse [DYADS]
//!     cargo run --release -p attune-benches -- coding [FILE.boris]
//!     cargo run --release -p attune-benches -- report [STUDY]
//!     cargo run --release -p attune-benches -- peers [--quick] [--only WORD]
//!
//! A benchmark prints what it measured, on which data, and, where the peer is installed, the ratio
//! to the peer on the same file in the same run. Nothing here is asserted.

use anyhow::{Result, bail};

mod analyse;
mod coding;
mod growth_data;
mod growth_study;
mod peers;
mod python_random;
mod report;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("analyse") => analyse::run(arguments.get(1).map_or(Ok(33_334), |n| n.parse())?),
        Some("peers") => peers::run(&peers::Options::parse(&arguments[1..])?),
        Some("coding") => coding::run(arguments.get(1).map(String::as_str)),
        Some("report") => report::run(
            arguments
                .get(1)
                .map_or("studies/hostel-clinic", String::as_str),
        ),
        Some("memory-of-a-fit") => peers::memory_of_a_fit(),
        _ => bail!(
            "name a benchmark: analyse [DYADS], coding [FILE.boris], report [STUDY], peers [--quick] [--only WORD]"
        ),
    }
}
