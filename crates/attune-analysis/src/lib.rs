//! Runs the plan of a study: measures to findings.
//!
//! A plain function of protocol, measures and seed: no files, no clock, no global randomness. The
//! same values give the same findings, byte for byte, on any number of threads.

pub mod findings;

pub use findings::Findings;
