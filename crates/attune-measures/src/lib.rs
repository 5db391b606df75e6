//! Records to measures: one long table, whatever the source.
//!
//! An outcome is one row: unit, site, arm, phase, wave, time, measure, value or the reason why it
//! is missing, source. Questionnaire scores, indices, attendance and (later) coded video and coded
//! text are the same kind of thing from here on. No statistics, no files.

pub mod measures;

pub use measures::Measures;
