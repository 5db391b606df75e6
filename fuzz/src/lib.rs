//! Random messy data for the statistics engine, and damaged files for every reader.
//!
//! A seed makes a [`case::Case`]: a small table as a file would hold it, and what is asked of it. A check
//! runs the engine and judges the answer: a result that is finite and consistent, with a warning where one
//! is due, or an error that says why. It must never panic, run on without end, or give a number without a
//! warning where R would refuse. Cases that were interesting once are kept in `corpus/` and replayed by the
//! ordinary tests; `cargo xtask fuzz` looks for new ones.

pub mod agree;
pub mod case;
pub mod coding_files;
pub mod corpus;
pub mod files;
pub mod fit;
pub mod formulas;
pub mod further;
pub mod messy;
pub mod ratings;
pub mod refusals;
pub mod study_codings;
