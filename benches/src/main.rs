//! Side-by-side benchmarks. Each is one command:
//!
//!     cargo run --release -p attune-benches -- analyse [DYADS]
//!
//! A benchmark prints what it measured, on which data, and, where the peer is installed, the ratio
//! to the peer on the same file in the same run. Nothing here is asserted.

use anyhow::{Result, bail};

mod analyse;
mod growth_study;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("analyse") => analyse::run(arguments.get(1).map_or(Ok(33_334), |n| n.parse())?),
        _ => bail!("name a benchmark: analyse [DYADS]"),
    }
}
