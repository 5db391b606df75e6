//! The evaluation workbench for parent–infant programmes: the command line.
//!
//! One file per command in `commands/`. Standard output holds the result (with `--json` one JSON
//! document), standard error progress and warnings. Exit code 0: done; 1: what was asked for is
//! wrong (bad input, failed check); 2: the command line is wrong.

use std::process::ExitCode;

use clap::Parser;

mod commands;
mod data_file;
mod documents;
mod examples;
mod findings_text;
mod level;
mod log;
mod output;
mod place;
mod problems;
mod progress;
mod quotations;
mod run;
mod text_table;

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::print_error(&error);
            ExitCode::FAILURE
        }
    }
}
