//! What a study collected, as checked values.
//!
//! Records are made by `attune-exchange` (from files) and later by the store. Both know only rows
//! and answers; what concerns several records at once (a code that no dyad has, two visits for one
//! wave, a visit before birth) is checked here by [`Records::checked`], so that measuring may trust
//! them. `observation` is what coders recorded from video. The crate does no input or output.

pub mod age;
pub mod check;
mod coded_project;
pub mod coding_lines;
pub mod joined_codings;
pub mod observation;
pub mod record_problem;
pub mod records;
pub mod schedule;
pub mod session_coding;
pub mod source;

pub use records::Records;
