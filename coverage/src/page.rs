//! The table, on the terminal and as a page among the methods.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Result;

use crate::scenario::Coverage;

/// Where the page is, in the workspace.
pub const PATH: &str = "docs/methods/coverage-of-intervals.md";

const HEAD: &str = "\
# Whether intervals hold what they say

Data are drawn from a known truth many times; the 95 % interval should hold it in 95 of 100 data sets.
The last run of

    cargo xtask coverage

which writes this page, takes some minutes, and fails when a coverage lies outside its band by more than
3.3 Monte-Carlo errors. The band is what theory allows: 0.95 for an exact interval; up to 1 for a
conservative one, because the distribution is discrete; a little below or above for an approximation.
*Too low* and *too high* are the shares of intervals that end below the truth and begin above it.

| method | data | data sets | coverage | band | too low, too high | mean width | within |
|---|---|---|---|---|---|---|---|
";

/// One row for the terminal.
pub fn line(coverage: &Coverage) -> String {
    format!(
        "{} {:.4} (±{:.4}; {} to {}) {}, {}{}",
        if coverage.is_within() {
            "within "
        } else {
            "OUTSIDE"
        },
        coverage.coverage,
        coverage.monte_carlo_error(),
        coverage.band.0,
        coverage.band.1,
        coverage.method,
        coverage.design,
        without(coverage),
    )
}

fn without(coverage: &Coverage) -> String {
    match coverage.n_without {
        0 => String::new(),
        n => format!("; {n} without an interval"),
    }
}

/// Writes the page.
pub fn write(table: &[Coverage]) -> Result<()> {
    let mut page = HEAD.to_owned();
    for row in table {
        let band = match row.band {
            (low, high) if low == high => format!("{low}"),
            (low, high) => format!("{low} to {high}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| {} | {} | {}{} | {:.4} ± {:.4} | {band} | {:.4}, {:.4} | {:.3} | {} |",
            row.method,
            row.design,
            row.n,
            without(row),
            row.coverage,
            row.monte_carlo_error(),
            row.below_and_above.0,
            row.below_and_above.1,
            row.width,
            if row.is_within() { "yes" } else { "**no**" },
        );
    }
    fs::write(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PATH),
        page,
    )?;
    Ok(())
}
