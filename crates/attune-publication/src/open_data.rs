//! The open-data crate: what a study hands to an archive. De-identified measures as CSV with their schema, the
//! plan with its seal, findings, report, a script that refits the primary model in R, and a log of what was held
//! back. Whoever has it can run the plan again and see whether every number is the same.
//!
//! [`open_crate`] makes the files, [`reproduce`] runs the plan of a crate again. Both go the same way from the CSV
//! files on, so that a crate that nobody changed comes out byte for byte.

mod codebook;
mod compare;
mod crate_files;
mod data_package;
mod deidentify;
mod disclosure;
mod plan_page;
mod r_script;
mod readme;
mod reproduce;
mod ro_crate;
mod tables;

pub use compare::{Comparison, Part};
pub use crate_files::{CRATE_FINDINGS, NotOpen, open_crate};
pub use disclosure::{Disclosure, Rules, Step};
pub use reproduce::{CrateProblem, Reproduction, reproduce};
