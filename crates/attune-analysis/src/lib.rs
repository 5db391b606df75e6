//! Runs the plan of a study: measures to findings.
//!
//! A plain function of protocol, measures and seed: no files, no clock, no global randomness. The
//! same values give the same findings, byte for byte, on any number of threads.

pub mod description;
pub mod findings;
mod follow_up;
mod frame;
pub mod long_table;
mod meaning;
mod term_names;
mod time_variable;
pub mod words;

pub use findings::Findings;
