//! Runs the plan of a study: measures to findings.
//!
//! A plain function of protocol, measures and seed: no files, no clock, no global randomness. The
//! same values give the same findings, byte for byte, on any number of threads.

mod analyse;
mod assumptions;
mod cannot_show;
mod contrasts;
mod description;
mod deviations;
mod difference;
mod effect_size;
mod equivalence;
mod finding;
pub mod findings;
mod follow_up;
mod formula_edits;
mod frame;
mod group_means;
mod imputed_outcome;
mod long_table;
mod meaning;
mod model_summary;
mod multiplicity;
mod not_known;
pub mod planned_answers;
mod question;
mod reliable_change;
mod run;
mod sensitivity;
mod sentence;
mod site_means;
mod term_names;
mod time_variable;
mod trajectory_figure;
pub mod words;

pub use analyse::{Settings, analyse};
pub use description::rooms;
pub use findings::Findings;
