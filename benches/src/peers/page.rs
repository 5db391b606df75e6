//! The tables, on the terminal and as `docs/benchmarks.md`.

use std::fmt::Write as _;

use super::{
    Compared, Row, machine,
    memory::{self, Memory},
    pairs::{Pairs, Summary},
    threads::{self, Threads},
};

const HEAD: &str = "\
# Benchmarks

Attune and its peers side by side, written by one command and never by hand:

    cargo run --release -p attune-benches -- peers

Both sides do the same task on the same data in turn, pair by pair, with the data loaded and one thread
each. Seconds are CPU seconds (user and system) of one run, the median of the pairs. The ratio is the
peer's time over Attune's, the median of the pairs, with the least and the most. Attune's fits are
converged to 1e-9 or better (see [how the engine is checked](methods/README.md)); lmer is run as it
comes. The data are simulated. Where the time of a fit goes, and what limits it, is in `benches/README.md`.
";

/// One row as it is measured.
pub fn print(row: &Row) {
    println!("{}: {} s", row.task, seconds(row.alone.0.median));
    for compared in &row.compared {
        match &compared.pairs {
            Ok(pairs) => println!(
                "  {}: {} s = {} × Attune {} ({} {:.6} against {:.6})",
                compared.peer,
                seconds(pairs.theirs.median),
                ratio(pairs.ratios.median),
                spread(&pairs.ratios),
                row.value,
                pairs.our_value,
                pairs.their_value,
            ),
            Err(reason) => println!("  {}: not measured: {reason:#}", compared.peer),
        }
    }
}

/// The whole page.
pub fn page(command: &str, rows: &[Row], threads: &[Threads], memory: &[Memory]) -> String {
    let mut page = HEAD.to_owned();
    // Writing to a string cannot fail; so also below.
    let _ = writeln!(
        page,
        "\nThis is the run of `{command}` on {}, {}.\n",
        machine::today(),
        machine::description()
    );
    times(&mut page, rows);
    answers(&mut page, rows);
    if !threads.is_empty() {
        two_threads(&mut page, threads);
    }
    if !memory.is_empty() {
        megabytes(&mut page, memory);
    }
    versions(&mut page, rows);
    page
}

fn times(page: &mut String, rows: &[Row]) {
    page.push_str("## Time\n\n");
    page.push_str(
        "| task | Attune, s | peer | peer, s | ratio (least to most; pairs) | bar | reached |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|\n");
    for row in rows {
        if row.compared.is_empty() {
            let time = seconds(row.alone.0.median);
            let _ = writeln!(
                page,
                "| {} | {time} | none can | | | done at all | yes |",
                row.task
            );
        }
        for compared in &row.compared {
            let _ = writeln!(page, "| {} | {} |", row.task, comparison(row, compared));
        }
    }
}

fn comparison(row: &Row, compared: &Compared) -> String {
    let bar = compared
        .bar
        .map_or("–".to_owned(), |bar| format!("≥ {bar} ×"));
    match &compared.pairs {
        Ok(pairs) => {
            let reached = match compared.bar {
                Some(bar) if pairs.ratios.median >= bar => "yes",
                Some(_) => "**no**",
                None => "",
            };
            format!(
                "{} | {} | {} | {} {} | {bar} | {reached}",
                seconds(pairs.ours.median),
                compared.peer,
                seconds(pairs.theirs.median),
                ratio(pairs.ratios.median),
                spread(&pairs.ratios),
            )
        }
        Err(reason) => format!(
            "{} | {} | not measured: {} | | {bar} | ",
            seconds(row.alone.0.median),
            compared.peer,
            format!("{reason:#}").replace('|', "/"),
        ),
    }
}

/// What both sides computed: fast and wrong is not fast.
fn answers(page: &mut String, rows: &[Row]) {
    page.push_str("\n## Answers\n\n");
    page.push_str(
        "| task | number | Attune | peer | its number | difference |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        for (compared, pairs) in measured(row) {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {:.1e} |",
                row.task,
                row.value,
                shortened(pairs.our_value),
                compared.peer,
                shortened(pairs.their_value),
                pairs.our_value - pairs.their_value,
            );
        }
    }
    page.push_str(
        "\nA log-likelihood above the peer's means that the peer stopped before the optimum. Random numbers \
         differ between programs, so bootstrap errors and power agree within their Monte-Carlo error only.\n",
    );
}

fn two_threads(page: &mut String, threads: &[Threads]) {
    page.push_str("\n## Two threads against one\n\nWall seconds, in turn.\n\n");
    page.push_str(
        "| task | one, s | two, s | ratio (least to most; pairs) | bar | reached | same bits |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|\n");
    for row in threads {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {:.2} {} | ≥ {} × | {} | {} |",
            row.task.trim_start_matches("two threads: "),
            seconds(row.one.median),
            seconds(row.two.median),
            row.ratios.median,
            spread(&row.ratios),
            threads::BAR,
            yes_or_no(row.ratios.median >= threads::BAR),
            yes_or_no(row.same_bits),
        );
    }
}

fn megabytes(page: &mut String, memory: &[Memory]) {
    page.push_str("\n## Memory of the growth model at 1,000,000 rows\n\n");
    page.push_str("| program | peak above the loaded data | bar | reached |\n|---|---|---|---|\n");
    for row in memory {
        let (bar, ours) = (format!("≤ {} MB", memory::BAR), row.program == "Attune");
        let _ = match &row.megabytes {
            Ok(amount) if ours => writeln!(
                page,
                "| Attune | {amount:.0} MB | {bar} | {} |",
                yes_or_no(*amount <= memory::BAR)
            ),
            Ok(amount) => writeln!(page, "| {} | {amount:.0} MB | – | |", row.program),
            Err(reason) => writeln!(page, "| {} | not measured: {reason:#} | | |", row.program),
        };
    }
}

fn versions(page: &mut String, rows: &[Row]) {
    let mut versions: Vec<&str> = rows
        .iter()
        .flat_map(measured)
        .map(|(_, pairs)| pairs.versions.as_str())
        .collect();
    versions.sort_unstable();
    versions.dedup();
    page.push_str("\n## Versions\n\n");
    let _ = writeln!(page, "- Attune {}", env!("CARGO_PKG_VERSION"));
    for version in versions {
        let _ = writeln!(page, "- {version}");
    }
}

fn measured(row: &Row) -> impl Iterator<Item = (&Compared, &Pairs)> {
    row.compared
        .iter()
        .filter_map(|compared| Some((compared, compared.pairs.as_ref().ok()?)))
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "**no**" }
}

/// Three digits that matter.
fn seconds(value: f64) -> String {
    let digits = (2.0 - value.max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}")
}

fn ratio(value: f64) -> String {
    if value >= 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

fn spread(ratios: &Summary) -> String {
    let (least, most) = (ratio(ratios.least), ratio(ratios.most));
    format!("({least} to {most}; {})", ratios.n)
}

/// Enough digits to see a difference, without noise.
fn shortened(value: f64) -> String {
    let text = format!("{value:.10}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
