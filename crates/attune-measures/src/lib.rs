//! Records to measures: one long table, whatever the source.
//!
//! An outcome is one row: unit, site, arm, phase, wave, time, measure, value or the reason why it
//! is missing, source. Questionnaire scores, indices, attendance and (later) coded video and coded
//! text are the same kind of thing from here on. No statistics, no files.

//!
//! [`measure()`] does it all: [`mod@measure`] has its steps, [`scoring`] the rules of instruments,
//! [`observation`] what coded events amount to, [`measures`] the table, [`long_table`] its text form.

pub mod long_table;
pub mod measure;
pub mod measures;
pub mod observation;
pub mod scoring;

pub use measure::measure;
pub use measures::Measures;
