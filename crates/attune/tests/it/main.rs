//! The binary as its users type it: whole studies from folder to report, wrong input, exit codes.

mod agree;
mod bad_input;
mod coding_files;
mod command_line;
mod fit;
mod fit_experience;
mod fit_imputation;
mod fit_questions;
mod guide;
mod interrupted;
mod messy;
mod observe;
mod observe_guide;
mod observe_speech;
mod observe_study;
mod power;
mod publish;
mod reports;
mod serve;
mod serve_tls;
mod store;
mod studies;
mod support;
mod test;
mod test_adjusted;
