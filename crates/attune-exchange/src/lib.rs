//! Files of other tools to records.
//!
//! A study file says where its records are and what their columns mean (`[[data]]`). This crate
//! reads those files, CSV or XLSX, into [`Records`](attune_records::Records), and tells every
//! problem at once with file, row, column, cell and remedy. In reading order: `record_files` are
//! the bytes, `table` makes a grid of text of them whatever the tool was, `sheet` finds columns
//! and reads cells, `rows` makes records of rows, and what concerns several records is checked in
//! `attune-records`. `codings_file` writes codings as such a file again. `video_coding` reads and writes files of
//! coding tools. Nothing is guessed in silence: whatever was assumed comes back as a warning or
//! a note. No database, no network.

mod any_table;
mod cell;
pub mod codings_file;
mod data_fault;
mod data_problem;
mod nearest_code;
mod nearest_name;
mod problem_list;
mod read_records;
mod record_files;
mod rows;
mod sheet;
mod simulation_marker;
mod table;
pub mod video_coding;
mod wording;

pub use any_table::AnyTable;
pub use attune_records::record_problem::Severity;
pub use data_fault::DataFault;
pub use data_problem::{DataProblem, DataProblems};
pub use nearest_name::nearest_name;
pub use read_records::{read_records, read_records_from};
pub use record_files::RecordFiles;
pub use wording::first_few;
