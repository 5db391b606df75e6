//! Chores of the workspace. `cargo xtask help` lists them.
//!
//! Each chore is one file and calls the ordinary tools (cargo, npm) as a person would type them.
//! What a machine lacks is installed where that is possible, or said plainly.

use std::process::ExitCode;

mod assets;
mod browser;
mod clip;
mod coverage;
mod crate_readers;
mod demo;
mod demo_clip;
#[cfg(test)]
mod dependencies;
mod fuzz;
mod handed_on;
mod kill;
mod memory;
mod pdf_readers;
mod postgres;
mod private_postgres;
mod run;
mod strace;
mod studies;
mod test;
mod tidy;
mod without_node;

const HELP: &str = "\
Chores of the workspace:

  cargo xtask demo [ARGS…]   build and run `attune demo` in release mode
  cargo xtask test           every test there is: format, Rust, documentation, lints, browser
  cargo xtask fuzz           random messy data for some minutes; what fails is kept in fuzz/corpus
  cargo xtask kill           500 kills of a process that writes to a store, 100 on PostgreSQL (for the night)
  cargo xtask coverage       whether intervals hold what they say, by simulation (for the night)
  cargo xtask assets         fetch the report's fonts (npm) so that the next build embeds them
  cargo xtask without-node   build a clone as it is without Node, and use it
  cargo xtask studies        simulate and analyse the example studies again
  cargo xtask browser        the browser tests alone, on a demonstration of their own
  cargo xtask documents      every report of every example study, read by other programs
  cargo xtask pictures       take the guide's pictures again, from the demonstration (it needs Chromium)
  cargo xtask memory         memory of the application at rest, in release mode (--debug: not)
  cargo xtask clip           draw the clip of the coding room's tests again (it needs ffmpeg)
  cargo xtask demo-clip      draw the demonstration's film again (it needs ffmpeg)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some("demo") => demo::run(&arguments[1..]),
        Some("test") => test::run(),
        Some("fuzz") => fuzz::run(&arguments[1..]),
        Some("kill") => kill::run(&arguments[1..]),
        Some("coverage") => coverage::run(&arguments[1..]),
        Some("assets") => assets::fetch().map(|()| ExitCode::SUCCESS),
        Some("without-node") => without_node::check(),
        Some("studies") => studies::renew(),
        Some("memory") => memory::measure(&arguments[1..]),
        Some("documents") => test::one("documents", handed_on::check),
        Some("browser") => test::one("browser", || {
            browser::check(private_postgres::PrivatePostgres::start().as_ref().ok())
        }),
        Some("pictures") => browser::take_pictures(),
        Some("clip") => clip::renew(),
        Some("demo-clip") => demo_clip::renew(),
        Some("help" | "--help" | "-h") | None => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => {
            eprintln!("there is no chore `{other}`\n\n{HELP}");
            Ok(ExitCode::from(2))
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
